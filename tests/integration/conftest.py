import pytest

from fake_server import FakeServer
from harness import Holdfast, Server


@pytest.fixture
def server(tmp_path):
    """The real server, ready."""
    running = Server(tmp_path)
    yield running
    running.close()


@pytest.fixture
def holdfast(server, tmp_path):
    """Client commands against the real server."""
    commands = Holdfast(server.url, tmp_path)
    yield commands
    commands.close()


@pytest.fixture
def fake():
    """A server that misbehaves on request."""
    running = FakeServer()
    yield running
    running.close()


@pytest.fixture
def against_fake(fake, tmp_path):
    """Client commands against the fake server."""
    commands = Holdfast(fake.url, tmp_path)
    yield commands
    commands.close()
