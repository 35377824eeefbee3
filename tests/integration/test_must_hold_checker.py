"""The checker of histories must refuse hand-made histories that break one rule each, and accept the good one."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
from check_history import History  # noqa: E402

COLUMNS = ("client verb key mode request_id call_ns return_ns status code lease token revision waited_ms ttl_ms "
           "wait_ms expires_in_ms").split()
MS = 1_000_000


def line(verb, request_id, call, back, **more):
    """Times in milliseconds."""
    row = dict(client=0, verb=verb, key="k", mode="exclusive", request_id=request_id, call_ns=call * MS,
               return_ns=back * MS, status=200, code="-", lease="-", token=0, revision=0, waited_ms=0, ttl_ms=30_000,
               wait_ms=0,
               expires_in_ms=30_030)
    row.update(more)
    return row


def grant(request_id, call, back, lease, token, revision, **more):
    return line("acquire", request_id, call, back, lease=lease, token=token, revision=revision, **more)


def release(request_id, call, back, lease, revision=0, **more):
    return line("release", request_id, call, back, lease=lease, revision=revision, **more)


def renew(request_id, call, back, lease, revision, **more):
    return line("renew", request_id, call, back, lease=lease, revision=revision, **more)


def refusal(request_id, call, back, revision, **more):
    return line("acquire", request_id, call, back, status=409, code="held", revision=revision, **more)


def get(leases, call, back, revision, **more):
    return line("get", "-", call, back, lease=leases, revision=revision, **more)


def look(request_id, at, waiter):
    return line("queue", request_id, at, at, token=waiter)


def unknown(row):
    return dict(row, status=0, revision=0, token=0, lease=row["lease"] if row["verb"] != "acquire" else "-")


def history_of(tmp_path, rows):
    path = tmp_path / "history.tsv"
    path.write_text("\n".join("\t".join(map(str, row)) for row in [COLUMNS, *([r[c] for c in COLUMNS] for r in rows)]))
    return History([path])


GOOD = [
    grant("a", 0, 10, "1", 1, 1), look("b", 25, 2), look("c", 25, 3), renew("r", 26, 29, "1", 4),
    release("ra", 30, 40, "1", 5), grant("b", 11, 40, "2", 2, 6), release("rb", 50, 60, "2", 7),
    grant("c", 12, 60, "3", 3, 8), unknown(release("rc", 70, 75, "3")), release("rc", 80, 85, "3", 9),
    grant("d", 86, 90, "4", 4, 10, ttl_ms=100), grant("e", 91, 190, "5", 5, 12, waited_ms=95),
    unknown(grant("f", 191, 195, "-", 0, 0, key="f")), grant("f", 196, 199, "6", 6, 14, key="f"),
    grant("s1", 200, 210, "7", 7, 15, key="s", mode="shared"), grant("s2", 200, 210, "8", 8, 16, key="s", mode="shared"),
    get("8,7", 211, 212, 16, key="s"), refusal("x", 213, 214, 16, key="s"), release("r7", 220, 230, "7", 17, key="s"),
    get("8", 231, 232, 17, key="s"), get("-", 232, 233, 17, key="unused"),
    # Refused because another waits; and a wait that ends in the batch of a release.
    grant("w", 233, 260, "18", 9, 21, key="s", wait_ms=50), refusal("y", 240, 241, 17, key="s", mode="shared"),
    release("r8", 245, 250, "8", 18, key="s"), refusal("z", 242, 252, 20, key="s", wait_ms=5, waited_ms=9),
]

BAD = {
    "two holders, by revision": ("exclusion", [
        grant("a", 0, 10, "1", 1, 1), grant("b", 0, 20, "2", 2, 3), release("ra", 5, 20, "1", 4)]),
    "two holders, by time": ("exclusion", [
        grant("a", 0, 10, "1", 1, 1), grant("b", 0, 20, "2", 2, 3), renew("r", 21, 22, "1", 2)]),
    "a shared hold beside an exclusive one": ("exclusion", [
        grant("a", 0, 10, "1", 1, 1), grant("b", 0, 20, "2", 2, 3, mode="shared"), release("ra", 5, 20, "1", 4)]),
    "an exclusive hold beside the first of two shared ones": ("exclusion", [
        grant("a", 0, 10, "1", 1, 1, mode="shared"), grant("b", 0, 10, "2", 2, 2, mode="shared"),
        release("rb", 11, 12, "2", 3), grant("c", 13, 14, "3", 3, 4), release("ra", 13, 20, "1", 5)]),
    "granted before the ttl has passed": ("expiry", [
        grant("a", 0, 10, "1", 1, 1, ttl_ms=100), grant("b", 20, 90, "2", 2, 3)]),
    "granted before a renewed ttl has passed": ("expiry", [
        grant("a", 0, 10, "1", 1, 1, ttl_ms=100), renew("r", 60, 61, "1", 2, ttl_ms=0), grant("b", 62, 120, "2", 2, 3)]),
    "a live lease called gone": ("expiry", [
        grant("a", 0, 10, "1", 1, 1), renew("r", 20, 30, "1", 2, status=410, code="lease_gone")]),
    "a token twice": ("tokens", [grant("a", 0, 10, "1", 1, 1), grant("b", 0, 10, "2", 1, 2, key="other")]),
    "a token that shrinks with the revision": ("tokens", [
        grant("a", 0, 10, "1", 2, 1), grant("b", 0, 10, "2", 1, 2, key="other")]),
    "a token older than one that was told": ("tokens", [
        grant("a", 0, 10, "1", 2, 9), grant("b", 11, 20, "2", 1, 8, key="other")]),
    "a retry with another token": ("retries", [
        unknown(grant("a", 0, 10, "-", 0, 0)), grant("a", 11, 20, "1", 1, 1), grant("a", 21, 30, "2", 2, 2)]),
    "granted without one of its keys": ("whole", [
        grant("a", 0, 10, "1", 1, 2), grant("a", 0, 10, "1", 0, 2, key="other")]),
    "a revision from before one that was told": ("order", [
        grant("a", 0, 10, "1", 1, 5), refusal("b", 11, 12, 4)]),
    "a read from before what was told, of another key": ("order", [
        grant("a", 0, 10, "1", 1, 5), get("-", 11, 12, 4, key="other")]),
    "a look that misses a hold": ("looks", [grant("a", 0, 10, "1", 1, 1), get("-", 5, 12, 1)]),
    "a look that shows one that was released": ("looks", [
        grant("a", 0, 10, "1", 1, 1), release("ra", 11, 20, "1", 2), get("1", 21, 22, 2)]),
    "a look that shows one that nobody got": ("looks", [grant("a", 0, 10, "1", 1, 1), get("1,9", 11, 12, 1)]),
    "a look that shows one before it was granted": ("looks", [grant("a", 0, 10, "1", 1, 3), get("1", 1, 2, 2)]),
    "a free lock refused": ("refusals", [
        grant("a", 0, 10, "1", 1, 1), release("ra", 11, 20, "1", 2), refusal("b", 15, 25, 2)]),
    "a shared try refused beside a shared hold": ("refusals", [
        grant("a", 0, 10, "1", 1, 1, mode="shared"), refusal("b", 11, 12, 1, mode="shared")]),
    "renewed after the release": ("revival", [
        grant("a", 0, 10, "1", 1, 1), release("ra", 11, 20, "1", 2), renew("r", 15, 25, "1", 3)]),
    "alive after it was called gone": ("revival", [
        grant("a", 0, 10, "1", 1, 1, ttl_ms=100), renew("r", 200, 201, "1", 2, status=410), renew("s", 202, 203, "1", 3)]),
    "released twice, under two ids": ("revival", [
        grant("a", 0, 10, "1", 1, 1), release("x", 11, 20, "1", 2), release("y", 21, 25, "1", 3)]),
    "waiters out of order": ("queue", [
        grant("a", 0, 10, "1", 1, 1), look("b", 25, 2), look("c", 25, 3), release("ra", 30, 40, "1", 5),
        grant("c", 12, 40, "3", 2, 6), release("rc", 50, 60, "3", 7), grant("b", 11, 60, "2", 3, 8)]),
    "a waiter overtaken by a newcomer": ("queue", [
        grant("a", 0, 10, "1", 1, 1), look("b", 25, 2), release("ra", 30, 40, "1", 5), grant("x", 31, 45, "3", 2, 6),
        release("rx", 50, 60, "3", 7), grant("b", 11, 60, "2", 3, 8)]),
}


def test_a_good_history_is_accepted(tmp_path):
    history = history_of(tmp_path, GOOD)
    assert history.check() == []
    assert (len(history.holds), history.placed) == (9, 2)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_history_is_refused(tmp_path, name):
    kind, rows = BAD[name]
    found = history_of(tmp_path, rows).check()
    # One lie can break more than one rule.
    assert kind in {violation.split(":")[0] for violation in found}, found


def shown(token, lease, expires_in_ms, key="k"):
    return [dict(key=key, holders=[dict(lease=lease, fencing_token=token, expires_in_ms=expires_in_ms)])]


AFTER = {  # told 30,030 ms at 10 ms; looked at 10,000 ms
    "as it should be": (None, shown(1, "1", 22_000)),
    "gone": ("memory", []),
    "another token": ("memory", shown(2, "1", 22_000)),
    "another lease": ("memory", shown(1, "2", 22_000)),
    "shortened": ("memory", shown(1, "1", 19_000)),
    "reset": ("memory", shown(1, "1", 30_031)),
}


@pytest.mark.parametrize("name", AFTER)
def test_memory_after_a_restart(tmp_path, name):
    kind, locks = AFTER[name]
    history = history_of(tmp_path, [grant("a", 0, 10, "1", 1, 1)])
    assert history.check_memory(locks, 9_999 * MS, 10_000 * MS) == 1
    assert [violation.split(":")[0] for violation in history.violations] == ([kind] if kind else [])


def test_what_was_released_must_not_be_held_again(tmp_path):
    history = history_of(tmp_path, [grant("a", 0, 10, "1", 1, 1), release("r", 20, 30, "1", 2)])
    assert history.check_memory(shown(1, "1", 29_000), 40 * MS, 50 * MS) == 0
    assert len(history.violations) == 1
