"""skep train on the history in a real Prometheus, and the daemon that starts from it."""

import json
import re
import subprocess
import time

from base import EndToEndTest
from history import DAYS, GAP, HIGHEST, HISTORY_PORT, METRICS, STEP, History
from lab import LAB, SKEP_BIN


class Train(EndToEndTest):
    interval = f"{STEP}s"
    cooldown = "30s"
    replicas = "{min: 1, max: 10}"
    agent = "{}"  # the default policy

    def setUp(self):
        super().setUp()
        history = History(self.folder, self.name, time.time())
        self.addCleanup(history.stop)

    def train(self, *options):
        config = self.write_config(prometheus_port=HISTORY_PORT, metrics=METRICS)
        done = subprocess.run(
            LAB.inside(SKEP_BIN, "train", "--config", str(config), *options),
            capture_output=True, text=True,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def number(self, pattern, text):
        found = re.search(pattern, text)
        self.assertTrue(found, f"{pattern} is not in\n{text}")
        return float(found.group(1))

    def test_learns_from_three_days_of_prometheus(self):
        said = self.train("--from", f"{DAYS}d")
        # More than Prometheus gives at once, without a hole where the pieces meet.
        self.assertEqual(self.number(r": (\d+) points every 15s", said), DAYS * 86400 / STEP)
        # rate() looks back over a minute, so the gap begins a little later than the samples end.
        self.assertAlmostEqual(self.number(r"(\d+) of them gaps", said), GAP / STEP, delta=5)
        # The counter that starts anew is no peak.
        self.assertAlmostEqual(self.number(r"peak +([\d.]+)", said), HIGHEST, delta=0.05)
        self.assertIn("trained on the rest", said)
        self.assertNotIn("note", said)
        # Where in its season the daemon goes on is told by the time of the last point.
        (file,) = (self.folder / "state").glob("*.state")
        state = json.loads(file.read_text().partition("\n")[2])
        self.assertGreaterEqual(state["load_age_ns"], STEP * 10**9)
        self.assertLess(state["load_age_ns"], 10 * STEP * 10**9)
        self.assertEqual(state["load_interval_ns"], STEP * 10**9)

        self.create_service()
        daemon = self.start_daemon(
            "--once", "--dry-run", prometheus_port=HISTORY_PORT, metrics=METRICS
        )
        self.assertEqual(daemon.process.wait(20), 0)
        self.assertEqual(len(daemon.events("restored")), 1)
        self.assertEqual(daemon.events("state_set_aside"), [])
        (decision,) = daemon.events("decision")
        self.assertEqual(decision["cooldown_left_seconds"], 0)

    def test_too_short_a_history_keeps_the_prior(self):
        said = self.train("--from", "1h")
        self.assertIn("too little history: 240 ticks", said)
        self.assertEqual(list((self.folder / "state").glob("*.state")), [])
