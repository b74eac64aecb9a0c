package eventlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type note struct {
	Text string `json:"text"`
}

var noted = realtime.Define[note]("test:noted", "A note.", "event-{code}")

func newLog(t *testing.T) (*eventlog.Log, *pgxpool.Pool) {
	pool := pgtest.New(t)
	return eventlog.New(pool, func(realtime.Channel, int64) {}), pool
}

func write(t *testing.T, log *eventlog.Log, text string, channels ...realtime.Channel) {
	t.Helper()
	err := log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		return batch.Add(noted.On(note{Text: text}, channels...))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEventsCarryIDSeqAndTime(t *testing.T) {
	log, _ := newLog(t)
	for i := range 3 {
		write(t, log, fmt.Sprint(i), "event-A", "event-B")
	}
	page, err := log.Read(t.Context(), "event-A", 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Events) != 2 || page.Next != 3 || page.Head != 3 || page.Reset {
		t.Fatalf("page after 1: %+v", page)
	}
	var data struct {
		ID   uuid.UUID `json:"id"`
		Seq  int64     `json:"seq"`
		At   time.Time `json:"at"`
		Text string    `json:"text"`
	}
	if err := json.Unmarshal(page.Events[0].Data, &data); err != nil {
		t.Fatal(err)
	}
	if data.ID != page.Events[0].ID || data.Seq != 2 || data.Text != "1" || time.Since(data.At) > time.Minute {
		t.Errorf("data %s of event %+v", page.Events[0].Data, page.Events[0])
	}
	other, err := log.Read(t.Context(), "event-B", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if other.Events[0].ID == page.Events[0].ID {
		t.Error("the same id on two channels")
	}
}

func TestReadTellsToResetWhereItCannotGoOn(t *testing.T) {
	log, pool := newLog(t)
	for range 5 {
		write(t, log, "x", "event-A")
	}
	if page, err := log.Read(t.Context(), "event-A", 9, 10); err != nil || !page.Reset {
		t.Errorf("after the head, as after a restore: %+v, %v", page, err)
	}
	if page, err := log.Read(t.Context(), "event-NONE", 4, 10); err != nil || !page.Reset {
		t.Errorf("an unknown channel: %+v, %v", page, err)
	}
	if _, err := pool.Exec(t.Context(), `DELETE FROM channel_events WHERE seq <= 3`); err != nil {
		t.Fatal(err)
	}
	if page, err := log.Read(t.Context(), "event-A", 1, 10); err != nil || !page.Reset || page.Next != 5 {
		t.Errorf("beyond retention: %+v, %v", page, err)
	}
	if page, err := log.Read(t.Context(), "event-A", 3, 10); err != nil || page.Reset || len(page.Events) != 2 {
		t.Errorf("at the edge of retention: %+v, %v", page, err)
	}
}

func TestRollbackLeavesNoEventAndGivesNoHint(t *testing.T) {
	pool := pgtest.New(t)
	var hints atomic.Int64
	log := eventlog.New(pool, func(realtime.Channel, int64) { hints.Add(1) })
	boom := errors.New("the rule said no")
	err := log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		if err := batch.Add(noted.On(note{}, "event-A")); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	if page, err := log.Read(t.Context(), "event-A", 0, 10); err != nil || len(page.Events) != 0 {
		t.Errorf("after a rollback: %+v, %v", page, err)
	}
	if n := hints.Load(); n != 0 {
		t.Errorf("%d hints of something that never happened", n)
	}
	write(t, log, "x", "event-A", "event-B")
	if n := hints.Load(); n != 2 {
		t.Errorf("%d hints for two channels", n)
	}
	// The control: a writer that tells before it commits is caught by the same count.
	hints.Store(0)
	err = log.TellThenCommit(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		return batch.Add(noted.On(note{}, "event-A"))
	}, func(pgx.Tx) error { return boom })
	if !errors.Is(err, boom) || hints.Load() == 0 {
		t.Errorf("telling before the commit goes unnoticed: %v, %d hints", err, hints.Load())
	}
}

func TestCoarseEventsTellTheMinuteOnly(t *testing.T) {
	log, _ := newLog(t)
	err := log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		return batch.Add(realtime.Define[note]("test:coarse", "", "event-{code}").Coarse().On(note{}, "event-A"))
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := log.Read(t.Context(), "event-A", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if at := page.Events[0].At; !at.Equal(at.Truncate(time.Minute)) {
		t.Errorf("a coarse event tells %s", at)
	}
}

// reader is how a tail of the log finds what is new: ours and, as the control, the usual one.
type reader func(ctx context.Context, state map[string]int64) ([]uuid.UUID, error)

// TestLateCommits has writers that commit late, as on a busy machine, and a reader that
// asks all the time. With our seq nothing is ever skipped; the control shows that the test
// would see it: a reader that goes by insertion order does skip.
func TestLateCommits(t *testing.T) {
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), `ALTER TABLE channel_events ADD COLUMN inserted bigserial`); err != nil {
		t.Fatal(err)
	}
	log := eventlog.New(pool, func(realtime.Channel, int64) {})
	channels := []realtime.Channel{"event-A", "event-B", "event-C", "event-D"}
	ours := func(ctx context.Context, state map[string]int64) ([]uuid.UUID, error) {
		var seen []uuid.UUID
		for _, channel := range channels {
			page, err := log.Read(ctx, channel, state[string(channel)], 500)
			if err != nil {
				return nil, err
			}
			for _, e := range page.Events {
				if e.Seq != state[string(channel)]+1 {
					return nil, fmt.Errorf("%s jumps from %d to %d", channel, state[string(channel)], e.Seq)
				}
				state[string(channel)] = e.Seq
				seen = append(seen, e.ID)
			}
		}
		return seen, nil
	}
	naive := func(ctx context.Context, state map[string]int64) ([]uuid.UUID, error) {
		rows, err := pool.Query(ctx, `SELECT inserted, id FROM channel_events WHERE inserted > $1 ORDER BY inserted`, state["inserted"])
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var seen []uuid.UUID
		for rows.Next() {
			var n int64
			var id uuid.UUID
			if err := rows.Scan(&n, &id); err != nil {
				return nil, err
			}
			state["inserted"] = n
			seen = append(seen, id)
		}
		return seen, rows.Err()
	}
	written, got := race(t, pool, log, channels, ours, naive)
	if missing := written - len(got[0]); missing != 0 {
		t.Errorf("our reader skipped %d of %d", missing, written)
	}
	if missing := written - len(got[1]); missing < written/100 {
		t.Errorf("the naive reader skipped only %d of %d: this test could not fail", missing, written)
	}
}

