#!/usr/bin/env python3
"""Records histories of real servers and has them judged twice: by checker A, which replays them by their revisions
(tests/load/check_history.py), and by B, which does not look at revisions.

Each history is that of a few clients on a few keys, in turn: with retries after lost replies, with leases that run
out, with kills -9 of the server, and without any of it. B is a Go program on porcupine; where Go or its modules
cannot be had, this says so and exits 77."""

import argparse
import itertools
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "load"))
import rig  # noqa: E402
from check_history import History  # noqa: E402

CLIENTS, KEYS = 8, 3
ROUNDS_PER_KEY = 600  # an acquire with what follows, or a look: two to three operations
LONG_MS, SHORT_MS = 600_000, 150
CANNOT_RUN = 77

KINDS = {
    "exclusive": dict(ttl_ms=LONG_MS),
    "lost replies": dict(ttl_ms=LONG_MS, shared_percent=60, lose_percent=3),
    "expiry": dict(ttl_ms=SHORT_MS, shared_percent=30, keep_percent=10),
    "kills": dict(ttl_ms=LONG_MS, shared_percent=30),
}


class CannotRun(Exception):
    pass


def go(*arguments, **options):
    if not shutil.which("go"):
        raise CannotRun("there is no Go (Debian: golang-go)")
    return subprocess.run(["go", *arguments], cwd=HERE, env=dict(os.environ, GOFLAGS="-mod=readonly -buildvcs=false"),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, **options)


def fetch_modules():
    try:
        done = go("mod", "download")
    except subprocess.TimeoutExpired:
        raise CannotRun("the modules of go.mod did not come within 300 s") from None
    if done.returncode != 0:
        raise CannotRun(f"the modules of go.mod cannot be had: {done.stdout.strip()}")


def build_judge(directory):
    """Returns the program. Raises CannotRun where this machine has not what it takes."""
    fetch_modules()
    judge = pathlib.Path(directory) / "judge"
    done = go("build", "-o", str(judge), ".")
    if done.returncode != 0:
        raise RuntimeError(f"the judge does not build:\n{done.stdout}")
    return judge


def kill_now_and_then(server, load, seconds):
    for _ in range(2):
        time.sleep(random.uniform(0.1, 0.5) * seconds)
        if load.process.poll() is None:
            server.kill9()
            server.restart()


def record(server, path, kind, seconds, seed, rounds=KEYS * ROUNDS_PER_KEY):
    load = server.load("contend", connections=CLIENTS, keys=KEYS, seconds=seconds, count=rounds,
                       hold_us=3000, prefix=f"history{seed}", seed=seed, history=path, **KINDS[kind])
    if kind == "kills":
        kill_now_and_then(server, load, seconds)
    load.figures()


def record_all(directory, histories, seconds):
    """Returns the files. One server serves them all, so that its tokens grow through all of its restarts. A client that
    was told two things about one request is an AssertionError."""
    directory = pathlib.Path(directory)
    paths = [directory / f"history{number}.tsv" for number in range(histories)]
    with rig.Server(directory / "data") as server:
        for seed, (path, kind) in enumerate(zip(paths, itertools.cycle(KINDS))):
            record(server, path, kind, seconds, seed)
    return paths


def judged_by_a(paths):
    """Prints what it finds. Returns whether that is nothing."""
    history = History(paths)
    violations = history.check()
    for violation in violations[:20]:
        print(violation)
    print(f"linearizability A: {history.operations()} operations, {len(violations)} violations")
    return not violations


def judged(judge, paths):
    return subprocess.run([str(judge), *map(str, paths)], stdout=subprocess.PIPE, text=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--histories", type=int, default=10)
    arguments.add_argument("--seconds", type=float, default=0.8, help="of each history")
    arguments.add_argument("--build", type=pathlib.Path, default=rig.build)
    arguments.add_argument("--keep", type=pathlib.Path, help="put the histories here and leave them")
    options = arguments.parse_args()
    rig.use_build(options.build)
    rig.end_properly_on_sigterm()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.keep or pathlib.Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        try:
            paths = record_all(directory, options.histories, options.seconds)
        except AssertionError as broken:
            print(f"{broken}\nlinearizability A: 0 operations, 1 violations")
            return 1
        good = judged_by_a(paths)
        try:
            done = judged(build_judge(scratch), paths)
        except CannotRun as reason:
            print(f"linearizability B: SKIPPED, {reason}")
            return CANNOT_RUN if good else 1
    print(done.stdout, end="")
    return done.returncode if good else 1


if __name__ == "__main__":
    sys.exit(main())
