"""/metrics as Prometheus sees it, and the statistics that a lock shows of itself."""

import http.client
import re
import time

import pytest
import rest
from rest import acquire, eventually, get, held, post, server  # noqa: F401
from serving import serving

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? ([0-9.e+-]+|\+Inf|NaN)')


class Scrape:
    """One reading: every line must be one that the text format allows, under a TYPE line of its family."""

    def __init__(self, text):
        self.samples, self.types = {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.types, "the family is there twice: " + name
                self.types[name] = kind
            elif not line.startswith("# HELP "):
                match = SAMPLE.fullmatch(line)
                assert match, line
                name, labels, value = match.groups()
                assert re.sub("_(bucket|sum|count)$", "", name) in self.types or name in self.types, line
                key = (name, tuple(sorted(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels or ""))))
                assert key not in self.samples, line
                self.samples[key] = float(value)

    def __call__(self, metric, **labels):
        return self.samples.get((metric, tuple(sorted(labels.items()))), 0)

    def label_values(self, metric, label):
        return {dict(labels).get(label) for name, labels in self.samples if name == metric}


def scrape(server):  # noqa: F811
    reply = get(server, "/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Scrape(reply.body.decode())


def difference(server, what):  # noqa: F811
    """What `what()` changes: reads a metric before and after."""
    before = scrape(server)
    what()
    after = scrape(server)
    return lambda metric, **labels: after(metric, **labels) - before(metric, **labels)


def test_requests_and_refusals_are_counted_by_route_status_and_code(server):  # noqa: F811
    def load():
        lease = held(server, "count/a")["lease"]["handle"]
        assert acquire(server, "count/a").status == 409
        assert post(server, "/v1/acquire", {"key": "", "x": 1}).status == 400
        assert post(server, "/v1/release", {"lease": lease}).status == 200
        assert get(server, "/nothing").status == 404
        assert get(server, "/v1/locks/count/a").status == 200

    changed = difference(server, load)
    route = {"method": "POST", "route": "/v1/acquire"}
    assert changed("holdfast_requests_total", status="200", **route) == 1
    assert changed("holdfast_requests_total", status="409", **route) == 1
    assert changed("holdfast_requests_total", status="400", **route) == 1
    assert changed("holdfast_requests_total", status="404", method="", route="none") == 1
    assert changed("holdfast_requests_total", status="200", method="GET", route="/v1/locks/{key...}") == 1
    assert changed("holdfast_request_seconds_count", **route) == 3
    assert changed("holdfast_refusals_total", code="held") == 1
    assert changed("holdfast_refusals_total", code="invalid_argument") == 1
    assert changed("holdfast_refusals_total", code="not_found") == 1


def test_what_is_no_http_is_counted_too(server):  # noqa: F811
    def load():
        with rest.wire(server) as wire:
            wire.send(b"nonsense\r\n\r\n")
            assert wire.read().status == 400

    changed = difference(server, load)
    assert changed("holdfast_requests_total", status="400", method="", route="none") == 1


def test_grants_holds_and_waits(server):  # noqa: F811
    def load():
        first = held(server, "events/a", ttl_ms=60000)["lease"]["handle"]
        assert post(server, "/v1/renew", {"lease": first}).status == 200
        assert acquire(server, "events/a", wait_ms=30).json["code"] == "held"
        assert post(server, "/v1/release", {"lease": first}).status == 200
        held(server, "events/b", ttl_ms=100)
        eventually(lambda: rest.show(server, "events/b")["state"] == "free", "the lease expires")

    changed = difference(server, load)
    assert changed("holdfast_grants_total") == 2
    assert changed("holdfast_leases_opened_total") == 2
    assert changed("holdfast_renewals_total") == 1
    assert changed("holdfast_holds_ended_total", how="release") == 1
    assert changed("holdfast_holds_ended_total", how="expiry") == 1
    assert changed("holdfast_waits_total") == 1
    assert changed("holdfast_waits_ended_total", outcome="timed_out") == 1
    assert changed("holdfast_wait_seconds_count", prefix="events") == 2
    assert changed("holdfast_hold_seconds_count", prefix="events") == 2
    assert changed("holdfast_hold_seconds_sum", prefix="events") > 0.1


def test_a_wait_is_not_the_servers_time(server):  # noqa: F811
    def load():
        held(server, "slow/a", ttl_ms=800)
        assert held(server, "slow/a", wait_ms=60000, ttl_ms=100)["waited_ms"] > 300

    changed = difference(server, load)
    assert changed("holdfast_waits_ended_total", outcome="granted") == 1
    assert changed("holdfast_wait_seconds_sum", prefix="slow") > 0.3
    busy = changed("holdfast_request_seconds_sum", method="POST", route="/v1/acquire")
    assert busy < changed("holdfast_wait_seconds_sum", prefix="slow"), "the wait is in it"


def test_gauges_follow_the_state(server):  # noqa: F811
    before = scrape(server)
    kept = [held(server, f"gauge/{i}")["lease"]["handle"] for i in range(3)]
    during = scrape(server)
    for name in ("locks", "holds", "leases"):
        assert during("holdfast_" + name) - before("holdfast_" + name) == 3, name
    assert during("holdfast_revision") > before("holdfast_revision")
    assert during("holdfast_entries") > before("holdfast_entries")
    assert during("holdfast_append_seconds_count") >= before("holdfast_append_seconds_count") + 3
    assert during("holdfast_events_per_entry_sum") >= before("holdfast_events_per_entry_sum") + 6
    assert during("holdfast_commands_per_entry_sum") >= before("holdfast_commands_per_entry_sum") + 3
    assert during("holdfast_queue_seconds_count") >= before("holdfast_queue_seconds_count") + 3
    assert during("holdfast_epoch") == 1 and during("holdfast_journal_writable") == 1
    assert during("holdfast_watchers") == 0
    assert during("holdfast_connections", protocol="http") >= 1 and during("holdfast_connections_limit") > 1000
    for lease in kept:
        assert post(server, "/v1/release", {"lease": lease}).status == 200


def test_the_process(server):  # noqa: F811
    told = scrape(server)
    assert abs(told("process_start_time_seconds") - time.time()) < 600
    assert told("process_resident_memory_bytes") > 1 << 20
    assert 3 < told("process_open_fds") <= told("process_max_fds")
    assert told("process_cpu_seconds_total") > 0
    assert told.label_values("holdfast_build_info", "version")
    assert abs(told("holdfast_clock_error_seconds")) < 1
    assert told("holdfast_time_lost_seconds_total") >= 0


def test_prefixes_are_bounded(server):  # noqa: F811
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=rest.DEADLINE)
    for i in range(150):
        connection.request("POST", "/v1/acquire", '{"key": "many-%d/x"}' % i, {"Content-Type": "application/json"})
        connection.getresponse().read()
    told = scrape(server)
    assert len(told.label_values("holdfast_wait_seconds_count", "prefix")) <= 101
    assert told("holdfast_wait_seconds_count", prefix="other") >= 50


