"""The Redis protocol: what is asked of locks and of others' holds, beside what REST says of the same state."""

import json

import pytest
from harness import wait_until
from resp import Refused, Resp, as_map, is_handle, resp, server, wait_for_queue  # noqa: F401

NATURAL = {"held_ms", "waiting_ms", "expires_in_ms", "deadline_in_ms", "opens_in_ms", "revision"}  # go on by themselves


def still(value):
    """The same without what changes between two looks."""
    if isinstance(value, dict):
        return {name: still(member) for name, member in value.items() if name not in NATURAL}
    return [still(member) for member in value] if isinstance(value, list) else value


def in_rest(server, key):
    """A lock as REST shows it, with metadata as the text that the Redis protocol gives."""
    lock = server.rest.lock(key)
    for holder in lock["holders"]:
        holder["metadata"] = holder["metadata"] and json.dumps(holder["metadata"], separators=(",", ":"))
    return lock


@pytest.fixture
def resp3(server):
    with Resp(server.resp) as connection:
        connection("HELLO", 3)
        yield connection


def test_lockinfo_says_what_rest_says(server, resp3):
    key = "locks/info"
    settings = {"description": "d", "owners": [], "limit": 5, "shared_groups": ["g"], "max_ttl_ms": 600000}
    assert server.rest.call("PUT", f"/v1/locks/{key}", settings)[0] == 200
    server.rest.acquire(key, mode="shared", group="g", owner="ann", reason="r", metadata={"a": [1]}, ttl_ms=60000)
    with Resp(server.resp) as waiting:
        waiting.send("ACQUIRE", key, "WAIT", 60000, "OWNER", "bob", "REASON", "later")
        wait_for_queue(server, key, 1)
        server.rest.post("/v1/request-release", key=key, reason="soon")
        shown = resp3("LOCKINFO", key)
        assert still(shown) == still(in_rest(server, key))
        assert shown["queue"][0]["owner"] == "bob" and shown["queue"][0]["detached"] is False
        assert set(shown) == set(in_rest(server, key))
    free = resp3("LOCKINFO", "locks/unused")
    assert free["state"] == "free" and free["settings"] is None and free["stats"] is None
    assert resp3.refused("LOCKINFO", "").word == "INVALID"


def test_resp2_has_maps_as_pairs(server, resp):
    server.rest.acquire("locks/two", owner="ann", ttl_ms=60000)
    lock = as_map(resp("LOCKINFO", "locks/two"))
    assert lock["state"] == "exclusive" and as_map(lock["holders"][0])["owner"] == "ann" and lock["limit"] is None


def test_locks_in_pages(server, resp3):
    for i in range(25):
        server.rest.acquire(f"page/{i:02}", owner=f"o{i % 2}", ttl_ms=60000)
    keys, cursor = [], None
    while True:
        more = ("CURSOR", cursor) if cursor else ()
        cursor, locks = resp3("LOCKS", "PREFIX", "page/", "COUNT", 10, *more)
        keys += [lock["key"] for lock in locks]
        if cursor is None:
            break
    assert keys == [f"page/{i:02}" for i in range(25)]
    assert len(resp3("LOCKS", "PREFIX", "page/", "OWNER", "o1")[1]) == 12
    assert still(resp3("LOCKS", "PREFIX", "page/00")[1]) == [still(in_rest(server, "page/00"))]
    assert resp3.refused("LOCKS", "COUNT", 0).fields["field"] == "COUNT"
    assert resp3.refused("LOCKS", "COUNT", 1001).fields["field"] == "COUNT"
    assert resp3.refused("LOCKS", "NONSENSE").word == "INVALID"


def test_fence(server, resp):
    handle, _, _, _, token = resp("ACQUIRE", "locks/fence", "TTL", 60000)
    assert resp("FENCE", "locks/fence", token) == 1
    assert resp.refused("FENCE", "locks/fence", token - 1).word == "STALEFENCE"
    assert resp("RELEASE", handle) == 1
    assert resp.refused("FENCE", "locks/fence", token).word == "STALEFENCE"
    assert resp.refused("FENCE", "locks/fence", "x").fields["field"] == "token"
    assert resp.refused("FENCE", "locks/fence", -1).fields["field"] == "token"


