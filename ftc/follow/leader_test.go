package follow_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
)

// nodes is nodes that would all lead.
type nodes struct {
	mu      sync.Mutex // guards leading
	leading map[int]bool
	changed chan int // who has begun to lead
	all     sync.WaitGroup
}

func (n *nodes) run(ctx context.Context, r *rig, id int, work func(context.Context)) {
	n.all.Go(func() {
		follow.Lead(ctx, r.pool.Config().ConnConfig, slog.New(slog.DiscardHandler), func(ctx context.Context) {
			n.mu.Lock()
			n.leading[id] = true
			n.mu.Unlock()
			n.changed <- id
			work(ctx)
			n.mu.Lock()
			delete(n.leading, id)
			n.mu.Unlock()
		})
	})
}

func (n *nodes) next(t *testing.T) int {
	t.Helper()
	select {
	case id := <-n.changed:
		return id
	case <-time.After(time.Minute):
		t.Fatal("nobody leads")
		return 0
	}
}

// TestOneLeads: of two nodes one follows the event; when its connection is cut, the other
// one does, and nothing is told twice.
func TestOneLeads(t *testing.T) {
	r := start(t)
	r.clock.Set(at("12:00:00"))
	n := &nodes{leading: make(map[int]bool), changed: make(chan int, 10)}
	ctx, stop := context.WithCancel(t.Context())
	defer n.all.Wait()
	defer stop()
	for id := range 2 {
		f := follow.New(r.options())
		n.run(ctx, r, id, f.Run)
	}
	first := n.next(t)
	until(t, "the results so far", func() bool { return len(r.told("event-2025-ZZDEV1")) >= 12 })
	n.mu.Lock()
	if len(n.leading) != 1 {
		t.Errorf("%d nodes lead", len(n.leading))
	}
	n.mu.Unlock()
	r.cut()
	began := time.Now()
	for second := n.next(t); second == first; second = n.next(t) {
		r.cut() // the one that was cut was faster: once more
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("taken over after %s", took)
	}
	r.clock.Set(at("13:00:00"))
	seen := make(map[string]bool)
	until(t, "results of the afternoon", func() bool { return len(r.told("event-2025-ZZDEV1")) >= 18 })
	for _, l := range r.told("event-2025-ZZDEV1") {
		if seen[l] {
			t.Errorf("told twice: %s", l)
		}
		seen[l] = true
	}
}

// cut ends the session that holds the leader's lock, as the death of its node does.
func (r *rig) cut() {
	r.t.Helper()
	_, err := r.pool.Exec(r.t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	must(r.t, err)
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("%s: never", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
