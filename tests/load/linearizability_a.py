#!/usr/bin/env python3
"""Records a history of as many operations as asked for, through kills -9, lost replies, queues and expiries, and has
checker A (check_history.py) judge it whole: linearizability A."""

import argparse
import itertools
import pathlib
import random
import resource
import sys
import tempfile
import time

import rig
from check_history import History
from rig_fixtures import look_at_locks

LONG_MS, SHORT_MS = 24 * 3_600_000, 300
SMALLEST_SLICE = 1000
LONGEST_SLICE_S = 1800  # on a disk that others are busy with
KILL_EVERY = 4  # of the slices, so that each kind has its turn

SLICES = (
    ("mix", dict(connections=64, count=80_000, keys=200, keep_percent=2, shared_percent=30, ttl_ms=LONG_MS)),
    ("contend", dict(connections=32, count=10_000, keys=50, keep_percent=5, shared_percent=30, ttl_ms=SHORT_MS)),
    ("mix", dict(connections=16, count=20_000, keys=20, keep_percent=2, shared_percent=30, ttl_ms=LONG_MS, lose_percent=3,
                 cut_percent=3)),
    ("handover", dict(connections=64, count=3_000, ttl_ms=LONG_MS)),
    ("contend", dict(connections=64, count=20_000, keys=50, shared_percent=50, ttl_ms=LONG_MS)),
)


def operations_in(path):
    """Looks at a queue are none: each writes a line for everyone who waits."""
    with open(path, "rb") as file:
        return sum(b"\tqueue\t" not in line for line in file) - 1


def record(directory, operations):
    """Returns the files, and what GET /v1/locks showed after a last kill."""
    paths, recorded = [], 0
    with rig.Server(directory / "data") as server:
        for number, (workload, options) in enumerate(itertools.cycle(SLICES)):
            if recorded >= operations:
                break
            path = directory / f"history{number}.tsv"
            wanted = dict(options, count=min(options["count"], max(SMALLEST_SLICE, (operations - recorded) // 2)))
            load = server.load(workload, seconds=0, prefix=f"slice{number}", seed=number, history=path, **wanted)
            if number % KILL_EVERY == KILL_EVERY - 1:
                time.sleep(random.uniform(0.2, 1))
                server.kill9()
                server.restart()
            load.figures(LONGEST_SLICE_S)
            paths.append(path)
            recorded += operations_in(path)
        server.kill9()
        server.restart()
        return paths, look_at_locks(server)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--operations", type=int, default=100_000)
    arguments.add_argument("--build", type=pathlib.Path, default=rig.build)
    arguments.add_argument("--keep", type=pathlib.Path, help="put the histories here and leave them")
    options = arguments.parse_args()
    rig.use_build(options.build)
    rig.raise_descriptor_limit()
    rig.end_properly_on_sigterm()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.keep or pathlib.Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        paths, locks = record(directory, options.operations)
        began = time.process_time()
        history = History(paths)
        history.check()
        compared = history.check_memory(*locks)
    for violation in history.violations[:20]:
        print(violation)
    print(f"{history.figures()}; {compared} holds compared after a kill; checked in {time.process_time() - began:.0f} s of "
          f"processor, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    print(f"linearizability A: {history.operations()} operations, {len(history.violations)} violations")
    return 1 if history.violations else 0


if __name__ == "__main__":
    sys.exit(main())
