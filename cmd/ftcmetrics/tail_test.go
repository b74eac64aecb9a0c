package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
)

// running is a command that goes on until it is stopped.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan struct{}

	mu       sync.Mutex // guards out and said
	out, err bytes.Buffer
}

// lockedWriter lets a test read what a process writes.
type lockedWriter struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

// background starts a command.
func background(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	r := &running{t: t, cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = lockedWriter{&r.mu, &r.out}, lockedWriter{&r.mu, &r.err}
	must(t, cmd.Start())
	go func() {
		defer close(r.done)
		_ = cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-r.done
	})
	return r
}

func (r *running) printed() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()
}

func (r *running) told() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err.String()
}

// end waits until the command has ended by itself and returns its exit code.
func (r *running) end() int {
	r.t.Helper()
	select {
	case <-r.done:
	case <-time.After(time.Minute):
		r.t.Fatalf("it does not end; it printed %s and told %s", r.printed(), r.told())
	}
	return r.cmd.ProcessState.ExitCode()
}

func (r *running) listening(channels ...string) {
	r.t.Helper()
	for _, channel := range channels {
		until(r.t, "tail listens on "+channel, func() bool { return strings.Contains(r.told(), "listening on "+channel+"\n") })
	}
}

// at is a command line with the environment of the server.
func (p *process) at(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...) //nolint:gosec // our own test binary
	cmd.Env = append(append([]string(nil), p.cmd.Env...), "HTTP_ADDR="+strings.TrimPrefix(p.url, "http://"))
	if p.hub != "" {
		cmd.Env = append(cmd.Env, "HUB_ADDR="+p.hub)
	}
	return cmd
}

// outcome runs a command to its end.
func outcome(cmd *exec.Cmd) (code int, out, errOut string) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // how it ended is in ProcessState
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// TestPublishAndTail speaks and listens on all kinds of channels, with the app's secret.
func TestPublishAndTail(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "hub")
	channels := []string{"chat", "private-plans", "presence-pit"}
	r := background(t, p.at(append([]string{"tail", "--json", "-n", "3"}, channels...)...))
	r.listening(channels...)
	for i, channel := range channels {
		code, out, errOut := outcome(p.at("publish", channel, "note", fmt.Sprintf(`{"n":%d,"text":"<é>"}`, i)))
		if code != 0 || !strings.Contains(out, "published note on "+channel) {
			t.Fatalf("publish: %d %s%s", code, out, errOut)
		}
	}
	if code := r.end(); code != 0 {
		t.Fatalf("exit code %d: %s", code, r.told())
	}
	lines := strings.Split(strings.TrimSpace(r.printed()), "\n")
	for i, channel := range channels {
		var e struct {
			Channel, Event string
			Data           struct {
				N    int
				Text string
			}
		}
		decode(t, lines[i], &e)
		if e.Channel != channel || e.Event != "note" || e.Data.N != i || e.Data.Text != "<é>" {
			t.Errorf("%s was printed as %s", channel, lines[i])
		}
	}
}

// TestPublishRefused has mistakes of the caller, each with its exit code.
func TestPublishRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "hub")
	for _, c := range []struct {
		name string
		args []string
		env  string
		code int
		say  string
	}{
		{"no JSON", []string{"publish", "chat", "note", "hello"}, "", 2, "no JSON"},
		{"no channel", []string{"publish", "chat room", "note"}, "", 2, "channel name"},
		{"a name that is the server's", []string{"publish", "chat", "pusher:x"}, "", 1, "server's own"},
		{"a wrong secret", []string{"publish", "chat", "note"}, "REALTIME_APP_SECRET=guessed", 1, "auth_signature"},
		{"a wrong key", []string{"tail", "chat"}, "REALTIME_APP_KEY=guessed", 1, "no app with this key"},
		{"a wrong secret on a private channel", []string{"tail", "private-plans"}, "REALTIME_APP_SECRET=guessed", 1, "private-plans"},
		{"nobody there", []string{"publish", "chat", "note"}, "HUB_ADDR=127.0.0.1:9", 3, "127.0.0.1:9"},
		{"nobody to listen to", []string{"tail", "chat"}, "HUB_ADDR=127.0.0.1:9", 3, "refused"},
		{"no app", []string{"publish", "chat", "note"}, "DATA_DIR=/nonexistent", 2, "REALTIME_APP_SECRET"},
		{"no log to begin in", []string{"tail", "--since=0", "--api", "http://" + p.hub, "chat"}, "", 1, "logged events"},
		{"a method", []string{"sign", "PUT", "/events"}, "", 2, "GET and POST"},
		{"a path", []string{"sign", "GET", "channels"}, "", 2, "no path"},
		{"an address", []string{"publish", "--url=scouting", "chat", "note"}, "", 2, "no address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := p.at(c.args...)
			cmd.Env = append(cmd.Env, c.env)
			if code, out, errOut := outcome(cmd); code != c.code || !strings.Contains(errOut, c.say) || out != "" {
				t.Errorf("exit code %d, want %d; it said %q, want %q in it, and printed %q", code, c.code, errOut, c.say, out)
			}
		})
	}
}

