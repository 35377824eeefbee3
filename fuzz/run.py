#!/usr/bin/env python3
"""Runs fuzzers on their corpora, prints a line for each, and fails when one has found something."""

import argparse
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
CORPUS = ROOT / "fuzz" / "corpus"
MOST_KEPT = 64  # inputs of one target
MOST_BYTES = 4096  # of a new input: what is kept should be small
GROUPS = {
    "wire": ["client_replies", "http_request", "http_target", "json_body", "resp_reply", "resp_request"],
    "names": ["handles", "key", "keys_form", "terraform"],
    "durable": ["backup", "entry", "event_view", "history_frames", "journal_log", "snapshot"],
    "core": ["lock_commands"],
    "config": ["config"],
}
# They reach so much that weighing inputs by how rare is what they reach takes most of the time.
UNWEIGHED = {"lock_commands"}


class Fuzzer:
    def __init__(self, build, name):
        self.name = name
        self.program = build / "fuzz" / f"fuzz_{name}"
        self.kept = CORPUS / name
        self.found = build / "fuzz" / "found" / name  # what this machine knows besides
        self.findings = build / "fuzz" / "findings"
        for directory in (self.kept, self.found, self.findings):
            directory.mkdir(parents=True, exist_ok=True)

    def run(self, seconds):
        """Executions, seconds of processor, coverage, the inputs that broke the target, and the exit code."""
        before = set(self.broken())
        spent = processor_seconds()
        done = self.call(f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", "-timeout=10", "-rss_limit_mb=2048",
                         f"-entropic={int(self.name not in UNWEIGHED)}",
                         f"-artifact_prefix={self.findings}/{self.name}-", "-print_final_stats=1", self.found,
                         self.kept)
        spent = processor_seconds() - spent
        new = sorted(set(self.broken()) - before)
        if done.returncode != 0:
            print(done.stdout)
        executions = re.findall(r"stat::number_of_executed_units: (\d+)", done.stdout)
        coverage = re.findall(r" cov: (\d+)", done.stdout)
        return (int(executions[-1]) if executions else 0, spent, int(coverage[-1]) if coverage else 0, new,
                done.returncode)

    def broken(self):
        return self.findings.glob(f"{self.name}-*")

    def keep(self):
        """Makes the corpus of the fewest inputs that reach what is reached; of too many, of every size some."""
        with tempfile.TemporaryDirectory() as scratch:
            self.call("-set_cover_merge=1", scratch, self.kept, self.found).check_returncode()
            fewest = sorted(pathlib.Path(scratch).iterdir(), key=lambda file: (-file.stat().st_size, file.name))
            for file in self.kept.iterdir():
                file.unlink()
            for file in fewest[:: -(-len(fewest) // MOST_KEPT)]:
                shutil.copyfile(file, self.kept / file.name)

    def call(self, *arguments):
        return subprocess.run([self.program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace")


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def group_of(name):
    return next((group for group, names in GROUPS.items() if name in names), None)


def main():
    arguments = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
    arguments.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "fuzz", help=argparse.SUPPRESS)
    arguments.add_argument("--keep", action="store_true", help="renew fuzz/corpus with what was found, minimised")
    arguments.add_argument("words", nargs="*", metavar="SECONDS | TARGET | GROUP",
                           help="for each target (60); these only")
    options = arguments.parse_args()
    seconds = next((int(word) for word in options.words if word.isdigit()), 60)
    chosen = [word for word in options.words if not word.isdigit()]
    known = sorted(file.stem for file in (ROOT / "fuzz" / "targets").glob("*.cc"))
    if homeless := [name for name in known if not group_of(name)]:
        print(f"without a group in GROUPS: {', '.join(homeless)}", file=sys.stderr)
        return 1
    unknown = set(chosen) - set(known) - set(GROUPS)
    if unknown:
        print(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(known)}, "
              f"and the groups {', '.join(GROUPS)}", file=sys.stderr)
        return 64
    chosen = [target for name in chosen for target in GROUPS.get(name, [name])] or known
    failed = 0
    minutes = dict.fromkeys(GROUPS, 0.0)
    for name in chosen:
        fuzzer = Fuzzer(options.build.resolve(), name)
        executions, spent, coverage, findings, code = fuzzer.run(seconds)
        minutes[group_of(name)] += spent / 60
        print(f"{name:20} {executions:12} executions   coverage {coverage:6}   {len(findings)} findings", flush=True)
        for file in findings:
            print(f"    {fuzzer.program} {file}")
        failed += code != 0
        if options.keep and code == 0:
            fuzzer.keep()
    print("\n" + ", ".join(f"{group} {spent:.1f}" for group, spent in minutes.items()) + " CPU-minutes")
    print(f"fuzz: {len(chosen)} targets, {sum(minutes.values()):.1f} CPU-minutes, {failed} crashes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
