package pgtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
)

func TestMain(m *testing.M) { Main(m) }

// Every test finds the schema and nothing of any other test.
func TestFresh(t *testing.T) {
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			db := New(t)
			var tables, connections int
			err := db.QueryRow(t.Context(), "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").Scan(&tables)
			if err != nil || tables < 2 {
				t.Errorf("%d tables, %v", tables, err)
			}
			if connections = int(db.Config().MaxConns); connections != poolSize {
				t.Errorf("%d connections", connections)
			}
			if _, err := db.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestURL(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // after which the database can go
	if _, err := conn.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
		t.Error(err)
	}
}

func TestNeedsMain(t *testing.T) {
	var f fixture
	if _, _, err := f.create(t.Context()); !errors.Is(err, errNotOpen) {
		t.Error(err)
	}
	if err := f.close(); err != nil {
		t.Error(err)
	}
}

// Processes that share a server make its template once and leave nothing but that.
func TestOutsideServer(t *testing.T) {
	server := New(t)
	url := server.Config().ConnString()
	// The cluster's own template would hide what is to be seen here.
	fixtures := [3]fixture{}
	var wait sync.WaitGroup
	for i := range fixtures {
		f := &fixtures[i]
		f.open(url)
		f.made = 1_000_000 * (i + 1) // they would be processes with different numbers
		wait.Go(func() {
			for range 3 {
				name, _, err := f.create(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				f.discard(name)
			}
			if err := f.close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if left := count(t, server, `SELECT count(*) FROM pg_database WHERE datname ~ '_\d000\d{3}$'`); left != 0 {
		t.Errorf("%d databases are left", left)
	}
	if templates := count(t, server, "SELECT count(*) FROM pg_database WHERE datname LIKE 'tpl%' AND datistemplate"); templates != 1 {
		t.Errorf("%d templates", templates)
	}
	var f fixture
	f.open("host=somewhere password=secret")
	if _, _, err := f.create(t.Context()); err == nil || err.Error() != "TEST_DATABASE_URL is not a URL" {
		t.Error(err)
	}
}

func count(t *testing.T, db *pgxpool.Pool, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A migration that was interrupted is finished by the next process.
func TestInterruptedMigration(t *testing.T) {
	c, _, err := shared.next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := *c
	again.template = "half_made"
	if _, err := c.admin.Exec(t.Context(), "CREATE DATABASE half_made"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := again.migrate(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if n := count(t, c.admin, "SELECT count(*) FROM pg_database WHERE datname = 'half_made' AND datistemplate"); n != 1 {
		t.Error("the template is not finished")
	}
	_, err = c.admin.Exec(t.Context(), "ALTER DATABASE half_made IS_TEMPLATE false")
	if err == nil {
		_, err = c.admin.Exec(t.Context(), "DROP DATABASE half_made WITH (FORCE)")
	}
	if err != nil {
		t.Error(err)
	}
}

// What killed test processes left is removed, what live ones use is not.
func TestSweep(t *testing.T) {
	parent := t.TempDir()
	folder := func(name string, age time.Duration) string {
		dir := filepath.Join(parent, name)
		if err := os.MkdirAll(filepath.Join(dir, "pg.new"), 0o700); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(dir, then, then); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dead, young, other := folder(prefix+"dead", time.Hour), folder(prefix+"young", 0), folder("other", time.Hour)
	live := filepath.Join(parent, prefix+"live")
	server, err := pgembed.Start(t.Context(), pgembed.Options{Dir: live, Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	folder(prefix+"live", time.Hour)
	sweep(parent, prefix, sweepAge)
	for dir, want := range map[string]bool{dead: false, young: true, other: true, live: true} {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) == want {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// BenchmarkNew measures a database per test, from New to a first answer and its end.
func BenchmarkNew(b *testing.B) {
	ctx := b.Context()
	for b.Loop() {
		name, url, err := shared.create(ctx)
		if err != nil {
			b.Fatal(err)
		}
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			_, err = conn.Exec(ctx, "SELECT 1")
		}
		if err != nil {
			b.Fatal(err)
		}
		if err := conn.Close(ctx); err != nil {
			b.Fatal(err)
		}
		shared.discard(name)
	}
}

// TestFolder: each test gets a cluster of its own that has the schema, and no secrets.
func TestFolder(t *testing.T) {
	var folders [2]string
	for i := range folders {
		folders[i] = Folder(t)
		server, err := pgembed.Start(t.Context(), pgembed.Options{Dir: folders[i], CacheDir: cacheFolder()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := server.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		conn, err := pgx.Connect(t.Context(), server.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(context.Background()) }() // the cluster ends
		var tables int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").Scan(&tables); err != nil || tables < 2 {
			t.Errorf("%d tables, %v", tables, err)
		}
		if _, err := conn.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
			t.Errorf("what one test wrote is there for another: %v", err)
		}
		if found, err := filepath.Glob(filepath.Join(folders[i], "*.json")); err != nil || len(found) > 0 {
			t.Errorf("secrets are shared: %v, %v", found, err)
		}
	}
}
