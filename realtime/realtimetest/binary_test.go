package realtimetest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/realtimetest"
)

// build compiles the program into a folder of the test.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "ftcmetrics")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/ftcmetrics")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// process is a server that runs as a process of its own.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	mu  sync.Mutex // guards log
	log bytes.Buffer
}

// start runs a server and gives each line of what it says to line until that returns
// true: then it serves.
func start(t *testing.T, cmd *exec.Cmd, line func(text []byte) bool) *process {
	t.Helper()
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	serving := make(chan struct{})
	go func() {
		defer close(p.done)
		lines, served := bufio.NewScanner(said), false
		for lines.Scan() {
			p.mu.Lock()
			p.log.Write(append(lines.Bytes(), '\n'))
			p.mu.Unlock()
			if !served && line(lines.Bytes()) {
				served = true
				close(serving)
			}
		}
		_ = cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(p.kill)
	select {
	case <-serving:
	case <-p.done:
		t.Fatalf("%s ended before it served:\n%s", cmd.Path, p.text())
	case <-time.After(time.Minute):
		t.Fatalf("%s does not serve:\n%s", cmd.Path, p.text())
	}
	return p
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// stop sends SIGTERM and waits for the end.
func (p *process) stop(ctx context.Context) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the program ended with %d:\n%s", code, p.text())
	}
	return nil
}

// runHub starts "ftcmetrics hub" on free ports with the apps in HUB_APPS_FILE.
func runHub(t *testing.T, program string) realtimetest.Server {
	t.Helper()
	hooks := realtimetest.NewHooks()
	t.Cleanup(hooks.Close)
	dir, apps := t.TempDir(), realtimetest.Apps(hooks)
	text, err := json.Marshal(apps)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "apps.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "hub") //nolint:gosec // our own program
	cmd.Env = []string{
		"HOME=" + dir, "DATA_DIR=" + dir, "HUB_APPS_FILE=" + file, "HUB_ADDR=127.0.0.1:0", "METRICS_ADDR=127.0.0.1:0",
		"HUB_ACTIVITY_TIMEOUT=" + activityTimeout.String(), "LOG_FORMAT=json",
	}
	var serving struct{ Msg, Hub string }
	p := start(t, cmd, func(text []byte) bool {
		return json.Unmarshal(text, &serving) == nil && serving.Msg == "serving"
	})
	return realtimetest.Server{Nodes: []string{serving.Hub}, Apps: apps, Hooks: hooks, Stop: p.stop}
}

// TestHub holds the program to the suite: "ftcmetrics hub" as an operator runs it.
func TestHub(t *testing.T) {
	hold(t, runHub(t, build(t)))
}
