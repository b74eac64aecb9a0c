package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
	"github.com/ftcmetrics/ftcmetrics/schema"
)

// database is a pool on a migrated database, and the embedded PostgreSQL behind it, if
// that is ours.
type database struct {
	pool     *pgxpool.Pool
	embedded *pgembed.Server // nil for an external one, or one that another process runs
}

// openDatabase connects to the configured database, or starts the embedded one. join says
// that an embedded database which another process runs may be used.
func openDatabase(ctx context.Context, c serveConfig, logger *slog.Logger, join bool) (*database, error) {
	url := c.DatabaseURL
	var d database
	if url == "" && join {
		running, ok, err := pgembed.Join(c.DataDir)
		if err != nil {
			return nil, err
		}
		if ok {
			url = running
		}
	}
	if url == "" {
		server, err := pgembed.Start(ctx, pgembed.Options{Dir: c.DataDir, Logger: logger})
		if err != nil {
			return nil, err
		}
		d.embedded, url = server, server.URL()
	}
	if err := d.open(ctx, url); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return &d, nil
}

func (d *database) open(ctx context.Context, url string) error {
	if err := schema.Migrate(ctx, url); err != nil {
		return err
	}
	poolConfig, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	poolConfig.MaxConns = max(poolConfig.MaxConns, int32(4*runtime.NumCPU()))
	poolConfig.MinIdleConns = 2
	d.pool, err = pgxpool.NewWithConfig(ctx, poolConfig)
	return err
}

// gone is closed when the embedded PostgreSQL has ended by itself; nil never is.
func (d *database) gone() <-chan struct{} {
	if d.embedded == nil {
		return nil
	}
	return d.embedded.Done()
}

func (d *database) close() error {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.embedded == nil {
		return nil
	}
	return d.embedded.Stop(context.Background())
}
