"""What the backend "http" of Terraform and OpenTofu asks, status by status, and what becomes of states."""

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys

import pytest
from backups import backup, offline, restore, served
from harness import PATIENCE, ROOT, Holdfast, wait_until
from resp import Resp, address_of
from rest import acquire, call, eventually, get, held, post, request, server, wire  # noqa: F401
from serving import serving

sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
import fixture  # noqa: E402

CLIENT = os.environ.get("HOLDFAST_TERRAFORM") or shutil.which("tofu") or shutil.which("terraform")
MIB = 1 << 20


def info(name, who="ann@host", **more):
    return {"ID": name, "Operation": "OperationTypeApply", "Info": "", "Who": who, "Version": "1.5.7",
            "Created": "2026-11-22T03:19:21.123456789Z", "Path": "", **more}


def lock(server, name, body, method="LOCK"):
    return call(server, method, "/terraform/" + name, body)


def unlock(server, name, body=None, method="UNLOCK"):
    return call(server, method, "/terraform/" + name, body)


def locked(server, name, lock_id, **more):
    mine = info(lock_id, **more)
    reply = lock(server, name, mine)
    assert reply.status == 200, reply.body
    return mine


def md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def store(server, name, data, lock_id=None, headers=()):
    path = "/terraform/" + name + ("?ID=" + lock_id if lock_id else "")
    return post(server, path, data, headers={"Content-MD5": md5(data), **dict(headers)})


def state(server, name):
    """The bytes that are kept, or None."""
    reply = get(server, "/terraform/" + name)
    if reply.status == 404:
        return None
    assert reply.status == 200, reply.body
    assert reply.headers["content-md5"] == md5(reply.body)
    return reply.body


def objects(directory):
    return sorted(path.name for path in (directory / "data").glob("object-*"))


# --- locks ---


def test_lock_and_unlock(server):
    mine, yours = info("6e2c"), info("77aa", who="bob@host")
    assert lock(server, "a", mine).status == 200
    assert lock(server, "a", mine).status == 200, "the same again, after a lost answer"
    refused = lock(server, "a", yours)
    assert refused.status == 423 and refused.json == mine and "x-holdfast-revision" in refused.headers
    refused = unlock(server, "a", yours)
    assert refused.status == 423 and refused.json == mine
    assert unlock(server, "a", mine).status == 200
    assert unlock(server, "a", mine).status == 200, "the same again, after a lost answer"
    assert lock(server, "a", yours).status == 200
    assert unlock(server, "a", yours).status == 200


def test_put_and_delete_where_configured_so(server):
    assert lock(server, "put", info("1"), "PUT").status == 200
    assert lock(server, "put", info("2"), "PUT").json["ID"] == "1"
    assert unlock(server, "put", info("2"), "DELETE").status == 423
    assert unlock(server, "put", info("1"), "DELETE").status == 200
    assert server.rest.state("terraform/put") == "reserved", "for who asked with 2"


def test_an_id_can_be_used_again(server):
    for _ in range(3):
        locked(server, "again", "same")
        assert lock(server, "again", info("other")).status == 423
        assert unlock(server, "again", info("same")).status == 200
        locked(server, "again", "other")
        assert unlock(server, "again", info("other")).status == 200


def test_the_place_in_the_queue_is_kept_across_polls(server):
    locked(server, "queue", "first")
    assert lock(server, "queue", info("second", who="bob@host")).json["ID"] == "first"
    assert lock(server, "queue", info("third")).json["ID"] == "first"
    assert unlock(server, "queue", info("first")).status == 200
    refused = lock(server, "queue", info("third"))
    assert refused.status == 423 and refused.json["Who"] == "bob@host" and refused.json["ID"].startswith("waiter:")
    assert acquire(server, "terraform/queue").status == 409
    locked(server, "queue", "second", who="bob@host")
    assert unlock(server, "queue", info("second")).status == 200
    locked(server, "queue", "third")


