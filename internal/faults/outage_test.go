package faults

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// watched is an address that is asked again and again.
type watched struct {
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex // guards the fields below
	took     []time.Duration
	unwanted int
}

// watch asks an address again and again until stop is called.
func watch(ctx context.Context, url string, status int) *watched {
	client := NewClient("", 10*time.Second)
	asking, cancel := context.WithCancel(ctx)
	w := &watched{cancel: cancel}
	w.work.Go(func() {
		for asking.Err() == nil {
			began := time.Now()
			a, err := client.Ask(ctx, "GET", url, "")
			w.mu.Lock()
			w.took = append(w.took, time.Since(began))
			if err != nil || a.Status != status {
				w.unwanted++
			}
			w.mu.Unlock()
			<-time.After(20 * time.Millisecond)
		}
	})
	return w
}

// count is how often the answer was the wanted one.
func (w *watched) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.took) - w.unwanted
}

// stop returns the time that 99% of the answers took at most, and how many were not wanted.
// The slowest of all says more of a machine that others use than of the program.
func (w *watched) stop() (p99 time.Duration, unwanted int) {
	w.cancel()
	w.work.Wait()
	slices.Sort(w.took)
	return w.took[(len(w.took)-1)*99/100], w.unwanted
}

// becomes waits until the address answers with the status and says how long that took.
func becomes(t *testing.T, url string, status int) time.Duration {
	t.Helper()
	began := time.Now()
	client := NewClient("", 10*time.Second)
	Until(t, fmt.Sprintf("%s answers %d", url, status), func() bool {
		a, err := client.Ask(t.Context(), "GET", url, "")
		return err == nil && a.Status == status
	})
	return time.Since(began)
}

// TestDatabaseAway takes the database away in all the ways in which it can go, while scouts
// write: nobody gets a 500 or waits without end, /ready tells the truth, and what comes back
// is used again without a restart.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		take, back func(postgres *Postgres)
	}{
		{"refused", func(postgres *Postgres) { postgres.Way.Set(Trouble{Refuse: true}); postgres.Way.Cut() }, func(postgres *Postgres) { postgres.Way.Set(Trouble{}) }},
		{"black hole", func(postgres *Postgres) { postgres.Way.Set(Trouble{Hold: true}) }, func(postgres *Postgres) { postgres.Way.Set(Trouble{}); postgres.Way.Cut() }},
		{"one way", func(postgres *Postgres) { postgres.Way.Set(Trouble{HoldBack: true}) }, func(postgres *Postgres) { postgres.Way.Set(Trouble{}) }},
		{"half open", func(postgres *Postgres) { postgres.Way.Set(Trouble{Refuse: true}); postgres.Way.HalfOpen() }, func(postgres *Postgres) { postgres.Way.Set(Trouble{}) }},
		{"frozen", (*Postgres).Freeze, (*Postgres).Thaw},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			postgres := NewPostgres(t, false)
			s := NewSite(t, postgres, 1)
			url := s.Nodes[0].URL()
			hall := s.Follow(HallChannel, inTurn(url))
			load := s.StartLoad(4, 5*time.Millisecond, inTurn(url))
			load.Await(50)
			health := watch(t.Context(), url+"/api/health", http.StatusOK)
			c.take(postgres)
			taken := health.count()
			Timed(t, "away.not_ready_after_s", becomes(t, url+"/ready", http.StatusServiceUnavailable), 2*time.Second)
			Until(t, "scouts are refused", func() bool { load.mu.Lock(); defer load.mu.Unlock(); return load.refused >= 4 })
			Until(t, "health is told while the database is away", func() bool { return health.count() >= taken+20 })
			c.back(postgres)
			back := time.Now()
			becomes(t, url+"/ready", http.StatusOK)
			load.Await(1)
			Timed(t, "away.writing_after_return_s", time.Since(back), 3*time.Second)
			slowest, unwanted := health.stop()
			Timed(t, "away.health_p99_ms", slowest, 100*time.Millisecond)
			Figure(t, "away.health_not_200", float64(unwanted), 0)
			load.Await(50)
			load.Stop()
			load.Check("away")
			Figure(t, "away.requests_without_an_answer", float64(load.broken), 0)
			Timed(t, "away.slowest_answer_s", load.slowest, 7*time.Second)
			s.Compare(url, load.Acknowledged, hall).Check(t, "away")
		})
	}
}

