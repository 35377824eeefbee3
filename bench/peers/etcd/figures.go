package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"sort"
	"time"
)

// What was measured, by one client or by all.
type figures struct {
	operations int
	seconds    float64
	refused    int
	times      map[string][]int64 // by verb, in nanoseconds
	errors     map[string]int
	more       map[string]float64
	fewest     int
	most       int
}

func newFigures() figures {
	return figures{times: map[string][]int64{}, errors: map[string]int{}, more: map[string]float64{}, fewest: math.MaxInt}
}

func (f *figures) took(verb string, began time.Time) { f.tookNs(verb, time.Since(began).Nanoseconds()) }
func (f *figures) tookNs(verb string, ns int64)      { f.times[verb] = append(f.times[verb], ns) }
func (f *figures) failed(err error)                  { f.errors[err.Error()]++ }
func (f *figures) perSecond() float64                { return float64(f.operations) / f.seconds }

func (f *figures) add(one *figures) {
	f.operations += one.operations
	f.refused += one.refused
	f.fewest = min(f.fewest, one.operations)
	f.most = max(f.most, one.operations)
	for verb, times := range one.times {
		f.times[verb] = append(f.times[verb], times...)
	}
	for word, count := range one.errors {
		f.errors[word] += count
	}
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func max(a, b int) int { return -min(-a, -b) }

// The times are sorted.
func quantileUs(times []int64, fraction float64) float64 {
	at := int(math.Ceil(fraction*float64(len(times)))) - 1
	return float64(times[max(at, 0)]) / 1000
}

func latencies(all map[string][]int64) map[string]interface{} {
	out := map[string]interface{}{}
	for verb, times := range all {
		sort.Slice(times, func(a, b int) bool { return times[a] < times[b] })
		out[verb] = map[string]interface{}{
			"count": len(times), "p50_us": quantileUs(times, 0.5), "p99_us": quantileUs(times, 0.99),
			"p999_us": quantileUs(times, 0.999), "max_us": quantileUs(times, 1),
		}
	}
	return out
}

func (f *figures) report(r *run) map[string]interface{} {
	if f.refused > 0 {
		f.more["refused_attempts"] = float64(f.refused)
	}
	if r.workload == "handover" {
		f.more["fewest_grants"], f.more["most_grants"] = float64(f.fewest), float64(f.most)
	}
	return map[string]interface{}{
		"workload": r.workload, "operation": operations[r.workload], "clients": r.clients, "pipeline": 1,
		"seconds": f.seconds, "operations": f.operations, "per_second": f.perSecond(),
		"latencies": latencies(f.times), "errors": f.errors, "more": f.more,
	}
}

// Of a process on this machine; 0 if it cannot be told.
func residentBytes(pid int) int {
	status, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		var kibibytes int
		if _, err := fmt.Sscanf(lines.Text(), "VmRSS: %d kB", &kibibytes); err == nil {
			return kibibytes * 1024
		}
	}
	return 0
}
