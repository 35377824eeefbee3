"""The Redis protocol: connections, and the commands that take and give back locks, beside what REST says."""

import pytest
from harness import Server

from resp import Refused, Resp, address_of, command, is_handle, resp, server, wait_for_queue  # noqa: F401
from serving import run_serve, serving


def test_ping_and_lines(resp):
    assert resp("PING") == "PONG" and resp("ping", "hello") == "hello" and resp("ECHO", "a\r\nb") == "a\r\nb"
    resp.sock.sendall(b"PING\r\nECHO 'two words'\r\n")
    assert resp.read() == "PONG" and resp.read() == "two words"
    assert resp("SELECT", "0") == "OK" and resp.refused("SELECT", "1").word == "ERR"
    assert resp("AUTH", "anything") == "OK" and resp("AUTH", "user", "anything") == "OK"
    assert resp("RESET") == "RESET"
    assert resp("QUIT") == "OK" and resp.at_end()


def test_what_is_no_command(resp):
    assert resp.refused("FOO", "bar").line == "ERR unknown command 'FOO'"
    assert resp.refused("RENEW").line.startswith("ERR wrong number of arguments for 'RENEW' command: RENEW handle")
    assert resp.refused("QUIT\r\n+OK").line == "ERR unknown command 'QUIT  +OK'"
    assert resp("PING") == "PONG"


def test_hello_chooses_the_protocol(resp):
    two = resp("HELLO")
    assert two[two.index("proto") + 1] == 2
    three = resp("HELLO", "3", "AUTH", "default", "x", "SETNAME", "worker-1")
    assert three["proto"] == 3 and three["role"] == "master" and three["modules"] == []
    assert resp.refused("HELLO", "4").word == "NOPROTO"
    handle = resp("ACQUIRE", "resp/hello")[0]
    assert resp("RENEW", handle)[2] is None


def test_acquire_renew_release_as_rest_sees_them(server, resp):
    handle, ttl, waited, revision, token = resp("ACQUIRE", "resp/a", "TTL", 60000, "OWNER", "ann", "REASON", "a b")
    assert is_handle(handle) and ttl == 60000 and waited == 0
    lock = server.rest.lock("resp/a")
    holder = lock["holders"][0]
    assert (holder["owner"], holder["reason"], holder["fencing_token"]) == ("ann", "a b", token)
    assert holder["lease"] == handle.split(".")[0] and lock["revision"] >= revision

    assert resp("RENEW", handle)[0] == 60000
    assert resp("RENEW", handle, 120000)[0] == 120000
    assert server.rest.post("/v1/renew", lease=handle)[1]["lease"]["ttl_ms"] == 120000
    assert server.rest.post("/v1/request-release", key="resp/a", reason="please go")[0] == 200
    assert resp("RENEW", handle)[2] == "please go"
    assert resp("RELEASE", handle) == 1
    assert server.rest.state("resp/a") == "free"
    gone = resp.refused("RENEW", handle)
    assert gone.word == "GONE" and gone.fields["ended_by"] == "release"
    assert resp.refused("RELEASE", "1.nonsense").line == "GONE field=lease - there is no lease with this handle"


def test_held_tells_who_and_for_how_long(server, resp):
    server.rest.acquire("resp/held by", owner="bob & co", ttl_ms=60000, reason="50% done")
    refused = resp.refused("ACQUIRE", "resp/held by")
    assert refused.word == "HELD"
    assert refused.fields["key"] == "resp/held%20by" and refused.fields["owner"] == "bob%20%26%20co"
    assert 0 < int(refused.fields["expires_in_ms"]) <= 60000 and refused.fields["queue"] == "0"
    assert refused.fields["reason"] == "50%25%20done"


def test_several_keys_are_all_or_none(server, resp):
    grant = resp("ACQUIRE", "resp/z", "resp/m", "resp/b", "TTL", 60000)
    tokens = [server.rest.lock(key)["holders"][0]["fencing_token"] for key in ("resp/z", "resp/m", "resp/b")]
    assert grant[4:] == tokens
    assert resp.refused("ACQUIRE", "resp/free", "resp/m").fields["key"] == "resp/m"
    assert server.rest.state("resp/free") == "free"
    assert resp("RELEASE", grant[0], "resp/m", "resp/b") == 2
    assert server.rest.state("resp/m") == "free" and server.rest.state("resp/z") == "exclusive"


