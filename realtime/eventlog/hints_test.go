package eventlog_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
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

// hall is a node: a log, a relay that polls once an hour, and hints to the other nodes.
type hall struct {
	*screen
	log *eventlog.Log
}

func newHall(t *testing.T, pool *pgxpool.Pool) *hall {
	t.Helper()
	h := &hall{screen: newScreen()}
	var r *relay.Relay
	hints := eventlog.NewHints(pool, slog.New(slog.DiscardHandler), func(channel realtime.Channel, seq int64) { r.Hint(channel, seq) })
	h.log = eventlog.New(pool, func(channel realtime.Channel, seq int64) {
		r.Hint(channel, seq)
		hints.Hint(channel, seq)
	})
	r = relay.New(relay.Options{
		Log: h.log, Publisher: h.screen, Control: eventlog.Control, Logger: slog.New(slog.DiscardHandler), Poll: time.Hour,
		Occupied:  func() []realtime.Channel { return nil },
		Listening: func(realtime.Channel) bool { return true },
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { r.Run(ctx) })
	work.Go(func() { hints.Run(ctx) })
	t.Cleanup(func() {
		stop()
		work.Wait()
	})
	return h
}

// has waits for so many events on the channel and fails unless they are in order.
func (h *hall) has(t *testing.T, channel realtime.Channel, n int) {
	t.Helper()
	h.await(t, fmt.Sprint(channel, " has ", n), func() bool { return len(h.heard[channel]) >= n })
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, seq := range h.heard[channel] {
		if seq != int64(i)+1 {
			t.Fatalf("%s: %v", channel, h.heard[channel])
		}
	}
}

// listeners returns how many sessions of the database listen, and ends them if it is told to.
func listeners(t *testing.T, pool *pgxpool.Pool, end bool) (n int) {
	t.Helper()
	sql := `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%channel_events%clock_timestamp() - make_interval%' AND pid <> pg_backend_pid()`
	if end {
		sql = strings.Replace(sql, "count(*)", "count(pg_terminate_backend(pid))", 1)
	}
	if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNodesHearOfEachOther has two nodes whose relays never poll: whatever arrives came by
// NOTIFY.
func TestNodesHearOfEachOther(t *testing.T) {
	pool := pgtest.New(t)
	a, b := newHall(t, pool), newHall(t, pool)
	limit := time.After(time.Minute)
	for listeners(t, pool, false) < 2 {
		select {
		case <-limit:
			t.Fatal("the nodes do not listen")
		default:
		}
	}
	for range 50 {
		write(t, a.log, "from a", "event-A")
		write(t, b.log, "from b", "event-B")
	}
	for _, node := range []*hall{a, b} {
		node.has(t, "event-A", 50)
		node.has(t, "event-B", 50)
	}
	err := a.log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		return batch.Revoke(realtime.Revocation{UserID: "u"})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.await(t, "a revocation", func() bool { return len(b.revoked) == 1 })

	// More than one NOTIFY can carry, in one transaction.
	var many []realtime.Channel
	for n := range 300 {
		many = append(many, realtime.Channel(fmt.Sprintf("event-%d-%s", n, strings.Repeat("x", 100))))
	}
	write(t, a.log, "to many", many...)
	for _, channel := range many {
		b.has(t, channel, 1)
	}
}

// TestListenIsKilled ends all listening connections and writes before they are back: what
// was appended meanwhile comes, and what is appended later.
func TestListenIsKilled(t *testing.T) {
	pool := pgtest.New(t)
	a, b := newHall(t, pool), newHall(t, pool)
	for round := range 3 {
		limit := time.After(time.Minute)
		for ended := 0; ended < 2; ended += listeners(t, pool, true) {
			select {
			case <-limit:
				t.Fatal("the nodes do not listen again")
			default:
			}
		}
		for range 10 {
			write(t, a.log, "into the silence", "event-A")
		}
		b.has(t, "event-A", 10*(round+1))
	}
}
