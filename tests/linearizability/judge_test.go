package main

import (
	"strings"
	"testing"
	"time"
)

// Times are milliseconds. Revisions do not exist here.

func line(verb, requestID, lease string, call, back, status int64) attempt {
	return attempt{verb: verb, key: "k", mode: "exclusive", requestID: requestID, lease: lease,
		call: call * nsPerMs, back: back * nsPerMs, status: int(status), ttlMs: 600_000}
}

func grant(requestID, lease string, call, back, token int64) attempt {
	a := line("acquire", requestID, lease, call, back, 200)
	a.token = token
	return a
}

func refuse(requestID string, call, back int64) attempt {
	return line("acquire", requestID, "", call, back, 409)
}

func release(requestID, lease string, call, back int64) attempt {
	return line("release", requestID, lease, call, back, 200)
}

func renew(requestID, lease string, call, back int64) attempt {
	return line("renew", requestID, lease, call, back, 200)
}

func get(leases string, call, back int64) attempt {
	return line("get", "", leases, call, back, 200)
}

func goneTo(a attempt) attempt     { a.status = 410; return a }
func unanswered(a attempt) attempt { a.status, a.token = 0, 0; return a }
func shared(a attempt) attempt     { a.mode = "shared"; return a }
func waiting(a attempt) attempt    { a.waitMs = 1000; return a }
func brief(a attempt) attempt      { a.ttlMs = 100; return a }

func nobody(a attempt) attempt {
	if a.verb == "acquire" {
		a.lease = ""
	}
	return unanswered(a)
}

func violationsOf(history []attempt) []string {
	violations, _ := judge(history, 10*time.Second)
	return violations
}

func TestGoodHistories(t *testing.T) {
	for name, history := range map[string][]attempt{
		"one after the other": {
			grant("a", "1", 0, 10, 1), get("1", 11, 12), refuse("b", 13, 14), renew("r", "1", 15, 16),
			release("ra", "1", 20, 30), get("", 31, 32), grant("b2", "2", 33, 34, 2),
		},
		"a grant during the release of another": {
			grant("a", "1", 0, 10, 1), release("ra", "1", 20, 30), grant("b", "2", 21, 29, 2),
		},
		"two that share": {
			shared(grant("a", "1", 0, 10, 1)), shared(grant("b", "2", 0, 10, 2)), get("2,1", 11, 12), refuse("c", 13, 14),
		},
		"a shared try refused because another waits": {
			shared(grant("a", "1", 0, 10, 1)), waiting(grant("b", "2", 11, 50, 2)), shared(refuse("c", 20, 21)),
			release("ra", "1", 40, 45),
		},
		"an unknown acquire that was done": {
			nobody(grant("a", "", 0, 10, 0)), refuse("b", 20, 21), get("7", 22, 23),
		},
		"an unknown acquire that was not": {
			nobody(grant("a", "", 0, 10, 0)), grant("b", "2", 20, 21, 1), get("2", 22, 23),
		},
		"a grant that nobody was there to be told of, released at once": {
			nobody(grant("a", "", 0, 10, 0)), get("7", 11, 12), grant("b", "2", 20, 21, 1),
		},
		"a retry that tells what was done": {
			nobody(grant("a", "", 0, 10, 0)), get("1", 11, 12), grant("a", "1", 20, 30, 1), release("ra", "1", 31, 32),
		},
		"an unknown release, done late": {
			grant("a", "1", 0, 10, 1), nobody(release("ra", "1", 20, 30)), get("1", 31, 32), grant("b", "2", 33, 40, 2),
		},
		"a lease that ran out while another waited for it": {
			brief(grant("a", "1", 0, 10, 1)), waiting(grant("b", "2", 20, 110, 2)),
		},
		"a lease that ran out": {
			brief(grant("a", "1", 0, 10, 1)), get("1", 105, 106), grant("b", "2", 110, 111, 2), goneTo(renew("r", "1", 120, 121)),
		},
	} {
		if violations := violationsOf(history); len(violations) != 0 {
			t.Errorf("%s: %v", name, violations)
		}
	}
}

