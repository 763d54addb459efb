"""What fails around skep: Prometheus, the engine, the service, skep itself."""

import signal
import time

from base import HIGH_CPU, HOLD_CPU, EndToEndTest
from lab import LAB, eventually
from metrics import METRICS


class PrometheusStopped(EndToEndTest):
    def test_no_command_while_it_is_away_and_one_event_at_each_end(self):
        self.create_service()
        self.set_cpu(HOLD_CPU)
        daemon = self.start_daemon()
        daemon.wait_for_event("decision")
        # The very first ticks may have come before the first scrape.
        before = len(daemon.events("metrics_missing"))
        seen = len(daemon.all())
        METRICS.stop_prometheus()
        try:
            self.set_cpu(HIGH_CPU)
            begin = daemon.wait_for_event("metrics_missing", after=seen, phase="begin")
            self.assertEqual(begin["service"], self.name)
            self.assert_no_command_for(6)
        finally:
            METRICS.start_prometheus()
        daemon.wait_for_event("metrics_missing", after=seen, phase="end")
        self.wait_for_commands(1)
        events = daemon.events("metrics_missing")[before:]
        self.assertEqual([event["phase"] for event in events], ["begin", "end"], events)


class EngineRestarted(EndToEndTest):
    def test_scaling_goes_on_after_dockerd_was_restarted(self):
        self.create_service()
        self.set_cpu(HOLD_CPU)
        daemon = self.start_daemon()
        daemon.wait_for_event("decision")
        LAB.engine_stop()
        try:
            daemon.wait_for_event("docker_unreachable", phase="begin")
            self.set_cpu(HIGH_CPU)
            time.sleep(2)
        finally:
            LAB.engine_start()
        daemon.wait_for_event("docker_unreachable", phase="end", timeout=60)
        daemon.wait_for_event("scaled", timeout=60)
        eventually("2 replicas", lambda: LAB.replicas(self.name) >= 2)
        self.assertEqual(len(daemon.events("docker_unreachable", phase="begin")), 1)


class ServiceRecreated(EndToEndTest):
    def test_a_service_removed_and_created_again_is_scaled_again(self):
        self.create_service()
        self.set_cpu(HOLD_CPU)
        daemon = self.start_daemon()
        daemon.wait_for_event("decision")
        self.remove_service()
        daemon.wait_for_event("service_missing", phase="begin")
        self.set_cpu(HIGH_CPU)
        self.create_service()
        daemon.wait_for_event("service_missing", phase="end")
        commands = self.wait_for_commands(1)
        self.assertEqual((commands[0].before, commands[0].after), (1, 2))
        self.assertEqual(len(daemon.events("service_missing", phase="begin")), 1)


class Killed(EndToEndTest):
    cooldown = "10s"

    def test_kill_9_and_restart_keep_the_cooldown(self):
        self.create_service()
        self.set_cpu(HIGH_CPU)
        first = self.start_daemon()
        self.wait_for_commands(1)
        first.end(signal.SIGKILL)
        second = self.start_daemon()
        second.wait_for_event("decision")
        commands = self.wait_for_commands(2)
        self.assertGreaterEqual(commands[1].time - commands[0].time, 10.0)
        self.assertLess(commands[1].time - commands[0].time, 14.0)


class KilledLearner(EndToEndTest):
    # Starts from zero and may only hold, at a CPU over the limit: each tick teaches it that holding
    # is bad, so what was learned is soon far from what an untrained table says.
    replicas = "{min: 1, max: 1}"
    agent = "{policy: q_learning, updates: factual, alpha: 0.5, prior: {type: zero}}"

    def test_kill_9_and_restart_keep_the_table(self):
        self.create_service()
        self.set_cpu(HIGH_CPU)
        first = self.start_daemon()
        untrained = first.wait_for_event("decision")
        eventually("20 decisions", lambda: len(first.events("decision")) >= 20)
        seen = len(first.all())
        first.wait_for_event("checkpoint", after=seen)
        first.end(signal.SIGKILL)
        trained = first.events("decision")[-1]
        again = self.start_daemon().wait_for_event("decision")

        state = untrained["state"]["id"]
        self.assertEqual([trained["state"]["id"], again["state"]["id"]], [state, state])
        learned = abs(trained["q"]["hold"] - untrained["q"]["hold"])
        self.assertGreater(learned, 1, "nothing was learned, so nothing can be kept")
        lost = abs(again["q"]["hold"] - trained["q"]["hold"])
        self.assertLess(lost, learned / 4)
