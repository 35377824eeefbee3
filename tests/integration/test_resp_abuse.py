"""The Redis protocol and clients that mean no good, or are many: bounds in size, time, memory, rate and number."""

import contextlib
import os
import pathlib
import random
import socket
import ssl

import pytest
import redis
import rig
from certificates import Authority
from harness import wait_until
from resp import Refused, Resp, address_of, command, resp, server, wait_for_queue  # noqa: F401
from serving import serving


def resident_bytes(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


@pytest.mark.parametrize("data, why", [
    (b"*1025\r\n", "invalid multibulk length"), (b"*1\r\n$1048577\r\n", "invalid bulk length"),
    (b"*2\r\n$4\r\nECHO\r\n$-5\r\n", "invalid bulk length"), (b"*1\r\n:1\r\n", "expected '$'"),
    (b"*99999999999999999999999999\r\n", "invalid length"), (b"a" * 65537, "too big inline request"),
    (b"ECHO 'x\r\n", "unbalanced quotes"), (b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nACQUIRE a\r\n", "HTTP"),
    (b"\x16\x03\x01\x02\x00", "neither a command"), (b"\x00", "neither a command"),
])
def test_what_is_not_the_protocol_ends_the_connection(server, data, why):
    with Resp(server.resp) as connection:
        connection.sock.sendall(b"PING\r\n" + data)
        assert connection.read() == "PONG"
        error = connection.read()
        assert error.line.startswith("ERR Protocol error: ") and why in error.line
        assert connection.at_end()


def test_errors_come_behind_the_replies_before_them(server):
    with Resp(server.resp) as connection:
        connection.sock.sendall(command("ACQUIRE", "abuse/order", "TTL", 60000) + b"*x\r\n")
        assert isinstance(connection.read(), list)
        assert connection.read().line.startswith("ERR Protocol error") and connection.at_end()


def test_the_largest_command(server, resp):
    text = "x" * (1024 * 1024 - 100)
    assert resp("ECHO", text) == text
    assert resp.refused("ACQUIRE", *(f"k{i}" for i in range(1023))).word == "INVALID"
    assert len(resp("ACQUIRE", *(f"abuse/many/{i}" for i in range(256)), "TTL", 60000)) == 260


def test_random_bytes(server, resp):
    chance = random.Random(5)
    likely = b"*$:+-\r\n0123456789 ACQUIRE RENEW PING '\"\\x"
    for _ in range(150):
        with Resp(server.resp) as connection, contextlib.suppress(ConnectionError):
            size = chance.randrange(1, 4000)
            data = bytes(chance.choice(likely) if chance.random() < 0.95 else chance.randrange(256) for _ in range(size))
            connection.sock.sendall(data)
            connection.sock.shutdown(socket.SHUT_WR)
            while connection.sock.recv(65536):
                pass
    assert resp("PING") == "PONG"


def test_half_a_command_is_not_waited_for(server, resp):
    """Neither when nothing follows nor when it comes byte by byte, while who has asked once may be idle."""
    assert resp("PING") == "PONG"
    with Resp(server.resp) as silent, Resp(server.resp) as slow:
        silent.sock.sendall(b"*2\r\n$4\r\nECHO\r\n$100")
        slow.sock.sendall(b"ECHO ")
        slow.sock.settimeout(0.2)

        def cut_off():
            with contextlib.suppress(TimeoutError):
                slow.sock.sendall(b"x")
                return slow.sock.recv(200)
            return None

        said = wait_until(cut_off, "the slow one is cut off")
        assert said.startswith(b"-ERR Protocol error: the command did not arrive in time")
        assert "in time" in silent.read().line and silent.at_end()
    assert resp("PING") == "PONG"


def test_who_never_reads_holds_little(server, resp):
    for i in range(300):
        server.rest.acquire(f"abuse/big/{i}", owner="o" * 200, reason="r" * 900, ttl_ms=600000)
    before = resident_bytes(server)
    with contextlib.ExitStack() as ends:
        for _ in range(20):
            deaf = ends.enter_context(Resp(server.resp))
            deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.sock.settimeout(1)
            with contextlib.suppress(TimeoutError):
                deaf.sock.sendall(command("LOCKS", "PREFIX", "abuse/big/", "COUNT", 1000) * 2000)
        for _ in range(100):
            assert resp("PING") == "PONG"
        assert resident_bytes(server) - before < 128 << 20


def test_ten_thousand_idle_connections(tmp_path):
    rig.raise_descriptor_limit()
    with serving("--max-connections", 11000) as server, contextlib.ExitStack() as ends:
        address = address_of(server)
        before = resident_bytes(server)
        count = 10000
        connections = []
        for _ in range(count):
            connection = ends.enter_context(Resp(address))
            connection.sock.sendall(b"PING\r\n")
            connections.append(connection)
        assert all(connection.read() == "PONG" for connection in connections)
        each = (resident_bytes(server) - before) / count
        print(f"an idle connection takes {each:.0f} bytes")
        assert each < 20 << 10


def test_connections_are_counted_together_with_those_of_http():
    with serving("--max-connections", 3) as server, contextlib.ExitStack() as ends:
        address = address_of(server)

        def fill():
            """Three, once the one that asked for the address is gone."""
            with contextlib.ExitStack() as tried:
                connections = [tried.enter_context(Resp(address)) for _ in range(3)]
                with contextlib.suppress(Refused):
                    if all(connection("PING") == "PONG" for connection in connections):
                        return tried.pop_all()
            return None

        ends.enter_context(wait_until(fill, "there is room for three"))
        with Resp(address) as one_more:
            assert one_more.read().word == "OVERLOADED" and one_more.at_end()
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as http:
            assert http.recv(100).startswith(b"HTTP/1.1 503")


def test_requests_a_second_spare_renewals_and_releases():
    with serving("--max-requests-per-client", 5) as server, Resp(address_of(server)) as connection:
        handle = wait_until(lambda: connected(connection, "ACQUIRE", "a", "TTL", 60000), "an acquire passes")[0]
        words = [connection.refused("NOTHING").word for _ in range(50)]
        assert set(words) == {"ERR"}
        refused = []
        for i in range(100):
            connection.send("ACQUIRE", f"b/{i}")
            reply = connection.read()
            refused += [reply] if isinstance(reply, Refused) else []
        assert refused and {refusal.word for refusal in refused} == {"TOOMANYREQUESTS"}
        assert all(connection("RENEW", handle) for _ in range(50))
        assert connection("PING") == "PONG" and connection("RELEASE", handle) == 1


def connected(connection, *words):
    try:
        return connection(*words)
    except Refused:
        return None


def test_waits_and_connections_of_one_client():
    with serving("--max-waits-per-client", 1, "--max-connections-per-client", 4) as server:
        address = address_of(server)
        with Resp(address) as holder, Resp(address) as first, Resp(address) as second:
            holder("ACQUIRE", "k", "TTL", 60000)
            first.send("ACQUIRE", "k", "WAIT", -1)
            wait_until(lambda: "queue_length\r\n:1" in raw(holder, "LOCKINFO", "k"), "one waits")
            assert second.refused("ACQUIRE", "k", "WAIT", 1000).word == "TOOMANYREQUESTS"
            first.close()
            wait_until(lambda: connected(second, "ACQUIRE", "k2", "WAIT", 1), "its share is free again")


def raw(connection, *words):
    connection.send(*words)
    reply = connection.read()
    return "\r\n".join(f"{name}\r\n:{value}" for name, value in zip(reply[::2], reply[1::2]))


def test_tls(tmp_path):
    authority = Authority(tmp_path)
    cert, key = authority.sign("server")
    with serving("--tls-cert", cert, "--tls-key", key, "--resp-listen", "127.0.0.1:0") as server:
        address = server._wait_for(r"serving the Redis protocol on rediss://(\S+)")
        host, port = address.split(":")
        client = redis.Redis(host=host, port=int(port), ssl=True, ssl_ca_certs=str(authority.cert))
        grant = client.execute_command("ACQUIRE", "k", "TTL", 60000)
        pipeline = client.pipeline(transaction=False)
        for i in range(500):
            pipeline.echo("x" * 500)
        assert len(pipeline.execute()) == 500
        assert client.execute_command("RELEASE", grant[0]) == 1
        context = ssl.create_default_context(cafile=str(authority.cert))
        with context.wrap_socket(socket.create_connection((host, int(port))), server_hostname="localhost") as waiting:
            client.execute_command("ACQUIRE", "w", "TTL", 60000)
            waiting.sendall(command("ACQUIRE", "w", "WAIT", -1))
            queue = lambda: client.execute_command("LOCKINFO", "w")  # noqa: E731
            wait_until(lambda: dict(zip(queue()[::2], map(str, queue()[1::2])))[b"queue_length"] == "1", "it waits")
        wait_until(lambda: dict(zip(queue()[::2], map(str, queue()[1::2])))[b"queue_length"] == "0", "it has left")
        with Resp((host, int(port))) as plain:
            plain.sock.sendall(b"PING\r\n")
            with contextlib.suppress(ConnectionError):
                assert b"PONG" not in plain.sock.recv(100)
