"""The OpenAPI document against the running server: every reply is what the document says, every field that it
names is read, and no other. The route table and the codes are compared by openapi_test."""

import http.client
import importlib.util
import json
import re
import urllib.parse

import jsonschema
import pytest
import rest
from harness import ROOT
from rest import eventually, server  # noqa: F401
from serving import serving

SOURCES = ROOT / "src" / "api" / "http"
DOCUMENT = json.loads((SOURCES / "openapi" / "openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {operation["operationId"]: (method, path, operation)
              for path, item in DOCUMENT["paths"].items() for method, operation in item.items()}
BODIES = {name: operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
          for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation}


def closed(schema):
    """The same schema, with replies that have undocumented members refused."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {name: closed(value) for name, value in schema.items()}
    if isinstance(copy.get("properties"), dict) and "additionalProperties" not in copy:
        copy["additionalProperties"] = False
    return copy


CLOSED = closed(DOCUMENT["components"])


def validate(value, schema):
    jsonschema.Draft202012Validator({**closed(schema), "components": CLOSED}).validate(value)


class Client:
    """Calls operations by name, and holds every exchange against the document."""

    def __init__(self, server):  # noqa: F811
        self.server, self.answered = server, set()

    def __call__(self, name, body=None, headers=(), query=None, status=200, **places):
        method, path, operation = OPERATIONS[name]
        for place, value in places.items():
            path = path.replace("{%s}" % place, urllib.parse.quote(value))
        if query:
            path += "?" + urllib.parse.urlencode(query)
        reply = rest.call(self.server, method.upper(), path, body, headers)
        assert reply.status == status, (name, reply.status, reply.body)
        self.check(name, operation, reply)
        if status == 200 and name in BODIES:
            validate(body, SCHEMAS[BODIES[name]])
        return reply

    def check(self, name, operation, reply):
        documented = operation["responses"].get(str(reply.status))
        assert documented, f"{name} answers {reply.status}, which its responses do not name"
        codes = re.findall(r"`(\w+)`", documented["description"]) if "$ref" in documented else None
        if codes:
            documented = DOCUMENT["components"]["responses"]["Problem"]
            assert reply.code in codes, f"{name} answers {reply.code}, which its responses do not name"
            assert DOCUMENT["x-problems"][reply.code]["status"] == reply.status
        content = documented["content"].get(reply.headers["content-type"])
        assert content, f"{name} answers {reply.headers['content-type']}"
        assert reply.headers["x-request-id"] and int(reply.headers["x-holdfast-revision"]) >= 0
        if "json" in reply.headers["content-type"]:
            validate(reply.json, content["schema"])
        if reply.status == 200:
            self.answered.add(name)


def test_the_document_is_openapi():
    assert DOCUMENT["openapi"] == "3.1.0"
    for name, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", []):
            validate(example, schema)
    references = set(re.findall(r'"#/components/(\w+)/([\w-]+)"', json.dumps(DOCUMENT)))
    assert all(name in DOCUMENT["components"][part] for part, name in references)
    used = {name for part, name in references if part == "schemas"}
    assert set(SCHEMAS) - used <= {"Event"}, "schemas that nothing refers to"
    assert len(OPERATIONS) == sum(len(item) for item in DOCUMENT["paths"].values()), "an operationId is there twice"


def watch_one(ask, server):  # noqa: F811
    """The head of a stream, and the first event of it, which is a grant."""
    with rest.wire(server) as wire:
        wire.send(rest.request("GET", "/v1/watch?prefix=scene/", headers={"Accept": "text/event-stream"}))
        while b"\r\n\r\n" not in wire.buffer:
            assert wire._more()
        grant = ask("acquire", {"key": "scene/watched"}).json
        while b'"kind"' not in wire.buffer or not wire.buffer.endswith(b"\n\n\r\n"):
            assert wire._more()
        head, _, stream = wire.buffer.decode().partition("\r\n\r\n")
        assert "Content-Type: text/event-stream" in head and "X-Request-Id: " in head
        validate(json.loads(re.search(r"data: (\{.*\})", stream)[1]), SCHEMAS["Event"])
        ask.answered.add("watch")
    ask("release", {"lease": grant["lease"]["handle"]})


def copy(ask, server):  # noqa: F811
    """A backup, whose reply has no length."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=rest.DEADLINE)
    connection.request("GET", "/v1/backup")
    reply = connection.getresponse()
    headers = {name.lower(): value for name, value in reply.getheaders()}
    ask.check("backup", OPERATIONS["backup"][2], rest.Reply(reply.status, headers, reply.read()))


def locks_and_leases(ask, server):  # noqa: F811
    body = {"keys": ["scene/a", {"key": "scene/b", "mode": "shared", "group": "read", "permits": 1, "limit": 4}],
            "owner": "ci", "reason": "test", "metadata": {"n": [1, {"x": None}]}, "request_id": "scene-1"}
    grant = ask("acquire", body).json
    ask("acquire", body)
    ask("acquire", {"key": "scene/a"}, status=409)
    ask("acquire", {"key": "scene/a", "lease": grant["lease"]["handle"], "on_held": "return"}, status=200)
    ask("acquire", {"key": "scene/a", "lease": grant["lease"]["handle"]}, status=409)
    ask("acquire", {"key": ""}, status=400)
    with rest.wire(server) as wire:
        wire.send(rest.request("POST", "/v1/acquire", {"key": "scene/a", "wait_ms": -1, "request_id": "scene-2"}))
        rest.wait_for_queue(server, "scene/a", 1)
        ask("listLocks", query={"prefix": "scene/", "state": "exclusive", "owner": "ci", "limit": 1, "cursor": "scene/",
                                "consistency": "stale"})
        ask("listLocks", query={"limit": 1})
        ask("showLock", key="scene/a", query={"consistency": "stale"})
        ask("showLockByQuery", query={"key": "scene/a"})
        ask("acquire", {"key": "scene/a"}, status=409)
        ask("cancel", {"request_id": "scene-2"})
        ask.check("acquire", OPERATIONS["acquire"][2], wire.read())
    ask("renew", {"lease": grant["lease"]["handle"], "ttl_ms": -1})
    ask("renew", {"lease": "nonsense"}, status=410)
    lease = ask("openLease", {"ttl_ms": 60000, "owner": "w", "metadata": {"m": 1}}).json["lease"]
    ask("acquire", {"key": "scene/c", "lease": lease["handle"]})
    ask("listLeases", query={"limit": 1, "consistency": "stale"})
    ask("listLeases", query={"principal": "nobody", "cursor": "1"})
    ask("showLease", id=lease["id"])
    ask("showLease", id="99999", status=404)
    ask("endLease", id=lease["id"], headers={"X-Holdfast-Lease": lease["handle"]}, query={"request_id": "scene-3"})
    ask("showLease", id=lease["id"], status=410)
    ask("release", {"lease": grant["lease"]["handle"], "keys": ["scene/b"], "keep_for_ms": 60000})
    ask("showLock", key="scene/b")
    ask("acquire", {"key": "scene/b"}, status=409)
    ask("release", {"lease": grant["lease"]["handle"]})


def care(ask):
    ask("registerLock", {"description": "d", "owners": [], "lock_delay_ms": 1, "record_refusals": True}, key="scene/r")
    etag = ask("showLock", key="scene/r").headers["etag"]
    ask("registerLock", {"description": "other"}, key="scene/r", status=412)
    ask("registerLock", {"description": "other"}, key="scene/r", headers={"If-Match": etag})
    lease = ask("openLease", {}).json["lease"]
    token = ask("acquire", {"key": "scene/r", "lease": lease["handle"]}).json["grants"][0]["fencing_token"]
    ask("unregisterLock", key="scene/r", headers={"If-Match": "*"}, status=409)
    ask("checkFence", {"key": "scene/r", "fencing_token": token})
    ask("checkFence", {"key": "scene/r", "fencing_token": token + 1}, status=412)
    ask("requestRelease", {"key": "scene/r", "reason": "please"})
    ask("renew", {"lease": lease["handle"]})
    ask("showLock", key="scene/r")
    ask("breakHold", {"key": "scene/r", "fencing_token": token, "reason": "gone", "now": True})
    ask("breakHold", {"key": "scene/r", "fencing_token": token, "reason": "gone"}, status=404)
    assert ask("renew", {"lease": lease["handle"]}).json["lost"]
    alone = ask("acquire", {"key": "scene/alone"}).json
    ask("breakHold", {"key": "scene/alone", "lease": alone["lease"]["id"], "reason": "gone"})
    ask("renew", {"lease": alone["lease"]["handle"]}, status=410)
    eventually(lambda: rest.show(ask.server, "scene/r")["state"] == "free", "the lock delay is over")
    ask("unregisterLock", key="scene/r", headers={"If-Match": "*"}, query={"request_id": "scene-4"})
    ask("unregisterLock", key="scene/never", status=404)


def test_every_call_answers_as_documented(server):  # noqa: F811
    ask = Client(server)
    locks_and_leases(ask, server)
    care(ask)
    watch_one(ask, server)
    copy(ask, server)
    ask("backup", query={"surprise": 1}, status=400)
    ask("finishUpgrade", {})
    page = ask("history", query={"prefix": "scene/", "limit": 3}).json
    assert len(page["events"]) == 3
    ask("history", query={"key": "scene/a", "owner": "ci", "lease": "1", "kind": "granted", "limit": 1,
                          "since": page["events"][-1]["id"], "cursor": page["next_cursor"]})
    ask("history", query={"since": "9-1"}, status=410)
    for name in ("status", "health", "readiness", "metrics", "openapi", "docs"):
        ask(name)
    for name in ("status", "metrics", "openapi", "docs"):
        ask(name, query={"surprise": 1}, status=400)
    for page in ("problems", "style.css"):
        ask("docsPage", page=page)
    ask("docsPage", page="other", status=404)
    left_out = set(OPERATIONS) - ask.answered
    assert not left_out, f"add these calls to the scenario: {', '.join(sorted(left_out))}"


def prepared(server, name, example):  # noqa: F811
    """The example with the lease, token or waiter of something that is there."""
    body, waiting = dict(example), None
    if name not in ("renew", "release", "breakHold", "requestRelease", "checkFence"):
        return body, waiting
    keys = example.get("keys", [example.get("key", "example/k")])
    hold = rest.post(server, "/v1/acquire", {"keys": keys, "ttl_ms": 60000}).json
    if "lease" in body:
        body["lease"] = hold["lease"]["id" if name == "breakHold" else "handle"]
    if "fencing_token" in body:
        body["fencing_token"] = hold["grants"][0]["fencing_token"]
    if "waiter" in body:
        waiting = rest.wire(server)
        waiting.send(rest.request("POST", "/v1/acquire", {"key": keys[0], "wait_ms": -1}))
        rest.wait_for_queue(server, keys[0], 1)
        body["waiter"] = rest.show(server, keys[0])["queue"][0]["waiter"]
    return body, waiting


@pytest.mark.parametrize("name", BODIES)
def test_examples_are_accepted(name):
    for example in SCHEMAS[BODIES[name]]["examples"]:
        with serving() as fresh:
            body, waiting = prepared(fresh, name, example)
            Client(fresh)(name, body, key="example/k")
            if waiting:
                waiting.close()


def wrong(schema):
    schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return 7 if "string" in schema["type"] or schema["type"] in ("array", "object") else "x"


@pytest.mark.parametrize("name", BODIES)
def test_every_documented_field_is_read_and_no_other(server, name):  # noqa: F811
    method, path, _ = OPERATIONS[name]
    schema = SCHEMAS[BODIES[name]]
    path = path.replace("{key}", "fields/k")
    for field, value in {**{field: wrong(one) for field, one in schema["properties"].items()}, "surprise": 1}.items():
        reply = rest.call(server, method.upper(), path, {**schema["examples"][0], field: value})
        assert (reply.status, reply.json.get("field")) == (400, field), (field, reply.body)
        assert ("is not a known field" in reply.json["detail"]) == (field == "surprise")


def test_handlers_read_nothing_that_is_not_documented():
    read, asked = set(), set()
    for file in SOURCES.glob("handle_*.cc"):
        source = file.read_text()
        read |= set(re.findall(r'\bin\.\w+\("(\w+)"', source))
        for names in re.findall(r"Query::parse\([^{]*\{([^}]*)\}", source):
            asked |= set(re.findall(r'"(\w+)"', names))
    fields = {field for name in [*BODIES.values()] for field in SCHEMAS[name]["properties"]}
    fields |= set(SCHEMAS["WantedKey"]["oneOf"][1]["properties"])
    assert read and read <= fields, f"document these fields: {read - fields}"
    parameters = {one["name"] for _, _, operation in OPERATIONS.values() for one in operation.get("parameters", [])
                  if one["in"] == "query"}
    assert asked and asked == parameters, f"document these parameters: {asked ^ parameters}"


def test_the_served_document_is_the_one_in_the_sources(server):  # noqa: F811
    assert rest.get(server, "/v1/openapi.json").json == DOCUMENT


def test_behind_a_base_path_the_document_says_so():
    with serving("--base-path", "/locks") as behind:
        served = rest.get(behind, "/locks/v1/openapi.json").json
        assert served["servers"][0]["url"] == "/locks"
        assert served["paths"] == DOCUMENT["paths"]
        assert b'href="docs/style.css"' in rest.get(behind, "/locks/docs").body


def test_the_pages_are_what_the_document_says():
    spec = importlib.util.spec_from_file_location("render", SOURCES / "openapi" / "render.py")
    render = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(render)
    for name, content in render.pages().items():
        assert (SOURCES / "openapi" / name).read_text() == content, f"run {SOURCES}/openapi/render.py: {name} is old"


def test_the_pages_load_nothing_and_run_nothing(server):  # noqa: F811
    for path in ("/docs", "/docs/problems"):
        reply = rest.get(server, path)
        text = reply.body.decode()
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert not re.search(r"<script|<style|\son\w+=|\sstyle=|javascript:|<img|<iframe", text)
        targets = re.findall(r'(?:href|src)="([^"]*)"', text)
        for target in targets:
            assert not re.match(r"[a-z]+:|//", target), target
            place = urllib.parse.urljoin(path, target)
            page, _, fragment = place.partition("#")
            found = rest.get(server, page)
            assert found.status == 200, target
            assert not fragment or f'id="{fragment}"' in found.body.decode(), target


def test_problems_point_to_their_page(server):  # noqa: F811
    problem = rest.get(server, "/nowhere").json
    page, _, fragment = problem["type"].partition("#")
    assert f'<tr id="{fragment}">' in rest.get(server, page).body.decode()


def test_the_page_of_problems_in_the_docs_has_every_code():
    rows = dict(re.findall(r'^\| <a id="(\w+)"></a>`\w+` \| (\d+) \|', (ROOT / "docs" / "problems.md").read_text(), re.M))
    assert rows == {code: str(one["status"]) for code, one in DOCUMENT["x-problems"].items()}
