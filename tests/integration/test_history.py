"""GET /v1/history: who did what to a key, newest first, also after a restart."""

import pytest
from harness import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server whose history has two owners, three keys and a wait."""
    running = Server(tmp_path_factory.mktemp("history"))
    rest = running.rest
    first = rest.acquire("h/1", owner="one", reason="why")
    assert rest.post("/v1/acquire", key="h/1", owner="two", wait_ms=100)[0] == 409
    assert rest.post("/v1/release", lease=first["lease"]["handle"])[0] == 200
    assert rest.post("/v1/acquire", keys=["h/2", "other", "h/1"], owner="two")[0] == 200
    running.first = first
    yield running
    running.close()


def ask(server, **query):
    """Every row, page after page."""
    rows, cursor = [], {}
    while True:
        status, page = server.rest.get("/v1/history?" + "&".join(f"{k}={v}" for k, v in {**query, **cursor}.items()))
        assert status == 200, page
        rows += page["events"]
        if "next_cursor" not in page:
            return rows
        cursor = {"cursor": page["next_cursor"]}


def brief(rows):
    return [(row["kind"], row["owner"]) for row in rows]


OF_ONE_KEY = [("granted", "two"), ("released", "one"), ("wait_ended", "two"), ("wait_began", "two"), ("granted", "one")]


def test_the_history_of_a_key(server):
    rows = ask(server, key="h/1")
    assert brief(rows) == OF_ONE_KEY
    granted, grant = rows[-1], server.first
    assert granted["key"] == "h/1" and granted["mode"] == "exclusive" and granted["reason"] == "why"
    assert granted["lease"] == grant["lease"]["id"] and granted["id"] == f"1-{grant['revision']}"
    assert granted["fencing_token"] == grant["grants"][0]["fencing_token"] and granted["at"].endswith("Z")


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages(server, limit):
    assert ask(server, limit=limit) == ask(server)
    assert brief(ask(server, key="h/1", limit=limit)) == OF_ONE_KEY


def test_filters(server):
    assert [row["key"] for row in ask(server, kind="granted", prefix="h/")] == ["h/2", "h/1", "h/1"]
    assert {row["owner"] for row in ask(server, owner="two")} == {"two"}
    lease = server.first["lease"]["id"]
    assert brief(ask(server, lease=lease)) == [("released", "one"), ("granted", "one")]
    since = f"1-{server.first['revision']}"
    assert brief(ask(server, key="h/1", since=since)) == OF_ONE_KEY[:-1]
    assert ask(server, key="nobody/had/it") == []


@pytest.mark.parametrize("query, status, field", [
    ("key=a//b", 400, "key"), ("limit=0", 400, "limit"), ("limit=1001", 400, "limit"), ("lease=x", 400, "lease"),
    ("kind=renewed", 400, "kind"), ("cursor=x", 400, "cursor"), ("since=1", 400, "since"),
    ("since=1-999999", 400, "since"), ("since=2-1", 410, "since"), ("nothing=1", 400, "nothing"),
])
def test_bad_questions(server, query, status, field):
    got, problem = server.rest.get("/v1/history?" + query)
    assert (got, problem["field"]) == (status, field)


def test_it_survives_a_restart(server):
    before = ask(server)
    server.kill9()
    server.restart()
    after = ask(server)
    assert after[0]["kind"] == "took_over" and after[0]["epoch"] == 2 and after[1:] == before
