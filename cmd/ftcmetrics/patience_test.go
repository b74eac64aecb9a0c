package main

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// TestFrozenInATransaction has somebody lock a row and then do nothing, as a server does that
// is frozen: who waits for the row gets it within the time of a statement.
func TestFrozenInATransaction(t *testing.T) {
	t.Parallel()
	config, err := pgxpool.ParseConfig(pgtest.URL(t))
	must(t, err)
	beImpatient(config, newStatements(slog.New(slog.NewTextHandler(io.Discard, nil))))
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	must(t, err)
	t.Cleanup(pool.Close)
	const lock = "SELECT id FROM locked FOR UPDATE"
	_, err = pool.Exec(t.Context(), "CREATE TABLE locked AS SELECT 1 AS id")
	must(t, err)
	frozen, err := pool.Begin(t.Context())
	must(t, err)
	t.Cleanup(func() { _ = frozen.Rollback(context.Background()) }) // it has ended, or the test has failed
	_, err = frozen.Exec(t.Context(), lock)
	must(t, err)
	must(t, pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), lock)
		return err
	}))
	if frozen.Commit(t.Context()) == nil {
		t.Error("a transaction whose lock another got is committed")
	}
}
