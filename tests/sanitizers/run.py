#!/usr/bin/env python3
"""Builds tests with sanitizers and runs them: addresses and undefined behaviour for the rules, the journal, the keeper
and the simulator; threads for what has threads, and for a server under load.

    python3 tests/sanitizers/run.py
    python3 tests/sanitizers/run.py tsan
    python3 tests/sanitizers/run.py asan lock_test scenario_test

A suite fails that a sanitizer stops, or that fails by itself. The builds take long, so this is for soaks."""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "load"))

import rig  # noqa: E402

BUILD = ROOT / "build"
LOAD_S = 20
ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
    "HOLDFAST_CASES": "300",  # of the properties, which take ten times as long
}
SERVER = "serve"  # the suite that is no program of tests

# The programs of each preset, and the arguments they run with.
PROGRAMS = {
    "asan": {
        "src/lock/lock_test": [],
        "tests/scenarios/scenario_test": [],
        "tests/properties/lock_properties_test": [],
        "src/journal/journal_test": [],
        "src/journal/file_journal_test": ["--gtest_filter=-*.Every*"],
        "src/keeper/keeper_test": [],
        "sim/holdfast_sim": ["--seeds", "1..20"],
    },
    "tsan": {
        "src/journal/journal_test": [],
        "src/keeper/keeper_test": [],
        "src/service/history/history_test": [],
        SERVER: [],
    },
}


# A program that each preset must stop: what sees nothing shows nothing.
PLANTED = {
    "asan": ("address,undefined", "int main() { volatile int* p = new int(0); delete p; return *p; }"),
    "tsan": ("thread", "#include <thread>\nint x; int main() { std::thread a([] { ++x; }), b([] { ++x; }); a.join(); "
             "b.join(); return 0; }"),
}


def sees(preset):
    sanitizers, source = PLANTED[preset]
    with tempfile.TemporaryDirectory() as scratch:
        program = f"{scratch}/planted"
        subprocess.run(["c++", f"-fsanitize={sanitizers}", "-x", "c++", "-", "-o", program], input=source, text=True,
                       check=True)
        return subprocess.run([program], env=os.environ | ENVIRONMENT, stderr=subprocess.DEVNULL).returncode != 0


def name_of(program):
    return program.rsplit("/", 1)[-1]


def build(preset, programs):
    targets = [target for program in programs
               for target in (("holdfast", "holdfast_load") if program == SERVER else (name_of(program),))]
    subprocess.run(["cmake", "--preset", preset], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", BUILD / preset, "--parallel", str(os.cpu_count()), "--target", *targets, "--",
                    "--quiet"], cwd=ROOT, check=True)


def run(preset, program, arguments):
    """The exit code, and what it printed."""
    done = subprocess.run([BUILD / preset / program, *arguments], cwd=ROOT, env=os.environ | ENVIRONMENT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode, done.stdout


def serve(preset):
    """A server under the mixed load of tests/load, with waits, expiries and lost connections; then it stops."""
    rig.use_build(BUILD / preset)
    with tempfile.TemporaryDirectory() as scratch:
        with rig.Server(pathlib.Path(scratch) / "data", env=ENVIRONMENT) as server:
            server.run_load("mix", seconds=LOAD_S, connections=16, keys=20, keep_percent=2, shared_percent=30)
            server.run_load("contend", seconds=LOAD_S, connections=16, keys=5, ttl_ms=300)
            server.signal(signal.SIGTERM)
            return server.process.wait(rig.PATIENCE_S), server.log_text()


def report(preset, program, began, code, output):
    print(f"{preset} {name_of(program):28} {time.monotonic() - began:7.1f} s   {'passed' if code == 0 else 'FAILED'}",
          flush=True)
    if code != 0:
        print(output[-12_000:])
    return code == 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("words", nargs="*", metavar="asan | tsan | PROGRAM", help="these only")
    words = set(arguments.parse_args().words)
    presets = words & set(PROGRAMS) or set(PROGRAMS)
    names = words - set(PROGRAMS)
    if unknown := names - {name_of(program) for programs in PROGRAMS.values() for program in programs}:
        print(f"no such program: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 64
    ran = failed = 0
    for preset in sorted(presets):
        chosen = {program: given for program, given in PROGRAMS[preset].items()
                  if not names or name_of(program) in names}
        if not chosen:
            continue
        if not sees(preset):
            print(f"{preset} does not see a planted bug on this machine")
            failed += 1
        build(preset, chosen)
        for program, given in chosen.items():
            began = time.monotonic()
            code, output = serve(preset) if program == SERVER else run(preset, program, given)
            ran += 1
            failed += not report(preset, program, began, code, output)
    print(f"sanitizers: {ran} suites, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
