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

// watch asks an address again and again until stop is called and returns the time that 99%
// of the answers took at most, and how many were not wanted. The slowest of all says more of
// a machine that others use than of the program.
func watch(ctx context.Context, url string, status int) (stop func() (p99 time.Duration, unwanted int)) {
	client := NewClient("", 10*time.Second)
	asking, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	var took []time.Duration
	unwanted := 0
	work.Go(func() {
		for asking.Err() == nil {
			began := time.Now()
			a, err := client.Ask(ctx, "GET", url, "")
			took = append(took, time.Since(began))
			if err != nil || a.Status != status {
				unwanted++
			}
			<-time.After(20 * time.Millisecond)
		}
	})
	return func() (time.Duration, int) {
		cancel()
		work.Wait()
		slices.Sort(took)
		return took[(len(took)-1)*99/100], unwanted
	}
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
			stop := watch(t.Context(), url+"/api/health", http.StatusOK)
			c.take(postgres)
			Figure(t, "away.not_ready_after_s", becomes(t, url+"/ready", http.StatusServiceUnavailable).Seconds(), 2)
			Until(t, "scouts are refused", func() bool { load.mu.Lock(); defer load.mu.Unlock(); return load.refused >= 4 })
			<-time.After(500 * time.Millisecond)
			c.back(postgres)
			back := time.Now()
			becomes(t, url+"/ready", http.StatusOK)
			load.Await(1)
			Figure(t, "away.writing_after_return_s", time.Since(back).Seconds(), 3)
			slowest, unwanted := stop()
			Figure(t, "away.health_p99_ms", float64(slowest.Milliseconds()), 100)
			Figure(t, "away.health_not_200", float64(unwanted), 0)
			load.Await(50)
			load.Stop()
			load.Check("away")
			Figure(t, "away.requests_without_an_answer", float64(load.broken), 0)
			Figure(t, "away.slowest_answer_s", load.slowest.Seconds(), 7)
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
	Figure(t, "embedded.writing_after_kill_s", slowest.Seconds(), 5)
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
// scouts write to it. Health, readiness and the sockets do not notice.
func TestSlowQueries(t *testing.T) {
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
	for range 200 {
		scouts.Go(func() {
			began := time.Now()
			a, _ := client.Ask(t.Context(), "POST", url+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1)) // no answer is status 0
			mu.Lock()
			defer mu.Unlock()
			statuses[a.Status]++
			slowest = max(slowest, time.Since(began))
		})
	}
	Until(t, "the table's queue is long", func() bool {
		return s.Postgres.Number("ftcmetrics", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") >= 4
	})
	health, ready := watch(t.Context(), url+"/api/health", http.StatusOK), watch(t.Context(), url+"/ready", http.StatusOK)
	var feed time.Duration
	for n := range 10 { // events that need no such table, by another session
		feed = max(feed, s.told(hall, n))
	}
	scouts.Wait()
	slowestHealth, wrongHealth := health()
	slowestReady, wrongReady := ready()
	t.Logf("200 scouts got %v", statuses)
	Figure(t, "R21.answers_other_than_503", float64(200-statuses[http.StatusServiceUnavailable]), 0)
	Figure(t, "R21.slowest_answer_s", slowest.Seconds(), 7)
	Figure(t, "R21.health_p99_ms", float64(slowestHealth.Milliseconds()), 100)
	Figure(t, "R21.health_not_200", float64(wrongHealth), 0)
	Figure(t, "R21.ready_p99_ms", float64(slowestReady.Milliseconds()), 100)
	Figure(t, "R21.ready_not_200", float64(wrongReady), 0)
	Figure(t, "R21.feed_slowest_ms", float64(feed.Milliseconds()), 1500)
	must(t, lock.Rollback(t.Context()))
	began := time.Now()
	s.Coach.Want(t, http.StatusCreated, "POST", url+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1), nil)
	Figure(t, "R21.writing_after_s", time.Since(began).Seconds(), 1)
}

// told appends an event to the hall's channel past the node and waits until a follower has
// it: the relay finds it by its poll.
func (s *Site) told(f *Follower, n int) time.Duration {
	s.t.Helper()
	s.Postgres.Exec(s.Database, `WITH head AS (INSERT INTO channel_heads (channel, seq) VALUES ($1, 1)
		ON CONFLICT (channel) DO UPDATE SET seq = channel_heads.seq + 1 RETURNING seq)
		INSERT INTO channel_events (channel, seq, id, name, payload, at, coarse) SELECT $1, seq, gen_random_uuid(), 'test:told', '{}', now(), false FROM head`, HallChannel)
	began := time.Now()
	Until(s.t, "the hall hears of it", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return len(f.Applied) > n })
	return time.Since(began)
}