// TestTailThroughARestart follows a log from its beginning over the death of the server, and
// misses and repeats nothing.
func TestTailThroughARestart(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	address := porttest.Address(t)
	start := func() *process {
		cmd := program(dir)
		cmd.Env = append(cmd.Env, "HTTP_ADDR="+address)
		return launch(t, cmd)
	}
	p := start()
	token := owner(t, dir)
	var team struct{ ID string }
	if status, err := ask("POST", p.url+"/api/user-teams", token, `{"teamNumber":8569}`, &team); err != nil || status != 201 {
		t.Fatal(status, err)
	}
	rename := func(n int) {
		t.Helper()
		body := fmt.Sprintf(`{"scoutingTeamId":%q,"season":2025,"eventCode":"USNCRA","matchNumber":%d,"alliance":"RED","scoutedTeamNumber":8569,"data":{}}`, team.ID, n)
		if status, err := ask("POST", p.url+"/api/scouting/entries", token, body, nil); err != nil || status != 201 {
			t.Fatal(status, err)
		}
	}
	rename(1)
	channel := "private-team-" + team.ID
	r := background(t, p.at("tail", "--json", "--since=0", "--token", token, "--url", p.url, channel))
	r.listening(channel)
	rename(2)
	until(t, "two entries are printed", func() bool { return strings.Count(r.printed(), "entry-created") == 2 })
	p.kill()
	p = start()
	rename(3) // most likely before tail is back
	until(t, "the third one is printed", func() bool { return strings.Count(r.printed(), "entry-created") == 3 })
	rename(4)
	until(t, "and the fourth", func() bool { return strings.Count(r.printed(), "entry-created") == 4 })
	if !strings.Contains(r.told(), "trying again in") {
		t.Errorf("it does not tell of the server's death: %s", r.told())
	}
	last := int64(0)
	for line := range strings.Lines(r.printed()) {
		var e struct{ Seq int64 }
		decode(t, line, &e)
		if e.Seq != last+1 {
			t.Errorf("seq %d follows %d", e.Seq, last)
		}
		last = e.Seq
	}
	stranger := p.at("tail", "--token", "ftc_owner_guessed", "--url", p.url, channel)
	if code, _, errOut := outcome(stranger); code != 1 || !strings.Contains(errOut, channel) {
		t.Errorf("a stranger: %d %s", code, errOut)
	}
	must(t, r.cmd.Process.Signal(os.Interrupt))
	if code := r.end(); code != 0 {
		t.Errorf("Ctrl-C ends it with %d", code)
	}
}

// TestSignedCurl runs what sign prints in a shell, as printed.
func TestSignedCurl(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "hub")
	r := background(t, p.at("tail", "-n", "1", "presence-pit"))
	r.listening("presence-pit")
	shell := func(args ...string) string {
		t.Helper()
		code, line, errOut := outcome(p.at(append([]string{"sign"}, args...)...))
		if code != 0 || strings.Count(line, "\n") != 1 {
			t.Fatalf("sign: %d %s%s", code, line, errOut)
		}
		out, err := exec.Command("sh", "-c", line).CombinedOutput() //nolint:gosec // that is what it is for
		if err != nil {
			t.Fatalf("%s\n%v: %s", line, err, out)
		}
		return string(out)
	}
	if got := shell("get", "/channels?filter_by_prefix=presence-&info=user_count"); got != `{"channels":{"presence-pit":{"user_count":1}}}` {
		t.Errorf("channels: %s", got)
	}
	if got := shell("GET", "/channels/presence-pit/users"); !strings.Contains(got, "tail-") {
		t.Errorf("users: %s", got)
	}
	data := `it's "so" & <é> $HOME`
	body, err := json.Marshal(map[string]string{"name": "note", "channel": "presence-pit", "data": data})
	must(t, err)
	if got := shell("POST", "/events", string(body)); got != "{}" {
		t.Errorf("events: %s", got)
	}
	if code := r.end(); code != 0 || !strings.HasSuffix(r.printed(), " presence-pit note "+data+"\n") {
		t.Errorf("exit code %d, printed %q", code, r.printed())
	}
	cmd := p.at("sign", "GET", "/channels")
	cmd.Env = append(cmd.Env, "REALTIME_APP_SECRET=guessed")
	_, line, _ := outcome(cmd)
	out, err := exec.Command("sh", "-c", line).Output() //nolint:gosec // as above
	if err != nil || !strings.Contains(string(out), "auth_signature") {
		t.Errorf("signed with another secret: %v %s", err, out)
	}
}
