"""A real Prometheus whose past a test has written: three days of a service with REPLICAS replicas,
with a gap, and with a counter that starts anew in the middle."""

import math
import subprocess

from lab import LAB, eventually

HISTORY_PORT = 9099
REPLICAS = 6
DAYS = 3
STEP = 15  # seconds between two samples
GAP = 7200  # seconds without any sample
LOWEST, HIGHEST = 1.0, 4.5  # CPU of the service in units of one replica's limit
RAM_PERCENT = 35

METRICS = """
      cpu:
        query: '100 * sum(rate(app_cpu_seconds_total{service="$service"}[$window]))'
        of: service
      ram: {query: 'avg(app_ram_percent{service="$service"})'}
      replicas: {query: 'count(app_ram_percent{service="$service"})'}"""


def load(seconds):
    """Of a service, `seconds` after 1970: once up and down a day."""
    return LOWEST + (HIGHEST - LOWEST) * (1 - math.cos(2 * math.pi * seconds / 86400)) / 2


def write_samples(file, service, now):
    """OpenMetrics text from DAYS ago to ten minutes after `now`, so that `now` has a value too."""
    begin = int(now) - DAYS * 86400 - 300
    gap_begin, restart = begin + 86400, begin + 2 * 86400
    times = [
        t for t in range(begin, int(now) + 600, STEP) if not gap_begin <= t < gap_begin + GAP
    ]
    file.write("# TYPE app_cpu_seconds counter\n")
    for replica in range(REPLICAS):
        total, before = 1000.0, begin
        for t in times:
            total += load(t) / REPLICAS * (t - before)
            if replica == 0 and before < restart <= t:
                total = 0.0
            before = t
            labels = f'service="{service}",replica="{replica}"'
            file.write(f"app_cpu_seconds_total{{{labels}}} {total:.3f} {t}\n")
    file.write("# TYPE app_ram_percent gauge\n")
    for replica in range(REPLICAS):
        for t in times:
            labels = f'service="{service}",replica="{replica}"'
            file.write(f"app_ram_percent{{{labels}}} {RAM_PERCENT} {t}\n")
    file.write("# EOF\n")


class History:
    def __init__(self, folder, service, now):
        self.folder = folder / "history"
        self.folder.mkdir()
        samples = self.folder / "samples"
        with samples.open("w") as file:
            write_samples(file, service, now)
        data = self.folder / "data"
        subprocess.run(
            ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", samples, data],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        (self.folder / "prometheus.yml").write_text("global: {}\n")
        self._log = (self.folder / "log").open("w")
        self._prometheus = subprocess.Popen(
            LAB.inside(
                "prometheus",
                f"--config.file={self.folder}/prometheus.yml",
                f"--storage.tsdb.path={data}",
                f"--web.listen-address=127.0.0.1:{HISTORY_PORT}",
                "--log.level=error",
            ),
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        eventually("a Prometheus with a past", self._is_ready)

    def _is_ready(self):
        server = f"http://127.0.0.1:{HISTORY_PORT}"
        asked = LAB.inside("promtool", "query", "instant", server, "vector(1)")
        return subprocess.run(asked, capture_output=True).returncode == 0

    def stop(self):
        self._prometheus.terminate()
        self._prometheus.wait()
        self._log.close()
