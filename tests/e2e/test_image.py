"""The image that docker/Dockerfile makes."""

import json
import unittest

from lab import LAB

IMAGE = "skep-e2e/skep"


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LAB.build("docker/Dockerfile", IMAGE)

    def run_image(self, *arguments):
        return LAB.docker("run", "--rm", "--network", "none", *arguments)

    def test_skep_version_works(self):
        self.assertRegex(self.run_image(IMAGE, "version"), r"^skep \d+\.\d+\.\d+")

    def test_it_runs_as_a_user_that_is_not_root_and_owns_the_state_folder(self):
        identity = self.run_image("--entrypoint", "id", IMAGE)
        self.assertTrue(identity.startswith("uid=10001 gid=10001"), identity)
        owner = self.run_image("--entrypoint", "stat", IMAGE, "-c", "%u", "/var/lib/skep")
        self.assertEqual(owner, "10001")

    def test_it_is_stopped_by_sigterm_and_starts_skep(self):
        config = json.loads(LAB.docker("image", "inspect", IMAGE))[0]["Config"]
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual(config["Entrypoint"], ["skep"])
