"""Bad input of every kind is refused with the field that is wrong, and changes nothing."""

import pytest
import rest
from rest import server  # noqa: F401

SHARED = {"mode": "shared"}

BODIES = [  # path, body, field
    ("/v1/acquire", {}, "key"),
    ("/v1/acquire", {"key": ""}, "key"),
    ("/v1/acquire", {"key": "a//b"}, "key"),
    ("/v1/acquire", {"key": "/a"}, "key"),
    ("/v1/acquire", {"key": "a/."}, "key"),
    ("/v1/acquire", {"key": "a/../b"}, "key"),
    ("/v1/acquire", {"key": "a\x01"}, "key"),
    ("/v1/acquire", {"key": "k" * 513}, "key"),
    ("/v1/acquire", {"key": 5}, "key"),
    ("/v1/acquire", {"key": None}, "key"),
    ("/v1/acquire", {"key": ["a"]}, "key"),
    ("/v1/acquire", {"key": "a", "keys": ["b"]}, "keys"),
    ("/v1/acquire", {"keys": []}, "keys"),
    ("/v1/acquire", {"keys": "a"}, "keys"),
    ("/v1/acquire", {"keys": ["a", "b", "a"]}, "keys[2]"),
    ("/v1/acquire", {"keys": ["a", {"key": "a"}]}, "keys[1].key"),
    ("/v1/acquire", {"keys": [f"k{i}" for i in range(257)]}, "keys"),
    ("/v1/acquire", {"keys": ["a", 5]}, "keys[1]"),
    ("/v1/acquire", {"keys": [{"key": "a", "mod": "shared"}]}, "keys[0].mod"),
    ("/v1/acquire", {"keys": [{"mode": "shared"}]}, "keys[0].key"),
    ("/v1/acquire", {"keys": [{"key": "a", "permits": 1.5, **SHARED}]}, "keys[0].permits"),
    ("/v1/acquire", {"key": "a", "mode": "both"}, "mode"),
    ("/v1/acquire", {"key": "a", "mode": 1}, "mode"),
    ("/v1/acquire", {"key": "a", "group": "g"}, "group"),
    ("/v1/acquire", {"key": "a", "permits": 1}, "permits"),
    ("/v1/acquire", {"key": "a", "limit": 1}, "limit"),
    ("/v1/acquire", {"key": "a", "group": "g" * 65, **SHARED}, "group"),
    ("/v1/acquire", {"key": "a", "permits": 0, **SHARED}, "permits"),
    ("/v1/acquire", {"key": "a", "permits": -1, **SHARED}, "permits"),
    ("/v1/acquire", {"key": "a", "permits": 2**32 + 1, **SHARED}, "permits"),
    ("/v1/acquire", {"key": "a", "permits": 3, "limit": 2, **SHARED}, "limit"),
    ("/v1/acquire", {"key": "a", "limit": 0, **SHARED}, "limit"),
    ("/v1/acquire", {"key": "a", "ttl_ms": 99}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": 86400001}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": 0}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": -2}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": "1000"}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": 1000.0}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": 2**63}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": 10**40}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "ttl_ms": True}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "wait_ms": -2}, "wait_ms"),
    ("/v1/acquire", {"key": "a", "wait_ms": 604800001}, "wait_ms"),
    ("/v1/acquire", {"key": "a", "claim_ms": 50}, "claim_ms"),
    ("/v1/acquire", {"key": "a", "reattach_ms": 600001}, "reattach_ms"),
    ("/v1/acquire", {"key": "a", "owner": "o" * 257}, "owner"),
    ("/v1/acquire", {"key": "a", "owner": 7}, "owner"),
    ("/v1/acquire", {"key": "a", "reason": "r" * 1025}, "reason"),
    ("/v1/acquire", {"key": "a", "metadata": "{}"}, "metadata"),
    ("/v1/acquire", {"key": "a", "metadata": {"m": "m" * 4096}}, "metadata"),
    ("/v1/acquire", {"key": "a", "request_id": ""}, "request_id"),
    ("/v1/acquire", {"key": "a", "request_id": "i" * 129}, "request_id"),
    ("/v1/acquire", {"key": "a", "on_held": "ignore"}, "on_held"),
    ("/v1/acquire", {"key": "a", "lease": 5}, "lease"),
    ("/v1/acquire", {"key": "a", "lease": "5.x", "ttl_ms": 1000}, "ttl_ms"),
    ("/v1/acquire", {"key": "a", "wait": 5}, "wait"),
    ("/v1/renew", {}, "lease"),
    ("/v1/renew", {"lease": None}, "lease"),
    ("/v1/renew", {"lease": "5.x", "ttl_ms": 5}, "ttl_ms"),
    ("/v1/renew", {"lease": "5.x", "keys": []}, "keys"),
    ("/v1/release", {}, "lease"),
    ("/v1/release", {"lease": "5.x", "keys": []}, "keys"),
    ("/v1/release", {"lease": "5.x", "keys": "a"}, "keys"),
    ("/v1/release", {"lease": "5.x", "keys": ["a", 1]}, "keys[1]"),
    ("/v1/release", {"lease": "5.x", "keys": ["a", "b/"]}, "keys[1]"),
    ("/v1/release", {"lease": "5.x", "keys": ["a", "a"]}, "keys"),
    ("/v1/release", {"lease": "5.x", "keep_for_ms": -1}, "keep_for_ms"),
    ("/v1/cancel", {}, "request_id"),
    ("/v1/cancel", {"request_id": 5}, "request_id"),
    ("/v1/leases", {"ttl_ms": 5}, "ttl_ms"),
    ("/v1/leases", {"key": "a"}, "key"),
]


