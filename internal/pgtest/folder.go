package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
	"github.com/ftcmetrics/ftcmetrics/schema"
)

// Folder returns a data folder whose embedded database has this program's schema and nothing
// else, for a program that runs one. It is a copy of one that is made once, which saves
// initdb and the migrations; a test about a first start takes an empty folder. There are no
// secrets in it: each program makes its own. The folder ends with the test.
func Folder(t testing.TB) string {
	t.Helper()
	from, err := folders.first(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	parent, _ := workFolder(foldersRoom)
	dir, err := os.MkdirTemp(parent, folderPrefix)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { // a program that was killed leaves its PostgreSQL, which writes while it ends
		if err := pgembed.Remove(dir); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL may run as another user
		t.Fatalf("pgtest: %v", err)
	}
	// The cluster belongs to another user where tests run as root; cp keeps that.
	if output, err := exec.Command("cp", "-a", filepath.Join(from, "pg"), dir).CombinedOutput(); err != nil { //nolint:gosec,noctx // our own folders
		t.Fatalf("pgtest: cp: %v: %s", err, output)
	}
	return dir
}

// folders is to Folder what shared is to New.
var folders = new(original)

// original is the folder that the others are copies of.
type original struct {
	mu     sync.Mutex // guards what follows
	opened bool
	dir    string // made when it is first needed
	failed error  // why there is none; it is not tried again
}

// open allows the folder to be made. Without it nobody would remove it.
func (o *original) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = true
}

// first returns the folder.
func (o *original) first(ctx context.Context) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.opened {
		return "", errNotOpen
	}
	if o.dir == "" && o.failed == nil {
		o.failed = o.fill(ctx)
	}
	return o.dir, o.failed
}

// fill makes the folder.
func (o *original) fill(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	parent, _ := workFolder(foldersRoom)
	sweep(parent, folderPrefix, folderAge)
	if o.dir, err = os.MkdirTemp(parent, folderPrefix); err != nil {
		return err
	}
	if err := os.Chmod(o.dir, 0o711); err != nil { // PostgreSQL may run as another user
		return err
	}
	server, err := pgembed.Start(ctx, pgembed.Options{Dir: o.dir, CacheDir: cacheFolder(), Unsafe: true})
	if err != nil {
		return err
	}
	if err := schema.Migrate(ctx, server.URL()); err != nil {
		return errors.Join(fmt.Errorf("migrate the folder: %w", err), server.Stop(ctx))
	}
	return server.Stop(ctx)
}

// close removes the folder. Nothing can be copied afterwards.
func (o *original) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened = false
	if o.dir == "" {
		return nil
	}
	dir := o.dir
	o.dir = ""
	return pgembed.Remove(dir)
}