def test_locks_of_other_interfaces_exclude_and_are_excluded(server, tmp_path):
    grant = held(server, "terraform/shared/net", owner="deploy", reason="migration", ttl_ms=60000)
    refused = lock(server, "shared/net", info("1", who="ann@laptop"))
    assert refused.status == 423
    assert refused.json["ID"] == "native:" + grant["lease"]["id"] and refused.json["Who"] == "deploy"
    assert refused.json["Operation"] == "migration" and refused.json["Created"].endswith("Z")
    assert set(refused.json) == set(info("1"))
    assert grant["lease"]["handle"] not in refused.body.decode()
    assert unlock(server, "shared/net", info("1")).status == 423
    post(server, "/v1/release", {"lease": grant["lease"]["handle"]})
    locked(server, "shared/net", "1", who="ann@laptop")
    reply = acquire(server, "terraform/shared/net")
    assert reply.code == "held" and reply.json["holders"][0]["dialect"] == "terraform"
    command = Holdfast(server.url, tmp_path)
    shown = command("ls", "terraform/shared/")
    assert "ann@laptop [terraform]" in shown.out, shown
    assert json.loads(command("show", "terraform/shared/net", "--json").out)["holders"][0]["metadata"]["ID"] == "1"


def test_a_redis_client_has_the_key(server):
    resp = Resp(address_of(server))
    assert resp("SET", "terraform/redis", "secret", "NX", "PX", 60000) == "OK"
    refused = lock(server, "redis", info("1"))
    assert refused.status == 423 and refused.json["ID"].startswith("redlock:")
    assert b"secret" not in refused.body
    assert resp("DEL", "terraform/redis") == 1
    locked(server, "redis", "1")
    assert resp("SET", "terraform/redis", "secret", "NX", "PX", 60000) is None


def test_force_unlock_is_a_break_that_is_recorded(server):
    locked(server, "force", "1")
    assert unlock(server, "force").status == 200
    assert server.rest.state("terraform/force") == "free"
    assert unlock(server, "force").status == 200, "nobody holds it"
    events = server.rest.get("/v1/history?key=terraform/force")[1]["events"]
    broken = [event for event in events if event["kind"] == "broken"]
    assert [event["reason"] for event in broken] == ["terraform force-unlock"], events
    assert unlock(server, "force", info("1")).status == 200


def test_force_unlock_can_be_switched_off():
    with serving("--journal", "memory:", "--dialects.terraform.force_unlock=false") as server:
        locked(server, "a", "1")
        assert unlock(server, "a").status == 403
        assert lock(server, "a", info("2")).status == 423


def test_it_can_be_switched_off():
    with serving("--journal", "memory:", "--dialects.terraform.enabled=false") as server:
        assert lock(server, "a", info("1")).status == 404
        assert get(server, "/terraform/a").code == "not_found"


BAD = ["", "{}", "[]", "x", "{", '"ID"', {"ID": ""}, {"ID": 7}, {"ID": None}, {"ID": "x" * 1025},
       {"ID": "a", "Who": 7}, {"ID": "a", "Who": "a\nb"}, {"ID": "a", "Who": "x" * 257},
       {"ID": "a", "Operation": "x" * 1025}, b"\xff\xfe", '{"ID":"a","ID":"b"}']


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_what_is_no_lock_info_is_refused(server, body):
    reply = lock(server, "bad", body)
    assert reply.status == 400 and set(reply.json) == {"error"}, reply.body
    assert server.rest.state("terraform/bad") == "free"


def test_a_large_lock_info_is_refused(server):
    assert lock(server, "bad", info("1", Info="x" * 5000)).status == 413
    assert lock(server, "bad", info("1", Info="x" * 3000)).status == 200


@pytest.mark.parametrize("name", ["", "a//b", "..", "a/", "%", "%00", "a%0Ab", "x" * 600, "%ff"])
def test_names_that_can_be_no_key_are_refused(server, name):
    for method, body in (("LOCK", info("1")), ("UNLOCK", info("1")), ("UNLOCK", None), ("GET", None), ("POST", "{}"),
                         ("DELETE", None)):
        reply = call(server, method, "/terraform/" + name, body)
        assert reply.status == 400 and set(reply.json) == {"error"}, (method, name, reply.body)


