package faults

import (
	"context"
	"encoding/json"
	"testing"
)

// Ledger is what was promised beside what came of it.
type Ledger struct {
	Acknowledged int
	Logged       int // events of entries in the log
	Lost         int // acknowledged, and not in the log exactly once
	Gaps         int // seqs that the log lacks
	Undelivered  int // in the log, and not with a follower
	Phantom      int // with a follower, and not in the log
	Inversions   int // heard by a socket behind a later one, for the first time
	Jumps        int // heard by a socket with events missing before it
	Unequal      int // repeats with another id
	Duplicates   int // repeats with the same id
	Live         int // heard by sockets
	Resets       int
}

// ReadLog reads the whole of a channel, and how many seqs it lacks.
func ReadLog(t testing.TB, client *Client, base, channel string) (all []Delivery, gaps int) {
	t.Helper()
	var last int64
	for {
		p, err := readPage(context.Background(), client, base, channel, last)
		must(t, err)
		if p.Reset {
			t.Fatalf("%s after %d: told to start over", channel, last)
		}
		for _, e := range p.Events {
			gaps += int(e.Seq - last - 1)
			last = e.Seq
			all = append(all, e)
		}
		if len(p.Events) == 0 {
			return all, gaps
		}
	}
}

// Compare holds acknowledgements, the log as the node at base tells it, and what followers
// have against each other. Stop the load before; followers get the time to catch up.
func (s *Site) Compare(base string, acknowledged map[string]bool, followers ...*Follower) Ledger {
	s.t.Helper()
	ledger := Ledger{Acknowledged: len(acknowledged)}
	log, gaps := ReadLog(s.t, s.Coach, base, s.TeamChannel())
	ledger.Gaps = gaps
	told := make(map[string]int)
	for _, e := range log {
		var data struct{ Entry struct{ ID string } }
		if e.Name == "scouting:entry-created" && json.Unmarshal(e.Data, &data) == nil {
			told[data.Entry.ID]++
			ledger.Logged++
		}
	}
	for id := range acknowledged {
		if told[id] != 1 {
			ledger.Lost++
		}
	}
	for _, f := range followers {
		logged, gaps := log, 0
		if f.Channel != s.TeamChannel() {
			logged, gaps = ReadLog(s.t, s.Coach, base, f.Channel)
		}
		ledger.Gaps += gaps
		f.settle(len(logged))
		f.compare(&ledger, logged)
		f.tell()
	}
	return ledger
}

// settle waits until the follower has n events.
func (f *Follower) settle(n int) {
	f.t.Helper()
	Until(f.t, f.Channel+" has caught up", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return len(f.Applied) >= n })
}

func (f *Follower) compare(ledger *Ledger, log []Delivery) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, e := range log {
		if i >= len(f.Applied) || f.Applied[i].ID != e.ID {
			ledger.Undelivered++
		}
	}
	ledger.Phantom += max(0, len(f.Applied)-len(log))
	ledger.Inversions += f.inversions
	ledger.Jumps += f.jumps
	ledger.Unequal += f.unequal
	ledger.Duplicates += f.duplicates
	ledger.Live += f.live
	ledger.Resets += f.resets
}

// tell logs what became of the follower.
func (f *Follower) tell() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t.Logf("%s: %d applied, %d heard live, %d sessions, away for %s at most, ends %v", f.Channel, len(f.Applied), f.live, f.sessions, f.away, f.codes)
}

// Check prints the ledger's figures and fails the test for what was promised and not kept.
func (l Ledger) Check(t testing.TB, name string) {
	t.Helper()
	AtLeast(t, name+".acknowledged", float64(l.Acknowledged), 1)
	Figure(t, name+".acknowledged_lost", float64(l.Lost), 0)
	Figure(t, name+".gaps", float64(l.Gaps), 0)
	Figure(t, name+".undelivered", float64(l.Undelivered), 0)
	Figure(t, name+".phantom", float64(l.Phantom), 0)
	Figure(t, name+".order_inversions", float64(l.Inversions), 0)
	Figure(t, name+".duplicates_with_another_id", float64(l.Unequal), 0)
	Figure(t, name+".resets", float64(l.Resets), 0)
	if l.Live > 0 {
		Figure(t, name+".duplicates_percent", 100*float64(l.Duplicates)/float64(l.Live), 5)
	}
}
