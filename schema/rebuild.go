package schema

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// aside is where a database is made anew before it takes the place of the one that is there.
const aside = "ftcmetrics_rebuild"

// Rebuild replaces all tables of the database at url. fill gets a connection on tables of the
// earlier version, which may have the rows that migrations put there; they are migrated to this program's version, and
// only then take the place of those that are there, at once. When anything fails the database is as it was.
func Rebuild(ctx context.Context, url string, version int64, fill func(context.Context, *pgx.Conn) error) (err error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+aside+" CASCADE; CREATE SCHEMA "+aside); err != nil {
		return fmt.Errorf("make room for new tables: %w", err)
	}
	config.RuntimeParams["search_path"] = aside
	if err := fillAside(ctx, config, version, fill); err != nil {
		_, dropErr := conn.Exec(context.WithoutCancel(ctx), "DROP SCHEMA "+aside+" CASCADE")
		return errors.Join(err, dropErr)
	}
	return swap(ctx, conn)
}

func fillAside(ctx context.Context, config *pgx.ConnConfig, version int64, fill func(context.Context, *pgx.Conn) error) (err error) {
	provider, err := provide(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	if version < 1 || version > newest(provider) {
		return fmt.Errorf("schema version %d is not one of this program's 1 to %d: use the program that made it, or a newer one", version, newest(provider))
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return fmt.Errorf("make tables: %w", err)
	}
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return err
	}
	if err := errors.Join(fill(ctx, conn), conn.Close(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// swap puts the new tables where the old ones are.
func swap(ctx context.Context, conn *pgx.Conn) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var current string
		if err := tx.QueryRow(ctx, "SELECT current_schema()").Scan(&current); err != nil {
			return err
		}
		name := pgx.Identifier{current}.Sanitize()
		_, err := tx.Exec(ctx, "DROP SCHEMA "+name+" CASCADE; ALTER SCHEMA "+aside+" RENAME TO "+name)
		return err
	})
}
