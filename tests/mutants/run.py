#!/usr/bin/env python3
"""Turns on one deliberate bug after another, and runs suites, the cheapest first, until one notices it.

Prints which suite caught which mutant, and fails when one goes unnoticed, or when a suite fails without any."""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time

import table

PAGE = table.ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- mutants: made by tests/mutants/run.py --page -->\n", "<!-- end of mutants -->\n"
SWITCH = b"HOLDFAST_MUTANT"
LONGEST = 200  # seconds that a suite may take without a mutant
PATIENCE = 10  # times as long with one; what takes longer never ends, and has been noticed by that


class Suite:
    def __init__(self, name, program, modules, *arguments):
        self.name, self.program, self.modules, self.arguments = name, program, set(modules), arguments
        self.seconds = LONGEST / PATIENCE

    def program_in(self, build):
        return build / "tests" / "mutants" / f"mutants_{self.program}"

    def run(self, build, mutant=""):
        """Whether it passed, and what it says of the first failure."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("HOLDFAST_", "GTEST_"))}
        environment |= {"HOLDFAST_MUTANT": mutant, "HOLDFAST_SHRINK": "no"}
        process = subprocess.Popen([self.program_in(build), *self.arguments], env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        overdue = threading.Event()
        alarm = threading.Timer(max(30, PATIENCE * self.seconds), lambda: (overdue.set(), kill(process)))
        alarm.start()
        try:
            output = self.read(process)
        finally:
            alarm.cancel()
            kill(process)
        code = process.wait()
        if overdue.is_set():
            return False, "never ends"
        return code == 0, "" if code == 0 else self.what_failed(output)

    def read(self, process):
        """What it prints, to its end or as far as matters."""
        output = process.stdout.read()
        process.wait()
        return output


class Tests(Suite):
    """A GoogleTest program."""

    def __init__(self, name, program, modules, tests="*"):
        super().__init__(name, program, modules, "--gtest_fail_fast", "--gtest_brief=1", f"--gtest_filter={tests}")

    def what_failed(self, output):
        if cases := re.search(r"Falsifiable after (\d+) test", output):
            return f"case {cases[1]}"
        if failed := re.search(r"\[  FAILED  \] ([\w/.]+)", output):
            return failed[1]
        if stopped := re.search(r"(\S+:\d+): .*[Aa]ssert", output):
            return f"assertion at {stopped[1].rsplit('/', 1)[-1]}"
        return "ends the process"


class Simulator(Suite):
    """Its first failing seed is enough."""

    SEED = re.compile(r"^sim: seed (\d+)", re.MULTILINE)

    def read(self, process):
        output = ""
        for line in process.stdout:
            output += line
            if self.SEED.match(line):
                break
        else:
            process.wait()
        return output

    def what_failed(self, output):
        seed = self.SEED.search(output)
        return f"seed {seed[1]}" if seed else "ends the process"


def kill(process):
    """It, and the processes that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


SEEDS = 100
SUITES = [
    Tests("service", "service_test", ["service", "lock"]),
    Tests("scenarios", "scenario_test", ["lock"]),
    Tests("lock", "lock_test", ["lock"]),
    Tests("client", "client_test", ["client"]),
    Tests("history", "history_test", ["history"]),
    Tests("journal", "journal_test", ["journal"]),
    Tests("keeper", "keeper_test", ["keeper", "journal", "lock"]),
    Tests("properties", "lock_properties_test", ["lock"]),
    Tests("file journal", "file_journal_test", ["journal"], "-*.Every*"),
    Tests("flipped bits", "file_journal_test", ["journal"], "*.Every*"),
    Simulator("simulation", "holdfast_sim", ["client", "keeper", "journal", "lock"], "--seeds", f"1..{SEEDS}",
              "--jobs", "1"),
]

# `by`: of each suite that noticed it, what it said; the cheapest first.
Result = collections.namedtuple("Result", "mutant by seconds")


def build_programs(build):
    subprocess.run(["cmake", "--build", build, "--parallel", str(os.cpu_count()), "--target", "holdfast", "mutants",
                    "--", "--quiet"], check=True)


