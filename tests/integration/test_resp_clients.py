"""The Redis protocol with programs that others wrote: redis-cli, redis-benchmark, redis-py; and what the rest send."""

import os
import pty
import re
import shutil
import subprocess

import pytest
from harness import wait_until
from resp import Resp, as_map, resp, server  # noqa: F401

redis = pytest.importorskip("redis")
needs_tools = pytest.mark.skipif(shutil.which("redis-cli") is None, reason="redis-tools are not installed")


def cli(server, *words, env=None):
    host, port = server.resp
    done = subprocess.run(["redis-cli", "-h", host, "-p", str(port), *map(str, words)], capture_output=True, text=True,
                          timeout=60, env={**os.environ, **(env or {})})
    return done.stdout.strip(), done.stderr.strip()


@needs_tools
def test_redis_cli(server):
    out, err = cli(server, "ACQUIRE", "cli/k", "TTL", 60000, "OWNER", "two words")
    assert err == "" and len(out.splitlines()) == 5
    handle = out.splitlines()[0]
    assert cli(server, "ACQUIRE", "cli/k")[0].startswith("HELD key=cli/k owner=two%20words expires_in_ms=")
    assert "exclusive" in cli(server, "-3", "LOCKINFO", "cli/k")[0]
    assert cli(server, "RELEASE", handle) == ("1", "")
    assert "NOAUTH" not in cli(server, "PING", env={"REDISCLI_AUTH": "hf_x"})[0]


