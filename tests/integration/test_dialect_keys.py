"""What clients of Distributed-Lock ask, route by route, and the promises that it broke."""

import concurrent.futures
import json
import random
import time
import urllib.parse

import pytest
from harness import Server
from rest import acquire, call, eventually, get, held, server, show, wire  # noqa: F401
from resp import Resp, address_of
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


def lock(server, uid, keys, **more):
    """The versions of the tokens, by key; None for a refusal, which is a 200 too."""
    answer = ask(server, "/api/lock", {"uid": uid, "keys": keys, **more})
    assert list(answer) == ["lock"]
    if answer["lock"] == {"error": "locked"}:
        return None
    assert list(answer["lock"]) == ["tokens"] and all(list(token) == ["key", "version"] for token in answer["lock"]["tokens"])
    return {token["key"]: token["version"] for token in answer["lock"]["tokens"]}


def unlock(server, uid, versions):
    tokens = [{"key": key, "version": version} for key, version in versions.items()]
    answer = ask(server, "/api/unlock", {"uid": uid, "keys": tokens})
    assert list(answer) == ["unlocked"]
    return answer["unlocked"]


def is_locked(server, *keys):
    return ask(server, "/api/check", {"keys": list(keys)})["locked"]


def test_lock_and_unlock(server):
    versions = lock(server, "ann", ["l/a", "l/b"], exp=60000)
    assert list(versions) == ["l/a", "l/b"] and is_locked(server, "l/a") and is_locked(server, "l/b")
    assert lock(server, "bob", "l/a", exp=60000) is None
    assert unlock(server, "ann", versions) == ["l/a", "l/b"]
    assert not is_locked(server, "l/a", "l/b")
    later = lock(server, "bob", "l/a", exp=60000)
    assert later["l/a"] > versions["l/a"]
    assert unlock(server, "ann", versions) == [] and is_locked(server, "l/a")
    assert unlock(server, "bob", later) == ["l/a"]


def test_all_or_none(server):
    assert lock(server, "ann", "all/b", exp=60000)
    assert lock(server, "bob", ["all/a", "all/b", "all/c"]) is None
    assert not is_locked(server, "all/a", "all/c")


def test_the_same_uid_extends(server):
    first = lock(server, "ann", ["e/a"], exp=60000)
    second = lock(server, "ann", ["e/b", "e/a"], exp=600000)
    assert list(second) == ["e/b", "e/a"] and second["e/a"] == first["e/a"] < second["e/b"]
    assert show(server, "e/a")["holders"][0]["expires_in_ms"] > 500000
    assert unlock(server, "ann", second) == ["e/b", "e/a"]


def test_shapes_of_keys_and_bodies(server):
    assert ask(server, "/api/lock", {"uid": "a", "keys": []}) == {"lock": {"tokens": []}}
    twice = ask(server, "/api/lock", {"uid": "a", "keys": ["s/a", "s/a"], "exp": 60000, "more": [1]})["lock"]["tokens"]
    assert twice[0] == twice[1] and twice[0]["key"] == "s/a"
    assert ask(server, "/api/unlock", {"uid": "a", "keys": twice}) == {"unlocked": ["s/a"]}
    token = ask(server, "/api/lock", **form(uid="a", keys="s/form", exp="60000"))["lock"]["tokens"][0]
    body = form(**{"uid": "a", "keys[0][key]": "s/form", "keys[0][version]": token["version"]})
    assert ask(server, "/api/unlock", **body) == {"unlocked": ["s/form"]}
    several = ask(server, "/api/lock", **form(uid="a", keys=["s/1", "s/2"]))["lock"]["tokens"]
    assert [token["key"] for token in several] == ["s/1", "s/2"]
    assert ask(server, "/api/lock", json.dumps({"uid": "a", "keys": "s/plain"}), headers={"Content-Type": "text/plain"})["lock"]["tokens"]
    assert lock(server, 7, 8, exp=60000) and unlock(server, "7", {"8": show(server, "8")["holders"][0]["fencing_token"]}) == ["8"]


def test_the_readme_as_written(server):
    tokens = ask(server, "/lock", {"uid": "svc", "keys": ["a", "b"], "exp": 5000})
    assert list(tokens) == ["tokens"] and [token["key"] for token in tokens["tokens"]] == ["a", "b"]
    assert ask(server, "/lock", {"uid": "other", "keys": ["b"]}) == {"error": "locked"}
    assert ask(server, "/check", {"keys": ["a", "free"]}) == {"locked": True}
    assert ask(server, "/unlock", {"uid": "svc", **tokens}) == {"unlocked": ["a", "b"]}
    assert ask(server, "/check", {"keys": ["a", "b"]}) == {"locked": False}


