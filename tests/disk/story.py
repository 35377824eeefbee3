"""A scripted life of a server, what it acknowledged, and what must be there after it died at any moment of it."""

import base64
import contextlib
import hashlib
import http.client
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "load"))
import rig  # noqa: E402

HOUR_MS = 3_600_000
LONG_NAME = "n" * 400
# Small enough that a life of half a second rolls, recycles and snapshots.
SMALL = {"HOLDFAST_SEGMENT_SIZE": "1MiB", "HOLDFAST_SNAPSHOT_SIZE": "192KiB", "HOLDFAST_LOG_LEVEL": "warn"}


class Died(Exception):
    """The server went away in the middle of a call, whose outcome is unknown."""


class Told:
    """What was acknowledged. The call that got no answer leaves its keys and documents in doubt: they
    are as before it or as after it."""

    def __init__(self):
        self.holds = {}  # key -> (lease id, token); (None, None): held, whatever the numbers
        self.ended = set()  # keys that were released
        self.documents = {}  # name -> bytes, or None: removed
        self.settings = {}  # registered key -> description
        self.largest = 0
        self.doubt = set()  # keys, registered keys
        self.doubtful_documents = {}  # name -> what it may be now

    def names_of_documents(self):
        """Also of those that may be there."""
        return self.documents.keys() | self.doubtful_documents

    def grown(self, tokens):
        self.largest = max(self.largest, *tokens)


class Seen:
    """What a server shows."""

    def __init__(self, server, names):
        with contextlib.closing(server.client()) as client:
            locks = client.locks()
            self.holds = {lock["key"]: (lock["holders"][0]["lease"], lock["holders"][0]["fencing_token"])
                          for lock in locks if lock["holders"]}
            self.settings = {lock["key"]: lock["settings"]["description"] for lock in locks if lock.get("settings")}
            self.next_token = client.acquire("after-all", ttl_ms=HOUR_MS).token
        self.documents = {name: document(server.port, name) for name in sorted(names)}

    def stable(self):
        """What two looks at one state have in common."""
        return self.holds, self.settings, self.documents


class Unreadable(str):
    """What the server says instead of a document."""


def document(port, name):
    status, body = raw_call(port, "GET", "/terraform/" + name)
    if status == 200:
        return body
    return None if status == 404 else Unreadable(f"{status} {body.decode(errors='replace')}")


