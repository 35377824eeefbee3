"""Signals reach the command, or end the wait for it."""

import pathlib
import signal
import subprocess

import pytest

from harness import PATIENCE, Worker, is_alive, wait_until

FORWARDED = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2]


@pytest.mark.parametrize("number", FORWARDED)
def test_signals_are_forwarded_to_the_command(server, holdfast, tmp_path, number):
    worker = Worker(tmp_path, exits_with=5)
    run = holdfast.start("run", "k", "--", *worker.command)
    worker.wait_for("begin")
    run.send_signal(number)
    assert holdfast.finish(run).code == 5
    assert len(worker.times(f"got-{number.value}")) == 1
    assert server.rest.state("k") == "free"


def test_a_command_that_dies_of_the_forwarded_signal(holdfast, tmp_path):
    ready = tmp_path / "ready"
    run = holdfast.start("run", "k", "--", "sh", "-c", f"touch {ready}; exec sleep 1000")
    wait_until(ready.exists, "the command runs")
    run.terminate()
    assert holdfast.finish(run).code == 128 + signal.SIGTERM


def test_the_whole_group_gets_the_signal(holdfast, tmp_path):
    worker = Worker(tmp_path)
    run = holdfast.start("run", "k", "--", "sh", "-c", 'trap "" TERM; "$@" & wait $!; wait $!', "sh", *worker.command)
    worker.wait_for("begin")
    run.terminate()
    holdfast.finish(run)
    assert worker.times("got-15")


@pytest.mark.parametrize("number", FORWARDED)
def test_a_signal_while_waiting_leaves_the_queue(server, holdfast, number):
    server.rest.acquire("k", ttl_ms=-1)
    run = holdfast.start("run", "k", "--", "true")
    wait_until(lambda: server.rest.lock("k")["queue"], "it waits")
    run.send_signal(number)
    assert holdfast.finish(run).code == 128 + number
    assert server.rest.lock("k")["queue"] == []


def test_a_signal_while_an_acquire_waits(server, holdfast):
    server.rest.acquire("k", ttl_ms=-1)
    acquire = holdfast.start("acquire", "k")
    wait_until(lambda: server.rest.lock("k")["queue"], "it waits")
    acquire.send_signal(signal.SIGINT)
    done = holdfast.finish(acquire)
    assert (done.code, done.out) == (130, "")
    assert server.rest.lock("k")["queue"] == []


def test_a_signal_while_waiting_for_a_stalled_server(server, holdfast):
    server.rest.acquire("k", ttl_ms=-1)
    run = holdfast.start("run", "k", "--", "true")
    wait_until(lambda: server.rest.lock("k")["queue"], "it waits")
    server.stop()
    run.send_signal(signal.SIGTERM)
    assert holdfast.finish(run).code == 128 + signal.SIGTERM


BY_PYTHON = 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)  # it ignores them for itself


def ignored_here():
    """What whoever runs the tests has them ignore: SIGHUP under nohup."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn")) & ~BY_PYTHON


def test_ignored_signals_stay_ignored(holdfast, tmp_path):
    worker = Worker(tmp_path)
    nohup = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"]
    run = holdfast.start("run", "k", "--", *nohup, "sh", "-c", "grep SigIgn /proc/self/status")
    assert int(holdfast.finish(run).out.split()[1], 16) & 1
    # And nothing is blocked or ignored that was not before.
    done = holdfast("run", "k", "--", "grep", "-E", "Sig(Blk|Ign)", "/proc/self/status",
                    restore_signals=True)
    blocked, ignored = [int(line.split()[1], 16) & ~BY_PYTHON for line in done.out.splitlines()]
    assert (blocked, ignored) == (0, ignored_here())
    assert not worker.lines()


def test_the_command_is_in_a_group_of_its_own(holdfast):
    done = holdfast("run", "k", "--", "python3", "-c", "import os; print(os.getpid() == os.getpgrp())")
    assert done.out == "True\n"


def test_the_command_inherits_standard_input_and_given_descriptors_only(holdfast, tmp_path):
    (tmp_path / "in").write_text("from stdin")
    (tmp_path / "extra").write_text("x")
    with open(tmp_path / "in") as stdin, open(tmp_path / "extra") as extra:
        script = ("import os, sys; fds = map(int, os.listdir('/proc/self/fd')); "
                  "print(sys.stdin.read(), sorted(fd for fd in fds if os.path.exists(f'/proc/self/fd/{fd}')))")
        done = holdfast("run", "k", "--", "python3", "-c", script, stdin=stdin, pass_fds=[extra.fileno()])
        assert done.out == f"from stdin {sorted([0, 1, 2, extra.fileno()])}\n"


def test_what_the_command_leaves_in_its_group_is_ended_before_the_release(server, holdfast, tmp_path):
    worker = Worker(tmp_path)
    script = '"$@" & until [ -s "$0" ]; do sleep 0.01; done; exit 3'
    done = holdfast("run", "k", "--", "sh", "-c", script, str(worker.trail), *worker.command,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert done.code == 3
    assert worker.times("got-15")
    assert not is_alive(worker.pid())
    assert server.rest.state("k") == "free"


def test_leftovers_that_ignore_term_are_killed_after_the_grace(server, holdfast, tmp_path):
    worker = Worker(tmp_path, stubborn=True)
    script = '"$@" & until [ -s "$0" ]; do sleep 0.01; done; exit 3'
    done = holdfast("run", "--grace", "200ms", "k", "--", "sh", "-c", script, str(worker.trail), *worker.command,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert done.code == 3
    assert not is_alive(worker.pid())


def test_a_session_of_its_own_lives_on(holdfast, tmp_path):
    worker = Worker(tmp_path)
    script = 'setsid "$@" & until [ -s "$0" ]; do sleep 0.01; done'
    done = holdfast("run", "k", "--", "sh", "-c", script, str(worker.trail), *worker.command,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert done.code == 0
    assert is_alive(worker.pid())
    subprocess.run(["kill", "-9", str(worker.pid())], check=True, timeout=PATIENCE)


def test_the_command_dies_with_holdfast(holdfast, tmp_path):
    worker = Worker(tmp_path)
    run = holdfast.start("run", "k", "--", *worker.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    worker.wait_for("begin")
    run.kill()
    wait_until(lambda: not is_alive(worker.pid()), "the command is gone")
    assert not worker.times("got-15")