def test_other_methods_are_refused_in_its_shape(server):
    reply = call(server, "PATCH", "/terraform/a", "{}")
    assert reply.status == 405 and set(reply.json) == {"error"} and "LOCK" in reply.headers["allow"]


# --- states ---


def test_a_state_is_kept_as_it_was_sent(server):
    data = b'{"version":4,\n "serial":1}\x00\xff'
    assert state(server, "s/a") is None
    assert store(server, "s/a", data).status == 200
    assert state(server, "s/a") == data
    assert store(server, "s/a", b"").status == 200
    assert state(server, "s/a") == b""
    head = call(server, "HEAD", "/terraform/s/a")
    assert head.status == 200 and head.headers["content-md5"] == md5(b"")
    assert call(server, "DELETE", "/terraform/s/a").status == 200
    assert state(server, "s/a") is None
    assert call(server, "DELETE", "/terraform/s/a").status == 200


def test_only_who_has_the_lock_writes(server):
    assert store(server, "s/b", b"1").status == 200, "nobody has it"
    mine = locked(server, "s/b", "1")
    for lock_id in (None, "2"):
        refused = store(server, "s/b", b"2", lock_id)
        assert refused.status == 423 and refused.json == mine
    assert call(server, "DELETE", "/terraform/s/b").status == 423
    assert call(server, "DELETE", "/terraform/s/b?ID=2").status == 423
    assert store(server, "s/b", b"3", "1").status == 200
    assert state(server, "s/b") == b"3", "reading needs no lock"
    assert unlock(server, "s/b").status == 200
    refused = store(server, "s/b", b"4", "1")
    assert refused.status == 409 and set(refused.json) == {"error"}, "it was taken from him"
    yours = locked(server, "s/b", "2", who="bob@host")
    assert store(server, "s/b", b"4", "1").json == yours
    assert call(server, "DELETE", "/terraform/s/b?other=1&ID=2").status == 200
    assert state(server, "s/b") is None


def test_a_native_hold_keeps_writers_out(server):
    held(server, "terraform/s/native", owner="deploy")
    assert store(server, "s/native", b"1").json["Who"] == "deploy"
    assert store(server, "s/native", b"1", "x").status == 423


def test_bytes_that_were_harmed_on_the_way_are_refused(server):
    for wrong in (md5(b"other"), "nonsense", md5(b"1")[:-1]):
        assert store(server, "s/md5", b"1", headers={"Content-MD5": wrong}).status == 400
    assert store(server, "s/md5", b"1", headers={"Content-MD5": None}).status == 200
    body = json.dumps(info("1")).encode()
    for value, status in ((md5(b"other"), 400), (md5(body), 200)):
        assert call(server, "LOCK", "/terraform/s/md5", body, headers={"Content-MD5": value}).status == status


def test_the_largest_state(server):
    data = random.Random(1).randbytes(16 * MIB)
    assert store(server, "s/large", data).status == 200
    assert state(server, "s/large") == data
    reply = post(server, "/terraform/s/large", None, headers={"Content-Length": str(16 * MIB + 1)})
    assert reply.status == 413 and set(reply.json) == {"error"}
    assert post(server, "/v1/acquire", None, headers={"Content-Length": str(2 * MIB)}).status == 413


def test_large_bodies_are_few_at_a_time(server):
    """Catches clients that each let the server keep 16 MiB of a body that never ends."""
    slow = [wire(server) for _ in range(32)]
    for connection in slow:
        connection.send(request("POST", "/terraform/s/slow", headers={"Content-Length": str(16 * MIB)}))
    large = b"x" * 2 * MIB
    eventually(lambda: store(server, "s/slow", large).status == 429, "one more is refused")
    assert set(store(server, "s/slow", large).json) == {"error"}
    assert store(server, "s/slow", b"small").status == 200
    assert lock(server, "s/slow", info("1")).status == 200
    slow.pop().close()
    eventually(lambda: store(server, "s/slow", large, "1").status == 200, "there is room again")
    slow[0].send(b"x" * 16 * MIB)
    assert slow[0].read().status == 423
    eventually(lambda: store(server, "s/slow", large, "1").status == 200, "its answer was sent")
    for connection in slow:
        connection.close()


