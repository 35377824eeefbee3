"""Behind a proxy and beside web pages: base path, advertised address, foreign pages, the client's address."""

import pytest
import rest
from serving import serving

CONSOLE = "https://console.example.org"


@pytest.fixture(scope="module")
def server():
    with serving("--base-path", "/locks", "--advertise", "https://locks.example.org/locks/", "--cors-origin", CONSOLE,
                 "--metrics-listen", "127.0.0.1:0") as running:
        yield running


def test_nothing_is_outside_the_base_path(server):
    for path in ("/locks/healthz", "/locks/v1/status", "/locks/v1/locks?prefix=a", "http://localhost/locks/readyz"):
        assert rest.get(server, path).status == 200, path
    for path in ("/healthz", "/", "/lock", "/locksmith/healthz", "/locks", "/locks/", "/lo%63ks/healthz", "/locks/x",
                 "//locks/healthz", "/v1/status"):
        reply = rest.get(server, path)
        assert (reply.status, reply.code) == (404, "not_found"), path
        assert reply.json["type"] == "/locks/docs/problems#not_found"
    assert rest.post(server, "/locks/v1/acquire", {"key": "a/b"}).status == 200
    assert rest.get(server, "/locks/v1/locks/a/b").json["state"] == "exclusive"
    assert rest.get(server, "/locks/v1/status").json["leader"] == "https://locks.example.org/locks"
    assert rest.get(server.probes(), "/readyz").status == 200


def test_the_base_path_is_part_of_the_default_address():
    with serving("--base-path", "/a/b") as server:
        assert rest.get(server, "/a/b/v1/status").json["leader"] == server.url + "/a/b"


def test_the_advertised_host_may_be_named(server):
    assert rest.get(server, "/locks/healthz", host="locks.example.org").status == 200
    assert rest.get(server, "/locks/healthz", host="evil.example.org").code == "permission_denied"
    page = {"Origin": "https://locks.example.org", "Sec-Fetch-Site": "same-origin"}
    assert rest.post(server, "/locks/v1/acquire", {"key": "page"}, headers=page).status == 200


def test_named_origins_ask_and_read(server):
    asking = {"Origin": CONSOLE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    with rest.wire(server) as wire:
        wire.send(rest.request("OPTIONS", "/locks/v1/acquire", headers=asking))
        reply = wire.read(head_only=True)
        assert reply.status == 204 and "content-length" not in reply.headers
        assert reply.headers["access-control-allow-origin"] == CONSOLE
        assert "POST" in reply.headers["access-control-allow-methods"]
        for name in ("Content-Type", "X-Holdfast-Lease", "Authorization"):
            assert name in reply.headers["access-control-allow-headers"]
        page = {"Origin": CONSOLE, "Sec-Fetch-Site": "cross-site"}
        for key, status in (("cors", 200), ("cors", 409), ("/", 400)):
            reply = wire.ask("POST", "/locks/v1/acquire", {"key": key}, headers=page)
            assert reply.status == status
            assert reply.headers["access-control-allow-origin"] == CONSOLE and reply.headers["vary"] == "Origin"
            assert "X-Holdfast-Revision" in reply.headers["access-control-expose-headers"]
        assert "access-control-allow-origin" not in wire.ask("GET", "/locks/healthz").headers


def test_named_origins_watch(server):
    with rest.wire(server) as wire:
        wire.send(rest.request("GET", "/locks/v1/watch", headers={"Origin": CONSOLE}))
        head = b""
        while b"\r\n\r\n" not in head:
            head += wire.sock.recv(4096)
        assert f"Access-Control-Allow-Origin: {CONSOLE}\r\n".encode() in head and b"200 OK" in head


def test_other_origins_get_nothing(server):
    for origin in ("https://evil.example", "http://console.example.org", CONSOLE + ":444", "null"):
        with rest.wire(server) as wire:
            headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            for reply in (wire.ask("OPTIONS", "/locks/v1/acquire", headers=headers),
                          wire.ask("POST", "/locks/v1/acquire", {"key": "evil"}, headers={"Origin": origin}),
                          wire.ask("GET", "/locks/healthz", headers={"Origin": origin})):
                assert not any(name.startswith("access-control") for name in reply.headers), origin
    assert rest.get(server, "/locks/v1/locks/evil").json["state"] == "free"


def test_without_settings_no_page_is_let_in():
    with serving() as server:
        headers = {"Origin": CONSOLE, "Access-Control-Request-Method": "POST"}
        assert rest.call(server, "OPTIONS", "/v1/acquire", headers=headers).status == 405
        assert rest.post(server, "/v1/acquire", {"key": "a"}, headers={"Origin": CONSOLE}).code == "permission_denied"


@pytest.mark.parametrize("trusted,headers,client", [
    ("127.0.0.0/8", {"X-Forwarded-For": "6.6.6.6, 192.0.2.7"}, "192.0.2.7"),
    ("127.0.0.0/8,192.0.2.0/24", {"X-Forwarded-For": "203.0.113.9:80, 192.0.2.7"}, "203.0.113.9"),
    ("127.0.0.0/8", {"Forwarded": 'for="[2001:db8::7]:80";proto=https'}, "2001:db8::7"),
    ("127.0.0.0/8", {"Forwarded": "for=6.6.6.6", "X-Forwarded-For": "192.0.2.7"}, "127.0.0.1"),
    ("127.0.0.0/8", {}, "127.0.0.1"),
    ("10.0.0.0/8", {"X-Forwarded-For": "192.0.2.7"}, "127.0.0.1"),
])
def test_whose_word_is_taken_for_the_client(trusted, headers, client):
    with serving("--trusted-proxies", trusted, "--log-level", "debug") as server:
        with rest.wire(server) as wire:
            assert wire.ask("GET", "/nowhere", headers=headers).status == 404
            assert wire.ask("GET", "/v1/lock?x=1").status == 400
        rest.eventually(lambda: f"client={client} status=404 code=not_found" in server.log(), client)
        rest.eventually(lambda: "client=127.0.0.1 status=400 code=invalid_argument" in server.log(), "the next request")


def test_a_proxy_on_a_unix_socket(tmp_path):
    for trusted, client in (("unix", "192.0.2.7"), ("127.0.0.1", "unix")):
        path = f"unix:{tmp_path}/{client}.sock"
        with serving("--trusted-proxies", trusted, "--log-level", "debug", "--listen", path) as server:
            assert rest.get(server, "/nowhere", headers={"X-Forwarded-For": "192.0.2.7"}).status == 404
            rest.eventually(lambda: f"client={client} status=404 code=not_found" in server.log(), client)
