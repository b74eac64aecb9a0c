package main

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// comeback is a little more than the second after which Pusher clients come back to a
// server that has turned them away.
const comeback = 1200 * time.Millisecond

// newcomers are the clients that come while the program stops. The hub turns them away with
// a close code that has them come back after a second. In the last moments they are held
// instead, and let go together: then nobody knocks while the next program is not there yet.
// A client whose connection is refused, and not its socket, may wait for 15 s and more.
type newcomers struct {
	held sync.WaitGroup

	mu   sync.Mutex    // guards last
	last chan struct{} // not nil in the last moments, closed at their end
}

func (n *newcomers) hold(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		last := n.last
		if last != nil {
			n.held.Add(1)
		}
		n.mu.Unlock()
		if last != nil {
			defer n.held.Done()
			select {
			case <-last:
			case <-r.Context().Done():
			}
		}
		next.ServeHTTP(w, r)
	})
}

// await holds newcomers until all that were turned away before have come back, then turns
// them all away. It takes no longer than ctx allows.
func (n *newcomers) await(ctx context.Context) {
	last := make(chan struct{})
	n.mu.Lock()
	n.last = last
	n.mu.Unlock()
	waiting, cancel := part(ctx, 2, 3)
	defer cancel()
	select {
	case <-time.After(comeback):
	case <-waiting.Done():
	}
	n.mu.Lock()
	n.last = nil
	n.mu.Unlock()
	close(last)
	gone := make(chan struct{})
	go func() {
		n.held.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
	}
}

// What a balancer is given: it is taken for one when it has asked lately, and has heard of
// the stop when it has asked so often since.
const (
	askedLately = 30 * time.Second
	askedEnough = 3
)

// readiness knows who asks whether the node is ready.
type readiness struct {
	asked atomic.Int64 // when it was last asked while it was ready, in Unix nanoseconds
	told  atomic.Int64 // how often it has said that it stops
}

func (r *readiness) note(stopping bool) {
	if stopping {
		r.told.Add(1)
		return
	}
	r.asked.Store(time.Now().UnixNano())
}

// await waits until a balancer, if there is one, sends nobody here any more.
func (r *readiness) await(ctx context.Context) {
	if time.Since(time.Unix(0, r.asked.Load())) > askedLately {
		return
	}
	for ticker := time.NewTicker(10 * time.Millisecond); r.told.Load() < askedEnough; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			ticker.Stop()
			return
		}
	}
}

// parting has clients open no further requests on their connections once the stop has
// begun, so that none of these is closed under a request.
func (r *realtimePart) parting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if r.calls.stopped() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, request)
	})
}
