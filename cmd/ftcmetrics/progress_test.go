//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// terminalPair opens a terminal: what is written to the second comes out of the first.
func terminalPair(t *testing.T) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	must(t, err)
	t.Cleanup(func() { _ = screen.Close() }) // it may be closed already
	var unlock, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, no := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(unsafe.Pointer(value))); no != 0 { //nolint:gosec // that is how terminals are made
			t.Fatal(no)
		}
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	return screen, tty
}

// onTerminal runs a command with a terminal as its standard error, and returns what is seen
// there and what is printed.
func onTerminal(t *testing.T, dir string, args ...string) (seen, printed string) {
	t.Helper()
	screen, tty := terminalPair(t)
	cmd := program(dir, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, tty
	must(t, cmd.Start())
	must(t, tty.Close())
	var text []byte
	for buffer := make([]byte, 4096); ; {
		n, err := screen.Read(buffer)
		text = append(text, buffer[:n]...)
		if err != nil { // when the last who had it open is gone
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, text)
	}
	return string(text), out.String()
}

// TestProgressOnATerminal does long work with a terminal, where a bar is seen, and without
// one, where nothing of it is.
func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	dir, file := pgtest.Folder(t), t.TempDir()+"/backup.zip"
	for _, c := range []struct {
		args []string
		bar  string
	}{
		{[]string{"event", "import", "../../ftc/firstapi/firstapitest/event.json"}, "results ["},
		{[]string{"backup", file}, "database ["},
		{[]string{"restore", "--replace", file}, "database ["},
		{[]string{"analytics", "opr", ratingFiles + "opr-example.json"}, "events ["},
	} {
		seen, printed := onTerminal(t, dir, c.args...)
		if !strings.Contains(seen, c.bar) || !strings.Contains(seen, "100 %") || !strings.Contains(seen, "\r") {
			t.Errorf("%v shows %q, want %q and 100 %%", c.args, seen, c.bar)
		}
		last := seen[strings.LastIndex(strings.TrimSuffix(seen, "\r"), "\r")+1:]
		if strings.Contains(last, "[") && strings.Contains(last, "#") {
			t.Errorf("%v leaves its bar: %q", c.args, last)
		}
		_, plain, errOut := outcome(program(dir, c.args...))
		if strings.ContainsAny(errOut+plain, "\r#") || !strings.Contains(plain, strings.Fields(printed)[0]) {
			t.Errorf("%v without a terminal: %q %q", c.args, plain, errOut)
		}
	}
}
