// Command etcd_peer runs the workloads of `holdfast bench` on an etcd server and prints the same JSON. Each client
// is a goroutine with a connection and a session of its own.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

type settings struct {
	endpoint, workload, recipe        string
	clients, keys, leases, locks, pid int
	watchers, retryMs                 int
	seconds                           float64
	prefix                            string
}

// What all clients of one run share.
type run struct {
	settings
	end        time.Time
	taken      int64 // locks that hold has given out
	releasedAt int64 // when the key of handover was let go last, since the epoch in ns
}

func (r *run) over() bool { return time.Now().After(r.end) }

// One client with what it measured. A goroutine of its own.
type client struct {
	*run
	number  int
	etcd    *clientv3.Client
	session *concurrency.Session
	locker  locker
	renewed []clientv3.LeaseID
	figures figures
}

func connect(endpoint string) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, DialTimeout: 10 * time.Second})
}

func newClient(r *run, number int) (*client, error) {
	etcd, err := connect(r.endpoint)
	if err != nil {
		return nil, err
	}
	session, err := concurrency.NewSession(etcd, concurrency.WithTTL(30))
	if err != nil {
		return nil, err
	}
	c := &client{run: r, number: number, etcd: etcd, session: session, figures: newFigures()}
	c.locker = recipes[r.recipe](c)
	return c, c.prepare()
}

// The leases that renew and mixed renew, apart from the session's own.
func (c *client) prepare() error {
	wanted := map[string]int{"renew": c.leases, "mixed": 1}[c.workload]
	for len(c.renewed) < wanted {
		lease, err := c.etcd.Grant(context.Background(), 30)
		if err != nil {
			return err
		}
		c.renewed = append(c.renewed, lease.ID)
	}
	return nil
}

func all(r *run) ([]*client, error) {
	clients := make([]*client, r.clients)
	for number := range clients {
		var err error
		if clients[number], err = newClient(r, number); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// Runs the workload's loop in every client until its time is over, and puts together what they measured.
func drive(clients []*client, r *run, loop func(*client), seconds float64) figures {
	began := time.Now()
	r.end = began.Add(time.Duration(seconds * float64(time.Second)))
	if r.workload == "hold" {
		r.end = began.Add(time.Hour)
	}
	var working sync.WaitGroup
	for _, c := range clients {
		c.figures = newFigures()
		working.Add(1)
		go func(c *client) { defer working.Done(); loop(c) }(c)
	}
	working.Wait()
	total := newFigures()
	for _, c := range clients {
		total.add(&c.figures)
	}
	total.seconds = time.Since(began).Seconds()
	return total
}

// As uncontended, for half of the time with watchers, and before and after that for a quarter without.
func watch(clients []*client, r *run) (figures, error) {
	alone := drive(clients, r, uncontended, r.seconds/4)
	var seen int64
	watching, stop := context.WithCancel(context.Background())
	defer stop()
	for i := 0; i < r.watchers; i++ {
		etcd, err := connect(r.endpoint)
		if err != nil {
			return alone, err
		}
		events := etcd.Watch(clientv3.WithRequireLeader(watching), r.prefix, clientv3.WithPrefix(), clientv3.WithCreatedNotify())
		<-events // the watch has begun
		go func() {
			for response := range events {
				atomic.AddInt64(&seen, int64(len(response.Events)))
			}
		}()
	}
	watched := drive(clients, r, uncontended, r.seconds/2)
	expected := 2 * int64(watched.operations) * int64(r.watchers)
	for deadline := time.Now().Add(10 * time.Second); atomic.LoadInt64(&seen) < expected && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	stop()
	after := drive(clients, r, uncontended, r.seconds/4)
	alone.add(&after)
	alone.seconds += after.seconds
	watched.more["watchers"] = float64(r.watchers)
	watched.more["ratio_to_unwatched"] = watched.perSecond() / alone.perSecond()
	watched.more["events_per_second"] = float64(seen) / watched.seconds
	if seen < expected {
		watched.more["missed_events"] = float64(expected - seen)
	}
	return watched, nil
}

func measure(r *run) (figures, error) {
	clients, err := all(r)
	if err != nil {
		return figures{}, err
	}
	defer func() {
		for _, c := range clients {
			c.session.Close()
		}
	}()
	if r.workload == "watch" {
		return watch(clients, r)
	}
	before := residentBytes(r.pid)
	total := drive(clients, r, loops[r.workload], r.seconds)
	if r.workload == "hold" && before > 0 && total.operations > 0 {
		total.more["bytes_per_lock"] = float64(residentBytes(r.pid)-before) / float64(total.operations)
	}
	return total, nil
}

func main() {
	var r run
	flag.StringVar(&r.endpoint, "endpoint", "127.0.0.1:2379", "of the server")
	flag.StringVar(&r.workload, "workload", "uncontended", "which")
	flag.StringVar(&r.recipe, "recipe", "mutex", "mutex (clientv3/concurrency) or txn (one bare transaction)")
	flag.IntVar(&r.clients, "clients", 64, "connections")
	flag.IntVar(&r.keys, "keys", 100000, "of pairs")
	flag.IntVar(&r.leases, "leases", 16, "of each client in renew")
	flag.IntVar(&r.locks, "locks", 1000000, "in hold")
	flag.IntVar(&r.watchers, "watchers", 16, "in watch")
	flag.IntVar(&r.retryMs, "retry-ms", 100, "pause before asking again, give or take a half")
	flag.IntVar(&r.pid, "pid", 0, "of the server, for its memory")
	flag.Float64Var(&r.seconds, "seconds", 5, "of measuring")
	flag.Parse()
	r.prefix = fmt.Sprintf("bench-%d", os.Getpid())
	total, err := measure(&r)
	if err != nil {
		fmt.Fprintln(os.Stderr, "etcd_peer:", err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{"workloads": []interface{}{total.report(&r)}})
}
