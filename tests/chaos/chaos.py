#!/usr/bin/env python3
"""Real processes under faults, one at a time and in pairs.

Clients in several processes, and programs under `holdfast run`, contend for locks through a proxy while the faults of
faults.py come and go. After each round everything must finish: a lock is granted, every call ends, every contended key
can be had. Then what was recorded is judged: by the rules that are told from outside (tests/load/check_history.py), by
what clients believed on their own clocks (claims.py), by what a restart brings back, and by `holdfast verify`.

    chaos: N faults, P pairs (kinds ...), O operations, recovery p50 ... p99 ... max ..., 0 violations
"""

import argparse
import collections
import pathlib
import random
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
import faults  # noqa: E402
import place  # noqa: E402
import rig  # noqa: E402
from cell import Cell  # noqa: E402
from round import Round  # noqa: E402

# What a short run takes: every family once, and pairs of different families.
SLICE = ((faults.Kill,), (faults.ServerPause, faults.LostReplies), (faults.DiskFull, faults.ClientPause),
         (faults.Terminate, faults.CutFrames), (faults.PacketsToClientDropped, faults.PartitionToServer),
         (faults.WriteError, faults.ClockForward), (faults.SlowDisk, faults.Kill))

# Then the directory is a new one: what a server keeps of ended requests would fill the small disk.
ROUNDS_A_LIFE = 15


class Figures:
    def __init__(self):
        self.kinds, self.pairs = collections.Counter(), set()
        self.operations, self.snapshots, self.recoveries, self.violations = 0, 0, [], []

    def add(self, chosen, done, seed):
        self.kinds.update(fault.__name__ for fault in chosen)
        if len(chosen) == 2:
            self.pairs.add(chosen)
        self.operations += done.operations
        self.snapshots += done.snapshots
        self.recoveries.append(done.recovery_s)
        self.violations += [f"{title(chosen)}, --seed {seed}: {what}" for what in done.violations]

    def line(self):
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.kinds.items()))
        times = sorted(self.recoveries) or [0]
        p50, p99 = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
        return (f"chaos: {self.kinds.total()} faults, {len(self.pairs)} pairs ({kinds}), {self.operations} operations, "
                f"snapshots in {self.snapshots} of {len(self.recoveries)} rounds, "
                f"recovery p50 {p50:.2f} s p99 {p99:.2f} s max {times[-1]:.2f} s, {len(self.violations)} violations")


def title(chosen):
    return " and ".join(fault.__name__ for fault in chosen)


def plan(usable, options):
    """Every fault and every pair, in an order that the seed gives; the slice is the same always."""
    if options.slice:
        return [chosen for chosen in SLICE if set(chosen) <= set(usable)]
    chance = random.Random(options.seed)
    every = [(fault,) for fault in usable] + faults.pairs(usable)
    chance.shuffle(every)
    if options.only:
        wanted = set(options.only)
        return [chosen for chosen in every if {fault.__name__ for fault in chosen} == wanted]
    return every[options.skip :][: options.rounds]


def usable_faults(cell):
    """Says aloud what cannot be tried here."""
    usable = []
    for fault in faults.FAULTS:
        missing = fault.missing(cell)
        if missing:
            print(f"chaos: left out here: {fault.__name__}, which needs {missing}", flush=True)
        else:
            usable.append(fault)
    return usable


def run(cell, options, figures):
    deadline = time.monotonic() + options.minutes * 60 if options.minutes else None
    largest = 0
    for number, chosen in enumerate(plan(usable_faults(cell), options), options.skip):
        if deadline and time.monotonic() > deadline:
            break
        if number % ROUNDS_A_LIFE == ROUNDS_A_LIFE - 1:
            cell.begin_anew()
            largest = 0
        seed = options.seed + number
        began = time.monotonic()
        done = Round(cell, chosen, number, seed, largest).run()
        largest = done.largest
        figures.add(chosen, done, seed)
        if options.verbose or done.violations:
            print(f"{title(chosen)}: {done.operations} operations, {done.compared} holds compared, recovered in "
                  f"{done.recovery_s:.2f} s, took {time.monotonic() - began:.1f} s", flush=True)
        for violation in done.violations[:5]:
            print("  ", violation[:600], flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", type=pathlib.Path, default=rig.build)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--rounds", type=int, default=1_000, help="at most")
    arguments.add_argument("--skip", type=int, default=0, help="the first so many")
    arguments.add_argument("--minutes", type=float, default=0, help="at most; 0: no limit")
    arguments.add_argument("--slice", action="store_true", help="the same few rounds always")
    arguments.add_argument("--verbose", action="store_true", help="a line for each round")
    arguments.add_argument("--sabotage", action="store_true",
                           help="a server that forgets at each restart; succeed only when that is noticed")
    arguments.add_argument("only", nargs="*", metavar="FAULT", help="this one, or this pair")
    options = arguments.parse_args()
    unknown = set(options.only) - {fault.__name__ for fault in faults.FAULTS}
    if unknown:
        print(f"no such fault: {', '.join(sorted(unknown))}; faults.py has {', '.join(f.__name__ for f in faults.FAULTS)}")
        return 64
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was begun is ended
    place.enter_namespaces()
    place.bring_up_loopback()
    rig.use_build(options.build.resolve())
    rig.raise_descriptor_limit()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="holdfast-chaos-") as scratch:
        cell = Cell(pathlib.Path(scratch), options.seed, forgetful=options.sabotage)
        try:
            cell.start()
            run(cell, options, figures)
        except AssertionError as error:
            figures.violations.append(str(error))
            print(error)
            print(cell.server.log_text()[-3000:])
        finally:
            cell.close()
    print(figures.line())
    return 1 if bool(figures.violations) != options.sabotage else 0


if __name__ == "__main__":
    sys.exit(main())
