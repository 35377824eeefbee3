"""restore and migrate, killed at each step of their way: what is left is no journal yet, refused as unfinished, or
whole, and the same command again finishes."""

import collections
import pathlib
import shutil
import signal
import tempfile

import pytest

from backups import backup, is_valid, offline, served, token
from harness import FAILURE, OK
from serving import run_serve

# Files get their names, entries are written, all is done. strace kills on entry, so that step is not made any more.
STEPS = "renameat,pwrite64,exit_group"
ENTRIES_LAST = 2  # the last writes: the seal of the old journal, the first entry of the new one

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def traced(*arguments, strace):
    return offline(*arguments, wrap=("strace", "-f", "-qq", *strace))


def steps_of(scratch, *arguments):
    """(call, which one of them) of the first thread, in order, without those that only make spare files."""
    trace = scratch / "trace"
    done = traced(*arguments, strace=("-o", trace, "-e", "trace=" + STEPS))
    if "ptrace" in done.err:
        pytest.skip("strace may not trace here")
    assert done.code == OK, done
    lines = [line.split(None, 1) for line in trace.read_text().splitlines() if "(" in line]
    made = [call for thread, call in lines if thread == lines[0][0]]
    writes = sum(call.startswith("pwrite64") for call in made)
    seen, steps = collections.Counter(), []
    for text in made:
        call = text.split("(")[0]
        seen[call] += 1
        is_fill = call == "pwrite64" and seen[call] <= writes - ENTRIES_LAST
        if not is_fill and not ("spare-" in text and ".partial" in text):
            steps.append((call, seen[call]))
    assert len(steps) > 5, trace.read_text()
    return steps


def kill(step, *arguments):
    call, number = step
    done = traced(*arguments, strace=("-o", "/dev/null", "-e", "trace=" + call,
                                      "-e", f"inject={call}:signal=KILL:when={number}"))
    assert done.code == -signal.SIGKILL, (step, done)


def why_refused(data):
    code, _, words = run_serve("--data", data, "--listen", "127.0.0.1:0")
    assert code == FAILURE, words
    return words


def has_begun(data):
    """Before this a server finds no journal there, or one without an entry, like any empty directory."""
    return any(path.suffix != ".partial" for path in data.glob("snapshot-*"))


def assert_whole(directory, grant):
    with served(directory) as server:
        assert is_valid(server, "kept", token(grant))
        assert server.rest.post("/v1/renew", lease=grant["lease"]["handle"])[0] == 200


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A directory with `data`, `a.backup` of it, and the hold in both."""
    folder = tmp_path_factory.mktemp("old")
    with served(folder) as server:
        grant = server.rest.acquire("kept", ttl_ms=600_000)
        backup(server, folder / "a.backup")
    return folder, grant


@pytest.fixture
def rooms(tmp_path):
    """Directories of which one is there at a time: a journal is 100 MiB."""
    def each(steps):
        for step in steps:
            with tempfile.TemporaryDirectory(dir=tmp_path) as room:
                yield step, pathlib.Path(room)
    return each


def test_a_killed_restore(old, rooms, tmp_path):
    folder, grant = old
    command = lambda room: ("restore", folder / "a.backup", "--data", room / "data", "--assume-released")
    *steps, last = steps_of(tmp_path, *command(tmp_path))
    met = set()
    for step, room in rooms(steps):
        kill(step, *command(room))
        met.add((has_begun(room / "data"), bool(list((room / "data").glob("snapshot-*.partial")))))
        if has_begun(room / "data"):
            assert "unfinished" in why_refused(room / "data"), step
        done = offline(*command(room))
        assert done.code == OK, (step, done)
        assert offline("verify", room / "data").code == OK, step
    assert (False, False) in met and (True, True) in met, "also refused while its state is being written"
    for step, room in rooms([last]):
        kill(step, *command(room))
        assert_whole(room, grant)


def test_a_killed_migration(old, rooms, tmp_path):
    folder, grant = old

    def command(room):
        return "migrate", f"file:{room / 'data'}", f"file:{room / 'new' / 'data'}"

    def furnish(room):
        shutil.copytree(folder / "data", room / "data")
        (room / "new").mkdir()

    furnish(tmp_path)
    *steps, seal, entry, last = steps_of(tmp_path, *command(tmp_path))
    for step, room in rooms([*steps, seal, entry, last]):
        furnish(room)
        kill(step, *command(room))
        is_sealed, is_done = step in (entry, last), step == last
        if is_sealed:
            assert "serve that one" in why_refused(room / "data"), step
        if has_begun(room / "new" / "data") and not is_done:
            assert "unfinished" in why_refused(room / "new" / "data"), step
        if step == seal:  # as it was; and it changes before the second try
            assert_whole(room, grant)
        done = offline(*command(room))
        assert done.code == (FAILURE if is_done else OK), (step, done)
        assert not is_done or "done already" in done.err, done
        assert "serve that one" in why_refused(room / "data"), step
        assert_whole(room / "new", grant)
