"""`holdfast run` excludes, hands over, and releases."""

import json

from harness import NOT_ACQUIRED, Worker, wait_until


def test_two_competing_runs_take_turns(server, holdfast, tmp_path):
    first = Worker(tmp_path, "first")
    second = Worker(tmp_path, "second")
    one = holdfast.start("run", "k", "--", *first.command)
    first.wait_for("begin")
    two = holdfast.start("run", "k", "--", *second.command)
    wait_until(lambda: len(server.rest.lock("k")["queue"]) == 1, "the second one waits")
    assert not second.lines()
    one.terminate()
    assert holdfast.finish(one).code == 0
    second.wait_for("begin")
    two.terminate()
    assert holdfast.finish(two).code == 0
    assert first.last_life() < second.times("begin")[0]
    assert server.rest.state("k") == "free"


def test_many_runs_never_overlap(holdfast, tmp_path):
    # Each appends its begin and end; mkdir fails if another one is inside.
    script = 'mkdir "$1/inside" && echo in >> "$1/log" && sleep 0.02 && rmdir "$1/inside"'
    runs = [holdfast.start("run", "-q", "k", "--", "sh", "-c", script, "sh", str(tmp_path)) for _ in range(8)]
    assert [holdfast.finish(run).code for run in runs] == [0] * 8
    assert (tmp_path / "log").read_text() == "in\n" * 8


def test_shared_runs_overlap_and_exclude_an_exclusive_one(server, holdfast, tmp_path):
    workers = [Worker(tmp_path, name) for name in ("a", "b")]
    runs = [holdfast.start("run", "--shared", "k", "--", *worker.command) for worker in workers]
    for worker in workers:
        worker.wait_for("begin")
    assert server.rest.state("k") == "shared"
    assert holdfast("run", "-n", "k", "--", "true").code == NOT_ACQUIRED
    for run in runs:
        run.terminate()
        assert holdfast.finish(run).code == 0


def test_a_limit_makes_a_semaphore(holdfast, tmp_path):
    workers = [Worker(tmp_path, name) for name in ("a", "b")]
    for worker in workers:
        holdfast.start("run", "--limit", "2", "k", "--", *worker.command)
        worker.wait_for("begin")
    assert holdfast("run", "-n", "--limit", "2", "k", "--", "true").code == NOT_ACQUIRED


def test_several_keys_are_all_or_nothing(server, holdfast):
    taken = server.rest.acquire("b")
    assert holdfast("run", "-n", "a", "b", "--", "true").code == NOT_ACQUIRED
    assert server.rest.state("a") == "free"
    server.rest.post("/v1/release", lease=taken["lease"]["handle"])
    assert holdfast("run", "-n", "a", "b", "--", "true").code == 0
    assert server.rest.state("b") == "free"


def test_a_minimum_hold_keeps_the_key_closed_after_the_end(server, holdfast):
    assert holdfast("run", "--at-least", "1h", "k", "--", "true").code == 0
    assert server.rest.state("k") == "reserved"
    assert holdfast("run", "-n", "k", "--", "true").code == NOT_ACQUIRED


def test_a_minimum_hold_that_is_over_keeps_nothing_closed(server, holdfast):
    assert holdfast("run", "--at-least", "50ms", "k", "--", "sleep", "0.1").code == 0
    assert server.rest.state("k") == "free"


def test_the_lock_is_renewed_beyond_its_ttl(server, holdfast, tmp_path):
    worker = Worker(tmp_path)
    run = holdfast.start("run", "-t", "1s", "--reason", "long work", "k", "--", *worker.command)
    begin = worker.wait_for("begin")
    token = server.rest.lock("k")["holders"][0]["fencing_token"]
    wait_until(lambda: worker.last_life() > begin + 3, "three times its ttl")
    holder = server.rest.lock("k")["holders"][0]
    assert holder["fencing_token"] == token
    assert holder["reason"] == "long work"
    run.terminate()
    assert holdfast.finish(run).code == 0


def test_the_command_knows_its_lock(server, holdfast):
    script = 'import json, os; print(json.dumps({k: v for k, v in os.environ.items() if "HOLDFAST" in k}))'
    done = holdfast("run", "b", "a", "--", "python3", "-c", script, env={"HOLDFAST_KEY": "outer"})
    env = json.loads(done.out)
    tokens = [int(token) for token in env["HOLDFAST_FENCING_TOKEN"].split("\n")]
    assert env["HOLDFAST_KEY"] == "b\na"
    assert len(tokens) == 2 and all(token > 0 for token in tokens)
    assert env["HOLDFAST_SERVER"] == server.url
    # The handle was good, and is not any more.
    status, problem = server.rest.post("/v1/renew", lease=env["HOLDFAST_LEASE"])
    assert (status, problem["code"], problem["ended_by"]) == (410, "lease_gone", "release")
