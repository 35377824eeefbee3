"""What clients of distributed-locking-service ask, route by route, and the promises that it broke."""

import concurrent.futures
import json
import random
import re
import threading
import time
import urllib.parse

import pytest
from harness import Server
from rest import acquire, call, eventually, get, held, post, server, show, wait_for_queue, wire  # noqa: F401
from serving import serving

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
MEMBERS = ["id", "created_at", "updated_at", "lock_id", "read_process_list", "write_process_list", "is_write_exclusive", "current_state"]


class Locks:
    """The eight calls of one tenant."""

    def __init__(self, server, tenant="tenant"):
        self.server, self.tenant = server, tenant

    def ask(self, method, lock_id, rest="", status=200, tenant=..., **query):
        path = "/v1/distributed_lock/" + urllib.parse.quote(lock_id, safe="") + rest
        if query:
            path += "?" + urllib.parse.urlencode(query)
        user_id = self.tenant if tenant is ... else tenant
        reply = call(self.server, method, path, headers={"user-id": user_id})
        assert reply.status == status, (reply.status, reply.body)
        assert reply.headers["content-type"] == "application/json" and "x-holdfast-revision" in reply.headers
        if status >= 400:
            assert list(reply.json) == ["Error message"]
            return reply.json["Error message"]
        return self.checked(reply.json, lock_id)

    def checked(self, lock, lock_id):
        assert list(lock) == MEMBERS and lock["lock_id"] == lock_id
        assert TIME.fullmatch(lock["created_at"]) and TIME.fullmatch(lock["updated_at"])
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", lock["id"])
        for process in lock["read_process_list"] + lock["write_process_list"]:
            assert list(process) == ["process_id", "lock_acquired_at", "timeout"] and TIME.fullmatch(process["lock_acquired_at"])
        held_by = "READ" if lock["read_process_list"] else "WRITE" if lock["write_process_list"] else "FREE"
        assert lock["current_state"] == held_by
        return lock

    def create(self, lock_id, status=201, **query):
        return self.ask("POST", lock_id, status=status, **query)

    def get(self, lock_id, status=200):
        return self.ask("GET", lock_id, status=status)

    def put(self, kind, lock_id, process, status=200, refresh=False, **query):
        rest = f"/{kind}-process/{urllib.parse.quote(process, safe='')}" + ("/refresh" if refresh else "")
        return self.ask("PUT", lock_id, rest, status, **query)

    def delete(self, kind, lock_id, process, status=200):
        return self.ask("DELETE", lock_id, f"/{kind}-process/{urllib.parse.quote(process, safe='')}", status)


@pytest.fixture
def locks(server):
    return Locks(server)


def names(lock, kind):
    return [process["process_id"] for process in lock[f"{kind}_process_list"]]


def state_of(message):
    """The lock that a message ends with."""
    return json.loads(message.split(" Current lock state: ", 1)[1])


def test_create_and_get(locks):
    made = locks.create("L1")
    assert made["read_process_list"] == made["write_process_list"] == [] and made["is_write_exclusive"] is False
    assert made["current_state"] == "FREE" and made["updated_at"] == made["created_at"]
    assert locks.get("L1") == made
    assert locks.create("L1", 400) == "Different Lock with id:L1 already exists. Please try again."
    assert locks.create("a lock", is_write_exclusive="on")["is_write_exclusive"] is True
    assert locks.create("readme", is_exclusive="true")["is_write_exclusive"] is True
    assert locks.create("no", is_write_exclusive="False")["is_write_exclusive"] is False
    assert len({locks.get(one)["id"] for one in ("L1", "a lock", "readme", "no")}) == 4


def test_unknown_locks(locks):
    text = "Missing data: DistributedLock with lock_id: nope not found."
    assert locks.get("nope", 404) == text
    for kind in ("read", "write"):
        for refresh in (False, True):
            assert locks.put(kind, "nope", "p", 404, refresh) == text
        assert locks.delete(kind, "nope", "p", 404) == text


def test_readers_share(locks):
    locks.create("R")
    one = locks.put("read", "R", "p1", timeout=70)
    assert names(one, "read") == ["p1"] and one["read_process_list"][0]["timeout"] == 70
    two = locks.put("read", "R", "p2")
    assert names(two, "read") == ["p1", "p2"] and two["read_process_list"][1]["timeout"] == 60
    assert locks.put("read", "R", "p3", timeout_seconds=5)["read_process_list"][2]["timeout"] == 5
    message = locks.put("write", "R", "w", 409)
    assert message.startswith("The lock with lock_id:R is currently in READ state. Please wait for the lock to "
                              "return to FREE or READ state. Current lock state: ")
    assert names(state_of(message), "read") == ["p1", "p2", "p3"]
    assert names(locks.delete("read", "R", "p1"), "read") == ["p2", "p3"]
    locks.delete("read", "R", "p2")
    assert locks.delete("read", "R", "p3")["current_state"] == "FREE"