def raw_call(port, method, path, body=None, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=rig.PATIENCE_S)
    try:
        connection.request(method, path, body, dict(headers))
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def pattern(name, size):
    """Bytes that no other name has."""
    seed = hashlib.sha256(name.encode()).digest()
    return (seed * (size // len(seed) + 1))[:size]


class Story:
    """Lives on a server until that dies or all is told. Where it dies, Died is raised."""

    def __init__(self, server, told, name):
        self.server, self.told, self.name = server, told, name
        self.client = server.client()
        self.handles = {}

    def live(self, rounds=2):
        try:
            for number in range(rounds):
                self._round(f"{self.name}{number}")
        finally:
            self.client.close()

    def _round(self, name):
        for number in range(24):
            self.acquire(f"{name}/single/{number:03}")
        self.register(f"{name}/registered", "as " + name)
        for number in range(0, 24, 2):
            self.release(f"{name}/single/{number:03}")
        for number in range(4):
            self.acquire_many(f"{name}/many/{number}")
        self.release(f"{name}/many/1")
        self.lock_document(f"{name}/state")
        for version in (1, 2):
            self.put_document(f"{name}/state", pattern(f"{name}{version}", 70_000 * version))
        self.put_document(f"{name}/removed", pattern(name, 3_000))
        self.put_document(f"{name}/removed", None)
        for number in range(1, 24, 2):
            self.renew(f"{name}/single/{number:03}")
        for number in range(24, 90):
            self.acquire(f"{name}/single/{number:03}")

    @contextlib.contextmanager
    def _asking(self, keys=(), documents=None):
        self.told.doubt, self.told.doubtful_documents = set(keys), documents or {}
        try:
            yield
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Died(str(error)) from error
        self.told.doubt, self.told.doubtful_documents = set(), {}

    def _must(self, reply, statuses=(200,)):
        if reply.status not in statuses:
            raise AssertionError(f"the story goes otherwise: {reply}")
        return reply

    def acquire(self, key):
        self._acquire([key])
        self.handles[key] = self.handles.pop((key,))

    def acquire_many(self, name):
        keys = [f"{name}/{number:03}/{LONG_NAME}" for number in range(200)]
        self._acquire(keys)
        self.handles[name] = self.handles.pop(tuple(keys))

    def _acquire(self, keys):
        with self._asking(keys):
            reply = self._must(self.client.request("POST", "/v1/acquire", {"keys": keys, "ttl_ms": HOUR_MS}))
        grants = {grant["key"]: grant["fencing_token"] for grant in reply["grants"]}
        self.told.holds |= {key: (reply["lease"]["id"], grants[key]) for key in keys}
        self.told.grown(grants.values())
        self.handles[tuple(keys)] = (reply.handle, keys)

    def release(self, name):
        handle, keys = self.handles.pop(name)
        with self._asking(keys):
            self._must(self.client.release(handle))
        for key in keys:
            del self.told.holds[key]
            self.told.ended.add(key)

    def renew(self, key):
        with self._asking():
            self._must(self.client.renew(self.handles[key][0]))

    def register(self, key, description):
        with self._asking([key]):
            self._must(self.client.request("PUT", "/v1/locks/" + key, {"description": description}), (200, 201))
        self.told.settings[key] = description

    def lock_document(self, name):
        key = "terraform/" + name
        body = json.dumps({"ID": name, "Operation": "", "Info": "", "Who": "story", "Version": "1.5.7",
                           "Created": "2026-01-01T00:00:00Z", "Path": ""})
        with self._asking([key]):
            status, answer = raw_call(self.server.port, "LOCK", "/" + key, body)
            assert status == 200, answer
        self.told.holds[key] = (None, None)

    def put_document(self, name, data):
        """None removes it."""
        with self._asking(documents={name: data}):
            query = f"?ID={name}" if "terraform/" + name in self.told.holds else ""
            path = f"/terraform/{name}{query}"
            if data is None:
                status, answer = raw_call(self.server.port, "DELETE", path)
            else:
                digest = base64.b64encode(hashlib.md5(data).digest()).decode()
                status, answer = raw_call(self.server.port, "POST", path, data, {"Content-MD5": digest})
            assert status == 200, answer
        self.told.documents[name] = data


def losses(told, seen):
    """Everything acknowledged that is not there, or otherwise, and everything there that nobody asked for."""
    found = []
    for key, (lease, token) in told.holds.items():
        there = seen.holds.get(key)
        if key in told.doubt and there is None:
            continue
        if there is None or lease is not None and there != (lease, token):
            found.append(f"{key[:60]} was held as {lease}, {token} and is {there}")
    for key in seen.holds.keys() - told.holds.keys() - told.doubt - {"after-all"}:
        found.append(f"{key[:60]} is held, and nobody was told so")
    in_doubt = told.doubt & (told.holds.keys() | seen.holds.keys())
    if in_doubt and len(in_doubt & seen.holds.keys()) not in (0, len(told.doubt)):
        found.append(f"a part of {len(told.doubt)} keys of one call is held")
    for name in told.names_of_documents():
        allowed = [told.documents.get(name)]
        if name in told.doubtful_documents:
            allowed.append(told.doubtful_documents[name])
        if seen.documents[name] not in allowed:
            found.append(f"document {name} is another one: {describe(seen.documents[name])}")
    for key, description in told.settings.items():
        if seen.settings.get(key) != description:
            found.append(f"{key} was registered")
    if seen.next_token <= told.largest:
        found.append(f"token {seen.next_token} after {told.largest} was told")
    return found


def describe(data):
    return data if isinstance(data, Unreadable) else "none" if data is None else f"{len(data)} bytes"
