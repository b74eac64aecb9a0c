package loadgen

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var errTimeout = errors.New("timed out")

const (
	pollLimit  = 20 * time.Millisecond
	handshakes = 128 // under way at once, except in a storm
)

// fleet is the clients of one scenario and what they have counted. One goroutine owns it.
type fleet struct {
	target Target
	signer *signer
	loop   *loop
	size   int // bytes of a payload

	patience time.Duration // how long what must happen may take

	subscribers []*subscriber
	publishers  []*publisher
	welcome     func(*subscriber) // called when a socket has been greeted

	connected, subscribed     int // greetings, confirmed subscriptions
	sent, answered, delivered int // publishes, their answers, messages received in order

	start   time.Time
	now     time.Duration // since start, when bytes were last read
	timing  bool
	delays  []time.Duration // while timing: from when a message was due until it was there
	answers []time.Duration // while timing: until its publish was answered
}

func newFleet(t Target, size int, patience time.Duration) (*fleet, error) {
	if size < minPayload || size > maxPayload {
		return nil, fmt.Errorf("payloads have %d to %d bytes, not %d", minPayload, maxPayload, size)
	}
	l, err := newLoop(t.Address)
	if err != nil {
		return nil, err
	}
	return &fleet{target: t, signer: newSigner(t), loop: l, size: size, patience: patience, start: time.Now(), welcome: func(*subscriber) {}}, nil
}

// look reads the clock.
func (f *fleet) look() { f.now = time.Since(f.start) }

// wait drives the fleet until done reports true, and fails after limit.
func (f *fleet) wait(ctx context.Context, what string, limit time.Duration, done func() bool) error {
	end := time.Now().Add(limit)
	for {
		switch {
		case f.loop.failure != nil:
			return fmt.Errorf("%s: %w", what, f.loop.failure)
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case done():
			return nil
		case !time.Now().Before(end):
			return fmt.Errorf("%s: %w after %v", what, errTimeout, limit)
		}
		f.loop.poll(min(time.Until(end), pollLimit))
	}
}

// rest drives the fleet for some time, in which nothing is expected but checks go on.
func (f *fleet) rest(ctx context.Context, d time.Duration) error {
	end := time.Now().Add(d)
	return f.wait(ctx, "rest", d+time.Second, func() bool { return !time.Now().Before(end) })
}

// greeted is called by a subscriber that the server has greeted.
func (f *fleet) greeted(s *subscriber) {
	f.connected++
	f.welcome(s)
}

// connect opens n more sockets, at most atOnce of them at a time, and waits until all are
// greeted. Narrow ones have a slow link.
func (f *fleet) connect(ctx context.Context, n, atOnce int, narrow bool) error {
	already, opened := f.connected, 0
	return f.wait(ctx, "connect", f.patience, func() bool {
		for ; opened < n && opened-(f.connected-already) < atOnce; opened++ {
			s := &subscriber{fleet: f, id: len(f.subscribers)}
			f.subscribers = append(f.subscribers, s)
			if err := s.open(narrow); err != nil {
				f.loop.fail(err)
				return false
			}
		}
		return f.connected-already == n
	})
}

// subscribe subscribes every socket to the channel that name gives it.
func (f *fleet) subscribe(ctx context.Context, name func(*subscriber) string) error {
	want := f.subscribed + len(f.subscribers)
	for _, s := range f.subscribers {
		s.subscribe(name(s), "")
	}
	return f.waitSubscribed(ctx, want)
}

func (f *fleet) waitSubscribed(ctx context.Context, want int) error {
	err := f.wait(ctx, "subscribe", f.patience, func() bool { return f.subscribed >= want })
	if errors.Is(err, errTimeout) {
		return fmt.Errorf("%w: %d of %d", err, f.subscribed, want)
	}
	return err
}

// hire gives the fleet n publishers.
func (f *fleet) hire(n int) error {
	if n < 1 || n > maxPublishers {
		return fmt.Errorf("1 to %d publishers, not %d", maxPublishers, n)
	}
	for i := range n {
		f.publishers = append(f.publishers, &publisher{fleet: f, id: i})
	}
	return nil
}

// drain waits until everything that was sent is answered and with everybody.
func (f *fleet) drain(ctx context.Context, deliveries int) error {
	err := f.wait(ctx, "drain", f.patience, func() bool { return f.answered == f.sent && f.delivered >= deliveries })
	if errors.Is(err, errTimeout) {
		return fmt.Errorf("%w: %d of %d answered, %d of %d delivered: %w", err, f.answered, f.sent, f.delivered, deliveries, errMissing)
	}
	return err
}

// meter measures one phase.
type meter struct {
	fleet *fleet
	began time.Time
	usage usage
	own   time.Duration
}

// effort is what a phase took, in seconds.
type effort struct {
	wall, server, own float64
	usage             usage // at the end
}

func (f *fleet) measure() (meter, error) {
	u, err := readUsage(f.target.PID)
	return meter{fleet: f, began: time.Now(), usage: u, own: ownCPU()}, err
}

func (m meter) stop() (effort, error) {
	u, err := readUsage(m.fleet.target.PID)
	return effort{
		wall: time.Since(m.began).Seconds(), server: (u.cpu - m.usage.cpu).Seconds(),
		own: (ownCPU() - m.own).Seconds(), usage: u,
	}, err
}
