"""What one client may use: connections, requests a second, waits; and what is never turned away."""

import contextlib
import signal

import rest
from harness import wait_until
from serving import serving


def test_connections_of_one_client():
    with serving("--max-connections-per-client", 3) as server, contextlib.ExitStack() as ends:
        wires = [ends.enter_context(rest.wire(server)) for _ in range(3)]
        for wire in wires:
            assert wire.ask("GET", "/healthz").status == 200
        with rest.wire(server) as one_more:
            reply = one_more.read()
            assert (reply.status, reply.code) == (429, "too_many_requests")
            assert int(reply.headers["retry-after"]) >= 1
        wires[0].close()
        wait_until(lambda: can_connect(server), "there is room again")


def can_connect(server):
    with contextlib.suppress(OSError), rest.wire(server) as wire:
        reply = wire.ask("GET", "/healthz")
        return reply is not None and reply.status == 200
    return False


def test_requests_a_second_spare_renewals_and_releases():
    with serving("--max-requests-per-client", 5) as server, rest.wire(server) as wire:
        grant = wire.ask("POST", "/v1/acquire", {"key": "a"}).json
        handle = {"lease": grant["lease"]["handle"]}
        replies = [wire.ask("POST", "/v1/acquire", {"key": f"b/{n}"}) for n in range(100)]
        refused = [reply for reply in replies if reply.status == 429]
        assert refused and all(reply.code == "too_many_requests" for reply in refused)
        assert all(wire.ask("POST", "/v1/renew", handle).status == 200 for _ in range(100))
        assert wire.ask("GET", "/healthz").status == 200
        assert wire.ask("POST", "/v1/release", handle).status == 200
        wait_until(lambda: wire.ask("POST", "/v1/acquire", {"key": "c"}).status == 200, "requests come back")


def test_waits_of_one_client_count_their_keys():
    with serving("--max-waits-per-client", 4) as server, contextlib.ExitStack() as ends:
        for key in "abc":
            rest.held(server, key)
        waiter = ends.enter_context(rest.wire(server))
        waiter.send(rest.request("POST", "/v1/acquire", {"keys": ["a", "b", "c"], "wait_ms": -1}))
        wait_until(lambda: rest.show(server, "a")["queue_length"] == 1, "it waits")
        reply = rest.post(server, "/v1/acquire", {"keys": ["a", "b"], "wait_ms": 1000})
        assert (reply.status, reply.code) == (429, "too_many_requests")
        assert rest.post(server, "/v1/acquire", {"keys": ["a", "b"]}).code == "held", "who does not wait is not counted"
        assert rest.post(server, "/v1/acquire", {"key": "a", "wait_ms": 1}).code == "held", "there is room for one"
        waiter.close()
        wait_until(lambda: rest.post(server, "/v1/acquire", {"keys": ["a", "b"], "wait_ms": 1}).code == "held",
                   "its share is given back when it hangs up")


def test_limits_are_reloaded(tmp_path):
    config = tmp_path / "holdfast.toml"
    config.write_text('journal = "memory:"\nlisten = ["127.0.0.1:0"]\n')
    with serving("--config", config) as server:
        assert all(rest.get(server, "/v1/status").status == 200 for _ in range(50))
        config.write_text(config.read_text() + "max-requests-per-client = 2\n")
        server.signal_and_wait(signal.SIGHUP, "reloaded")
        assert 429 in [rest.get(server, "/v1/status").status for _ in range(50)]


def test_a_trusted_proxy_is_many_clients():
    with serving("--max-requests-per-client", 2, "--max-connections-per-client", 1, "--trusted-proxies",
                 "127.0.0.1/32") as server, contextlib.ExitStack() as ends:
        wires = [ends.enter_context(rest.wire(server)) for _ in range(3)]
        for number, wire in enumerate(wires):
            for _ in range(2):
                reply = wire.ask("GET", "/v1/status", headers={"X-Forwarded-For": f"192.0.2.{number}"})
                assert reply.status == 200, reply.body
