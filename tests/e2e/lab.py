"""The world of the end-to-end tests: a private Docker engine in Swarm mode (docker/lab.sh), and
programs that run in its network namespace.

One engine serves the whole run; run.py makes it and takes it down.
"""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKEP_BIN = os.environ.get("SKEP_BIN", str(ROOT / "build/release/daemon/skep"))
APPLICATION_IMAGE = "skep-e2e/application"


def eventually(what, condition, timeout=30.0):
    """Waits until condition() is true, and returns its value; fails naming `what`, or what it
    returns when it can be called."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            what = what() if callable(what) else what
            raise AssertionError(f"not within {timeout:.0f} s: {what}")
        time.sleep(0.1)


class JsonLines:
    """A program that writes one JSON object a line (skep, `docker events`), read as it runs."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        self._changed = threading.Condition()
        self._objects = []
        self._other = []  # lines that are no JSON, for the message of a failure
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                try:
                    self._objects.append(json.loads(line))
                except ValueError:
                    self._other.append(line.rstrip())
                self._changed.notify_all()

    def all(self):
        with self._changed:
            return list(self._objects)

    def wait_for(self, what, matches, after=0, timeout=30.0):
        """The first object from position `after` on for which matches(object) is true."""
        deadline = time.monotonic() + timeout
        seen = after
        with self._changed:
            while True:
                for seen in range(seen, len(self._objects)):
                    if matches(self._objects[seen]):
                        return self._objects[seen]
                seen = max(after, len(self._objects))
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    tail = [json.dumps(o) for o in self._objects[-8:]] + self._other[-8:]
                    raise AssertionError(
                        f"not within {timeout:.0f} s: {what}; the last lines were\n"
                        + "\n".join(tail)
                    )

    def end(self, end_signal, timeout=10.0):
        """Sends the signal, waits for the end, and returns the exit status."""
        self.process.send_signal(end_signal)
        try:
            return self.process.wait(timeout)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self._reader.join()
            self.process.stdout.close()


class Lab:
    def __init__(self, name):
        self.name = name
        self.script = str(ROOT / "docker/lab.sh")
        self.environment = dict(os.environ)

    def start(self):
        self._run("start", "--owner", str(os.getpid()))
        output = subprocess.run(
            [self.script, "env", self.name], check=True, capture_output=True, text=True
        ).stdout
        for line in output.splitlines():
            key, value = line.removeprefix("export ").split("=", 1)
            self.environment[key] = value
        self.docker_host = self.environment["DOCKER_HOST"]
        self.folder = pathlib.Path(self.environment["LAB_DIR"])

    def stop(self):
        self._run("stop")

    def engine_stop(self):
        self._run("engine-stop")

    def engine_start(self):
        self._run("engine-start")

    def _run(self, command, *arguments):
        subprocess.run([self.script, command, self.name, *arguments], check=True)

    def inside(self, *command):
        """The command line that runs `command` in the engine's network."""
        namespace = self.environment["LAB_NETNS"]
        return ["nsenter", f"--net=/run/netns/{namespace}", *command]

    def docker(self, *arguments):
        """Runs the docker command on the engine and returns its output without the last newline."""
        done = subprocess.run(
            ["docker", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise AssertionError(f"docker {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout.rstrip("\n")

    def build(self, dockerfile, tag):
        file = str(ROOT / dockerfile)
        self.docker("build", "--network", "host", "-f", file, "-t", tag, str(ROOT))

    def get(self, path, **query):
        """GET of the engine's own API, as Python values that keep every field."""
        connection = _UnixConnection(self.docker_host.removeprefix("unix://"))
        try:
            connection.request("GET", f"/v1.41{path}?{urllib.parse.urlencode(query)}")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise AssertionError(f"GET {path} gave {answer.status}: {body.decode()}")
            return json.loads(body)
        finally:
            connection.close()

    def service(self, name):
        return self.get(f"/services/{name}")

    def replicas(self, name):
        return self.service(name)["Spec"]["Mode"]["Replicated"]["Replicas"]

    def running(self, name):
        filters = json.dumps({"service": [name], "desired-state": ["running"]})
        tasks = self.get("/tasks", filters=filters)
        return sum(task["Status"]["State"] == "running" for task in tasks)

    def task_errors(self, name):
        """Why tasks of the service do not run, in the engine's words."""
        tasks = self.get("/tasks", filters=json.dumps({"service": [name]}))
        return sorted({task["Status"].get("Err", "") for task in tasks} - {""})

    def events(self):
        """What the engine itself says about changes of services, from now on."""
        since = str(time.time())
        command = ["docker", "-H", self.docker_host, "events", "--since", since]
        return JsonLines([*command, "--filter", "type=service", "--format", "{{json .}}"])


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


LAB = Lab(f"e2e-{os.getpid()}")
