"""The Redis protocol as tests speak it: bytes on a socket, so that the bytes are the test's."""

import re
import socket

import pytest
from harness import Rest, Server, wait_until

DEADLINE = 20  # seconds; generous, since a loaded machine is no failure


def address_of(server):
    """Host and port at which a server, of harness.py or serving.py, speaks the Redis protocol."""
    status, body = Rest(int(server.url.rpartition(":")[2])).get("/v1/status")
    assert status == 200, body
    host, port = body["resp"][0].removeprefix("redis://").split(":")
    return host, int(port)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all tests of a file, which therefore use different keys."""
    running = Server(tmp_path_factory.mktemp("resp"))
    running.resp = address_of(running)
    yield running
    running.close()


class Refused(Exception):
    """An error reply: `word`, and what its fields say."""

    def __init__(self, line):
        super().__init__(line)
        self.line = line
        self.word = line.split(" ", 1)[0]
        fields = line.split(" - ", 1)[0]
        self.fields = dict(field.split("=", 1) for field in fields.split(" ")[1:] if "=" in field)


def command(*words):
    out = b"*%d\r\n" % len(words)
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        out += b"$%d\r\n%s\r\n" % (len(word), word)
    return out


class Resp:
    """One connection; replies are read one after the other, in the order in which they were asked for."""

    def __init__(self, address):
        if isinstance(address, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(DEADLINE)
            self.sock.connect(address)
        else:
            self.sock = socket.create_connection(address, timeout=DEADLINE)
        self.buffer = b""

    def send(self, *words):
        self.sock.sendall(command(*words))

    def __call__(self, *words):
        """Sends one command; its reply, or Refused."""
        self.send(*words)
        reply = self.read()
        if isinstance(reply, Refused):
            raise reply
        return reply

    def refused(self, *words):
        self.send(*words)
        reply = self.read()
        assert isinstance(reply, Refused), reply
        return reply

    def read(self):
        """The next reply; an error is returned, and EOFError raised at the end of the stream."""
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return Refused(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self._bytes(int(rest)).decode()
        if kind == b"*":
            return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        if kind == b"%":
            return {self.read(): self.read() for _ in range(int(rest))}
        if kind == b"_":
            return None
        if kind == b"#":
            return rest == b"t"
        raise AssertionError(f"no reply begins like {line!r}")

    def at_end(self):
        """Whether the server has closed the connection, with nothing unread before."""
        return self.buffer == b"" and self.sock.recv(1) == b""

    def close(self):
        self.sock.close()

    def _line(self):
        while b"\r\n" not in self.buffer:
            self._more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def _bytes(self, size):
        while len(self.buffer) < size + 2:
            self._more()
        data, self.buffer = self.buffer[:size], self.buffer[size + 2:]
        return data

    def _more(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


@pytest.fixture
def resp(server):
    with Resp(server.resp) as connection:
        yield connection


def as_map(pairs):
    """What RESP2 gives of a map."""
    return dict(zip(pairs[::2], pairs[1::2]))


def wait_for_queue(server, key, length):
    wait_until(lambda: server.rest.lock(key)["queue_length"] == length, f"{length} wait for {key}")


def is_handle(text):
    return re.fullmatch(r"[1-9][0-9]*\.[A-Za-z0-9_-]{22}", text) is not None
