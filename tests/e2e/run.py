#!/usr/bin/python3
"""Runs the end-to-end tests on a private Docker engine, as root on Debian 12:

    SKEP_BIN=build/release/daemon/skep tests/e2e/run.py [TEST...]

TEST is a name such as test_failures or test_scaling.Cooldown; without one all are run. The last
line is 'N passed, N failed, N skipped', and the status is 0 when none failed and one was run.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from lab import APPLICATION_IMAGE, LAB, ROOT, SKEP_BIN  # noqa: E402
from metrics import METRICS  # noqa: E402


def install_prometheus():
    script = '. docker/lib/common.sh; . docker/lib/packages.sh; install_packages "$1" prometheus'
    log = f"/tmp/skep-e2e-packages.{os.getpid()}.log"
    subprocess.run(["bash", "-ec", script, "bash", log], check=True, cwd=ROOT)
    pathlib.Path(log).unlink(missing_ok=True)


def load(names):
    loader = unittest.TestLoader()
    if names:
        return loader.loadTestsFromNames(names)
    return loader.discover(str(HERE), "test_*.py")


class Result(unittest.TextTestResult):
    """Says how long each test took, and counts those that passed."""

    passed = 0

    def addSuccess(self, test):
        self.passed += 1
        super().addSuccess(test)

    def startTest(self, test):
        self._started = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        self.stream.writeln(f"    {time.monotonic() - self._started:.1f} s")
        super().stopTest(test)


def main():
    if os.geteuid() != 0:
        sys.exit("tests/e2e/run.py must run as root, because it starts a Docker engine.")
    if not os.access(SKEP_BIN, os.X_OK):
        sys.exit(f"There is no skep at {SKEP_BIN}: build it, or name it in SKEP_BIN.")
    # As Ctrl-C, which unittest lets through; it would take SystemExit for the failure of a test.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    install_prometheus()
    try:
        LAB.start()
        LAB.build("docker/demo/Dockerfile", APPLICATION_IMAGE)
        METRICS.start()
        result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(load(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        METRICS.stop()
        LAB.stop()
    for test, reason in result.skipped:
        print(f"SKIPPED {test}: {reason}")
    # A test may fail more than once, and setUpClass without one.
    failed = {test.id() for test, _ in result.failures + result.errors}
    failed.update(test.id() for test in result.unexpectedSuccesses)
    print(f"{result.passed} passed, {len(failed)} failed, {len(result.skipped)} skipped")
    return 0 if not failed and result.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
