package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/anishathalye/porcupine"
)

// The lock of one key as a sequential object. Its state is who holds it: "6x" is lease 6, exclusive; "7s 9s" are two
// that share. A lease that nobody was told of is called ?, with the request that may have opened it.

type kind int

const (
	granted kind = iota
	refused
	released
	renewed
	gone // a renewal or release was told so
	looked
	maybeGranted
	maybeReleased
	expired
)

type action struct {
	kind    kind
	lease   string
	shared  bool
	holders []string // of looked
	// Somebody waits meanwhile, and nobody overtakes; or a grant that nobody was told of may be there for a moment.
	excused bool
	what    string
}

func holdOf(a action) string {
	if a.shared {
		return a.lease + "s"
	}
	return a.lease + "x"
}

func compatible(holds []string, shared bool) bool {
	for _, hold := range holds {
		if !shared || strings.HasSuffix(hold, "x") {
			return false
		}
	}
	return true
}

func indexOf(holds []string, lease string) int {
	for at, hold := range holds {
		if hold[:len(hold)-1] == lease {
			return at
		}
	}
	return -1
}

func without(holds []string, lease string) []string {
	at := indexOf(holds, lease)
	if at < 0 {
		return holds
	}
	return append(append([]string(nil), holds[:at]...), holds[at+1:]...)
}

func with(holds []string, a action) []string {
	more := append(append([]string(nil), holds...), holdOf(a))
	sort.Strings(more)
	return more
}

// showsThese: each hold whose lease is known is shown, and as many others as there are unknown ones.
func showsThese(a action, holds []string) bool {
	unknown := 0
	for _, hold := range holds {
		if hold[0] == '?' {
			unknown++
			continue
		}
		if !contains(a.holders, hold[:len(hold)-1]) {
			return false
		}
	}
	strangers := len(a.holders) - (len(holds) - unknown)
	return strangers == unknown || (a.excused && strangers > unknown)
}

func contains(leases []string, lease string) bool {
	for _, one := range leases {
		if one == lease {
			return true
		}
	}
	return false
}

// step: whether the action can have this outcome where these hold, and who holds then.
func step(holds []string, a action) (bool, []string) {
	held := indexOf(holds, a.lease) >= 0
	switch a.kind {
	case granted:
		return compatible(holds, a.shared) && !held, with(holds, a)
	case refused:
		return a.excused || !compatible(holds, a.shared), holds
	case released:
		return held, without(holds, a.lease)
	case renewed:
		return held, holds
	case gone:
		return !held, holds
	case looked:
		return showsThese(a, holds), holds
	case maybeGranted:
		// What was never done is the same as what is done after everything else.
		if compatible(holds, a.shared) {
			return true, with(holds, a)
		}
		return true, holds
	case maybeReleased, expired:
		return true, without(holds, a.lease)
	}
	return false, holds
}

var lockModel = porcupine.Model{
	Init: func() interface{} { return "" },
	Step: func(state, input, _ interface{}) (bool, interface{}) {
		legal, holds := step(strings.Fields(state.(string)), input.(action))
		return legal, strings.Join(holds, " ")
	},
	DescribeOperation: func(input, _ interface{}) string { return input.(action).what },
	DescribeState:     func(state interface{}) string { return fmt.Sprintf("held by %q", state) },
}
