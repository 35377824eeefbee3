package main

import (
	"context"
	"errors"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

type held interface{ release() error }

// How a lock is taken; false when somebody else has it and there is no line to wait in.
type locker interface {
	acquire(key string) (held, bool, error)
}

var recipes = map[string]func(*client) locker{
	"mutex": func(c *client) locker { return mutexLocker{c} },
	"txn":   func(c *client) locker { return txnLocker{c} },
}

// The concurrency package's recipe, with its queue.
type mutexLocker struct{ c *client }

type heldMutex struct{ mutex *concurrency.Mutex }

func (l mutexLocker) acquire(key string) (held, bool, error) {
	mutex := concurrency.NewMutex(l.c.session, key)
	if err := mutex.Lock(context.Background()); err != nil {
		return nil, false, err
	}
	return heldMutex{mutex}, true, nil
}

func (h heldMutex) release() error { return h.mutex.Unlock(context.Background()) }

// One transaction to take a key that is not there, one to delete it if it is still the same.
type txnLocker struct{ c *client }

type heldKey struct {
	etcd     *clientv3.Client
	key      string
	revision int64
}

func (l txnLocker) acquire(key string) (held, bool, error) {
	reply, err := l.c.etcd.Txn(context.Background()).
		If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, "", clientv3.WithLease(l.c.session.Lease()))).
		Commit()
	if err != nil {
		return nil, false, err
	}
	return heldKey{l.c.etcd, key, reply.Header.Revision}, reply.Succeeded, nil
}

func (h heldKey) release() error {
	reply, err := h.etcd.Txn(context.Background()).
		If(clientv3.Compare(clientv3.CreateRevision(h.key), "=", h.revision)).
		Then(clientv3.OpDelete(h.key)).
		Commit()
	if err == nil && !reply.Succeeded {
		return errors.New("gone")
	}
	return err
}
