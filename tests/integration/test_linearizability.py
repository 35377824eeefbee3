"""Histories of real servers, judged from outside: what clients saw is what locks that do one thing after the other
could have told them."""

import csv
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "load"), str(TESTS / "linearizability")]
import run as linearizability  # noqa: E402
from rig_fixtures import assert_good, rig, say  # noqa: E402, F401

HISTORIES, SECONDS = 10, 0.8


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    try:
        return linearizability.build_judge(tmp_path_factory.mktemp("judge"))
    except linearizability.CannotRun as reason:
        pytest.skip(f"linearizability B is not judged: {reason}")


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    return linearizability.record_all(tmp_path_factory.mktemp("histories"), HISTORIES, SECONDS)


@pytest.fixture(scope="module")
def whole_history(tmp_path_factory):
    """Ends when so much has happened, however slow the machine is."""
    directory = tmp_path_factory.mktemp("whole")
    with rig.Server(directory / "data") as server:
        linearizability.record(server, directory / "history.tsv", "exclusive", seconds=rig.PATIENCE_S, seed=1, rounds=300)
    return directory / "history.tsv"


def test_the_judge_knows_good_from_bad(judge):
    done = linearizability.go("test", "./...")
    assert done.returncode == 0, done.stdout


def test_histories_are_linearizable(judge, histories, say):
    done = linearizability.judged(judge, histories)
    assert done.returncode == 0, done.stdout
    say(done.stdout.splitlines()[-1])


def test_checker_a_agrees(histories):
    assert_good(*histories)


def forge(path, into, verb, status, changes):
    """Copies a history with one answer changed, in the middle of it."""
    with open(path, newline="") as file:
        lines = [row for row in csv.DictReader(file, delimiter="\t") if row["expires_in_ms"] is not None]
    fitting = [row for row in lines if row["verb"] == verb and row["status"] == status]
    fitting[len(fitting) // 2].update(changes)
    with open(into, "w", newline="") as file:
        out = csv.DictWriter(file, lines[0].keys(), delimiter="\t", lineterminator="\n")
        out.writeheader()
        out.writerows(lines)
    return into


FORGED = {
    "a lease that nobody got": ("get", "200", dict(lease="999999")),
    "a release of what is not held": ("release", "200", dict(lease="999999")),
    "a live lease called gone": ("renew", "200", dict(status="410")),
    "a token of long ago": ("acquire", "200", dict(token="1")),
}


@pytest.mark.parametrize("name", FORGED)
def test_one_forged_answer_is_seen(judge, whole_history, tmp_path, name):
    assert linearizability.judged(judge, [whole_history]).returncode == 0
    forged = forge(whole_history, tmp_path / "forged.tsv", *FORGED[name])
    assert linearizability.judged(judge, [forged]).returncode == 1
