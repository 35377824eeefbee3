"""Must hold: exclusion, order and exactly-once in front of one key, over REST with real connections."""

import contextlib
import json
import pathlib
import select
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
from rig_fixtures import assert_good, make_server, rig, say, server  # noqa: E402, F401

WAITERS = 10_000


def test_64_clients_on_one_key(server, tmp_path, say):
    """Catches barging, double grants, a token that repeats, an order that is not that of arrival."""
    path = tmp_path / "history.tsv"
    figures = server.run_load("handover", connections=64, seconds=10, history=path)
    history = assert_good(path)
    assert figures["verbs"]["acquire"]["count"] > 64 and history.placed > 0, figures
    say(f"64 clients on one key, 10 s: {history.figures()}; hand-over p50 {figures['handover']['p50_us']:.0f} us")


def request_bytes(path, body):
    text = json.dumps(body)
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(text)}\r\n\r\n{text}").encode()


def read_body(connection):
    """One reply, from a socket that is readable."""
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536) or pytest_fail(text)
    head, _, body = text.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536) or pytest_fail(text)
    return int(head.split()[1]), json.loads(body)


def pytest_fail(text):
    raise AssertionError(f"the server hung up after {text!r}")


def stand_in_line(server, control, ends):
    """Connects WAITERS clients whose acquires are known to have been queued one after the other."""
    waiters = []
    for number in range(WAITERS):
        connection = ends.enter_context(socket.create_connection(("127.0.0.1", server.port), rig.PATIENCE_S))
        connection.sendall(request_bytes("/v1/acquire", {"key": "crowd", "ttl_ms": 600_000, "wait_ms": -1}))
        waiters.append(connection)
        rig.until(f"waiter {number} is in the queue",
                  lambda: control.request("GET", "/v1/status")["counts"]["waiters"] == len(waiters), every=0)
    return waiters


def test_10000_waiters_each_granted_once_in_order(server, say):
    """Catches a wake-up that is lost, doubled or out of order, and anything quadratic in the queue."""
    with contextlib.ExitStack() as ends:
        control = ends.enter_context(contextlib.closing(server.client()))
        holder = control.acquire("crowd", ttl_ms=600_000)
        began = time.monotonic()
        waiters = stand_in_line(server, control, ends)
        queued_s = time.monotonic() - began
        number_of = {waiter.fileno(): number for number, waiter in enumerate(waiters)}
        poller = ends.enter_context(contextlib.closing(select.epoll()))
        for waiter in waiters:
            poller.register(waiter, select.EPOLLIN)
        tokens = [holder.token]
        began = time.monotonic()
        assert control.release(holder.handle).status == 200
        while len(tokens) <= WAITERS:
            ready = poller.poll(rig.PATIENCE_S)
            assert [number_of[number] for number, _ in ready] == [len(tokens) - 1], "the next in line, and nobody else"
            waiter = waiters[len(tokens) - 1]
            status, grant = read_body(waiter)
            assert status == 200, grant
            tokens.append(grant["grants"][0]["fencing_token"])
            poller.unregister(waiter)
            waiter.sendall(request_bytes("/v1/release", {"lease": grant["lease"]["handle"]}))
            assert read_body(waiter)[0] == 200
        granted_s = time.monotonic() - began
        assert all(earlier < later for earlier, later in zip(tokens, tokens[1:]))
        assert control.lock("crowd")["state"] == "free"
    say(f"{WAITERS} waiters on one key: queued in {queued_s:.1f} s, granted one by one in {granted_s:.1f} s")


def hang_up_while_waiting(server, control, key, **more):
    """A client that is known to stand in the queue, and goes away."""
    connection = socket.create_connection(("127.0.0.1", server.port), rig.PATIENCE_S)
    connection.sendall(request_bytes("/v1/acquire", {"key": key, "wait_ms": -1, **more}))
    rig.until("it waits", lambda: control.lock(key)["queue"])
    connection.close()


def test_a_client_that_hangs_up_leaves_the_queue(server):
    """Catches a grant to a client that is gone."""
    with contextlib.closing(server.client()) as control:
        holder = control.acquire("k")
        hang_up_while_waiting(server, control, "k")
        rig.until("it left the queue", lambda: not control.lock("k")["queue"])
        assert control.release(holder.handle).status == 200
        after = control.acquire("k")
        assert after.status == 200 and after.token == holder.token + 1, "nobody was granted it in between"


def test_a_client_that_asked_for_it_keeps_its_place(server):
    """Catches a detached waiter that is granted, forgotten, or overtaken."""
    with contextlib.closing(server.client()) as control, contextlib.closing(server.client()) as again:
        holder = control.acquire("k")
        request = {"request_id": "r1", "reattach_ms": 600_000}
        hang_up_while_waiting(server, control, "k", **request)
        rig.until("it is detached", lambda: control.lock("k")["queue"][0]["detached"])
        assert control.release(holder.handle).status == 200
        lock = control.lock("k")
        assert (lock["state"], lock["holders"], len(lock["queue"])) == ("reserved", [], 1)
        assert control.acquire("k").status == 409
        back = again.acquire("k", wait_ms=-1, **request)
        assert back.status == 200 and back.token == holder.token + 1, back


def test_large_requests_on_one_connection(server):
    """Catches memory of a request that stays with its connection, and grows with the next."""
    with contextlib.closing(server.client()) as client:
        for number in range(60):
            keys = [f"large/{number}/{key:020}" for key in range(200)]
            grant = client.request("POST", "/v1/acquire", {"keys": keys})
            assert grant.status == 200, grant
            assert client.release(grant.handle).status == 200
    assert server.rss_bytes() < 512 << 20
