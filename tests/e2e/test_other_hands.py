"""What others do to the service while skep watches it."""

from base import HIGH_CPU, HOLD_CPU, EndToEndTest
from lab import APPLICATION_IMAGE, LAB, eventually


class ByHand(EndToEndTest):
    cooldown = "5s"

    def test_a_count_set_by_hand_is_respected_for_one_cooldown_and_then_gone_on_from(self):
        self.create_service()
        self.set_cpu(HOLD_CPU)
        daemon = self.start_daemon()
        daemon.wait_for_event("decision")
        self.scale_by_hand(4)
        daemon.wait_for_event("external_change")
        self.set_cpu(HIGH_CPU)
        by_hand, by_skep = self.wait_for_commands(2)[:2]
        self.assertEqual((by_hand.before, by_hand.after), (1, 4))
        self.assertEqual((by_skep.before, by_skep.after), (4, 5))
        self.assertGreaterEqual(by_skep.time - by_hand.time, 5.0)

    def test_a_count_set_by_hand_is_not_fought(self):
        self.create_service()
        self.set_cpu(HIGH_CPU)
        daemon = self.start_daemon()
        self.wait_for_commands(1)  # so that skep has a count of its own, to which it might go back
        self.set_cpu(HOLD_CPU)
        daemon.wait_for_event("decision", cpu_percent=float(HOLD_CPU))
        before = len(self.scale_commands())
        self.scale_by_hand(5)
        daemon.wait_for_event("external_change")
        self.assert_no_command_for(9, already=before + 1)
        self.assertEqual(LAB.replicas(self.name), 5)

    def test_a_service_scaled_to_0_is_left_at_0(self):
        self.create_service()
        self.set_cpu(HOLD_CPU)
        daemon = self.start_daemon()
        daemon.wait_for_event("decision")
        self.scale_by_hand(0)
        daemon.wait_for_event("blocked", phase="begin")
        self.set_cpu(HIGH_CPU)
        self.assert_no_command_for(9, already=1)
        self.scale_by_hand(1)
        last = self.wait_for_commands(3)[2]
        self.assertEqual((last.before, last.after), (1, 2))


class PausedUpdate(EndToEndTest):
    def test_a_paused_update_is_left_alone_until_it_is_resumed(self):
        self.create_service(
            "--update-failure-action", "pause", "--update-monitor", "1s",
            "--update-order", "start-first",
        )  # fmt: skip
        self.set_cpu(HOLD_CPU)
        daemon = self.start_daemon()
        daemon.wait_for_event("decision")
        # A program that cannot even be started, so the roll-out pauses before it stops the old
        # replica: only the paused update can be what keeps skep from scaling.
        self.update_arguments("no-such-program")
        eventually("a paused update", lambda: self.update_state() == "paused", timeout=60)
        self.assertEqual(LAB.running(self.name), 1)
        self.set_cpu(HIGH_CPU)
        daemon.wait_for_event("blocked", phase="begin")
        self.assert_no_command_for(6)
        self.assertEqual(self.update_state(), "paused")
        self.update_arguments("skep-demo-app")
        eventually("the end of the update", lambda: self.update_state() != "paused", timeout=60)
        daemon.wait_for_event("blocked", phase="end", timeout=60)
        command = self.wait_for_commands(1)[0]
        self.assertEqual((command.before, command.after), (1, 2))

    def update_arguments(self, arguments):
        LAB.docker(
            "service", "update", "--detach", "--no-resolve-image", "--args", arguments, self.name
        )

    def update_state(self):
        return LAB.service(self.name).get("UpdateStatus", {}).get("State")


class Deploy(EndToEndTest):
    def test_a_stack_deploy_that_resets_the_replicas_is_made_good(self):
        stack = self.name
        self.name = f"{stack}_web"
        self.deploy(stack, version=1)
        self.addCleanup(self.remove_when_free, "stack", stack)
        self.wait_until_running(1)
        self.set_cpu(HIGH_CPU)
        daemon = self.start_daemon()
        self.wait_for_commands(2)
        self.set_cpu(HOLD_CPU)
        # The last command may have been on its way: look when there is nothing more to come.
        reached = eventually("a steady count", self.steady_count)
        seen = len(self.scale_commands())
        self.deploy(stack, version=2)
        # skep must bring the count back by itself: the CPU asks for nothing.
        eventually("the count before the deploy", lambda: self.back_at(reached, seen), timeout=60)
        reset, restored = self.scale_commands()[seen : seen + 2]
        self.assertEqual((reset.before, reset.after), (reached, 1))
        self.assertEqual((restored.before, restored.after), (1, reached))
        daemon.wait_for_event("external_change")

    def steady_count(self):
        before = LAB.replicas(self.name)
        self.assert_no_command_for(5, already=len(self.scale_commands()))
        return before

    def back_at(self, count, seen):
        return len(self.scale_commands()) >= seen + 2 and LAB.replicas(self.name) == count

    def deploy(self, stack, version):
        file = self.folder / "stack.yml"
        file.write_text(
            f"""
version: "3.8"
services:
  web:
    image: {APPLICATION_IMAGE}
    environment: {{VERSION: "{version}"}}
    deploy: {{replicas: 1, update_config: {{monitor: 1s}}}}
"""
        )
        LAB.docker("stack", "deploy", "--resolve-image", "never", "-c", str(file), stack)


class DryRun(EndToEndTest):
    def test_dry_run_decides_but_sends_nothing(self):
        self.create_service()
        version = LAB.service(self.name)["Version"]["Index"]
        self.set_cpu(HIGH_CPU)
        daemon = self.start_daemon("--dry-run")
        decision = daemon.wait_for_event("decision", wanted="scale_out")
        self.assertIn("dry_run", [note["rule"] for note in decision["guard"]])
        self.assert_no_command_for(5)
        self.assertEqual(LAB.service(self.name)["Version"]["Index"], version)
        self.assertTrue(all(not e["applied"] for e in daemon.events("decision")))
        self.assertEqual(daemon.events("scaled"), [])
