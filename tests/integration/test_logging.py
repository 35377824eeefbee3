"""What the log says of requests, and what it never says."""

import json
import re
import shutil
import subprocess

import pytest
import rest
from rest import eventually
from serving import serving

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (trace|debug|info|warning|error|critical): [\x20-\x7e]*\n")


@pytest.fixture(scope="module")
def logged():
    """A server that logs everything as JSON."""
    with serving("--log-format", "json", "--log-level", "trace") as server:
        yield server


def lines_of(server, request_id):
    """The lines about one request, once there are any."""
    def found():
        return [line for line in map(json.loads, server.log().splitlines()) if line.get("request_id") == request_id]
    return eventually(found, "a line of " + request_id)


def test_a_request_has_one_line_with_ids_route_and_outcome(logged):
    reply = rest.post(logged, "/v1/acquire", {"key": "a"}, headers={"X-Request-Id": "mine-1", "Traceparent": TRACE})
    assert reply.headers["x-request-id"] == "mine-1"
    (line,) = lines_of(logged, "mine-1")
    assert line.pop("took_ms") > 0 and line.pop("at").endswith("Z")
    assert line == {"level": "debug", "text": "request", "method": "POST", "route": "/v1/acquire",
                    "request_id": "mine-1", "traceparent": TRACE, "client": "127.0.0.1", "status": 200}


def test_the_id_in_the_body_is_the_one(logged):
    body = {"key": "b", "request_id": "body-id"}
    assert rest.post(logged, "/v1/acquire", body, headers={"X-Request-Id": "header-id"}).headers["x-request-id"] == "body-id"
    assert lines_of(logged, "body-id")[0]["status"] == 200


def test_a_refusal_tells_its_code(logged):
    assert rest.get(logged, "/nowhere", headers={"X-Request-Id": "lost"}).status == 404
    (line,) = lines_of(logged, "lost")
    assert (line["status"], line["code"]) == (404, "not_found") and "route" not in line


