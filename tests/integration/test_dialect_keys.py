"""What clients of Distributed-Lock ask, route by route, and the promises that it broke."""

import json
import urllib.parse

import pytest
from rest import call, get, held, server  # noqa: F401
from serving import serving

ERROR = {"name": "HandleError", "type": "BAD_REQUEST"}


def ask(server, path, body, status=200, **kwargs):
    """The JSON that is answered, with exactly this status."""
    reply = call(server, "POST", path, body, **kwargs)
    assert reply.status == status, (reply.status, reply.body)
    assert reply.headers["content-type"] == "application/json" and "x-holdfast-revision" in reply.headers
    return reply.json


def refusal(message):
    return {"message": message, **ERROR}


def form(**fields):
    return {"body": urllib.parse.urlencode(fields, doseq=True), "headers": {"Content-Type": "application/x-www-form-urlencoded"}}


def test_ping(server):
    reply = get(server, "/ping")
    assert reply.status == 200 and reply.body == b"pong" and reply.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/api/check", "/check"])
def test_check(server, path):
    key = "k/check" + path
    assert ask(server, path, {"keys": key}) == {"locked": False}
    assert ask(server, path, {"keys": []}) == {"locked": False}
    held(server, key)
    assert ask(server, path, {"keys": ["k/free", key]}) == {"locked": True}
    assert ask(server, path, **form(keys=["k/free", key])) == {"locked": True}
    assert ask(server, path, {"keys": "k/free", "more": 1}, headers={"Content-Type": "text/plain"}) == {"locked": False}
    assert ask(server, path, "", 400) == refusal("key `keys` is required")
    assert ask(server, path, {"uid": "a"}, 400) == refusal("key `keys` is required")


def test_what_the_server_itself_refuses_has_the_shape_too(server):
    reply = call(server, "GET", "/api/check")
    assert reply.status == 405 and reply.headers["allow"] == "POST" and reply.json == refusal("this path takes POST")
    reply = call(server, "POST", "/api/check", headers={"Content-Length": str(2 << 20)})
    assert reply.status == 413 and reply.json == refusal("a body is at most 1048576 bytes")
    assert call(server, "POST", "/api/nothing", {}).code == "not_found"


def test_it_can_be_switched_off():
    with serving("--journal", "memory:", "--dialects.keys.enabled=false") as server:
        assert call(server, "POST", "/api/check", {"keys": "a"}).code == "not_found"
        assert get(server, "/ping").code == "not_found"