def test_a_lease_that_is_shared(server, resp):
    handle = resp("LEASE", 60000, "OWNER", "ann", "REQUEST", "lease-1")
    assert is_handle(handle) and resp("LEASE", 60000, "OWNER", "ann", "REQUEST", "lease-1") == handle
    first = resp("ACQUIRE", "lease/a", "LEASE", handle)
    assert first[0] == handle and resp("ACQUIRE", "lease/b", "LEASE", handle)[0] == handle
    holds = server.rest.get("/v1/leases/" + handle.split(".")[0])[1]["lease"]["holds"]
    assert [hold["key"] for hold in holds] == ["lease/a", "lease/b"]
    assert resp("RELEASE", handle) == 2
    assert resp("LEASE", -1)
    assert resp.refused("LEASE", 5).fields["field"] == "ttl_ms"
    assert resp.refused("LEASE", 60000, "NONSENSE").word == "INVALID"


def test_the_name_of_the_connection_is_the_owner(server, resp):
    resp("CLIENT", "SETNAME", "worker-7")
    resp("ACQUIRE", "name/a", "TTL", 60000)
    resp("ACQUIRE", "name/b", "TTL", 60000, "OWNER", "other")
    assert server.rest.lock("name/a")["holders"][0]["owner"] == "worker-7"
    assert server.rest.lock("name/b")["holders"][0]["owner"] == "other"


def test_cancel_from_another_connection(server, resp):
    resp("ACQUIRE", "cancel/k", "TTL", 60000)
    with Resp(server.resp) as waiting:
        waiting.send("ACQUIRE", "cancel/k", "WAIT", -1, "REQUEST", "c-1")
        wait_for_queue(server, "cancel/k", 1)
        assert resp("CANCEL", "c-1") == 1 and resp("CANCEL", "c-1") == 0
        assert waiting.read().word == "CANCELLED"
    assert resp.refused("CANCEL", "").word == "INVALID"


def test_break_of_holds_and_waits(server, resp):
    by_lease = resp("ACQUIRE", "break/a", "TTL", 60000, "OWNER", "ann")
    broken = as_map(resp("BREAK", "break/a", "LEASE", by_lease[0].split(".")[0], "NOW", "REASON", "too slow")[0])
    assert (broken["owner"], broken["fencing_token"], broken["opens_in_ms"]) == ("ann", by_lease[4], 0)
    gone = resp.refused("RENEW", by_lease[0])
    assert (gone.word, gone.fields["ended_by"], gone.fields["reason"]) == ("GONE", "break", "too%20slow")

    by_token = resp("ACQUIRE", "break/b", "TTL", 60000)
    broken = as_map(resp("BREAK", "break/b", "REASON", "r", "TOKEN", by_token[4], "OWNER", "me", "REQUEST", "b-1")[0])
    assert 0 < broken["opens_in_ms"] <= 60061
    assert resp.refused("RENEW", by_token[0]).fields["by"] == "me"
    assert resp("BREAK", "break/b", "REASON", "r", "TOKEN", by_token[4], "OWNER", "me", "REQUEST", "b-1")

    with Resp(server.resp) as waiting:
        waiting.send("ACQUIRE", "break/b", "WAIT", -1)
        wait_for_queue(server, "break/b", 1)
        waiter = server.rest.lock("break/b")["queue"][0]["waiter"]
        assert as_map(resp("BREAK", "break/b", "WAITER", waiter, "REASON", "r")[0])["waiter"] == waiter
        assert waiting.read().word == "CANCELLED"

    assert resp.refused("BREAK", "break/b", "TOKEN", 1, "LEASE", 1).word == "INVALID"
    assert resp.refused("BREAK", "break/b", "TOKEN", 1, "NOW", "NOW").fields["field"] == "reason"
    assert resp.refused("BREAK", "break/free", "TOKEN", 1, "REASON", "r").word == "NOTFOUND"


def test_max_hold_is_told_as_lost(server, resp):
    assert server.rest.call("PUT", "/v1/locks/lost/k", {"max_hold_ms": 200})[0] == 200
    lease = resp("LEASE", 60000)
    resp("ACQUIRE", "lost/k", "LEASE", lease)

    def lost():
        try:
            resp("RENEW", lease)
        except Refused as refused:
            return refused
        return None

    refused = wait_until(lost, "the hold is lost")
    assert refused.word == "LOST" and refused.fields["ended_by"] == "max_hold" and refused.fields["key"] == "lost/k"
