// Package schema holds the database's numbered migrations and applies them.
package schema

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // the database/sql driver that goose works through
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var migrations embed.FS

// Migrate brings the database at url to this program's schema. Of several processes that
// start at once one migrates and the others wait for it. A database that a newer program
// has migrated is refused.
func Migrate(ctx context.Context, url string) (err error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
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
