package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var errNotOpen = errors.New("TestMain does not call pgtest.Main")

// fixture is the cluster of a test process, started when it is first needed.
type fixture struct {
	mu      sync.Mutex // guards what follows
	opened  bool
	outside string // URL of a server to use instead, if not empty
	cluster *cluster
	failed  error // why there is no cluster; it is not tried again
	made    int   // databases so far
	dropper sync.WaitGroup
}

// open allows the start of the cluster, or the use of the one at outside. Without it nobody
// would remove one.
func (f *fixture) open(outside string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.outside, f.opened = outside, true
}

// create makes a database and returns its name and connection string.
func (f *fixture) create(ctx context.Context) (name, url string, err error) {
	c, number, err := f.next(ctx)
	if err != nil {
		return "", "", err
	}
	// The process's number keeps apart those that share a server.
	name = "t_" + strconv.Itoa(os.Getpid()) + "_" + strconv.Itoa(number)
	_, err = c.admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY %s", quote(name), quote(c.template), c.strategy))
	if err != nil {
		return "", "", fmt.Errorf("copy the template: %w", err)
	}
	return name, c.url(name), nil
}

func (f *fixture) next(ctx context.Context) (*cluster, int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.opened {
		return nil, 0, errNotOpen
	}
	if f.cluster == nil && f.failed == nil {
		f.cluster, f.failed = startCluster(ctx, f.outside)
	}
	f.made++
	return f.cluster, f.made, f.failed
}

// discard drops a database, without making the test wait: PostgreSQL may take a tenth of a
// second to notice that the last client has left.
func (f *fixture) discard(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.opened || f.cluster == nil {
		return
	}
	admin := f.cluster.admin
	f.dropper.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
		defer cancel()
		// What cannot be dropped goes with the cluster.
		_, _ = admin.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
	})
}

// close removes the cluster. Nothing can be created afterwards.
func (f *fixture) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened = false
	if f.cluster == nil {
		return nil
	}
	if f.cluster.server == nil {
		f.dropper.Wait() // the databases on a server of others must not stay
	}
	err := f.cluster.remove()
	f.dropper.Wait()
	f.cluster = nil
	return err
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// connect opens the pool that creates and drops databases.
func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}
