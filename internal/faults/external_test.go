package faults

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// memory is the resident memory of a process in MiB.
func memory(t *testing.T, pid int) float64 {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(t, err)
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	var kib float64
	_, err = fmt.Sscan(rest, &kib)
	must(t, err)
	return kib / 1024
}

// TestExternalHubAway is R3: the hub that two nodes relay to fails in every way, while
// scouts write. They do not notice, and the hub gets everything in order when it is back.
func TestExternalHubAway(t *testing.T) {
	t.Parallel()
	hub := NewExternalHub(t)
	s := NewSite(t, NewPostgres(t, false), 2, "REALTIME_DRIVER=soketi", "SOKETI_HOST="+hub.Host, "SOKETI_PORT="+hub.Port)
	load := s.StartLoad(4, 10*time.Millisecond, inTurn(s.URLs()...))
	phase, outage := max(2*time.Second, *long/10), max(3*time.Second, *long)
	load.Await(100) // caches fill
	from := load.Count()
	<-time.After(phase)
	Until(t, "events are relayed", func() bool { return hub.Total() > 0 })
	before, to := load.between(from, load.Count(), 0.99), load.Count()
	away := time.Now()
	held := memory(t, s.Nodes[0].PID())
	hub.Set(Slow)
	<-time.After(phase / 2)
	for _, mood := range []Mood{Busy, Gone, Busy} {
		hub.Set(mood)
		<-time.After(outage / 3)
	}
	load.unheld(hub)
	during, down := load.between(to, load.Count(), 0.99), hub.Total()
	grown := memory(t, s.Nodes[0].PID()) - held
	load.Stop()
	writing := float64(load.Count()-to) / time.Since(away).Seconds()
	behind := s.Postgres.Number(s.Database, "SELECT count(*) FROM channel_events WHERE channel <> '!control'") - int64(down)
	hub.Set(Willing)
	UntilWithin(t, time.Minute, "the hub hears again", func() bool { return hub.Total() > down })
	back, first := time.Now(), hub.Total()
	s.relayed(hub)
	rate := float64(hub.Total()-first) / time.Since(back).Seconds()
	again := s.StartLoad(4, 10*time.Millisecond, inTurn(s.URLs()...)) // a machine that others use is not as fast all the time
	<-time.After(phase)
	again.Stop()
	s.relayed(hub)
	usual := max(before, again.between(0, again.Count(), 0.99))
	load.Check("R3")
	Timed(t, "R3.p99_while_away_ms", during, usual*6/5+10*time.Millisecond)
	Figure(t, "R3.failed_posts", float64(load.Failed()), 0)
	Figure(t, "R3.memory_grown_mib", grown, 32)
	t.Logf("%d events were behind", behind)
	t.Logf("R3.drained_events_a_second %.0f 500", rate)
	AtLeast(t, "R3.drained_events_for_each_entry_written", rate/writing, 1)
	s.checkRelayed(hub, "R3", 0)
}

// unheld waits until many entries were acknowledged while the hub owed the answer to one and
// the same call: who saves an entry does not wait for the hub.
func (l *Load) unheld(hub *ExternalHub) {
	l.t.Helper()
	hub.Set(Mute)
	call, from := 0, 0
	Until(l.t, "50 entries are acknowledged while the hub holds one call", func() bool {
		if now := hub.Held(); now != call {
			call, from = now, l.Count()
		}
		return call != 0 && l.Count() >= from+50
	})
	hub.Set(Busy)
}

