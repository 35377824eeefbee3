"""One round: load begins, faults come and go, everything must finish, and all that was recorded is judged."""

import contextlib
import http.client
import pathlib
import random
import signal
import tempfile
import time

import claims
import rig
from check_history import History
from holders import Holders

TTL_MS = 1_500
LONG_TTL_MS = 600_000
KEYS = 8  # that all clients share
PROCESSES, CONNECTIONS = 2, 6


class Round:
    def __init__(self, cell, faults, number, seed, tokens_before):
        self.cell, self.number, self.tokens_before = cell, number, tokens_before
        self.faults = [fault() for fault in faults]
        self.random = random.Random(seed)
        self.prefix = f"round{number}"
        self.violations, self.operations, self.recovery_s, self.largest = [], 0, 0.0, tokens_before

    def run(self):
        with tempfile.TemporaryDirectory(prefix="holdfast-chaos-") as scratch:
            scratch = pathlib.Path(scratch)
            snapshot = self.cell.snapshot()
            self._begin_load(scratch)
            with Holders(self.cell, scratch, f"{self.prefix}/run", 2, 0.3) as holders:
                self._pause(0.4, 0.8)
                self._let_faults_happen()
                self._recover()
                self._pause(0.3, 0.6)
                self.violations += holders.stop()
            self._end_load()
            self.snapshots = self.cell.snapshot() != snapshot
            self._acquire_every_key()
            self._judge(sorted(scratch.glob("*.tsv")))
        return self

    def _pause(self, least, most):
        time.sleep(self.random.uniform(least, most))

    def _begin_load(self, scratch):
        self.cell.loads.clear()
        shared = {"connections": CONNECTIONS, "seconds": 3600, "drain_seconds": rig.PATIENCE_S, "timeout_ms": 1_000,
                  "seed": self.random.randrange(1 << 30)}
        for process in range(PROCESSES):
            self.cell.load("mix", prefix=self.prefix, first_client=process * CONNECTIONS, keys=KEYS, ttl_ms=TTL_MS,
                           keep_percent=3, shared_percent=25, history=scratch / f"{process}.tsv", **shared)
        self.cell.load("mix", prefix=self.prefix + "kept", keys=KEYS, ttl_ms=LONG_TTL_MS, keep_percent=20,
                       history=scratch / "kept.tsv", **shared)

    def _let_faults_happen(self):
        for fault in self.faults:
            fault.inject(self.cell)
            self._pause(0, 0.4)
        long = any(fault.longer_than_ttl for fault in self.faults)
        self._pause(TTL_MS / 1000 + 0.4 if long else 0.5, TTL_MS / 1000 + 1)
        for fault in self.random.sample(self.faults, len(self.faults)):
            fault.heal(self.cell)

    def _recover(self):
        """From the moment in which nothing is wrong any more, to the first lock through the proxy."""
        began = rig.raw_ns()
        self.cell.revive()
        rig.until("a lock is granted after the faults", self._is_granted)
        self.recovery_s = (rig.raw_ns() - began) / 1e9

    def _is_granted(self):
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            with contextlib.closing(self.cell.client(timeout=5)) as client:
                reply = client.acquire(f"{self.prefix}/probe", ttl_ms=LONG_TTL_MS, request_id=f"{self.prefix}/probe")
                return reply.status == 200

    def _end_load(self):
        for load in self.cell.loads:
            load.process.send_signal(signal.SIGTERM)
        for load in self.cell.loads:
            try:
                figures = load.figures()
            except AssertionError as error:
                self.violations.append(f"retries: {error}")
                continue
            if figures["abandoned"]:
                self.violations.append(f"calls: {figures['abandoned']} never ended")

    def _acquire_every_key(self):
        """No client is left, so all are free within a ttl."""
        keys = [f"{self.prefix}/all/{number:0{32 - len(self.prefix) - 5}}" for number in range(KEYS)]
        with contextlib.closing(self.cell.client()) as client:
            reply = client.request("POST", "/v1/acquire", {"keys": keys, "wait_ms": rig.PATIENCE_S * 500, "ttl_ms": TTL_MS})
        if reply.status != 200:
            self.violations.append(f"stuck: {reply}")

    def _judge(self, paths):
        history = History(paths)
        history.check()
        self._look_again(history)
        self.operations = len(history.attempts)
        tokens = list(history.holds)
        if tokens and min(tokens) <= self.tokens_before:
            self.violations.append(f"tokens: {min(tokens)} after {self.tokens_before} of the round before")
        self.largest = max(tokens, default=self.tokens_before)
        self.violations += history.violations + claims.overlaps(history.attempts)

    def _look_again(self, history):
        """At what a restart brings back."""
        damage = self.cell.stop(self.random.choice((signal.SIGKILL, signal.SIGTERM)))
        if damage:
            self.violations.append("verify: " + damage)
        self.cell.start()
        with contextlib.closing(self.cell.server.client()) as client:
            asked_ns = rig.raw_ns()
            locks = client.locks(self.prefix)
            self.compared = history.check_memory(locks, asked_ns, rig.raw_ns())
