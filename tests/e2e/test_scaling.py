"""Scaling as such: under real load, and how fast at most."""

import signal

from base import HIGH_CPU, LOW_CPU, EndToEndTest
from lab import APPLICATION_IMAGE, LAB, ROOT, eventually

LOAD_SECONDS = 90
STACK = "loaded"
STACK_FILE = f"""
version: "3.8"
services:
  application:
    image: {APPLICATION_IMAGE}
    environment: {{DEMO_CPU_LIMIT: "0.15", DEMO_MEMORY_LIMIT_BYTES: "67108864"}}
    networks: [backend]
    deploy:
      endpoint_mode: dnsrr
      resources: {{limits: {{cpus: "0.15", memory: 64M}}}}
  prometheus:
    image: skep-e2e/prometheus
    configs: [{{source: prometheus, target: /etc/prometheus/prometheus.yml}}]
    ports: [{{target: 9090, published: 9091, mode: host}}]
    networks: [backend]
    deploy: {{endpoint_mode: dnsrr}}
networks: {{backend: }}
configs:
  prometheus: {{file: '{ROOT}/docker/demo/prometheus.yml'}}
"""
LOAD_METRICS = """
      cpu:
        query: '100 * sum(rate(process_cpu_seconds_total[10s])) / max(demo_cpu_limit_cores)'
        of: service
      ram: {query: '100 * avg(process_resident_memory_bytes / demo_memory_limit_bytes)'}"""


class RealLoad(EndToEndTest):
    agent = "{}"  # the default policy

    def setUp(self):
        super().setUp()
        LAB.build("docker/demo/prometheus.Dockerfile", "skep-e2e/prometheus")
        file = self.folder / "stack.yml"
        file.write_text(STACK_FILE)
        LAB.docker("stack", "deploy", "--resolve-image", "never", "-c", str(file), STACK)
        self.addCleanup(self.remove_when_free, "stack", STACK)
        self.name = f"{STACK}_application"
        self.wait_until_running(1)
        self.wait_until_running(1, f"{STACK}_prometheus")

    def test_scales_out_under_load_and_in_after_it(self):
        daemon = self.start_daemon(prometheus_port=9091, metrics=LOAD_METRICS)
        daemon.wait_for_event("decision", timeout=60)
        LAB.docker(
            "service", "create", "--detach", "--no-resolve-image", "--name", f"{STACK}_load",
            "--label", f"com.docker.stack.namespace={STACK}", "--network", f"{STACK}_backend",
            "--endpoint-mode", "dnsrr", "--restart-condition", "none",
            APPLICATION_IMAGE, "skep-demo-load", "--seconds", str(LOAD_SECONDS), "--peak", "28",
        )  # fmt: skip
        eventually(
            "3 replicas under load", lambda: LAB.running(self.name) >= 3, timeout=LOAD_SECONDS
        )
        eventually(
            "1 replica after the load", lambda: LAB.replicas(self.name) == 1, timeout=LOAD_SECONDS
        )
        commands = self.scale_commands()
        self.assertTrue(any(c.after > c.before for c in commands), commands)
        self.assertTrue(any(c.after < c.before for c in commands), commands)
        self.assertEqual(len(commands), len(daemon.events("scaled")))
        self.assertEqual(daemon.end(signal.SIGTERM), 0)


class Cooldown(EndToEndTest):
    def gaps(self, commands):
        return [later.time - earlier.time for earlier, later in zip(commands, commands[1:])]

    def test_commands_are_never_closer_together_than_the_cooldown(self):
        self.create_service()
        self.set_cpu(HIGH_CPU)
        self.start_daemon()
        out = self.wait_for_commands(3)
        self.set_cpu(LOW_CPU)
        commands = self.wait_for_commands(len(out) + 2)
        self.assertEqual([c.after for c in commands[:3]], [2, 3, 4])
        self.assertLess(commands[-1].after, commands[-1].before)
        self.assertGreaterEqual(min(self.gaps(commands)), 3.0)
        # And no longer than that, a tick and the way to the engine apart.
        self.assertLess(min(self.gaps(commands)), 4.5)


class DefaultCooldown(Cooldown):
    cooldown = "30s"

    def test_commands_are_never_closer_together_than_the_cooldown(self):
        self.create_service()
        self.set_cpu(HIGH_CPU)
        daemon = self.start_daemon()
        commands = self.wait_for_commands(3, timeout=75)
        self.assertGreaterEqual(min(self.gaps(commands)), 30.0)
        self.assertLess(max(self.gaps(commands)), 32.0)
        held = daemon.wait_for(
            "a decision held back by the cooldown",
            lambda e: e.get("event") == "decision"
            and any(note["rule"] == "cooldown" for note in e["guard"]),
        )
        self.assertEqual((held["action"], held["applied"]), ("hold", False))