def test_ids_are_made_where_none_is_given_and_differ(logged):
    ids = [rest.get(logged, "/healthz").headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(lines_of(logged, each) for each in ids)


@pytest.mark.parametrize("hostile", ["two words", "x" * 129, "caf\xe9", "\x7f", ""])
def test_an_id_that_is_no_single_word_is_replaced(logged, hostile):
    given = rest.get(logged, "/healthz", headers={"X-Request-Id": hostile}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{12}-\d+", given)
    body = {"key": "c", "request_id": "über mich"}
    assert re.fullmatch(r"[0-9a-f]{12}-\d+", rest.post(logged, "/v1/acquire", body).headers["x-request-id"])


@pytest.mark.parametrize("traceparent", [
    TRACE[:-1], TRACE.upper(), "ff" + TRACE[2:], TRACE + "-more", TRACE.replace("-", "_"), "nonsense",
    "00-" + "0" * 32 + TRACE[35:], TRACE[:36] + "0" * 16 + "-01"])
def test_a_traceparent_that_is_none_is_dropped(logged, traceparent):
    reply = rest.get(logged, "/healthz", headers={"Traceparent": traceparent})
    assert "traceparent" not in lines_of(logged, reply.headers["x-request-id"])[0]


def test_later_versions_of_traceparent_are_passed_on(logged):
    later = "01" + TRACE[2:] + "-more"
    reply = rest.get(logged, "/healthz", headers={"Traceparent": later})
    assert lines_of(logged, reply.headers["x-request-id"])[0]["traceparent"] == later


def test_what_is_no_http_has_an_id_too(logged):
    with rest.wire(logged) as wire:
        wire.send(b"nonsense\r\n\r\n")
        reply = wire.read()
    assert lines_of(logged, reply.headers["x-request-id"])[0]["status"] == 400


def test_a_stream_has_a_line_and_an_id(logged):
    with rest.wire(logged) as wire:
        wire.send(rest.request("GET", "/v1/watch", headers={"X-Request-Id": "stream-1"}))
        (line,) = lines_of(logged, "stream-1")
        assert (line["route"], line["status"]) == ("/v1/watch", 200)


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_and_keys_are_never_logged(form):
    with serving("--log-format", form, "--log-level", "trace") as server:
        secret = "mein-geheimer-schluessel"
        body = {"key": secret + "/k", "owner": secret, "reason": secret, "metadata": {"m": secret}}
        grant = rest.post(server, "/v1/acquire", body).json
        handle = grant["lease"]["handle"]
        lease = grant["lease"]["id"]
        bearer = {"Authorization": "Bearer hf_" + secret, "X-Holdfast-Lease": handle, "Cookie": secret}
        assert rest.post(server, "/v1/acquire", body, headers=bearer).status == 409
        assert rest.post(server, "/v1/renew", {"lease": handle}, headers=bearer).status == 200
        assert rest.post(server, "/v1/renew", {"lease": handle + "x"}).status == 410
        assert rest.post(server, "/v1/renew", {secret: 1}).status == 400
        assert rest.get(server, "/v1/locks/" + secret + "/k", headers=bearer).status == 200
        assert rest.get(server, "/v1/leases/" + handle).status == 404
        assert rest.get(server, "/" + handle).status == 404
        last = rest.call(server, "DELETE", "/v1/leases/" + lease, headers=bearer)
        assert last.status == 200
        eventually(lambda: last.headers["x-request-id"] in server.log(), "the last line")
        for hidden in (secret, handle, handle.split(".")[1]):
            assert hidden not in server.log()


def test_no_client_breaks_a_line_of_text():
    with serving("--log-level", "trace", "--trusted-proxies", "127.0.0.0/8") as server:
        for hostile in (b"a\x1b[31mred", b"x\x0bfake: line", b"\xff\xfe", b"a\tb", b"2026-01-01 error: fake"):
            head = b"GET /v1/lock?key=" + hostile.replace(b" ", b"%0a") + b" HTTP/1.1\r\nHost: localhost\r\n"
            for name in (b"X-Request-Id", b"Traceparent", b"X-Forwarded-For", b"Origin"):
                with rest.wire(server) as wire:
                    wire.send(head + name + b": " + hostile + b"\r\n\r\n")
                    assert wire.read().status in (200, 400, 403)
        last = rest.get(server, "/healthz").headers["x-request-id"]
        eventually(lambda: last in server.log(), "the last line")
        for line in server.lines:
            assert LINE.fullmatch(line), line


def test_debug_lines_are_not_there_unless_asked_for(tmp_path):
    with serving() as server:
        reply = rest.get(server, "/nowhere")
        server.process.terminate()
        server.process.wait()
        eventually(lambda: "stopped" in server.log(), "the last line")
        assert reply.headers["x-request-id"] not in server.log()


def test_a_failure_is_a_warning_and_a_flood_of_them_is_not_one_of_lines():
    """The limit of connections: a client can be refused with 503 as often as it likes."""
    with serving("--max-connections", "1", "--log-format", "json") as server:
        with rest.wire(server) as first:
            assert first.ask("GET", "/healthz").status == 200
            for _ in range(60):
                with rest.wire(server) as wire:
                    reply = wire.read()
                    assert reply is None or reply.status == 503
        eventually(lambda: "request failed" in server.log(), "a warning")
        found = [json.loads(line) for line in server.lines if "request failed" in line]
        assert 1 <= len(found) <= 40
        assert found[0]["level"] == "warning" and found[0]["code"] == "overloaded" and found[0]["detail"]


@pytest.mark.skipif(not shutil.which("strace"), reason="slow operation: strace is not installed")
def test_a_slow_operation_is_told_with_its_parts(tmp_path):
    with serving("--journal", f"file:{tmp_path}/data", "--slow-operation", "100ms", "--log-format", "json") as server:
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,pwritev,pwritev2", "-e",
                                   "inject=pwrite64,pwritev,pwritev2:delay_enter=300000", "-p",
                                   str(server.process.pid)], stderr=subprocess.DEVNULL)
        try:
            status = f"/proc/{server.process.pid}/status"
            traced = lambda: "TracerPid:\t0" not in open(status).read()
            eventually(lambda: traced() or tracer.poll() is not None, "strace is attached")
            if tracer.poll() is not None:
                pytest.skip("slow operation: strace may not attach here")
            body = {"keys": ["a", "b", "c"], "request_id": "slow-1"}
            assert rest.post(server, "/v1/acquire", body).status == 200
        finally:
            tracer.terminate()
            tracer.wait()
        line = next(line for line in lines_of(server, "slow-1") if line["text"] == "slow operation")
        assert line["level"] == "warning" and line["route"] == "/v1/acquire" and line["keys"] == 3
        assert line["append_ms"] >= 300 and line["queue_ms"] >= 0
