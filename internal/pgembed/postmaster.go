package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// postmaster is the running server process of a cluster.
type postmaster struct {
	*child
	data     string
	lines    *logReader
	stopping atomic.Bool // its end is wanted and needs no report
}

func launchPostmaster(h home, o Options) (*postmaster, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(h.bin.postgres, settings(h, o)...)
	// Not its folder as working directory: as another user it might not get there by name.
	cmd.Dir, cmd.Env, cmd.Stderr = "/", cleanEnvironment(), w
	cmd.SysProcAttr = h.who.attributes(syscall.SIGINT)
	c, err := spawn(cmd)
	_ = w.Close()
	if err != nil {
		_ = r.Close()
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	p := &postmaster{child: &child{cmd: cmd, ended: make(chan struct{})}, data: h.data, lines: newLogReader(r, o.Logger)}
	go p.wait(c)
	return p, nil
}

// wait ends the log after the process. Backends of a killed postmaster hold the pipe open
// for as long as they like, so the log gets a second and not for ever.
func (p *postmaster) wait(c *child) {
	<-c.ended
	p.lines.finish(time.Second)
	p.err = c.err
	close(p.ended)
}

// settings are given as arguments, where no edited file can undo them.
func settings(h home, o Options) []string {
	values := []string{
		"listen_addresses=", "port=" + port,
		"unix_socket_directories=" + h.socket, "unix_socket_permissions=0700",
		"max_connections=" + strconv.Itoa(o.MaxConnections),
		"wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB",
		"max_logical_replication_workers=0", "jit=off", "timezone=UTC", "log_timezone=UTC",
		// /dev/shm is small in containers and keeps what a killed server had in it.
		"dynamic_shared_memory_type=mmap", "max_parallel_workers_per_gather=0",
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=",
		// The text of a failed statement may hold what people typed.
		"log_min_error_statement=panic",
	}
	if o.Unsafe {
		values = append(values, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
	}
	args := []string{"-D", h.data}
	for _, value := range values {
		args = append(args, "-c", value)
	}
	return args
}

// awaitReady returns when the postmaster says in its file that it takes connections. To ask
// by connecting would fill its log with refusals.
func (p *postmaster) awaitReady(ctx context.Context) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		lines := pidFile(p.data)
		if len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready" && postmasterPID(p.data) == p.cmd.Process.Pid {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("PostgreSQL did not start: %s", p.reason())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL is not ready: %w: %s", context.Cause(ctx), p.lines.tail())
		case <-ticker.C:
		}
	}
}

// reason says how it ended, with its last words.
func (p *postmaster) reason() string {
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error()
	}
	if tail := p.lines.tail(); tail != "" {
		return how + ": " + tail
	}
	return how
}

// end makes the process end, at first politely.
func (p *postmaster) end(ctx context.Context) error {
	steps := []struct {
		signal syscall.Signal
		limit  time.Duration
	}{{syscall.SIGINT, fastLimit}, {syscall.SIGQUIT, quitLimit}, {syscall.SIGKILL, quitLimit}}
	for _, step := range steps {
		if err := p.cmd.Process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("signal PostgreSQL: %w", err)
		}
		timer := time.NewTimer(step.limit)
		defer timer.Stop()
		select {
		case <-p.ended:
			return nil
		case <-timer.C:
		case <-ctx.Done():
			ctx = context.Background() // it hurries one step only
		}
	}
	return errors.New("PostgreSQL does not end, not even when killed")
}

// ensureDatabase creates role and database where they are missing, and so proves that the
// cluster answers.
func ensureDatabase(ctx context.Context, socket, database string) error {
	conn, err := pgx.Connect(ctx, connString(socket, role, database))
	if err == nil {
		return conn.Close(ctx)
	}
	conn, err = pgx.Connect(ctx, connString(socket, superuser, superuser))
	if err != nil {
		return fmt.Errorf("connect to the new database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var hasRole, hasDatabase bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1), EXISTS (SELECT FROM pg_database WHERE datname = $2)`,
		role, database).Scan(&hasRole, &hasDatabase)
	if err == nil && !hasRole {
		_, err = conn.Exec(ctx, "CREATE ROLE "+pgx.Identifier{role}.Sanitize()+" LOGIN CREATEDB")
	}
	if err == nil && !hasDatabase {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize()+" OWNER "+pgx.Identifier{role}.Sanitize())
	}
	if err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return nil
}
