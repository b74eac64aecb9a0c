package faults

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
)

const shm = "/dev/shm"

// Postgres is a cluster that a test may break. Nodes reach it by Way.
type Postgres struct {
	Way *Proxy // between the nodes and the cluster

	t       testing.TB
	options pgembed.Options
	server  *pgembed.Server
	socket  string
	made    int
}

// NewPostgres starts a cluster that keeps what it has acknowledged. A careless one does
// not: it answers a commit before the commit is written.
func NewPostgres(t testing.TB, careless bool) *Postgres {
	t.Helper()
	parent := shm
	if _, err := os.Stat(shm); err != nil {
		parent = ""
	}
	dir, err := os.MkdirTemp(parent, "ftcmetrics-faults-")
	must(t, err)
	must(t, os.Chmod(dir, 0o711)) // PostgreSQL may run as another user
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = dir
	}
	p := &Postgres{t: t, options: pgembed.Options{Dir: dir, CacheDir: filepath.Join(cache, "ftcmetrics", "postgres"), Unsafe: careless}}
	t.Cleanup(func() {
		p.Thaw()
		p.stop()
		_ = pgembed.Remove(dir)
	})
	p.Start()
	u, err := url.Parse(p.server.URL())
	must(t, err)
	p.socket = u.Query().Get("host")
	p.Way = NewProxy(t, "unix", filepath.Join(p.socket, ".s.PGSQL."+u.Query().Get("port")))
	return p
}

// Start starts the cluster after Crash.
func (p *Postgres) Start() {
	p.t.Helper()
	var err error
	p.server, err = pgembed.Start(context.Background(), p.options)
	must(p.t, err)
}

// Crash ends the cluster as pg_ctl stop -m immediate does: nothing is written any more.
func (p *Postgres) Crash() {
	p.t.Helper()
	must(p.t, syscall.Kill(p.pid(), syscall.SIGQUIT))
	<-p.server.Done()
	p.stop()
}

func (p *Postgres) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if p.server != nil {
		_ = p.server.Stop(ctx) // it may have ended by itself, as the test wants
		p.server = nil
	}
}

// Freeze stops the cluster's processes where they are: connections stay open, nobody answers.
func (p *Postgres) Freeze() {
	p.t.Helper()
	p.signal(syscall.SIGSTOP)
}

// Thaw lets them go on.
func (p *Postgres) Thaw() { p.signal(syscall.SIGCONT) }

func (p *Postgres) signal(signal syscall.Signal) {
	postmaster := p.pid()
	if postmaster == 0 {
		return
	}
	_ = syscall.Kill(postmaster, signal) // first, so that it makes no further children
	for _, pid := range children(postmaster) {
		_ = syscall.Kill(pid, signal)
	}
}

func (p *Postgres) pid() int { return postmaster(p.options.Dir) }

// postmaster is the process of the cluster in a data folder, 0 if there is none.
func postmaster(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid")) //nolint:gosec // the test's own folder
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(line)
	return pid
}

// children lists a process's children.
func children(parent int) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is valid
	var list []int
	for _, path := range stats {
		raw, err := os.ReadFile(path) //nolint:gosec // a process may have ended
		if err != nil {
			continue
		}
		fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			list = append(list, pid)
		}
	}
	return list
}

// NewDatabase makes an empty database and returns its name.
func (p *Postgres) NewDatabase() string {
	p.t.Helper()
	p.made++
	name := "site" + strconv.Itoa(p.made)
	p.Exec("ftcmetrics", "CREATE DATABASE "+name)
	return name
}

// URL is how nodes connect to a database: by Way.
func (p *Postgres) URL(database string) string {
	return fmt.Sprintf("postgres://ftcmetrics@%s/%s?sslmode=disable", p.Way.Address(), database)
}

// Connect opens a session that does not go by Way. It ends with the test.
func (p *Postgres) Connect(user, database string) *pgx.Conn {
	p.t.Helper()
	u, err := url.Parse(p.server.URLFor(database))
	must(p.t, err)
	u.User = url.User(user)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, u.String())
	must(p.t, err)
	p.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Exec executes a statement past Way.
func (p *Postgres) Exec(database, sql string, args ...any) {
	p.t.Helper()
	conn := p.Connect("ftcmetrics", database)
	_, err := conn.Exec(context.Background(), sql, args...)
	must(p.t, err)
	must(p.t, conn.Close(context.Background()))
}

// Number is the one number that a query answers with, asked past Way.
func (p *Postgres) Number(database, sql string, args ...any) (n int64) {
	p.t.Helper()
	conn := p.Connect("ftcmetrics", database)
	must(p.t, conn.QueryRow(context.Background(), sql, args...).Scan(&n))
	must(p.t, conn.Close(context.Background()))
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
