"""A watcher as tests have it: a connection to /v1/watch, read as a stream of server-sent events."""

import http.client
import json
import urllib.parse


class Event:
    def __init__(self, kind, id, data):
        self.kind, self.id, self.data = kind, id, json.loads(data)

    def __repr__(self):
        return f"{self.kind} {self.id} {self.data}"

    @property
    def keys(self):
        return [key["key"] for key in self.data.get("keys", [])]


class Watcher:
    """`last_id` is where a next watcher would go on."""

    def __init__(self, port, timeout=60, headers=(), **query):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.connection.request("GET", "/v1/watch?" + urllib.parse.urlencode(query), headers=dict(headers))
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.last_id = query.get("since")
        self.comments = 0
        if self.status == 200:  # where it begins is said at once
            assert self._block() is None
        else:
            self.problem = json.loads(self.response.read())

    def _block(self):
        """The next block: an event, None for one without data, EOFError at the end of the stream."""
        kind, data = "message", []
        while True:
            line = self.response.readline().decode()
            if not line.endswith("\n"):
                raise EOFError
            line = line.rstrip("\n")
            if not line:
                break
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif not name:
                self.comments += 1
        return Event(kind, self.last_id, "\n".join(data)) if data else None

    def next(self):
        while True:
            event = self._block()
            if event:
                return event

    def take(self, count):
        return [self.next() for _ in range(count)]

    def until(self, wanted):
        """Events up to the first that is wanted, included."""
        taken = []
        while not taken or not wanted(taken[-1]):
            taken.append(self.next())
        return taken

    def close(self):
        # The response has the socket too, and reading to its end would wait forever.
        self.connection.close()
        self.response.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
