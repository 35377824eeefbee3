"""Must hold: what was acknowledged survives kill -9, and a retry gets the answer that was lost."""

import contextlib
import pathlib
import random
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
from rig_fixtures import assert_good, assert_remembered, make_server, rig, say, server  # noqa: E402, F401
from test_must_hold_queue import request_bytes  # noqa: E402

ROUNDS = 5
TTL_MS = 600_000
# A read may tell a time that is ahead of the last entry; journal time goes on from the entry.
AHEAD_OF_ENTRY_MS = 2_000
AGED_MS = 5_000


def test_kill_at_any_moment_loses_nothing(server, tmp_path, say):
    """Catches answers before durable, a lost tail, a reset or shortened ttl, a token given again. What it found to
    compare is different each time; what must hold is not."""
    paths, compared, restarts = [], 0, []
    for number in range(ROUNDS):
        path = tmp_path / f"history{number}.tsv"
        load = server.load("mix", connections=16, seconds=300, keys=20, keep_percent=20, shared_percent=30,
                        ttl_ms=TTL_MS, prefix=f"round{number}", seed=number, on_loss="stop", history=path)
        time.sleep(random.uniform(0.3, 2))
        server.kill9()
        load.figures()
        restarts.append(server.restart())
        compared += assert_remembered(server, path)
        paths.append(path)
    history = assert_good(*paths)
    assert compared > 0 and any(attempt.status == 0 for attempt in history.attempts)
    say(f"{ROUNDS} kills -9 under load: {compared} holds compared, restart at most {max(restarts):.2f} s; "
        f"{history.figures()}")


def test_clients_that_retry_through_kills_and_lost_replies(server, tmp_path, say):
    """The clients come back with the same request_ids. Catches a retry that is granted a second time."""
    path = tmp_path / "history.tsv"
    load = server.load("mix", connections=16, seconds=300, keys=20, keep_percent=5, shared_percent=30,
                    ttl_ms=TTL_MS, lose_percent=3, cut_percent=3, history=path)
    for _ in range(3):
        time.sleep(random.uniform(0.3, 1.5))
        server.kill9()
        server.restart()
    time.sleep(0.3)
    figures = load.end()
    history = assert_good(path)
    assert figures["lost_replies"] > 0 and figures["broken_retries"] == 0, figures
    say(f"3 kills -9 and {figures['lost_replies']} lost replies, all retried: {history.figures()}")


def expires_in_ms(client, key):
    return client.lock(key)["holders"][0]["expires_in_ms"]


def test_a_restart_keeps_the_remaining_ttl(server):
    """Catches a ttl that begins anew, or that runs while no server does."""
    with contextlib.closing(server.client()) as client:
        assert client.acquire("k", ttl_ms=TTL_MS).status == 200
        rig.until("the ttl has run for a while", lambda: expires_in_ms(client, "k") < TTL_MS - AGED_MS, every=0.1)
        asked_ns, before = rig.raw_ns(), expires_in_ms(client, "k")
    killed_ns = server.kill9()
    time.sleep(1)
    server.restart()
    up_ns = rig.raw_ns()
    with contextlib.closing(server.client()) as client:
        after = expires_in_ms(client, "k")
    assert after < before + AHEAD_OF_ENTRY_MS < TTL_MS
    running_ms = (killed_ns - asked_ns + rig.raw_ns() - up_ns) / 1e6
    down_ms = (up_ns - killed_ns) / 1e6
    assert after > before - running_ms - down_ms - 2


def lose_the_reply(server, control, key, body):
    """Sends an acquire, and hangs up only after it was granted, without having read a byte."""
    with socket.create_connection(("127.0.0.1", server.port), rig.PATIENCE_S) as connection:
        connection.sendall(request_bytes("/v1/acquire", {"key": key, **body}))
        holder = rig.until("it is granted", lambda: control.lock(key)["holders"])[0]
        rig.until("the reply has come", lambda: connection.recv(1, socket.MSG_PEEK))
    return holder["lease"], holder["fencing_token"]


def test_a_lost_reply_is_told_again(server):
    """Catches a retry that is refused by its own hold, or granted another lease; before and after a kill -9."""
    body = {"request_id": "mine", "ttl_ms": TTL_MS}
    with contextlib.closing(server.client()) as control:
        lease, token = lose_the_reply(server, control, "k", body)
        again = control.acquire("k", **body)
        assert (again.status, again["lease"]["id"], again.token) == (200, lease, token)
    server.kill9()
    server.restart()
    with contextlib.closing(server.client()) as control:
        again = control.acquire("k", **body)
        assert (again.status, again["lease"]["id"], again.token) == (200, lease, token)
        assert control.acquire("other", **body).body["code"] == "request_id_reused"
        assert control.release(again.handle, request_id="let go").status == 200
    server.kill9()
    server.restart()
    with contextlib.closing(server.client()) as control:
        assert control.release(again.handle, request_id="let go").status == 200
        assert control.acquire("k").token > token