def test_writers_share_unless_exclusive(locks):
    locks.create("W")
    locks.put("write", "W", "w1")
    assert names(locks.put("write", "W", "w2"), "write") == ["w1", "w2"]
    message = locks.put("read", "W", "r", 409)
    assert message.startswith("The lock with lock_id:W is currently in WRITE state. Please wait for the lock to "
                              "return to FREE or READ state. Current lock state: ")
    locks.create("X", is_write_exclusive=1)
    assert locks.put("write", "X", "w1")["current_state"] == "WRITE"
    for refresh in (False, True):
        message = locks.put("write", "X", "w2", 409, refresh)
        assert message.startswith("The lock is write exclusive. It can only hold one write process at a time. Current lock state: ")
    assert names(state_of(message), "write") == ["w1"]
    assert locks.put("read", "X", "r", 409).startswith("The lock with lock_id:X is currently in WRITE state.")


def test_added_twice(locks):
    for kind, query in (("read", {}), ("write", {}), ("write", {"is_write_exclusive": "true"})):
        lock_id = "twice" + kind + str(len(query))
        locks.create(lock_id, **query)
        locks.put(kind, lock_id, "p")
        message = locks.put(kind, lock_id, "p", 406)
        assert message.startswith("Process id p already present in the lock. Current lock state: ")
        assert names(state_of(message), kind) == ["p"]


def test_a_reader_cannot_become_a_writer(locks):
    locks.create("up")
    locks.put("read", "up", "p")
    for refresh in (False, True):
        assert locks.put("write", "up", "p", 409, refresh).startswith("The lock with lock_id:up is currently in READ state.")
    assert names(locks.get("up"), "read") == ["p"]


def test_deletes_that_find_nothing(locks):
    locks.create("D")
    for kind in ("read", "write"):
        message = locks.delete(kind, "D", "p", 400)
        assert message.startswith("The lock is already in FREE state. Current lock state: ")
        assert state_of(message) == locks.get("D")
    locks.put("read", "D", "p")
    assert locks.delete("write", "D", "p", 400).startswith("The lock is currently in READ state. Current lock state: ")
    assert locks.delete("read", "D", "q", 400).startswith("The process is not present in lock's read list. Current lock state: ")
    locks.delete("read", "D", "p")
    locks.put("write", "D", "p")
    assert locks.delete("read", "D", "p", 400).startswith("The lock is currently in WRITE state. Current lock state: ")
    assert locks.delete("write", "D", "q", 400).startswith("The process is not present in lock's write list. Current lock state: ")


def test_refresh_keeps_and_acquires(locks):
    locks.create("F")
    first = locks.put("read", "F", "p1", timeout=60, refresh=True)
    assert names(first, "read") == ["p1"]
    locks.put("read", "F", "p2")
    time.sleep(0.05)
    moved = locks.put("read", "F", "p1", timeout=600, refresh=True)
    assert names(moved, "read") == ["p2", "p1"] and moved["read_process_list"][1]["timeout"] == 600
    assert moved["read_process_list"][1]["lock_acquired_at"] > first["read_process_list"][0]["lock_acquired_at"]
    assert moved["updated_at"] > first["updated_at"]
    assert len(names(locks.get("F"), "read")) == 2


@pytest.mark.parametrize("timeout", ["0", "-5"])
def test_a_time_that_is_over_at_once(locks, timeout):
    locks.create("T" + timeout)
    assert locks.put("write", "T" + timeout, "p", timeout=timeout)["current_state"] == "WRITE"
    eventually(lambda: locks.get("T" + timeout)["current_state"] == "FREE", "the process is gone")


def test_tenants_do_not_meet(server):
    ann, bob, nobody = Locks(server, "ann"), Locks(server, "bob"), Locks(server, "")
    ann.create("L", is_write_exclusive=True)
    assert bob.get("L", 404)
    bob.create("L")
    nobody.create("L")
    ann.put("write", "L", "w")
    assert bob.get("L")["current_state"] == "FREE" and bob.put("read", "L", "r")["current_state"] == "READ"
    assert show(server, "rw/ann/L")["state"] == "exclusive" and show(server, "rw/_/L")["state"] == "free"


