package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	poolSize  = 8
	timeLimit = 3 * time.Minute // for each thing done to the cluster
)

// shared is the cluster of this test process. It is one variable for the whole process
// because that is what TestMain is: the tests have nothing else in common through which
// they could be given it.
var shared = new(fixture)

// Main runs the tests of a package and then removes their databases. Call it from TestMain;
// it does not return.
func Main(m *testing.M) {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		_, _ = shared.close(), folders.close() // the tests are cut short and report nothing
		os.Exit(130)
	}()
	shared.open(os.Getenv("TEST_DATABASE_URL"))
	folders.open()
	code := m.Run()
	if err := errors.Join(shared.close(), folders.close()); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// New returns a pool of up to 8 connections to a fresh database with this program's schema.
// Pool and database end with the test.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(URL(t))
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	config.MaxConns = poolSize
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(t.Context()), config)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(pool.Close) // before the database is dropped: cleanups run last first
	return pool
}

// URL returns the connection string of a fresh database with this program's schema, for
// tests that start the real program. The database ends with the test.
func URL(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeLimit)
	defer cancel()
	name, url, err := shared.create(ctx)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { shared.discard(name) })
	return url
}
