"""What the client commands print: to programs, with --json, and to a terminal."""

import json
import os
import pty
import re

from harness import NOT_ACQUIRED, OK, wait_until


def on_terminal(commands, *arguments, **options):
    """Runs a command with a terminal as standard output; (exit code, what it showed)."""
    master, slave = pty.openpty()
    process = commands.start(*arguments, stdout=slave, **options)
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the last one has closed it
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(), shown.decode()


def test_json_of_acquire_and_release(holdfast):
    acquired = json.loads(holdfast("acquire", "--json", "a", "b").out)
    assert [grant["key"] for grant in acquired["grants"]] == ["a", "b"]
    assert acquired["lease"]["handle"].startswith(str(acquired["lease"]["id"]) + ".")
    handle = acquired["lease"]["handle"]
    assert json.loads(holdfast("renew", "--json", handle).out)["lease"]["expires_in_ms"] > 0
    assert json.loads(holdfast("release", "--json", handle, "a").out)["released"] == ["a"]
    assert json.loads(holdfast("release", "--json", handle).out)["released"] == ["b"]


def test_json_of_a_refusal(server, holdfast):
    server.rest.acquire("k", owner="alice")
    done = holdfast("acquire", "--json", "-n", "k")
    assert done.code == NOT_ACQUIRED
    problem = json.loads(done.out)
    assert (problem["code"], problem["holders"][0]["owner"]) == ("held", "alice")


def test_json_of_show_ls_and_status(server, holdfast):
    server.rest.acquire("deploy/prod")
    shown = json.loads(holdfast("show", "--json", "deploy/prod").out)
    assert (shown["key"], shown["state"]) == ("deploy/prod", "exclusive")
    listed = json.loads(holdfast("ls", "--json").out)
    assert [lock["key"] for lock in listed["locks"]] == ["deploy/prod"]
    assert json.loads(holdfast("status", "--json").out)["version"]


def test_acquire_prints_just_the_handle_to_a_program(server, holdfast):
    done = holdfast("acquire", "k")
    assert re.fullmatch(r"\S+\n", done.out)
    assert server.rest.post("/v1/renew", lease=done.out.strip())[0] == 200


def test_show_names_holder_and_waiters(server, holdfast):
    assert holdfast("show", "k").out == "k is free\n"
    server.rest.acquire("k", owner="alice", ttl_ms=-1)
    holdfast.start("acquire", "--owner", "bob", "k")
    wait_until(lambda: server.rest.lock("k")["queue"], "bob waits")
    out = holdfast("show", "k").out
    assert "k is exclusive\n" in out
    assert re.search(r"held by alice for .*, without expiry \(exclusive, fencing token \d+\)", out)
    assert "waiting: bob (exclusive) for " in out


def test_ls_is_a_table_for_people_and_tabs_for_programs(server, holdfast):
    for key in ("deploy/a", "deploy/b", "other"):
        server.rest.acquire(key, owner="alice", ttl_ms=-1)
    out = holdfast("ls", "deploy/").out
    assert out == "deploy/a\texclusive\talice\tnever\t0\t\ndeploy/b\texclusive\talice\tnever\t0\t\n"
    code, shown = on_terminal(holdfast, "ls")
    assert code == OK
    assert "\033[1mKEY" in shown
    assert "other     exclusive  alice    never       0" in shown
    assert "\033" not in on_terminal(holdfast, "ls", env={"NO_COLOR": "1"})[1]


def test_ls_follows_the_pages(server, holdfast):
    for number in range(250):
        server.rest.acquire(f"k{number:03}")
    assert [line.split("\t")[0] for line in holdfast("ls").out.splitlines()] == [f"k{n:03}" for n in range(250)]


def test_other_peoples_words_cannot_steer_the_terminal(fake, against_fake):
    fake.refusals["/v1/acquire"] = (409, {"code": "held", "status": 409, "queue_length": 0,
                                          "holders": [{"owner": "eve\033[2J\nholdfast: fine"}]})
    done = against_fake("acquire", "-n", "k")
    assert "\033" not in done.err
    assert "\nholdfast: fine" not in done.err


def test_the_default_owner_is_user_host_and_pid(server, holdfast):
    process = holdfast.start("acquire", "k")
    holdfast.finish(process)
    assert re.fullmatch(rf"[^@]+@[^@ ]+ \(pid {process.pid}\)", server.rest.lock("k")["holders"][0]["owner"])


def test_leases(server, holdfast):
    handle = holdfast("lease", "open", "--ttl", "1h", "--owner", "me").out.strip()
    lease_id = handle.split(".")[0]
    assert f"{lease_id} of me, expires in 59m" in holdfast("lease", "show", handle).out
    assert holdfast("lease", "list").out.startswith(f"{lease_id}\tme\t1h\t59m")
    assert holdfast("lease", "end", handle).code == OK
    assert holdfast("lease", "list").out == ""


def test_verify(server, holdfast, tmp_path):
    server.rest.acquire("k")
    in_use = holdfast("verify", str(tmp_path / "data"))
    assert in_use.code == 1
    server.kill9()
    done = holdfast("verify", str(tmp_path / "data"))
    assert done.code == OK and "sound" in done.out
    assert json.loads(holdfast("verify", "--json", str(tmp_path / "data")).out)["ok"] is True
