"""The parts of the chaos rig see what they are for (tests/chaos)."""

import contextlib
import socket
import sys
import threading
import types

import pytest
from harness import ROOT, free_port, wait_until

sys.path.insert(0, str(ROOT / "tests" / "chaos"))
sys.path.insert(0, str(ROOT / "tests" / "disk"))
import claims  # noqa: E402
import faults  # noqa: E402
import holders  # noqa: E402
import story  # noqa: E402
from proxy import Proxy  # noqa: E402

MS = 1_000_000


def attempt(verb, token, call, told, lease=None, mode="exclusive", status=200, expires=1_000, waited=0):
    return types.SimpleNamespace(verb=verb, key="k", token=token, lease=lease or f"lease{token}", mode=mode, status=status,
                                 call_ns=call * MS, return_ns=told * MS, waited_ms=waited, expires_in_ms=expires)


def acquired(token, call, told, **more):
    return attempt("acquire", token, call, told, **more)


@pytest.mark.parametrize("history, bad", [
    ([acquired(1, 0, 10), acquired(2, 500, 900)], 1),
    ([acquired(1, 0, 10), acquired(2, 500, 1_000)], 0),  # after the deadline, which is earlier by the rate
    ([acquired(1, 0, 10), attempt("release", 0, 400, 800, lease="lease1"), acquired(2, 300, 500)], 0),
    ([acquired(1, 0, 10), attempt("release", 0, 400, 800, lease="lease1", status=0), acquired(2, 300, 500)], 0),
    ([acquired(1, 0, 10), attempt("renew", 0, 600, 650, lease="lease1"), acquired(2, 900, 1_500)], 1),
    ([acquired(1, 0, 10), attempt("renew", 0, 600, 650, lease="lease1", status=0), acquired(2, 900, 1_500)], 0),
    ([acquired(1, 0, 10), acquired(1, 500, 600), acquired(2, 900, 1_400)], 1),  # told again by a retry
    ([acquired(1, 0, 700, waited=600), acquired(2, 900, 1_500)], 1),
    ([acquired(1, 0, 2_000), acquired(2, 900, 1_500)], 0),  # told too late: nothing was believed
    ([acquired(1, 0, 10, mode="shared"), acquired(2, 0, 20, mode="shared")], 0),
    ([acquired(1, 0, 10, mode="shared"), acquired(2, 0, 20)], 1),
    ([acquired(1, 0, 10, expires=-1), acquired(2, 8_900, 9_000)], 1)])
def test_claims(history, bad):
    assert len(claims.overlaps(history)) == bad


def test_lives_of_programs():
    apart = holders.lives_in("7 100 1\n7 200 1\n8 300 2\n8 400 2\n9 5")
    assert [(life.began_ns, life.ended_ns, life.token) for life in apart] == [(100, 200, 1), (300, 400, 2)]
    assert not holders.violations_of(apart)
    assert len(holders.violations_of(holders.lives_in("7 100 1\n8 150 2\n7 200 1\n"))) == 1
    assert len(holders.violations_of(holders.lives_in("7 100 2\n8 150 1\n"))) == 1


def test_pairs_leave_out_what_cannot_be_together():
    pairs = faults.pairs(faults.FAULTS)
    assert (faults.Kill, faults.DiskFull) in pairs and len(set(pairs)) == len(pairs) >= 50
    assert not any({one, other} == {faults.ClockForward, faults.ClockBack} for one, other in pairs)


@contextlib.contextmanager
def echo_behind_a_proxy():
    def answer(connection):
        with contextlib.suppress(OSError):
            while data := connection.recv(1000):
                heard.append(data)
                connection.sendall(data)
        connection.close()

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        proxy = Proxy(listener.getsockname()[1], free_port(), seed=1)
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as connection:
            connection.sendall(b"hello")
            assert connection.recv(100) == b"hello"
            yield proxy, connection, heard
        proxy.close()


def assert_silent(connection):
    connection.settimeout(0.2)
    with pytest.raises(TimeoutError):
        connection.recv(100)
    connection.settimeout(20)


def test_a_stalled_direction_keeps_what_it_has():
    with echo_behind_a_proxy() as (proxy, connection, heard):
        proxy.to_server.stalled = True
        connection.sendall(b"late")
        assert_silent(connection)
        assert heard == [b"hello"]
        proxy.heal()
        assert connection.recv(100) == b"late"


def test_a_reply_can_be_lost_after_the_request_was_delivered():
    with echo_behind_a_proxy() as (proxy, connection, heard):
        proxy.to_client.lose_percent = 100
        connection.sendall(b"done")
        assert connection.recv(100) == b""
        wait_until(lambda: heard[-1] == b"done", "it was delivered")


def test_a_message_can_be_cut():
    with echo_behind_a_proxy() as (proxy, connection, _):
        proxy.to_client.cut_percent = 100
        connection.sendall(b"12345678")
        assert connection.recv(100) == b"1234"
        assert connection.recv(100) == b""


def seen(told, **changes):
    return types.SimpleNamespace(**{"holds": dict(told.holds), "documents": dict(told.documents),
                                    "settings": dict(told.settings), "next_token": told.largest + 1, **changes})


def test_what_a_crash_may_not_change():
    told = story.Told()
    told.holds, told.documents, told.settings, told.largest = {"a": ("7", 3), "b": ("8", 4)}, {"d": b"x"}, {"r": "one"}, 4
    assert not story.losses(told, seen(told))
    for changes in ({"holds": {"a": ("7", 3)}}, {"holds": {**told.holds, "b": ("9", 4)}}, {"documents": {"d": None}},
                    {"holds": {**told.holds, "ghost": ("1", 2)}}, {"settings": {}}, {"next_token": 4}):
        assert len(story.losses(told, seen(told, **changes))) == 1, changes
    told.doubt = {"b", "c"}
    assert not story.losses(told, seen(told, holds={"a": ("7", 3), "b": ("8", 4), "c": ("9", 5)}))
    assert story.losses(told, seen(told, holds={"a": ("7", 3), "c": ("9", 5)})) == ["a part of 2 keys of one call is held"]