// TestEmbeddedDatabaseKilled kills the PostgreSQL of a laptop under load. The program starts
// it again, and nothing that was acknowledged is lost.
func TestEmbeddedDatabaseKilled(t *testing.T) {
	t.Parallel()
	s := NewSite(t, nil, 1)
	node := s.Nodes[0]
	hall := s.Follow(HallChannel, inTurn(node.URL()))
	load := s.StartLoad(4, 2*time.Millisecond, inTurn(node.URL()))
	kill := func() {
		pid := postmaster(node.DataDir)
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		Until(t, "PostgreSQL is started again", func() bool {
			next := postmaster(node.DataDir)
			return next != 0 && next != pid || exited(node)
		})
	}
	var slowest time.Duration
	for range 3 {
		load.Await(100)
		began := time.Now()
		kill()
		becomes(t, node.URL()+"/ready", http.StatusOK)
		load.Await(1)
		slowest = max(slowest, time.Since(began))
	}
	load.Await(100)
	load.Stop()
	load.Check("embedded")
	Timed(t, "embedded.writing_after_kill_s", slowest, 5*time.Second)
	s.Compare(node.URL(), load.Acknowledged, hall).Check(t, "embedded")
	hall.Stop()
	for range 3 { // six in all: it is broken
		becomes(t, node.URL()+"/ready", http.StatusOK)
		kill()
	}
	if code := node.Wait(); code != 1 || !strings.Contains(node.Log(), "has ended by itself 6 times") {
		t.Errorf("a database that cannot be kept: exit code %d\n%s", code, node.Log())
	}
}

func exited(n *Node) bool {
	select {
	case <-n.Done():
		return true
	default:
		return false
	}
}

// TestSlowQueries is R21: something holds a table for longer than anybody waits, and 200
// scouts write to it without end, so that no connection is ever free. Health, readiness and
// the feed do without.
func TestSlowQueries(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 1)
	url := s.Nodes[0].URL()
	hall := s.Follow(HallChannel, inTurn(url))
	lock, err := s.Postgres.Connect("ftcmetrics", s.Database).Begin(t.Context())
	must(t, err)
	_, err = lock.Exec(t.Context(), "LOCK TABLE scouting_entries IN ACCESS EXCLUSIVE MODE")
	must(t, err)
	var scouts sync.WaitGroup
	var mu sync.Mutex
	statuses := make(map[int]int)
	var slowest time.Duration
	client := NewClient(s.Token, 30*time.Second)
	writing, stop := context.WithCancel(t.Context())
	defer stop()
	for range 200 {
		scouts.Go(func() {
			for writing.Err() == nil {
				a, _ := client.Ask(t.Context(), "POST", url+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1)) // no answer is status 0
				mu.Lock()
				statuses[a.Status]++
				slowest = max(slowest, a.Took)
				mu.Unlock()
			}
		})
	}
	waiting := func() bool {
		return s.Postgres.Number("ftcmetrics", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") >= 4
	}
	Until(t, "the table's queue is long", waiting)
	health, ready := watch(t.Context(), url+"/api/health", http.StatusOK), watch(t.Context(), url+"/ready", http.StatusOK)
	var feed time.Duration
	for n := range 4 { // events that need no such table, by another session
		feed = max(feed, s.told(hall, n))
	}
	Until(t, "health and readiness are told while the queries wait", func() bool { return health.count() >= 50 && ready.count() >= 50 })
	slowestHealth, wrongHealth := health.stop()
	slowestReady, wrongReady := ready.stop()
	Until(t, "the queries still wait", waiting)
	stop()
	scouts.Wait()
	t.Logf("200 scouts got %v", statuses)
	AtLeast(t, "R21.answers_503", float64(statuses[http.StatusServiceUnavailable]), 200)
	delete(statuses, http.StatusServiceUnavailable)
	Figure(t, "R21.other_answers", float64(len(statuses)), 0)
	Timed(t, "R21.slowest_answer_s", slowest, 7*time.Second)
	Timed(t, "R21.health_p99_ms", slowestHealth, 100*time.Millisecond)
	Figure(t, "R21.health_not_200", float64(wrongHealth), 0)
	Timed(t, "R21.ready_p99_ms", slowestReady, 100*time.Millisecond)
	Figure(t, "R21.ready_not_200", float64(wrongReady), 0)
	Timed(t, "R21.feed_slowest_ms", feed, 1500*time.Millisecond)
	must(t, lock.Rollback(t.Context()))
	began := time.Now()
	s.Coach.Want(t, http.StatusCreated, "POST", url+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1), nil)
	Timed(t, "R21.writing_after_s", time.Since(began), time.Second)
}

// slip appends an event to a channel past the nodes, so that nobody hints at it.
func (s *Site) slip(channel string) {
	s.t.Helper()
	s.Postgres.Exec(s.Database, `WITH head AS (INSERT INTO channel_heads (channel, seq) VALUES ($1, 1)
		ON CONFLICT (channel) DO UPDATE SET seq = channel_heads.seq + 1 RETURNING seq)
		INSERT INTO channel_events (channel, seq, id, name, payload, at, coarse) SELECT $1, seq, gen_random_uuid(), 'test:told', '{}', now(), false FROM head`, channel)
}

// told slips an event into the follower's channel and waits until it is there: the relay finds
// it by its poll.
func (s *Site) told(f *Follower, n int) time.Duration {
	s.t.Helper()
	s.slip(f.Channel)
	began := time.Now()
	Until(s.t, "the follower hears of it", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return len(f.Applied) > n })
	return time.Since(began)
}
