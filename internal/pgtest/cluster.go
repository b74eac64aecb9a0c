package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
	"github.com/ftcmetrics/ftcmetrics/schema"
)

const (
	prefix         = "ftcmetrics-test-"
	folderPrefix   = "ftcmetrics-folder-"
	maxConnections = 400

	// What has to be free in memory, or the disk is used: one cluster keeps little, programs
	// of several packages at a time have one each, and their logs.
	clusterRoom = 512 << 20
	foldersRoom = 4 << 30

	// sweepAge is how long a folder may be without a lock before it counts as abandoned:
	// its process may be about to take the lock.
	sweepAge = time.Minute
	// folderAge is the same for what Folder returns, whose program may be away for a while.
	folderAge = 3 * time.Hour
	// migrationLock is the advisory lock under which processes that share a server migrate.
	migrationLock = 7_221_018_377
)

// cluster is a server with a migrated template.
type cluster struct {
	server   *pgembed.Server // nil for TEST_DATABASE_URL
	dir      string          // of server
	admin    *pgxpool.Pool
	url      func(database string) string
	template string
	strategy string // how the server copies a template fastest
}

// startCluster starts a server of our own, or uses the one at outside if that is not empty.
func startCluster(ctx context.Context, outside string) (*cluster, error) {
	c := &cluster{template: "tpl_" + schema.Hash()}
	var err error
	if outside != "" {
		err = c.visit(ctx, outside)
	} else {
		err = c.launch(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := c.migrate(ctx); err != nil {
		return nil, errors.Join(err, c.remove())
	}
	return c, nil
}

// visit connects to a server of others.
func (c *cluster) visit(ctx context.Context, outside string) error {
	base, err := url.Parse(outside)
	if err != nil || base.Scheme == "" {
		return errors.New("TEST_DATABASE_URL is not a URL") // which may hold a password
	}
	c.strategy = "WAL_LOG"
	c.url = func(database string) string {
		u := *base
		u.Path = "/" + database
		return u.String()
	}
	c.admin, err = connect(ctx, outside)
	return err
}

// launch starts a server of our own.
func (c *cluster) launch(ctx context.Context) error {
	parent, memory := workFolder(clusterRoom)
	sweep(parent, prefix, sweepAge)
	c.strategy = "WAL_LOG"
	if memory {
		c.strategy = "FILE_COPY" // where copying is free and a log would be written twice
	}
	var err error
	if c.dir, err = os.MkdirTemp(parent, prefix); err != nil {
		return err
	}
	if err := os.Chmod(c.dir, 0o711); err != nil { // PostgreSQL may run as another user
		return errors.Join(err, os.RemoveAll(c.dir))
	}
	c.server, err = pgembed.Start(ctx, pgembed.Options{Dir: c.dir, CacheDir: cacheFolder(), Unsafe: true, MaxConnections: maxConnections})
	if err != nil {
		return errors.Join(err, pgembed.Remove(c.dir))
	}
	c.url = c.server.URLFor
	if c.admin, err = connect(ctx, c.server.URL()); err != nil {
		return errors.Join(err, c.remove())
	}
	return nil
}

// migrate makes the template unless it is there. The flag IS_TEMPLATE says that it is
// finished; one that was interrupted is migrated to its end.
func (c *cluster) migrate(ctx context.Context) error {
	conn, err := c.admin.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return err
	}
	defer func() { _, _ = conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", int64(migrationLock)) }()
	var exists, finished bool
	err = conn.QueryRow(ctx, "SELECT count(*) > 0, coalesce(bool_or(datistemplate), false) FROM pg_database WHERE datname = $1", c.template).
		Scan(&exists, &finished)
	if err != nil || finished {
		return err
	}
	if !exists {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(c.template)); err != nil {
			return fmt.Errorf("create the template: %w", err)
		}
	}
	if err := schema.Migrate(ctx, c.url(c.template)); err != nil {
		return fmt.Errorf("migrate the template: %w", err)
	}
	if err := awaitLeft(ctx, conn, c.template); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(c.template)+" IS_TEMPLATE true")
	return err
}

// awaitLeft waits for the migration's sessions to end. A copy of the template would wait
// for them too, in steps of a tenth of a second.
func awaitLeft(ctx context.Context, conn *pgxpool.Conn, database string) error {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		var sessions int
		err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", database).Scan(&sessions)
		if err != nil || sessions == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// remove ends a server of our own and deletes all it had. A server of others keeps its
// template for the next run.
func (c *cluster) remove() error {
	if c.admin != nil {
		defer c.admin.Close() // last: it waits for drops under way, which a stop cuts short
	}
	if c.server == nil {
		return nil
	}
	// There is nothing to save, so it need not be polite.
	hurry, cancel := context.WithCancel(context.Background())
	cancel()
	return errors.Join(c.server.Stop(hurry), pgembed.Remove(c.dir))
}

// cacheFolder outlives the cluster, so that PostgreSQL is fetched once and not per package.
func cacheFolder() string {
	base, err := os.UserCacheDir()
	if err != nil {
		base = filepath.Join(os.TempDir(), fmt.Sprintf("ftcmetrics-cache-%d", os.Geteuid()))
	}
	return filepath.Join(base, "ftcmetrics", "postgres")
}

// sweep removes the folders of test processes that were killed. What does not work is left
// to the next run: the folder may be another user's.
func sweep(parent, prefix string, age time.Duration) {
	found, _ := filepath.Glob(filepath.Join(parent, prefix+"*")) // the pattern is valid
	for _, dir := range found {
		info, err := os.Lstat(dir)
		if err == nil && info.IsDir() && time.Since(info.ModTime()) > age {
			_ = pgembed.Remove(dir)
		}
	}
}
