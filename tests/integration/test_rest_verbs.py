"""Every call of the REST interface: the documented statuses and bodies."""

import re

import pytest
import rest
from rest import server  # noqa: F401

HANDLE = re.compile(r"^[1-9][0-9]*\.[A-Za-z0-9_-]{22}$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


def check_problem(reply, status, code):
    assert (reply.status, reply.code) == (status, code), reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json
    assert body["status"] == status and body["type"] == f"/docs/problems#{code}"
    assert body["title"] and body["detail"]
    assert body["revision"] == int(reply.headers["x-holdfast-revision"])
    return body


def test_acquire_grants_with_everything_that_is_documented(server):
    reply = rest.acquire(server, "deploy/prod", owner="alice", ttl_ms=5000)
    assert reply.status == 200 and reply.headers["content-type"] == "application/json"
    body = reply.json
    assert int(reply.headers["x-holdfast-revision"]) == body["revision"] > 0
    lease = body["lease"]
    assert HANDLE.match(lease["handle"]) and lease["handle"].startswith(lease["id"] + ".")
    assert lease["owner"] == "alice" and lease["ttl_ms"] == 5000 and 0 < lease["expires_in_ms"] <= 5000
    (grant,) = body["grants"]
    assert TIME.match(grant.pop("acquired_at"))
    token = grant.pop("fencing_token")
    assert token > 0 and grant.pop("fence_floor") == token
    assert grant == {"key": "deploy/prod", "mode": "exclusive", "group": None, "permits": 1}
    assert body["waited_ms"] == 0 and body["queued_ms"] == 0


def test_defaults(server):
    assert rest.held(server, "a")["lease"]["ttl_ms"] == 30000
    endless = rest.held(server, "b", ttl_ms=-1)["lease"]
    assert endless["ttl_ms"] == -1 and endless["expires_in_ms"] is None


def test_several_keys_are_one(server):
    rest.held(server, "multi/b")
    refused = rest.post(server, "/v1/acquire", {"keys": ["multi/a", "multi/b"]})
    check_problem(refused, 409, "held")
    assert rest.show(server, "multi/a")["state"] == "free"
    keys = ["multi/a", {"key": "multi/c", "mode": "shared", "group": "w", "permits": 2, "limit": 4}]
    granted = rest.post(server, "/v1/acquire", {"keys": keys})
    assert granted.status == 200
    grants = granted.json["grants"]
    assert [g["key"] for g in grants] == ["multi/a", "multi/c"]
    assert (grants[1]["mode"], grants[1]["group"], grants[1]["permits"]) == ("shared", "w", 2)


def test_held_says_who_since_when_until_when_and_why(server):
    rest.held(server, "busy", owner="alice", reason="release 7", metadata={"run": 1}, ttl_ms=60000)
    body = check_problem(rest.acquire(server, "busy"), 409, "held")
    (holder,) = body["holders"]
    assert (holder["owner"], holder["mode"], holder["reason"]) == ("alice", "exclusive", "release 7")
    assert holder["metadata"] == {"run": 1} and holder["held_ms"] >= 0 and 0 < holder["expires_in_ms"] <= 60000
    assert isinstance(holder["lease"], str) and "." not in holder["lease"]
    assert body["key"] == "busy" and body["queue_length"] == 0 and body["blocked_by"] == []
    assert body["waited_ms"] == 0 and body["retry_after_ms"] > 0


def test_shared_holds_of_one_group_live_together(server):
    rest.held(server, "report", mode="shared")
    rest.held(server, "report", mode="shared", group="read")
    check_problem(rest.acquire(server, "report", mode="shared", group="write"), 409, "held")
    lock = rest.show(server, "report")
    assert lock["state"] == "shared" and [h["group"] for h in lock["holders"]] == ["read", "read"]


def test_permits_fit_the_limit(server):
    rest.held(server, "pool", mode="shared", permits=2, limit=3)
    check_problem(rest.acquire(server, "pool", mode="shared", permits=2, limit=3), 409, "held")
    rest.held(server, "pool", mode="shared", permits=1, limit=3)
    check_problem(rest.acquire(server, "pool", mode="shared", limit=5), 409, "limit_mismatch")


def test_renew_changes_the_ttl_and_answers_like_acquire(server):
    handle = rest.held(server, "r", ttl_ms=5000)["lease"]["handle"]
    reply = rest.post(server, "/v1/renew", {"lease": handle, "ttl_ms": 60000})
    assert reply.status == 200
    assert reply.json["lease"]["handle"] == handle and reply.json["lease"]["ttl_ms"] == 60000
    assert rest.post(server, "/v1/renew", {"lease": handle}).json["lease"]["ttl_ms"] == 60000


def test_release_of_all_and_of_some(server):
    handle = rest.post(server, "/v1/acquire", {"keys": ["x1", "x2", "x3"]}).json["lease"]["handle"]
    some = rest.post(server, "/v1/release", {"lease": handle, "keys": ["x2"]})
    assert some.status == 200 and some.json["released"] == ["x2"]
    assert rest.show(server, "x2")["state"] == "free" and rest.show(server, "x1")["state"] == "exclusive"
    rest_of_it = rest.post(server, "/v1/release", {"lease": handle})
    assert sorted(rest_of_it.json["released"]) == ["x1", "x3"]
    body = check_problem(rest.post(server, "/v1/renew", {"lease": handle}), 410, "lease_gone")
    assert body["ended_by"] == "release"


def test_a_minimum_hold_keeps_the_key_reserved(server):
    handle = rest.held(server, "kept")["lease"]["handle"]
    assert rest.post(server, "/v1/release", {"lease": handle, "keep_for_ms": 60000}).status == 200
    lock = rest.show(server, "kept")
    assert lock["state"] == "reserved" and 0 < lock["opens_in_ms"] <= 60000
    assert rest.acquire(server, "kept").status == 409


@pytest.mark.parametrize("handle", ["", "7", "7.", "nonsense", "7." + "A" * 22, "0." + "A" * 22, "7." + "A" * 23])
def test_a_handle_that_proves_nothing_is_gone(server, handle):
    for path, body in (("/v1/renew", {}), ("/v1/release", {}), ("/v1/acquire", {"key": "h"})):
        check_problem(rest.post(server, path, {**body, "lease": handle}), 410, "lease_gone")


def test_the_id_of_a_lease_is_not_its_handle(server):
    lease = rest.held(server, "mine")["lease"]
    check_problem(rest.post(server, "/v1/release", {"lease": lease["id"]}), 410, "lease_gone")
    assert rest.show(server, "mine")["state"] == "exclusive"


def test_a_lease_that_is_shared_by_acquires(server):
    opened = rest.post(server, "/v1/leases", {"ttl_ms": 60000, "owner": "bob", "metadata": {"a": [1]}})
    assert opened.status == 200
    lease = opened.json["lease"]
    assert HANDLE.match(lease["handle"]) and lease["holds"] == [] and lease["owner"] == "bob"
    token = rest.held(server, "s1", lease=lease["handle"])["grants"][0]["fencing_token"]
    rest.held(server, "s2", lease=lease["handle"], mode="shared")
    shown = rest.get(server, f"/v1/leases/{lease['id']}").json["lease"]
    assert {"key": "s1", "mode": "exclusive", "fencing_token": token} in shown["holds"] and len(shown["holds"]) == 2
    assert shown["metadata"] == {"a": [1]} and "handle" not in shown
    listed = rest.get(server, "/v1/leases").json["leases"]
    assert lease["id"] in [entry["id"] for entry in listed] and all("handle" not in entry for entry in listed)
    again = rest.acquire(server, "s1", lease=lease["handle"])
    check_problem(again, 409, "already_held")
    same = rest.held(server, "s1", lease=lease["handle"], on_held="return")
    assert same["grants"][0]["fencing_token"] == token


def test_ending_a_lease_by_its_id_needs_its_handle(server):
    lease = rest.post(server, "/v1/leases", {}).json["lease"]
    other = rest.post(server, "/v1/leases", {}).json["lease"]
    path = f"/v1/leases/{lease['id']}"
    check_problem(rest.call(server, "DELETE", path), 400, "invalid_argument")
    check_problem(rest.call(server, "DELETE", path, headers={"X-Holdfast-Lease": other["handle"]}), 410, "lease_gone")
    rest.held(server, "d1", lease=lease["handle"])
    ended = rest.call(server, "DELETE", path, headers={"X-Holdfast-Lease": lease["handle"]})
    assert ended.status == 200 and ended.json["released"] == ["d1"]
    assert check_problem(rest.get(server, path), 410, "lease_gone")["ended_by"] == "release"
    check_problem(rest.get(server, "/v1/leases/999999999"), 404, "not_found")
    check_problem(rest.get(server, "/v1/leases/x"), 404, "not_found")


def test_leases_are_listed_page_by_page(server):
    ids = [rest.post(server, "/v1/leases", {}).json["lease"]["id"] for _ in range(5)]
    seen, path = [], "/v1/leases?limit=2"
    while path:
        page = rest.get(server, path).json
        assert len(page["leases"]) <= 2
        seen += [lease["id"] for lease in page["leases"]]
        path = f"/v1/leases?limit=2&cursor={page['next_cursor']}" if "next_cursor" in page else None
    assert [i for i in seen if i in ids] == ids and len(seen) == len(set(seen))


def test_locks_are_listed_by_prefix_state_and_owner(server):
    for key, options in {"l/a": {"owner": "o1"}, "l/b": {"mode": "shared"}, "l/c": {"owner": "o1"}}.items():
        rest.held(server, key, **options)
    keys = lambda query: [lock["key"] for lock in rest.get(server, "/v1/locks?" + query).json["locks"]]
    assert keys("prefix=l/") == ["l/a", "l/b", "l/c"]
    assert keys("prefix=l/&state=shared") == ["l/b"]
    assert keys("prefix=l/&owner=o1") == ["l/a", "l/c"]
    first = rest.get(server, "/v1/locks?prefix=l/&limit=2").json
    assert [lock["key"] for lock in first["locks"]] == ["l/a", "l/b"]
    assert keys("prefix=l/&limit=2&cursor=" + first["next_cursor"]) == ["l/c"]


def test_an_unused_key_is_free(server):
    reply = rest.get(server, "/v1/locks/never/used")
    assert reply.status == 200
    body = reply.json
    assert body.pop("revision") == int(reply.headers["x-holdfast-revision"])
    assert body == {"key": "never/used", "state": "free", "limit": None, "holders": [], "holder_count": 0,
                    "queue": [], "queue_length": 0, "opens_in_ms": None, "settings": None, "stats": None}


@pytest.mark.parametrize("path,key", [("/v1/locks/a/b%20c", "a/b c"), ("/v1/locks/a%2Fb", "a/b"),
                                      ("/v1/locks/%C3%A4", "ä"), ("/v1/locks/a%252Fb", "a%2Fb"),
                                      ("/v1/locks/a+b", "a+b"), ("/v1/lock?key=a%2Bb/c", "a+b/c")])
def test_keys_in_paths_are_decoded_once(server, path, key):
    assert rest.get(server, path).json["key"] == key


def test_cancel_of_nothing(server):
    reply = rest.post(server, "/v1/cancel", {"request_id": "never-asked"})
    assert reply.status == 200 and reply.json["cancelled"] is False


def test_a_retry_gives_the_same_grant(server):
    body = {"key": "again", "owner": "me", "request_id": "req-1"}
    first = rest.post(server, "/v1/acquire", body).json
    second = rest.post(server, "/v1/acquire", {**body, "wait_ms": 10, "reason": "retry"}).json
    assert second["lease"]["handle"] == first["lease"]["handle"]
    assert second["grants"][0]["fencing_token"] == first["grants"][0]["fencing_token"]
    check_problem(rest.post(server, "/v1/acquire", {**body, "key": "other"}), 409, "request_id_reused")
    release = {"lease": first["lease"]["handle"], "request_id": "req-2"}
    assert rest.post(server, "/v1/release", release).json["released"] == ["again"]
    assert rest.post(server, "/v1/release", release).json["released"] == ["again"]


def test_status_and_probes(server):
    status = rest.get(server, "/v1/status").json
    assert status["role"] == "leader" and status["epoch"] >= 1 and status["version"]
    assert status["journal"]["engine"] and status["journal"]["class"]
    assert status["counts"]["connections"] >= 1 and status["limits"]["key_bytes"] == 512
    for path in ("/healthz", "/readyz"):
        assert rest.get(server, path).json["status"] == "ok"


def test_head_has_the_headers_of_get_and_no_body(server):
    with rest.wire(server) as wire:
        got = wire.ask("GET", "/v1/locks/h")
        head = wire.ask("HEAD", "/v1/locks/h")
        assert head.status == 200 and head.headers["content-length"] == got.headers["content-length"]
        assert wire.ask("GET", "/healthz").status == 200


def test_unknown_paths_and_methods(server):
    check_problem(rest.get(server, "/v1/nothing"), 404, "not_found")
    check_problem(rest.get(server, "/v1/locks/../status"), 400, "invalid_argument")
    for method, path, allow in (("GET", "/v1/acquire", "POST"), ("PUT", "/v1/leases", "POST, GET, HEAD"),
                                ("BREW", "/v1/status", "GET, HEAD"), ("OPTIONS", "/v1/renew", "POST")):
        reply = rest.call(server, method, path)
        check_problem(reply, 405, "method_not_allowed")
        assert reply.headers["allow"] == allow