// TestExternalHubAmbiguous has the hub take events and lose the answers, while the leader is
// killed and frozen: everything arrives, in order, and repeats have the same id.
func TestExternalHubAmbiguous(t *testing.T) {
	t.Parallel()
	hub := NewExternalHub(t)
	s := NewSite(t, NewPostgres(t, false), 2, "REALTIME_DRIVER=soketi", "SOKETI_HOST="+hub.Host, "SOKETI_PORT="+hub.Port)
	load := s.StartLoad(4, 5*time.Millisecond, inTurn(s.URLs()...))
	for n := range rounds(4) {
		load.Await(100)
		hub.Set(AcceptThenCut)
		<-time.After(50 * time.Millisecond)
		hub.Set(Willing)
		load.Await(20)
		s.Nodes[n%2].Kill()
		s.Nodes[n%2].Start()
	}
	load.Await(50)
	load.Stop()
	s.relayed(hub)
	load.Check("R3.ambiguous")
	s.checkRelayed(hub, "R3.ambiguous", 10)
	hub.Set(Picky)
	picky := s.StartLoad(4, 0, inTurn(s.URLs()...))
	picky.Await(200)
	picky.Stop()
	Until(t, "refused events are dead letters and hold up nothing", func() bool { return s.reached(hub) })
	AtLeast(t, "R3.dead_letters", float64(s.Postgres.Number(s.Database, "SELECT count(*) FROM dead_letters")), 1)
}

// reached reports whether the hub has the newest event of each channel.
func (s *Site) reached(hub *ExternalHub) bool {
	for _, channel := range []string{s.TeamChannel(), HallChannel, "event-2025-USNCRA"} {
		head := s.Postgres.Number(s.Database, "SELECT seq FROM channel_heads WHERE channel = $1", channel)
		hub.mu.Lock()
		got := hub.channels[channel]
		reached := len(got) > 0 && got[len(got)-1].Seq == head || head%100 == 50
		hub.mu.Unlock()
		if !reached {
			return false
		}
	}
	return true
}

// relayed waits until the hub has everything.
func (s *Site) relayed(hub *ExternalHub) {
	s.t.Helper()
	UntilWithin(s.t, time.Minute+*long, "everything is relayed", func() bool { return s.reached(hub) })
}

// checkRelayed holds what the hub got against the log.
func (s *Site) checkRelayed(hub *ExternalHub, name string, duplicates float64) {
	s.t.Helper()
	for _, channel := range []string{s.TeamChannel(), HallChannel} {
		log, gaps := ReadLog(s.t, s.Coach, s.Nodes[0].URL(), channel)
		ledger := hub.compare(channel, log)
		s.t.Logf("%s: %+v", channel, ledger)
		Figure(s.t, name+".gaps", float64(gaps), 0)
		Figure(s.t, name+".undelivered", float64(ledger.Undelivered), 0)
		Figure(s.t, name+".order_inversions", float64(ledger.Inversions), 0)
		Figure(s.t, name+".duplicates_with_another_id", float64(ledger.Unequal), 0)
		Figure(s.t, name+".duplicates_percent", 100*float64(ledger.Duplicates)/float64(max(1, ledger.Live)), max(5, duplicates))
	}
}

// TestLedgerSees is the control of every comparison here: what is spoilt on purpose is found.
func TestLedgerSees(t *testing.T) {
	event := func(seq int64, id string) Delivery { return Delivery{Seq: seq, ID: id} }
	log := []Delivery{event(1, "a"), event(2, "b"), event(3, "c")}
	for name, c := range map[string]struct {
		got  []Delivery
		want Ledger
	}{
		"all is well":        {log, Ledger{}},
		"one is lost":        {[]Delivery{log[0], log[2]}, Ledger{Undelivered: 1}},
		"one is overtaken":   {[]Delivery{log[0], log[2], log[1]}, Ledger{Inversions: 1}},
		"one is repeated":    {[]Delivery{log[0], log[1], log[1], log[2]}, Ledger{Duplicates: 1}},
		"under another id":   {[]Delivery{log[0], log[1], event(2, "x"), log[1], log[2]}, Ledger{Unequal: 2}},
		"of another's id":    {[]Delivery{log[0], event(2, "x"), log[2]}, Ledger{Undelivered: 1}},
		"one never happened": {append(log[:3:3], event(4, "d")), Ledger{Phantom: 1}},
	} {
		hub := &ExternalHub{channels: map[string][]Delivery{"c": c.got}}
		c.want.Acknowledged, c.want.Logged, c.want.Live = 3, 3, len(c.got)
		if got := hub.compare("c", log); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
