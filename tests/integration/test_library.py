"""The C++ library: its own tests against a real server, its examples, and what an installation gives others."""

import os
import pathlib
import signal
import subprocess
import threading

import pytest

from harness import HOLDFAST, PATIENCE, ROOT, wait_until
from resp import address_of

BUILD = pathlib.Path(os.environ.get("HOLDFAST_BUILD", ROOT / "build" / "release"))
CONSUMER = ROOT / "tests" / "library" / "consumer"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=20 * PATIENCE, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def example(name, server):
    return run(BUILD / "examples" / f"example_{name}", server.url)


@pytest.mark.parametrize("scheme", ["http", "holdfast"])
def test_the_library(server, scheme):
    url = server.url if scheme == "http" else "holdfast://%s:%d" % address_of(server)
    env = dict(os.environ, HOLDFAST_TEST_URL=url, HOLDFAST_SERVER=server.url, HOLDFAST_BIN=HOLDFAST,
               HOLDFAST_SERVER_PID=str(server.process.pid))
    env.pop("GTEST_OUTPUT", None)
    print(run(BUILD / "tests" / "library" / "library_test", env=env))


def test_the_examples(server):
    assert "migrating, with token" in example("mutex", server)
    assert example("shared_mutex", server).splitlines() == ["two read; a writer has to wait", "nobody reads: written"]
    several = example("several", server)
    assert "account/2: token" in several and "account/2" in several.splitlines()[-1]
    campaign = example("campaign", server).splitlines()
    assert campaign[0].endswith("leads at http://10.0.0.7:8080") and campaign[-1] == "resigned"


@pytest.fixture
def holder(server):
    process = subprocess.Popen([BUILD / "examples" / "example_lost", server.url], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, bufsize=1)
    watchdog = threading.Timer(4 * PATIENCE, process.kill)  # a line that never comes ends the test
    watchdog.start()
    assert process.stdout.readline() == "held\n"
    yield process
    watchdog.cancel()
    process.kill()


def bill(process, what):
    process.stdin.write(what + "\n")
    process.stdin.flush()


def test_a_holder_that_was_stopped_knows_at_its_first_look(server, holder):
    bill(holder, "a")
    assert holder.stdout.readline() == "a billed\n"
    os.kill(holder.pid, signal.SIGSTOP)
    bill(holder, "b")
    wait_until(lambda: server.rest.state("billing") == "free", "the lease of a stopped holder ends")
    other = server.rest.acquire("billing", ttl_ms=600_000)
    os.kill(holder.pid, signal.SIGCONT)
    told = {holder.stdout.readline(), holder.stdout.readline()}
    assert told == {"lost\n", "b not billed\n"}
    rest, _ = holder.communicate(timeout=PATIENCE)
    assert rest == "not released: the lock is lost\n"
    assert server.rest.lock("billing")["holders"][0]["lease"] == other["lease"]["id"], "a late release frees nobody else"


def test_a_restarted_server_goes_on_being_renewed_to(server, holder):
    server.kill9()
    server.start()
    token = server.rest.lock("billing")["holders"][0]["fencing_token"]
    began = server.rest.lock("billing")["holders"][0]["held_ms"]
    wait_until(lambda: server.rest.lock("billing")["holders"][0]["held_ms"] > began + 3000, "longer than its ttl")
    assert server.rest.lock("billing")["holders"][0]["fencing_token"] == token
    bill(holder, "c")
    assert holder.stdout.readline() == "c billed\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", BUILD, "--component", "library", "--prefix", prefix)
    return prefix


@pytest.fixture
def no_boost(tmp_path):
    """Compiler flags under which an include of Boost fails."""
    for header in ("asio.hpp", "json.hpp", "system/result.hpp", "version.hpp", "config.hpp"):
        file = tmp_path / "poison" / "boost" / header
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('#error "a public header includes Boost"\n')
    return f"-I{tmp_path}/poison -Wall -Wextra -Wpedantic -Wshadow -Werror"


def test_find_package(server, installed, no_boost, tmp_path):
    build = tmp_path / "build"
    run("cmake", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={installed}", f"-DCMAKE_CXX_FLAGS={no_boost}")
    run("cmake", "--build", build)
    assert run(build / "consumer", server.url).startswith("token ")


def test_pkg_config(server, installed, no_boost, tmp_path):
    env = dict(os.environ, PKG_CONFIG_PATH=":".join(map(str, installed.glob("lib*/**/pkgconfig"))))
    flags = run("pkg-config", "--cflags", "--libs", "holdfast", env=env).split()
    program = tmp_path / "consumer"
    run("c++", "-std=c++20", CONSUMER / "consumer.cc", "-o", program, *no_boost.split(), *flags)
    library = next(installed.glob("lib*/**/libholdfast.so")).parent
    assert run(program, server.url, env=dict(os.environ, LD_LIBRARY_PATH=str(library))).startswith("token ")


def test_add_subdirectory_knows_the_target(tmp_path):
    run("cmake", "-S", CONSUMER, "-B", tmp_path, f"-DHOLDFAST_SOURCE={ROOT}", "-G", "Ninja")
    planned = run("ninja", "-C", tmp_path, "-n", "consumer")
    assert "libholdfast.so" in planned and "library_test" not in planned
