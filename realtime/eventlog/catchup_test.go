package eventlog_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// follow reads two channels from the cursor and tells what comes: "1 2 3 | reset".
func follow(t *testing.T, log *eventlog.Log, from eventlog.Cursor, limit int) (string, eventlog.Cursor) {
	t.Helper()
	pages, next, err := log.ReadMany(t.Context(), []realtime.Channel{"event-A", "event-B"}, from, limit, eventlog.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var text [2]string
	for i, page := range pages {
		for _, e := range page.Events {
			text[i] += fmt.Sprint(e.Seq, " ")
		}
		if page.Reset {
			text[i] += fmt.Sprint("reset to ", page.Next)
		}
	}
	return text[0] + "| " + text[1], next
}

func TestManyChannelsAtOnce(t *testing.T) {
	log, pool := newLog(t)
	is := func(from eventlog.Cursor, limit int, want string) eventlog.Cursor {
		t.Helper()
		got, next := follow(t, log, from, limit)
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
		back, err := eventlog.ParseCursor(next.String())
		if err != nil || back.String() != next.String() {
			t.Errorf("the cursor %s comes back as %s, %v", next, back, err)
		}
		return back
	}
	change := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	empty := is(eventlog.Cursor{}, 10, "reset to 0| reset to 0")
	for range 3 {
		write(t, log, "x", "event-A", "event-B")
	}
	is(empty, 10, "1 2 3 | 1 2 3 ") // a channel without events had none to miss
	part := is(empty, 4, "1 2 3 | 1 ")
	is(part, 4, "| 2 3 ")
	all := is(part, 9, "| 2 3 ")
	is(all, 9, "| ")
	for range 3 {
		write(t, log, "x", "event-A")
	}
	change(`DELETE FROM channel_events WHERE channel = 'event-A' AND seq <= 4`) // as retention does
	is(all, 9, "reset to 6| ")
	late := is(all, 9, "reset to 6| ")
	is(late, 9, "| ")
	change(`DELETE FROM channel_events WHERE channel = 'event-A'`)
	is(late, 9, "| ")
	is(all, 9, "reset to 6| ")
	change(`UPDATE channel_heads SET seq = 2 WHERE channel = 'event-B'`) // the cursor is from the future
	is(late, 9, "| reset to 2")
	change(`UPDATE channel_heads SET seq = 3, epoch = gen_random_uuid() WHERE channel = 'event-B'`)
	is(late, 9, "| reset to 3")
	change(`DELETE FROM channel_heads WHERE channel = 'event-B'`)
	is(late, 9, "| reset to 0")
}

// TestHoleBetweenTwoReads has retention remove events after the head was read. The reader
// must hear of it and not skip them.
func TestHoleBetweenTwoReads(t *testing.T) {
	log, pool := newLog(t)
	for range 6 {
		write(t, log, "x", "event-A")
	}
	// What is removed here is not the oldest, so that only the read itself can see it.
	if _, err := pool.Exec(t.Context(), `DELETE FROM channel_events WHERE seq IN (3, 4)`); err != nil {
		t.Fatal(err)
	}
	page, err := log.Read(t.Context(), "event-A", 2, 10)
	if err != nil || !page.Reset || page.Next != 6 {
		t.Errorf("%+v, %v", page, err)
	}
	if page, err = log.Read(t.Context(), "event-A", 4, 10); err != nil || page.Reset || len(page.Events) != 2 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestReadInAnEpoch(t *testing.T) {
	log, _ := newLog(t)
	if page, err := log.ReadIn(t.Context(), "event-A", uuid.New(), 0, 10, eventlog.Filter{}); err != nil || !page.Reset {
		t.Errorf("an epoch of no channel: %+v, %v", page, err)
	}
	write(t, log, "x", "event-A")
	page, err := log.Read(t.Context(), "event-A", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := log.ReadIn(t.Context(), "event-A", page.Epoch, 0, 10, eventlog.Filter{}); err != nil || same.Reset || len(same.Events) != 1 {
		t.Errorf("the same epoch: %+v, %v", same, err)
	}
	if other, err := log.ReadIn(t.Context(), "event-A", uuid.New(), 0, 10, eventlog.Filter{}); err != nil || !other.Reset || other.Next != 1 {
		t.Errorf("another epoch: %+v, %v", other, err)
	}
	found, err := log.Find(t.Context(), "event-A", page.Events[0].ID)
	if err != nil || found.Seq != 1 || string(found.Data) != string(page.Events[0].Data) {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := log.Find(t.Context(), "event-B", page.Events[0].ID); !errors.Is(err, eventlog.ErrNoEvent) {
		t.Errorf("by another channel: %v", err)
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add("AQ")
	f.Add("AbGVCw")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := eventlog.ParseCursor(text)
		if err == nil && text != "" && len(c.String()) > len(text) {
			t.Errorf("%q becomes %q", text, c)
		}
	})
}

func TestRetention(t *testing.T) {
	log, pool := newLog(t)
	for range 1500 {
		write(t, log, "x", "event-A")
	}
	write(t, log, "x", "event-B")
	for _, sql := range []string{
		`UPDATE channel_events SET at = at - interval '2 hours' WHERE channel = 'event-B' OR seq <= 1400`,
		`UPDATE channel_events SET at = at + interval '2 hours' WHERE channel = 'event-A' AND seq = 700`, // the clock was set back
		`UPDATE channel_events SET at = at - interval '2 hours' WHERE channel = 'event-A' AND seq = 1450`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := log.Purge(t.Context(), 3*time.Hour); n != 0 || err != nil {
		t.Errorf("%d removed that are not old, %v", n, err)
	}
	// Another node has the turn: nothing happens.
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1, 1)`, eventlog.JobLock); err != nil {
		t.Fatal(err)
	}
	if n, err := log.Purge(t.Context(), time.Hour); n != 0 || err != nil {
		t.Errorf("%d removed out of turn, %v", n, err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := log.Purge(t.Context(), time.Hour); n != 1451 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	if page, err := log.Read(t.Context(), "event-A", 1449, 500); err != nil || !page.Reset || page.Next != 1500 {
		t.Errorf("behind the retention: %+v, %v", page.Reset, err)
	}
	if page, err := log.Read(t.Context(), "event-A", 1450, 500); err != nil || page.Reset || len(page.Events) != 50 {
		t.Errorf("within it: %d events, %v", len(page.Events), err)
	}
	if page, err := log.Read(t.Context(), "event-B", 1, 500); err != nil || page.Reset || page.Head != 1 {
		t.Errorf("who had all of a channel that is empty now: %+v, %v", page, err)
	}
	write(t, log, "x", "event-B")
	if page, err := log.Read(t.Context(), "event-B", 1, 500); err != nil || page.Reset || len(page.Events) != 1 || page.Events[0].Seq != 2 {
		t.Errorf("the count goes on: %+v, %v", page, err)
	}
}

// TestEpochsFollowTheLog copies the database as a restore does. The copy has new epochs
// once, and the original keeps its own.
func TestEpochsFollowTheLog(t *testing.T) {
	log, pool := newLog(t)
	settle := func(log *eventlog.Log, want bool) {
		t.Helper()
		if renewed, err := log.Settle(t.Context()); err != nil || renewed != want {
			t.Fatalf("renewed %t, %v", renewed, err)
		}
	}
	epoch := func() uuid.UUID {
		t.Helper()
		_, id, err := log.Position(t.Context(), "event-A")
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	settle(log, false)
	write(t, log, "x", "event-A")
	before := epoch()
	settle(log, false)
	if epoch() != before {
		t.Error("the epoch changed without a restore")
	}
	// What pg_restore --clean does: the tables are made anew and filled.
	for _, sql := range []string{
		`CREATE TABLE copy (LIKE channel_heads INCLUDING ALL)`, `INSERT INTO copy SELECT * FROM channel_heads`,
		`ALTER TABLE channel_heads RENAME TO old`, `ALTER TABLE copy RENAME TO channel_heads`,
		`INSERT INTO relay_sinks VALUES ('s'); INSERT INTO relay_cursors VALUES ('s', 'event-A', 99)`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	settle(log, true)
	after := epoch()
	if after == before {
		t.Error("the epoch is the same after a restore")
	}
	var cursor int64
	if err := pool.QueryRow(t.Context(), `SELECT seq FROM relay_cursors`).Scan(&cursor); err != nil || cursor != 1 {
		t.Errorf("a sink's cursor is at %d of 1, %v", cursor, err)
	}
	settle(log, false)
	if epoch() != after {
		t.Error("the epoch changed again")
	}
	if err := log.Renew(t.Context()); err != nil || epoch() == after {
		t.Errorf("renewing by hand: %v", err)
	}
}
