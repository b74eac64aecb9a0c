package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// Wrong codes, tokens and passwords that an address may try before it has to wait.
const (
	maxTries    = 10
	triesWindow = 15 * time.Minute
)

var errTries = fault.New(fault.TooMany, "too-many-tries", "Too many wrong tries from your network. Try again in 15 minutes.")

// guess runs attempt unless the caller's address has failed too often; a failure for the
// reason wrong is counted. The limit stays on when the ordinary one is off.
func (s *server) guess(r *http.Request, tried string, wrong error, attempt func() error) error {
	key := clientAddress(r)
	wait, err := s.tries.begin(r.Context(), key)
	if err != nil {
		callerOf(r).wait = wait
		return err
	}
	err = attempt()
	if last := s.tries.end(key, errors.Is(err, wrong)); last {
		err = errors.Join(err, s.o.Accounts.LockedOut(r.Context(), tried))
	}
	return err
}

// tries counts wrong tries by address. A try that is under way holds one of the places that
// wrong ones use up, so that many at once find out no more than one after the other would;
// right ones give their places back, so that a hall behind one address may join at once.
type tries struct {
	now func() time.Time

	mu        sync.Mutex // guards the fields below and the budgets
	byAddress map[string]*budget
	swept     time.Time
}

type budget struct {
	wrong   []time.Time   // of the last 15 minutes, oldest first
	running int           // tries under way
	freed   chan struct{} // closed when one of them has ended; nil while nobody waits for that
}

func newTries(now func() time.Time) *tries {
	return &tries{now: now, byAddress: make(map[string]*budget), swept: now()}
}

// begin takes a place, or returns errTries and after what time there is one again.
func (t *tries) begin(ctx context.Context, address string) (wait time.Duration, err error) {
	for {
		freed, wait, err := t.take(address)
		if freed == nil {
			return wait, err
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// take returns a channel to wait on where all places are held by tries under way.
func (t *tries) take(address string) (freed <-chan struct{}, wait time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep()
	b := t.byAddress[address]
	if b == nil {
		b = new(budget)
		t.byAddress[address] = b
	}
	b.forget(t.now())
	if len(b.wrong) >= maxTries {
		return nil, b.wrong[0].Add(triesWindow).Sub(t.now()), errTries
	}
	if len(b.wrong)+b.running < maxTries {
		b.running++
		return nil, 0, nil
	}
	if b.freed == nil {
		b.freed = make(chan struct{})
	}
	return b.freed, 0, nil
}

// end gives the place back, or uses it up. It reports whether that was the last one.
func (t *tries) end(address string, wrong bool) (last bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.byAddress[address]
	b.running--
	if wrong {
		b.wrong = append(b.wrong, t.now())
		last = len(b.wrong) == maxTries
	}
	if b.freed != nil {
		close(b.freed)
		b.freed = nil
	}
	return last
}

// sweep forgets addresses of which there is nothing to know, once a minute.
func (t *tries) sweep() {
	now := t.now()
	if now.Sub(t.swept) < time.Minute {
		return
	}
	t.swept = now
	for address, b := range t.byAddress {
		if b.forget(now); len(b.wrong) == 0 && b.running == 0 && b.freed == nil {
			delete(t.byAddress, address)
		}
	}
}

// forget drops what is older than the window.
func (b *budget) forget(now time.Time) {
	for len(b.wrong) > 0 && now.Sub(b.wrong[0]) >= triesWindow {
		b.wrong = b.wrong[1:]
	}
}