def test_wrong_requests(locks):
    missing = "{'loc': ('header', 'user-id'), 'msg': 'field required', 'type': 'value_error.missing'}"
    integer = "{'loc': ('query', 'timeout'), 'msg': 'value is not a valid integer', 'type': 'type_error.integer'}"
    truth = "{'loc': ('query', 'is_write_exclusive'), 'msg': 'value could not be parsed to a boolean', 'type': 'type_error.bool'}"
    assert locks.ask("GET", "L1", status=400, tenant=None) == f"[{missing}]"
    assert locks.put("read", "L1", "p", 400, timeout="soon") == f"[{integer}]"
    assert locks.put("read", "L1", "p", 400, timeout="soon", tenant=None) == f"[{integer}, {missing}]"
    assert locks.create("new", 400, is_write_exclusive="maybe") == f"[{truth}]"
    assert "less than or equal to 86400" in locks.put("read", "L1", "p", 400, timeout=86401)
    assert locks.create("x" * 600, 400)


def test_what_there_is_no_route_for(server):
    for method, path, status, detail in [
        ("DELETE", "/v1/distributed_lock/L1", 405, "Method Not Allowed"),
        ("GET", "/v1/distributed_lock/L1/read-process/p", 405, "Method Not Allowed"),
        ("GET", "/v1/distributed_lock/", 404, "Not Found"),
        ("PUT", "/v1/distributed_lock/L1/other-process/p", 404, "Not Found"),
        ("GET", "/v1/distributed_lock/a%2Fb", 404, "Not Found"),
    ]:
        reply = call(server, method, path, headers={"user-id": "t"})
        assert (reply.status, reply.json) == (status, {"detail": detail}), path


def test_healthcheck_and_documents(server):
    reply = get(server, "/v1/healthcheck")
    assert reply.status == 200 and list(reply.json) == ["message", "service_version", "commit_id", "time"]
    assert reply.json["message"] == "healthy" and reply.json["commit_id"] == "No commit id found!"
    assert TIME.fullmatch(reply.json["time"])
    assert get(server, "/openapi.json").json["openapi"].startswith("3.")
    assert b"<html" in get(server, "/v1/docs").body and b"<html" in get(server, "/docs").body


def test_the_key_in_the_query_is_taken_and_not_logged():
    with serving("--journal", "memory:", "--log-level", "trace") as running:
        locks = Locks(running)
        locks.create("L1", key="AIzaSecret")
        locks.put("read", "L1", "p1", key="AIzaSecret", other="x")
        locks.get("nope", 404)
        eventually(lambda: running.log().count("distributed_lock") >= 3, "the requests are logged")
        assert "AIzaSecret" not in running.log()


def test_the_rate(tmp_path):
    with serving("--journal", "memory:", "--dialects.rwlocks.rate_per_minute", "5") as running:
        locks = Locks(running)
        locks.create("L1")
        for number in range(4):
            locks.put("read", "L1", f"p{number}")
        assert locks.get("L1", 429) == "a client sends at most 5 requests a minute"
        locks.put("read", "L1", "p1", refresh=True)
        locks.delete("read", "L1", "p1")
        assert get(running, "/v1/status").status == 200


def test_switched_off_and_another_default():
    with serving("--journal", "memory:", env={"HOLDFAST_DIALECTS_RWLOCKS_ENABLED": "false"}) as running:
        assert post(running, "/v1/distributed_lock/L1", None).code == "not_found"
    with serving("--journal", "memory:", "--dialects.rwlocks.default_ttl_ms", "-1") as running:
        locks = Locks(running)
        locks.create("L1")
        assert locks.put("read", "L1", "p")["read_process_list"][0]["timeout"] == -1


def test_other_protocols_see_and_respect_it(server, locks):
    locks.create("shared")
    locks.put("read", "shared", "p1")
    key = "rw/tenant/shared"
    holder = show(server, key)["holders"][0]
    assert (holder["dialect"], holder["mode"], holder["group"], holder["owner"]) == ("rwlocks", "shared", "read", "p1")
    assert acquire(server, key).code == "held"
    native = held(server, key, mode="shared")
    both = locks.get("shared")
    assert names(both, "read") == ["p1", "native:" + native["lease"]["id"]]
    assert locks.delete("read", "shared", names(both, "read")[1], 400).startswith("The process is not present")
    locks.delete("read", "shared", "p1")
    assert locks.put("write", "shared", "w", 409)
    assert post(server, "/v1/release", {"lease": native["lease"]["handle"]}).status == 200
    assert locks.put("write", "shared", "w")["current_state"] == "WRITE"


# --- the promises that the original broke ---


