"""Abuse: what a client may do to the server by mistake or on purpose, with bounds on the server's memory and on what
a well-behaved client notices. The bounds on time are those of a busy machine; a server that stalls breaks them all the
same."""

import contextlib
import pathlib
import resource
import socket
import statistics
import time

import pytest
import rest
from harness import wait_until
from rest import server  # noqa: F401

MIB = 1 << 20


@pytest.fixture(scope="module", autouse=True)
def many_descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def rss(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def good_client_p99(server, key, pairs=200):
    """Seconds that the slowest of a hundred acquires takes a client that behaves."""
    took = []
    with rest.wire(server) as wire:
        for _ in range(pairs):
            began = time.monotonic()
            grant = wire.ask("POST", "/v1/acquire", {"key": key})
            took.append(time.monotonic() - began)
            assert grant.status == 200, grant.body
            released = wire.ask("POST", "/v1/release", {"lease": grant.json["lease"]["handle"]})
            assert released.status == 200, released.body
    return statistics.quantiles(took, n=100)[98]


def sockets(server, ends, count):
    return [ends.enter_context(rest.connect(server)) for _ in range(count)]


def test_headers_that_never_end(server):
    with contextlib.ExitStack() as ends:
        slow = sockets(server, ends, 500)
        for number, sock in enumerate(slow):
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-%d: " % number)
        assert good_client_p99(server, "good/headers") < 2
        for sock in slow:
            sock.settimeout(60)
            assert b" 408 " in sock.recv(200)


def test_10000_idle_connections(server):
    before = rss(server)
    with contextlib.ExitStack() as ends:
        idle = sockets(server, ends, 10_000)
        status = wait_until(lambda: rest.get(server, "/v1/status").json["counts"]["connections"] >= 10_000, "all are connected")
        assert status
        each = (rss(server) - before) / len(idle)
        print(f"{each / 1024:.1f} KiB an idle connection")
        assert each < 20 * 1024
        assert good_client_p99(server, "good/idle") < 2
    wait_until(lambda: rest.get(server, "/v1/status").json["counts"]["connections"] < 100, "they are gone")


def test_more_connections_than_it_takes(server):
    with contextlib.ExitStack() as ends:
        sockets(server, ends, 10_240)
        wait_until(lambda: refused(server), "a connection is refused")
    wait_until(lambda: rest.get(server, "/healthz").status == 200, "there is room again")


def refused(server):
    with contextlib.suppress(OSError), rest.wire(server) as wire:
        reply = wire.read() if wire.sock.settimeout(1) is None else None
        return reply is not None and (reply.status, reply.code) == (503, "overloaded")
    return False


def test_bodies_that_are_only_promised(server):
    before = rss(server)
    with contextlib.ExitStack() as ends:
        for sock in sockets(server, ends, 1_000):
            sock.sendall(b"POST /v1/acquire HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{")
        assert good_client_p99(server, "good/promised") < 2
        assert rss(server) - before < 200 * MIB, "memory is given for what has come, not for what is promised"


def test_a_body_beyond_all_bounds_is_refused_before_it_comes(server):
    for length in (1 << 21, 1 << 40, (1 << 63) - 1):
        with rest.wire(server) as wire:
            wire.send(b"POST /v1/acquire HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % length)
            reply = wire.read()
            assert (reply.status, reply.code) == (413, "too_large")


def test_readers_that_never_read(server):
    for number in range(300):
        rest.held(server, f"read/{number:03}", metadata={"text": "x" * 4000}, owner="o" * 200)
    before = rss(server)
    with contextlib.ExitStack() as ends:
        for sock in sockets(server, ends, 60):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(rest.request("GET", "/v1/locks?prefix=read/&limit=1000") * 50)
        assert good_client_p99(server, "good/read") < 3
        assert rss(server) - before < 60 * 8 * MIB, "one reply each, not fifty"


@pytest.mark.parametrize("body", [
    '{"key":' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"key":' * 50_000 + "1" + "}" * 50_000,
    '{"keys":[' + ",".join(f'"k{i}"' for i in range(50_000)) + "]}",
    '{"key":"' + "k" * 900_000 + '"}',
    b'{"key":"\xff\xfe"}',
    b'{"key":"\xed\xa0\x80"}',
    '{"key":"a","metadata":{"a":"' + "m" * 500_000 + '"}}',
    '{"key":"a","permits":' + "9" * 500_000 + "}",
])
def test_bodies_that_are_meant_to_hurt(server, body):
    before = rss(server)
    with rest.wire(server) as wire:
        for _ in range(20):
            reply = wire.ask("POST", "/v1/acquire", body)
            assert reply.status in (400, 413), reply.body
    assert rss(server) - before < 32 * MIB


def test_10000_waiters_do_not_slow_other_keys(server):
    holder = rest.held(server, "crowd", ttl_ms=600_000)
    with contextlib.ExitStack() as ends:
        for sock in sockets(server, ends, 9_000):
            sock.sendall(rest.request("POST", "/v1/acquire", {"key": "crowd", "wait_ms": -1}))
        wait_until(lambda: rest.get(server, "/v1/status").json["counts"]["waiters"] == 9_000, "all are waiting")
        assert good_client_p99(server, "good/crowd") < 2
    wait_until(lambda: rest.get(server, "/v1/status").json["counts"]["waiters"] == 0, "all have left")
    assert rest.post(server, "/v1/release", {"lease": holder["lease"]["handle"]}).status == 200
