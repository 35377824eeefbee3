"""Must hold: a hundred thousand who wait for one key are in nobody else's way."""

import json
import socket
import statistics
import subprocess

import rig
from harness import HOLDFAST
from resp import Resp, address_of, command
from rig_fixtures import say  # noqa: F401
from serving import serving

WAITERS = 100_000
AT_A_TIME = 1_000


def counts(running, name):
    status = subprocess.run([HOLDFAST, "status", "--server", running.url, "--json"], capture_output=True, check=True)
    return json.loads(status.stdout)["counts"][name]


def stand_in_line(running, path, numbers):
    """Clients that wait, and go away; their places are kept."""
    clients = []
    for number in numbers:
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(path))
        client.sendall(command("ACQUIRE", "crowd", "WAIT", -1, "REQUEST", f"r{number}", "REATTACH", 600_000))
        clients.append(client)
    rig.until("all of them wait", lambda: counts(running, "waiters") == numbers[-1] + 1)
    for client in clients:
        client.close()


def pairs_per_second(address):
    """Of other keys."""
    made = subprocess.run([HOLDFAST, "bench", "--resp", address, "--workload", "uncontended", "--seconds", "1",
                           "--json", "-"], capture_output=True, check=True)
    return json.loads(made.stdout)["workloads"][0]["per_second"]


def test_a_hundred_thousand_wait_for_one_key(tmp_path, say):
    """Catches work for every waiter of a key, or every waiter there is, in what has to do with none of them."""
    path = tmp_path / "socket"
    rig.raise_descriptor_limit()
    with (serving("--resp-listen", "127.0.0.1:0", "--resp-listen", f"unix:{path}",
                  "--journal", f"file:{tmp_path / 'data'}") as crowded,
          serving("--journal", f"file:{tmp_path / 'empty'}", "--resp-listen", "127.0.0.1:0") as empty):
        ports = {name: f"127.0.0.1:{address_of(running)[1]}" for name, running in (("crowded", crowded), ("empty", empty))}
        with Resp(address_of(crowded)) as holder:
            handle = holder("ACQUIRE", "crowd", "TTL", 3_600_000)[0]
            stand_in_line(crowded, path, range(1))
            for first in range(1, WAITERS, AT_A_TIME):
                stand_in_line(crowded, path, range(first, min(first + AT_A_TIME, WAITERS)))
            ratios = []
            for _ in range(5):
                ratios.append(pairs_per_second(ports["crowded"]) / pairs_per_second(ports["empty"]))
            assert counts(crowded, "waiters") == WAITERS
            assert holder("RELEASE", handle)
            with Resp(address_of(crowded)) as first, Resp(address_of(crowded)) as other:
                assert other.refused("ACQUIRE", "crowd").word == "HELD", "reserved for the first in line"
                assert first("ACQUIRE", "crowd", "WAIT", -1, "REQUEST", "r0", "REATTACH", 600_000)
        say(f"{WAITERS} waiters on one key: pairs on other keys {statistics.median(ratios):.2f} x those of a server "
            "without them")
        assert statistics.median(ratios) > 0.3
