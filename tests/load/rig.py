"""A real server process to be killed, stopped, starved of disk and lied to about the time, and a plain client.

For tests and for bench/run. Needs the standard library only. Programs come from the build directory
(HOLDFAST_BUILD, build/release by default).
"""

import contextlib
import http.client
import json
import os
import pathlib
import random
import resource
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(os.environ.get("HOLDFAST_BUILD", ROOT / "build" / "release"))
PATIENCE_S = 60  # how long anything that must happen may take on a busy machine


def use_build(directory):
    """Takes the programs from there."""
    global build
    build = pathlib.Path(directory)


def end_properly_on_sigterm():
    """So that no server outlives a script that is told to end."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def raw_ns():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)


def until(what, condition, seconds=PATIENCE_S, every=0.01):
    """Polls until `condition()` is true, and returns what it was."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)


def free_port():
    """Below the range that outgoing connections take their ports from, so that none takes it meanwhile."""
    for port in random.sample(range(15000, 32000), 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise OSError("no free port")


class Reply:
    def __init__(self, status, body):
        self.status, self.body = status, body

    def __getitem__(self, name):
        return self.body[name]

    @property
    def handle(self):
        return self.body["lease"]["handle"]

    @property
    def token(self):
        return self.body["grants"][0]["fencing_token"]

    def __repr__(self):
        return f"{self.status} {self.body}"


class Client:
    """One connection. Requests are not repeated: a lost connection is an OSError or HTTPException."""

    def __init__(self, port, timeout=PATIENCE_S):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def request(self, method, path, body=None):
        self.send(method, path, body)
        return self.read()

    def send(self, method, path, body=None):
        headers = {} if body is None else {"Content-Type": "application/json"}
        self.http.request(method, path, None if body is None else json.dumps(body), headers)

    def read(self):
        reply = self.http.getresponse()
        return Reply(reply.status, json.loads(reply.read()))

    def acquire(self, key, **more):
        return self.request("POST", "/v1/acquire", {"key": key, **more})

    def renew(self, lease, **more):
        return self.request("POST", "/v1/renew", {"lease": lease, **more})

    def release(self, lease, **more):
        return self.request("POST", "/v1/release", {"lease": lease, **more})

    def lock(self, key):
        return self.request("GET", f"/v1/locks/{key}")

    def locks(self, prefix=""):
        """Every lock, page by page."""
        found, cursor = [], ""
        while True:
            page = self.request("GET", f"/v1/locks?limit=1000&prefix={prefix}" + (f"&cursor={cursor}" if cursor else ""))
            assert page.status == 200, page
            found += page["locks"]
            cursor = page.body.get("next_cursor")
            if not cursor:
                return found

    def close(self):
        self.http.close()


class Server:
    """`holdfast serve` on a directory and a port that stay the same through every restart. `wrap` is put before the
    command (strace), `env` added to its environment."""

    def __init__(self, data, wrap=(), env=None):
        self.data, self.wrap = pathlib.Path(data), list(wrap)
        self.env = dict(os.environ, **(env or {}))
        self.port = free_port()
        self.process = None
        self.loads = []
        self.log = self.data.parent / (self.data.name + ".log")

    def start(self, wait=True):
        command = [*self.wrap, str(build / "holdfast"), "serve", "--data", str(self.data), "--listen",
                   f"127.0.0.1:{self.port}", "--resp-listen", "127.0.0.1:0"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        def ready():
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.log_text()}"
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                with contextlib.closing(Client(self.port, timeout=5)) as client:
                    return client.request("GET", "/readyz").status == 200
            return False

        until("the server is ready", ready)

    def pid(self):
        """Of the server itself, also behind a wrapper."""
        if not self.wrap:
            return self.process.pid
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(until("the wrapper has started the server", lambda: children.read_text().split())[0])

    def client(self, timeout=PATIENCE_S):
        return Client(self.port, timeout)

    def signal(self, number):
        os.kill(self.pid(), number)

    def kill9(self):
        """Returns when it is dead; the time of the kill."""
        killed_ns = raw_ns()
        self.signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        return killed_ns

    def restart(self):
        """Returns how many seconds it took to become ready."""
        began = time.monotonic()
        self.start()
        return time.monotonic() - began

    def load(self, workload, **options):
        """Starts holdfast_load on it, which ends with the server's stop() if it has not before."""
        self.loads.append(Load(self.port, workload, **options))
        return self.loads[-1]

    def run_load(self, workload, **options):
        return self.load(workload, **options).figures()

    def stop(self):
        for load in self.loads:
            load.process.kill()
            load.process.wait()
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.signal(signal.SIGCONT)
                self.signal(signal.SIGKILL)
            self.process.wait(PATIENCE_S)

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def rss_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid()}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Load:
    """holdfast_load on a server. Options are named as its flags, with underscores."""

    def __init__(self, port, workload, **options):
        flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        self.process = subprocess.Popen([str(build / "tests" / "load" / "holdfast_load"), workload, "--port", str(port), "--json", *flags],
                                        stdout=subprocess.PIPE, text=True)

    def figures(self, seconds=300):
        """Waits for its end; raises when it found a broken promise by itself."""
        out, _ = self.process.communicate(timeout=seconds)
        assert self.process.returncode == 0, f"holdfast_load ended with {self.process.returncode}: {out}"
        return json.loads(out)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.figures()
