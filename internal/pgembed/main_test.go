package pgembed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const childMark = "pgembed-child" // first argument of the test binary when it plays another process

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == childMark {
		if err := children[os.Args[2]](os.Args[3]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// children are what the test binary does as another process, on the folder it is given.
var children = map[string]func(dir string) error{
	"write": childWrite,
	"join":  childJoin,
	"cycle": func(dir string) error { return childCycle(launcher{finder: systemFinder()}, dir) },
	"npm":   func(dir string) error { return childCycle(launcher{finder: npmOnly()}, dir) },
}

// childWrite inserts rows for ever and prints the number of each that was committed.
func childWrite(dir string) error {
	ctx := context.Background()
	s, err := Start(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, s.URL())
	if err == nil {
		_, err = conn.Exec(ctx, "CREATE TABLE acked (n int PRIMARY KEY)")
	}
	fmt.Println("pid", s.pm.cmd.Process.Pid)
	for n := 1; err == nil; n++ {
		if _, err = conn.Exec(ctx, "INSERT INTO acked VALUES ($1)", n); err == nil {
			fmt.Println("acked", n)
		}
	}
	return err
}

func childJoin(dir string) error {
	url, ok, err := Join(dir)
	fmt.Println(url, ok)
	return err
}

// childCycle makes a cluster, stops it, and starts it again.
func childCycle(l launcher, dir string) error {
	ctx := context.Background()
	for _, statement := range []string{"CREATE TABLE kept AS SELECT 1 AS n", "SELECT n FROM kept"} {
		s, err := l.start(ctx, Options{Dir: dir})
		if err != nil {
			return err
		}
		err = execute(ctx, s.URL(), statement)
		if err := errors.Join(err, s.Stop(ctx)); err != nil {
			return err
		}
		fmt.Println("ran", s.home.bin.version, "as", s.home.who)
	}
	return nil
}

func execute(ctx context.Context, url, statement string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// child prepares the test binary to play another process.
func childCommand(t *testing.T, program, role, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, childMark, role, dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// self returns the test binary.
func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// openFolder returns a new folder that every user can pass through.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgembed-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// closedFolder returns a new folder under one that nobody else can enter.
func closedFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Chmod(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// unsafeOptions are for tests that do not crash anything.
func unsafeOptions(t *testing.T, dir string) Options {
	return Options{Dir: dir, Unsafe: true, Logger: testLogger(t)}
}

func testLogger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// system is the launcher that Start uses.
func system() launcher { return launcher{finder: systemFinder(), fallback: fallbackRoot} }

func npmOnly() finder { return finder{bundle: pinnedBundle(runtime.GOOS, runtime.GOARCH)} }

func mustStart(t *testing.T, l launcher, o Options) *Server {
	t.Helper()
	s, err := l.start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustStop(t, s) })
	return s
}

func mustStop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	await(t, s.Done(), "Done")
}

func mustExec(t *testing.T, s *Server, statement string) {
	t.Helper()
	if err := execute(t.Context(), s.URL(), statement); err != nil {
		t.Fatal(err)
	}
}

func queryInt(t *testing.T, s *Server, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func await(t *testing.T, done <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal(what, "is not closed")
	}
}

// awaitTrue polls for what no channel tells.
func awaitTrue(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for deadline := time.Now().Add(time.Minute); !condition(); <-ticker.C {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain:", what)
		}
	}
}

// number returns what follows the word in a line of a child.
func number(t *testing.T, line, word string) int {
	t.Helper()
	text, ok := strings.CutPrefix(line, word+" ")
	n, err := strconv.Atoi(text)
	if !ok || err != nil {
		t.Fatalf("the child says %q", line)
	}
	return n
}
