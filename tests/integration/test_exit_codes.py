"""Exit codes, one by one (64: test_usage.py, 79: test_run_loss.py)."""

import signal

import pytest

from harness import (FAILURE, NOT_ACQUIRED, NOT_PERMITTED, OK, UNREACHABLE, USAGE, boot_time, free_port)


@pytest.mark.parametrize("code", [0, 1, 7, 75, 79, 255])
def test_the_commands_own_code(holdfast, code):
    assert holdfast("run", "k", "--", "sh", "-c", f"exit {code}").code == code


def test_a_command_that_dies_of_a_signal(holdfast):
    assert holdfast("run", "k", "--", "sh", "-c", "kill -9 $$").code == 128 + signal.SIGKILL


@pytest.mark.parametrize("program,code", [("no-such-program", 127), ("/no/such/program", 127), ("/etc/passwd", 126),
                                          ("/", 126)])
def test_a_command_that_cannot_be_run(server, holdfast, program, code):
    done = holdfast("run", "k", "--", program)
    assert done.code == code
    assert program in done.err
    assert server.rest.state("k") == "free"


def test_a_script_without_an_interpreter_is_not_given_to_a_shell(holdfast, tmp_path):
    script = tmp_path / "script"
    script.write_text("echo a shell ran this\n")
    script.chmod(0o755)
    done = holdfast("run", "k", "--", str(script))
    assert (done.code, done.out) == (126, "")


def test_not_acquired_at_once(server, holdfast):
    server.rest.acquire("deploy/prod", owner="alice@host1 (pid 12)", reason="release 7")
    done = holdfast("run", "-n", "deploy/prod", "--", "true")
    assert done.code == NOT_ACQUIRED
    assert "deploy/prod is held by alice@host1 (pid 12) for " in done.err
    assert "release 7" in done.err
    assert ", expires in " in done.err


def test_not_acquired_after_a_wait(server, holdfast):
    server.rest.acquire("k", ttl_ms=-1)
    begin = boot_time()
    done = holdfast("run", "-w", "300ms", "k", "--", "true")
    assert done.code == NOT_ACQUIRED
    assert boot_time() - begin >= 0.3
    assert server.rest.lock("k")["queue"] == []


def test_not_acquired_with_a_code_of_ones_own(server, holdfast):
    server.rest.acquire("k")
    assert holdfast("run", "-n", "-E", "3", "k", "--", "true").code == 3
    assert holdfast("run", "-n", "--conflict-exit-code", "0", "k", "--", "true").code == 0


def test_acquire_release_renew(server, holdfast):
    lease = holdfast("acquire", "-n", "k").out.strip()
    assert holdfast("acquire", "-n", "k").code == NOT_ACQUIRED
    assert holdfast("renew", lease).code == OK
    assert holdfast("renew", "-t", "1h", lease).code == OK
    assert server.rest.lock("k")["holders"][0]["expires_in_ms"] > 1_800_000
    done = holdfast("release", lease)
    assert (done.code, done.out) == (OK, "released k\n")
    gone = holdfast("renew", lease)
    assert gone.code == FAILURE
    assert "acquire again" in gone.err
    assert holdfast("release", "nonsense").code == FAILURE


def test_a_handle_from_standard_input(holdfast, tmp_path):
    (tmp_path / "lease").write_text(holdfast("acquire", "k").out)
    with open(tmp_path / "lease") as handle:
        assert holdfast("release", "-", stdin=handle).out == "released k\n"


@pytest.mark.parametrize("command", [["acquire", "-w", "500ms", "k"], ["show", "k"], ["ls"], ["status"], ["renew", "x"],
                                     ["release", "x"], ["lease", "list"], ["run", "k", "--", "true"]])
def test_unreachable(against_fake, command):
    url = f"http://127.0.0.1:{free_port()}"
    if command[0] == "run":
        command = ["run", "-w", "500ms", *command[1:]]
    done = against_fake(*command, env={"HOLDFAST_SERVER": url})
    assert done.code == UNREACHABLE
    assert url in done.err


def test_unreachable_is_tried_for_as_long_as_the_wait(against_fake):
    begin = boot_time()
    done = against_fake("run", "-w", "1s", "k", "--", "true", env={"HOLDFAST_SERVER": "http://127.0.0.1:1"})
    assert done.code == UNREACHABLE
    assert boot_time() - begin >= 0.5


def test_a_server_that_accepts_and_never_answers_is_unreachable(fake, against_fake):
    fake.stalled.set()
    assert against_fake("run", "-w", "500ms", "k", "--", "true").code == UNREACHABLE


def test_a_server_without_a_leader_is_unreachable(fake, against_fake):
    fake.refusals["/v1/acquire"] = (503, {"code": "no_leader", "status": 503, "detail": "no server leads"})
    done = against_fake("run", "-w", "500ms", "k", "--", "true")
    assert done.code == UNREACHABLE
    assert "no server leads" in done.err


@pytest.mark.parametrize("status,code", [(401, "unauthenticated"), (403, "permission_denied")])
def test_not_permitted(fake, against_fake, status, code):
    fake.refusals["/v1/acquire"] = (status, {"code": code, "status": status, "detail": "no role for k"})
    for command in (["run", "k", "--", "true"], ["acquire", "k"]):
        done = against_fake(*command)
        assert done.code == NOT_PERMITTED
        assert "no role for k" in done.err


def test_a_key_that_breaks_the_rules_is_usage(holdfast):
    assert holdfast("run", "a//b", "--", "true").code == USAGE


def test_something_that_is_not_the_server(fake, against_fake):
    fake.refusals["/v1/acquire"] = (200, {"hello": "world"})
    done = against_fake("acquire", "k")
    assert done.code == FAILURE
    assert "right server URL" in done.err
