"""backup, restore, migrate, upgrade: what they do, what they refuse, and in which words."""

import http.server
import re
import socket
import stat
import threading

import pytest

from backups import backup, is_valid, offline, restore, served, token
from harness import FAILURE, OK, UNREACHABLE, USAGE
from serving import run_serve


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A backup, and the hold in it."""
    folder = tmp_path_factory.mktemp("copied")
    with served(folder) as server:
        grant = server.rest.acquire("kept", ttl_ms=600_000)
        server.rest.call("PUT", "/v1/locks/registered", {"description": "d"})
        return backup(server, folder / "a.backup"), token(grant)


# --- backup ---

def test_a_backup_is_private_whole_and_never_replaces_by_accident(server, holdfast, tmp_path):
    path = tmp_path / "a.backup"
    done = holdfast("backup", str(path))
    assert done.code == OK and "incarnation 1" in done.out, done
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = path.read_bytes()
    refused = holdfast("backup", str(path))
    assert refused.code == FAILURE and "--force" in refused.err
    assert path.read_bytes() == first
    server.rest.acquire("more")
    assert holdfast("backup", str(path), "--force").code == OK
    assert path.read_bytes() != first
    assert not list(tmp_path.glob("*.partial"))


def test_standard_output_gets_the_same_bytes(server, holdfast, tmp_path):
    with open(tmp_path / "piped", "wb") as out:
        assert holdfast.finish(holdfast.start("backup", "-", stdout=out)).code == OK
    assert holdfast("backup", str(tmp_path / "file")).code == OK
    assert (tmp_path / "piped").read_bytes() == (tmp_path / "file").read_bytes()


@pytest.fixture
def replying():
    """A server that answers with given bytes."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(running.body)

        def log_message(self, *_):
            pass

    running = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()


@pytest.mark.parametrize("harm, words", [(lambda body: body[:-5], "cut"), (lambda body: body[:40], "cut"),
                                         (lambda body: body[:90] + b"!" + body[91:], "damaged"),
                                         (lambda body: b"<html>" + body, "not a backup")])
def test_what_does_not_arrive_whole_leaves_no_file(replying, copied, tmp_path, harm, words):
    replying.body = harm(copied[0].read_bytes())
    done = offline("backup", tmp_path / "x", "--server", "http://127.0.0.1:%d" % replying.server_port)
    assert done.code == FAILURE and words in done.err, done
    assert not list(tmp_path.iterdir())


def test_no_server_and_no_room(tmp_path):
    done = offline("backup", tmp_path / "x", "--server", "http://127.0.0.1:1")
    assert done.code == UNREACHABLE and not list(tmp_path.iterdir())
    assert offline("backup", tmp_path / "no" / "x", "--server", "http://127.0.0.1:1").code == FAILURE


def many_locks(server):
    lease = server.rest.post("/v1/leases", ttl_ms=-1)[1]["lease"]
    metadata = {"padding": "x" * 4_000}
    for first in range(0, 5_000, 250):
        keys = ["many/%04d/%s" % (i, "k" * 400) for i in range(first, first + 250)]
        assert server.rest.post("/v1/acquire", keys=keys, lease=lease["handle"])[0] == 200
    for i in range(2_000):
        server.rest.acquire("padded/%d" % i, metadata=metadata, ttl_ms=-1)


