"""Waiting acquires: they are granted in turn, end in time, and leave when their client goes."""

import socket
import struct

import rest
from rest import server  # noqa: F401


def waiting(server, key, **options):
    """A connection on which an acquire waits."""
    before = rest.show(server, key)["queue_length"]
    wire = rest.wire(server)
    wire.send(rest.request("POST", "/v1/acquire", {"key": key, "wait_ms": -1, **options}))
    rest.wait_for_queue(server, key, before + 1)
    return wire


def release(server, grant):
    return rest.post(server, "/v1/release", {"lease": grant["lease"]["handle"]})


def test_waiters_are_granted_in_turn(server):
    held = rest.held(server, "turn")
    first, second = waiting(server, "turn", owner="w1"), waiting(server, "turn", owner="w2")
    queue = rest.show(server, "turn")["queue"]
    assert [(w["owner"], w["position"]) for w in queue] == [("w1", 1), ("w2", 2)]
    assert all(w["waiting_ms"] >= 0 and w["deadline_in_ms"] is None for w in queue)
    release(server, held)
    granted = first.read().json
    assert granted["grants"][0]["fencing_token"] > held["grants"][0]["fencing_token"]
    assert granted["queued_ms"] >= granted["waited_ms"] >= 0
    refused = rest.acquire(server, "turn").json
    assert refused["queue_length"] == 1 and [w["owner"] for w in refused["blocked_by"]] == ["w2"]
    release(server, granted)
    assert second.read().status == 200


def test_a_wait_that_ends_without_a_grant_is_held(server):
    rest.held(server, "late")
    reply = rest.acquire(server, "late", wait_ms=200)
    assert (reply.status, reply.code) == (409, "held") and reply.json["waited_ms"] >= 200
    assert rest.show(server, "late")["queue_length"] == 0


def test_a_client_that_goes_away_leaves_the_queue(server):
    held = rest.held(server, "gone")
    closed, half, reset = (waiting(server, "gone", owner=name) for name in ("closed", "half", "reset"))
    closed.close()
    half.sock.shutdown(socket.SHUT_WR)
    reset.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    reset.close()
    rest.wait_for_queue(server, "gone", 0)
    assert half.read() is None
    release(server, held)
    rest.eventually(lambda: rest.show(server, "gone")["state"] == "free", "gone is free")


def test_a_client_that_gave_up_on_a_stalled_server_gets_nothing(server):
    """Its request and its end are read together when the server goes on."""
    wires = [rest.wire(server) for _ in range(20)]
    for wire in wires:
        assert wire.ask("GET", "/healthz").status == 200
    token = rest.held(server, "before")["grants"][0]["fencing_token"]
    server.stop()
    for number, wire in enumerate(wires):
        wire.send(rest.request("POST", "/v1/acquire", {"key": f"ghost/{number}"}))
        wire.close()
    server.cont()
    counts = lambda: rest.get(server, "/v1/status").json["counts"]
    rest.eventually(lambda: counts()["connections"] == 1, "the clients are gone")
    assert rest.get(server, "/v1/locks?prefix=ghost/").json["locks"] == []
    assert rest.held(server, "after")["grants"][0]["fencing_token"] == token + 1


def test_pipelined_requests_wait_behind_a_waiter(server):
    held = rest.held(server, "behind")
    wire = waiting(server, "behind")
    wire.send(rest.request("GET", "/v1/locks/behind") * 50)
    release(server, held)
    assert wire.read().status == 200
    assert [wire.read().json["state"] for _ in range(50)] == ["exclusive"] * 50


def test_a_client_that_sends_too_much_behind_a_waiter_is_cut_off(server):
    rest.held(server, "flood")
    wire = waiting(server, "flood")
    try:
        for _ in range(64):
            wire.send(rest.request("GET", "/healthz") * 1000)
    except (ConnectionError, TimeoutError):
        pass
    rest.wait_for_queue(server, "flood", 0)


def test_cancel_ends_a_wait(server):
    rest.held(server, "cancelled")
    wire = waiting(server, "cancelled", request_id="wait-1")
    assert rest.post(server, "/v1/cancel", {"request_id": "wait-1"}).json["cancelled"] is True
    reply = wire.read()
    assert (reply.status, reply.code) == (409, "cancelled")
    assert rest.show(server, "cancelled")["queue_length"] == 0


def test_a_retry_finds_its_place_again(server):
    held = rest.held(server, "place")
    options = {"request_id": "place-1", "reattach_ms": 60000}
    first = waiting(server, "place", owner="w1", **options)
    waiting(server, "place", owner="w2")
    first.close()
    rest.eventually(lambda: rest.show(server, "place")["queue"][0]["detached"], "w1 is detached")
    again = rest.wire(server)
    again.send(rest.request("POST", "/v1/acquire", {"key": "place", "wait_ms": -1, "owner": "w1", **options}))
    rest.eventually(lambda: not rest.show(server, "place")["queue"][0]["detached"], "w1 is back")
    release(server, held)
    assert again.read().json["lease"]["owner"] == "w1"
