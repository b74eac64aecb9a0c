package eventlog_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// ledger is a log that counts its hints, beside a table of numbers that are unique at commit.
type ledger struct {
	*eventlog.Log
	pool  *pgxpool.Pool
	hints atomic.Int64
}

func newLedger(t *testing.T, pool *pgxpool.Pool) *ledger {
	t.Helper()
	l := &ledger{pool: pool}
	l.Log = eventlog.New(pool, func(realtime.Channel, int64) { l.hints.Add(1) })
	if _, err := pool.Exec(t.Context(), `CREATE TABLE numbers (n int, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)`); err != nil {
		t.Fatal(err)
	}
	return l
}

// holds fails the test unless there are so many numbers, events and hints.
func (l *ledger) holds(t *testing.T, name string, numbers, events int, hints int64) {
	t.Helper()
	var n, e int
	if err := l.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM numbers), (SELECT count(*) FROM channel_events)`).Scan(&n, &e); err != nil {
		t.Fatal(err)
	}
	if n != numbers || e != events || l.hints.Load() != hints {
		t.Errorf("%s: %d numbers, %d events, %d hints; want %d, %d, %d", name, n, e, l.hints.Load(), numbers, events, hints)
	}
}

func add(ctx context.Context, tx pgx.Tx, n int) error {
	_, err := tx.Exec(ctx, `INSERT INTO numbers VALUES ($1)`, n)
	return err
}

// TestAppendAndCommitFailTogether has what can fail in the last flush: the append, and the
// commit after a good append. Neither leaves anything, and no connection is lost to it.
func TestAppendAndCommitFailTogether(t *testing.T) {
	l := newLedger(t, pgtest.New(t))
	for range 20 { // more than there are connections
		err := l.Write(t.Context(), func(tx pgx.Tx, batch *eventlog.Batch) error {
			return errors.Join(add(t.Context(), tx, 1), batch.Add([]realtime.Draft{{Channel: "event-A", Name: "x", Payload: []byte("{broken")}}, nil))
		})
		if err == nil {
			t.Fatal("an append that failed is no error")
		}
		l.holds(t, "a failed append", 0, 0, 0)
		err = l.Write(t.Context(), func(tx pgx.Tx, batch *eventlog.Batch) error {
			return errors.Join(add(t.Context(), tx, 1), add(t.Context(), tx, 1), batch.Add(noted.On(note{}, "event-A")))
		})
		if err == nil {
			t.Fatal("a commit that failed is no error")
		}
		l.holds(t, "a failed commit", 0, 0, 0)
	}
	// A change that swallows an error of the database cannot be committed, with or without events.
	for _, events := range []int{0, 1} {
		err := l.Write(t.Context(), func(tx pgx.Tx, batch *eventlog.Batch) error {
			_, _ = tx.Exec(t.Context(), `SELECT 1/0`)
			if events == 0 {
				return nil
			}
			return batch.Add(noted.On(note{}, "event-A"))
		})
		if err == nil {
			t.Errorf("a broken transaction with %d events is no error", events)
		}
	}
	l.holds(t, "a broken transaction", 0, 0, 0)
}

// TestFirstStatementOfAnyKind begins transactions in every way that there is.
func TestFirstStatementOfAnyKind(t *testing.T) {
	l := newLedger(t, pgtest.New(t))
	ctx := t.Context()
	firsts := map[string]func(pgx.Tx) error{
		"exec":      func(tx pgx.Tx) error { return add(ctx, tx, 1) },
		"no row":    func(tx pgx.Tx) error { return noRow(ctx, tx) },
		"row":       func(tx pgx.Tx) error { var n int; return tx.QueryRow(ctx, `SELECT 1`).Scan(&n) },
		"rows":      func(tx pgx.Tx) error { return rows(ctx, tx, 3) },
		"some rows": func(tx pgx.Tx) error { return rows(ctx, tx, 1) },
		"savepoint": func(tx pgx.Tx) error {
			return pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error { return add(ctx, inner, 2) })
		},
		"copy": func(tx pgx.Tx) error {
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"numbers"}, []string{"n"}, pgx.CopyFromRows([][]any{{3}}))
			return err
		},
		"batch": func(tx pgx.Tx) error {
			var batch pgx.Batch
			batch.Queue(`INSERT INTO numbers VALUES (4)`)
			return tx.SendBatch(ctx, &batch).Close()
		},
		"nothing": func(pgx.Tx) error { return nil },
	}
	n := 100
	for name, first := range firsts {
		for range 3 { // with statements new to the connection and known to it
			if _, err := l.pool.Exec(ctx, `TRUNCATE numbers, channel_events, channel_heads, dead_letters`); err != nil {
				t.Fatal(err)
			}
			l.hints.Store(0)
			n++
			boom := errors.New("no after all")
			err := l.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
				return errors.Join(first(tx), add(ctx, tx, n), boom)
			})
			if !errors.Is(err, boom) {
				t.Errorf("%s: %v", name, err)
			}
			l.holds(t, name+", rolled back", 0, 0, 0)
			err = l.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
				return errors.Join(first(tx), batch.Add(noted.On(note{}, "event-A", "event-B")))
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			var numbers int
			if err := l.pool.QueryRow(ctx, `SELECT count(*) FROM numbers`).Scan(&numbers); err != nil {
				t.Fatal(err)
			}
			l.holds(t, name, numbers, 2, 2)
			if wrote := name == "exec" || name == "savepoint" || name == "copy" || name == "batch"; wrote != (numbers == 1) {
				t.Errorf("%s: %d numbers", name, numbers)
			}
		}
	}
	broken := l.Write(ctx, func(tx pgx.Tx, _ *eventlog.Batch) error {
		_, err := tx.Exec(ctx, `SELECT 1/0`)
		return err
	})
	if broken == nil || !strings.Contains(broken.Error(), "division by zero") {
		t.Errorf("a first statement that fails: %v", broken)
	}
}

func noRow(ctx context.Context, tx pgx.Tx) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT 1 WHERE false`).Scan(&n); !errors.Is(err, pgx.ErrNoRows) {
		return errors.Join(errors.New("a row"), err)
	}
	return nil
}

