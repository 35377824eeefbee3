"""Must hold: a full disk refuses and recovers, a failing disk ends the server; nothing acknowledged is lost."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
from rig_fixtures import assert_good, assert_remembered, make_server, rig, say, server  # noqa: E402, F401

DISK_BYTES = 256 << 20


needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="failing disk: strace is not installed")


@pytest.fixture
def small_disk(tmp_path):
    """An ext4 of its own on a loop file, or a tmpfs where there are no loop devices."""
    place, image = tmp_path / "disk", tmp_path / "image"
    place.mkdir()
    with open(image, "wb") as file:
        file.truncate(DISK_BYTES)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=False, capture_output=True)
    for mount in (["-o", "loop", image], ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs"]):
        done = subprocess.run(["mount", *mount, place], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            break
    else:
        pytest.skip(f"disk full: this machine refuses mounts: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


def start_loads(server, history, **options):
    """One load whose history is checked, and one that fills the journal with large entries."""
    checked = server.load("mix", connections=64, seconds=300, ttl_ms=600_000, keep_percent=2, keys=100, shared_percent=20,
                          history=history, **options)
    filling = server.load("hold", connections=4, seconds=300, ttl_ms=600_000, keys_per_call=256, key_bytes=400,
                          prefix="fill", **options)
    return checked, filling


def fill(path):
    """Takes all the room there is."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
        os.fsync(file.fileno())


def readiness(server):
    with contextlib.closing(server.client()) as client:
        return client.request("GET", "/readyz")


def test_a_full_disk_refuses_and_recovers(small_disk, make_server, tmp_path, say):
    """Catches a refusal that forgets, a refusal that stays, and a crash."""
    server = make_server(data=small_disk / "data").start()
    fill(small_disk / "filler")
    history = tmp_path / "history.tsv"
    load, filling = start_loads(server, history)
    refused = rig.until("it says that the disk is full", lambda: (reply := readiness(server)).status == 503 and reply)
    assert refused["code"] == "journal_unavailable", refused
    with contextlib.closing(server.client()) as client:
        assert client.acquire("one more").body["code"] == "journal_unavailable"
    os.unlink(small_disk / "filler")
    rig.until("it works again", lambda: readiness(server).status == 200)
    with contextlib.closing(server.client()) as client:
        assert client.acquire("one more").status == 200
    filling.end()
    figures = load.end()
    assert figures["unavailable"] > 0, figures
    server.kill9()
    server.restart()
    compared = assert_remembered(server, history)
    say(f"disk full: {figures['unavailable']} refusals, then on; {compared} holds compared; "
        f"{assert_good(history).figures()}")


def calls_until_ready(make_server, call, tmp_path):
    """How often a server makes this system call before it serves."""
    trace = tmp_path / "trace"
    server = make_server(f"count-{call}", wrap=["strace", "-f", "--seccomp-bpf", "-e", f"trace={call}", "-o", str(trace)])
    server.start()
    server.kill9()
    return trace.read_text(errors="replace").count(f" {call}(")


def inject(make_server, tmp_path, call, after):
    """A server in which this system call fails once, the `after`th time after it began to serve."""
    at = calls_until_ready(make_server, call, tmp_path) + after
    return make_server(wrap=["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                             f"inject={call}:error=EIO:when={at}"]).start()


def assert_nothing_lost(make_server, history):
    """With a server on the same directory and a disk that works."""
    compared = assert_remembered(make_server().start(), history)
    assert compared > 0
    return f"{compared} holds compared; {assert_good(history).figures()}"


@needs_strace
@pytest.mark.parametrize("call, after", [("pwrite64", 500), ("fsync", 1)])
def test_a_failing_disk_ends_the_server(make_server, tmp_path, say, call, after):
    """Catches a failed write or sync that is ignored, repeated, or answered as success."""
    server, history = inject(make_server, tmp_path, call, after), tmp_path / "history.tsv"
    load, _ = start_loads(server, history, on_loss="stop")
    ended = server.process.wait(240)
    load.figures()
    assert ended == 1 and "the journal can no longer be trusted" in server.log_text(), (ended, server.log_text())
    say(f"EIO from {call}: exit {ended}; {assert_nothing_lost(make_server, history)}")


@needs_strace
def test_a_failing_sync_of_a_snapshot_loses_nothing(make_server, tmp_path, say):
    """The log is whole, so the server may go on without the snapshot. Catches one that is used all the same."""
    server, history = inject(make_server, tmp_path, "fdatasync", 1), tmp_path / "history.tsv"
    load, _ = start_loads(server, history, on_loss="stop")
    rig.until("the failure is told", lambda: "Input/output error" in server.log_text(), seconds=240)
    ended = server.process.poll()
    if ended is None:
        server.kill9()
    load.figures()
    say(f"EIO from fdatasync: {'it went on' if ended is None else f'exit {ended}'}; "
        f"{assert_nothing_lost(make_server, history)}")
