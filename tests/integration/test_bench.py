"""holdfast bench: what it measures, prints and writes, on a server that does nothing and on one that misbehaves."""

import contextlib
import json
import os
import pty
import re
import socket
import subprocess
import threading

import jsonschema
import pytest

import rig
from harness import FAILURE, HOLDFAST, OK, UNREACHABLE, USAGE, Holdfast, wait_until
from resp import address_of

NUMBER = {"type": "number", "minimum": 0}
LATENCY = {
    "type": "object",
    "properties": {name: NUMBER for name in ("count", "p50_us", "p99_us", "p999_us", "max_us")},
    "required": ["count", "p50_us", "p99_us", "p999_us", "max_us"],
    "additionalProperties": False,
}
REPORT = {
    "type": "object",
    "properties": {
        "version": {"type": "string"},
        "at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "machine": {
            "type": "object",
            "properties": {"cpu": {"type": "string"}, "kernel": {"type": "string", "minLength": 5},
                           "cores": {"type": "integer", "minimum": 1},
                           "memory_bytes": {"type": "integer", "minimum": 1 << 20}, "disk": {"type": "string"}},
            "required": ["cpu", "kernel", "cores", "memory_bytes", "disk"],
        },
        "settings": {"type": "object", "required": ["address", "clients", "pipeline", "seconds", "keys"]},
        "server_info": {"type": "object"},
        "server_status": {"type": ["object", "null"]},
        "workloads": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "workload": {"type": "string"}, "operation": {"type": "string"},
                    "clients": {"type": "integer"}, "pipeline": {"type": "integer"},
                    "seconds": NUMBER, "operations": {"type": "integer", "minimum": 0}, "per_second": NUMBER,
                    "latencies": {"type": "object", "additionalProperties": LATENCY},
                    "errors": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
                    "more": {"type": "object", "additionalProperties": {"type": "number"}},
                },
                "required": ["workload", "operation", "clients", "pipeline", "seconds", "operations", "per_second",
                             "latencies", "errors", "more"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["version", "at", "machine", "settings", "server_info", "server_status", "workloads"],
    "additionalProperties": False,
}


def quick(*more):
    return ("--clients", "4", "--seconds", "0.2", "--locks", "2000", "--leases", "2", "--watchers", "2", *more)


def workloads_of(done):
    report = json.loads(done.out)
    jsonschema.validate(report, REPORT)
    return {one["workload"]: one for one in report["workloads"]}


@pytest.fixture(scope="module")
def floor():
    """The server that does nothing: where it listens."""
    port = rig.free_port()
    process = subprocess.Popen([str(rig.build / "bench" / "floor_resp"), str(port)])

    def answers():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True

    wait_until(answers, "the floor listens")
    yield f"127.0.0.1:{port}"
    process.kill()
    process.wait()


def resp_of(server):
    return "%s:%d" % address_of(server)


@pytest.fixture
def bench(tmp_path):
    commands = Holdfast("http://127.0.0.1:1", tmp_path)  # nobody is there: these servers have no REST
    yield lambda *arguments: commands("bench", *arguments)
    commands.close()


