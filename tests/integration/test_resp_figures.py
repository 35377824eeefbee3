"""The Redis protocol in /metrics, in the log and in its page of documentation."""

import json
import re
import shutil
import subprocess

import pytest
from harness import ROOT, Server, wait_until
from resp import Resp, address_of, resp, server  # noqa: F401
from serving import serving
from test_metrics import difference, scrape


def test_commands_are_counted_by_result(server, resp):
    def ask():
        assert resp("ACQUIRE", "figures/a", "TTL", 60000)
        assert resp.refused("ACQUIRE", "figures/a").word == "HELD"
        assert resp.refused("ACQUIRE", "figures/a", "TTL", 1).word == "INVALID"
        assert resp.refused("FENCE", "figures/a", 10**9).word == "STALEFENCE"
        assert resp.refused("ECHO").word == "ERR" and resp.refused("NONSENSE").word == "ERR"

    changed = difference(server, ask)
    assert changed("holdfast_commands_total", command="ACQUIRE", result="ok") == 1
    assert changed("holdfast_commands_total", command="ACQUIRE", result="held") == 1
    assert changed("holdfast_commands_total", command="ACQUIRE", result="invalid_argument") == 1
    assert changed("holdfast_commands_total", command="FENCE", result="stale_fence") == 1
    assert changed("holdfast_commands_total", command="ECHO", result="error") == 1
    assert changed("holdfast_commands_total", command="none", result="error") == 1
    assert changed("holdfast_refusals_total", code="held") == 1
    assert changed("holdfast_command_seconds_count", command="ACQUIRE") == 3


def test_connections_by_protocol(server):
    with Resp(server.resp) as one, Resp(server.resp) as other:
        assert one("PING") == other("PING") == "PONG"
        during = scrape(server)
        assert during("holdfast_connections", protocol="redis") >= 2
        assert during("holdfast_connections", protocol="http") == 1


def test_log_lines():
    with serving("--log-format", "json", "--log-level", "debug") as running, Resp(address_of(running)) as connection:
        connection("ACQUIRE", "secret-key", "TTL", 60000, "REQUEST", "r-77", "REASON", "secret-reason")
        assert connection.refused("ACQUIRE", "secret-key", "REQUEST", "r-78").word == "HELD"

        def line_of(request_id):
            return [line for line in map(json.loads, running.log().splitlines()) if line.get("request_id") == request_id]

        granted = wait_until(lambda: line_of("r-77"), "a line about the grant")[0]
        assert granted.pop("took_ms") > 0 and granted.pop("at")
        assert granted == {"level": "debug", "text": "request", "protocol": "redis", "command": "ACQUIRE",
                           "request_id": "r-77", "client": "127.0.0.1"}
        assert wait_until(lambda: line_of("r-78"), "a line about the refusal")[0]["code"] == "held"
        assert "secret" not in running.log()


def steps_of_the_session():
    """(command, what it prints) of the session in docs/resp.md."""
    page = (ROOT / "docs" / "resp.md").read_text()
    session = page.split("## A session\n", 1)[1].split("\n## ", 1)[0]
    lines = [line[4:] for line in session.splitlines() if line.startswith("    ")]
    steps = []
    for line in lines:
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return steps


def masked(text):
    """Numbers and handles are others each time."""
    text = re.sub(r"\b\d+\.[A-Za-z0-9_-]{22}", "HANDLE", text)
    return re.sub(r"\d+", "N", re.sub(r"^\d+\) ", "", text))


@pytest.mark.skipif(shutil.which("redis-cli") is None, reason="redis-tools are not installed")
def test_the_session_of_the_page(tmp_path):
    running = Server(tmp_path)  # whose first grant has the token 1
    try:
        follow(steps_of_the_session(), *address_of(running))
    finally:
        running.close()


def follow(steps, host, port):
    assert len(steps) >= 5
    handle = None
    for line, expected in steps:
        line = line.replace("-p 7421", f"-h {host} -p {port} --no-raw")
        if handle is not None:
            line = re.sub(r"\b\d+\.[A-Za-z0-9_-]{22}", handle, line)
        printed = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60).stdout
        assert [masked(each) for each in printed.splitlines()] == [masked(each) for each in expected], line
        given = re.search(r"\d+\.[A-Za-z0-9_-]{22}", printed)
        handle = given.group(0) if given else handle
