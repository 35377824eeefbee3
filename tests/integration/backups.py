"""Backups, restored servers and migrated journals, as tests make them."""

import contextlib
import os
import subprocess

from harness import HOLDFAST, PATIENCE, Finished, Server


# In an asan build: no leak checker, which cannot work beside strace, and other libraries may be preloaded.
WRAPPED = {"ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}


def offline(*arguments, wrap=(), **options):
    """A command that needs no server; `wrap` is a program that runs it, with its arguments."""
    done = subprocess.run([*wrap, HOLDFAST, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE, env={**os.environ, **(WRAPPED if wrap else {})}, **options)
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