@pytest.mark.parametrize("path,body,message", [
    ("/api/lock", {"keys": "a"}, "key `uid` is required"),
    ("/api/lock", {"uid": "", "keys": "a"}, "key `uid` is required"),
    ("/api/lock", {"uid": "a"}, "key `keys` is required"),
    ("/api/lock", "", "key `uid` is required"),
    ("/api/lock", {"uid": "a", "keys": "k", "exp": "hello"}, "invalid key `exp`, should be a number"),
    ("/api/lock", {"uid": "a", "keys": "k", "exp": "0"}, "invalid key `exp`, should be a number"),
    ("/api/lock", {"uid": "a", "keys": "k", "exp": 86400001}, "invalid key `exp`, should be at most 86400000"),
    ("/api/lock", {"uid": "a", "keys": ["k" * 513]}, None),
    ("/api/lock", {"uid": "a", "keys": ["a\nb"]}, None),
    ("/api/lock", {"uid": "a", "keys": [str(i) for i in range(257)]}, "there are more than 256 keys"),
    ("/api/unlock", {"keys": []}, "key `uid` is required"),
    ("/api/unlock", {"uid": "a"}, "key `keys` is required"),
    ("/api/unlock", {"uid": "a", "keys": "k"}, "key `keys` should be an array of objects with keys `key` and `version`"),
    ("/api/unlock", {"uid": "a", "keys": ["k"]}, "key `keys` should be an array of objects with keys `key` and `version`"),
    ("/api/unlock", {"uid": "a", "keys": [{"key": "k"}]}, "key `keys` should be an array of objects with keys `key` and `version`"),
    ("/api/lock", "{", None), ("/api/lock", '{"uid": "a", "keys": "k"', None), ("/api/lock", "[1]", None),
])
def test_errors(server, path, body, message):
    answer = ask(server, path, body, 400)
    assert answer == refusal(answer["message"] if message is None else message) and answer["message"]


def test_more_than_one_entry_takes(server):
    keys = [f"large/{number:03}".ljust(512, "x") for number in range(256)]
    answer = ask(server, "/api/lock", {"uid": "u" * 1024, "keys": keys}, 413)
    assert answer == refusal(answer["message"]) and not is_locked(server, keys[0])
    assert len(lock(server, "u" * 100, keys)) == 256


def test_exp(server):
    def left(key):
        return show(server, key)["holders"][0]["expires_in_ms"]
    lock(server, "a", "exp/digits", exp="600000abc")
    assert 500000 < left("exp/digits") <= 600000
    lock(server, "a", "exp/day", exp=86400000)
    assert left("exp/day") > 86000000
    for key, exp in (("exp/none", {}), ("exp/zero", {"exp": 0}), ("exp/null", {"exp": None})):
        assert lock(server, "a", key, **exp)
        eventually(lambda: not is_locked(server, key), "the default of a second is over")
    for key, exp in (("exp/past", -5), ("exp/one", 1)):
        assert lock(server, "a", key, exp=exp)
        eventually(lambda: not is_locked(server, key), "it ends at once")


def test_a_lock_of_another_protocol(server):
    held(server, "x/native")
    assert lock(server, "native", "x/native") is None
    versions = lock(server, "ann", "x/keys", exp=60000)
    refused = acquire(server, "x/keys")
    assert refused.code == "held" and refused.json["holders"][0]["dialect"] == "keys"
    assert refused.json["holders"][0]["fencing_token"] == versions["x/keys"]
    assert unlock(server, "ann", versions) == ["x/keys"]


def test_hgetall_on_the_redis_port():
    with serving("--journal", "memory:") as running, Resp(address_of(running)) as resp:
        version = lock(running, "ann", "h/a", exp=60000)["h/a"]
        assert resp("HGETALL", "h/a") == ["locked", "true", "holder", "ann", "version", str(version)]
        native = held(running, "h/b")
        assert resp("HGETALL", "h/b")[3] == "native:" + native["lease"]["id"] and resp("HGETALL", "h/c") == []


# --- the promises that the original broke ---


