#!/usr/bin/env python3
"""Turns on one deliberate bug after another, and runs suites, the cheapest first, until one notices it.

Prints which suite caught which mutant, and fails when one goes unnoticed, or when a suite fails without any."""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import table

PAGE = table.ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- mutants: made by tests/mutants/run.py --page -->\n", "<!-- end of mutants -->\n"
SWITCH = b"HOLDFAST_MUTANT"
LONGEST = 200  # seconds that a suite may take without a mutant
PATIENCE = 10  # times as long with one; what takes longer never ends, and has been noticed by that


class Suite:
    def __init__(self, name, program, modules, tests="*"):
        self.name, self.program, self.modules = name, program, set(modules)
        self.arguments = ["--gtest_fail_fast", "--gtest_brief=1", f"--gtest_filter={tests}"]
        self.seconds = LONGEST / PATIENCE

    def run(self, build, mutant=""):
        """Whether it passed, and what it says of the first failure."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("HOLDFAST_", "GTEST_"))}
        environment |= {"HOLDFAST_MUTANT": mutant, "HOLDFAST_SHRINK": "no"}
        command = [self.program_in(build), *self.arguments]
        try:
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=max(30, PATIENCE * self.seconds))
        except subprocess.TimeoutExpired:
            return False, "never ends"
        return done.returncode == 0, self.what_failed(done.stdout)

    def program_in(self, build):
        return build / "tests" / "mutants" / f"mutants_{self.program}"

    def what_failed(self, output):
        if cases := re.search(r"Falsifiable after (\d+) test", output):
            return f"case {cases[1]}"
        if failed := re.search(r"\[  FAILED  \] ([\w/.]+)", output):
            return failed[1]
        if stopped := re.search(r"(\S+:\d+): .*[Aa]ssert", output):
            return f"assertion at {stopped[1].rsplit('/', 1)[-1]}"
        return "stopped"


SUITES = [
    Suite("service", "service_test", ["service", "lock"]),
    Suite("scenarios", "scenario_test", ["lock"]),
    Suite("lock", "lock_test", ["lock"]),
    Suite("history", "history_test", ["history"]),
    Suite("journal", "journal_test", ["journal"]),
    Suite("keeper", "keeper_test", ["keeper", "journal", "lock"]),
    Suite("properties", "lock_properties_test", ["lock"]),
    Suite("file journal", "file_journal_test", ["journal"], "-*.Every*"),
    Suite("file journal, every bit", "file_journal_test", ["journal"], "*.Every*"),
]

Caught = collections.namedtuple("Caught", "mutant suite by seconds")


def build_programs(build):
    subprocess.run(["cmake", "--build", build, "--parallel", str(os.cpu_count()), "--target", "holdfast", "mutants", "--",
                    "--quiet"],
                   check=True)


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


def hunt(build, mutant):
    began = time.monotonic()
    for suite in SUITES:
        if mutant.module not in suite.modules:
            continue
        passed, by = suite.run(build, mutant.name)
        if not passed:
            return Caught(mutant, suite.name, by, time.monotonic() - began)
    return Caught(mutant, "", "", time.monotonic() - began)


def hunt_all(build, mutants, jobs):
    lock = threading.Lock()

    def one(mutant):
        caught = hunt(build, mutant)
        with lock:
            print(f"{mutant.name:40} {caught.suite or 'NOT CAUGHT':14} {caught.by:58} {caught.seconds:6.1f} s",
                  flush=True)
        return caught

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, mutants))


def summary(results):
    by_suite = collections.Counter(result.suite for result in results if result.suite)
    return (f"mutants: {sum(by_suite.values())}/{len(results)} caught, by "
            + ", ".join(f"{suite} {count}" for suite, count in by_suite.most_common()))


def write_page(results):
    rows = [f"| `{result.mutant.name}` | {result.mutant.breaks} | {result.suite} | {result.by} |" for result in results]
    block = "\n".join([summary(results) + ".", "", "| mutant | promise | caught by | first failure |",
                       "|---|---|---|---|", *rows, ""])
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + BEGIN + block + END + rest.split(END)[1])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, default=table.ROOT / "build" / "release")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--page", action="store_true", help="write the table into docs/reliability.md")
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
    if not release_is_clean(options.build) or not (options.page or page_is_whole(mutants)):
        return 1
    if not run_clean(options.build):
        return 1
    results = hunt_all(options.build, [m for m in mutants if not options.only or m.name in options.only], options.jobs)
    if options.page and not options.only:
        write_page(results)
    print(summary(results))
    return 0 if all(result.suite for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