def test_a_client_that_does_not_read_holds_up_nobody_but_the_next_backup(server, tmp_path):
    """Its own end, after half a minute, is tested with a clock moved by hand (backups_test)."""
    many_locks(server)
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    stalled.connect(("127.0.0.1", server.port))
    stalled.sendall(b"GET /v1/backup HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"200 OK" in stalled.recv(15, socket.MSG_WAITALL)
    status, reply = server.rest.get("/v1/backup")
    assert (status, reply["code"]) == (429, "too_many_requests")
    server.rest.acquire("another")
    stalled.close()
    done = None
    for _ in range(200):
        done = offline("backup", tmp_path / "b", "--server", server.url)
        if done.code == OK:
            break
    assert done.code == OK, done


# --- restore ---

def test_restore_says_what_and_the_server_goes_on(copied, tmp_path):
    path, held = copied
    done = restore(path, tmp_path)
    for words in ("1 holds", "incarnation 2", "30 s", "holdfast serve --journal file:"):
        assert words in done.out.replace("600 s", "30 s"), done
    with served(tmp_path) as server:
        assert is_valid(server, "kept", held)
        assert server.rest.lock("registered")["settings"]["description"] == "d"
        cell = server.rest.get("/v1/status")[1]["cell"]
        assert cell["incarnation"] == 2 and cell["longest_ttl_ms"] == 600_000


@pytest.mark.parametrize("harm, words", [
    (lambda body: body[:-1], "cut"), (lambda body: body + b"x", "follow the end"), (lambda body: b"", "cut"),
    (lambda body: body[:100] + b"\xff" + body[101:], "damaged"), (lambda body: b"x" * 200, "not a backup"),
    (lambda body: body[:8] + b"\x63" + body[9:], "format 99")])
def test_a_harmed_file_writes_nothing(copied, tmp_path, harm, words):
    (tmp_path / "bad").write_bytes(harm(copied[0].read_bytes()))
    done = offline("restore", tmp_path / "bad", "--data", tmp_path / "data")
    assert done.code == FAILURE and words in done.err and "nothing was written" in done.err, done
    assert not (tmp_path / "data").exists()


def test_only_into_what_is_empty_and_free(copied, server, tmp_path):
    path = copied[0]
    done = offline("restore", path, "--data", server.directory / "data")
    assert done.code == FAILURE and "stop its server" in done.err, done
    server.close()
    done = offline("restore", path, "--data", server.directory / "data")
    assert done.code == FAILURE and "entries already" in done.err, done
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    done = offline("restore", path, "--data", tmp_path / "mine")
    assert done.code == FAILURE and "letter" in done.err, done
    done = offline("restore", path, "--journal", "memory:")
    assert done.code == FAILURE and "memory:" in done.err, done
    assert offline("restore", path).code == USAGE
    assert offline("restore", tmp_path / "none", "--data", tmp_path / "data").code == FAILURE


@pytest.mark.parametrize("date", ["2025-12-30 12:00:00", "2101-01-02 12:00:00"])
def test_a_clock_that_cannot_be_right_is_refused(copied, tmp_path, date):
    done = offline("restore", copied[0], "--data", tmp_path / "data", wrap=("faketime", date))
    assert done.code == FAILURE and "clock" in done.err, done


# --- migrate ---

def test_migrate_goes_on_there_and_never_again_here(tmp_path):
    with served(tmp_path / "a") as old:
        grant = old.rest.acquire("kept", ttl_ms=600_000)
        source, target = "file:%s" % (tmp_path / "a" / "data"), "file:%s" % (tmp_path / "b" / "data")
        busy = offline("migrate", source, target)
        assert busy.code == FAILURE and "stop its server" in busy.err, busy
    (tmp_path / "b").mkdir(exist_ok=True)
    done = offline("migrate", source, target)
    assert done.code == OK and "1 holds" in done.out and target in done.out, done
    code, _, words = run_serve("--data", tmp_path / "a" / "data", "--listen", "127.0.0.1:0")
    assert code == FAILURE and target in words and "serve that one" in words
    with served(tmp_path / "b") as new:
        assert is_valid(new, "kept", token(grant))
        assert new.rest.post("/v1/renew", lease=grant["lease"]["handle"])[0] == 200
        assert token(new.rest.acquire("new")) > token(grant), "and nothing was waited for"
        assert new.rest.get("/v1/status")[1]["cell"]["reopens_in_ms"] is None
    again = offline("migrate", source, target)
    assert again.code == FAILURE and "done already" in again.err, again


def test_migrate_makes_no_journal_of_a_mistyped_name(tmp_path):
    done = offline("migrate", "file:%s" % (tmp_path / "typo"), "file:%s" % (tmp_path / "b"))
    assert done.code == FAILURE, done
    assert not (tmp_path / "typo").exists() and not (tmp_path / "b").exists()


# --- upgrade, status ---

def test_upgrade_finish_and_what_status_tells(server, holdfast):
    done = holdfast("upgrade", "finish")
    assert done.code == OK and re.fullmatch(r"feature level \d+\n", done.out), done
    cell = server.rest.get("/v1/status")[1]["cell"]
    assert re.fullmatch("[0-9a-f]{32}", cell["id"])
    assert cell["incarnation"] == 1 and cell["feature_level"] >= 1 and cell["reopens_in_ms"] is None
    assert holdfast("upgrade").code == USAGE
