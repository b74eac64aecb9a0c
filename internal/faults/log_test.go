package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestOrderIsCommitOrder is R5: within a channel, seq follows the instants at which
// PostgreSQL committed. The control: by the numbers of transactions it would not.
func TestOrderIsCommitOrder(t *testing.T) {
	t.Parallel()
	postgres := NewPostgres(t, false)
	_, err := postgres.Connect("postgres", "postgres").Exec(t.Context(), "ALTER SYSTEM SET track_commit_timestamp = on")
	must(t, err)
	postgres.Crash()
	postgres.Start()
	s := NewSite(t, postgres, 2)
	load := s.StartLoad(16, 0, inTurn(s.URLs()...))
	load.Await(2000)
	load.Stop()
	inversions := func(by string) float64 {
		return float64(postgres.Number(s.Database, fmt.Sprintf(`SELECT count(*) FROM (
			SELECT pg_xact_commit_timestamp(xmin) AS at, lag(pg_xact_commit_timestamp(xmin)) OVER (PARTITION BY channel ORDER BY %s) AS before FROM channel_events
			) AS e WHERE at < before`, by)))
	}
	Figure(t, "R5.inversions_by_seq", inversions("seq"), 0)
	AtLeast(t, "R5.control_inversions_by_transaction_number", inversions("xmin::text::bigint, seq"), 1)
}

// TestOpenTransactionElsewhere is R7: a transaction that stays open in another database of
// the cluster delays nothing. The control: a reader that goes by snapshots sees nothing new.
func TestOpenTransactionElsewhere(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 1)
	url := s.Nodes[0].URL()
	hall := s.Follow(HallChannel, inTurn(url))
	other := s.Postgres.Connect("ftcmetrics", "ftcmetrics")
	open, err := other.Begin(t.Context())
	must(t, err)
	_, err = open.Exec(t.Context(), "CREATE TABLE held (n int)")
	must(t, err)
	var slowest time.Duration
	end := time.Now().Add(max(3*time.Second, *long/20))
	n := 0
	for ; time.Now().Before(end); n++ {
		began := time.Now()
		s.Coach.Want(t, http.StatusCreated, "POST", url+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1), nil)
		Until(t, "the hall hears of it", func() bool { hall.mu.Lock(); defer hall.mu.Unlock(); return len(hall.Applied) > n })
		slowest = max(slowest, time.Since(began))
	}
	Timed(t, "R7.slowest_delivery_ms", slowest, 500*time.Millisecond)
	hidden := s.Postgres.Number(s.Database, `SELECT count(*) FROM channel_events WHERE channel = $1
		AND NOT xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`, HallChannel)
	AtLeast(t, "R7.control_hidden_from_a_reader_by_snapshots", float64(hidden), float64(n))
	must(t, open.Rollback(t.Context()))
}

// TestAway500 is R9: who was away for 500 events gets exactly these with one request; who
// was away for longer than events are kept is told to start over.
func TestAway500(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 1)
	url := s.Nodes[0].URL()
	load := s.StartLoad(8, 0, inTurn(url))
	load.Await(700)
	load.Stop()
	log, _ := ReadLog(t, s.Coach, url, HallChannel)
	after := int64(len(log) - 500)
	began := time.Now()
	p, err := readPage(t.Context(), s.Coach, url, HallChannel, after)
	Timed(t, "R9.catch_up_of_500_ms", time.Since(began), 300*time.Millisecond)
	must(t, err)
	wrong := 500 - len(p.Events)
	for i, e := range p.Events {
		if e.Seq != after+int64(i)+1 || e.ID != log[int(after)+i].ID {
			wrong++
		}
	}
	Figure(t, "R9.missing_or_wrong", float64(wrong), 0)
	s.Postgres.Exec(s.Database, "DELETE FROM channel_events WHERE channel = $1 AND seq <= $2", HallChannel, after+10)
	if p, err = readPage(t.Context(), s.Coach, url, HallChannel, after); err != nil || !p.Reset || len(p.Events) != 0 {
		t.Errorf("beyond retention: %+v, %v", p, err)
	}
	if p, err = readPage(t.Context(), s.Coach, url, HallChannel, after+10); err != nil || p.Reset || len(p.Events) != 490 {
		t.Errorf("at the edge of retention: %d events, reset %v, %v", len(p.Events), p.Reset, err)
	}
}

// TestLostAnswers is R22: the answers of 30% of the requests are lost, and each entry is
// sent three times at once until it is acknowledged. There is one entry and one event. The
// control: without the tablet's id the same way of sending makes more.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 1)
	way := NewProxy(t, "tcp", s.Nodes[0].Address)
	way.Set(Trouble{CutAnswers: 0.3})
	send := func(entries int, body func(id string) string) map[string]bool {
		acknowledged := make(map[string]bool)
		var tablets sync.WaitGroup
		for range entries {
			id := uuid.NewString()
			acknowledged[id] = true
			for range 3 {
				tablets.Go(func() { s.sendUntil(way, body(id)) })
			}
			if rand.IntN(8) == 0 { //nolint:gosec // chance, not secrecy
				tablets.Wait()
			}
		}
		tablets.Wait()
		return acknowledged
	}
	const entries = 200
	acknowledged := send(entries, func(id string) string { return EntryBody(id, s.Team, 1) })
	AtLeast(t, "R22.answers_lost", float64(way.Cuts()), entries/4)
	stored := s.Postgres.Number(s.Database, "SELECT count(*) FROM scouting_entries")
	Figure(t, "R22.entries_too_many", float64(stored-entries), 0)
	ledger := s.Compare(s.Nodes[0].URL(), acknowledged)
	ledger.Check(t, "R22")
	Figure(t, "R22.events_too_many", float64(ledger.Logged-entries), 0)
	send(20, func(string) string {
		return fmt.Sprintf(`{"scoutingTeamId":"%s","season":2025,"eventCode":"USNCRA","matchNumber":2,"alliance":"RED","scoutedTeamNumber":8569,"data":{}}`, s.Team)
	})
	more := s.Postgres.Number(s.Database, "SELECT count(*) FROM scouting_entries") - stored
	AtLeast(t, "R22.control_entries_without_ids", float64(more), 21)
}

// sendUntil repeats an entry until it is acknowledged.
func (s *Site) sendUntil(way *Proxy, body string) {
	client := NewClient(s.Token, 10*time.Second)
	for range 100 {
		a, err := client.Ask(context.Background(), "POST", "http://"+way.Address()+"/api/scouting/entries", body)
		if err == nil && (a.Status == http.StatusCreated || a.Status == http.StatusOK) {
			return
		}
		if err == nil && a.Status != http.StatusServiceUnavailable {
			s.t.Errorf("%d %.200s", a.Status, a.Body)
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	s.t.Error("an entry is never acknowledged")
}