def test_locks_places_and_states_survive_a_kill(tmp_path):
    with served(tmp_path) as server:
        mine = locked(server, "a", "1")
        lock(server, "a", info("2"))
        lock(server, "a", info("2"))
        for serial in range(5):
            assert store(server, "a", b"%d" % serial, "1").status == 200
        wait_until(lambda: len(objects(tmp_path)) == 1, "replaced states are gone")
        (tmp_path / "data" / ("object-" + "0" * 32)).write_bytes(b"of a store that a crash cut off")
        server.kill9()
        server.restart()
        assert len(objects(tmp_path)) == 1, "what no state names is removed"
        assert state(server, "a") == b"4"
        assert lock(server, "a", info("3")).json == mine
        assert store(server, "a", b"5", "1").status == 200
        assert unlock(server, "a", mine).status == 200
        assert lock(server, "a", info("3")).json["ID"].startswith("waiter:")
        assert lock(server, "a", info("2")).status == 200
    assert offline("verify", tmp_path / "data").code == 0


def test_a_harmed_state_harms_no_lock(tmp_path):
    with served(tmp_path) as server:
        assert store(server, "a", b"precious").status == 200
        path = next((tmp_path / "data").glob("object-*"))
        path.write_bytes(path.read_bytes().replace(b"precious", b"Precious"))
        assert get(server, "/terraform/a").status == 503
        server.kill9()
        verified = offline("verify", tmp_path / "data")
        assert verified.code == 1 and path.name in verified.err, verified
        path.unlink()
        server.restart()
        assert "the files of 1 documents are gone" in (tmp_path / "server.log").read_text()
        assert get(server, "/terraform/a").status == 503
        assert lock(server, "a", info("1")).status == 200
        assert store(server, "a", b"mended", "1").status == 200 and state(server, "a") == b"mended"


def test_backups_and_migrations_have_the_states(tmp_path):
    large = random.Random(2).randbytes(3 * MIB)
    with served(tmp_path / "old") as server:
        store(server, "a", b"1")
        store(server, "large", large)
        mine = locked(server, "a", "1")
        copy = backup(server, tmp_path / "a.backup")
        store(server, "a", b"2", "1")
    restore(copy, tmp_path / "new", "--assume-released")
    with served(tmp_path / "new") as server:
        assert state(server, "a") == b"1" and state(server, "large") == large
        assert lock(server, "a", info("2")).json == mine
        assert store(server, "a", b"3", "1").status == 200
    done = offline("migrate", f"file:{tmp_path}/new/data", f"file:{tmp_path}/moved/data")
    assert done.code == 0, done
    with served(tmp_path / "moved") as server:
        assert state(server, "a") == b"3" and state(server, "large") == large
        assert unlock(server, "a", mine).status == 200


