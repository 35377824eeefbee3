"""Real processes under test: a server, client commands, and the programs that `holdfast run` runs."""

import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "load"))
from rig import free_port  # noqa: E402
HOLDFAST = os.environ.get("HOLDFAST_BIN", str(ROOT / "build" / "release" / "holdfast"))
PATIENCE = 60  # seconds: only a hang is longer, however busy the machine is

OK, FAILURE, USAGE, UNREACHABLE, NOT_ACQUIRED, NOT_PERMITTED, LOST = 0, 1, 64, 69, 75, 77, 79


def boot_time():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wait_until(condition, what):
    """Polls until `condition()` is true and returns its value."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("never happened: " + what)


class Rest:
    """Raw calls of the REST interface: (status, body)."""

    def __init__(self, port):
        self.port = port

    def call(self, method, path, body=None, timeout=PATIENCE):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}")
        finally:
            connection.close()

    def post(self, path, **body):
        return self.call("POST", path, body)

    def get(self, path, timeout=PATIENCE):
        return self.call("GET", path, timeout=timeout)

    def lock(self, key):
        return self.get("/v1/lock?key=" + key)[1]

    def state(self, key):
        return self.lock(key)["state"]

    def acquire(self, key, **body):
        status, reply = self.post("/v1/acquire", key=key, **body)
        assert status == 200, reply
        return reply


class Server:
    """`holdfast serve` on a port and a data directory of its own."""

    def __init__(self, directory):
        self.directory = directory
        self.log = open(directory / "server.log", "ab")
        self.process = None
        for _ in range(5):  # somebody else may take the port first
            self.port = free_port()
            self.rest = Rest(self.port)
            self.url = "http://127.0.0.1:%d" % self.port
            if self.start():
                return
        raise AssertionError("the server does not start:\n" + (directory / "server.log").read_text())

    def start(self):
        command = [HOLDFAST, "serve", "--data", str(self.directory / "data"), "--listen", "127.0.0.1:%d" % self.port,
                   "--resp-listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        return wait_until(self.is_ready_or_dead, "the server is ready") == "ready"

    def is_ready_or_dead(self):
        if self.process.poll() is not None:
            return "dead"
        try:
            return "ready" if self.rest.get("/readyz", timeout=1)[0] == 200 else None
        except OSError:
            return None

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def cont(self):
        self.process.send_signal(signal.SIGCONT)

    def restart(self):
        assert self.start(), "the server does not start again"

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.cont()
            self.kill9()
        self.log.close()


class Finished:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class Holdfast:
    """Starts client commands against one server, and ends what is left of them."""

    def __init__(self, url, directory):
        self.url = url
        self.directory = directory
        self.started = []

    def environment(self, extra):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        return {**clean, "HOLDFAST_SERVER": self.url, **extra}

    def start(self, *arguments, env={}, **options):
        process = subprocess.Popen([HOLDFAST, *arguments], env=self.environment(env), text=True,
                                   **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                      "stderr": subprocess.PIPE, **options})
        self.started.append(process)
        return process

    def finish(self, process):
        out, err = process.communicate(timeout=PATIENCE)
        return Finished(process.returncode, out, err)

    def __call__(self, *arguments, **options):
        return self.finish(self.start(*arguments, **options))

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()


class Worker:
    """A program for `holdfast run` that leaves a trail: when it began, when it last lived, which signals came.

    It writes a beat every few milliseconds, so that "was it still alive at that moment" has an answer.
    """

    SOURCE = """
import os, signal, sys, time
trail, stubborn, exits_with = sys.argv[1], sys.argv[2] == "stubborn", int(sys.argv[3])
out = os.open(trail, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def note(what):
    os.write(out, b"%s %.6f %d\\n" % (what.encode(), time.clock_gettime(time.CLOCK_BOOTTIME), os.getpid()))
def on_signal(number, frame):
    note("got-%d" % number)
    if not stubborn:
        sys.exit(exits_with)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(number, on_signal)
note("begin")
while True:
    time.sleep(0.005)
    note("beat")
"""

    def __init__(self, directory, name="worker", stubborn=False, exits_with=0):
        self.trail = directory / (name + ".trail")
        self.command = [sys.executable, "-c", self.SOURCE, str(self.trail), "stubborn" if stubborn else "obedient",
                        str(exits_with)]

    def lines(self):
        if not self.trail.exists():
            return []
        whole = self.trail.read_text().rpartition("\n")[0]
        return [line.split() for line in whole.splitlines()]

    def times(self, what):
        return [float(at) for kind, at, _ in self.lines() if kind == what]

    def wait_for(self, what):
        return wait_until(lambda: self.times(what), f"{what} in {self.trail.name}")[0]

    def pid(self):
        return int(self.lines()[0][2])

    def last_life(self):
        return float(self.lines()[-1][1])


def is_alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
