// Package schema holds the database's numbered migrations and applies them.
package schema

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var migrations embed.FS

// Migrate brings the database at url to this program's schema. Of several processes that
// start at once one migrates and the others wait for it. A database that a newer program
// has migrated is refused.
func Migrate(ctx context.Context, url string) (err error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	provider, err := provide(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	newest := newest(provider)
	if current == newest {
		return nil
	}
	if current > newest {
		return fmt.Errorf("the database has schema version %d and this program knows %d: start the newer program", current, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Version is how far the database at url is migrated, and how far this program's migrations
// go. A database without tables has 0. Nothing is changed.
func Version(ctx context.Context, url string) (current, known int64, err error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return 0, 0, fmt.Errorf("open database: %w", err)
	}
	provider, err := provide(config)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var made bool
	known = newest(provider)
	if err := conn.QueryRow(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&made); err != nil || !made {
		return 0, known, err
	}
	err = conn.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&current)
	return current, known, err
}

func provide(config *pgx.ConnConfig) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDB(*config), migrations, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return provider, nil
}

func newest(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}

// Hash returns a short name for the migrations as they are; it changes with any of them.
func Hash() string {
	sum := sha256.New()
	names, _ := fs.Glob(migrations, "*.sql") // the pattern is valid, and fs.Glob has no other error
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			panic(err) // an embedded file can always be read
		}
		sum.Write([]byte(name))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}
