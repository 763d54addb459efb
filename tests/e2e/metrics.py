"""A real Prometheus in the lab's network, and what it reads: a page of numbers that a test sets."""

import os
import pathlib
import subprocess
import sys

from lab import LAB

PROMETHEUS_PORT = 9090
_PAGE_PORT = 9100
_CONFIGURATION = f"""
global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs:
  - job_name: page
    static_configs: [{{targets: ['127.0.0.1:{_PAGE_PORT}']}}]
"""


class Metrics:
    def __init__(self):
        self.folder = pathlib.Path()
        self._values = {}
        self._page = None
        self._prometheus = None

    def start(self):
        self.folder = LAB.folder / "metrics"
        (self.folder / "page").mkdir(parents=True)
        self._write()
        (self.folder / "prometheus.yml").write_text(_CONFIGURATION)
        self._page = self._spawn(
            sys.executable, "-m", "http.server", "--bind", "127.0.0.1",
            "--directory", self.folder / "page", str(_PAGE_PORT),
        )  # fmt: skip
        self.start_prometheus()

    def stop(self):
        self.stop_prometheus()
        if self._page:
            self._page.terminate()
            self._page.wait()

    def start_prometheus(self):
        self._prometheus = self._spawn(
            "prometheus",
            f"--config.file={self.folder}/prometheus.yml",
            f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}",
            "--log.level=error",
        )

    def stop_prometheus(self):
        if self._prometheus:
            self._prometheus.terminate()
            self._prometheus.wait()
            self._prometheus = None

    def set(self, service, cpu, ram=30):
        """CPU and RAM of a service in percent, from the next scrape (250 ms) on."""
        self._values[service] = (cpu, ram)
        self._write()

    def _write(self):
        lines = []
        for service, (cpu, ram) in self._values.items():
            lines.append(f'fake_cpu_percent{{service="{service}"}} {cpu}\n')
            lines.append(f'fake_ram_percent{{service="{service}"}} {ram}\n')
        part = self.folder / "page" / "metrics.part"
        part.write_text("".join(lines))
        os.replace(part, self.folder / "page" / "metrics")

    def _spawn(self, *command):
        log = (self.folder / "log").open("a")
        return subprocess.Popen(
            LAB.inside(*map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


METRICS = Metrics()
