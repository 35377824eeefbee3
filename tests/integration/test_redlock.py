"""SET, GET, DEL and their like as locks, beside what the other protocols say of the same keys."""

import time

import redis

from resp import Resp, address_of, resp, server  # noqa: F401


def test_set_nx_takes_and_del_gives_back(server, resp):
    assert resp("SET", "r/a", "mine", "NX", "PX", 60000) == "OK"
    assert resp("SET", "r/a", "yours", "NX", "PX", 60000) is None
    assert resp("SET", "r/a", "mine", "nx", "ex", 60) is None
    holder = server.rest.lock("r/a")["holders"][0]
    assert holder["dialect"] == "redlock" and "mine" not in str(holder)
    assert resp.refused("ACQUIRE", "r/a").word == "HELD"
    assert resp("DEL", "r/a") == 1 and resp("DEL", "r/a") == 0
    assert server.rest.state("r/a") == "free"


def test_set_without_nx_extends_its_own_value_only(server, resp):
    assert resp("SET", "r/own", b"\xff\x00v", "PX", 5000) == "OK"
    assert resp("SET", "r/own", b"\xff\x00v", "PX", 90000) == "OK"
    assert 80000 < resp("PTTL", "r/own") <= 90000
    assert resp.refused("SET", "r/own", "other", "PX", 5000).line.startswith("NOPERM key=r/own")
    assert resp("SET", "r/own", b"\xff\x00v", "PX", 100) == "OK"
    assert resp("PTTL", "r/own") > 70000
    assert resp("UNLINK", "r/own") == 1


def test_what_is_left(server, resp):
    assert resp("PTTL", "r/left") == -2 and resp("TTL", "r/left") == -2 and resp("GET", "r/left") is None
    assert resp("SET", "r/left", "v") == "OK"
    assert resp("PTTL", "r/left") == -1 and resp("TTL", "r/left") == -1
    assert resp("SET", "r/left/2", "v", "NX", "EX", 60) == "OK"
    assert resp("TTL", "r/left/2") in (59, 60)
    assert resp("PEXPIRE", "r/left/2", 600000) == 1 and resp("TTL", "r/left/2") > 500
    assert resp("EXPIRE", "r/left/2", 0) == 1 and resp("EXPIRE", "r/left/2", 5) == 0
    assert resp("EXISTS", "r/left", "r/left/2", "r/left") == 2


def test_a_hold_of_another_protocol_is_nobodys_value(server, resp):
    held = server.rest.acquire("r/native", ttl_ms=60000)
    assert resp("GET", "r/native") == "native:" + held["lease"]["id"]
    for words in (("DEL", "r/native"), ("PEXPIRE", "r/native", 5000), ("SET", "r/native", "v", "PX", 5000)):
        assert resp.refused(*words).word == "NOPERM"
    assert resp("SET", "r/native", "native:" + held["lease"]["id"], "NX", "PX", 5000) is None
    assert server.rest.state("r/native") == "exclusive"


def test_it_expires(server, resp):
    assert resp("SET", "r/short", "v", "NX", "PX", 1) == "OK"
    deadline = time.monotonic() + 20
    while resp("EXISTS", "r/short"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert resp("SET", "r/short", "w", "NX", "PX", 60000) == "OK" and resp("GET", "r/short") == "w"


def test_a_pipeline_keeps_its_order(server, resp):
    commands = [("SET", "r/p", "v", "NX", "PX", 60000), ("GET", "r/p"), ("DEL", "r/p"), ("GET", "r/p"),
                ("SET", "r/p", "w", "NX", "PX", 60000), ("PEXPIRE", "r/p", 90000), ("SET", "r/p", "x", "NX"),
                ("DEL", "r/p"), ("EXISTS", "r/p")] * 20
    for words in commands:
        resp.send(*words)
    expected = ["OK", "v", 1, None, "OK", 1, None, 1, 0] * 20
    assert [resp.read() for _ in commands] == expected


def test_wrong_input(resp):
    for words, field in ((("SET", "k", "v", "PX", "soon"), "PX"), (("SET", "k", "v", "PX", 0), "PX"),
                         (("SET", "k", "v", "PX", -1), "PX"), (("SET", "k", "v", "EX", 2**62), "EX"),
                         (("SET", "k", "v", "PX", 2**40), "ttl_ms"), (("SET", "", "v"), "key"),
                         (("SET", "k", "v" * 1025), "value"), (("DEL", "a\nb"), "key")):
        assert resp.refused(*words).fields["field"] == field, words
    assert resp.refused("SET", "k", "v", "XX").word == "INVALID"
    assert resp.refused("DEL", "a", "b").word == "ERR"


def test_redis_pys_own_calls(server):
    host, port = server.resp
    client = redis.Redis(host=host, port=port)
    assert client.set("r/py", "v", nx=True, px=60000) is True
    assert client.set("r/py", "w", nx=True, px=60000) is None
    assert client.get("r/py") == b"v" and client.exists("r/py") == 1 and client.pttl("r/py") > 50000
    assert client.pexpire("r/py", 90000) and client.delete("r/py") == 1


def test_a_restart_keeps_them(server, resp):
    assert resp("SET", "r/kept", "v", "NX", "PX", 600000) == "OK"
    server.kill9()
    server.restart()
    server.resp = address_of(server)
    again = Resp(server.resp)
    assert again("GET", "r/kept") == "v" and again("DEL", "r/kept") == 1
