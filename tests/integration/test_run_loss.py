"""What happens to the command when its lock is lost, or may be: it is gone before anybody else is granted."""

import re
import signal

from harness import LOST, Worker, boot_time, is_alive, wait_until

TTL = 3  # seconds


def start_run(commands, worker, *options, ttl=TTL):
    run = commands.start("run", "-t", f"{ttl}s", "--grace", "1s", *options, "k", "--", *worker.command)
    worker.wait_for("begin")
    return run


def test_server_killed_an_obedient_command_gets_term_in_time(server, holdfast, tmp_path):
    worker = Worker(tmp_path, exits_with=0)
    run = start_run(holdfast, worker)
    server.kill9()
    killed = boot_time()
    done = holdfast.finish(run)
    assert done.code == LOST
    assert len(worker.times("got-15")) == 1
    # Renewed last before the server died, so its lease ends a ttl after that at the latest; TERM came a grace
    # earlier. The grace is what a busy machine may delay it without this test noticing.
    assert worker.last_life() < killed + TTL
    assert "lost k" in done.err


def test_server_killed_a_stubborn_command_is_killed_before_the_next_grant(server, holdfast, tmp_path):
    worker = Worker(tmp_path, stubborn=True)
    run = start_run(holdfast, worker)
    server.kill9()
    assert holdfast.finish(run).code == LOST
    assert len(worker.times("got-15")) == 1
    assert not is_alive(worker.pid())
    server.restart()
    server.rest.acquire("k", wait_ms=60_000)
    assert worker.last_life() < boot_time()
    beats_at_grant = len(worker.lines())
    assert len(worker.lines()) == beats_at_grant


def test_server_stopped_is_as_good_as_dead(server, holdfast, tmp_path):
    worker = Worker(tmp_path, stubborn=True)
    second = Worker(tmp_path, "second")
    run = start_run(holdfast, worker)
    other = holdfast.start("run", "k", "--", *second.command)
    wait_until(lambda: server.rest.lock("k")["queue"], "another one waits")
    server.stop()
    assert holdfast.finish(run).code == LOST
    server.cont()
    begin = second.wait_for("begin")
    assert worker.last_life() < begin
    other.terminate()
    assert holdfast.finish(other).code == 0


def test_the_deadline_counts_from_the_send_time_not_from_the_reply(fake, against_fake, tmp_path):
    # The request and the reply are a second under way each; renewals are not answered at all.
    fake.delays["/v1/acquire"] = (1, 1)
    fake.refusals["/v1/renew"] = (503, {"code": "no_leader", "status": 503})
    worker = Worker(tmp_path, stubborn=True)
    run = start_run(against_fake, worker, ttl=8)
    granted = fake.acted_at["/v1/acquire"]
    assert against_fake.finish(run).code == LOST
    assert worker.last_life() < granted + 8


def test_a_stalled_renewal_delays_nothing(fake, against_fake, tmp_path):
    worker = Worker(tmp_path, stubborn=True)
    run = start_run(against_fake, worker)
    wait_until(lambda: len(fake.bodies("/v1/renew")) >= 2, "renewals go on")
    fake.stalled.set()
    stalled = boot_time()
    done = against_fake.finish(run)
    assert done.code == LOST
    assert worker.last_life() < stalled + TTL
    assert "at risk" in done.err
    assert not fake.bodies("/v1/release")  # after a loss it does not wait for the server


def test_server_restarted_within_the_ttl_changes_nothing(server, holdfast, tmp_path):
    worker = Worker(tmp_path, exits_with=4)
    run = holdfast.start("run", "-t", "60s", "k", "--", *worker.command)
    worker.wait_for("begin")
    before = server.rest.lock("k")["holders"][0]
    server.kill9()
    server.restart()
    after = server.rest.lock("k")["holders"][0]
    assert after["fencing_token"] == before["fencing_token"]
    assert after["lease"] == before["lease"]
    run.terminate()
    assert holdfast.finish(run).code == 4
    assert len(worker.times("got-15")) == 1
    assert server.rest.state("k") == "free"


def test_a_short_outage_is_survived_by_renewing(server, holdfast, tmp_path):
    worker = Worker(tmp_path, exits_with=4)
    run = holdfast.start("run", "-t", "6s", "k", "--", *worker.command)
    begin = worker.wait_for("begin")
    server.kill9()
    server.restart()
    wait_until(lambda: worker.last_life() > begin + 8 or worker.times("got-15"), "it outlives its first ttl")
    assert not worker.times("got-15")
    run.terminate()
    assert holdfast.finish(run).code == 4


def test_a_lease_ended_by_others_ends_the_command_at_the_next_renewal(fake, against_fake, tmp_path):
    worker = Worker(tmp_path, exits_with=0)
    run = start_run(against_fake, worker)
    fake.free("k")
    done = against_fake.finish(run)
    assert done.code == LOST
    assert worker.times("got-15")
    assert re.search("lost k: .*break of bob: testing", done.err)


def test_keep_running_lets_the_command_finish_and_still_tells(fake, against_fake, tmp_path):
    worker = Worker(tmp_path, exits_with=0)
    run = start_run(against_fake, worker, "--keep-running")
    fake.free("k")
    wait_until(lambda: len(fake.bodies("/v1/renew")) >= 1, "it learns of the loss")
    learnt = boot_time()
    wait_until(lambda: worker.last_life() > learnt + TTL + 1, "it lives beyond the deadline")
    assert not worker.times("got-15")
    run.send_signal(signal.SIGINT)
    done = against_fake.finish(run)
    assert done.code == LOST
    assert "goes on without it" in done.err


def test_a_release_that_fails_says_when_the_lock_ends_by_itself(fake, against_fake):
    fake.refusals["/v1/release"] = (503, {"code": "journal_unavailable", "status": 503, "detail": "disk full"})
    done = against_fake("run", "-t", "2s", "k", "--", "sh", "-c", "exit 6")
    assert done.code == 6
    assert "could not release k: disk full; it ends by itself in " in done.err
