"""Must hold: who watches sees every event once, in order, whatever happens to him and to the server."""

import contextlib
import http.client
import json
import pathlib
import random
import select
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
from check_history import History  # noqa: E402
from rig_fixtures import make_server, rig, say, server  # noqa: E402, F401
from watching import Watcher  # noqa: E402

RECONNECTS = 1_000
KILLS = 6


class Follower:
    """A watcher that is cut off again and again, and goes on where it was. It may look at each event once."""

    def __init__(self, server):
        self.server, self.last, self.ids, self.tokens, self.connects = server, "1-0", [], set(), 0

    def look(self, events, kill=False):
        """Connects, takes so many events, and is gone; with `kill` the server goes first."""
        self.connects += 1
        with Watcher(self.server.port, since=self.last) as watcher:
            assert watcher.status == 200, watcher.problem
            for _ in range(events):
                self.note(watcher.next())
            if kill:
                self.server.kill9()
                with contextlib.suppress(EOFError, OSError, http.client.HTTPException):
                    while True:
                        self.note(watcher.next())

    def note(self, event):
        self.last = event.id
        self.ids.append(event.id)
        if event.kind == "granted":
            self.tokens.update(key["fencing_token"] for key in event.data["keys"])

    def look_until(self, key):
        """The last look: up to the event of this key."""
        with Watcher(self.server.port, since=self.last) as watcher:
            while not self.ids or key not in (event := watcher.next()).keys:
                self.note(event)
            self.note(event)


def fill(server, ttl_ms):
    """8 MB for the journal: 2,000 leases of 4 kB."""
    connections, pipelined = 50, 40
    body = json.dumps({"ttl_ms": ttl_ms, "metadata": {"x": "x" * 4_000}})
    request = (f"POST /v1/leases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
    with contextlib.ExitStack() as ends:
        sockets = [ends.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
                   for _ in range(connections)]
        for connection in sockets:
            connection.sendall(request * pipelined)
        for connection in sockets:
            replies = b""
            while replies.count(b"HTTP/1.1 200") < pipelined:
                data = connection.recv(1 << 16)
                if not data:
                    raise ConnectionError
                replies += data


class Filler(threading.Thread):
    """Fills the journal with large commands until the server has taken another snapshot, through its restarts."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.taken = server, False
        self.start()

    def run(self):
        while not self.taken:
            with contextlib.suppress(OSError, http.client.HTTPException):
                before = snapshot_sequence(self.server)
                while not self.taken:
                    fill(self.server, ttl_ms=1_000)
                    self.taken = snapshot_sequence(self.server) > before

    def wait(self):
        self.join(rig.PATIENCE_S)
        assert self.taken, "no snapshot was taken"


def snapshot_sequence(server):
    with contextlib.closing(server.client()) as client:
        return client.request("GET", "/v1/status")["journal"]["snapshot_sequence"]


def test_a_watcher_that_reconnects_a_thousand_times_misses_nothing(server, tmp_path, say):
    """Across kills -9 and snapshots. Catches an event told twice, lost between memory and files, lost with a
    snapshot, told before it was durable, or out of order."""
    chance = random.Random(7)
    path = tmp_path / "history.tsv"
    load = server.load("mix", connections=16, seconds=300, keys=20, keep_percent=5, shared_percent=30, on_loss="retry",
                       ttl_ms=600_000, history=path)
    follower = Follower(server)
    fillers = []
    for number in range(RECONNECTS):
        if number in (RECONNECTS // 4, RECONNECTS // 2):
            fillers.append(Filler(server))
        kill = number % (RECONNECTS // KILLS) == RECONNECTS // KILLS - 1
        follower.look(chance.choice([0, 1, chance.randrange(20), chance.randrange(300)]), kill=kill)
        if kill:
            server.restart()
    for filler in fillers:
        filler.wait()
    server.kill9()
    server.restart()
    load.end()
    with contextlib.closing(server.client()) as client:
        assert client.acquire("the-end").status == 200
    follower.look_until("the-end")

    once_more = Follower(server)
    once_more.ids.append(None)
    once_more.look_until("the-end")
    assert follower.ids == once_more.ids[1:]
    revisions = [int(event.split("-")[1]) for event in follower.ids]
    assert revisions == sorted(set(revisions))
    told = {attempt.token for attempt in History([path]).attempts if attempt.status == 200 and attempt.token > 0}
    assert told and told <= follower.tokens
    say(f"{follower.connects} connections of one watcher through {KILLS + 1} kills -9 and snapshots: "
        f"{len(revisions)} events, each once and in order")


def test_a_snapshot_after_what_is_not_told_makes_no_gap(server):
    """The last events before the snapshot are renewals, which nobody is told of. Catches history that does not know
    that it reaches up to the snapshot."""
    with contextlib.closing(server.client()) as client:
        handle = client.acquire("a", ttl_ms=600_000).handle
        fill(server, ttl_ms=600_000)
        fill(server, ttl_ms=600_000)
        assert client.renew(handle).status == 200
    rig.until("a snapshot of the quiet server", lambda: snapshot_sequence(server) > 0)
    server.kill9()
    server.restart()
    with contextlib.closing(server.client()) as client:
        assert client.acquire("the-end").status == 200
    follower = Follower(server)
    follower.ids.append(None)
    follower.look_until("the-end")
    assert len(follower.ids) > 2_000


WATCHERS = 100
# Of the grants without watchers. The design says 10 % on a quiet machine; here readers, load and server share
# what others leave of two cores.
MOST_COST = 0.5


class Crowd:
    """Watchers of everything that throw away what they get; how much that was."""

    def __init__(self, port):
        self.poll = select.epoll()
        self.sockets = {}
        for _ in range(WATCHERS):
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            connection.sendall(b"GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.sockets[connection.fileno()] = connection
            self.poll.register(connection, select.EPOLLIN)
        self.bytes, self.going = 0, True
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        space = bytearray(1 << 18)
        while self.going:
            for number, _ in self.poll.poll(0.1):
                size = self.sockets[number].recv_into(space)
                assert size > 0, "a watcher was cut off"
                self.bytes += size

    def close(self):
        self.going = False
        self.thread.join()
        for connection in self.sockets.values():
            connection.close()
        self.poll.close()


def test_a_hundred_watchers_cost_little(server, say):
    """Catches watchers that hold up grants. Runs with and without them take turns, so that what else the machine
    does weighs on both."""
    def grants_per_s(number):
        return server.run_load("pairs", connections=16, seconds=1.5, prefix=f"run{number}")["pairs_per_s"]

    grants_per_s(-1)
    alone, watched, taken = [], [], 0
    for number in range(3):
        alone.append(grants_per_s(2 * number))
        with contextlib.closing(Crowd(server.port)) as crowd:
            watched.append(grants_per_s(2 * number + 1))
        taken += crowd.bytes
    cost = 1 - sum(watched) / sum(alone)
    assert taken > 0
    say(f"{WATCHERS} watchers of everything cost {cost:.0%} of {sum(alone) / 3:.0f} grants/s, "
        f"{taken / 4.5 / 1e6:.0f} MB/s to them")
    assert cost <= MOST_COST
