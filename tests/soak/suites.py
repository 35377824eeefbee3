"""What `./dev soak` runs: a line for each suite."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3" if pathlib.Path("/usr/bin/python3").exists() else sys.executable


class Suite:
    """`command` is run in the root of the checkout; {build}, {minutes}, {seconds}, {seed}, {operations} and
    {histories} (as many as fit), {per_fuzzer} (seconds) are filled in. `share` is its part of the time; a suite that takes what it takes, whatever it is told, has `fixed`
    minutes instead. `lines` are patterns of what it closes with, one or several; their groups are counted: `violations`
    and `failures` are bad, `of_` and a name says how much there should be of it, all others are figures of the line at
    the end."""

    def __init__(self, name, command, *lines, share=0.0, fixed=0.0, program=None):
        self.name, self.command, self.share, self.fixed = name, command, share, fixed
        self.lines = [re.compile(line, re.MULTILINE) for line in lines]
        self.program = program or next(word for word in command.split() if "/" in word and word != PYTHON)

    def missing(self, build):
        """The file that it needs and that is not there, or None."""
        program = ROOT / self.program.format(build=build)
        return None if program.exists() else program

    def words(self, **values):
        return [word.format(**values) for word in self.command.split()]


def number(name):
    return rf"(?P<{name}>[\d,]+)"


SUITES = (
    Suite("sim", "{build}/sim/holdfast_sim --minutes {minutes} --from {seed}",
          rf"^sim: {number('seeds')} seeds, (?P<sim_hours>[\d.,]+) simulated hours, {number('operations')} operations, "
          rf".*?{number('violations')} violations", share=6),
    Suite("model", "{build}/sim/model/holdfast_model",
          rf"^model: {number('states')} states, .*?{number('violations')} violations; {number('rules')}/"
          rf"{number('of_rules')} rules", fixed=0.5),
    Suite("mutants", PYTHON + " tests/mutants/run.py --build {build}",
          rf"^mutants: {number('mutants')}/{number('of_mutants')} caught", fixed=4),
    Suite("linearizability_a", PYTHON + " tests/load/linearizability_a.py --operations {operations} --build {build}",
          rf"^linearizability A: {number('lin_ops')} operations, {number('violations')} violations", share=3),
    Suite("linearizability_b", PYTHON + " tests/linearizability/run.py --histories {histories} --build {build}",
          rf"^linearizability A: {number('lin_ops')} operations, {number('violations')} violations",
          rf"^linearizability B: {number('histories')} histories, {number('operations_of_b')} operations, "
          rf"{number('violations')} violations", share=2),
    Suite("powercut", PYTHON + " tests/powercut/powercut.py --seconds {seconds} --seed {seed} --writer "
          "{build}/tests/powercut/powercut_writer",
          rf"^powercut: {number('powercut')} cuts, {number('violations')} lost", share=4),
    Suite("crashpoints", PYTHON + " tests/disk/crashpoints.py --seconds {seconds} --seed {seed} --build {build}",
          rf"^crashpoints: {number('crashpoints')} points \(.*\), {number('violations')} lost", share=4),
    Suite("crashpoints_powercut", PYTHON + " tests/disk/crashpoints.py --power-cut --seconds {seconds} --seed {seed} "
          "--build {build}",
          rf"^crashpoints: {number('crashpoints')} points \(.*\), {number('violations')} lost", share=3),
    Suite("corruption", PYTHON + " tests/disk/corruption.py --seconds {seconds} --seed {seed} --build {build}",
          rf"^corruption: {number('corruption')} damages \(.*\), {number('violations')} accepted wrongly", share=2),
    Suite("chaos", PYTHON + " tests/chaos/chaos.py --minutes {minutes} --seed {seed} --build {build}",
          rf"^chaos: {number('chaos')} faults, {number('pairs')} pairs \(.*\), .*?{number('violations')} violations", share=9),
    Suite("fuzz", PYTHON + " fuzz/run.py {per_fuzzer}",
          rf"^fuzz: {number('targets')} targets, (?P<fuzz_min>[\d.,]+) (?:CPU-)?minutes, {number('violations')} "
          r"(?:crashes|failed)", share=4, program="build/fuzz/fuzz"),
    Suite("sanitizers", PYTHON + " tests/sanitizers/run.py", rf"^sanitizers: .*?{number('violations')} (?:failed|reports|violations)",
          fixed=5),
)

# In the order of the line at the end.
FIELDS = ("seeds", "sim_hours", "operations", "mutants", "rules", "powercut", "crashpoints", "corruption", "chaos", "pairs",
          "fuzz_min", "lin_ops", "histories")
