package main

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

const (
	never      = math.MaxInt64
	nsPerMs    = int64(1_000_000)
	roundingNs = 2 * nsPerMs // answers round to milliseconds, on both ends of a span
)

// operation is what a client asked for with all its attempts under one request_id, which count as one.
type operation struct {
	attempt
	lost bool // an attempt got no reply, so a grant or a wait may be there that nobody was told of
}

func (o operation) unknown() bool { return !o.answered() }

// overlaps: whether both may have been decided, or waited, at one time.
func (o operation) overlaps(other operation) bool {
	return o.call <= other.back && other.call <= o.back
}

// gather makes operations of attempts. One without an outcome at the end never returns.
func gather(attempts []attempt) []operation {
	sort.SliceStable(attempts, func(i, j int) bool { return attempts[i].call < attempts[j].call })
	var operations []operation
	byRequest := map[string]int{}
	for _, a := range attempts {
		if a.verb != "acquire" && a.verb != "renew" && a.verb != "release" && a.verb != "get" {
			continue
		}
		at, again := byRequest[a.requestID]
		if a.requestID == "" || !again {
			at = len(operations)
			operations = append(operations, operation{attempt: a})
			if a.requestID != "" {
				byRequest[a.requestID] = at
			}
		}
		operations[at].attempted(a)
	}
	return operations
}

// attempted: the answer is the last attempt's.
func (o *operation) attempted(a attempt) {
	first := o.call
	o.attempt = a
	o.call = first
	if !a.answered() {
		o.lost = true
		o.back = never
	}
}

// earliestEnds says from when on each lease may have expired: its ttl after the last time that it can have begun to
// run at the earliest.
func earliestEnds(operations []operation) map[string]int64 {
	begun, ttl := map[string]int64{}, map[string]int64{}
	for _, o := range operations {
		if o.status != 200 || o.lease == "" {
			continue
		}
		switch o.verb {
		case "acquire":
			begun[o.lease], ttl[o.lease] = o.call, o.ttlMs*nsPerMs
			if !o.lost {
				begun[o.lease] += o.waitedMs*nsPerMs - roundingNs
			}
		case "renew":
			if o.call > begun[o.lease] {
				begun[o.lease] = o.call
			}
		}
	}
	ends := map[string]int64{}
	for lease, at := range begun {
		if ttl[lease] > 0 {
			ends[lease] = at + ttl[lease] - roundingNs
		}
	}
	return ends
}

// tokenViolations: a token that was told before another was asked for is smaller than it, whatever the keys.
func tokenViolations(operations []operation) []string {
	var grants []operation
	for _, o := range operations {
		if o.verb == "acquire" && o.status == 200 {
			grants = append(grants, o)
		}
	}
	byReturn := append([]operation(nil), grants...)
	sort.Slice(byReturn, func(i, j int) bool { return byReturn[i].back < byReturn[j].back })
	sort.Slice(grants, func(i, j int) bool { return grants[i].call < grants[j].call })
	var violations []string
	seen := map[int64]string{}
	var largest int64
	at := 0
	for _, grant := range grants {
		for ; at < len(byReturn) && byReturn[at].back < grant.call; at++ {
			if byReturn[at].token > largest {
				largest = byReturn[at].token
			}
		}
		if grant.token <= largest {
			violations = append(violations, fmt.Sprintf("tokens: %s on %s got %d after %d had been told",
				grant.requestID, grant.key, grant.token, largest))
		}
		if other, given := seen[grant.token]; given {
			violations = append(violations,
				fmt.Sprintf("tokens: %s and %s both got %d", other, grant.requestID, grant.token))
		}
		seen[grant.token] = grant.requestID
	}
	return violations
}

func splitLeases(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}