def test_a_cut_backup_with_states_is_refused(tmp_path):
    with served(tmp_path / "old") as server:
        store(server, "large", b"x" * MIB)
        copy = backup(server, tmp_path / "a.backup")
    copy.write_bytes(copy.read_bytes()[:-MIB // 2])
    done = offline("restore", copy, "--data", tmp_path / "new")
    assert done.code == 1 and "it was cut" in done.err, done


def test_the_first_state_raises_the_feature_level(tmp_path):
    fixture.unpack(ROOT / "tests" / "fixtures" / "data-0.1.0", tmp_path / "data")
    with served(tmp_path) as server:
        level = lambda: server.rest.get("/v1/status")[1]["cell"]["feature_level"]
        assert lock(server, "a", info("1")).status == 200 and level() == 1
        assert store(server, "a", b"1", "1").status == 200 and level() == 2
        server.kill9()
        server.restart()
        assert state(server, "a") == b"1" and level() == 2


# --- whatever the input ---


def test_no_input_is_answered_with_5xx(server):
    """Random requests, many of them almost right."""
    dice = random.Random(7)
    names = ["p/a", "p/b", "p/%41", "", "%", "..", "p//", "x" * 700, "p/a?ID=", "p/a?ID=1", "p/a?ID=%", "p/b?ID=2&ID=1",
             "p/a?&&=", "p/b?lock"]
    bodies = [None, b"", b"{}", b"\x00", b"[" * 50, b'{"ID":"1"}', b'{"ID":"2","Who":"w"}', json.dumps(info("3")).encode(),
              b'{"ID":{}}', b'{"ID":"\\ud800"}', b"x" * 5000]
    headers = [{}, {"Content-MD5": "x"}, {"Content-MD5": md5(b"")}, {"Content-Type": "text/plain"},
               {"Content-Type": "application/xml"}, {"Content-Length": "-1"}, {"Content-MD5": "=" * 24}]
    seen = set()
    for _ in range(600):
        method = dice.choice(["LOCK", "UNLOCK", "PUT", "DELETE", "GET", "POST", "HEAD", "PATCH", "OPTIONS"])
        body = dice.choice(bodies)
        if dice.random() < 0.2:
            body = bytes(dice.randrange(256) for _ in range(dice.randrange(40)))
        reply = call(server, method, "/terraform/" + dice.choice(names), body, headers=dice.choice(headers))
        assert reply is not None and reply.status < 500, (method, body)
        seen.add(reply.status)
    assert {200, 400, 404, 405, 423} <= seen, seen


# --- the real client ---

CONFIGURATION = """
terraform {
  backend "http" {
    address        = "%(url)s/terraform/network/prod"
    lock_address   = "%(url)s/terraform/network/prod"
    unlock_address = "%(url)s/terraform/network/prod"
    retry_max      = 0
  }
}
variable "value" { default = "one" }
resource "terraform_data" "thing" { input = var.value }
output "value" { value = terraform_data.thing.output }
"""


@pytest.mark.skipif(CLIENT is None, reason="neither terraform nor tofu is installed, and HOLDFAST_TERRAFORM is not set")
def test_the_real_client(server, tmp_path):
    (tmp_path / "main.tf").write_text(CONFIGURATION % {"url": server.url})

    def start(*arguments):
        return subprocess.Popen([CLIENT, *arguments], cwd=tmp_path, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env={**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"})

    def run(*arguments, code=0):
        process = start(*arguments)
        out = process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == code, out
        return out

    name = "network/prod"
    serial = lambda: json.loads(state(server, name))["serial"]
    run("init", "-no-color")
    run("apply", "-auto-approve", "-no-color")
    first = serial()
    assert json.loads(state(server, name))["outputs"]["value"]["value"] == "one"
    assert server.rest.state("terraform/" + name) == "free"

    mine = locked(server, name, "6e2c", who="ann@laptop")
    out = run("apply", "-auto-approve", "-no-color", "-var", "value=two", code=1)
    assert "HTTP remote state already locked: ID=6e2c" in out and serial() == first
    wait_until(lambda: server.rest.lock("terraform/" + name)["queue_length"] == 0, "it has given up its place")
    waiting = start("apply", "-auto-approve", "-no-color", "-var", "value=two", "-lock-timeout=60s")
    wait_until(lambda: server.rest.lock("terraform/" + name)["queue_length"] == 1, "the client asks")
    assert unlock(server, name, mine).status == 200
    assert lock(server, name, info("77aa")).status == 423, "it is the client's turn"
    out = waiting.communicate(timeout=PATIENCE)[0]
    assert waiting.returncode == 0, out
    assert serial() > first and server.rest.lock("terraform/" + name)["holders"] == []

    locked(server, name, "77aa")
    run("force-unlock", "-force", "-no-color", "77aa")
    assert server.rest.lock("terraform/" + name)["holders"] == []
    assert "two" in run("output", "-no-color")
    run("destroy", "-auto-approve", "-no-color")
    assert json.loads(state(server, name))["resources"] == []
