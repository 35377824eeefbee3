"""The REST interface as tests speak it: whole calls, and bytes on a socket where the bytes are the point."""

import json
import socket
import time
import urllib.parse

import pytest
from harness import Server

DEADLINE = 20  # seconds; generous, since a loaded machine is no failure


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all tests of a file, which therefore use different keys."""
    running = Server(tmp_path_factory.mktemp("rest"))
    yield running
    running.close()


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code")


def connect(server):
    """A socket to the server, from its URL: http://host:port, http://[v6]:port or unix:/path."""
    url = urllib.parse.urlsplit(server.url)
    if url.scheme == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(DEADLINE)
        sock.connect(url.path)
        return sock
    return socket.create_connection((url.hostname, url.port), timeout=DEADLINE)


def request(method, path, body=None, headers=(), version="1.1", host="localhost"):
    """The bytes of one request. `body` is bytes, text, or anything that JSON can say."""
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    fields = {"Host": host}
    if body is not None:
        fields["Content-Type"] = "application/json"
        fields["Content-Length"] = str(len(body))
    fields.update(dict(headers))
    head = f"{method} {path} HTTP/{version}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return head.encode("latin-1") + b"\r\n" + (body or b"")


class Wire:
    """One connection; replies are read one after the other, in the order in which they were asked for."""

    def __init__(self, sock):
        self.sock, self.buffer = sock, b""

    def send(self, data):
        self.sock.sendall(data)

    def ask(self, *args, **kwargs):
        self.send(request(*args, **kwargs))
        return self.read(head_only=args[0] == "HEAD")

    def read(self, head_only=False):
        """The next reply, or None at the end of the stream."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        status = int(lines[0].split(" ")[1])
        size = 0 if head_only or status == 100 else int(headers["content-length"])
        while len(self.buffer) < size:
            assert self._more(), "the reply ends too early"
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return Reply(status, headers, body)

    def _more(self):
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def wire(server):
    return Wire(connect(server))


def call(server, method, path, body=None, headers=(), **kwargs):
    with wire(server) as connection:
        return connection.ask(method, path, body, {**dict(headers), "Connection": "close"}, **kwargs)


def post(server, path, body, **kwargs):
    return call(server, "POST", path, body, **kwargs)


def get(server, path, **kwargs):
    return call(server, "GET", path, **kwargs)


def acquire(server, key, **options):
    return post(server, "/v1/acquire", {"key": key, **options})


def held(server, key, **options):
    """Acquires, and the body of the grant."""
    reply = acquire(server, key, **options)
    assert reply.status == 200, reply.body
    return reply.json


def show(server, key):
    reply = get(server, "/v1/lock?" + urllib.parse.urlencode({"key": key}))
    assert reply.status == 200, reply.body
    return reply.json


def eventually(condition, what):
    """Waits until `condition()` is true; its value."""
    give_up = time.monotonic() + DEADLINE
    while time.monotonic() < give_up:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not in time: {what}")


def wait_for_queue(server, key, length):
    return eventually(lambda: show(server, key)["queue_length"] == length, f"{length} waiting for {key}")
