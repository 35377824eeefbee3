"""pytest fixtures around rig.py."""

import contextlib

import pytest

import rig
from check_history import History


@pytest.fixture
def say(capfd):
    """Prints one line of figures that the test runner shows (tests/run.py)."""

    def line(text):
        with capfd.disabled():
            print(f"\nmust hold: {text}", flush=True)

    return line


@pytest.fixture
def make_server(tmp_path):
    """Makes servers, which end with the test."""
    rig.raise_descriptor_limit()
    with contextlib.ExitStack() as ends:

        def make(name="data", **options):
            server = rig.Server(options.pop("data", tmp_path / name), **options)
            ends.callback(server.stop)
            return server

        yield make


@pytest.fixture
def server(make_server):
    return make_server().start()


def assert_good(*paths):
    """The history that these files are; fails with the first things wrong in it."""
    history = History(paths)
    history.check()
    assert not history.violations, "\n".join(history.violations[:10])
    return history


def look_at_locks(server, prefix=""):
    """(locks, asked_ns, returned_ns)"""
    with contextlib.closing(server.client()) as client:
        asked_ns = rig.raw_ns()
        locks = client.locks(prefix)
        return locks, asked_ns, rig.raw_ns()


def assert_remembered(server, path):
    """Compares what clients were told, and the file of it says, with what a restarted server has. Returns how many
    holds were compared."""
    history = History([path])
    compared = history.check_memory(*look_at_locks(server))
    assert not history.violations, "\n".join(history.violations[:10])
    return compared


__all__ = ["assert_good", "assert_remembered", "look_at_locks", "make_server", "rig", "say", "server"]