// rows reads so many of three rows.
func rows(ctx context.Context, tx pgx.Tx, want int) error {
	found, err := tx.Query(ctx, `SELECT generate_series(1, 3)`)
	if err != nil {
		return err
	}
	defer found.Close()
	for range want {
		var n int
		if !found.Next() {
			return errors.New("too few rows")
		}
		if err := found.Scan(&n); err != nil {
			return err
		}
	}
	return nil
}

// cut is a connection to the database that, once armed, lets one more message out and no
// answer in.
type cut struct {
	net.Conn
	armed, sent *atomic.Bool
}

func (c cut) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Store(c.armed.Load())
	return n, err
}

func (c cut) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.sent.Load() {
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// TestLostAnswerOfTheCommitIsAnError loses the connection after the database has committed
// and before it could say so. The writer must hear of an error, and give no hint; that the
// change is there is what makes repeats by id necessary.
func TestLostAnswerOfTheCommitIsAnError(t *testing.T) {
	l := newLedger(t, pgtest.New(t))
	var armed, sent atomic.Bool
	config := l.pool.Config()
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return cut{conn, &armed, &sent}, err
	}
	bad, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer bad.Close()
	log := eventlog.New(bad, func(realtime.Channel, int64) { l.hints.Add(1) })
	one := func(arm bool) error {
		return log.Write(t.Context(), func(tx pgx.Tx, batch *eventlog.Batch) error {
			err := errors.Join(add(t.Context(), tx, int(time.Now().UnixNano()%1e9)), batch.Add(noted.On(note{}, "event-A")))
			armed.Store(arm)
			return err
		})
	}
	if err := one(false); err != nil { // prepares the statements of the connection
		t.Fatal(err)
	}
	if err := one(true); fault.From(err).Code != eventlog.ErrUnavailable.Code {
		t.Errorf("a commit without an answer: %v", err)
	}
	limit := time.After(time.Minute)
	for committed := 0; committed != 2; {
		if err := l.pool.QueryRow(t.Context(), `SELECT count(*) FROM numbers`).Scan(&committed); err != nil {
			t.Fatal(err)
		}
		select {
		case <-limit:
			t.Fatal("the database has not committed what reached it")
		default:
		}
	}
	l.holds(t, "after a lost answer", 2, 2, 1)
}