@pytest.mark.parametrize("path,body,field", BODIES)
def test_fields(server, path, body, field):
    reply = rest.post(server, path, body)
    assert (reply.status, reply.code, reply.json.get("field")) == (400, "invalid_argument", field), reply.body
    assert reply.headers["content-type"] == "application/problem+json"


TEXTS = [
    b"", b"null", b"[]", b"5", b"{", b"{}{}", b'{"key":"a",}', b'{"key":"a" "b":1}', b"{'key':'a'}", b"key=a",
    b'{"key":"a","key":"b"}', b'{"key":"a","k\\u0065y":"b"}', b'{"key":"a","metadata":{"x":1,"x":2}}',
    b'{"key":"\xff"}', b'{"key":"\xc0\xaf"}', b'{"key":"\xed\xa0\x80"}', b'{"key":"\\ud800"}', b'{"key":"a\n"}',
    b'{"key":"a","ttl_ms":1e5}', b'{"key":"a","ttl_ms":01000}', b'{"key":"a","ttl_ms":0x10}',
    b'{"key":"a","ttl_ms":NaN}', b'\xef\xbb\xbf{"key":"a"}', b'{"key":"a"}\x00',
    b'{"key":"a","metadata":' + b'{"d":' * 20 + b"1" + b"}" * 20 + b"}",
    b'{"key":' + b"[" * 100000 + b"]" * 100000 + b"}",
    b"{" + b",".join(b'"m%d":1' % i for i in range(2000)) + b"}",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_texts_that_are_not_a_json_object(server, text):
    reply = rest.post(server, "/v1/acquire", text)
    assert (reply.status, reply.code) == (400, "invalid_argument"), reply.body


@pytest.mark.parametrize("path", [
    "/v1/locks?limit=0", "/v1/locks?limit=1001", "/v1/locks?limit=x", "/v1/locks?limit=-1", "/v1/locks?state=open",
    "/v1/locks?prefix=%", "/v1/locks?prefix=%zz", "/v1/locks?prefix=%ff", "/v1/locks?prefix=a&prefix=b",
    "/v1/locks?prefx=a", "/v1/locks?cursor=" + "c" * 513, "/v1/leases?cursor=x", "/v1/leases?limit=0",
    "/v1/locks/", "/v1/locks/a//b", "/v1/locks/%", "/v1/locks/%4", "/v1/locks/%00", "/v1/locks/%ff",
    "/v1/locks/a/%2E%2E/b", "/v1/locks/" + "k" * 513, "/v1/locks/a?x=1", "/v1/lock", "/v1/lock?key=",
    "/v1/lock?key=a&key=b", "/v1/status?x=1"])
def test_paths_and_queries(server, path):
    reply = rest.get(server, path)
    assert (reply.status, reply.code) == (400, "invalid_argument"), reply.body


def test_content_types(server):
    ask = lambda kind: rest.post(server, "/v1/acquire", {"key": "ct", "on_held": "x"}, headers={"Content-Type": kind})
    for kind in ("application/json", "Application/JSON; charset=utf-8", None, "application/x-www-form-urlencoded"):
        assert ask(kind).status == 400, kind
    for kind in ("text/plain", "multipart/form-data", "application/jsonx", "x"):
        reply = ask(kind)
        assert (reply.status, reply.code) == (415, "unsupported_media_type"), kind


def test_hosts_on_loopback(server):
    for host in ("localhost", "LOCALHOST:80", "127.0.0.1:7420", "127.9.9.9", "[::1]:1"):
        assert rest.get(server, "/healthz", host=host).status == 200, host
    for host in ("evil.example", "localhost.evil.example:7420", "10.0.0.1", "[::2]", ""):
        reply = rest.get(server, "/healthz", host=host)
        assert (reply.status, reply.code) == (403, "permission_denied"), host
    assert rest.get(server, "/healthz", headers={"Host": None}).status == 400
    assert rest.get(server, "/healthz", headers={"Host": None}, version="1.0").status == 200


def test_pages_of_other_origins_change_nothing(server):
    body = {"key": "origin"}
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        reply = rest.post(server, "/v1/acquire", body, headers=headers)
        assert (reply.status, reply.code) == (403, "permission_denied"), headers
    assert rest.show(server, "origin")["state"] == "free"
    same = {"Host": "localhost:1234", "Origin": "http://localhost:1234", "Sec-Fetch-Site": "same-origin"}
    assert rest.post(server, "/v1/acquire", body, headers=same).status == 200
