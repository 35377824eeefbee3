#!/usr/bin/env python3
"""Runs every suite of reliability for a long time together, one after the other, and sums them up in one line:

    RELIABILITY seeds=… sim_hours=… operations=… mutants=n/n … violations=0

A suite that is not built, or cannot run here, is said so by name, and its fields are dashes."""

import argparse
import os
import pathlib
import queue
import signal
import subprocess
import sys
import threading
import time

from outcome import Outcome, reliability_line
from suites import ROOT, SUITES

PATIENCE = 3  # times what a suite was given, and half an hour for what it may have to build, until it is ended
HEARTBEAT_S = 60
HISTORY_S = 2  # to record and judge one
OPERATIONS_PER_S = 2_500  # to record and judge them


def show(text):
    print(text, flush=True)


def lines_of(process):
    """Each line as it comes, and None every now and then."""
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=HEARTBEAT_S)
        except queue.Empty:
            yield None
            continue
        if not line:
            return
        yield line


def run(suite, words, minutes, log, patience_s):
    """Returns its outcome. Its output is in `log`, and shown as it comes."""
    began = time.monotonic()
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", start_new_session=True)
    expired = threading.Event()

    def end():
        expired.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(patience_s, end)
    timer.start()
    text = []
    try:
        with open(log, "w") as file:
            for line in lines_of(process):
                if line is None:
                    show(f"    … {suite.name}, {(time.monotonic() - began) / 60:.0f} of {minutes:.1f} minutes")
                    continue
                text.append(line)
                file.write(line)
                file.flush()
                show("    " + line.rstrip())
        code = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Outcome(suite, None if expired.is_set() else code, "".join(text))


def shares(suites, minutes):
    """Minutes for each: what the fixed ones take is not for the others."""
    left = max(minutes - sum(suite.fixed for suite in suites), minutes / 3)
    parts = sum(suite.share for suite in suites) or 1
    return {suite: suite.fixed or left * suite.share / parts for suite in suites}


def present(suites, build):
    here = []
    for suite in suites:
        missing = suite.missing(build)
        if missing:
            show(f"soak: left out: {suite.name}, there is no {missing}")
        else:
            here.append(suite)
    return here


def fuzzers():
    return max(1, len(list((ROOT / "fuzz" / "targets").glob("*.cc"))))


def amounts(minutes):
    """What suites are told, each in its own words."""
    seconds = minutes * 60
    return {"minutes": f"{minutes:.2f}", "seconds": int(seconds), "operations": int(seconds * OPERATIONS_PER_S),
            "histories": max(1, int(seconds / HISTORY_S)), "per_fuzzer": max(1, int(seconds / fuzzers()))}


def main():
    arguments = argparse.ArgumentParser(prog="./dev soak", description=__doc__.splitlines()[0])
    arguments.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help=argparse.SUPPRESS)
    arguments.add_argument("--seed", type=int, default=time.time_ns() // 1_000_000_000, help="of every suite; from the clock")
    arguments.add_argument("words", nargs="*", metavar="MINUTES | SUITE", help="for all together (30); these only")
    options = arguments.parse_args()
    minutes = next((float(word) for word in options.words if word.replace(".", "", 1).isdigit()), 30.0)
    wanted = {word for word in options.words if not word.replace(".", "", 1).isdigit()}
    unknown = wanted - {suite.name for suite in SUITES}
    if unknown:
        show(f"no such suite: {', '.join(sorted(unknown))}; there are {', '.join(suite.name for suite in SUITES)}")
        return 64
    build = options.build.resolve()
    logs = build / "soak"
    logs.mkdir(parents=True, exist_ok=True)
    chosen = present([suite for suite in SUITES if not wanted or suite.name in wanted], build)
    outcomes = []
    for suite, given in shares(chosen, minutes).items():
        show(f"soak: {suite.name}, {given:.1f} minutes, seed {options.seed}")
        words = suite.words(build=build, seed=options.seed, **amounts(given))
        outcome = run(suite, words, given, logs / f"{suite.name}.log", PATIENCE * given * 60 + 1800)
        outcomes.append(outcome)
        for reason in outcome.reasons:
            show(f"soak: {suite.name} failed: {reason}; {logs / suite.name}.log")
    show("")
    for outcome in outcomes:
        for line in outcome.told():
            show(line)
    show(reliability_line(outcomes))
    return 1 if not outcomes or any(outcome.violations for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
