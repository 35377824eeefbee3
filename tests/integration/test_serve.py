"""`holdfast serve` as a process: options, addresses, refusals to start, and its end."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import types

import pytest
import rest
from harness import FAILURE, HOLDFAST, OK, USAGE, free_port

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
CLEAN["HOLDFAST_RESP_LISTEN"] = "127.0.0.1:0"  # many run at a time


@contextlib.contextmanager
def serving(*arguments, env=None):
    """A server that is left to its own words: its log lines are read as they come."""
    process = subprocess.Popen([HOLDFAST, "serve", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, env={**CLEAN, **(env or {})})
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "serving on" in line:
                break
        addresses = re.search(r"serving on (.*?), journal", lines[-1]) if lines else None
        assert addresses, lines
        yield types.SimpleNamespace(process=process, lines=lines, addresses=addresses.group(1).split(),
                                    url=addresses.group(1).split()[0])
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def refused(*arguments, env=None):
    """Exit code and words of a server that does not start."""
    done = subprocess.run([HOLDFAST, "serve", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, env={**CLEAN, **(env or {})})
    return done.returncode, done.stderr


@pytest.fixture
def data(tmp_path):
    return str(tmp_path / "data")


def test_addresses_of_every_kind(data, tmp_path):
    path = tmp_path / "http.sock"
    with serving("--data", data, "--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", f"unix:{path}") as server:
        v4, v6, local = server.addresses
        assert rest.get(types.SimpleNamespace(url=v4), "/healthz").status == 200
        assert rest.get(types.SimpleNamespace(url=v6), "/healthz", host="[::1]").status == 200
        assert local == f"unix:{path}"
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(str(path))
        with rest.Wire(sock) as wire:
            assert wire.ask("POST", "/v1/acquire", {"key": "u"}, host="anything").status == 200
        assert rest.show(types.SimpleNamespace(url=v4), "u")["state"] == "exclusive"
        server.process.terminate()
        assert server.process.wait() == OK and not path.exists()


def test_a_stale_unix_socket_is_replaced_and_a_live_one_is_not(data, tmp_path):
    path = tmp_path / "http.sock"
    with serving("--data", data, "--listen", f"unix:{path}") as server:
        code, words = refused("--journal", "memory:", "--listen", f"unix:{path}")
        assert code == FAILURE and str(path) in words
        server.process.kill()
        server.process.wait()
    assert path.exists()
    with serving("--data", data, "--listen", f"unix:{path}"):
        pass


def test_the_environment_speaks_unless_a_flag_does(tmp_path):
    env = {"HOLDFAST_DATA": str(tmp_path / "env"), "HOLDFAST_LISTEN": "127.0.0.1:0,[::1]:0",
           "HOLDFAST_LOG_FORMAT": "json", "HOLDFAST_DEFAULT_TTL": "7s"}
    with serving(env=env) as server:
        assert json.loads(server.lines[-1])["level"] == "info" and len(server.addresses) == 2
        assert rest.held(server, "a")["lease"]["ttl_ms"] == 7000
    with serving("--data", str(tmp_path / "flag"), "--default-ttl", "none", env=env) as server:
        assert rest.held(server, "a")["lease"]["ttl_ms"] == -1
    assert (tmp_path / "flag").is_dir()


@pytest.mark.parametrize("arguments,word", [
    (["--listen", "0.0.0.0:7420"], "authentication"), (["--listen", "[::]:7420"], "authentication"),
    (["--listen", "127.0.0.1"], "port"), (["--listen", "example.org:1"], "address"), (["--listen", "unix:"], "socket"),
    (["--default-ttl", "50ms"], "ttl"), (["--default-ttl", "x"], "--default-ttl"), (["--log-level", "loud"], "loud"),
    (["--log-format", "xml"], "xml"), (["--lisen", "127.0.0.1:1"], "--listen")])
def test_usage_errors(data, arguments, word):
    code, words = refused("--data", data, *arguments)
    assert code == USAGE and word in words
    assert not os.path.exists(data)


def test_what_cannot_start_says_why_and_what_to_do(data, tmp_path):
    with serving("--data", data, "--listen", "127.0.0.1:0") as server:
        code, words = refused("--data", data, "--listen", "127.0.0.1:0")
        assert code == FAILURE and data in words and "--data" in words
        port = server.url.rsplit(":", 1)[1]
        code, words = refused("--journal", "memory:", "--listen", f"127.0.0.1:{port}")
        assert code == FAILURE and port in words
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    code, words = refused("--data", str(other), "--listen", "127.0.0.1:0")
    assert code == FAILURE and str(other) in words
    assert (other / "letter.txt").read_text() == "dear"
    code, words = refused("--journal", "carrier-pigeon:", "--listen", "127.0.0.1:0")
    assert code == FAILURE and "carrier-pigeon" in words


def test_a_stop_answers_who_waits_and_keeps_what_is_held(data):
    listen = f"127.0.0.1:{free_port()}"
    with serving("--data", data, "--listen", listen) as server:
        grant = rest.held(server, "kept", ttl_ms=600_000)
        idle, waiter = rest.wire(server), rest.wire(server)
        assert idle.ask("GET", "/healthz").status == 200
        waiter.send(rest.request("POST", "/v1/acquire", {"key": "kept", "wait_ms": -1}))
        rest.wait_for_queue(server, "kept", 1)
        server.process.send_signal(signal.SIGTERM)
        reply = waiter.read()
        assert (reply.status, reply.code) == (503, "no_leader") and int(reply.headers["retry-after"]) >= 1
        assert waiter.read() is None and idle.read() is None
        assert server.process.wait() == OK
    with serving("--data", data, "--listen", listen) as server:
        (holder,) = rest.show(server, "kept")["holders"]
        assert holder["fencing_token"] == grant["grants"][0]["fencing_token"]
        assert rest.post(server, "/v1/renew", {"lease": grant["lease"]["handle"]}).status == 200
        assert rest.show(server, "kept")["queue_length"] == 0


def test_a_second_signal_ends_at_once(data):
    """Both are delivered before the first is looked at, so that chance has no part in it."""
    with serving("--data", data, "--listen", "127.0.0.1:0") as server:
        rest.held(server, "a")
        with rest.wire(server) as waiter:  # a stop takes as long as it takes to say goodbye to it
            waiter.send(rest.request("POST", "/v1/acquire", {"key": "a", "wait_ms": -1}))
            rest.wait_for_queue(server, "a", 1)
            for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
                server.process.send_signal(number)
            assert server.process.wait(timeout=60) == FAILURE


def test_a_journal_that_fails_ends_the_process_without_an_answer(data):
    """A failed write leaves unknown bytes behind it: nothing decided after it may be told."""
    if not os.path.exists("/usr/bin/strace"):
        pytest.skip("strace is not installed")
    with serving("--data", data, "--listen", "127.0.0.1:0") as server:
        rest.held(server, "before", ttl_ms=600_000)
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,pwritev,pwritev2",
                                   "-e", "inject=pwrite64,pwritev,pwritev2:error=EIO", "-p", str(server.process.pid)],
                                  stderr=subprocess.DEVNULL)
        try:
            status = f"/proc/{server.process.pid}/status"
            traced = lambda: re.search(r"TracerPid:\s*[1-9]", open(status).read())
            rest.eventually(lambda: traced() or tracer.poll() is not None, "strace is attached")
            if tracer.poll() is not None:
                pytest.skip("strace may not attach here")
            with rest.wire(server) as wire:
                with contextlib.suppress(ConnectionError):
                    wire.send(rest.request("POST", "/v1/acquire", {"key": "after"}))
                    assert wire.read() is None
            assert server.process.wait(timeout=60) == FAILURE
            assert "journal" in server.process.stderr.read()
        finally:
            tracer.kill()
            tracer.wait()
    with serving("--data", data, "--listen", "127.0.0.1:0") as server:
        assert rest.show(server, "before")["state"] == "exclusive"
