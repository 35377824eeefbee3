"""What a million held locks cost: memory, restarts, and other people's latency while a snapshot of them is written."""

import contextlib

LOCKS = 1_000_000
PROBE_CONNECTIONS = 8
LONG_MS = 24 * 3_600_000


def status(server):
    with contextlib.closing(server.client()) as client:
        return client.request("GET", "/v1/status").body


def bytes_per_lock(server, locks_per_lease):
    """Takes a million locks with keys of 32 bytes, and returns what each added to the server's memory. With
    locks_per_lease 0 each has a lease of its own."""
    before = server.rss_bytes()
    alone = {"connections": 64, "keys_per_call": 1}
    together = {"connections": 8, "keys_per_call": 100, "locks_per_lease": locks_per_lease}
    server.run_load("hold", seconds=0, count=LOCKS, key_bytes=32, ttl_ms=LONG_MS,
                    **(together if locks_per_lease else alone))
    assert status(server)["counts"]["holds"] == LOCKS
    return (server.rss_bytes() - before) / LOCKS


def restart_seconds(server):
    """From kill -9 to ready."""
    server.kill9()
    seconds = server.restart()
    assert status(server)["counts"]["holds"] == LOCKS
    return seconds


def worst_p999_ms_until_a_snapshot(server):
    """Short runs of load, one after the other, until a snapshot has begun and ended; the worst of them. Long keys
    make the journal grow to where a snapshot is due, on a slow disk too."""
    before, worst, spent = status(server)["journal"]["snapshot_sequence"], 0, 0
    while status(server)["journal"]["snapshot_sequence"] == before:
        figures = server.run_load("pairs", connections=PROBE_CONNECTIONS, seconds=1, prefix=f"probe{spent}",
                                  key_bytes=400)
        worst = max(worst, figures["verbs"]["acquire"]["p999_us"] / 1000)
        spent += 1
        assert spent < 400, "a snapshot is made"
    return worst
