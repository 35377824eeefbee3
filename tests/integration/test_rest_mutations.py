"""Requests that were damaged on the way, the same ones each time: an answer or an end, never a failure."""

import random
import socket

import rest
from rest import server  # noqa: F401

COUNT = 1500
SEEDS = [
    rest.request("POST", "/v1/acquire", {"key": "m/a", "ttl_ms": 1000, "owner": "o", "metadata": {"x": [1, "ä"]}}),
    rest.request("POST", "/v1/acquire", {"keys": ["m/b", {"key": "m/c", "mode": "shared", "permits": 2, "limit": 9}]}),
    rest.request("POST", "/v1/renew", {"lease": "5." + "A" * 22}),
    rest.request("POST", "/v1/release", {"lease": "5." + "A" * 22, "keys": ["m/a"], "keep_for_ms": 0}),
    rest.request("GET", "/v1/locks/m%2Fa?consistency=stale"),
    rest.request("GET", "/v1/locks?prefix=m&state=free&limit=5"),
    rest.request("DELETE", "/v1/leases/5?request_id=x", headers={"X-Holdfast-Lease": "5." + "A" * 22}),
    b"POST /v1/cancel HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'9\r\n{"request\r\n9\r\n_id":"x"}\r\n0\r\n\r\n',
]
PIECES = [b"\r\n", b"\x00", b"\xff", b'"', b"{", b"[", b"%", b"%00", b"-1", b"99999999999999999999", b" ", b":", b"1e9",
          b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: b\r\n", b"\\ud800", b"/../", b"null"]


def damage(chance, data):
    data = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at:at + chance.randint(1, 8)]
            case 2:
                data[at:at] = chance.choice(PIECES)
            case 3:
                begin = chance.randrange(len(data))
                data[at:at] = data[begin:begin + chance.randint(1, 40)]
        if not data:
            return b"\r\n"
    return bytes(data)


def test_damaged_requests(server):
    chance = random.Random(7420)
    for number in range(COUNT):
        data = damage(chance, chance.choice(SEEDS))
        with rest.wire(server) as wire:
            wire.send(data)
            wire.sock.shutdown(socket.SHUT_WR)
            while reply := wire.read():
                assert reply.status in (100, 200) or 400 <= reply.status < 500, (number, data, reply.body)
    assert rest.get(server, "/readyz").status == 200
