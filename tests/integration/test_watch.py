"""GET /v1/watch: what is told, from where a watcher goes on, and how a stream ends."""

import signal

import pytest
import rest
from harness import Server, wait_until
from watching import Watcher


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all tests of this file but those that stop it; they use different keys."""
    running = Server(tmp_path_factory.mktemp("watch"))
    yield running
    running.close()


def release(server, grant):
    assert server.rest.post("/v1/release", lease=grant["lease"]["handle"])[0] == 200


def test_the_life_of_a_lock_is_told(server):
    with Watcher(server.port, prefix="life/") as watcher:
        assert watcher.response.getheader("Content-Type") == "text/event-stream"
        grant = server.rest.acquire("life/a", owner="o", reason="r", ttl_ms=20_000)
        release(server, grant)
        granted, released = watcher.take(2)
        lease, token = grant["lease"]["id"], grant["grants"][0]["fencing_token"]
        key = {"key": "life/a", "mode": "exclusive", "permits": 1, "fencing_token": token}
        assert granted.kind == "granted" and granted.data["keys"] == [key]
        assert granted.data | {"lease": lease, "owner": "o", "reason": "r", "ttl_ms": 20_000} == granted.data
        assert granted.id == granted.data["id"] == f"1-{grant['revision']}"
        assert granted.data["revision"] == grant["revision"] and granted.data["at"].endswith("Z")
        assert (released.kind, released.data["keys"], released.data["lease_ended"]) == ("released", [key], True)
        assert released.data["owner"] == "o"


def test_a_wait_is_told_with_its_end(server):
    with Watcher(server.port, prefix="wait/") as watcher:
        grant = server.rest.acquire("wait/a", owner="holder")
        assert server.rest.post("/v1/acquire", key="wait/a", mode="shared", owner="late", wait_ms=100)[0] == 409
        release(server, grant)
        kinds = watcher.take(4)
        assert [event.kind for event in kinds] == ["granted", "wait_began", "wait_ended", "released"]
        began, ended = kinds[1:3]
        assert began.data["waiter"] == ended.data["waiter"] and began.data["owner"] == ended.data["owner"] == "late"
        assert began.data["keys"] == [{"key": "wait/a", "mode": "shared", "group": "read", "permits": 1}]
        assert ended.data["outcome"] == "timed_out"


def test_a_prefix_hides_other_keys_of_the_same_event(server):
    with Watcher(server.port, prefix="mine/") as mine, Watcher(server.port) as everything:
        server.rest.acquire("theirs/1")
        status, _ = server.rest.post("/v1/acquire", keys=["theirs/2", "mine/1", "mine/2"])
        assert status == 200
        assert mine.next().keys == ["mine/1", "mine/2"]
        assert [event.keys for event in everything.take(2)] == [["theirs/1"], ["theirs/2", "mine/1", "mine/2"]]


def test_since_goes_on_after_an_event(server):
    with Watcher(server.port) as watcher:
        for number in range(5):
            server.rest.acquire(f"since/{number}")
        told = watcher.until(lambda event: event.keys == ["since/4"])
    middle = next(event for event in told if event.keys == ["since/1"])
    rest_of_them = [event.id for event in told[told.index(middle) + 1 :]]
    with Watcher(server.port, since=middle.id) as again:
        assert [event.id for event in again.take(len(rest_of_them))] == rest_of_them
    with Watcher(server.port, headers={"Last-Event-ID": middle.id}) as again:
        assert [event.id for event in again.take(len(rest_of_them))] == rest_of_them
    with Watcher(server.port, since=told[-2].id, headers={"Last-Event-ID": "1-1"}) as again:
        assert again.next().id == told[-1].id
    with Watcher(server.port, since="1-0") as beginning:
        assert [event.kind for event in beginning.take(2)] == ["cell_created", "took_over"]


def test_a_watcher_knows_where_it_is_before_anything_happens(server):
    revision = server.rest.get("/v1/status")[1]["revision"]
    with Watcher(server.port) as watcher:
        assert watcher.last_id == f"1-{revision}"


@pytest.mark.parametrize("since, status, code", [
    ("7", 400, "invalid_argument"),
    ("1-x", 400, "invalid_argument"),
    ("1-999999999", 400, "invalid_argument"),  # the future
    ("2-1", 410, "compacted"),  # another incarnation
])
def test_a_since_that_leads_nowhere_is_refused(server, since, status, code):
    with Watcher(server.port, since=since) as watcher:
        assert (watcher.status, watcher.problem["code"], watcher.problem["field"]) == (status, code, "since")
    with Watcher(server.port, headers={"Last-Event-ID": since}) as watcher:
        assert (watcher.status, watcher.problem["field"]) == (status, "Last-Event-ID")


def test_head_and_old_clients(server):
    with rest.wire(server) as wire:
        reply = wire.ask("HEAD", "/v1/watch")
        assert reply.status == 200 and reply.headers["content-type"] == "text/event-stream"
        assert wire.ask("GET", "/healthz").status == 200
    with rest.wire(server) as wire:
        wire.send(rest.request("GET", "/v1/watch", version="1.0"))
        wire.sock.settimeout(rest.DEADLINE)
        text = b""
        while b"id: " not in text:
            text += wire.sock.recv(4096)
        assert b"Transfer-Encoding" not in text
        server.rest.acquire("old/1")
        while b"old/1" not in text:
            text += wire.sock.recv(4096)


def test_an_unknown_parameter_is_refused(server):
    assert server.rest.get("/v1/watch?key=a")[0] == 400


def test_a_server_that_stops_ends_its_streams(tmp_path):
    server = Server(tmp_path)
    with Watcher(server.port) as watcher:
        server.process.send_signal(signal.SIGTERM)
        last = watcher.next()
        assert (last.kind, last.data["code"]) == ("error", "no_leader")
        with pytest.raises(EOFError):
            watcher.next()
    wait_until(lambda: server.process.poll() == 0, "the server ends")
    server.close()
