"""Must hold: a restored backup contradicts nobody who still lives, and a backup stops nobody."""

import http.client
import threading
import time

from backups import backup, is_valid, restore, served, token
from harness import wait_until

LOCKS = 100_000
# Generous, for a busy machine: a backup that stopped the server for its whole length would still be seen.
WORST_P99_MS = 250


def test_an_old_backup_while_old_clients_live(tmp_path):
    """Catches tokens that are given twice, holds that come back with a backup, and handles that no longer work."""
    with served(tmp_path / "old") as old:
        kept = old.rest.acquire("kept", ttl_ms=600_000)
        ended = old.rest.acquire("ended")
        copy = backup(old, tmp_path / "a.backup")
        old.rest.post("/v1/release", lease=ended["lease"]["handle"])
        late = [("late/%d" % i, old.rest.acquire("late/%d" % i)) for i in range(20)]
        again = old.rest.acquire("ended")
        given = [token(grant) for _, grant in late] + [token(kept), token(ended), token(again)]
        old.kill9()

    restore(copy, tmp_path / "new", "--assume-released")
    with served(tmp_path / "new") as new:
        assert is_valid(new, "kept", token(kept))
        assert new.rest.post("/v1/renew", lease=kept["lease"]["handle"])[0] == 200
        assert is_valid(new, "ended", token(ended)), "it was held when the backup was taken"
        assert not is_valid(new, "ended", token(again))
        for key, grant in late:
            assert not is_valid(new, key, token(grant))
            assert new.rest.post("/v1/renew", lease=grant["lease"]["handle"])[0] == 410
            assert token(new.rest.acquire(key)) > max(given)
            assert not is_valid(new, key, token(grant)), "while another holds it"


def lives_of(copy, directory, lives):
    """Tokens and revisions that servers give which are restored from the same file one after the other."""
    for life in range(lives):
        restore(copy, directory / str(life), "--assume-released")
        with served(directory / str(life)) as server:
            grants = [server.rest.acquire("life/%d" % i) for i in range(20)]
            yield [token(grant) for grant in grants], [grant["revision"] for grant in grants]


def assert_rising(lives):
    for (tokens, revisions), (later_tokens, later_revisions) in zip(lives, lives[1:]):
        assert max(tokens) < min(later_tokens)
        assert max(revisions) < min(later_revisions)
        assert max(later_tokens + later_revisions) < 2**53


def test_the_same_backup_twice_repeats_no_token(tmp_path):
    """Catches a restore that begins where the one before has begun, also of a server that was restored itself."""
    with served(tmp_path / "old") as old:
        copy = backup(old, tmp_path / "a.backup")
    assert_rising(list(lives_of(copy, tmp_path / "first", 2)))
    restore(copy, tmp_path / "second", "--assume-released")
    with served(tmp_path / "second") as second:
        copy = backup(second, tmp_path / "b.backup")
    assert_rising(list(lives_of(copy, tmp_path / "third", 2)))


def test_nothing_is_granted_while_lost_leases_may_live(tmp_path):
    """The end of that time is tested with a clock moved by hand (restore_test)."""
    with served(tmp_path / "old") as old:
        old.rest.acquire("kept", ttl_ms=45_000)
        copy = backup(old, tmp_path / "a.backup")
    done = restore(copy, tmp_path / "new")
    assert "45 s" in done.out
    with served(tmp_path / "new") as new:
        status, reply = new.rest.post("/v1/acquire", key="lost")
        assert (status, reply["code"]) == (409, "lock_delay")
        assert 30_000 < reply["retry_after_ms"] <= 45_046
        assert new.rest.state("kept") == "exclusive"
        assert 30_000 < new.rest.get("/v1/status")[1]["cell"]["reopens_in_ms"] <= 45_046
        new.kill9()
        new.restart()
        assert new.rest.post("/v1/acquire", key="lost")[0] == 409, "a restart is no way around it"


def p99_ms(server, name, enough):
    """Of acquires, one after the other, until `enough` is true."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    took = []
    while not enough() or len(took) < 100:
        began = time.monotonic()
        connection.request("POST", "/v1/acquire", '{"key": "%s/%d"}' % (name, len(took)),
                           {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        took.append(time.monotonic() - began)
        assert reply.status == 200
    connection.close()
    return sorted(took)[len(took) * 99 // 100] * 1_000


def hold_many(server):
    per_lease, per_call = 10_000, 250
    for first in range(0, LOCKS, per_call):
        if first % per_lease == 0:
            lease = server.rest.post("/v1/leases", ttl_ms=-1)[1]["lease"]
        keys = ["many/%d" % i for i in range(first, first + per_call)]
        status, reply = server.rest.post("/v1/acquire", keys=keys, lease=lease["handle"])
        assert status == 200, reply


def test_grants_go_on_during_a_backup(tmp_path, capsys):
    """Catches a backup that stops the world, and one that is not of one moment."""
    with served(tmp_path / "server") as server:
        hold_many(server)
        until = time.monotonic() + 2
        alone = p99_ms(server, "alone", lambda: time.monotonic() > until)
        taken = []

        def take_three():
            for number in range(3):
                taken.append(backup(server, tmp_path / ("%d.backup" % number)))

        thread = threading.Thread(target=take_three)
        thread.start()
        beside = p99_ms(server, "beside", lambda: not thread.is_alive())
        thread.join()
        assert len(taken) == 3
        with capsys.disabled():
            print("backup of %d locks, %.1f MB: acquire p99 %.2f ms, without %.2f ms"
                  % (LOCKS, taken[0].stat().st_size / 1e6, beside, alone))
        assert beside < WORST_P99_MS
    restore(taken[1], tmp_path / "new", "--assume-released")
    with served(tmp_path / "new") as new:
        wait_until(lambda: new.rest.get("/v1/status")[1]["counts"]["holds"] >= LOCKS, "all of them are there")
        assert is_valid(new, "many/77777", new.rest.lock("many/77777")["holders"][0]["fencing_token"])
