"""The part of checker A that believes the revisions: it replays what clients were told in their order, and checks that
reads and refusals fit, that nothing revives, and that the order of the revisions is one that clients could have seen.

  order      an answer decided at a smaller revision than one that was told before it was asked for
  looks      a look at a lock that misses a hold, shows one that had ended, or one that nobody was granted
  refusals   `held`, while nobody could hold the lock or wait for it
  revival    a sign of life of a lease at a later revision than one at which it had ended
"""

import bisect
from collections import defaultdict

FOREVER = 1 << 62
GRANT, END, READ = 0, 1, 2  # what happens at a revision comes before who saw it


def check_order(attempts, violation):
    """Every answer, whatever the keys. 503 and lost replies say no revision."""
    answered = [attempt for attempt in attempts if attempt.revision]
    by_return = sorted(answered, key=lambda attempt: attempt.return_ns)
    largest, at = None, 0
    for attempt in sorted(answered, key=lambda attempt: attempt.call_ns):
        while by_return[at].return_ns < attempt.call_ns:
            if largest is None or by_return[at].revision > largest.revision:
                largest = by_return[at]
            at += 1
        if largest and attempt.revision < largest.revision:
            violation("order", f"{attempt.verb} {attempt.request_id or attempt.key} was decided at revision "
                      f"{attempt.revision}, after {largest.revision} had been told")


class Unsure:
    """Acquires that may have waited, or been granted without anybody's knowledge, by key."""

    def __init__(self, attempts):
        spans = {}  # (key, request_id) -> [first call, last return, waits, lost]
        for attempt in attempts:
            if attempt.verb != "acquire":
                continue
            asked = (attempt.key, attempt.request_id or id(attempt))
            span = spans.setdefault(asked, [attempt.call_ns, 0, False, False])
            lost = attempt.status in (0, 503)
            span[1] = FOREVER if lost else attempt.return_ns
            span[2] = span[2] or attempt.wait_ms != 0
            span[3] = span[3] or lost
        self._retried = {request_id for (_, request_id), span in spans.items() if span[3]}
        self.waits, self.losses = defaultdict(list), defaultdict(list)
        for (key, request_id), (call_ns, return_ns, waits, lost) in spans.items():
            if waits or lost:
                self.waits[key].append((call_ns, return_ns, request_id))
            if lost:
                self.losses[key].append((call_ns, return_ns, request_id))
        self._ends = {}
        for spans in (self.waits, self.losses):
            for key, found in spans.items():
                found.sort()
                self._ends[id(spans), key] = sorted(span[1] for span in found)

    def _count(self, spans, attempt):
        """How many of them there were meanwhile."""
        found = spans.get(attempt.key)
        if not found:
            return 0
        begun = bisect.bisect_right(found, (attempt.return_ns, FOREVER))
        return begun - bisect.bisect_left(self._ends[id(spans), attempt.key], attempt.call_ns)

    def is_retry(self, attempt):
        """It may tell how an earlier attempt ended."""
        return attempt.request_id in self._retried

    def others_waited(self, attempt):
        itself = attempt.verb == "acquire" and attempt.wait_ms != 0
        return self._count(self.waits, attempt) > itself

    def somebody_lost(self, attempt):
        return self._count(self.losses, attempt) > 0


def ends_of(holds, attempts):
    """The revision at which each hold had surely ended, by token: its release by an attempt that was no retry, or
    the first `lease_gone`."""
    ends, unsure = {}, set()
    for attempt in attempts:
        if attempt.verb not in ("renew", "release"):
            continue
        if attempt.status in (0, 503):
            unsure.add(attempt.request_id)
        over = attempt.status == 410 or (attempt.verb == "release" and attempt.status == 200)
        if not over or not attempt.revision:
            continue
        for hold in holds.get(attempt.lease, ()):
            ends[hold.token] = min(ends.get(hold.token, FOREVER), attempt.revision)
    return ends


class Key:
    """Who holds it, revision by revision."""

    def __init__(self, replay):
        self.replay = replay
        self.holders = {}  # lease -> Hold

    def grant(self, hold):
        """Those that it excludes have ended, or the check of exclusion says so."""
        if hold.mode == "exclusive":
            self.holders.clear()
        else:
            self.holders = {lease: other for lease, other in self.holders.items() if other.mode == "shared"}
        self.holders[hold.lease] = hold

    def end(self, hold):
        self.holders.pop(hold.lease, None)

    def refused(self, attempt):
        timed_out = 0 < attempt.wait_ms <= attempt.waited_ms  # also when a release came in the same batch
        unsure = self.replay.unsure
        if timed_out or unsure.is_retry(attempt) or unsure.others_waited(attempt):
            return
        if any(attempt.mode == "exclusive" or hold.mode == "exclusive" for hold in self.holders.values()):
            return
        self.replay.violation("refusals", f"{attempt.key}: {attempt.request_id} was refused at revision {attempt.revision}, "
                              "and nobody could hold it")

    def looked(self, look):
        shown = set(look.lease.split(",")) if look.lease else set()
        for lease, hold in self.holders.items():
            alive = hold.alive_revision >= look.revision or look.return_ns < hold.earliest_end_ns()
            if lease not in shown and alive:
                self.replay.violation("looks", f"{look.key}: a look at revision {look.revision} misses lease {lease} "
                                      f"of token {hold.token}")
        for lease in shown - self.holders.keys():
            if lease in self.replay.by_lease or not self.replay.unsure.somebody_lost(look):
                self.replay.violation("looks", f"{look.key}: a look at revision {look.revision} shows lease {lease}, which "
                                      "does not hold it then")


class Replay:
    """`by_lease`: lease -> its Holds. `violation(kind, text)` takes what is found."""

    def __init__(self, by_lease, attempts, looks, violation):
        self.by_lease, self.violation = by_lease, violation
        self.unsure = Unsure(attempts)
        self.ends = ends_of(by_lease, attempts)
        self.attempts, self.looks = attempts, looks

    def check(self):
        check_order(self.attempts + self.looks, self.violation)
        self._check_revival()
        for key, events in self._events().items():
            self._replay(events)

    def _check_revival(self):
        for holds in self.by_lease.values():
            for hold in holds:
                end = self.ends.get(hold.token, FOREVER)
                if hold.alive_revision > end:
                    self.violation("revival", f"{hold.key}: token {hold.token} ended by revision {end}, and is alive at "
                                   f"{hold.alive_revision}")

    def _events(self):
        """By key, in order of revision. A grant that a retry told of is as old as its lease may be."""
        events = defaultdict(list)
        for holds in self.by_lease.values():
            for hold in holds:
                granted = hold.revision if hold.exact else min(hold.revision, int(hold.lease))
                events[hold.key].append((granted, GRANT, hold.token, hold))
                if hold.token in self.ends:
                    events[hold.key].append((self.ends[hold.token], END, hold.token, hold))
        for attempt in self.attempts:
            if attempt.verb == "acquire" and attempt.code == "held":
                events[attempt.key].append((attempt.revision, READ, attempt.call_ns, attempt))
        for look in self.looks:
            if look.status == 200:
                events[look.key].append((look.revision, READ, look.call_ns, look))
        for found in events.values():
            found.sort(key=lambda event: event[:3])
        return events

    def _replay(self, events):
        key = Key(self)
        for _, kind, _, what in events:
            if kind == GRANT:
                key.grant(what)
            elif kind == END:
                key.end(what)
            elif what.verb == "acquire":
                key.refused(what)
            else:
                key.looked(what)