def test_a_separate_listener_has_metrics_and_probes_and_nothing_else(tmp_path):
    with serving("--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--metrics-listen",
                 f"unix:{tmp_path}/metrics.sock") as running:
        rest.eventually(lambda: (tmp_path / "metrics.sock").exists(), "the listener is there")
        sock = rest.socket.socket(rest.socket.AF_UNIX)
        sock.connect(f"{tmp_path}/metrics.sock")
        with rest.Wire(sock) as wire:
            assert Scrape(wire.ask("GET", "/metrics").body.decode())("holdfast_epoch") == 1
            assert wire.ask("GET", "/healthz").status == 200
            assert wire.ask("GET", "/v1/status").status == 404
        assert running.process.poll() is None


def test_head_and_queries(server):  # noqa: F811
    assert rest.call(server, "HEAD", "/metrics").status == 200
    assert get(server, "/metrics?name=x").status == 400
    assert post(server, "/metrics", {}).status == 405


def test_a_lock_tells_its_statistics(server):  # noqa: F811
    assert rest.show(server, "stats/never")["stats"] is None
    lease = held(server, "stats/a")["lease"]["handle"]
    first = rest.show(server, "stats/a")["stats"]
    assert first == {"grants": 1, "refusals": 0, "timeouts": 0, "wait_ms_p50": 0, "wait_ms_p99": 0,
                     "hold_ms_p50": None, "hold_ms_p99": None}
    assert acquire(server, "stats/a").status == 409
    assert acquire(server, "stats/a", wait_ms=20).status == 409
    assert post(server, "/v1/release", {"lease": lease}).status == 200
    after = get(server, "/v1/locks/stats/a").json["stats"]
    assert (after["grants"], after["refusals"], after["timeouts"]) == (1, 1, 1)
    assert after["hold_ms_p50"] >= 20 and after["hold_ms_p99"] >= after["hold_ms_p50"]
    assert after["wait_ms_p50"] == 0, "a wait that ended without a grant is none of its waits"


@pytest.mark.parametrize("name", ["holdfast_snapshot_age_seconds"])
def test_there_is_no_age_of_a_snapshot_that_is_not_there(server, name):  # noqa: F811
    assert (name, ()) not in scrape(server).samples
