"""`holdfast serve` as tests of its settings start it: with any arguments, environment and file."""

import contextlib
import os
import re
import subprocess
import threading
import types

from harness import HOLDFAST, wait_until

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
CLEAN["HOLDFAST_RESP_LISTEN"] = "127.0.0.1:0"  # many run at a time


class Serving:
    """A running server, ready; its log is read as it comes."""

    def __init__(self, process):
        self.process, self.lines = process, []
        threading.Thread(target=self._read, daemon=True).start()
        self.addresses = self._wait_for(r"serving on (.*?), journal").split()
        self.url = self.addresses[0]

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    def log(self):
        return "".join(self.lines)

    def _wait_for(self, pattern):
        found = wait_until(lambda: re.search(pattern, self.log()) or self.process.poll() is not None, pattern)
        assert found is not True, self.log()
        return found.group(1)

    def probes(self):
        """Where it answers probes only."""
        return types.SimpleNamespace(url=self._wait_for(r"serving probes on (\S+)"))

    def signal_and_wait(self, number, word):
        """Sends a signal, and returns what was logged after it, up to the line with that word."""
        begin = len(self.lines)
        self.process.send_signal(number)
        wait_until(lambda: any(word in line for line in self.lines[begin:]), word)
        return "".join(self.lines[begin:])


@contextlib.contextmanager
def serving(*arguments, env=None):
    """A server with a journal in memory on a free port, unless the arguments or their file say otherwise."""
    arguments = [str(argument) for argument in arguments]
    for flag, value in (("--journal", "memory:"), ("--listen", "127.0.0.1:0")):
        if flag not in arguments and "--config" not in arguments:
            arguments += [flag, value]
    process = subprocess.Popen([HOLDFAST, "serve", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, env={**CLEAN, **(env or {})})
    try:
        yield Serving(process)
    finally:
        process.kill()
        process.wait()


def run_serve(*arguments, env=None):
    """Exit code, output and words of a `serve` that ends by itself."""
    done = subprocess.run([HOLDFAST, "serve", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, env={**CLEAN, **(env or {})})
    return done.returncode, done.stdout, done.stderr
