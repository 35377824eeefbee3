"""break, request-release, register, unregister, and what show and ls say of their effects."""

import json
import os
import pty
import re

import pytest

from harness import FAILURE, NOT_ACQUIRED, OK, USAGE, Server, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all tests of this file; they use different keys."""
    running = Server(tmp_path_factory.mktemp("admin"))
    yield running
    running.close()


def token_of(grant):
    return grant["grants"][0]["fencing_token"]


def answer_on_terminal(commands, reply, *arguments):
    """Runs a command with a terminal as standard input, and answers its question."""
    master, slave = pty.openpty()
    process = commands.start(*arguments, stdin=slave)
    os.close(slave)
    os.write(master, reply)
    done = commands.finish(process)
    os.close(master)
    return done


def test_break_shows_the_holder_asks_and_breaks_what_it_showed(server, holdfast):
    grant = server.rest.acquire("ask", owner="alice", reason="release 7")
    no = answer_on_terminal(holdfast, b"n\n", "break", "ask", "--reason", "r")
    assert no.code == FAILURE and "nothing was broken" in no.err
    assert "ask is held by alice for " in no.err and "release 7" in no.err and "break it?" in no.err
    assert server.rest.lock("ask")["holders"]
    yes = answer_on_terminal(holdfast, b"y\n", "break", "ask", "--reason", "the runner is gone")
    assert yes.code == OK, yes
    assert re.search(rf"hold of alice on ask \(fencing token {token_of(grant)}\), which opens in \d+s", yes.out)
    gone = holdfast("renew", grant["lease"]["handle"])
    assert gone.code == FAILURE
    assert re.search(r"ended by break of \S+@\S+ \(pid \d+\): the runner is gone", gone.err)


def test_break_without_a_terminal_wants_a_yes_or_a_name(server, holdfast):
    grant = server.rest.acquire("script", owner="alice")
    refused = holdfast("break", "script", "--reason", "r")
    assert refused.code == USAGE and "--yes" in refused.err and "held by alice" in refused.err
    done = json.loads(holdfast("break", "script", "--reason", "r", "--yes", "--json").out)
    assert done["broken"][0]["fencing_token"] == token_of(grant)
    assert server.rest.acquire("script2") and holdfast("break", "script2", "--reason", "r", "--token", "1").code == FAILURE


def test_break_now_opens_the_key_at_once(server, holdfast):
    lease = server.rest.acquire("now", ttl_ms=60_000)["lease"]["id"]
    done = holdfast("break", "now", "--reason", "r", "--lease", lease, "--now")
    assert done.code == OK and "which opens now" in done.out
    assert server.rest.state("now") == "free"


def test_break_of_several_holders_lists_them_and_wants_a_token(server, holdfast):
    tokens = [token_of(server.rest.acquire("several", mode="shared", owner=owner)) for owner in ("alice", "bob")]
    refused = holdfast("break", "several", "--reason", "r", "--yes")
    assert refused.code == USAGE and "--token" in refused.err
    assert all(f"held by {owner}" in refused.err for owner in ("alice", "bob"))
    assert holdfast("break", "several", "--reason", "r", "--token", str(tokens[1])).code == OK
    assert [holder["owner"] for holder in server.rest.lock("several")["holders"]] == ["alice"]


def test_break_takes_a_waiter_out_of_the_queue(server, holdfast):
    server.rest.acquire("queue", owner="alice")
    waits = holdfast.start("acquire", "--owner", "bob", "queue")
    waiter = wait_until(lambda: server.rest.lock("queue")["queue"], "bob waits")[0]["waiter"]
    done = holdfast("break", "queue", "--reason", "enough", "--waiter", str(waiter))
    assert (done.code, done.out) == (OK, "bob no longer waits for queue\n")
    ended = holdfast.finish(waits)
    assert ended.code == NOT_ACQUIRED and "enough" in ended.err


def test_break_of_nothing(holdfast):
    done = holdfast("break", "nothing", "--reason", "r", "--yes")
    assert done.code == FAILURE and "nobody holds nothing" in done.err
    assert holdfast("break", "nothing", "--yes").code == USAGE
    assert holdfast("break", "nothing", "--reason", "r", "--token", "1", "--lease", "1").code == USAGE


def test_request_release_is_told_to_the_holder(server, holdfast):
    assert holdfast("request-release", "wish", "--reason", "r").code == FAILURE
    handle = server.rest.acquire("wish", owner="alice")["lease"]["handle"]
    done = holdfast("request-release", "wish", "--reason", "a hotfix waits")
    assert (done.code, done.out) == (OK, "asked alice to release wish\n")
    assert "its release is requested: a hotfix waits" in holdfast("show", "wish").out
    renewed = holdfast("renew", handle)
    assert renewed.code == OK
    assert re.search(r"\S+@\S+ \(pid \d+\) asks for the release of wish: a hotfix waits", renewed.err)
    assert json.loads(holdfast("renew", "--json", handle).out)["release_requested"][0]["reason"] == "a hotfix waits"


def test_renew_tells_what_was_lost(server, holdfast):
    handle = holdfast("lease", "open", "--ttl", "1m").out.strip()
    for key in ("lost/a", "lost/b"):
        assert server.rest.post("/v1/acquire", key=key, lease=handle)[0] == 200
    assert holdfast("break", "lost/a", "--reason", "mine now", "--yes").code == OK
    renewed = holdfast("renew", handle)
    assert renewed.code == OK and re.search(r"lost lost/a, ended by break of .*: mine now", renewed.err)
    lost = json.loads(holdfast("renew", "--json", handle).out)["lost"]
    assert [(loss["key"], loss["ended_by"]) for loss in lost] == [("lost/a", "break")]


def test_register_changes_only_what_is_named(server, holdfast):
    first = holdfast("register", "set", "--description", "d", "--owner", "a", "--owner", "b", "--max-hold", "1h",
                     "--lock-delay", "3s", "--max-ttl", "5m", "--max-wait", "2m", "--no-multi-key-wait",
                     "--record-refusals", "--limit", "3", "--shared-group", "g")
    assert first.code == OK and first.out.startswith("registered set\n  description: d\n  owner: a\n  owner: b\n")
    before = server.rest.lock("set")["settings"]
    assert before == {"description": "d", "owners": ["a", "b"], "limit": 3, "shared_groups": ["g"],
                      "lock_delay_ms": 3000, "max_hold_ms": 3_600_000, "max_ttl_ms": 300_000, "max_wait_ms": 120_000,
                      "allow_multi_key_wait": False, "record_refusals": True}


def test_register_takes_settings_back(server, holdfast):
    assert holdfast("register", "back", "--max-hold", "1h", "--limit", "3", "--shared-group", "g",
                    "--no-multi-key-wait", "--record-refusals", "--description", "d").code == OK
    changed = holdfast("register", "back", "--max-hold", "none", "--limit", "none", "--any-group", "--multi-key-wait",
                       "--no-record-refusals")
    assert (changed.code, changed.out) == (OK, "changed back\n  description: d\n")
    again = holdfast("register", "back", "--description", "d")
    assert (again.code, again.out.splitlines()[0]) == (OK, "nothing to change, back is registered")
    assert server.rest.lock("back")["settings"]["limit"] is None


@pytest.mark.parametrize("option,value", [("--limit", "0"), ("--limit", "some"), ("--max-hold", "soon"),
                                          ("--max-ttl", "0"), ("--lock-delay", "none")])
def test_register_refuses_what_means_nothing(server, holdfast, option, value):
    done = holdfast("register", "bad", option, value)
    assert done.code == USAGE and option in done.err
    assert server.rest.lock("bad")["settings"] is None


def test_show_and_ls_of_a_registered_key(server, holdfast):
    assert holdfast("register", "seen/a", "--max-hold", "90m").code == OK
    assert holdfast("show", "seen/a").out == "seen/a is free\n  registered\n    max-hold: 1h30m\n"
    handle = server.rest.acquire("seen/b")["lease"]["handle"]
    assert server.rest.post("/v1/release", lease=handle, keep_for_ms=3_600_000)[0] == 200
    assert re.fullmatch(r"seen/b is reserved, opens in 59m\d+s\n", holdfast("show", "seen/b").out)
    rows = [line.split("\t") for line in holdfast("ls", "seen/").out.splitlines()]
    assert rows[0] == ["seen/a", "free", "", "", "0", ""]
    assert rows[1][:5] == ["seen/b", "reserved", "", "", "0"] and rows[1][5].startswith("59m")


def test_unregister(server, holdfast):
    assert holdfast("unregister", "un").code == FAILURE
    assert holdfast("register", "un").code == OK
    handle = server.rest.acquire("un")["lease"]["handle"]
    assert holdfast("unregister", "un").code == NOT_ACQUIRED
    assert server.rest.post("/v1/release", lease=handle)[0] == 200
    assert holdfast("unregister", "un").out == "unregistered un\n"
    assert server.rest.lock("un")["settings"] is None