def test_keys_that_are_named_like_options(server, resp):
    grant = resp("ACQUIRE", "KEYS", 3, "TTL", "wait", "KEYS", "TTL", 60000)
    assert len(grant) == 7 and server.rest.state("wait") == "exclusive"
    assert resp("RELEASE", grant[0], "KEYS", 2, "KEYS", "wait") == 2
    assert resp("RELEASE", grant[0], "KEEP", 60000, "KEYS", 1, "TTL") == 1
    assert server.rest.state("TTL") == "reserved"
    assert resp.refused("ACQUIRE", "TTL", 5).word == "INVALID"


def test_every_option_of_acquire(server, resp):
    lease = server.rest.post("/v1/leases", ttl_ms=60000)[1]["lease"]
    grant = resp("acquire", "resp/opt", "shared", "group", "g", "permits", 2, "limit", 5, "lease", lease["handle"],
                 "request", "r-1", "reattach", 1000, "claim", 1000, "reason", "why", "wait", 0)
    lock = server.rest.lock("resp/opt")
    holder = lock["holders"][0]
    assert (holder["mode"], holder["group"], holder["permits"], lock["limit"]) == ("shared", "g", 2, 5)
    assert holder["lease"] == lease["id"]
    assert resp.refused("ACQUIRE", "resp/opt", "SHARED", "GROUP", "g", "PERMITS", 2, "LIMIT", 5, "LEASE",
                        lease["handle"]).word == "ALREADYHELD"
    again = resp("ACQUIRE", "resp/opt", "SHARED", "GROUP", "g", "PERMITS", 2, "LIMIT", 5, "LEASE", lease["handle"],
                 "RETURN")
    assert again[4] == grant[4]
    assert resp("ACQUIRE", "resp/opt", "SHARED", "GROUP", "g", "PERMITS", 2, "LIMIT", 5, "LEASE", lease["handle"],
                "REQUEST", "r-1")[4] == grant[4]
    assert resp.refused("ACQUIRE", "resp/other", "REQUEST", "r-1").word == "REQUESTIDREUSED"


def test_a_repeated_request_has_no_token_for_what_it_lost(server, resp):
    lease = server.rest.post("/v1/leases", ttl_ms=60000)[1]["lease"]
    asked = ("ACQUIRE", "resp/y", "resp/x", "LEASE", lease["handle"], "REQUEST", "r-lost")
    grant = resp(*asked)
    assert server.rest.post("/v1/break", key="resp/y", lease=lease["id"], reason="r", now=True)[0] == 200
    assert resp(*asked)[4:] == [None, grant[5]]
    lost = resp.refused("RENEW", lease["handle"])
    assert lost.word == "LOST" and lost.fields["key"] == "resp/y" and lost.fields["ended_by"] == "break"
    assert resp("RELEASE", lease["handle"], "resp/y") == 0 and resp("RENEW", lease["handle"])[0] == 60000


@pytest.mark.parametrize("words, field", [
    (("a", "TTL", "x"), "TTL"), (("a", "TTL"), "TTL"), (("a", "TTL", 5), "ttl_ms"), (("a", "WAIT", -2), "wait_ms"),
    (("a", "a"), "key"), (("a", "SHARED", "BOGUS"), None), (("a", "PERMITS", 2), "permits"),
    (("a\x01",), "key"), (("a", "SHARED", "LIMIT", 0), "limit"), (("KEYS", 2, "a"), "KEYS"),
    (("a", "REQUEST", ""), "request_id"), (("a", "TTL", 1000, "b"), None), ((b"\xff",), "key"),
])
def test_what_is_wrong_is_named(resp, words, field):
    refused = resp.refused("ACQUIRE", *words)
    assert refused.word == "INVALID" and refused.fields.get("field") == field, refused.line


def test_a_pipeline_is_answered_in_order(server, resp):
    count = 500
    words = []
    for i in range(count):
        words += [command("ACQUIRE", f"resp/pipe/{i}", "TTL", 60000), command("ECHO", i),
                  command("ACQUIRE", f"resp/pipe/{i}"), command("NONSENSE", i)]
    resp.sock.settimeout(60)
    resp.sock.sendall(b"".join(words))
    last = 0
    for i in range(count):
        assert resp.read()[4] > last
        assert resp.read() == str(i)
        assert resp.read().fields["key"] == f"resp/pipe/{i}"
        assert resp.read().line == "ERR unknown command 'NONSENSE'"


def test_a_pipeline_is_decided_in_few_batches(server, resp):
    def entries():
        return server.rest.get("/v1/status")[1]["journal"]["sequence"]

    before = entries()
    resp.sock.sendall(b"".join(command("ACQUIRE", f"resp/batch/{i}", "TTL", 60000) for i in range(200)))
    handles = [resp.read()[0] for _ in range(200)]
    between = entries()
    resp.sock.sendall(b"".join(command("RELEASE", handle) for handle in handles))
    assert [resp.read() for _ in handles] == [1] * 200
    assert between - before < 50 and entries() - between < 50