class Scripted:
    """A server that gives every ACQUIRE the same answer, or hangs up on it."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError), connection:
            while command := connection.recv(65536):
                if b"INFO" in command:
                    connection.sendall(b"$0\r\n\r\n")
                elif self.answer is None:
                    return
                else:
                    connection.sendall(self.answer if b"ACQUIRE" in command else b":1\r\n")

    def close(self):
        self.listener.close()


@pytest.fixture
def scripted():
    servers = []

    def make(answer):
        servers.append(Scripted(answer))
        return servers[-1].address

    yield make
    for server in servers:
        server.close()


def test_figures_as_json(bench, floor):
    done = bench("--resp", floor, "--json", "-", *quick("--workload", "uncontended", "--workload", "renew",
                                                        "--workload", "mixed", "--workload", "hold"))
    assert done.code == OK, done
    by_name = workloads_of(done)
    assert list(by_name) == ["uncontended", "renew", "mixed", "hold"]
    for one in by_name.values():
        assert one["operations"] > 0 and not one["errors"], one
        assert one["per_second"] == pytest.approx(one["operations"] / one["seconds"])
        for latency in one["latencies"].values():
            assert 0 < latency["p50_us"] <= latency["p99_us"] <= latency["p999_us"] <= latency["max_us"]
    assert set(by_name["uncontended"]["latencies"]) == {"acquire", "release"}
    assert set(by_name["renew"]["latencies"]) == {"renew"}
    assert by_name["hold"]["operations"] == 2000
    assert "bytes_per_lock" in by_name["hold"]["more"]


def test_a_table_and_a_file(bench, floor, tmp_path):
    file = tmp_path / "figures.json"
    done = bench("--resp", floor, "--json", str(file), *quick("--workload", "uncontended", "--pipeline", "8"))
    assert done.code == OK, done
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [row[0] for row in rows] == ["uncontended", "uncontended"]
    assert [row[2] for row in rows] == ["acquire", "release"]
    assert rows[0][1].endswith(" pairs") and rows[0][3].endswith(("us", "ms"))
    report = json.loads(file.read_text())
    jsonschema.validate(report, REPORT)
    assert report["workloads"][0]["pipeline"] == 8


def test_every_workload_on_a_real_server(server, holdfast):
    done = holdfast("bench", "--resp", resp_of(server), "--json", "-", *quick())
    assert done.code == OK, done
    by_name = workloads_of(done)
    assert list(by_name) == ["uncontended", "handover", "renew", "mixed", "watch", "hold"]
    for one in by_name.values():
        assert one["operations"] > 0 and not one["errors"], one
    handover = by_name["handover"]
    assert {"acquire", "handover", "release"} == set(handover["latencies"])
    # First in, first out: whoever let go is behind everybody else.
    assert handover["more"]["most_grants"] - handover["more"]["fewest_grants"] <= 2, handover
    watch = by_name["watch"]["more"]
    assert watch["watchers"] == 2 and watch["events_per_second"] > 0 and watch["ratio_to_unwatched"] > 0
    assert by_name["hold"]["more"]["bytes_per_lock"] > 50
    report = json.loads(done.out)
    assert report["server_info"]["process_id"] == str(server.process.pid)
    assert report["machine"]["disk"] and report["server_status"]["journal"]["engine"] == "file"
    left = server.rest.get("/v1/status")[1]["counts"]
    assert (left["holds"], left["leases"], left["waiters"]) == (0, 0, 0)


def test_watch_needs_a_server_over_http(server, bench):
    done = bench("--resp", resp_of(server), *quick("--workload", "watch"))
    assert done.code == FAILURE and "not reached over HTTP" in done.err, done


def test_progress_on_a_terminal(floor):
    terminal, end = pty.openpty()
    process = subprocess.Popen([HOLDFAST, "bench", "--resp", floor, "--clients", "2", "--seconds", "1.3", "--workload",
                                "uncontended"], stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while piece := os.read(terminal, 4096):
            shown += piece
    os.close(terminal)
    assert process.wait() == OK
    assert re.search(rb"uncontended 1 s: \d+ a second", shown), shown


def test_errors_are_counted_by_their_word(bench, scripted):
    done = bench("--resp", scripted(b"-OVERLOADED come again\r\n"), "--json", "-", *quick("--workload", "uncontended"))
    assert done.code == OK, done
    (figures,) = workloads_of(done).values()
    assert figures["operations"] == 0 and set(figures["errors"]) == {"OVERLOADED"}


def test_a_server_that_hangs_up(bench, scripted):
    done = bench("--resp", scripted(None), "--json", "-", *quick("--workload", "uncontended"))
    assert done.code == OK, done
    (figures,) = workloads_of(done).values()
    assert figures["operations"] == 0 and figures["errors"] == {"connection-lost": 4}


def test_a_token_that_does_not_grow_fails(bench, scripted):
    grant = b"*5\r\n$1\r\nh\r\n:30000\r\n:0\r\n:1\r\n:7\r\n"
    done = bench("--resp", scripted(grant), "--json", "-", *quick("--workload", "handover"))
    assert done.code == FAILURE, done
    assert workloads_of(done)["handover"]["more"]["broken_tokens"] >= 1


def test_what_cannot_be_prepared_is_said(bench, scripted):
    done = bench("--resp", scripted(b"-ERR unknown command\r\n"), *quick("--workload", "renew"))
    assert done.code == FAILURE and "renew: the server answers ERR" in done.err, done


def test_nobody_there(bench):
    done = bench("--resp", f"127.0.0.1:{rig.free_port()}", *quick())
    assert done.code == UNREACHABLE and "Redis protocol" in done.err, done


@pytest.mark.parametrize("arguments, word", [
    (("--resp", "nonsense"), "expected host:port"),
    (("--workload", "nonsense"), "nonsense"),
    (("--clients", "0"), "--clients"),
    (("--pipeline", "1001"), "--pipeline"),
    (("--seconds", "0"), "--seconds"),
    (("--locks", "10000001"), "--locks"),
])
def test_bad_options(bench, arguments, word):
    done = bench(*arguments)
    assert done.code == USAGE and word in done.err, done
