package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
)

// patience is how long anything may take that is waited for.
const patience = 30 * time.Second

// binary is the built program of this test process; as in pgtest, TestMain is all that its
// tests have in common.
var binary = new(build)

type build struct {
	once sync.Once
	dir  string
	err  error
}

// Main runs the tests of a package and then removes the program that they built. Call it
// from TestMain; it does not return. Tests of faults wait more than they compute, so that
// more of them run at once than there are processors.
func Main(m *testing.M) {
	_ = flag.Set("test.parallel", "6") // what the command line says comes later
	code := m.Run()
	if binary.dir != "" {
		_ = os.RemoveAll(binary.dir)
	}
	os.Exit(code)
}

// Program builds the program once and returns its path.
func Program(t testing.TB) string {
	t.Helper()
	binary.once.Do(func() {
		if binary.dir, binary.err = os.MkdirTemp("", "ftcmetrics-program-"); binary.err != nil {
			return
		}
		cmd := exec.Command("go", "build", "-o", binary.dir, "github.com/ftcmetrics/ftcmetrics/cmd/ftcmetrics")
		if output, err := cmd.CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("go build: %w\n%s", err, output)
		}
	})
	must(t, binary.err)
	return filepath.Join(binary.dir, "ftcmetrics")
}

// Node is one process of the program, on addresses that it keeps over restarts.
type Node struct {
	Address string // of API and hub
	Metrics string
	DataDir string

	t    testing.TB
	path string
	args []string
	env  []string
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex // guards log
	log bytes.Buffer
}

// NewNode returns a node that is not yet started. env comes after what every node gets.
func NewNode(t testing.TB, path string, env ...string) *Node {
	t.Helper()
	addresses := []string{porttest.Address(t), porttest.Address(t), porttest.Address(t)}
	cache, err := os.UserCacheDir() // programs of PostgreSQL that were fetched once
	if err != nil {
		t.Fatal(err)
	}
	n := &Node{t: t, path: path, Address: addresses[0], Metrics: addresses[2], DataDir: t.TempDir()}
	n.env = append([]string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + t.TempDir(), "XDG_CACHE_HOME=" + cache, "DATA_DIR=" + n.DataDir, "LOG_FORMAT=json", "APP_ENV=dev", "RATE_LIMIT=0",
		"HTTP_ADDR=" + addresses[0], "HUB_ADDR=" + addresses[1], "METRICS_ADDR=" + addresses[2],
		"REALTIME_APP_ID=app", "REALTIME_APP_KEY=app-key-of-tests", "REALTIME_APP_SECRET=app-secret-of-tests-0123456789abcdef",
	}, env...)
	t.Cleanup(func() {
		n.Kill()
		if t.Failed() {
			t.Logf("log of %s without answers 503:\n%s", n.Address, n.telling())
		}
	})
	return n
}

// URL is where the node's API is.
func (n *Node) URL() string { return "http://" + n.Address }

// Launch starts the node and returns at once; the channel is closed when it serves.
func (n *Node) Launch() <-chan struct{} {
	n.t.Helper()
	cmd := exec.Command(n.path, append([]string{"serve"}, n.args...)...) //nolint:gosec // the program that we built
	cmd.Env = n.env
	stderr, err := cmd.StderrPipe()
	must(n.t, err)
	must(n.t, cmd.Start())
	serving, done := make(chan struct{}), make(chan struct{})
	n.cmd, n.done = cmd, done
	go func() {
		defer close(done)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			n.mu.Lock()
			n.log.WriteString(lines.Text() + "\n")
			n.mu.Unlock()
			var line struct{ Msg string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				close(serving)
			}
		}
		_ = cmd.Wait() // how it ended is in ProcessState
	}()
	return serving
}

// Start starts the node and returns when it serves.
func (n *Node) Start() {
	n.t.Helper()
	serving := n.Launch()
	select {
	case <-serving:
	case <-n.done:
		n.t.Fatalf("the program ended before it served:\n%s", n.Log())
	case <-time.After(3 * time.Minute): // with a new PostgreSQL, on a machine that has no time for it
		n.t.Fatalf("the program does not serve:\n%s", n.Log())
	}
}

// Kill ends the node without any chance to tidy up. It may have ended already.
func (n *Node) Kill() {
	if n.cmd != nil {
		_ = n.cmd.Process.Kill()
		<-n.done
	}
}

// Signal sends the node a signal.
func (n *Node) Signal(signal syscall.Signal) {
	n.t.Helper()
	must(n.t, n.cmd.Process.Signal(signal))
}

// Wait waits for the node's end and returns its exit code.
func (n *Node) Wait() int {
	<-n.done
	return n.cmd.ProcessState.ExitCode()
}

// Done is closed when the process has ended.
func (n *Node) Done() <-chan struct{} { return n.done }

// PID is the node's process.
func (n *Node) PID() int { return n.cmd.Process.Pid }

// Log is what the node has logged so far.
func (n *Node) Log() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.log.String()
}

// Command runs another command of the program with the node's environment.
func (n *Node) Command(args ...string) string {
	n.t.Helper()
	cmd := exec.Command(n.path, args...) //nolint:gosec // the program that we built
	cmd.Env = n.env
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		n.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, log.String())
	}
	return strings.TrimSpace(out.String())
}

// telling is the end of the log without what an outage makes plenty of.
func (n *Node) telling() string {
	var lines []string
	for line := range strings.Lines(n.Log()) {
		if !strings.Contains(line, `"status":503`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-30):], "")
}
