"""Lost replies and dropped connections while a lock is asked for."""

import json
import signal

from harness import Worker, wait_until


def test_a_lost_reply_is_asked_for_again_with_the_same_request_id(fake, against_fake):
    fake.lose_replies["/v1/acquire"] = 2
    done = against_fake("acquire", "-n", "k")
    assert done.code == 0
    ids = [body["request_id"] for body in fake.bodies("/v1/acquire")]
    assert len(ids) >= 3 and len(set(ids)) == 1
    assert done.out.strip() == fake.holders["k"]


def test_every_request_has_its_own_id(fake, against_fake):
    for key in ("a", "b"):
        assert against_fake("acquire", key).code == 0
    ids = [body["request_id"] for body in fake.bodies("/v1/acquire")]
    assert len(set(ids)) == 2
    assert all(len(each) == 36 for each in ids)


def test_a_lost_release_is_repeated(fake, against_fake):
    fake.lose_replies["/v1/release"] = 1
    assert against_fake("run", "k", "--", "true").code == 0
    ids = [body["request_id"] for body in fake.bodies("/v1/release")]
    assert len(ids) >= 2 and len(set(ids)) == 1


def test_a_wait_is_claimed_keeps_its_place_and_is_renewed_at_once(fake, against_fake):
    fake.holders["k"] = "somebody.else"
    run = against_fake.start("run", "-t", "60s", "k", "--", "true")
    wait_until(lambda: len(fake.bodies("/v1/acquire")) == 2, "it waits")
    waiting = fake.bodies("/v1/acquire")[1]
    assert waiting["wait_ms"] == -1
    assert waiting["claim_ms"] == 3000
    assert waiting["reattach_ms"] == 5000
    assert not fake.bodies("/v1/renew")
    fake.free("k")
    done = against_fake.finish(run)
    assert done.code == 0
    assert "waiting: k is held by alice@host1 (pid 12) for 3m10s, expires in 12s, 2 waiting" in done.err
    assert len(fake.bodies("/v1/renew")) == 1


def test_a_dropped_wait_goes_on_with_what_is_left(fake, against_fake):
    fake.holders["k"] = "somebody.else"
    fake.refusals = {}
    run = against_fake.start("acquire", "-w", "1h", "k")
    wait_until(lambda: len(fake.bodies("/v1/acquire")) == 2, "it waits")
    fake.lose_replies["/v1/acquire"] = 1
    fake.free("k")
    assert against_fake.finish(run).code == 0
    tried, waiting, again = fake.bodies("/v1/acquire")
    assert tried["wait_ms"] == 0
    assert tried["request_id"] == waiting["request_id"] == again["request_id"]
    assert 0 < again["wait_ms"] < waiting["wait_ms"] <= 3_600_000


def test_a_claim_that_ended_unconfirmed_is_no_lock(fake, against_fake):
    fake.holders["k"] = "somebody.else"
    fake.refusals["/v1/renew"] = (410, {"code": "lease_gone", "status": 410, "ended_by": "expiry"})
    run = against_fake.start("run", "k", "--", "true")
    wait_until(lambda: len(fake.bodies("/v1/acquire")) == 2, "it waits")
    fake.free("k")
    wait_until(lambda: len(fake.bodies("/v1/acquire")) == 3, "it asks again")
    assert run.poll() is None
    first, again = fake.bodies("/v1/acquire")[1:]
    assert first["request_id"] != again["request_id"]
    fake.refusals.clear()
    fake.free("k")
    assert against_fake.finish(run).code == 0


def test_json_of_a_waited_grant_tells_the_full_ttl_not_the_claim(fake, against_fake):
    fake.holders["k"] = "somebody.else"
    acquire = against_fake.start("acquire", "-t", "60s", "--json", "k")
    wait_until(lambda: len(fake.bodies("/v1/acquire")) == 2, "it waits")
    fake.free("k")
    lease = json.loads(against_fake.finish(acquire).out)["lease"]
    assert lease["expires_in_ms"] == 60_000
    assert lease["handle"] == fake.holders["k"]


def test_a_signal_withdraws_the_request_by_its_id(fake, against_fake):
    fake.holders["k"] = "somebody.else"
    run = against_fake.start("run", "k", "--", "true")
    wait_until(lambda: len(fake.bodies("/v1/acquire")) == 2, "it waits")
    run.send_signal(signal.SIGTERM)
    assert against_fake.finish(run).code == 128 + signal.SIGTERM
    assert [body["request_id"] for body in fake.bodies("/v1/cancel")] == [
        fake.bodies("/v1/acquire")[1]["request_id"]]


def test_a_wait_survives_a_restart_of_the_server_in_its_place(server, holdfast, tmp_path):
    held = server.rest.acquire("k", ttl_ms=600_000)
    workers = [Worker(tmp_path, name) for name in ("first", "second")]
    runs = []
    for number, worker in enumerate(workers, 1):
        runs.append(holdfast.start("run", "k", "--", *worker.command))
        wait_until(lambda: len(server.rest.lock("k")["queue"]) == number, f"{number} wait")
    server.kill9()
    server.restart()
    wait_until(lambda: [w["detached"] for w in server.rest.lock("k")["queue"]] == [False, False], "both are back")
    server.rest.post("/v1/release", lease=held["lease"]["handle"])
    for worker, run in zip(workers, runs):
        worker.wait_for("begin")
        run.terminate()
        assert holdfast.finish(run).code == 0
    assert workers[0].last_life() < workers[1].times("begin")[0]


def test_the_api_key_is_sent(fake, against_fake, tmp_path):
    (tmp_path / "key").write_text("hf_from_file\n")
    assert against_fake("acquire", "a", env={"HOLDFAST_API_KEY": "hf_direct"}).code == 0
    assert against_fake("acquire", "b", env={"HOLDFAST_API_KEY_FILE": str(tmp_path / "key")}).code == 0
    assert fake.authorizations == ["Bearer hf_direct", "Bearer hf_from_file"]
