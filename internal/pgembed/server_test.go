package pgembed

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestStartStop(t *testing.T) {
	t.Setenv("PGPORT", "1") // PostgreSQL's own variables must not reach it, nor lead us astray
	t.Setenv("PGDATA", "/nowhere")
	t.Setenv("PGHOST", "nowhere.invalid")
	dir := filepath.Join(openFolder(t), "data")
	s := mustStart(t, system(), Options{Dir: dir, Database: "robots", Logger: testLogger(t)})
	mustExec(t, s, "CREATE TABLE kept AS SELECT 42 AS n")
	if os.Geteuid() == 0 && s.home.who.kind != dropped {
		t.Errorf("root runs PostgreSQL as %s", s.home.who)
	}
	if n := queryInt(t, s, "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND rolsuper"); n != 0 {
		t.Error("the program connects as a superuser")
	}
	if n := queryInt(t, s, "SELECT count(*) FROM pg_settings WHERE name = 'fsync' AND setting = 'on'"); n != 1 {
		t.Error("fsync is off")
	}
	mustExec(t, s, "CREATE DATABASE other")
	if err := execute(t.Context(), s.URLFor("other"), "CREATE TABLE t (n int)"); err != nil {
		t.Error(err)
	}
	select {
	case <-s.Done():
		t.Error("Done is closed while the cluster runs")
	default:
	}
	mustStop(t, s)
	mustStop(t, s)
	if err := execute(t.Context(), s.URL(), "SELECT 1"); err == nil {
		t.Error("PostgreSQL answers after Stop")
	}
	for _, gone := range []string{s.home.socket, filepath.Join(dir, urlName), filepath.Join(dir, "pg.new")} {
		if _, err := os.Lstat(gone); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}

	warm := mustStart(t, system(), Options{Dir: dir, Database: "robots", Logger: testLogger(t)})
	if n := queryInt(t, warm, "SELECT n FROM kept"); n != 42 {
		t.Errorf("the table has %d", n)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	t.Parallel()
	s := mustStart(t, system(), unsafeOptions(t, openFolder(t)))
	info, err := os.Lstat(s.home.socket)
	if err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("the socket's folder: %v, %v", info.Mode(), err)
	}
	if n := queryInt(t, s, "SELECT count(*) FROM pg_settings WHERE name = 'listen_addresses' AND setting = ''"); n != 1 {
		t.Error("PostgreSQL listens on the network")
	}
}

// A folder of root's home is closed to every user PostgreSQL could run as.
func TestClosedParent(t *testing.T) {
	t.Parallel()
	dir := closedFolder(t)
	for range 2 {
		s := mustStart(t, system(), unsafeOptions(t, dir))
		// Where user namespaces are forbidden the cluster is in the fallback folder.
		if os.Geteuid() == 0 && s.home.who.kind != mapped && !strings.HasPrefix(s.home.data, fallbackRoot) {
			t.Errorf("root runs PostgreSQL as %s in %s", s.home.who, s.home.data)
		}
		mustExec(t, s, "SELECT 1")
		mustStop(t, s)
	}
}

// Containers often forbid user namespaces. Only root has this problem.
func TestFallbackFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return
	}
	l := system()
	l.fallback = openFolder(t)
	l.allow = func(who identity) bool { return who.kind != mapped }
	dir := closedFolder(t)
	first := mustStart(t, l, unsafeOptions(t, dir))
	if !strings.HasPrefix(first.home.data, l.fallback) {
		t.Errorf("the cluster is in %s", first.home.data)
	}
	mustExec(t, first, "CREATE TABLE kept AS SELECT 42 AS n")
	mustStop(t, first)

	// A later start must find it, even where the first place would do by now.
	second := mustStart(t, system(), unsafeOptions(t, dir))
	if n := queryInt(t, second, "SELECT n FROM kept"); n != 42 || second.home.fresh {
		t.Errorf("found %d in %s", n, second.home.data)
	}
}