// race lets writers and readers run against each other, then lets the readers finish, and
// returns how many events were committed and what each reader saw.
func race(t *testing.T, pool *pgxpool.Pool, log *eventlog.Log, channels []realtime.Channel, readers ...reader) (int, []map[uuid.UUID]bool) {
	t.Helper()
	stop, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var writers, tails sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for stop.Err() == nil {
				// Channels are picked so that transactions overlap; pg_sleep after the append delays the commit.
				err := lateWrite(t.Context(), log, channels[random.IntN(len(channels))], random)
				if err != nil && !errors.Is(err, errRolledBack) {
					t.Error(err)
					return
				}
			}
		})
	}
	got := make([]map[uuid.UUID]bool, len(readers))
	done := make(chan struct{})
	for i, read := range readers {
		got[i] = make(map[uuid.UUID]bool)
		tails.Go(func() {
			state := make(map[string]int64)
			for last := false; ; {
				seen, err := read(t.Context(), state)
				if err != nil {
					t.Error(err)
					return
				}
				for _, id := range seen {
					got[i][id] = true
				}
				if last && len(seen) == 0 {
					return
				}
				select {
				case <-done:
					last = true
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	tails.Wait()
	var committed int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM channel_events`).Scan(&committed); err != nil {
		t.Fatal(err)
	}
	return committed, got
}

var errRolledBack = errors.New("rolled back on purpose")

// lateWrite appends by the real statement and commits some milliseconds later.
func lateWrite(ctx context.Context, log *eventlog.Log, channel realtime.Channel, random *rand.Rand) error {
	return log.WriteThen(ctx, func(_ pgx.Tx, batch *eventlog.Batch) error {
		return batch.Add(noted.On(note{}, channel))
	}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_sleep($1)`, float64(random.IntN(15))/1000); err != nil {
			return err
		}
		if random.IntN(20) == 0 {
			return errRolledBack
		}
		return nil
	})
}

func TestParallelWritersNeverDeadlock(t *testing.T) {
	log, pool := newLog(t)
	channels := []realtime.Channel{"event-A", "event-B", "event-C", "event-D", "event-E", "event-F"}
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			random := rand.New(rand.NewPCG(2, uint64(w)))
			for range 40 {
				mixed := slices.Clone(channels)
				random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
				write(t, log, "x", mixed[:3]...)
			}
		})
	}
	writers.Wait()
	var deadlocks int
	if err := pool.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks); err != nil {
		t.Fatal(err)
	}
	if deadlocks != 0 {
		t.Errorf("%d deadlocks", deadlocks)
	}
	heads, err := log.Heads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, seq := range heads {
		total += seq
	}
	if total != 8*40*3 {
		t.Errorf("%d events numbered, want %d", total, 8*40*3)
	}
}

// TestEventsOfOneChangeKeepTheirOrder has a change with several events of one channel, mixed
// with those of others.
func TestEventsOfOneChangeKeepTheirOrder(t *testing.T) {
	log, _ := newLog(t)
	for round := range 3 {
		err := log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
			for n, channel := range []realtime.Channel{"event-B", "event-A", "event-B", "event-C", "event-B", "event-A"} {
				if err := batch.Add(noted.On(note{Text: fmt.Sprint(round, n)}, channel)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page, err := log.Read(t.Context(), "event-B", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, e := range page.Events {
		var n note
		if err := json.Unmarshal(e.Data, &n); err != nil || e.Seq != int64(i)+1 {
			t.Fatalf("event %d is %+v, %v", i, e, err)
		}
		got = append(got, n.Text)
	}
	if want := []string{"0 0", "0 2", "0 4", "1 0", "1 2", "1 4", "2 0", "2 2", "2 4"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
