package pgembed

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakePrograms makes a folder with programs that know their version and nothing else.
func fakePrograms(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + " (made up)'\n"
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	base := openFolder(t)
	v14 := fakePrograms(t, filepath.Join(base, "lib/14/bin"), "14.9")
	v16 := fakePrograms(t, filepath.Join(base, "lib/16/bin"), "16.2")
	v9 := fakePrograms(t, filepath.Join(base, "lib/9/bin"), "9.6")
	v18 := fakePrograms(t, filepath.Join(base, "own"), "18rc1")
	// As on Debian with hand-made links: a link in PATH to a program whose folder is elsewhere.
	links := filepath.Join(base, "links")
	clientOnly := filepath.Join(base, "client")
	for _, dir := range []string{links, clientOnly} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(v16, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	config := "#!/bin/sh\necho " + clientOnly + "\n" // pg_config of a package without server
	if err := os.WriteFile(filepath.Join(clientOnly, "pg_config"), []byte(config), 0o755); err != nil {
		t.Fatal(err)
	}
	globs := []string{filepath.Join(base, "lib/*/bin")}
	tests := []struct {
		name   string
		finder finder
		major  int    // of an existing cluster, 0 for none
		want   string // folder, or part of the error after "!"
	}{
		{"PGBIN first", finder{pgbin: v18, path: []string{v16}}, 0, v18},
		{"PGBIN only", finder{pgbin: v18, path: []string{v16}}, 16, "!made by PostgreSQL 16, which is not on this machine (found: 18rc1)"},
		{"PGBIN wrong", finder{pgbin: clientOnly, path: []string{v16}}, 0, "!PGBIN does not name"},
		{"link in PATH", finder{path: []string{links, v18}}, 0, v16},
		{"newest of the installed", finder{globs: globs}, 0, v16},
		{"client package", finder{path: []string{clientOnly}, globs: globs}, 0, v16},
		{"too old", finder{path: []string{v14, v9}}, 0, "!no PostgreSQL 15 or newer on this machine (found: 14.9, 9.6)"},
		{"old cluster", finder{path: []string{v18}, globs: globs}, 14, v14},
		{"cluster of another version", finder{globs: globs}, 15, "!apt-get install postgresql-15"},
		{"nothing", finder{}, 0, "!install it with `apt-get install postgresql` or `brew install postgresql@17`"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := cluster{path: "/data/pg", exists: test.major > 0, major: test.major}
			bin, err := test.finder.find(t.Context(), c, t.TempDir(), slog.New(slog.DiscardHandler))
			if part, wantErr := strings.CutPrefix(test.want, "!"); wantErr {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not say %q", err, part)
				}
				return
			}
			if err != nil || filepath.Dir(bin.postgres) != test.want {
				t.Errorf("found %v, %v; want %s", bin, err, test.want)
			}
		})
	}
}

// An existing cluster of a version that is not here is refused and left alone.
func TestVersionMismatch(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	version := filepath.Join(dir, "pg", "PG_VERSION")
	if err := os.Mkdir(filepath.Dir(version), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(version, []byte("12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), unsafeOptions(t, dir))
	if err == nil || !strings.Contains(err.Error(), "was made by PostgreSQL 12, which is not on this machine") {
		t.Error(err)
	}
	if _, err := os.Stat(version); err != nil {
		t.Error(err)
	}
}

// A folder that is no cluster is never replaced by one; an empty folder is.
func TestUnknownFolder(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	precious := filepath.Join(dir, "pg", "precious")
	if err := os.MkdirAll(precious, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), unsafeOptions(t, dir)); err == nil || !strings.Contains(err.Error(), "is not a database folder") {
		t.Error(err)
	}
	if err := os.Remove(precious); err != nil {
		t.Fatal(err)
	}
	mustExec(t, mustStart(t, system(), unsafeOptions(t, dir)), "SELECT 1")
}

// A link to a disk that is not there must not lead to a new, empty database.
func TestDanglingLink(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	if err := os.Symlink(filepath.Join(dir, "unmounted"), filepath.Join(dir, "pg")); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(context.Background(), unsafeOptions(t, dir)); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
		t.Error(err)
	}
}

func TestClassify(t *testing.T) {
	tests := []struct {
		line  string
		level slog.Level
		text  string
	}{
		{"LOG:  checkpoint starting: time", slog.LevelDebug, "checkpoint starting: time"},
		{"WARNING:  there is already a transaction", slog.LevelWarn, "there is already a transaction"},
		{"ERROR:  duplicate key value", slog.LevelDebug, "duplicate key value"},
		{"FATAL:  the database system is starting up", slog.LevelDebug, "the database system is starting up"},
		{"FATAL:  terminating connection due to administrator command", slog.LevelDebug, "terminating connection due to administrator command"},
		{"FATAL:  data directory has wrong ownership", slog.LevelError, "data directory has wrong ownership"},
		{"DETAIL:  of the line before", slog.LevelWarn, "DETAIL:  of the line before"},
		{"PANIC:  could not write", slog.LevelError, "could not write"},
	}
	for _, test := range tests {
		if level, text := classify(test.line, slog.LevelWarn); level != test.level || text != test.text {
			t.Errorf("classify(%q) = %v, %q", test.line, level, text)
		}
	}
}
