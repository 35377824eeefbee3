"""What is said of a command line that is wrong, before anything is done."""

import pytest

from harness import OK, USAGE


@pytest.mark.parametrize("line,words", [
    ([], "Usage"),
    (["rnu"], "did you mean 'run'"),
    (["aquire", "k"], "did you mean 'acquire'"),
    (["frobnicate"], "unknown subcommand 'frobnicate'"),
    (["lease", "opne"], "did you mean 'open'"),
    (["run", "--wiat", "3", "k", "--", "true"], "did you mean '--wait'"),
    (["show", "--jsno", "k"], "did you mean '--json'"),
    (["run", "k"], "after `--`"),
    (["run", "k", "--"], "after `--`"),
    (["run", "--", "true"], "KEY is required"),
    (["run", "-t", "soon", "k", "--", "true"], "--ttl: 'soon' is not a duration like 500ms"),
    (["run", "-t", "50ms", "k", "--", "true"], "100ms to 24h"),
    (["run", "-t", "25h", "k", "--", "true"], "100ms to 24h"),
    (["run", "-w", "1x", "k", "--", "true"], "--wait"),
    (["run", "-n", "-w", "1s", "k", "--", "true"], "excludes"),
    (["run", "-t", "10s", "--grace", "5001ms", "k", "--", "true"], "half the ttl"),
    (["run", "-E", "256", "k", "--", "true"], "256"),
    (["run", "--permits", "many", "k", "--", "true"], "permits"),
    (["show"], "KEY is required"),
    (["ls", "--state", "open"], "open"),
    (["acquire", "--server", "localhost:7420", "k"], "http://HOST:PORT"),
    (["status", "surplus"], "surplus"),
])
def test_usage_errors(against_fake, fake, line, words):
    done = against_fake(*line)
    assert done.code == USAGE, done
    assert words in done.err
    assert done.out == ""
    assert not fake.calls


def test_grace_of_exactly_half_the_ttl_is_good(against_fake):
    assert against_fake("run", "-t", "10s", "--grace", "5s", "k", "--", "true").code == OK


@pytest.mark.parametrize("command", ["run", "acquire", "renew", "release", "show", "ls", "lease", "status", "verify"])
def test_help_has_examples_and_every_command_tells_the_version(against_fake, command):
    done = against_fake(command, "--help")
    assert done.code == OK
    assert "Example" in done.out and f"holdfast {command}" in done.out
    assert against_fake(command, "--version").out.startswith("holdfast ")


def test_version(against_fake):
    done = against_fake("--version")
    assert (done.code, done.out.split()[0]) == (OK, "holdfast")


def test_both_ways_to_give_a_key_are_one_too_many(against_fake):
    done = against_fake("ls", env={"HOLDFAST_API_KEY": "hf_a", "HOLDFAST_API_KEY_FILE": "/dev/null"})
    assert done.code == USAGE


def test_variables_of_a_surrounding_run_are_not_options(fake, against_fake):
    env = {"HOLDFAST_KEY": "outer", "HOLDFAST_LEASE": "outer", "HOLDFAST_FENCING_TOKEN": "1"}
    assert against_fake("renew", env=env).code == USAGE
    assert against_fake("run", "--", "true", env=env).code == USAGE
