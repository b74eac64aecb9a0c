package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
	"github.com/ftcmetrics/ftcmetrics/schema"
)

// An embedded PostgreSQL that ends by itself is started again: the server of an event day
// is a laptop with nobody at it. One that ends so often is broken, and the program ends.
const (
	maxRevivals   = 5
	revivalWindow = 10 * time.Minute
	revivalPause  = time.Second
)

// sideConns are kept from requests: with all others busy, the live feed goes on and /ready
// says whether the database answers.
const sideConns = 3

// database is a pool on a migrated database, and the embedded PostgreSQL behind it, if
// that is ours.
type database struct {
	pool *pgxpool.Pool // for requests
	side *pgxpool.Pool // for the relay and /ready

	statements *statements // what both ask

	options  pgembed.Options
	embedded *pgembed.Server // nil for an external one, or one that another process runs; keep changes it
	failed   chan error      // gets why the embedded one is not kept any longer
	stop     context.CancelFunc
	keeping  sync.WaitGroup
}

// openDatabase connects to the configured database, or starts the embedded one. join says
// that an embedded database which another process runs may be used.
func openDatabase(ctx context.Context, c serveConfig, logger *slog.Logger, join bool) (*database, error) {
	d, url, err := reachDatabase(ctx, c, logger, join)
	if err != nil {
		return nil, err
	}
	if err := d.open(ctx, url); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// reachDatabase is openDatabase without a look into it: it returns the address of a database
// that may need migrations.
func reachDatabase(ctx context.Context, c serveConfig, logger *slog.Logger, join bool) (*database, string, error) {
	url := c.DatabaseURL
	d := &database{options: pgembed.Options{Dir: c.DataDir, Logger: logger}, failed: make(chan error, 1), stop: func() {}, statements: newStatements(logger)}
	if url == "" && join {
		running, ok, err := pgembed.Join(c.DataDir)
		if err != nil {
			return nil, "", err
		}
		if ok {
			url = running
		}
	}
	if url == "" {
		server, err := pgembed.Start(ctx, d.options)
		if err != nil {
			return nil, "", err
		}
		d.embedded, url = server, server.URL()
		keeping, stop := context.WithCancel(context.Background())
		d.stop = stop
		d.keeping.Go(func() { d.failed <- d.keep(keeping) })
	}
	return d, url, nil
}

func (d *database) open(ctx context.Context, url string) error {
	if err := schema.Migrate(ctx, url); err != nil {
		return err
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	beImpatient(config, d.statements)
	config.MinIdleConns = 2
	side := config.Copy()
	config.MaxConns = max(config.MaxConns, int32(4*runtime.NumCPU()))
	if d.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	side.MaxConns, side.MinIdleConns = sideConns, 1
	d.side, err = pgxpool.NewWithConfig(ctx, side)
	return err
}

// keep starts the embedded PostgreSQL again whenever it ends by itself, on the same folder
// and socket, so that the pools find it. It returns an error when that is of no use, and
// nil when ctx ends.
func (d *database) keep(ctx context.Context) error {
	var ends []time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.embedded.Done():
		}
		for started := false; !started; {
			ends = append(ends, time.Now())
			if n := len(ends); n > maxRevivals && time.Since(ends[n-1-maxRevivals]) < revivalWindow {
				return fmt.Errorf("the embedded PostgreSQL has ended by itself %d times in %s; its log is above", maxRevivals+1, revivalWindow)
			}
			started = d.revive(ctx)
			if ctx.Err() != nil {
				return nil
			}
		}
	}
}

// revive starts the embedded PostgreSQL and reports whether it runs. One that does not
// start counts as one more end; it gets a moment before the next try.
func (d *database) revive(ctx context.Context) bool {
	d.options.Logger.Warn("starting PostgreSQL again")
	_ = d.embedded.Stop(ctx) // it has ended; this frees the folder
	server, err := pgembed.Start(ctx, d.options)
	if err == nil {
		d.embedded = server
		return true
	}
	d.options.Logger.Error("PostgreSQL does not start", "error", err)
	select {
	case <-time.After(revivalPause):
	case <-ctx.Done():
	}
	return false
}

func (d *database) close() error {
	d.stop()
	d.keeping.Wait() // from here on nobody changes embedded
	if d.pool != nil {
		d.pool.Close()
	}
	if d.side != nil {
		d.side.Close()
	}
	if d.embedded == nil {
		return nil
	}
	return d.embedded.Stop(context.Background())
}
