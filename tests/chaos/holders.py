"""`holdfast run` under faults: programs that do one thing at a time, and say when they lived."""

import pathlib
import subprocess
import sys
import threading

import rig

# It says that it lives every few milliseconds, so that "did two live at once" has an answer. Obeys TERM at once.
WORKER = """
import os, sys, time
out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    os.write(out, b"%d %d %s\\n" % (os.getpid(), time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW),
                                   os.environ["HOLDFAST_FENCING_TOKEN"].encode()))
    time.sleep(0.01)
"""


class Life:
    def __init__(self, began_ns, token):
        self.began_ns = self.ended_ns = began_ns
        self.token = token


def lives_in(text):
    lives = {}
    for line in text.rpartition("\n")[0].splitlines():
        pid, at, token = map(int, line.split())
        lives.setdefault((pid, token), Life(at, token)).ended_ns = at
    return sorted(lives.values(), key=lambda life: life.began_ns)


def violations_of(lives):
    found = []
    for one, other in zip(lives, lives[1:]):
        if other.began_ns <= one.ended_ns:
            found.append(f"run: the program of token {other.token} began {(one.ended_ns - other.began_ns) / 1e6:.0f} ms "
                         f"before that of token {one.token} ended")
        if other.token <= one.token:
            found.append(f"run: token {other.token} began after token {one.token}")
    return found


class Holders:
    """Each runs one program after the other, all under one key, until stop()."""

    # The program gets TERM a quarter of that before the lock could be another's, which is what a busy machine may
    # take to wake up.
    TTL = "4s"

    def __init__(self, cell, directory, key, count, seconds):
        self.cell, self.key, self.seconds = cell, key, seconds
        self.trail = pathlib.Path(directory) / "holders"
        self.stopping = False
        self.ends, self.running = [], []
        self.threads = [threading.Thread(target=self._repeat, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _repeat(self):
        command = [rig.build / "holdfast", "run", "-q", "-t", self.TTL, self.key, "--", sys.executable, "-S", "-c", WORKER,
                   str(self.trail), str(self.seconds)]
        while not self.stopping:
            process = subprocess.Popen(command, env=self.cell.environment(), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            self.running.append(process)
            said = process.communicate()[1]
            self.ends.append((process.returncode, said.strip()))
            self.running.remove(process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping = True
        for process in list(self.running):
            process.terminate()

    def stop(self):
        """Returns what is wrong with how they lived."""
        self.stopping = True
        found = []
        for thread in self.threads:
            thread.join(rig.PATIENCE_S)
            if thread.is_alive():
                found.append("run: does not end")
        lives = lives_in(self.trail.read_text() if self.trail.exists() else "")
        # Success; lost, unreachable or not granted, and said so; ended by TERM or KILL as it was lost.
        found += [f"run: exit {code}: {said}" for code, said in self.ends
                  if code not in (0, 69, 75, 79, 128 + 9, 128 + 15)]
        return found + violations_of(lives)