def test_many_at_once_and_no_failure(locks):
    """Two clients at once got a 500."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        def create(number):
            return call(locks.server, "POST", f"/v1/distributed_lock/race{number % 4}?is_write_exclusive=true", headers={"user-id": "tenant"}).status
        statuses = list(pool.map(create, range(32)))
        assert sorted(statuses) == [201] * 4 + [400] * 28
        def write(number):
            path = f"/v1/distributed_lock/race{number % 4}/write-process/w{number}"
            return call(locks.server, "PUT", path, headers={"user-id": "tenant"}).status
        statuses = list(pool.map(write, range(32)))
        assert sorted(statuses) == [200] * 4 + [409] * 28


def test_errors_are_plain_texts(locks):
    """They were the repr of a tuple."""
    assert not locks.get("no such", 404).startswith("(")


def test_readers_do_not_starve_a_writer(server, locks):
    """A stream of readers never let a writer in; here one that waits, as other protocols can, is next."""
    locks.create("starve")
    locks.put("read", "starve", "r0")
    waiting = {}

    def wait():
        waiting["reply"] = acquire(server, "rw/tenant/starve", wait_ms=60000)
    writer = threading.Thread(target=wait)
    writer.start()
    wait_for_queue(server, "rw/tenant/starve", 1)
    message = locks.put("read", "starve", "r1", 409)
    assert message.startswith("The lock with lock_id:starve is kept for others. Please try again. Current lock state: ")
    assert locks.put("read", "starve", "r0", refresh=True)
    locks.delete("read", "starve", "r0")
    writer.join()
    assert waiting["reply"].status == 200


def test_a_process_that_ended_is_known_to_have_ended(server, locks):
    """Refresh acquires anew, so that a loss could not be seen; the fencing token tells."""
    locks.create("lost")
    locks.put("write", "lost", "p", timeout=0)
    first = show(server, "rw/tenant/lost")
    token = first["holders"][0]["fencing_token"] if first["holders"] else 0
    eventually(lambda: locks.get("lost")["current_state"] == "FREE", "it has ended")
    locks.put("write", "lost", "p", refresh=True)
    again = show(server, "rw/tenant/lost")["holders"][0]["fencing_token"]
    locks.put("write", "lost", "p", refresh=True)
    assert again > token and show(server, "rw/tenant/lost")["holders"][0]["fencing_token"] == again


def test_locks_can_be_taken_away(server, locks):
    """They piled up for ever."""
    locks.create("gone")
    assert call(server, "DELETE", "/v1/locks/rw/tenant/gone", headers={"If-Match": "*"}).status == 200
    assert locks.get("gone", 404)
    locks.create("gone")


def test_locks_and_processes_survive_the_process(tmp_path):
    running = Server(tmp_path)
    try:
        locks = Locks(running)
        made = locks.create("L1", is_write_exclusive=True)
        before = locks.put("write", "L1", "w", timeout=600)
        running.kill9()
        running.restart()
        after = locks.get("L1")
        assert {name: after[name] for name in MEMBERS if name != "updated_at"} == {
            name: before[name] for name in MEMBERS if name != "updated_at"}
        assert after["id"] == made["id"] and locks.put("write", "L1", "w2", 409)
    finally:
        running.close()


# --- whatever the input ---


def test_no_input_is_a_failure_of_the_server(server):
    choose = random.Random(20261122)
    parts = ["L", "a%20b", "%2F", "%00", "%ff", "..", ".", "", "%zz", "x" * 600, "é".encode().decode("latin-1")]
    kinds = ["read-process", "write-process", "other"]
    queries = ["", "?timeout=1", "?timeout=99999999999999999999", "?timeout=&timeout=x", "?is_write_exclusive=%ff", "?%zz", "?key=k&&=", "?timeout=0"]
    with wire(server) as connection:
        for _ in range(1500):
            path = "/v1/distributed_lock/" + choose.choice(parts)
            if choose.random() < 0.7:
                path += f"/{choose.choice(kinds)}/{choose.choice(parts)}" + choose.choice(["", "/refresh", "/"])
            method = choose.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "LOCK"])
            user = choose.choice([None, "", "t", "a/b", "\x80", "_", "u" * 300])
            body = choose.choice([None, "", "{", '{"a": 1}', "\x00"])
            reply = connection.ask(method, path + choose.choice(queries), body, {"user-id": user})
            assert 200 <= reply.status < 500, (reply.status, method, path)
            if reply.status >= 400 and reply.headers["content-type"] == "application/json":
                assert list(reply.json) in (["Error message"], ["detail"])
