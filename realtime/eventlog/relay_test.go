package eventlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
)

// screen is a publisher that notes what it gets, and fails when it is told to.
type screen struct {
	mu      sync.Mutex // guards the fields below
	heard   map[realtime.Channel][]int64
	revoked []realtime.Revocation
	fail    func(call int) bool
	calls   int
	changed chan struct{} // closed and made anew at each change
	pool    *pgxpool.Pool // of the log, once it has started
}

func newScreen() *screen {
	return &screen{heard: make(map[realtime.Channel][]int64), changed: make(chan struct{}), fail: func(int) bool { return false }}
}

var errAway = errors.New("the hub is away")

// Publish takes the events and then fails, if it is to: the caller cannot know.
func (s *screen) Publish(_ context.Context, events []realtime.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		var data struct{ Seq int64 }
		if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
			return err
		}
		s.heard[e.Channel] = append(s.heard[e.Channel], data.Seq)
	}
	s.calls++
	s.change()
	if s.fail(s.calls) {
		return errAway
	}
	return nil
}

func (s *screen) Revoke(_ context.Context, r realtime.Revocation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = append(s.revoked, r)
	s.change()
	return nil
}

// change must be called with mu held.
func (s *screen) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// await returns when ok, which is called with mu held, or fails the test.
func (s *screen) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		s.mu.Lock()
		done, changed := ok(), s.changed
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("never: %s", what)
		}
	}
}

// start runs a relay from a log to the screen, to which somebody listens on the channels.
// Hints reach the relay or are lost.
func (s *screen) start(t *testing.T, hints bool, occupied ...realtime.Channel) *eventlog.Log {
	t.Helper()
	pool := pgtest.New(t)
	s.pool = pool
	var r *relay.Relay
	log := eventlog.New(pool, func(channel realtime.Channel, seq int64) {
		if hints {
			r.Hint(channel, seq)
		}
	})
	r = relay.New(relay.Options{
		Log: log, Publisher: s, Control: eventlog.Control, Logger: slog.New(slog.DiscardHandler),
		Occupied: func() []realtime.Channel { return occupied },
		Listening: func(channel realtime.Channel) bool {
			for _, o := range occupied {
				if o == channel {
					return true
				}
			}
			return false
		},
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { r.Run(ctx) })
	t.Cleanup(func() {
		stop()
		work.Wait()
	})
	return log
}

func TestRelayKeepsTheOrderOfEachChannel(t *testing.T) {
	s := newScreen()
	channels := []realtime.Channel{"event-A", "event-B", "event-C"}
	log := s.start(t, true, channels...)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for n := range 50 {
				write(t, log, fmt.Sprint(n), channels[w%3], channels[(w+n)%3])
			}
		})
	}
	writers.Wait()
	heads, err := log.Heads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.await(t, "all events", func() bool {
		n := int64(0)
		for _, channel := range channels {
			n += int64(len(s.heard[channel]))
		}
		return n >= heads["event-A"]+heads["event-B"]+heads["event-C"]
	})
	for _, channel := range channels {
		for i, seq := range s.heard[channel] {
			if seq != int64(i)+1 {
				t.Fatalf("%s: event %d comes as number %d", channel, seq, i+1)
			}
		}
	}
}

func TestRelayFindsWhatNoHintToldOf(t *testing.T) {
	s := newScreen()
	log := s.start(t, false, "event-A")
	write(t, log, "x", "event-A")
	write(t, log, "y", "event-A")
	s.await(t, "both events", func() bool { return len(s.heard["event-A"]) == 2 })
}

func TestRelayRepeatsWhatMayBeLost(t *testing.T) {
	s := newScreen()
	s.fail = func(call int) bool { return call <= 2 }
	log := s.start(t, true, "event-A")
	for range 3 {
		write(t, log, "x", "event-A")
	}
	s.await(t, "the third event after two failures", func() bool {
		heard := s.heard["event-A"]
		return s.calls > 2 && heard[len(heard)-1] == 3
	})
	next := int64(1)
	for _, seq := range s.heard["event-A"] {
		if seq > next {
			t.Fatalf("%v skips %d", s.heard["event-A"], next)
		}
		next = max(next, seq+1)
	}
}

func TestRelayPassesOverWhatNobodyHears(t *testing.T) {
	s := newScreen()
	log := s.start(t, true, "event-A")
	write(t, log, "x", "event-EMPTY")
	write(t, log, "x", "event-A")
	s.await(t, "the event that is heard", func() bool { return len(s.heard["event-A"]) == 1 })
	if len(s.heard["event-EMPTY"]) != 0 {
		t.Error("published where nobody listens")
	}
}

func TestRelayCarriesRevocations(t *testing.T) {
	s := newScreen()
	log := s.start(t, false)
	want := realtime.Revocation{UserID: "u", Channels: []realtime.Channel{"private-team-1"}}
	err := log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error { return batch.Revoke(want) })
	if err != nil {
		t.Fatal(err)
	}
	s.await(t, "the revocation", func() bool { return len(s.revoked) == 1 })
	if got := s.revoked[0]; got.UserID != want.UserID || got.Channels[0] != want.Channels[0] {
		t.Errorf("revoked %+v", got)
	}
}

// TestRelayStartsANewChannelWhereItsListenerDoes has another node write to a channel that
// nobody here hears. Its first subscriber gets what is new, not what is old.
func TestRelayStartsANewChannelWhereItsListenerDoes(t *testing.T) {
	s := newScreen()
	pool := pgtest.New(t)
	log := eventlog.New(pool, func(realtime.Channel, int64) {})
	r := relay.New(relay.Options{
		Log: log, Publisher: s, Control: eventlog.Control, Logger: slog.New(slog.DiscardHandler),
		Occupied:  func() []realtime.Channel { return []realtime.Channel{"event-A"} },
		Listening: func(realtime.Channel) bool { return true },
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, log, "old", "event-A")
	if _, err := pool.Exec(t.Context(), `UPDATE channel_events SET at = at - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	r.HeardBy("event-A", time.Now())
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { r.Run(ctx) })
	defer work.Wait()
	defer stop()
	write(t, log, "new", "event-A")
	s.await(t, "the new event", func() bool { return len(s.heard["event-A"]) > 0 })
	if got := fmt.Sprint(s.heard["event-A"]); got != "[2]" {
		t.Errorf("the first listener hears %s", got)
	}
}

// TestRelayGoesOnAfterARestore sets the log back under a relay that runs. What is written
// then has numbers that were carried before, and is carried all the same.
func TestRelayGoesOnAfterARestore(t *testing.T) {
	s := newScreen()
	log := s.start(t, true, "event-A")
	for range 5 {
		write(t, log, "lost", "event-A")
	}
	s.await(t, "five events", func() bool { return len(s.heard["event-A"]) == 5 })
	for _, sql := range []string{`DELETE FROM channel_events WHERE seq > 2`, `UPDATE channel_heads SET seq = 2`} {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	write(t, log, "new", "event-A")
	s.await(t, "the third event of the restored log", func() bool {
		heard := s.heard["event-A"]
		return len(heard) > 5 && heard[len(heard)-1] == 3
	})
}
