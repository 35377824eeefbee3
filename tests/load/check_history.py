#!/usr/bin/env python3
"""Checks a history that holdfast_load recorded against the lock rules.

It knows nothing of how the server works. From what clients asked, when they asked and what they were told it
derives what must have been true, in linear time, and names each answer that cannot be:

  exclusion   a lock granted while an earlier hold that conflicts still gave a sign of life: a renewal or a
              release that succeeded, at a later revision or asked for later
  expiry      a conflicting grant, or `lease_gone`, before the hold could have ended: nobody asked for its
              release, and its ttl had not passed since the last renewal that succeeded was asked for
  tokens      a fencing token given twice, not growing with the revision, or smaller than one that was told
              before this request was made
  retries     one request_id answered with two leases or two tokens
  queue       waiters that were seen in the queue and granted in another order, or overtaken by a request that
              was made after they had been seen there
  whole       an acquire of several keys that was granted without one of them
  memory      after a restart: a hold that must still be there is not, or has another token, or expires too
              early or too late; a hold that was released is there again

and by revision (replay.py): order, looks, refusals, revival.

Unknown outcomes (status 0) may have happened or not; they only ever excuse, never accuse.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict

from replay import Replay

NS_PER_MS = 1_000_000
# Answers round to milliseconds, on both ends of a span.
ROUNDING_NS = 2 * NS_PER_MS
FOREVER = 1 << 62


class Attempt:
    """One line of a history."""

    __slots__ = ("client", "verb", "key", "mode", "request_id", "call_ns", "return_ns", "status", "code", "lease",
                 "token", "revision", "waited_ms", "ttl_ms", "wait_ms", "expires_in_ms")
    NUMBERS = {"call_ns", "return_ns", "status", "token", "revision", "waited_ms", "ttl_ms", "wait_ms", "expires_in_ms"}


def read_attempts(path):
    """Texts that come again and again are kept once: a history may have millions of lines."""
    with open(path, newline="") as file:
        lines = csv.reader(file, delimiter="\t")
        columns = next(lines)
        fields = [(columns.index(name), name, name in Attempt.NUMBERS) for name in Attempt.__slots__]
        for line in lines:
            if len(line) < len(columns):
                continue  # the last line of a client that was killed while it wrote
            attempt = Attempt()
            for at, name, is_number in fields:
                value = line[at]
                setattr(attempt, name, int(value) if is_number else None if value == "-" else sys.intern(value))
            yield attempt


class Hold:
    """One grant, and all that is known of its end."""

    def __init__(self, attempt):
        self.key, self.token, self.lease, self.mode = attempt.key, attempt.token, attempt.lease, attempt.mode
        self.request_id = attempt.request_id
        self.ttl_ns = attempt.ttl_ms * NS_PER_MS if attempt.ttl_ms > 0 else FOREVER
        self.revision = attempt.revision
        self.exact = True  # the revision is that of the grant, not of a retry that came later
        self.call_ns, self.return_ns = attempt.call_ns, attempt.return_ns
        self.expires_in_ms = attempt.expires_in_ms
        # The grant was not decided before this, so the ttl did not begin to run before.
        self.begun_ns = attempt.call_ns + attempt.waited_ms * NS_PER_MS - ROUNDING_NS
        self.told_ns = attempt.return_ns  # when expires_in_ms was told
        self.asked_ns = attempt.call_ns  # and what it was the answer to
        self.alive_revision = attempt.revision  # the last sign of life
        self.alive_ns = attempt.call_ns
        self.release_asked_ns = FOREVER  # the first time anybody asked for its release
        self.released = None  # the attempt that was told so
        self.maybe_renewed = False  # by a renewal without a reply, later than all that were answered

    def renewed(self, attempt):
        self.maybe_renewed = False
        self.begun_ns = max(self.begun_ns, attempt.call_ns)
        self.told_ns, self.asked_ns = attempt.return_ns, attempt.call_ns
        self.expires_in_ms = attempt.expires_in_ms

    def earliest_end_ns(self):
        """It was alive at least until then."""
        expiry = FOREVER if self.released else self.begun_ns + self.ttl_ns
        return min(self.release_asked_ns, expiry)


class History:
    def __init__(self, paths):
        self.attempts, self.looks, self.gets = [], [], []
        lists = {"queue": self.looks, "get": self.gets}
        for path in paths:
            for attempt in read_attempts(path):
                lists.get(attempt.verb, self.attempts).append(attempt)
        self.attempts.sort(key=lambda attempt: attempt.call_ns)
        self.violations = []
        self.holds = {}  # token -> Hold
        self.by_lease = defaultdict(list)
        self.placed = 0
        self._collect_grants()
        self._collect_ends()

    def violation(self, kind, text):
        self.violations.append(f"{kind}: {text}")

    def _collect_grants(self):
        unknown_before = set()  # request ids with an attempt that got no reply
        first_call = {}
        answers = {}  # (request_id, key) -> Hold
        for attempt in self.attempts:
            if attempt.verb != "acquire":
                continue
            if attempt.request_id:
                first_call.setdefault(attempt.request_id, attempt.call_ns)
            if attempt.status == 0:
                unknown_before.add(attempt.request_id)
            if attempt.status != 200:
                continue
            if not attempt.token:
                self.violation("whole", f"{attempt.request_id} was granted without {attempt.key}")
                continue
            asked = (attempt.request_id, attempt.key)
            before = answers.get(asked) if attempt.request_id else None
            if before and (before.token, before.lease) != (attempt.token, attempt.lease):
                self.violation("retries", f"{attempt.request_id} on {attempt.key} was told token {before.token} of lease "
                               f"{before.lease}, then token {attempt.token} of lease {attempt.lease}")
                continue
            known = self.holds.get(attempt.token)
            if known and known is not before:
                self.violation("tokens", f"{attempt.token} was given to {known.request_id} on {known.key} and to "
                               f"{attempt.request_id} on {attempt.key}")
                continue
            if before:
                continue
            hold = Hold(attempt)
            if attempt.request_id in unknown_before:
                hold.exact = False
                hold.call_ns = first_call[attempt.request_id]
                hold.begun_ns = min(hold.begun_ns, hold.call_ns)
            answers[asked] = hold
            self.holds[attempt.token] = hold
            self.by_lease[attempt.lease].append(hold)

    def _collect_ends(self):
        unsure = set()  # request ids with an attempt that got no reply
        for attempt in self.attempts:
            if attempt.verb not in ("renew", "release") or attempt.status not in (0, 200):
                continue
            for hold in self.by_lease.get(attempt.lease, ()):
                if attempt.verb == "release":
                    hold.release_asked_ns = min(hold.release_asked_ns, attempt.call_ns)
                if attempt.status == 0:
                    unsure.add(attempt.request_id)
                    hold.maybe_renewed = hold.maybe_renewed or attempt.verb == "renew"
                    continue
                if attempt.verb == "release":
                    hold.released = hold.released or attempt
                if attempt.request_id and attempt.request_id in unsure:
                    continue  # a retry may tell what an earlier attempt did
                hold.alive_revision = max(hold.alive_revision, attempt.revision)
                hold.alive_ns = max(hold.alive_ns, attempt.call_ns)
                if attempt.verb == "renew":
                    hold.renewed(attempt)

    def check(self):
        self._check_tokens()
        self._check_exclusion()
        self._check_lost_leases()
        self._check_queues()
        Replay(self.by_lease, self.attempts, self.gets, self.violation).check()
        return self.violations

    def _check_tokens(self):
        by_revision = sorted(self.holds.values(), key=lambda hold: (hold.revision, hold.token))
        largest = None  # among the holds granted at smaller revisions
        group, group_revision = None, None
        for hold in by_revision:
            if group_revision != hold.revision:
                if group is not None and (largest is None or group.token > largest.token):
                    largest = group
                group, group_revision = None, hold.revision
            # A revision that is not exact is too large; it can only have been granted earlier.
            if hold.exact and largest and hold.token < largest.token:
                self.violation("tokens", f"{hold.token} at revision {hold.revision} after {largest.token} at revision "
                               f"{largest.revision}")
            if group is None or hold.token > group.token:
                group = hold
        told = sorted(self.holds.values(), key=lambda hold: hold.return_ns)
        at, largest = 0, 0
        for hold in sorted(self.holds.values(), key=lambda hold: hold.call_ns):
            while at < len(told) and told[at].return_ns < hold.call_ns:
                largest = max(largest, told[at].token)
                at += 1
            if hold.token < largest:
                self.violation("tokens", f"{hold.token} on {hold.key} was asked for after {largest} had been told")

    def _check_exclusion(self):
        by_key = defaultdict(list)
        for hold in self.holds.values():
            by_key[hold.key].append(hold)
        for holds in by_key.values():
            holds.sort(key=lambda hold: hold.token)
            for conflicting in (["exclusive"], ["exclusive", "shared"]):
                self._check_conflicts(holds, conflicting)

    def _check_conflicts(self, holds, conflicting):
        """`conflicting`: which earlier holds exclude the later one. A shared hold is excluded by exclusive ones, an
        exclusive one by all."""
        later_mode = "exclusive" if len(conflicting) == 2 else "shared"
        revision, alive, end = None, None, None  # the earlier holds with the last sign of life, and the last end
        for hold in holds:
            if hold.mode == later_mode:
                if revision and revision.alive_revision >= hold.revision and hold.exact:
                    self.violation("exclusion", f"{hold.key}: token {hold.token} at revision {hold.revision}, but token "
                                   f"{revision.token} was alive at revision {revision.alive_revision}")
                elif alive and alive.alive_ns > hold.return_ns:
                    self.violation("exclusion", f"{hold.key}: token {hold.token} was told before the holder of token "
                                   f"{alive.token} asked for what it was granted")
                elif end and end.earliest_end_ns() > hold.return_ns:
                    early_ms = (end.earliest_end_ns() - hold.return_ns) / NS_PER_MS
                    self.violation("expiry", f"{hold.key}: token {hold.token} was granted {early_ms:.1f} ms before the "
                                   f"hold of token {end.token} could end")
            if hold.mode in conflicting:
                if revision is None or hold.alive_revision > revision.alive_revision:
                    revision = hold
                if alive is None or hold.alive_ns > alive.alive_ns:
                    alive = hold
                if end is None or hold.earliest_end_ns() > end.earliest_end_ns():
                    end = hold

    def _check_lost_leases(self):
        for attempt in self.attempts:
            if attempt.status != 410 or attempt.verb not in ("renew", "release"):
                continue
            for hold in self.by_lease.get(attempt.lease, ()):
                if attempt.return_ns < hold.earliest_end_ns():
                    self.violation("expiry", f"{attempt.verb} of lease {attempt.lease} ({hold.key}, token {hold.token}) was "
                                   "told that it is gone while it could not be")

    def _check_queues(self):
        granted = {(hold.key, hold.request_id): hold for hold in self.holds.values()}
        seen = {}  # (key, request_id) -> the first look that showed it
        for look in self.looks:
            before = seen.setdefault((look.key, look.request_id), look)
            if before.return_ns > look.return_ns:
                seen[(look.key, look.request_id)] = look
        by_key = defaultdict(list)
        for asked, look in seen.items():
            if asked in granted:
                by_key[look.key].append((look, granted[asked]))
        grants = defaultdict(list)
        for hold in self.holds.values():
            grants[hold.key].append(hold)
        for key, waiters in by_key.items():
            self.placed += len(waiters)
            waiters.sort(key=lambda waiter: waiter[0].token)
            for (earlier, first), (later, second) in zip(waiters, waiters[1:]):
                if first.token > second.token:
                    self.violation("queue", f"{key}: waiter {later.token} was granted before waiter {earlier.token}")
            self._check_overtaking(key, waiters, grants[key])

    def _check_overtaking(self, key, waiters, grants):
        by_call = sorted(grants, key=lambda hold: hold.call_ns)
        waiters = sorted(waiters, key=lambda waiter: waiter[0].return_ns, reverse=True)
        smallest, at = None, len(by_call) - 1  # among the grants that were asked for after the look
        for look, hold in waiters:
            while at >= 0 and by_call[at].call_ns > look.return_ns:
                if smallest is None or by_call[at].token < smallest.token:
                    smallest = by_call[at]
                at -= 1
            if smallest and smallest.token < hold.token:
                self.violation("queue", f"{key}: token {smallest.token} overtook waiter {look.token}, granted with "
                               f"{hold.token}")

    def check_memory(self, locks, asked_ns, returned_ns):
        """`locks`: what GET /v1/locks showed between asked_ns and returned_ns, after all attempts of this history and a
        restart. Returns how many holds were compared."""
        shown = {holder["fencing_token"]: (lock["key"], holder) for lock in locks for holder in lock["holders"]}
        compared = 0
        for hold in self.holds.values():
            there = shown.get(hold.token)
            if hold.released and hold.released.return_ns < asked_ns and there:
                self.violation("memory", f"{hold.key}: token {hold.token} was released and is held again")
            if hold.earliest_end_ns() <= returned_ns:
                continue
            compared += 1
            if not there or there[0] != hold.key or str(there[1]["lease"]) != hold.lease:
                self.violation("memory", f"{hold.key}: token {hold.token} of lease {hold.lease} is not there any more")
            elif hold.expires_in_ms >= 0:
                self._check_remaining(hold, there[1]["expires_in_ms"], returned_ns)
        return compared

    def _check_remaining(self, hold, remaining_ms, returned_ns):
        """Journal time is never faster than real time, and never goes back."""
        at_least = hold.expires_in_ms - (returned_ns - hold.asked_ns + ROUNDING_NS) / NS_PER_MS
        if remaining_ms < at_least:
            self.violation("memory", f"{hold.key}: token {hold.token} has {remaining_ms} ms left, less than {at_least:.0f}")
        if remaining_ms > hold.expires_in_ms and not hold.maybe_renewed:
            self.violation("memory", f"{hold.key}: token {hold.token} has {remaining_ms} ms left, more than the "
                           f"{hold.expires_in_ms} that were told")

    def operations(self):
        return len(self.attempts) + len(self.gets)

    def figures(self):
        unknown = sum(attempt.status == 0 for attempt in self.attempts)
        keys = len({hold.key for hold in self.holds.values()})
        return (f"history: {self.operations()} attempts, {len(self.holds)} grants on {keys} keys, {unknown} unknown, "
                f"{self.placed} waiters placed, {len(self.violations)} violations")


def main():
    arguments = argparse.ArgumentParser(description="Checks histories of holdfast_load, all of one cell, together.")
    arguments.add_argument("history", nargs="+")
    arguments.add_argument("--locks", help="JSON of {locks, asked_ns, returned_ns}, taken after a restart")
    options = arguments.parse_args()
    history = History(options.history)
    history.check()
    if options.locks:
        with open(options.locks) as file:
            after = json.load(file)
        compared = history.check_memory(after["locks"], after["asked_ns"], after["returned_ns"])
        print(f"memory: {compared} holds compared")
    for violation in history.violations[:20]:
        print(violation)
    print(history.figures())
    return 1 if history.violations else 0


if __name__ == "__main__":
    sys.exit(main())