def release_is_clean(build):
    """The server has no switch for bugs. That every program with bugs has it shows that it would be seen."""
    for suite in SUITES:
        if SWITCH not in suite.program_in(build).read_bytes():
            print(f"{suite.program_in(build)} has no mutants")
            return False
    if SWITCH in (build / "holdfast").read_bytes():
        print(f"{build / 'holdfast'} has mutants")
        return False
    return True


def page_is_whole(mutants):
    missing = [mutant.name for mutant in mutants if f"`{mutant.name}`" not in PAGE.read_text()]
    if missing:
        print(f"docs/reliability.md does not name {', '.join(missing)}: run tests/mutants/run.py --page")
    return not missing


def run_clean(build):
    """Without a mutant every suite passes; says whether, and learns how long each takes."""
    sound = True
    for suite in SUITES:
        began = time.monotonic()
        passed, by = suite.run(build)
        suite.seconds = time.monotonic() - began
        if not passed:
            print(f"{suite.name} fails without a mutant: {by}")
            sound = False
    SUITES.sort(key=lambda suite: suite.seconds)
    return sound


def hunt(build, mutant, everywhere):
    began = time.monotonic()
    by = {}
    for suite in SUITES:
        if mutant.module not in suite.modules or (by and not everywhere):
            continue
        passed, what = suite.run(build, mutant.name)
        if not passed:
            by[suite.name] = what
    return Result(mutant, by, time.monotonic() - began)


def hunt_all(build, mutants, jobs, everywhere):
    lock = threading.Lock()

    def one(mutant):
        result = hunt(build, mutant, everywhere)
        with lock:
            told = ", ".join(f"{suite} ({what})" for suite, what in result.by.items()) or "NOT CAUGHT"
            print(f"{mutant.name:40} {result.seconds:6.1f} s   {told}", flush=True)
        return result

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, mutants))


def summary(results):
    caught = [result for result in results if result.by]
    first = collections.Counter(next(iter(result.by)) for result in caught)
    return (f"mutants: {len(caught)}/{len(results)} caught, by "
            + ", ".join(f"{suite} {count}" for suite, count in first.most_common()))


def each_suite(results):
    counts = collections.Counter(suite for result in results for suite in result.by)
    reached = {suite.name: sum(result.mutant.module in suite.modules for result in results) for suite in SUITES}
    most_first = sorted(reached, key=lambda suite: -counts[suite])
    return ", ".join(f"{suite} {counts[suite]} of {reached[suite]}" for suite in most_first)


def write_page(results):
    rows = [f"| `{result.mutant.name}` | {result.mutant.breaks} | "
            + ", ".join(f"{suite} ({what})" for suite, what in result.by.items()) + " |" for result in results]
    text = (f"Every suite against every mutant, the simulation with {SEEDS} seeds. How many each noticed of those in "
            f"code that it has: {each_suite(results)}.")
    block = "\n".join([textwrap.fill(text, 119), "",
                       "| mutant | promise | noticed by (the first that failed) |", "|---|---|---|", *rows, ""])
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + BEGIN + block + END + rest.split(END)[1])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, default=table.ROOT / "build" / "release")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--page", action="store_true",
                           help="every suite against every mutant, and what they noticed into docs/reliability.md")
    arguments.add_argument("only", nargs="*", metavar="MUTANT", help="these only")
    options = arguments.parse_args()
    try:
        mutants = table.read()
    except table.Drift as drift:
        print(f"mutants: {drift}", file=sys.stderr)
        return 1
    known = {mutant.name for mutant in mutants}
    if unknown := set(options.only) - known:
        print(f"no such mutant: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 64
    build_programs(options.build)
    if not release_is_clean(options.build) or not (options.page or options.only or page_is_whole(mutants)):
        return 1
    if not run_clean(options.build):
        return 1
    results = hunt_all(options.build, [m for m in mutants if not options.only or m.name in options.only], options.jobs,
                       options.page)
    if options.page and not options.only:
        write_page(results)
    print(summary(results))
    return 0 if all(result.by for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
