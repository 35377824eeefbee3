"""Every example of the README, of the pages in docs and of each --help is run, and does what it says.

An example is run by bash in a directory of its own, against a server that knows nothing of the others. One that is
named in no table below runs as it stands and must succeed, so a new example is covered without a word here.
"""

import os
import pathlib
import re
import signal
import subprocess

import pytest

from cli_tree import commands, examples_of, help_of, output
from harness import FAILURE, HOLDFAST, OK, PATIENCE, ROOT, UNREACHABLE, USAGE, Server, wait_until
from resp import address_of

RUNS_ON = "shows what happens until it is stopped"

# What is expected of an example that does not end with 0; by a part of it.
EXIT = {
    "holdfast watch": RUNS_ON,
    "curl -N": RUNS_ON,
    "# shows the holder and asks": USAGE,  # no terminal
    "--token 42": FAILURE,  # of another hold
    "--server unix:/run/holdfast": UNREACHABLE,
}

# The data directory of a server that was stopped.
STOPPED = """holdfast serve --data holdfast-data --listen unix:$PWD/s 2>log &
until holdfast status --server unix:$PWD/s >status 2>&1; do sleep 0.02; done
kill $!; wait $!"""

# What must be there before, by a part of the example; `$lease` is always there.
BEFORE = {
    "holdfast break": "holdfast acquire --ttl none deploy/prod",
    "holdfast request-release": "holdfast acquire deploy/prod",
    "holdfast unregister": "holdfast register deploy/prod",
    "holdfast verify": STOPPED,
    "holdfast migrate": STOPPED,
    "holdfast restore": "holdfast backup locks.backup",
    "holdfast completion fish": "mkdir -p ~/.config/fish/completions",
}

PROGRAMS = ("deploy.sh", "backup", "make", "train", "report", "sleep", "jq")


def from_help():
    for path in commands():
        for line in examples_of(help_of(path)):
            yield f"--help of {path}", line
    for line in examples_of(output("--help")):
        yield "--help", line


def from_pages():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        if page.name == "cli.md":  # has the --help of each command
            continue
        for line in re.findall(r"^ *(?:\$ )?((?:curl|holdfast|build/release/holdfast) .*)", page.read_text(), re.M):
            yield page.name, line.replace("build/release/holdfast", "holdfast")


EXAMPLES = [*from_help(), *from_pages()]


def test_every_command_has_an_example():
    assert set(commands()) <= {path.removeprefix("--help of ") for path, _ in EXAMPLES}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Stand-ins for the programs that examples run, and the binary under its name."""
    directory = tmp_path_factory.mktemp("programs")
    (directory / "holdfast").symlink_to(pathlib.Path(HOLDFAST).resolve())
    for name in PROGRAMS:
        (directory / name).write_text("#!/bin/sh\n" + ("cat\n" if name == "jq" else "exit 0\n"))
        (directory / name).chmod(0o755)
    return directory


@pytest.fixture(scope="module")
def one_server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("examples"))
    yield running
    running.close()


@pytest.fixture
def server(one_server):
    """Without locks and settings of earlier examples."""
    for lock in one_server.rest.get("/v1/locks")[1]["locks"]:
        for holder in lock["holders"]:
            one_server.rest.post("/v1/break", key=lock["key"], lease=holder["lease"], reason="over", now=True)
        one_server.rest.call("DELETE", "/v1/locks/" + lock["key"])
    return one_server


def first(table, line):
    return next((value for part, value in table.items() if part in line), None)


def quick_bench(line, server):
    """On this server, for a moment."""
    line = re.sub(r" --(seconds|locks) \d+", "", line)
    return line.replace("holdfast bench", "holdfast bench --resp %s:%d --seconds 0.1 --locks 1000" % address_of(server))


def as_run_here(line, server):
    """Against this server and in this directory; `serve` would take ports of this machine, and is only checked."""
    for there, here in [("localhost:7420", f"127.0.0.1:{server.port}"), ("'{\"lease\":\"7.kLx0…\"}'", '"$body"'),
                        ("/var/lib/holdfast", "$PWD/var")]:
        line = line.replace(there, here)
    if "holdfast bench" in line:
        line = quick_bench(line, server)
    if "-config" not in line:
        line = line.replace("holdfast serve", "holdfast serve --check-config", 1)
    return line


def prelude(line):
    return "\n".join([
        'curl() { command curl --fail-with-body "$@"; }',
        "lease=$(holdfast acquire --ttl 5m deploy/staging deploy/test)",
        'body="{\\"lease\\":\\"$lease\\"}"',
        first(BEFORE, line) or ":",
    ])


def start(line, server, programs, directory, **options):
    (directory / "deploy.sh").symlink_to(programs / "deploy.sh")
    (directory / "holdfast.toml").write_text('default-ttl = "20s"\n')
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(directory), "HOLDFAST_SERVER": server.url}
    return subprocess.Popen(["bash", "-c", f"{prelude(line)}\n{as_run_here(line, server)}"], cwd=directory,
                            env=environment, text=True, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                            start_new_session=True, **options)


def end(process):
    """With all that it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ends_with(process):
    try:
        shown = process.communicate(timeout=PATIENCE)[0]
        return process.returncode, shown
    finally:
        end(process)


def shows_what_happens(process, server, output):
    """Whether it tells of a lock that comes, and goes on."""
    def tells():
        server.rest.post("/v1/release", lease=server.rest.acquire("deploy/seen")["lease"]["handle"])
        return process.poll() is not None or "deploy/seen" in output.read_text()

    try:
        wait_until(tells, "it tells of a lock")
        return process.poll() is None
    finally:
        end(process)


@pytest.mark.parametrize("place,line", EXAMPLES)
def test_example(server, programs, tmp_path, place, line):
    expected = first(EXIT, line) or OK
    if expected == RUNS_ON:
        output = tmp_path / "output"
        with open(output, "wb") as file:
            process = start(line, server, programs, tmp_path, stdout=file)
        assert shows_what_happens(process, server, output), f"{line}\n{output.read_text()}"
    else:
        code, shown = ends_with(start(line, server, programs, tmp_path, stdout=subprocess.PIPE))
        assert code == expected, f"{line}\n{shown}"
