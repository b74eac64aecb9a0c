package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// asProgram makes the test binary run the program instead of the tests, so that a test can
// start it, and kill it, as a process.
const asProgram = "RUN_AS_FTCMETRICS"

func TestMain(m *testing.M) {
	if file := os.Getenv(simulatedClock); file != "" {
		os.Exit(runByClock(file))
	}
	if os.Getenv(asProgram) != "" {
		main()
	}
	_ = flag.Set("test.parallel", "5") // they wait more than they compute; what the command line says comes later
	pgtest.Main(m)
}

// process is the program running on free ports.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	hub  string
	done chan struct{}

	mu  sync.Mutex // guards log
	log bytes.Buffer
}

func program(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...) //nolint:gosec // our own test binary
	cmd.Env = append(os.Environ(), asProgram+"=1", "DATA_DIR="+dir, "LOG_FORMAT=json", "APP_ENV=dev",
		"HTTP_ADDR=127.0.0.1:0", "HUB_ADDR=127.0.0.1:0", "METRICS_ADDR=127.0.0.1:0", "RATE_LIMIT=0",
		"GORACE=atexit_sleep_ms=10") // else a program that is built to find races stays a second longer
	return cmd
}

// serve starts the program and returns when it serves.
func serve(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return launch(t, program(dir, args...))
}

// launch is serve with a command that is made already.
func launch(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, done: make(chan struct{})}
	stderr, err := p.cmd.StderrPipe()
	must(t, err)
	must(t, p.cmd.Start())
	serving := make(chan struct{})
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			p.mu.Lock()
			p.log.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
			var line struct{ Msg, URL, Hub string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				p.url, p.hub = line.URL, line.Hub
				close(serving)
			}
		}
		_ = p.cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(p.kill)
	select {
	case <-serving:
	case <-p.done:
		t.Fatalf("the program ended before it served:\n%s", p.text())
	case <-time.After(3 * time.Minute): // with a new PostgreSQL, on a machine that has no time for it
		t.Fatalf("the program does not serve:\n%s", p.text())
	}
	return p
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// kill ends the program without any chance to tidy up.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// stop ends the program as an operator does and returns its exit code.
func (p *process) stop() int {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask calls the API; out gets the data of a success.
func ask(method, url, token, body string, out any) (int, error) {
	request, err := http.NewRequest(method, url, strings.NewReader(body)) //nolint:noctx // the process under test is killed, not cancelled
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	raw, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return 0, err
	}
	if response.StatusCode >= 300 || out == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.Unmarshal(raw, &struct {
		Data any `json:"data"`
	}{out})
}

// owner makes an operator through the command line, while the server runs.
func owner(t *testing.T, dir string) string {
	t.Helper()
	cmd := program(dir, "owner", "create", "--name", "Coach")
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("owner create: %v\n%s", err, log.String())
	}
	token := out.String()
	if strings.Count(token, "\n") != 1 || !strings.HasPrefix(token, "ftc_owner_") {
		t.Fatalf("owner create printed %q, want a token alone on its line", token)
	}
	return strings.TrimSpace(token)
}

