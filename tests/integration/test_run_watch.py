"""`holdfast run` learns at once what others do to its lock, long before its next renewal."""

import re
import urllib.request

import pytest

from harness import LOST, OK, Server, Worker, boot_time, wait_until
from watching import Watcher

TTL = 600  # seconds: a third of it is longer than any test waits
SOON = 20  # seconds: only a busy machine takes more than one


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("run_watch"))
    yield running
    running.close()


def start_run(server, commands, worker, key, *options):
    watchers = watchers_of(server)
    run = commands.start("run", "-t", f"{TTL}s", "--grace", "1s", *options, key, "--", *worker.command)
    worker.wait_for("begin")
    wait_until(lambda: watchers_of(server) > watchers, "it listens")
    return run


def watchers_of(server):
    page = urllib.request.urlopen(server.url + "/metrics").read().decode()
    return float(re.search(r"^holdfast_watchers (\S+)$", page, re.M).group(1))


@pytest.mark.parametrize("now", [False, True])
def test_a_break_ends_the_command_within_moments(server, holdfast, tmp_path, now):
    key = f"break-{now}"
    worker = Worker(tmp_path, exits_with=0)
    run = start_run(server, holdfast, worker, key)
    broken = boot_time()
    assert holdfast("break", key, "--reason", "the runner is gone", "--yes", *(["--now"] if now else [])).code == OK
    done = holdfast.finish(run)
    assert done.code == LOST
    assert boot_time() - broken < SOON
    assert len(worker.times("got-15")) == 1
    assert re.search(rf"lost {key}: .*ended by break of \S+@\S+ \(pid \d+\): the runner is gone", done.err)
    lock = server.rest.lock(key)
    if now:
        assert lock["state"] == "free"
    else:
        # Until the expiry that its owner relied on nobody is granted.
        assert lock["opens_in_ms"] > (TTL - SOON - 10) * 1000
        assert server.rest.post("/v1/acquire", key=key)[1]["code"] == "lock_delay"


def test_the_longest_hold_ends_the_command(server, holdfast, tmp_path):
    assert holdfast("register", "capped", "--max-hold", "2s").code == OK
    worker = Worker(tmp_path)
    begin = boot_time()
    run = holdfast.start("run", "-t", f"{TTL}s", "capped", "--", *worker.command)
    assert holdfast.finish(run).code == LOST
    assert boot_time() - begin < SOON


def test_a_request_for_release_is_printed_and_changes_nothing(server, holdfast, tmp_path):
    worker = Worker(tmp_path, exits_with=3)
    run = start_run(server, holdfast, worker, "wish")
    asked = boot_time()
    assert holdfast("request-release", "wish", "--reason", "a hotfix waits").code == OK
    line = run.stderr.readline()
    assert re.search(r"\S+@\S+ \(pid \d+\) asks for the release of wish: a hotfix waits", line)
    assert boot_time() - asked < SOON
    assert not worker.times("got-15")
    run.terminate()
    assert holdfast.finish(run).code == 3


def test_a_break_during_a_restart_is_learnt_of_when_the_server_is_back(server, holdfast, tmp_path):
    worker = Worker(tmp_path)
    run = start_run(server, holdfast, worker, "restart")
    server.kill9()
    server.restart()
    broken = server.rest.lock("restart")["holders"][0]["fencing_token"]
    assert server.rest.post("/v1/break", key="restart", fencing_token=broken, reason="r")[0] == 200
    assert holdfast.finish(run).code == LOST


def test_without_a_stream_the_renewals_tell(fake, against_fake, tmp_path):
    worker = Worker(tmp_path)
    run = against_fake.start("run", "-t", "6s", "k", "--", *worker.command)
    worker.wait_for("begin")
    fake.free("k")
    assert against_fake.finish(run).code == LOST


def test_a_stream_of_a_lease_tells_what_concerns_it(server):
    mine, other = (server.rest.acquire(key, mode="shared") for key in ("stream", "other"))
    lease = mine["lease"]["id"]
    with Watcher(server.port, lease=lease) as watcher:
        server.rest.acquire("stream", mode="shared")
        for key in ("other", "stream"):
            assert server.rest.post("/v1/request-release", key=key, reason="r")[0] == 200
        assert server.rest.post("/v1/release", lease=other["lease"]["handle"])[0] == 200
        asked = watcher.next()
        assert server.rest.post("/v1/break", key="stream", lease=lease, reason="r")[0] == 200
        broken = watcher.next()
    assert (asked.kind, asked.keys) == ("release_requested", ["stream"])
    assert (broken.kind, broken.data["lease"], broken.keys) == ("broken", lease, ["stream"])
    with Watcher(server.port, lease=lease, since=asked.id) as again:
        assert again.next().id == broken.id


@pytest.mark.parametrize("lease,status,code", [("x", 400, "invalid_argument"), ("999999", 410, "lease_gone")])
def test_a_stream_of_no_lease_is_refused(server, lease, status, code):
    with Watcher(server.port, lease=lease) as watcher:
        assert (watcher.status, watcher.problem["code"], watcher.problem["field"]) == (status, code, "lease")
