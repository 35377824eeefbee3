package main

// When leases can have run out. A narrow span is what keeps the search short: an expiry that may be anywhere is tried
// everywhere.

// expiry is when a lease that was never released may have ended by itself.
type expiry struct {
	lease         string
	client        int
	from, through int64
}

// expiriesOf a key, whose operations these are. `last` is when the last of them was answered.
func expiriesOf(operations []operation, ends map[string]int64, last int64) []expiry {
	released := map[string]bool{}
	for _, o := range operations {
		if o.verb == "release" && o.status == 200 {
			released[o.lease] = true
		}
	}
	var expiries []expiry
	for _, o := range operations {
		end, ends := ends[o.lease]
		if o.verb != "acquire" || o.status != 200 || !ends || end > last || released[o.lease] {
			continue
		}
		expiries = append(expiries, spanOf(o, end, operations))
	}
	return expiries
}

func spanOf(grant operation, end int64, operations []operation) expiry {
	span := expiry{lease: grant.lease, client: grant.client, from: end, through: never}
	for _, o := range operations {
		if showsHeld(o, grant.lease) && o.call > span.from {
			span.from = o.call
		}
		if o.call > grant.back && showsEnded(o, grant) && o.back < span.through {
			span.through = o.back
		}
	}
	return span
}

func showsHeld(o operation, lease string) bool {
	return o.verb == "get" && o.status == 200 && contains(splitLeases(o.lease), lease)
}

// showsEnded: an answer to what was asked after the grant had been told.
func showsEnded(o, grant operation) bool {
	switch o.verb {
	case "acquire":
		return o.status == 200 && (o.mode != "shared" || grant.mode != "shared")
	case "get":
		return o.status == 200 && !contains(splitLeases(o.lease), grant.lease)
	}
	return o.status == 410 && o.lease == grant.lease
}
