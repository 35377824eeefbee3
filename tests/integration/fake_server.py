"""A server that speaks just enough of the REST contract to misbehave on purpose.

It holds locks without queues, and can be told to do what the real server does only by chance: stall every
reply, lose one after acting on it, answer with a chosen refusal. Used where a test is about the client.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeServer:
    def __init__(self):
        self.lock = threading.Condition()
        self.holders = {}  # key -> handle
        self.granted = {}  # request_id -> reply
        self.calls = []  # (path, body), in order of arrival
        self.authorizations = []  # the header of each call
        self.token = 0
        self.stalled = threading.Event()  # while set, no reply is sent
        self.lose_replies = {}  # path -> how many replies to lose
        self.refusals = {}  # path -> (status, body), until removed
        self.delays = {}  # path -> (seconds before acting, seconds before replying)
        self.acted_at = {}  # path -> CLOCK_BOOTTIME of the last time it acted
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.stalled.clear()
        self.http.shutdown()
        self.http.server_close()

    def bodies(self, path):
        with self.lock:
            return [body for seen, body in self.calls if seen == path]

    def free(self, key):
        with self.lock:
            self.holders.pop(key, None)
            self.lock.notify_all()

    # The verbs. Each returns (status, body).

    def acquire(self, body):
        keys = body.get("keys") or [body["key"]]
        rid = body.get("request_id")
        deadline = time.monotonic() + (body.get("wait_ms", 0) / 1000 if body.get("wait_ms", 0) >= 0 else 3600)
        begin = time.monotonic()
        with self.lock:
            if rid in self.granted:
                return 200, self.granted[rid]
            while any(key in self.holders for key in keys):
                left = deadline - time.monotonic()
                if left <= 0:
                    return 409, {
                        "code": "held", "status": 409, "title": "held", "detail": "held",
                        "holders": [{"lease": "l1", "owner": "alice@host1 (pid 12)", "mode": "exclusive",
                                     "held_ms": 190000, "expires_in_ms": 12000}],
                        "queue_length": 2, "waited_ms": int((time.monotonic() - begin) * 1000)}
                self.lock.wait(min(left, 0.05))
            self.token += 1
            handle = "lease%d.proof" % self.token
            for key in keys:
                self.holders[key] = handle
            waited = int((time.monotonic() - begin) * 1000)
            ttl = body.get("ttl_ms", 30000)
            reply = {
                "lease": {"id": handle.split(".")[0], "handle": handle, "owner": body.get("owner"), "ttl_ms": ttl,
                          "expires_in_ms": None if ttl < 0 else body.get("claim_ms", ttl)},
                "grants": [{"key": key, "mode": body.get("mode", "exclusive"), "fencing_token": self.token}
                           for key in keys],
                "waited_ms": waited, "queued_ms": waited, "revision": self.token}
            self.granted[rid] = reply
            self.ttl = ttl
            return 200, reply

    def renew(self, body):
        with self.lock:
            if body["lease"] not in self.holders.values():
                return 410, {"code": "lease_gone", "status": 410, "detail": "the lease has ended",
                             "ended_by": "break", "by": "bob", "reason": "testing"}
            ttl = self.ttl
            return 200, {"lease": {"id": body["lease"].split(".")[0], "ttl_ms": ttl,
                                   "expires_in_ms": None if ttl < 0 else ttl}, "revision": self.token}

    def release(self, body):
        with self.lock:
            released = [key for key, handle in self.holders.items() if handle == body["lease"]]
            for key in released:
                del self.holders[key]
            self.lock.notify_all()
            return 200, {"released": released, "revision": self.token}

    def cancel(self, body):
        return 200, {"cancelled": False, "revision": self.token}

    def _handler(fake):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with fake.lock:
                    fake.calls.append((self.path, body))
                    fake.authorizations.append(self.headers["Authorization"])
                before, after = fake.delays.get(self.path, (0, 0))
                time.sleep(before)
                refusal = fake.refusals.get(self.path)
                status, reply = refusal or getattr(fake, self.path.rsplit("/", 1)[1])(body)
                fake.acted_at[self.path] = time.clock_gettime(time.CLOCK_BOOTTIME)
                time.sleep(after)
                while fake.stalled.is_set():
                    time.sleep(0.01)
                if fake.lose_replies.get(self.path, 0) > 0:
                    fake.lose_replies[self.path] -= 1
                    self.close_connection = True
                    return
                data = json.dumps(reply).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    self.close_connection = True

            def log_message(self, *args):
                pass

        return Handler


if __name__ == "__main__":
    server = FakeServer()
    print(server.url, flush=True)
    threading.Event().wait()
