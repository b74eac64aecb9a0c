package audit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newLog(t *testing.T) (*eventlog.Log, *pgxpool.Pool) {
	t.Helper()
	pool := pgtest.New(t)
	return eventlog.New(pool, func(realtime.Channel, int64) {}), pool
}

// objects lists what lines are about, newest first.
func objects(t *testing.T, pool *pgxpool.Pool, f audit.Filter) (list []string) {
	t.Helper()
	lines, _, err := audit.Read(t.Context(), pool, f)
	must(t, err)
	for _, l := range lines {
		list = append(list, l.Object)
	}
	return list
}

// TestALineIsStoredWithItsDeedOrNotAtAll fails the change, the line, and neither.
func TestALineIsStoredWithItsDeedOrNotAtAll(t *testing.T) {
	log, pool := newLog(t)
	refused := errors.New("refused")
	write := func(object string, fails error) error {
		return log.Write(t.Context(), func(tx pgx.Tx, batch *eventlog.Batch) error {
			audit.Write(batch, audit.By{Kind: audit.KindCommand}, audit.Deed{Action: audit.SinkForgotten, Object: object})
			_, err := tx.Exec(t.Context(), `INSERT INTO teams (id, team_number, name) VALUES (gen_random_uuid(), 1, 'x')`)
			return errors.Join(err, fails)
		})
	}
	if err := write("a change that fails", refused); !errors.Is(err, refused) {
		t.Error(err)
	}
	must(t, write("done", nil))
	_, err := pool.Exec(t.Context(), `ALTER TABLE audit ADD CHECK (object <> 'a line that fails')`)
	must(t, err)
	if write("a line that fails", nil) == nil {
		t.Error("a line that cannot be stored does not stop the deed")
	}
	var teams int
	must(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM teams`).Scan(&teams))
	if got := objects(t, pool, audit.Filter{}); fmt.Sprint(got) != "[done]" || teams != 1 {
		t.Errorf("lines %q of %d deeds", got, teams)
	}
}

func TestOriginAndPages(t *testing.T) {
	log, pool := newLog(t)
	ctx := audit.From(t.Context(), audit.Origin{Address: "192.0.2.7", RequestID: "REQUEST"})
	for n := range 5 {
		must(t, audit.Note(ctx, log, audit.By{}, audit.Deed{Action: audit.TriesLockedOut, Object: fmt.Sprint(n), Unseen: n == 4}))
	}
	lines, next, err := audit.Read(t.Context(), pool, audit.Filter{Limit: 3})
	must(t, err)
	if len(lines) != 3 || lines[0].Object != "4" || lines[0].Address != "" || lines[1].Address != "192.0.2.7" || lines[1].RequestID != "REQUEST" || lines[1].Kind != audit.KindNobody {
		t.Errorf("%+v", lines)
	}
	if got := objects(t, pool, audit.Filter{Limit: 3, Cursor: next}); fmt.Sprint(got) != "[1 0]" {
		t.Errorf("the second page: %q", got)
	}
	if got := objects(t, pool, audit.Filter{After: &lines[2].Number}); fmt.Sprint(got) != "[3 4]" {
		t.Errorf("after %d: %q", lines[2].Number, got)
	}
	if _, _, err := audit.Read(t.Context(), pool, audit.Filter{Cursor: "-1"}); !errors.Is(err, audit.ErrCursor) {
		t.Errorf("a cursor that no page gave: %v", err)
	}
}

// TestPurgeKeepsWhatIsNotOldEnough by the database's clock.
func TestPurgeKeepsWhatIsNotOldEnough(t *testing.T) {
	log, pool := newLog(t)
	for _, age := range []string{"366 days", "364 days", "0"} {
		must(t, audit.Note(t.Context(), log, audit.By{}, audit.Deed{Action: audit.LogRenewed, Object: age}))
		_, err := pool.Exec(t.Context(), `UPDATE audit SET at = now() - $1::text::interval WHERE object = $1`, age)
		must(t, err)
	}
	removed, err := audit.Purge(t.Context(), pool, 365*24*time.Hour)
	must(t, err)
	if got := objects(t, pool, audit.Filter{}); removed != 1 || fmt.Sprint(got) != "[0 364 days]" {
		t.Errorf("%d removed, left %q", removed, got)
	}
}

// TestWhoFollowsMissesNothing holds a writer between its line and its commit: no line with a
// greater number can be read before it.
func TestWhoFollowsMissesNothing(t *testing.T) {
	log, pool := newLog(t)
	write := func(object string, then func()) error {
		return log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
			audit.Write(batch, audit.By{}, audit.Deed{Action: audit.LogRenewed, Object: object})
			batch.Last(func(context.Context, pgx.Tx) error {
				then()
				return nil
			})
			return nil
		})
	}
	written, release, errs := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() {
		errs <- write("first", func() {
			close(written)
			<-release
		})
	}()
	<-written
	second := make(chan struct{})
	go func() {
		errs <- write("second", func() {})
		close(second)
	}()
	for waits := false; !waits; {
		select {
		case <-second:
			t.Error("the second writer is done before the first")
			waits = true
		default:
			must(t, pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
				AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waits))
		}
	}
	if got := objects(t, pool, audit.Filter{}); len(got) != 0 {
		t.Errorf("read too early: %q", got)
	}
	close(release)
	must(t, errors.Join(<-errs, <-errs))
	if got := objects(t, pool, audit.Filter{}); fmt.Sprint(got) != "[second first]" {
		t.Errorf("in the end: %q", got)
	}
}

// TestNobodyWaitsForever has a person erased while they do something privileged: one waits for
// the other, in no circle.
func TestNobodyWaitsForever(t *testing.T) {
	log, pool := newLog(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range 20 {
		user := newUser(t, pool)
		errs := make(chan error, 2)
		go func() {
			errs <- audit.Note(ctx, log, audit.By{UserID: user, Kind: "session"}, audit.Deed{Action: audit.PersonExported, Subject: user})
		}()
		go func() {
			errs <- log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
				audit.Write(batch, audit.By{Kind: "session"}, audit.Deed{Action: audit.PersonErased})
				_, err := tx.Exec(ctx, `UPDATE users SET id = gen_random_uuid(), erased_at = now() WHERE id = $1`, user)
				return err
			})
		}()
		for range 2 {
			must(t, <-errs)
		}
	}
	var known int
	must(t, pool.QueryRow(ctx, `SELECT count(*) FROM audit a JOIN users u ON u.id = a.actor_id WHERE u.erased_at IS NULL`).Scan(&known))
	if known != 0 {
		t.Errorf("%d lines name somebody who is not erased", known)
	}
}

func newUser(t *testing.T, pool *pgxpool.Pool) (id uuid.UUID) {
	t.Helper()
	must(t, pool.QueryRow(t.Context(), `INSERT INTO users (id, display_name) VALUES (gen_random_uuid(), 'x') RETURNING id`).Scan(&id))
	return id
}