def test_the_order_of_a_pipeline_is_kept_where_the_keeper_would_change_it(resp):
    """Releases overtake what is pending, but not what their own client has asked for before."""
    lease = resp("ACQUIRE", "resp/order/0", "TTL", 60000)[0]
    for i in range(20):
        resp.sock.sendall(command("ACQUIRE", "resp/order/k", "LEASE", lease) + command("RELEASE", lease, "resp/order/k"))
    for i in range(20):
        assert isinstance(resp.read(), list)
        assert resp.read() == 1


def test_a_wait_holds_up_its_own_connection_only(server, resp):
    first = resp("ACQUIRE", "resp/w", "TTL", 60000)
    with Resp(server.resp) as other:
        other.sock.sendall(command("ACQUIRE", "resp/w", "WAIT", 60000, "OWNER", "second") + command("PING"))
        wait_for_queue(server, "resp/w", 1)
        assert resp("PING") == "PONG"
        assert resp("RELEASE", first[0]) == 1
        grant = other.read()
        assert grant[4] > first[4] and grant[2] >= 0
        assert other.read() == "PONG"


def test_a_wait_that_times_out(server, resp):
    resp("ACQUIRE", "resp/t", "TTL", 60000)
    with Resp(server.resp) as other:
        refused = other.refused("ACQUIRE", "resp/t", "WAIT", 50)
        assert refused.word == "HELD" and int(refused.fields["waited_ms"]) >= 50


def test_a_client_that_goes_away_leaves_the_queue(server, resp):
    handle = resp("ACQUIRE", "resp/g", "TTL", 60000)[0]
    for end in (lambda sock: sock.close(), lambda sock: sock.shutdown(1)):
        other = Resp(server.resp)
        other.send("ACQUIRE", "resp/g", "WAIT", -1)
        wait_for_queue(server, "resp/g", 1)
        end(other.sock)
        wait_for_queue(server, "resp/g", 0)
    flood = Resp(server.resp)  # so much behind the wait that nobody could see it go
    flood.send("ACQUIRE", "resp/g", "WAIT", -1)
    wait_for_queue(server, "resp/g", 1)
    with pytest.raises(OSError):
        flood.sock.sendall(command("ECHO", "x" * 1000) * 20000)
    flood.close()
    wait_for_queue(server, "resp/g", 0)
    assert resp("RELEASE", handle) == 1


def test_half_closing_is_no_end_for_what_can_be_answered(server):
    with Resp(server.resp) as connection:
        connection.sock.sendall(b"PING\r\nECHO last\r\n")
        connection.sock.shutdown(1)
        assert connection.read() == "PONG" and connection.read() == "last" and connection.at_end()


def test_unix_sockets_and_addresses(tmp_path):
    path = tmp_path / "resp.sock"
    with serving("--resp-listen", f"unix:{path}", "--resp-listen", "[::1]:0") as running:
        line = running._wait_for(r"serving the Redis protocol on (.*)").split()
        assert line[0] == f"redis+unix:{path}"
        with Resp(str(path)) as connection:
            assert connection("ACQUIRE", "k")[1] == 30000
        assert line[1].startswith("redis://[::1]:")


def test_no_resp_and_a_port_in_use(tmp_path):
    with serving("--resp-listen", "none") as running:
        assert "Redis protocol" not in running.log()
    with serving() as running:
        address = running._wait_for(r"serving the Redis protocol on redis://(\S+)")
        code, _, words = run_serve("--journal", "memory:", "--listen", "127.0.0.1:0", "--resp-listen", address)
        assert code == 1 and f"cannot listen on {address}" in words and "--resp-listen" in words
    code, _, words = run_serve("--resp-listen", "0.0.0.0:7421")
    assert code == 64 and "--resp-listen" in words and "loopback" in words


def test_stopping_answers_what_waits(tmp_path):
    running = Server(tmp_path)
    try:
        with Resp(address_of(running)) as holder, Resp(address_of(running)) as waiting:
            holder("ACQUIRE", "k", "TTL", 60000)
            waiting.send("ACQUIRE", "k", "WAIT", -1)
            wait_for_queue(running, "k", 1)
            running.process.terminate()
            assert waiting.read().word == "NOLEADER" and waiting.at_end()
            assert holder.at_end()
        assert running.process.wait(timeout=20) == 0
    finally:
        running.close()
