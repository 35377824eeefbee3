"""Backups, restored servers and migrated journals, as tests make them."""

import contextlib
import subprocess

from harness import HOLDFAST, PATIENCE, Finished, Server


def offline(*arguments, wrap=(), **options):
    """A command that needs no server."""
    done = subprocess.run([*wrap, HOLDFAST, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE, **options)
    return Finished(done.returncode, done.stdout, done.stderr)


def backup(server, path):
    done = offline("backup", path, "--server", server.url)
    assert done.code == 0, done
    return path


def restore(path, directory, *options):
    """Into directory/data, where a Server looks for it."""
    directory.mkdir(parents=True, exist_ok=True)
    done = offline("restore", path, "--data", directory / "data", *options)
    assert done.code == 0, done
    return done


@contextlib.contextmanager
def served(directory):
    directory.mkdir(parents=True, exist_ok=True)
    server = Server(directory)
    try:
        yield server
    finally:
        server.close()


def token(grant):
    return grant["grants"][0]["fencing_token"]


def is_valid(server, key, number):
    status, reply = server.rest.post("/v1/fence/check", key=key, fencing_token=number)
    assert (status, reply.get("code")) in ((200, None), (412, "stale_fence")), reply
    return status == 200
