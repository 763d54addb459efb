"""What every end-to-end test has: a service on the real engine, its numbers in the real
Prometheus, a skep daemon, and the engine's own record of who changed the replicas when."""

import dataclasses
import pathlib
import signal
import tempfile
import time
import unittest

from lab import APPLICATION_IMAGE, LAB, SKEP_BIN, JsonLines, eventually
from metrics import METRICS, PROMETHEUS_PORT

TARGET_TRACKING = (
    "{policy: target_tracking, target: {cpu: 60, stabilization: {scale_out: 0s, scale_in: 0s}}}"
)
HOLD_CPU = 60  # what TARGET_TRACKING takes for just right
HIGH_CPU = 90  # over the limit of 80, below the panic limit of 95
LOW_CPU = 5


@dataclasses.dataclass(frozen=True)
class ScaleCommand:
    time: float  # seconds since 1970, by the engine's clock
    before: int
    after: int


class SkepDaemon(JsonLines):
    def __init__(self, config_file, *options):
        super().__init__(LAB.inside(SKEP_BIN, "run", "--config", str(config_file), *options))

    def wait_for_event(self, event, after=0, timeout=30.0, **fields):
        """The first `event` whose fields have these values."""

        def matches(line):
            return line.get("event") == event and all(
                line.get(key) == value for key, value in fields.items()
            )

        return self.wait_for(f"event {event} {fields or ''}", matches, after, timeout)

    def events(self, event, **fields):
        return [
            line
            for line in self.all()
            if line.get("event") == event and all(line.get(k) == v for k, v in fields.items())
        ]


class EndToEndTest(unittest.TestCase):
    interval = "500ms"
    cooldown = "3s"
    replicas = "{min: 1, max: 6}"
    agent = TARGET_TRACKING

    def setUp(self):
        # One service for each test, so that none sees what another has left.
        self.name = f"t{time.monotonic_ns() % 10**9}"
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=LAB.folder))  # goes with the lab
        self.engine_events = LAB.events()
        self.addCleanup(self.engine_events.end, signal.SIGTERM)

    # ---- the service ----

    def create_service(self, *options, replicas=1, name=None):
        name = name or self.name
        LAB.docker(
            "service", "create", "--detach", "--no-resolve-image", "--name", name,
            "--replicas", str(replicas), *options, APPLICATION_IMAGE,
        )  # fmt: skip
        self.addCleanup(self.remove_service, name)
        self.wait_until_running(replicas, name)

    def remove_service(self, name=None):
        """Removes it when it is there."""
        if LAB.docker("service", "ls", "--quiet", "--filter", f"name={name or self.name}"):
            LAB.docker("service", "rm", name or self.name)

    def remove_when_free(self, kind, name):
        """Removes a stack or a network, whose last tasks may not have ended yet."""
        errors = []

        def gone():
            try:
                LAB.docker(kind, "rm", name)
                return True
            except AssertionError as error:
                errors.append(str(error))
                return False

        eventually(lambda: f"{kind} {name} to be free: {errors[-1]}", gone, timeout=60)

    def wait_until_running(self, replicas, name=None):
        name = name or self.name
        eventually(
            lambda: f"{replicas} replicas of {name} running; {LAB.task_errors(name)}",
            lambda: LAB.running(name) == replicas,
            timeout=60,
        )

    def scale_by_hand(self, replicas):
        LAB.docker("service", "scale", "--detach", f"{self.name}={replicas}")

    def scale_commands(self, name=None):
        """All changes of the replica count that the engine has seen since the test began."""
        commands = []
        for event in self.engine_events.all():
            attributes = event["Actor"]["Attributes"]
            if attributes.get("name") == (name or self.name) and "replicas.new" in attributes:
                before, after = int(attributes["replicas.old"]), int(attributes["replicas.new"])
                commands.append(ScaleCommand(event["timeNano"] / 1e9, before, after))
        return commands

    def wait_for_commands(self, count, timeout=30.0):
        eventually(
            f"{count} scale commands", lambda: len(self.scale_commands()) >= count, timeout
        )
        return self.scale_commands()

    def assert_no_command_for(self, seconds, already=0):
        time.sleep(seconds)
        self.assertEqual(self.scale_commands()[already:], [])

    # ---- the daemon ----

    def write_config(self, name=None, prometheus_port=PROMETHEUS_PORT, metrics=None):
        metrics = metrics or (
            """
      cpu: {query: 'fake_cpu_percent{service="$service"}'}
      ram: {query: 'fake_ram_percent{service="$service"}'}"""
        )
        config = self.folder / "skep.yaml"
        config.write_text(
            f"""
prometheus: {{url: 'http://127.0.0.1:{prometheus_port}', timeout: 2s}}
docker: {{host: '{LAB.docker_host}', timeout: 5s}}
controller: {{interval: {self.interval}, random_seed: 1}}
services:
  - name: {name or self.name}
    cooldown: {self.cooldown}
    replicas: {self.replicas}
    metrics: {metrics}
    agent: {self.agent}
state: {{path: '{self.folder}/state', interval: 500ms}}
log: {{level: debug}}
http: {{listen: ""}}
"""
        )
        return config

    def start_daemon(self, *options, **config):
        daemon = SkepDaemon(self.write_config(**config), *options)
        self.addCleanup(self._end_daemon, daemon)
        return daemon

    def _end_daemon(self, daemon):
        """Every daemon that a test has not ended itself must end well on SIGTERM."""
        if daemon.process.poll() is None:
            self.assertEqual(daemon.end(signal.SIGTERM), 0)

    def set_cpu(self, percent):
        METRICS.set(self.name, cpu=percent)
