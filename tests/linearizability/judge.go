package main

import (
	"fmt"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// judge returns what is wrong with a history, and how many operations it has. A key that cannot be decided within
// `patience` counts as wrong, so that nothing passes unseen.
func judge(attempts []attempt, patience time.Duration) (violations []string, operations int) {
	all := gather(attempts)
	violations = tokenViolations(all)
	ends := earliestEnds(all)
	byKey := map[string][]operation{}
	for _, o := range all {
		byKey[o.key] = append(byKey[o.key], o)
	}
	for _, key := range sortedKeys(byKey) {
		if violation := judgeKey(key, byKey[key], ends, patience); violation != "" {
			violations = append(violations, violation)
		}
	}
	return violations, len(all)
}

func judgeKey(key string, operations []operation, ends map[string]int64, patience time.Duration) string {
	history, err := historyOf(operations, ends)
	if err != nil {
		return fmt.Sprintf("%s: %v", key, err)
	}
	switch porcupine.CheckOperationsTimeout(lockModel, history, patience) {
	case porcupine.Ok:
		return ""
	case porcupine.Unknown:
		return fmt.Sprintf("%s: not decided within %v", key, patience)
	}
	return fmt.Sprintf("%s: no order of its %d operations explains the answers; they do as far as %s", key,
		len(operations), firstUnexplained(operations, ends, patience))
}

func sortedKeys(byKey map[string][]operation) []string {
	var keys []string
	for key := range byKey {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// historyOf is what porcupine judges: the operations, and the expiries that may have been.
func historyOf(operations []operation, ends map[string]int64) ([]porcupine.Operation, error) {
	var history []porcupine.Operation
	var last int64
	for _, o := range operations {
		if o.back != never && o.back > last {
			last = o.back
		}
		if o.unknown() && (o.verb == "get" || o.verb == "renew") {
			continue // says and changes nothing, except when a lease ends, which is taken as early as can be
		}
		a, err := actionOf(o, operations)
		if err != nil {
			return nil, err
		}
		history = append(history, porcupine.Operation{ClientId: o.client, Input: a, Call: o.call, Return: o.back})
	}
	for _, e := range expiriesOf(operations, ends, last) {
		a := action{kind: expired, lease: e.lease, what: "expiry of " + e.lease}
		// A span that ends before it begins is an early expiry: put where it cannot help.
		through := e.through
		if through < e.from {
			through = never
		}
		history = append(history, porcupine.Operation{ClientId: e.client, Input: a, Call: e.from, Return: through})
	}
	return history, nil
}

func actionOf(o operation, operations []operation) (action, error) {
	a := action{lease: o.lease, shared: o.mode == "shared", what: fmt.Sprintf("%s %s", o.verb, o.requestID)}
	switch {
	case o.verb == "acquire" && o.status == 200:
		a.kind = granted
	case o.verb == "acquire" && o.status == 409:
		a.kind = refused
		a.excused = besideWaiter(o, operations)
	case o.verb == "acquire" && o.unknown():
		a.kind, a.lease = maybeGranted, "?"+o.requestID
	case o.verb == "acquire" && o.status == 410 && o.lost:
		a.kind, a.lease = maybeReleased, "" // granted while nobody was there, and released at once
	case o.verb == "release" && o.status == 200:
		a.kind = released
	case o.verb == "release" && o.unknown():
		a.kind = maybeReleased
	case o.verb == "renew" && o.status == 200:
		a.kind = renewed
	case (o.verb == "release" || o.verb == "renew") && o.status == 410:
		a.kind = gone
	case o.verb == "get" && o.status == 200:
		a.kind, a.holders = looked, splitLeases(o.lease)
		a.excused = besideLost(o, operations)
	default:
		return a, fmt.Errorf("%s %s was answered %d, which no rule foresees", o.verb, o.requestID, o.status)
	}
	return a, nil
}

func besideWaiter(o operation, operations []operation) bool {
	for _, other := range operations {
		waits := other.verb == "acquire" && (other.waitMs != 0 || other.lost)
		if waits && other.requestID != o.requestID && other.overlaps(o) {
			return true
		}
	}
	return false
}

func besideLost(o operation, operations []operation) bool {
	for _, other := range operations {
		if other.verb == "acquire" && other.lost && other.overlaps(o) {
			return true
		}
	}
	return false
}

// firstUnexplained looks for the operation whose return makes the history impossible: every beginning of a history
// that can be explained can be, so a search by halves finds it.
func firstUnexplained(operations []operation, ends map[string]int64, patience time.Duration) string {
	byReturn := append([]operation(nil), operations...)
	sort.SliceStable(byReturn, func(i, j int) bool { return byReturn[i].back < byReturn[j].back })
	at := sort.Search(len(byReturn)-1, func(n int) bool {
		history, err := historyOf(upTo(operations, byReturn[n].back), ends)
		return err != nil || porcupine.CheckOperationsTimeout(lockModel, history, patience) != porcupine.Ok
	})
	o := byReturn[at]
	return fmt.Sprintf("%s %s of client %d (status %d, lease %q), returned at %d", o.verb, o.requestID, o.client, o.status,
		o.lease, o.back)
}

// upTo is the history as it was known at `time`: what had not returned is unknown.
func upTo(operations []operation, time int64) []operation {
	var known []operation
	for _, o := range operations {
		if o.call > time {
			continue
		}
		if o.back > time {
			o.status, o.back, o.lost = 0, never, true
		}
		known = append(known, o)
	}
	return known
}