@needs_tools
def test_redis_cli_as_a_person_uses_it(server):
    """On a terminal it asks for the command table at once, for its help and its hints."""
    host, port = server.resp
    ours, theirs = pty.openpty()
    process = subprocess.Popen(["redis-cli", "-h", host, "-p", str(port)], stdin=theirs, stdout=theirs, stderr=theirs,
                               env={**os.environ, "TERM": "dumb", "HOME": "/nonexistent"})
    os.close(theirs)
    said = b""

    def until(pattern):
        nonlocal said

        def read():
            nonlocal said
            said += os.read(ours, 4096)
            return re.search(pattern, said)

        return wait_until(read, f"redis-cli says {pattern!r}")

    try:
        until(rb"\d> $")
        os.write(ours, b"help ACQUIRE\n")
        until(rb"Takes all of the keys or none")
        os.write(ours, b"PING\n")
        until(rb"PONG")
        os.write(ours, b"quit\n")
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@needs_tools
def test_redis_benchmark(server):
    host, port = server.resp
    done = subprocess.run(["redis-benchmark", "-h", host, "-p", str(port), "-q", "-n", "2000", "-c", "20", "-P", "4",
                           "-t", "ping"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "WARNING" not in done.stderr + done.stdout, done
    assert len(re.findall(r"PING_\w+: [\d.]+ requests per second", done.stdout)) == 2
    done = subprocess.run(["redis-benchmark", "-h", host, "-p", str(port), "-q", "-n", "2000", "-r", "100000000", "-P",
                           "8", "ACQUIRE", "rb/__rand_int__", "TTL", "60000"], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0 and "requests per second" in done.stdout, done
    assert server.rest.get("/v1/locks?prefix=rb/&limit=1000")[1]["next_cursor"]


def test_redis_py(server):
    host, port = server.resp
    client = redis.Redis(host=host, port=port, password="hf_anything", client_name="py-1", decode_responses=True,
                         health_check_interval=1, socket_timeout=60)
    assert client.ping() and client.echo("x") == "x" and client.client_getname() == "py-1"
    handle, ttl, _, _, token = client.execute_command("ACQUIRE", "py/k", "TTL", 60000)
    assert ttl == 60000 and client.execute_command("FENCE", "py/k", token) == 1
    assert server.rest.lock("py/k")["holders"][0]["owner"] == "py-1"
    with pytest.raises(redis.ResponseError, match="HELD key=py/k owner=py-1"):
        client.execute_command("ACQUIRE", "py/k")
    pipeline = client.pipeline(transaction=False)
    for i in range(1000):
        pipeline.execute_command("ACQUIRE", f"py/pipe/{i}", "TTL", 60000)
    tokens = [grant[4] for grant in pipeline.execute()]
    assert tokens == sorted(tokens) and len(set(tokens)) == 1000
    assert client.info("replication")["role"] == "master" and client.info()["loading"] == 0
    assert client.config_get("*")["appendonly"] == "yes" and client.client_id() > 0
    assert client.command_count() == len(client.execute_command("COMMAND"))
    assert client.execute_command("RELEASE", handle) == 1
    client.close()


# What other libraries send when they connect, from their sources: none of it may be an error, or it must be one that
# the library takes for an old server.
CONNECTING = {
    "go-redis 9": [("HELLO", "3", "SETNAME", "app"), ("CLIENT", "SETINFO", "LIB-NAME", "go-redis(,go1.22)"),
                   ("CLIENT", "SETINFO", "LIB-VER", "9.5.1")],
    "go-redis 9 with a password": [("HELLO", "3", "AUTH", "default", "x")],
    "ioredis 5": [("AUTH", "x"), ("SELECT", "0"), ("CLIENT", "SETNAME", "app"), ("INFO",)],
    "node-redis 4": [("CLIENT", "SETINFO", "LIB-NAME", "node-redis"), ("CLIENT", "SETINFO", "LIB-VER", "4.7.0"),
                     ("SELECT", "0")],
    "Jedis 5": [("AUTH", "default", "x"), ("CLIENT", "SETINFO", "LIB-NAME", "jedis"),
                ("CLIENT", "SETINFO", "LIB-VER", "5.1.0"), ("SELECT", "0"), ("CLIENT", "SETNAME", "app")],
    "Lettuce 6": [("HELLO", "3"), ("CLIENT", "SETINFO", "lib-name", "Lettuce"),
                  ("CLIENT", "SETINFO", "lib-ver", "6.3.2.RELEASE/8941aea"), ("PING",), ("QUIT",)],
    "redis-py 5": [("HELLO", "3", "AUTH", "default", "x"), ("CLIENT", "SETINFO", "LIB-NAME", "redis-py"),
                   ("CLIENT", "SETINFO", "LIB-VER", "5.0.3")],
    "StackExchange.Redis 2": [("HELLO", "3"), ("CLIENT", "SETNAME", "app"), ("CLIENT", "ID"), ("CONFIG", "GET", "timeout"),
                              ("CONFIG", "GET", "databases"), ("INFO", "replication"), ("INFO", "server"),
                              ("ECHO", "x")],
}


@pytest.mark.parametrize("library", CONNECTING)
def test_what_libraries_send_at_connect(server, library):
    with Resp(server.resp) as connection:
        for words in CONNECTING[library]:
            connection(*words)


def test_client(server, resp):
    number = resp("CLIENT", "ID")
    assert resp("CLIENT", "GETNAME") is None
    assert resp("CLIENT", "SETNAME", "me") == "OK" and resp("CLIENT", "GETNAME") == "me"
    assert resp.refused("CLIENT", "SETNAME", "two words").word == "ERR"
    assert resp("CLIENT", "SETINFO", "LIB-NAME", "x") == "OK"
    assert resp.refused("CLIENT", "SETINFO", "COLOUR", "x").word == "ERR"
    port = resp.sock.getsockname()[1]
    line = resp("CLIENT", "INFO")
    assert line.startswith(f"id={number} addr=127.0.0.1:{port} name=me ") and "lib-name=x" in line and "resp=2" in line
    assert resp("CLIENT", "LIST") == line, "of one's own connection"
    assert resp("CLIENT", "NO-EVICT", "on") == "OK" and resp("CLIENT", "NO-TOUCH", "off") == "OK"
    for words in (("KILL", "ID", "1"), ("TRACKING", "ON"), ("NONSENSE",), ("SETNAME",)):
        assert resp.refused("CLIENT", *words).word == "ERR"
    assert resp("RESET") == "RESET" and resp("CLIENT", "GETNAME") is None


def test_the_command_table(resp):
    names = resp("COMMAND", "LIST")
    assert len(names) == resp("COMMAND", "COUNT") == len(resp("COMMAND")) and "acquire" in names
    acquire, nothing = resp("COMMAND", "INFO", "ACQUIRE", "nonsense")
    assert acquire[:3] == ["acquire", -2, ["write", "fast", "blocking"]] and nothing is None
    docs = as_map(resp("COMMAND", "DOCS", "acquire", "nonsense"))
    assert list(docs) == ["acquire"] and as_map(docs["acquire"])["summary"] == "Takes all of the keys or none"
    assert len(as_map(resp("COMMAND", "DOCS"))) == len(names)
    assert resp.refused("COMMAND", "NONSENSE").word == "ERR"
    for entry in resp("COMMAND"):
        short = [entry[0]] + ["x"] * (abs(entry[1]) - 2)
        if abs(entry[1]) >= 2:
            assert resp.refused(*short).line.startswith("ERR wrong number of arguments"), entry[0]


def test_info_and_config(server, resp):
    info = dict(line.split(":", 1) for line in resp("INFO").splitlines() if ":" in line)
    assert info["role"] == "master" and info["loading"] == "0" and info["process_id"] == str(server.process.pid)
    assert resp("INFO", "replication").startswith("# Replication\r\nrole:master")
    assert resp("INFO", "nonsense") == ""
    assert resp("CONFIG", "GET", "save", "appendonly") == ["save", "", "appendonly", "yes"]
    assert resp("CONFIG", "GET", "nonsense") == []
    assert resp.refused("CONFIG", "SET", "save", "1").word == "ERR"
