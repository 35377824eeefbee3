"""Must hold: jumps of the wall clock change nothing, and a pause of the server expires nobody who has renewed."""

import contextlib
import glob
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
from rig_fixtures import make_server, rig, say, server  # noqa: E402, F401

DAY_S = 86_400
JUMPS_S = {"+1d": DAY_S, "-1d": -DAY_S, "+0": 0}
# 6 s in every run; HOLDFAST_STOP_S=60 is the real thing.
STOP_S = float(os.environ.get("HOLDFAST_STOP_S", "6"))
STOPPED_LEASES = 1_000

PROBE = """
import sys, time
for _ in range(2):
    print(*(time.clock_gettime(clock) for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC_RAW, time.CLOCK_BOOTTIME)),
          flush=True)
    sys.stdin.readline()
"""


class FakeWallClock:
    """libfaketime with an offset that is read again at each look at the clock."""

    def __init__(self, directory):
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not libraries:
            pytest.skip("wall clock: libfaketime is not installed")
        self.file = directory / "faketime"
        self.jump("+0")
        self.env = {"LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def jump(self, offset):
        """Replaced in one step, so that nobody reads half of it."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(offset + "\n")
        fresh.replace(self.file)

    def probe(self):
        """Shows on another program that only the wall clock moves, and while the program runs."""
        clocks = (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC_RAW, time.CLOCK_BOOTTIME)
        moved = []
        with subprocess.Popen([sys.executable, "-c", PROBE], env=dict(os.environ, **self.env), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as program:
            for offset in ("+0", "+1d"):
                self.jump(offset)
                if offset != "+0":
                    program.stdin.write("\n")
                    program.stdin.flush()
                seen = [float(value) for value in program.stdout.readline().split()]
                moved.append([there - time.clock_gettime(clock) for there, clock in zip(seen, clocks)])
            program.stdin.close()
        self.jump("+0")
        still, jumped = moved
        if max(map(abs, still + jumped[1:])) > rig.PATIENCE_S or abs(jumped[0] - DAY_S) > rig.PATIENCE_S:
            pytest.skip(f"wall clock: under libfaketime the clocks moved by {moved}, not the wall clock alone")


def remaining_ms(client, key):
    holders = client.lock(key)["holders"]
    return holders[0]["expires_in_ms"] if holders else None


def assert_wall_clock_moved(client, offset):
    """The server shows another date: without that the rest would prove nothing."""

    def expected():
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() + JUMPS_S[offset]))

    before = expected()
    date = client.acquire(f"dated{offset}")["grants"][0]["acquired_at"][:10]
    assert date in (before, expected())


def assert_short_lease_lives_its_time(client, key):
    """Neither expired by the jump, nor kept alive by it."""
    asked_ns = rig.raw_ns()
    assert client.acquire(key, ttl_ms=1_500).status == 200
    rig.until("the short lease expires", lambda: client.lock(key)["state"] == "free")
    assert rig.raw_ns() - asked_ns >= 1_500_000_000


def test_wall_clock_jumps_change_nothing(make_server, tmp_path, say):
    """Catches any deadline that is kept, or any span that is measured, on the wall clock."""
    clock = FakeWallClock(tmp_path)
    clock.probe()
    server = make_server(env=clock.env).start()
    with contextlib.closing(server.client()) as client, contextlib.closing(server.client()) as waiter:
        told_ns, long = rig.raw_ns(), client.acquire("long", ttl_ms=600_000)
        waiter.send("POST", "/v1/acquire", {"key": "long", "wait_ms": -1})
        rig.until("it waits", lambda: client.lock("long")["queue"])
        for offset in JUMPS_S:
            clock.jump(offset)
            assert_wall_clock_moved(client, offset)
            assert_short_lease_lives_its_time(client, f"short{offset}")
            left, now_ns = remaining_ms(client, "long"), rig.raw_ns()
            assert long["lease"]["expires_in_ms"] - (now_ns - told_ns) / 1e6 - 2 <= left < 600_600
            assert client.renew(long.handle).status == 200
            told_ns = now_ns
            refused_ns = rig.raw_ns()
            assert client.acquire("long", wait_ms=500).status == 409
            # Journal time is in whole milliseconds, so a wait may end a part of one early.
            assert rig.raw_ns() - refused_ns >= 499_000_000
        assert len(client.lock("long")["queue"]) == 1, "the waiter was not granted"
        assert client.release(long.handle).status == 200
        granted = waiter.read()
        assert granted.status == 200 and granted.token > long.token
    say("wall clock +1 day, -1 day and back while running: no grant and no expiry moved")


def hold_and_stop(server, clients, ttl_ms):
    """Each client holds a lock, and the server stands still before half of the ttl has passed. A machine that is too
    slow for that tries again."""
    while True:
        began = time.monotonic()
        for number, client in enumerate(clients):
            client.send("POST", "/v1/acquire", {"key": f"stop/{number}", "ttl_ms": ttl_ms})
        grants = [client.read() for client in clients]
        server.signal(signal.SIGSTOP)
        if (time.monotonic() - began) * 1000 < ttl_ms / 2:
            return grants
        server.signal(signal.SIGCONT)
        rig.until("they are free", lambda: not clients[0].locks("stop/"))


def test_a_stopped_server_expires_nobody_who_renewed(server, say):
    """Catches a keeper that wakes up, looks at its clock, and expires everybody before it has read their renewals."""
    ttl_ms = int(STOP_S * 1000 / 2)
    with contextlib.ExitStack() as ends:
        clients = [ends.enter_context(contextlib.closing(server.client())) for _ in range(STOPPED_LEASES)]
        for client in clients:
            assert client.request("GET", "/healthz").status == 200
        grants = hold_and_stop(server, clients, ttl_ms)
        for client, grant in zip(clients, grants):
            client.send("POST", "/v1/renew", {"lease": grant.handle})
        time.sleep(STOP_S)
        server.signal(signal.SIGCONT)
        renewed = [client.read() for client in clients]
        assert [reply.status for reply in renewed] == [200] * len(clients)
    say(f"stopped for {STOP_S:g} s with ttl {ttl_ms} ms: {len(renewed)} of {len(clients)} leases renewed")