// Where a container has no PostgreSQL and forbids user namespaces, and root keeps the data
// at home, programs that were fetched are as far away as the cluster would be. Each start
// has to find those beside the cluster.
func TestFallbackFolderKeepsItsPrograms(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return
	}
	l := launcher{finder: npmOnly(), fallback: openFolder(t), allow: func(who identity) bool { return who.kind != mapped }}
	dir := closedFolder(t)
	for start := range 3 {
		s := mustStart(t, l, unsafeOptions(t, dir))
		if fresh := start == 0; s.home.fresh != fresh || !strings.HasPrefix(s.home.bin.postgres, l.fallback) {
			t.Errorf("start %d: new %v, by %s", start+1, s.home.fresh, s.home.bin.postgres)
		}
		mustStop(t, s)
	}
}

func TestInUse(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	s := mustStart(t, system(), unsafeOptions(t, dir))
	begun := time.Now()
	_, err := Start(t.Context(), unsafeOptions(t, dir))
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second server got %v", err)
	}
	if err := Remove(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("Remove of a live server's folder: %v", err)
	}
	mustExec(t, s, "SELECT 1")
}

func TestJoin(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	if _, ok, err := Join(dir); ok || err != nil {
		t.Errorf("joined nothing: %v, %v", ok, err)
	}
	s := mustStart(t, system(), unsafeOptions(t, dir))
	output, err := childCommand(t, self(t), "join", dir).Output()
	if want := s.URL() + " true\n"; err != nil || string(output) != want {
		t.Errorf("another process joined %q, %v; want %q", output, err, want)
	}
	mustStop(t, s)
	if _, ok, err := Join(dir); ok || err != nil {
		t.Errorf("joined a stopped server: %v, %v", ok, err)
	}
}

// What a crash left in the file must not be believed.
func TestJoinAfterCrash(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	f, err := lockFolder(dir)
	if err == nil {
		err = errors.Join(f.announce("postgres://gone"), f.release())
	}
	if err != nil {
		t.Fatal(err)
	}
	if url, ok, err := Join(dir); ok || err != nil {
		t.Errorf("joined %q: %v, %v", url, ok, err)
	}
}

// Stop does not wait for clients, and a hurried one is still safe for what was committed.
func TestStopWithClients(t *testing.T) {
	t.Parallel()
	hurried, cancel := context.WithCancel(context.Background())
	cancel()
	for name, ctx := range map[string]context.Context{"patient": context.Background(), "hurried": hurried} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := openFolder(t)
			s := mustStart(t, system(), Options{Dir: dir})
			mustExec(t, s, "CREATE TABLE kept AS SELECT 42 AS n")
			conn, err := pgx.Connect(t.Context(), s.URL())
			if err == nil {
				_, err = conn.Exec(t.Context(), "BEGIN; DELETE FROM kept")
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close(context.Background()) }()
			begun := time.Now()
			if err := s.Stop(ctx); err != nil || time.Since(begun) > 5*time.Second {
				t.Errorf("Stop took %v: %v", time.Since(begun), err)
			}
			if n := queryInt(t, mustStart(t, system(), Options{Dir: dir}), "SELECT n FROM kept"); n != 42 {
				t.Errorf("the table has %d", n)
			}
		})
	}
}

func TestStartCanceled(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, unsafeOptions(t, dir)); err == nil {
		mustStop(t, s)
		t.Error("a canceled start succeeded")
	}
	mustStart(t, system(), unsafeOptions(t, dir)) // the folder is free again
}

func TestRemove(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	if err := Remove(filepath.Join(dir, "none")); err != nil {
		t.Error(err)
	}
	s := mustStart(t, system(), unsafeOptions(t, dir))
	abandon(t, s)
	if err := Remove(dir); err != nil {
		t.Error(err)
	}
	await(t, s.Done(), "Done")
	for _, gone := range []string{dir, s.home.socket} {
		if _, err := os.Lstat(gone); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
}
