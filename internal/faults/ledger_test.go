package faults

import (
	"flag"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"
)

// long is how long the long forms take; 0 plays the short ones. scripts/soak sets it.
var long = flag.Duration("long", 0, "play the long forms for so long")

// rounds is n in the short form, and n for each minute of the long one.
func rounds(n int) int { return max(n, n*int(*long/time.Minute)) }

// turns over the nodes, one request each.
func inTurn(urls ...string) func() string {
	var n atomic.Int64
	return func() string { return urls[int(n.Add(1))%len(urls)] }
}

// TestKilledNodes is R1: two nodes share a database and are killed again and again while
// scouts write and spectators listen.
func TestKilledNodes(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 2)
	where := inTurn(s.URLs()...)
	hall, team := s.Follow(HallChannel, where), s.Follow(s.TeamChannel(), where)
	load := s.StartLoad(8, 2*time.Millisecond, where)
	random := rand.New(rand.NewPCG(3, 4))
	kills := rounds(20)
	for n := range kills {
		node := s.Nodes[n%2]
		load.Await(20 + random.IntN(20))
		node.Kill()
		if n%5 == 4 { // now and then nobody is there
			s.Nodes[(n+1)%2].Kill()
			s.Nodes[(n+1)%2].Start()
		}
		load.t.Logf("kill %d after %d entries", n+1, load.Count())
		node.Start()
	}
	load.Await(100)
	load.Stop()
	load.Check("R1")
	s.Compare(s.Nodes[0].URL(), load.Acknowledged, hall, team).Check(t, "R1")
	AtLeast(t, "R1.kills", float64(kills), 20)
}

// crashes ends the cluster again and again under load and says how long nodes took to be
// ready after it was back.
func (s *Site) crashes(load *Load, n int) (slowest time.Duration) {
	s.t.Helper()
	probe := NewClient("", 5*time.Second)
	for range n {
		load.Await(200)
		s.Postgres.Crash()
		for _, url := range s.URLs() {
			Until(s.t, "the node is not ready", func() bool {
				a, err := probe.Ask(s.t.Context(), "GET", url+"/ready", "")
				return err == nil && a.Status == 503
			})
		}
		<-time.After(300 * time.Millisecond) // the outage; scouts go on trying
		s.Postgres.Start()
		back := time.Now()
		for _, url := range s.URLs() {
			Until(s.t, "the node is ready", func() bool {
				a, err := probe.Ask(s.t.Context(), "GET", url+"/ready", "")
				return err == nil && a.Status == 200
			})
		}
		load.Await(1)
		slowest = max(slowest, time.Since(back))
	}
	return slowest
}

// TestCrashedDatabase is R2: PostgreSQL ends at once, five times, under load.
func TestCrashedDatabase(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 2)
	where := inTurn(s.URLs()...)
	hall, team := s.Follow(HallChannel, where), s.Follow(s.TeamChannel(), where)
	load := s.StartLoad(8, 2*time.Millisecond, where)
	slowest := s.crashes(load, rounds(5))
	load.Await(100)
	load.Stop()
	load.Check("R2")
	Timed(t, "R2.ready_and_writing_after_postgres_s", slowest, 3*time.Second)
	s.Compare(s.Nodes[0].URL(), load.Acknowledged, hall, team).Check(t, "R2")
}

// TestCarelessDatabase is the control of TestCrashedDatabase: with a database that answers
// before it writes, the same ledger finds what is lost.
func TestCarelessDatabase(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, true), 1)
	load := s.StartLoad(8, 0, inTurn(s.URLs()...))
	lost := 0
	for range 5 {
		s.crashes(load, 1)
	}
	load.Stop()
	lost = s.Compare(s.Nodes[0].URL(), load.Acknowledged).Lost
	AtLeast(t, "R2.control_lost_by_a_careless_database", float64(lost), 1)
}
