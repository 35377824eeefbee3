"""./dev soak believes a suite only what it says at its end, and adds up what all said."""

import pathlib
import sys

import pytest
from harness import ROOT

sys.path.insert(0, str(ROOT / "tests" / "soak"))
import outcome as outcomes  # noqa: E402
import soak  # noqa: E402
from suites import SUITES, Suite  # noqa: E402

GOOD = {
    "sim": "sim: 120,000 seeds, 1234.5 simulated hours, 9,876,543 operations, 55 faults (crash 5, pause 50), 0 violations",
    "model": "model: 2,151,000 states, depth 40, 0 violations; 11/11 rules each caught when switched off",
    "mutants": "mutants: 24/24 caught, by sim 20, unit 4",
    "linearizability_a": "linearizability A: 1000000 operations, 0 violations",
    "linearizability_b": "linearizability A: 300000 operations, 0 violations\n"
                         "linearizability B: 200 histories, 300000 operations, 0 violations",
    "powercut": "powercut: 500 cuts, 0 lost",
    "crashpoints": "crashpoints: 1026 points (fsync 40, pwrite 900; 3 not reached, of 1029 in all), 0 lost",
    "crashpoints_powercut": "crashpoints: 100 points (fsync 50, pwrite 50; 0 not reached, of 1029 in all), 0 lost",
    "corruption": "corruption: 3000 damages (refused 2000, served whole 1000), 0 accepted wrongly",
    "chaos": "chaos: 429 faults, 204 pairs (Kill 40, Partition 41), 900000 operations, snapshots in 9 of 10 rounds, "
             "recovery p50 0.03 s p99 0.30 s max 0.31 s, 0 violations",
    "fuzz": "wire 1.0 CPU-minutes\nfuzz: 19 targets, 61.5 CPU-minutes, 0 crashes",
    "sanitizers": "sanitizers: 3 builds, 900 tests, 0 failed",
}


def of(name, text, code=0):
    return outcomes.Outcome(next(suite for suite in SUITES if suite.name == name), code, "before\n" + text + "\nafter\n")


def all_of(**changed):
    return [of(name, changed.get(name, text)) for name, text in GOOD.items()]


def test_all_is_well():
    assert set(GOOD) == {suite.name for suite in SUITES}
    assert outcomes.reliability_line(all_of()) == (
        "RELIABILITY seeds=120000 sim_hours=1234.5 operations=9876543 mutants=24/24 rules=11/11 powercut=500 "
        "crashpoints=1126 corruption=3000 chaos=429 pairs=204 fuzz_min=61.5 lin_ops=1300000 "
        "histories=200 violations=0")


@pytest.mark.parametrize("name, before, after, count", [
    ("sim", "0 violations", "2 violations", 2), ("mutants", "24/24", "23/24", 1), ("model", "11/11", "10/11", 1),
    ("linearizability_b", "s, 300000 operations, 0", "s, 300000 operations, 3", 3), ("powercut", "0 lost", "7 lost", 7),
    ("crashpoints", "0 lost", "1 lost", 1), ("corruption", "0 accepted", "4 accepted", 4),
    ("chaos", "0 violations", "5 violations", 5), ("fuzz", "0 crashes", "1 crashes", 1), ("sanitizers", "0 failed", "1 failed", 1)])
def test_what_a_suite_found_counts(name, before, after, count):
    bad = GOOD[name].replace(before, after)
    assert bad != GOOD[name]
    assert outcomes.reliability_line(all_of(**{name: bad})).endswith(f" violations={count}")


@pytest.mark.parametrize("text, code", [("nothing of the kind", 0), (GOOD["powercut"], 1), (GOOD["powercut"], None)])
def test_a_suite_that_breaks_counts(text, code):
    assert of("powercut", text, code).violations == 1


def test_a_suite_that_runs_in_part_says_so():
    partly = of("linearizability_b", "linearizability A: 5 operations, 0 violations\nlinearizability B: SKIPPED, no Go", 77)
    assert partly.violations == 0 and partly.told()[-1] == "linearizability B: SKIPPED, no Go"
    assert "lin_ops=5 histories=- violations=0" in outcomes.reliability_line([partly])


def test_a_suite_that_cannot_run_is_a_dash():
    skipped = of("powercut", "powercut: SKIPPED, mounts are refused here", 77)
    assert skipped.violations == 0
    assert "powercut=- " in outcomes.reliability_line([skipped])


def run(tmp_path, program, patience_s=60):
    suite = Suite("some", f"{sys.executable} -c /", r"^some: (?P<violations>\d+) violations")
    return soak.run(suite, [sys.executable, "-c", program], 1, tmp_path / "log", patience_s)


def test_a_real_run_is_read_to_its_end(tmp_path):
    assert run(tmp_path, "print('some: 0 violations')").violations == 0
    assert run(tmp_path, "print('some: 3 violations'); exit(1)").violations == 3
    assert run(tmp_path, "exit(3)").reasons[0] == "exit 3"


def test_a_run_without_end_is_ended(tmp_path):
    ended = run(tmp_path, "import time; print('some: 0 violations', flush=True); time.sleep(600)", patience_s=1)
    assert ended.reasons == ["did not end in its time"]


def test_the_time_is_shared():
    given = soak.shares(SUITES, 60)
    assert sum(given.values()) == pytest.approx(60)
    assert all(minutes > 0 for minutes in given.values())


def test_every_suite_names_its_program():
    assert {pathlib.Path(suite.program).name for suite in SUITES} >= {"holdfast_sim", "run.py", "chaos.py", "powercut.py"}
