package pgembed

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestPostmasterKilled(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	s := mustStart(t, system(), Options{Dir: dir})
	mustExec(t, s, "CREATE TABLE kept AS SELECT 42 AS n")
	kill(t, s.pm.cmd.Process.Pid)
	await(t, s.Done(), "Done")
	if _, err := os.Stat(filepath.Join(dir, urlName)); err == nil {
		t.Error("others are still sent to it")
	}
	mustStop(t, s)
	if n := queryInt(t, mustStart(t, system(), Options{Dir: dir}), "SELECT n FROM kept"); n != 42 {
		t.Errorf("the table has %d", n)
	}
}

// TestServerKilled kills a server process while it writes, alone and together with its
// postmaster, and looks for every row that it had said was committed.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	for name, both := range map[string]bool{"alone": false, "with postmaster": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := openFolder(t)
			server := childCommand(t, self(t), "write", dir)
			output, err := server.StdoutPipe()
			if err == nil {
				err = server.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(output)
			if !lines.Scan() {
				t.Fatal("the server says nothing")
			}
			postmaster, acked := number(t, lines.Text(), "pid"), 0
			for lines.Scan() { // to the end: what it said before it died counts
				if acked = number(t, lines.Text(), "acked"); acked == 100 {
					kill(t, server.Process.Pid)
					if both {
						kill(t, postmaster)
					}
				}
			}
			_ = server.Wait() // killed, of course
			if !both {
				awaitTrue(t, "PostgreSQL ends with the server", func() bool { return len(occupants(filepath.Join(dir, "pg"))) == 0 })
			}
			begun := time.Now()
			s := mustStart(t, system(), Options{Dir: dir})
			t.Logf("%d rows acknowledged, restart in %v", acked, time.Since(begun))
			if n := queryInt(t, s, "SELECT count(*) FROM acked"); n < acked || acked < 100 {
				t.Errorf("%d rows acknowledged, %d found", acked, n)
			}
		})
	}
}

// Without a parent death signal a postmaster outlives its server.
func TestLeftOverPostmaster(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	old := mustStart(t, system(), Options{Dir: dir})
	mustExec(t, old, "CREATE TABLE kept AS SELECT 42 AS n")
	abandon(t, old)
	s, err := Start(t.Context(), Options{Dir: dir, Logger: testLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	await(t, old.Done(), "Done of the old postmaster")
	if n := queryInt(t, s, "SELECT n FROM kept"); n != 42 {
		t.Errorf("the table has %d", n)
	}
	mustStop(t, s) // before the old one's, which takes away the socket that they share
}

// A crash leaves files that name a process, and by then another may have its number: here
// it is the test's own.
func TestStaleFiles(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	s := mustStart(t, system(), unsafeOptions(t, dir))
	data, socket := s.home.data, s.home.socket
	mustStop(t, s)
	if err := os.Mkdir(socket, 0o700); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(socket, ".s.PGSQL."+port)
	for _, path := range []string{filepath.Join(data, "postmaster.pid"), name, name + ".lock"} {
		text := fmt.Sprintf("%d\n%s\n0\n%s\n%s\n\n\nready\n", os.Getpid(), data, port, socket)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustExec(t, mustStart(t, system(), unsafeOptions(t, dir)), "SELECT 1")
}

func TestInterruptedInitdb(t *testing.T) {
	t.Parallel()
	dir := openFolder(t)
	unfinished := filepath.Join(dir, "pg.new", "base")
	if err := os.MkdirAll(unfinished, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(unfinished, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustExec(t, mustStart(t, system(), unsafeOptions(t, dir)), "SELECT 1")
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

// abandon gives up the server's lock and nothing else, as if its process had died and
// PostgreSQL had not.
func abandon(t *testing.T, s *Server) {
	t.Helper()
	if err := syscall.Flock(int(s.folder.lock.Fd()), syscall.LOCK_UN); err != nil {
		t.Fatal(err)
	}
}