func TestBadHistories(t *testing.T) {
	for name, history := range map[string][]attempt{
		"two holders": {grant("a", "1", 0, 10, 1), grant("b", "2", 11, 20, 2), release("ra", "1", 21, 30)},
		"a shared hold beside an exclusive one": {
			grant("a", "1", 0, 10, 1), shared(grant("b", "2", 11, 20, 2)), renew("r", "1", 21, 30),
		},
		"an exclusive hold beside two shared ones": {
			shared(grant("a", "1", 0, 10, 1)), shared(grant("b", "2", 0, 10, 2)), release("rb", "2", 11, 12),
			grant("c", "3", 13, 14, 3), release("ra", "1", 15, 20),
		},
		"a free lock refused": {grant("a", "1", 0, 10, 1), release("ra", "1", 20, 30), refuse("b", 31, 40)},
		"a shared try refused beside a shared hold": {
			shared(grant("a", "1", 0, 10, 1)), shared(refuse("b", 11, 12)),
		},
		"a read from before a grant": {grant("a", "1", 0, 10, 1), get("", 11, 12)},
		"a read from before a release": {
			grant("a", "1", 0, 10, 1), release("ra", "1", 20, 30), get("1", 31, 32),
		},
		"reads that go back": {
			grant("a", "1", 0, 100, 1), get("1", 10, 20), get("", 30, 40),
		},
		"a read of a lease that nobody got": {grant("a", "1", 0, 10, 1), get("1,9", 11, 12)},
		"a live lease called gone":          {grant("a", "1", 0, 10, 1), goneTo(renew("r", "1", 11, 12))},
		"renewed after the release":         {grant("a", "1", 0, 10, 1), release("ra", "1", 11, 12), renew("r", "1", 13, 14)},
		"released twice under two ids":      {grant("a", "1", 0, 10, 1), release("x", "1", 11, 12), release("y", "1", 13, 14)},
		"a lost grant": {
			grant("a", "1", 0, 10, 1), grant("b", "2", 20, 30, 2), get("2", 31, 32),
		},
		"granted before the lease can have run out": {
			brief(grant("a", "1", 0, 10, 1)), grant("b", "2", 20, 90, 2),
		},
		"granted before a renewed lease can have run out": {
			brief(grant("a", "1", 0, 10, 1)), renew("r", "1", 60, 61), grant("b", "2", 100, 150, 2),
		},
		"a retry granted twice": {
			nobody(grant("a", "", 0, 10, 0)), get("1", 11, 12), grant("a", "2", 20, 30, 2), get("1,2", 31, 32),
		},
		"a token that shrinks": {
			grant("a", "1", 0, 10, 2), release("ra", "1", 11, 12), grant("b", "2", 13, 14, 1),
		},
		"a token given twice": {
			shared(grant("a", "1", 0, 10, 1)), shared(grant("b", "2", 0, 10, 1)),
		},
	} {
		if violations := violationsOf(history); len(violations) == 0 {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestNamesTheAnswerThatCannotBe(t *testing.T) {
	violations := violationsOf([]attempt{
		grant("a", "1", 0, 10, 1), get("1", 11, 12), get("", 13, 14), release("ra", "1", 15, 16),
	})
	if len(violations) != 1 || !strings.Contains(violations[0], "get  of client 0 (status 200, lease \"\"), returned at 14") {
		t.Errorf("%v", violations)
	}
}

func TestReadsWhatTheRecorderWrites(t *testing.T) {
	const text = "client\tverb\tkey\tmode\trequest_id\tcall_ns\treturn_ns\tstatus\tcode\tlease\ttoken\trevision\twaited_ms\t" +
		"ttl_ms\twait_ms\texpires_in_ms\n" +
		"3\tacquire\tk\tshared\tload-1\t5\t9\t200\t-\t6\t7\t8\t2\t30000\t50\t30000\n" +
		"1\tget\tk\t-\t-\t5\t9\t200\t-\t6,7\t0\t13\t0\t0\t0\t0\n3\tacq"
	attempts, err := parseHistory(strings.NewReader(text))
	if err != nil || len(attempts) != 2 {
		t.Fatalf("%v %v", attempts, err)
	}
	want := attempt{client: 3, verb: "acquire", key: "k", mode: "shared", requestID: "load-1", lease: "6", call: 5, back: 9,
		status: 200, token: 7, waitedMs: 2, ttlMs: 30000, waitMs: 50}
	if attempts[0] != want || len(splitLeases(attempts[1].lease)) != 2 {
		t.Errorf("%+v", attempts)
	}
	if _, err := parseHistory(strings.NewReader(strings.Replace(text, "\t200\t", "\tyes\t", 1))); err == nil {
		t.Error("a status that is no number was read")
	}
}
