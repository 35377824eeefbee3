"""What a service manager is told, over the socket that it names."""

import os
import signal
import socket
import time

import pytest
from harness import OK
from serving import serving


@pytest.fixture
def manager(tmp_path):
    """A socket as systemd has one."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.settimeout(20)
    sock.bind(str(tmp_path / "notify"))
    yield sock
    sock.close()


def heard(manager):
    return dict(line.split("=", 1) for line in manager.recv(4096).decode().splitlines())


@pytest.mark.parametrize("abstract", [False, True])
def test_ready_reloading_stopping(manager, tmp_path, abstract):
    name = str(tmp_path / "notify")
    if abstract:
        name = f"@holdfast-test-{os.getpid()}"
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.settimeout(20)
        manager.bind("\0" + name[1:])
    with serving(env={"NOTIFY_SOCKET": name}) as server:
        ready = heard(manager)
        assert ready["READY"] == "1" and server.url in ready["STATUS"]
        before = time.monotonic()
        server.process.send_signal(signal.SIGHUP)
        reloading = heard(manager)
        assert reloading["RELOADING"] == "1"
        assert before <= int(reloading["MONOTONIC_USEC"]) / 1e6 <= time.monotonic()
        assert heard(manager)["READY"] == "1"
        server.process.terminate()
        assert heard(manager)["STOPPING"] == "1"
        assert server.process.wait(timeout=60) == OK


def test_a_reload_that_fails_ends_too(manager, tmp_path):
    file = tmp_path / "holdfast.toml"
    file.write_text('journal = "memory:"\nlisten = "127.0.0.1:0"\n')
    with serving("--config", file, env={"NOTIFY_SOCKET": str(tmp_path / "notify")}) as server:
        heard(manager)
        file.write_text("nonsense")
        server.process.send_signal(signal.SIGHUP)
        assert [("READY" in told, "RELOADING" in told) for told in (heard(manager), heard(manager))] == [
            (False, True), (True, False)]
