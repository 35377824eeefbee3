package main

import (
	"context"
	"fmt"
	"math/rand"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/contrib/recipes"
)

var operations = map[string]string{
	"uncontended": "pairs", "handover": "grants", "renew": "renewals", "mixed": "operations", "watch": "pairs", "hold": "locks",
}

var loops = map[string]func(*client){
	"uncontended": uncontended, "handover": handover, "renew": renew, "mixed": mixed, "hold": hold,
}

func (c *client) key(kind string, number int) string {
	return fmt.Sprintf("%s/%s/%d", c.prefix, kind, number)
}

func (c *client) ownKey() string {
	each := c.keys/c.clients + 1
	return c.key("own", c.number*each+rand.Intn(each))
}

func (c *client) pause() {
	span := time.Duration(c.retryMs) * time.Millisecond
	time.Sleep(span/2 + time.Duration(rand.Int63n(int64(span)+1)))
}

// Takes the lock, again and again where one cannot wait in line. False when it did not get it.
func (c *client) acquire(key string) (held, bool) {
	began := time.Now()
	for {
		hold, ok, err := c.locker.acquire(key)
		if err != nil {
			c.figures.failed(err)
			return nil, false
		}
		if ok {
			c.figures.took("acquire", began)
			return hold, true
		}
		c.figures.refused++
		if c.over() {
			return nil, false
		}
		c.pause()
	}
}

func (c *client) release(hold held) bool {
	began := time.Now()
	if err := hold.release(); err != nil {
		c.figures.failed(err)
		return false
	}
	c.figures.took("release", began)
	return true
}

func uncontended(c *client) {
	for !c.over() {
		if hold, ok := c.acquire(c.ownKey()); ok && c.release(hold) {
			c.figures.operations++
		}
	}
}

// What is granted after the time is over is not counted, but let go, so that everybody comes to an end.
func handover(c *client) {
	key := c.key("handover", 0)
	for !c.over() {
		asked := time.Now().UnixNano()
		hold, ok := c.acquire(key)
		if !ok {
			continue
		}
		if !c.over() {
			c.figures.operations++
			if released := atomic.LoadInt64(&c.releasedAt); asked < released {
				c.figures.tookNs("handover", time.Now().UnixNano()-released)
			}
		}
		atomic.StoreInt64(&c.releasedAt, time.Now().UnixNano())
		c.release(hold)
	}
}

func (c *client) renew(lease clientv3.LeaseID) {
	began := time.Now()
	if _, err := c.etcd.KeepAliveOnce(context.Background(), lease); err != nil {
		c.figures.failed(err)
		return
	}
	c.figures.took("renew", began)
	c.figures.operations++
}

func renew(c *client) {
	for at := 0; !c.over(); at++ {
		c.renew(c.renewed[at%len(c.renewed)])
	}
}

func (c *client) shared() {
	lock := recipe.NewRWMutex(c.session, c.key("shared", rand.Intn(4)))
	began := time.Now()
	if err := lock.RLock(); err != nil {
		c.figures.failed(err)
		return
	}
	c.figures.took("acquire", began)
	began = time.Now()
	if err := lock.RUnlock(); err != nil {
		c.figures.failed(err)
		return
	}
	c.figures.took("release", began)
	c.figures.operations++
}

func mixed(c *client) {
	for !c.over() {
		dice, key := rand.Intn(100), ""
		switch {
		case dice < 20:
			c.renew(c.renewed[0])
			continue
		case dice < 25 && c.recipe == "mutex":
			c.shared()
			continue
		case dice < 30:
			key = c.key("hot", rand.Intn(4))
		default:
			key = c.ownKey()
		}
		if hold, ok := c.acquire(key); ok && c.release(hold) {
			c.figures.operations++
		}
	}
}

// What it takes goes with the session.
func hold(c *client) {
	for {
		number := atomic.AddInt64(&c.taken, 1)
		if number > int64(c.locks) {
			return
		}
		if _, ok := c.acquire(c.key("hold", int(number))); ok {
			c.figures.operations++
		}
	}
}
