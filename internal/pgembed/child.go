package pgembed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// child is a started process.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has been waited for
	err   error         // how it ended; read after ended
}

// spawn starts cmd from a thread that stays until the process ends: the kernel sends the
// parent death signal when the thread that forked ends, not when the process does.
func spawn(cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// cleanEnvironment is all that PostgreSQL sees: no PG variables and none of our secrets.
func cleanEnvironment() []string {
	return []string{"LC_ALL=C", "PATH=/usr/local/bin:/usr/bin:/bin"}
}

// probe tells whether the identity can run the programs and reach the folder.
func (who identity) probe(ctx context.Context, bin programs, dir string) error {
	output, err := who.run(ctx, dir, bin.postgres, "--version")
	if err != nil {
		return fmt.Errorf("as %s: %w %s", who, err, strings.TrimSpace(string(output)))
	}
	return nil
}

// own gives a path to the identity.
func (who identity) own(path string) error {
	if who.kind != dropped {
		return nil
	}
	return os.Chown(path, who.uid, who.gid)
}
