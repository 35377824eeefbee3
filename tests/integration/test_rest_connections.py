"""Connections: keep-alive, pipelines, limits in size and time, half-closed sockets, unix sockets and IPv6."""

import resource
import socket
import threading
import time

import pytest
import rest
from rest import server  # noqa: F401


def test_keep_alive_and_its_end(server):
    with rest.wire(server) as wire:
        for _ in range(3):
            assert wire.ask("GET", "/healthz").status == 200
        assert wire.ask("POST", "/v1/acquire", {"bad": 1}).status == 400
        last = wire.ask("GET", "/healthz", headers={"Connection": "close"})
        assert last.headers["connection"] == "close" and wire.read() is None


def test_http_1_0(server):
    with rest.wire(server) as wire:
        reply = wire.ask("GET", "/healthz", version="1.0", headers={"Connection": "keep-alive"})
        assert reply.headers["connection"] == "keep-alive"
        assert wire.ask("GET", "/healthz", version="1.0").status == 200
        assert wire.read() is None


def test_a_pipeline_is_answered_in_order(server):
    with rest.wire(server) as wire:
        parts = []
        for i in range(200):
            parts.append(rest.request("POST", "/v1/acquire", {"key": f"pipe/{i}"}))
            parts.append(rest.request("GET", f"/v1/locks/pipe/{i}"))
        sender = threading.Thread(target=wire.send, args=(b"".join(parts),))
        sender.start()
        for i in range(200):
            assert wire.read().json["grants"][0]["key"] == f"pipe/{i}"
            lock = wire.read().json
            assert (lock["key"], lock["state"]) == (f"pipe/{i}", "exclusive")
        sender.join()


def test_a_request_in_single_bytes(server):
    with rest.wire(server) as wire:
        for byte in rest.request("POST", "/v1/acquire", {"key": "slow/bytes"}):
            wire.send(bytes([byte]))
        assert wire.read().status == 200


def test_chunks_and_expect_continue(server):
    with rest.wire(server) as wire:
        wire.send(b"POST /v1/acquire HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                  b"Expect: 100-continue\r\n\r\n")
        assert wire.read().status == 100
        wire.send(b'7\r\n{"key":\r\n8\r\n"chunk"}\r\n0\r\n\r\n')
        assert wire.read().json["grants"][0]["key"] == "chunk"
        assert wire.ask("GET", "/healthz").status == 200


def test_what_is_not_http_is_refused_and_ends_the_connection(server):
    for text in (b"nonsense\r\n\r\n", b"GET / HTTP/3.0\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
                 b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                 b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"):
        with rest.wire(server) as wire:
            wire.send(text)
            reply = wire.read()
            assert (reply.status, reply.code) == (400, "invalid_argument"), text
            assert wire.read() is None


def test_a_header_that_is_too_large(server):
    for text in (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20000, b"GET /" + b"x" * 20000):
        with rest.wire(server) as wire:
            wire.send(text)
            reply = wire.read()
            assert (reply.status, reply.code) == (431, "header_too_large")


def test_a_body_that_is_too_large(server):
    with rest.wire(server) as wire:
        wire.send(b"POST /v1/acquire HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n" + b" " * 65536)
        reply = wire.read()
        assert (reply.status, reply.code) == (413, "too_large") and reply.headers["connection"] == "close"
        assert wire.read() is None
    body = b'{"key":"large"' + b" " * (1048576 - 15) + b"}"
    assert rest.post(server, "/v1/acquire", body).status == 200


def test_slow_headers_and_bodies_are_cut_off(server):
    with rest.wire(server) as head, rest.wire(server) as body:
        head.send(b"GET /healthz HTTP/1.1\r\nHost: lo")
        body.send(b"POST /v1/acquire HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{")
        began = time.monotonic()
        for wire, least in ((head, 4), (body, 9)):
            reply = wire.read()
            assert (reply.status, reply.code) == (408, "request_timeout")
            assert time.monotonic() - began >= least
            assert wire.read() is None


def test_a_half_closed_socket_is_still_answered(server):
    handle = rest.held(server, "half")["lease"]["handle"]
    with rest.wire(server) as wire:
        wire.send(rest.request("GET", "/v1/locks/half") + rest.request("POST", "/v1/release", {"lease": handle}))
        wire.sock.shutdown(socket.SHUT_WR)
        assert wire.read().json["state"] == "exclusive"
        assert wire.read().json["released"] == ["half"]
        assert wire.read() is None


def test_half_a_request_is_no_request(server):
    with rest.wire(server) as wire:
        wire.send(rest.request("POST", "/v1/acquire", {"key": "half/request"})[:-1])
        wire.sock.shutdown(socket.SHUT_WR)
        assert wire.read() is None
    assert rest.show(server, "half/request")["state"] == "free"


def test_more_connections_than_it_takes_are_refused(server):
    """The last one that fits is served, the next is told; when one goes, there is room again."""
    most = rest.get(server, "/v1/status").json["limits"]["connections"]
    assert most >= 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < most + 1_000:
        pytest.skip(f"a process may open {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wires = []
    try:
        rest.eventually(lambda: rest.get(server, "/v1/status").json["counts"]["connections"] == 1, "all others are gone")
        while len(wires) < most:
            wires.append(rest.wire(server))
        assert wires[-1].ask("GET", "/v1/status").json["counts"]["connections"] == most
        with rest.wire(server) as wire:
            reply = wire.read()
            assert (reply.status, reply.code) == (503, "overloaded") and int(reply.headers["retry-after"]) >= 1
            assert wire.read() is None
        wires.pop().close()
        rest.eventually(lambda: rest.get(server, "/healthz").status == 200, "there is room")
    finally:
        for wire in wires:
            wire.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_reader_that_never_reads_holds_up_nobody(server):
    with rest.wire(server) as wire:
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.sock.settimeout(2)
        many = rest.request("GET", "/v1/status") * 1000
        with pytest.raises(TimeoutError):
            for _ in range(100):
                wire.sock.sendall(many)
        assert rest.get(server, "/healthz").status == 200
        wire.sock.settimeout(rest.DEADLINE)
        assert wire.read().status == 200
