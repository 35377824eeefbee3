#!/usr/bin/env python3
"""Kills a server before each single call that changes its files or answers a client, and looks for what was lost.

The life that story.py tells is lived once to count the calls; then it is lived again for each of them, and
crash_before.cc, preloaded into the server, kills it as the N-th begins, and once more halfway through it where it is
a write. What is on the disk then must pass `holdfast verify`, open, and hold everything that was acknowledged. The
second act begins on what a killed server left behind, so every step of a recovery is interrupted too.

    crashpoints: N points (kinds ...), 0 lost

What a kill leaves in the page cache survives it. With --power-cut it does not: the directory is on a disk of
tests/powercut, whose power goes at the same moment. Threads race, so the N-th call of one run may be another one in the
next. A run may end before its point; that is counted.
"""

import argparse
import collections
import copy
import functools
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from story import SMALL, Died, Seen, Story, Told, losses, rig

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "powercut"))
from powercut import Disk, enter_namespace  # noqa: E402


def preload(**variables):
    return {**SMALL, "LD_PRELOAD": str(rig.build / "tests" / "disk" / "crash_before.so"),
            **{f"HOLDFAST_CRASH_{name.upper()}": str(value) for name, value in variables.items()}}


class Act:
    """One life on a directory of its own, from the start of the server to its end by SIGTERM."""

    def __init__(self, name, template=None, told=None, rounds=1):
        self.name, self.template, self.told, self.rounds = name, template, told or Told(), rounds

    def play(self, place, env):
        """Returns what was told, and whether the server died in between."""
        data = place / "data"
        if self.template:
            shutil.copytree(self.template, data)
            subprocess.run(["sync", "-f", data], check=True)
        told = copy.deepcopy(self.told)
        server = rig.Server(data, env=env)
        try:
            server.start(wait=False)
            if not self._began(server):
                return told, True
            Story(server, told, self.name).live(self.rounds)
            server.signal(signal.SIGTERM)
            return told, server.process.wait(rig.PATIENCE_S) != 0
        except (Died, ProcessLookupError):
            server.process.wait(rig.PATIENCE_S)
            return told, True
        finally:
            server.stop()

    @staticmethod
    def _began(server):
        try:
            server.wait_ready()
        except AssertionError:
            if server.process.poll() is None:
                raise
            return False
        return True


class Point:
    def __init__(self, act, call, number, manner):
        self.act, self.call, self.number, self.manner = act, call, number, manner

    def __str__(self):
        return f"{self.act.name}, {self.manner} call {self.number}, which was {self.call}"


def points_of(act, scratch):
    """In the order of the calls."""
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        trace = pathlib.Path(place) / "trace"
        _, died = act.play(pathlib.Path(place), preload(trace=trace))
        assert not died, "the act does not end well without a fault"
        for number, call in enumerate(trace.read_text().split(), 1):
            yield Point(act, call, number, "before")
            if call == "pwrite":
                yield Point(act, call, number, "within")


class Judge:
    """What a directory must say after the kill."""

    def __init__(self, wipe_tail):
        self.wipe_tail = wipe_tail

    def judge(self, place, told):
        data = place / "data"
        if self.wipe_tail:
            wipe_last_record(data)
        found = []
        verified = subprocess.run([rig.build / "holdfast", "verify", data], capture_output=True, text=True, timeout=120)
        fresh = not told.largest and ("holds no journal" in verified.stderr or not data.exists())
        if verified.returncode != 0 and not fresh:
            found.append("verify: " + verified.stderr.strip())
        server = rig.Server(data, env=SMALL)
        try:
            server.start()
            return found + losses(told, Seen(server, told.names_of_documents()))
        except AssertionError as error:
            return found + [f"does not start: {error}"]
        finally:
            server.stop()


def wipe_last_record(data):
    """As if the last write had never been made: the bug that this rig must see."""
    segments = sorted(data.glob("segment-*"))
    if not segments:
        return
    with open(segments[-1], "r+b") as file:
        content = file.read()
        used = content.rstrip(b"\0")
        start = max((at for at in range(4096, len(used), 4096) if content[at + 8:at + 16] == content[24:32]), default=0)
        if start:
            file.seek(start)
            file.write(bytes(len(content) - start))


class Ground:
    """Where one act takes place: a directory of its own."""

    def __init__(self, scratch):
        self.directory = tempfile.TemporaryDirectory(dir=scratch)
        self.path = pathlib.Path(self.directory.name)

    def crash(self):
        """The server has died; what has the machine to add?"""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()


class Powered(Ground):
    """On a disk that loses what was not synced."""

    def __init__(self, scratch):
        super().__init__(scratch)
        self.disk = Disk(self.directory.name)
        self.disk.format()
        self.disk.mount()
        self.path = pathlib.Path(self.disk.mountpoint)

    def crash(self):
        self.disk.cut_power()
        self.disk.mount()

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=False)
        super().__exit__()


class Run:
    def __init__(self, grounds, judge, **variables):
        self.grounds, self.judge, self.variables = grounds, judge, variables
        self.killed, self.lost, self.missed = collections.Counter(), [], 0

    def point(self, point):
        with self.grounds() as ground:
            told, died = point.act.play(ground.path, preload(**{point.manner: point.number}, **self.variables))
            if not died:
                self.missed += 1
                return
            ground.crash()
            self.killed[("half a " if point.manner == "within" else "") + point.call] += 1
            self.lost += [f"{point}: {loss}" for loss in self.judge.judge(ground.path, told)[:5]]


def second_act(scratch):
    """Begins on what a server left that was killed behind its first act."""
    place = pathlib.Path(scratch) / "template"
    place.mkdir()
    told = Told()
    with rig.Server(place / "data", env=SMALL) as server:
        Story(server, told, "before").live(1)
        server.kill9()
    return Act("again", place / "data", told)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", type=pathlib.Path, default=rig.build)
    arguments.add_argument("--every", type=int, default=1, help="take each N-th point only")
    arguments.add_argument("--seed", type=int, default=0, help="which of them")
    arguments.add_argument("--seconds", type=float, default=0, help="at most so long, in random order; 0: to the end")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--power-cut", action="store_true", help="and cut the power (needs loop mounts)")
    arguments.add_argument("--sabotage", action="store_true",
                           help="destroy the last record after each kill, or, where power is cut, never sync; succeed only when "
                                "that is noticed")
    options = arguments.parse_args()
    if options.power_cut:
        enter_namespace()
    rig.use_build(options.build.resolve())
    with tempfile.TemporaryDirectory(prefix="holdfast-crashpoints-") as scratch:
        points = [point for act in (Act("fresh"), second_act(scratch)) for point in points_of(act, scratch)]
        chosen = points[options.seed % options.every :: options.every]
        random.Random(options.seed).shuffle(chosen)
        if options.power_cut:
            run = Run(functools.partial(Powered, scratch), Judge(False), **({"unsynced": 1} if options.sabotage else {}))
        else:
            run = Run(functools.partial(Ground, scratch), Judge(options.sabotage))
        end = rig.raw_ns() + options.seconds * 1e9 if options.seconds else None

        def one(point):
            if end is None or rig.raw_ns() < end:
                run.point(point)

        with ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(one, chosen))
    for loss in run.lost[:20]:
        print("lost:", loss)
    kinds = ", ".join(f"{call} {count}" for call, count in sorted(run.killed.items()))
    print(f"crashpoints: {run.killed.total()} points ({kinds}; {run.missed} not reached, of {len(points)} in all), {len(run.lost)} lost")
    return 1 if bool(run.lost) != options.sabotage or not run.killed else 0


if __name__ == "__main__":
    sys.exit(main())
