"""`holdfast watch` and `holdfast history`."""

import json

from harness import OK, PATIENCE, USAGE, wait_until


def lines_of(process, count):
    return [process.stdout.readline().rstrip("\n") for _ in range(count)]


def wait_for_watcher(server, holdfast, *arguments):
    """A watch that is sure to see what happens next: it has shown an event that made it wait."""
    process = holdfast.start("watch", "--since", "1-0", *arguments)
    assert process.stdout.readline()
    return process


def test_watch_goes_on_through_a_restart(server, holdfast):
    watch = wait_for_watcher(server, holdfast, "--json")
    server.rest.acquire("a", owner="one")
    events = [json.loads(line) for line in lines_of(watch, 2)]
    assert [event["kind"] for event in events] == ["took_over", "granted"]
    server.kill9()
    server.restart()
    server.rest.acquire("b", owner="two")
    events = [json.loads(line) for line in lines_of(watch, 2)]
    assert [event["kind"] for event in events] == ["took_over", "granted"]
    watch.terminate()
    assert "connecting again" in watch.communicate(timeout=PATIENCE)[1]


def test_watch_shows_columns_and_ends_with_its_reader(server, holdfast):
    server.rest.acquire("deploy/a", owner="one", reason="why")
    watch = holdfast.start("watch", "deploy/", "--since", "1-0")
    row = watch.stdout.readline().rstrip("\n").split("\t")
    assert row[1:6] == ["granted", "deploy/a", "one", "1", "why"]
    watch.stdout.close()
    server.rest.acquire("deploy/b")
    wait_until(lambda: watch.poll() is not None, "the watch ends")


def test_watch_says_what_is_lost(server, holdfast):
    watch = holdfast.start("watch", "--since", "9-1", "--json")
    assert "going on from now" in watch.stderr.readline()
    assert holdfast("watch", "--since", "nonsense").code == USAGE


def test_history_shows_what_happened_to_a_key(server, holdfast):
    grant = server.rest.acquire("a", owner="one", reason="why")
    server.rest.post("/v1/release", lease=grant["lease"]["handle"])
    server.rest.acquire("a", owner="two")
    shown = holdfast("history", "a")
    assert shown.code == OK
    rows = [line.split("\t")[1:4] for line in shown.out.splitlines()]
    assert rows == [["granted", "a", "two"], ["released", "a", "one"], ["granted", "a", "one"]]
    assert len(holdfast("history", "--limit", "2").out.splitlines()) == 2
    page = json.loads(holdfast("history", "a", "--owner", "one", "--json").out)
    assert [event["kind"] for event in page["events"]] == ["released", "granted"]
    assert holdfast("history", "a", "--since", f"1-{grant['revision']}").out.count("\n") == 2
