package pgembed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// cluster is what lies at a path before a start.
type cluster struct {
	path     string // without symbolic links
	exists   bool
	major    int // of the PostgreSQL that made it
	uid, gid int // its owner
}

// lookAt reports on the cluster at path. It tells a missing cluster, which will be made, from
// a damaged or unknown one, which must never be replaced by an empty database.
func lookAt(path string) (cluster, error) {
	c := cluster{path: path}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return c, fmt.Errorf("the database folder %s cannot be reached: %w", path, err)
	}
	c.path = real
	if os.Remove(real) == nil { // removes only an empty folder, such as a fresh volume has
		return c, nil
	}
	version, err := os.ReadFile(filepath.Join(real, "PG_VERSION"))
	if err != nil {
		return c, fmt.Errorf("%s is not a database folder of PostgreSQL: %w", real, err)
	}
	if c.major, err = strconv.Atoi(strings.TrimSpace(string(version))); err != nil {
		return c, fmt.Errorf("%s/PG_VERSION names no version: %q", real, version)
	}
	info, err := os.Stat(real)
	if err != nil {
		return c, err
	}
	owner := info.Sys().(*syscall.Stat_t)
	c.exists, c.uid, c.gid = true, int(owner.Uid), int(owner.Gid)
	return c, nil
}

// clear stops what a crash left running on the cluster and removes what it left lying. The
// caller holds the folder's lock, so none of it belongs to a live server.
func (h home) clear(log *slog.Logger) error {
	unfinished := h.data + ".new"
	if err := errors.Join(evict(h.data, log), evict(unfinished, log)); err != nil {
		return err
	}
	// PostgreSQL itself keeps these files when a process of that number exists, and after a
	// crash one often does: an unreaped zombie, or another program under a reused number.
	socket := filepath.Join(h.socket, ".s.PGSQL."+port)
	for _, stale := range []string{filepath.Join(h.data, "postmaster.pid"), socket, socket + ".lock"} {
		if err := os.Remove(stale); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what a crash left: %w", err)
		}
	}
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove an unfinished database: %w", err)
	}
	return nil
}

// initialize makes the cluster under another name and renames it, so that an interrupted
// initdb is never taken for a database.
func (h home) initialize(ctx context.Context, o Options) error {
	unfinished := h.data + ".new"
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return fmt.Errorf("make the database folder: %w", err)
	}
	if err := h.who.own(unfinished); err != nil {
		return fmt.Errorf("give the database folder to its user: %w", err)
	}
	args := []string{"-D", unfinished, "-U", superuser, "-E", "UTF8", "--auth-local=trust", "--auth-host=reject"}
	args = append(args, localeArgs(h.bin.major)...)
	if o.Unsafe {
		args = append(args, "--no-sync", "--wal-segsize=1")
	} else {
		args = append(args, "--data-checksums")
	}
	if output, err := h.who.run(ctx, "/", h.bin.initdb, args...); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(output))
	}
	if err := os.Rename(unfinished, h.data); err != nil {
		return fmt.Errorf("name the new database folder: %w", err)
	}
	return nil
}

// localeArgs chooses C.UTF-8: the same order of texts on every machine, and no surprise
// when the C library is upgraded.
func localeArgs(major int) []string {
	switch {
	case major >= 17:
		return []string{"--locale-provider=builtin", "--builtin-locale=C.UTF-8"}
	case runtime.GOOS == "darwin":
		return []string{"--no-locale"}
	default:
		return []string{"--locale=C.UTF-8"}
	}
}

// run runs a program to its end and returns what it printed.
func (who identity) run(ctx context.Context, dir, program string, args ...string) ([]byte, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, cleanEnvironment(), &output, &output
	cmd.SysProcAttr = who.attributes(syscall.SIGKILL)
	cmd.WaitDelay = quitLimit // its children may hold the output open
	c, err := spawn(cmd)
	if err != nil {
		return nil, err
	}
	<-c.ended
	return output.Bytes(), c.err
}