func TestWrongCommandLines(t *testing.T) {
	for _, c := range []struct {
		name string
		env  []string
		args []string
		code int
		say  string
	}{
		{"an unknown flag", nil, []string{"serve", "--nonsense"}, 2, "nonsense"},
		{"an unknown command", nil, []string{"dance"}, 2, "dance"},
		{"dev on all addresses", []string{"HTTP_ADDR=0.0.0.0:0"}, nil, 1, "APP_ENV=production"},
		{"production without secrets", []string{"APP_ENV=production", "PUBLIC_URL=https://x.example"}, nil, 1, "is not set"},
		{"production with the original's secret", []string{"APP_ENV=production", "PUBLIC_URL=https://x.example", "SOKETI_APP_ID=a1", "SOKETI_APP_KEY=k1", "SOKETI_APP_SECRET=ftcmetrics-secret"}, nil, 1, "everybody knows"},
		{"production with the original's key", []string{"APP_ENV=production", "PUBLIC_URL=https://x.example", "REALTIME_APP_ID=a1", "REALTIME_APP_KEY=ftcmetrics-key", "REALTIME_APP_SECRET=" + strings.Repeat("x", 40)}, nil, 1, "everybody knows"},
		{"production with a short secret", []string{"APP_ENV=production", "PUBLIC_URL=https://x.example", "REALTIME_APP_ID=a1", "REALTIME_APP_KEY=k1", "REALTIME_APP_SECRET=" + strings.Repeat("x", 31)}, nil, 1, "fewer than 32"},
		{"production without origins", []string{"APP_ENV=production", "REALTIME_APP_ID=a1", "REALTIME_APP_KEY=k1", "REALTIME_APP_SECRET=" + strings.Repeat("x", 40)}, nil, 1, "PUBLIC_URL"},
		{"a hub in production without origins", []string{"APP_ENV=production", "REALTIME_APP_ID=a1", "REALTIME_APP_KEY=k1", "REALTIME_APP_SECRET=" + strings.Repeat("x", 40)}, []string{"hub"}, 1, "CORS_ORIGINS"},
		{"an address in use", []string{"HTTP_ADDR=127.0.0.1:70000"}, nil, 1, "HTTP_ADDR"},
		{"a proxy that is no network", []string{"TRUSTED_PROXIES=everybody"}, nil, 1, "TRUSTED_PROXIES"},
		{"a log level", []string{"LOG_LEVEL=loud"}, nil, 2, "log-level"},
		{"a limit of nothing", []string{"HUB_MAX_CONNECTIONS=0"}, []string{"hub"}, 1, "HUB_MAX_CONNECTIONS is a number above 0, or -1"},
		{"a limit below nothing", []string{"HUB_MAX_EVENT_KB=-0.5"}, nil, 1, "HUB_MAX_EVENT_KB is a number above 0"},
		{"no time to stop", []string{"HUB_SHUTDOWN_GRACE=0s"}, []string{"hub"}, 1, "HUB_SHUTDOWN_GRACE"},
		{"a negative patience", []string{"HUB_AUTHORIZATION_TIMEOUT=-1s"}, []string{"hub"}, 1, "HUB_AUTHORIZATION_TIMEOUT"},
		{"an authority that is not there", []string{"REDIS_URL=rediss://127.0.0.1:1", "REDIS_CA_FILE=/nonexistent"}, []string{"hub"}, 1, "REDIS_CA_FILE: open /nonexistent"},
		{"an authority that is none", []string{"REDIS_URL=rediss://127.0.0.1:1", "REDIS_CA_FILE=main_test.go"}, []string{"hub"}, 1, "has no certificate as PEM"},
		{"an authority without TLS", []string{"REDIS_URL=redis://127.0.0.1:1", "REDIS_CA_FILE=" + redistest.NewAuthority(t).File}, []string{"hub"}, 1, "rediss://"},
		{"a secret file that is not there", []string{"REALTIME_APP_SECRET_FILE=/nonexistent"}, nil, 2, "nonexistent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t.TempDir(), c.args...)
			cmd.Env = append(cmd.Env, c.env...)
			out, err := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != c.code || !strings.Contains(string(out), c.say) {
				t.Errorf("exit code %d (%v), want %d; it said %q, want %q in it", got, err, c.code, out, c.say)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	out, err := program(t.TempDir(), "serve", "--help").Output()
	if err != nil || !strings.Contains(string(out), "HTTP_ADDR") {
		t.Errorf("help: %v\n%s", err, out)
	}
}

func TestSecretsAreKeptForTheirOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	var first, second config
	first.DataDir, second.DataDir = dir, dir
	must(t, first.fillSecrets())
	must(t, second.fillSecrets())
	if first.AppSecret != second.AppSecret || len(first.AppSecret) < minSecret {
		t.Errorf("secrets %q and %q", first.AppSecret, second.AppSecret)
	}
	info, err := os.Stat(dir + "/secrets.json")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	configured := config{DataDir: dir, AppSecret: "configured"}
	must(t, configured.fillSecrets())
	if configured.AppSecret != "configured" || configured.AppKey != first.AppKey {
		t.Errorf("what is configured does not win: %+v", configured)
	}
}

func TestUnknownVariables(t *testing.T) {
	got := unknown([]string{"REALTIME_APP_KEY=x", "REALTIME_APP_SECRET_FILE=x", "REALTIME_AP_KEY=x", "HUB_ADDR=x", "HUB_APPS_FILE=x", "FTCMETRICS_X=1", "PATH=x"}, serveConfig{})
	if fmt.Sprint(got) != "[REALTIME_AP_KEY FTCMETRICS_X]" {
		t.Errorf("warned about %v", got)
	}
}
