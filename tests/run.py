#!/usr/bin/env python3
"""Runs every suite, prints how long each took, and closes with one line: N passed, N failed, N skipped."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[1]
PYTHON = "/usr/bin/python3"
SKIPPED_EXIT = 77  # a script that says loudly why this machine cannot run it


class Outcome:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def from_exit_code(code):
    if code == SKIPPED_EXIT:
        return Outcome(skipped=1)
    return Outcome(passed=1) if code == 0 else Outcome(failed=1)


def from_junit(path, exit_code):
    """A run that failed without a failed test counts as one failure, one that left no report as one test."""
    if not path.exists():
        return from_exit_code(exit_code)
    root = xml.parse(path).getroot()
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    total = Outcome()
    for suite in suites:
        number = lambda name: int(suite.get(name) or 0)
        failed = number("failures") + number("errors")
        skipped = number("skipped") + number("disabled")
        total.add(Outcome(number("tests") - failed - skipped, failed, skipped))
    if exit_code != 0 and total.failed == 0:
        total.failed = 1
    return total


def run_quietly(command, env=None):
    """Output is shown only when the command fails."""
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace")
    if done.returncode not in (0, SKIPPED_EXIT):
        print(done.stdout)
        print(f"exit {done.returncode}: {' '.join(map(str, command))}")
    return done


def print_figures(done):
    for line in done.stdout.strip().splitlines()[-3:]:
        print("   ", line)


def programs(build):
    """The test programs that CMake registered."""
    listing = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"], check=True,
                             stdout=subprocess.PIPE, text=True)
    return [(test["name"], test["command"]) for test in json.loads(listing.stdout)["tests"]]


def program_suite(name, command):
    def run(_build):
        with tempfile.TemporaryDirectory() as scratch:
            report = pathlib.Path(scratch) / "report.xml"
            done = run_quietly(command, env=dict(os.environ, GTEST_OUTPUT=f"xml:{report}"))
            if not report.exists():
                print_figures(done)
            return from_junit(report, done.returncode)

    return name, run


def pytest_suite(file):
    def run(build):
        with tempfile.TemporaryDirectory() as scratch:
            report = pathlib.Path(scratch) / "report.xml"
            env = dict(os.environ, HOLDFAST_BIN=str(build / "holdfast"), HOLDFAST_BUILD=str(build))
            command = [PYTHON, "-m", "pytest", "-q", "-rs", "--tb=short", f"--junitxml={report}", str(file)]
            done = run_quietly(command, env)
            for line in done.stdout.splitlines():
                if line.startswith("SKIPPED") or re.match(r"must hold: |figures: ", line):
                    print("   ", line)
            return from_junit(report, done.returncode)

    return file.stem, run


def script_suite(name, command):
    """A script that prints its own figures and exits 0, 77 (cannot run here) or otherwise (failed)."""

    def run(_build):
        done = run_quietly(command)
        print_figures(done)
        return from_exit_code(done.returncode)

    return name, run


def suites(build):
    yield script_suite("layers", [PYTHON, "tests/layers/layers.py"])
    for name, command in programs(build):
        yield program_suite(name, command)
    for file in sorted((ROOT / "tests" / "integration").glob("test_*.py")):
        yield pytest_suite(file)
    yield script_suite("mutants", [PYTHON, "tests/mutants/run.py", "--build", build])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    arguments.add_argument("--list", action="store_true", help="list the suites")
    arguments.add_argument("only", nargs="*", metavar="SUITE", help="run these only")
    options = arguments.parse_args()
    build = options.build.resolve()
    chosen = list(suites(build))
    if options.list:
        print("\n".join(name for name, _ in chosen))
        return 0
    unknown = set(options.only) - {name for name, _ in chosen}
    if unknown:
        print(f"no such suite: {', '.join(sorted(unknown))}; ./dev test --list shows them", file=sys.stderr)
        return 64
    total = Outcome()
    for name, run in chosen:
        if options.only and name not in options.only:
            continue
        began = time.monotonic()
        outcome = run(build)
        print(f"{name:32} {time.monotonic() - began:7.1f} s   {outcome}", flush=True)
        total.add(outcome)
    print(f"\n{total}")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