def test_many_at_once_and_one_is_granted(server):
    """Its Redis mode granted several of eight in most rounds."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for round in range(10):
            def contend(number):
                return lock(server, f"u{number}", [f"race/{round}", "race/all"], exp=60000)
            winners = [versions for versions in pool.map(contend, range(8)) if versions]
            assert len(winners) == 1
            uid = next(n for n in range(8) if unlock(server, f"u{n}", winners[0]))
            assert uid < 8


def test_a_refusal_says_so(server):
    """Its Redis mode answered {"lock": {}}."""
    lock(server, "ann", "says", exp=60000)
    assert ask(server, "/api/lock", {"uid": "bob", "keys": "says"}) == {"lock": {"error": "locked"}}


def test_the_time_of_an_earlier_lock_ends_no_later_one(server):
    """Its unlock did not stop the timer."""
    for _ in range(2):
        first = lock(server, "ann", "timer", exp=300)
        assert unlock(server, "ann", first) == ["timer"]
    assert lock(server, "ann", "timer", exp=60000)
    time.sleep(0.6)
    assert is_locked(server, "timer")


def test_an_extension_outlives_the_first_time(server):
    """The timer of another node ended it."""
    first = lock(server, "ann", "longer", exp=300)
    assert lock(server, "ann", "longer", exp=60000) == first
    time.sleep(0.6)
    assert is_locked(server, "longer")


def test_a_larger_version_that_was_made_up_unlocks_nothing(server):
    versions = lock(server, "ann", "made-up", exp=60000)
    for wrong in (versions["made-up"] + 1, versions["made-up"] - 1, 999999, 0, -1, "x", 1.5):
        assert unlock(server, "ann", {"made-up": wrong}) == []
    assert unlock(server, "bob", versions) == [] and is_locked(server, "made-up")
    assert unlock(server, "ann", {"made-up": str(versions["made-up"])}) == ["made-up"]


def test_locks_and_versions_survive_the_process(tmp_path):
    """A node that died left its locks for ever; without Redis it forgot the versions."""
    running = Server(tmp_path)
    try:
        stays = lock(running, "ann", "stays", exp=600000)
        lock(running, "ann", "ends", exp=300)
        running.kill9()
        running.restart()
        assert is_locked(running, "stays")
        eventually(lambda: not is_locked(running, "ends"), "the lock of a dead process ends in its time")
        assert lock(running, "ann", "stays") == stays
        assert lock(running, "bob", "ends")["ends"] > stays["stays"]
    finally:
        running.close()


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


# --- whatever the input ---


def random_value(choose, depth=0):
    kinds = ["text", "number", "word", "key", "list", "object"][: 6 if depth < 3 else 4]
    kind = choose.choice(kinds)
    if kind == "text":
        return "".join(chr(choose.choice([0, 10, 0x41, 0x7f, 0xe9, 0x2028, 0x1f600])) for _ in range(choose.randrange(6)))
    if kind == "number":
        return choose.choice([0, 1, -1, 2**53, 2**63, -2**63, 10**30, 1.5, 1e300, -0.0])
    if kind == "word":
        return choose.choice([None, True, False])
    if kind == "key":
        return choose.choice(["p/a", "p/b", "", "/", "a" * 600])
    if kind == "list":
        return [random_value(choose, depth + 1) for _ in range(choose.randrange(4))]
    names = ["uid", "keys", "exp", "tokens", "key", "version", ""]
    return {choose.choice(names): random_value(choose, depth + 1) for _ in range(choose.randrange(5))}


def random_body(choose):
    kind = choose.randrange(4)
    if kind == 0:
        return bytes(choose.randrange(256) for _ in range(choose.randrange(60)))
    if kind == 1:
        names = ["uid", "keys", "keys[]", "keys[0][key]", "keys[0][version]", "exp", "tokens[1]", "[", "%zz"]
        return "&".join(f"{choose.choice(names)}={choose.choice(['a', '1', '%00', '%ff', ''])}" for _ in range(choose.randrange(8)))
    if kind == 2:
        return {"uid": random_value(choose), "keys": random_value(choose), "exp": random_value(choose)}
    text = json.dumps({"uid": "a", "keys": [{"key": "p/a", "version": random_value(choose)}]})
    return text[: choose.randrange(len(text) + 1)]


def test_no_input_is_a_failure_of_the_server(server):
    choose = random.Random(20261122)
    paths = ["/api/lock", "/api/unlock", "/api/check", "/lock", "/unlock", "/check", "/ping"]
    types = ["application/json", "application/x-www-form-urlencoded", "text/plain", "", None]
    with wire(server) as connection:
        for _ in range(1500):
            body = random_body(choose)
            method = choose.choice(["POST"] * 9 + ["GET", "PUT", "LOCK"])
            reply = connection.ask(method, choose.choice(paths), body, {"Content-Type": choose.choice(types)})
            assert 200 <= reply.status < 500, (reply.status, body)
            if reply.headers["content-type"] == "application/json":
                assert isinstance(reply.json, dict)
