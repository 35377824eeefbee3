"""What clients believed, by their own clocks alone: each believes that it holds from the moment it is told, until it
asks for the release or its own deadline has come (the time it sent what was granted, and what it was given, less r).
Whatever the server's reasons, two that exclude each other may never believe so at once."""

from collections import defaultdict

NS_PER_MS = 1_000_000
RATE = 0.001  # by which clocks may disagree
FOREVER = 1 << 62


class Claim:
    def __init__(self, attempt):
        self.key, self.token, self.mode, self.lease = attempt.key, attempt.token, attempt.mode, attempt.lease
        self.began_ns, self.ends_ns = attempt.return_ns, deadline_ns(attempt)
        self.given_up_ns = FOREVER

    def end_ns(self):
        return min(self.ends_ns, self.given_up_ns)


def deadline_ns(attempt):
    if attempt.expires_in_ms < 0:
        return FOREVER
    given_ms = (attempt.waited_ms if attempt.verb == "acquire" else 0) + attempt.expires_in_ms
    return attempt.call_ns + int(given_ms * NS_PER_MS * (1 - RATE))


def claims_of(attempts):
    claims, by_lease = {}, defaultdict(list)
    for attempt in sorted(attempts, key=lambda attempt: attempt.return_ns):
        if attempt.verb == "acquire" and attempt.status == 200 and attempt.token:
            known = claims.get(attempt.token)
            if known:  # a retry is told the same again
                known.ends_ns = max(known.ends_ns, deadline_ns(attempt))
                continue
            claims[attempt.token] = Claim(attempt)
            by_lease[attempt.lease].append(claims[attempt.token])
        for claim in by_lease.get(attempt.lease, ()):
            if attempt.verb == "renew" and attempt.status == 200:
                claim.ends_ns = max(claim.ends_ns, deadline_ns(attempt))
    for attempt in attempts:
        for claim in by_lease.get(attempt.lease, ()):
            if attempt.verb == "release":
                claim.given_up_ns = min(claim.given_up_ns, attempt.call_ns)
    return list(claims.values())


def overlaps(attempts):
    """Descriptions of all pairs that neighbour in time; one violation shows itself at least once."""
    found, by_key = [], defaultdict(list)
    for claim in claims_of(attempts):
        if claim.began_ns < claim.end_ns():
            by_key[claim.key].append(claim)
    for key, claims in by_key.items():
        claims.sort(key=lambda claim: claim.began_ns)
        longest = {"exclusive": None, "shared": None}  # the claim of each mode that ends last so far
        for claim in claims:
            for mode, earlier in longest.items():
                conflict = "exclusive" in (mode, claim.mode)
                if earlier and conflict and claim.began_ns < earlier.end_ns():
                    found.append(f"claims: {key}: token {claim.token} was believed "
                                 f"{(earlier.end_ns() - claim.began_ns) / 1e6:.1f} ms before token {earlier.token} was over")
            if longest[claim.mode] is None or claim.end_ns() > longest[claim.mode].end_ns():
                longest[claim.mode] = claim
    return found
