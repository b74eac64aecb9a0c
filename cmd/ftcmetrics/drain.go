package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// calls knows which calls of the Pusher HTTP API are under way, so that a stop can let
// those finish that came before it.
type calls struct {
	underWay sync.WaitGroup

	gate  sync.RWMutex // guards ended, so that no call is counted after it
	ended bool
}

// enter counts a call in. After the stop has begun it reports false; the call is served
// all the same, but nobody waits for it.
func (c *calls) enter() bool {
	c.gate.RLock()
	defer c.gate.RUnlock()
	if c.ended {
		return false
	}
	c.underWay.Add(1)
	return true
}

func (c *calls) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.enter() {
			defer c.underWay.Done()
		}
		next.ServeHTTP(w, r)
	})
}

func (c *calls) stopped() bool {
	c.gate.RLock()
	defer c.gate.RUnlock()
	return c.ended
}

// end begins the stop and waits for the calls that are under way, until ctx ends.
func (c *calls) end(ctx context.Context) {
	c.gate.Lock()
	c.ended = true
	c.gate.Unlock()
	done := make(chan struct{})
	go func() {
		c.underWay.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done(): // closing the listeners ends what is left
	}
}

// ready reports whether new clients are welcome.
func (r *realtimePart) ready() bool { return !r.calls.stopped() && r.hub.Ready() }

// drain ends the sockets. From its first moment on the node is not ready; calls that are
// under way are answered before the hub stops taking events, and the listeners stay open
// meanwhile, so that whoever balances the load can ask. It leaves a quarter of the time
// that ctx has for what comes after it.
func (r *realtimePart) drain(ctx context.Context, logger *slog.Logger) error {
	waiting, cancel := part(ctx, 1, 4)
	r.calls.end(waiting)
	cancel()
	closing, cancel := part(ctx, 2, 3)
	defer cancel()
	some := r.hub.Stats().Connections > 0
	err := r.hub.Shutdown(closing)
	if some {
		coming, cancel := part(ctx, 1, 2)
		r.newcomers.await(coming)
		cancel()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		logger.Warn("sockets that did not close in time were cut")
		return nil
	}
	return err
}

// part is ctx with a part of the time that is left.
func part(ctx context.Context, of, all time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)*of/all)
}
