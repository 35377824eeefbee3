"""Locks of several dialects on the same keys: they exclude each other, and the command shows whose they are."""

import subprocess

import pytest
from harness import HOLDFAST
from rest import acquire, call, post, server  # noqa: F401
from resp import Resp, address_of


@pytest.fixture(scope="module")
def resp(server):  # noqa: F811
    with Resp(address_of(server)) as connection:
        yield connection


def rw(server, method, rest):  # noqa: F811
    return call(server, method, "/v1/distributed_lock/" + rest, headers={"user-id": "t"}).status


@pytest.fixture
def takes(server, resp):  # noqa: F811
    """How each dialect takes the key rw/t/NAME, and whether it was granted."""
    def keys(name):
        return "tokens" in post(server, "/api/lock", {"uid": "u", "keys": "rw/t/" + name, "exp": 60000}).json["lock"]
    return {
        "native": lambda name: acquire(server, "rw/t/" + name).status == 200,
        "keys": keys,
        "redlock": lambda name: resp("SET", "rw/t/" + name, "v", "NX", "PX", 60000) == "OK",
        "rwlocks": lambda name: rw(server, "PUT", f"{name}/write-process/p") == 200,
    }


@pytest.mark.parametrize("first", ["native", "keys", "redlock", "rwlocks"])
def test_one_excludes_the_others(server, takes, first):  # noqa: F811
    assert rw(server, "POST", first + "?is_write_exclusive=true") == 201
    assert takes[first](first)
    for other in takes:
        if other != first:
            assert not takes[other](first), other


def test_ls_names_the_dialect(server, takes):  # noqa: F811
    for dialect in ("keys", "redlock", "rwlocks"):
        rw(server, "POST", "ls-" + dialect)
        assert takes[dialect]("ls-" + dialect)
    shown = subprocess.run([HOLDFAST, "ls", "--server", server.url], capture_output=True, text=True, check=True).stdout
    for dialect in ("keys", "redlock", "rwlocks"):
        line = next(line for line in shown.splitlines() if "rw/t/ls-" + dialect in line)
        assert f"[{dialect}]" in line
