package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// hookServer checks what it gets with the real library and passes it on.
func hookServer(t *testing.T, key, secret string) (url string, hooks chan *pusher.Webhook) {
	hooks = make(chan *pusher.Webhook, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		hook, err := (&pusher.Client{Key: key, Secret: secret}).Webhook(r.Header, raw)
		if err != nil {
			t.Errorf("%v: %s", err, raw)
			return
		}
		hooks <- hook
	}))
	t.Cleanup(receiver.Close)
	return receiver.URL, hooks
}

// patience is how long tests wait for what has to come.
const patience = time.Minute

// nextHook waits for a webhook that tells of one event.
func nextHook(t *testing.T, hooks chan *pusher.Webhook, event, channel string) {
	t.Helper()
	select {
	case hook := <-hooks:
		if len(hook.Events) != 1 || hook.Events[0].Name != event || hook.Events[0].Channel != channel {
			t.Errorf("webhook %+v, want %s of %s", hook, event, channel)
		}
	case <-time.After(patience):
		t.Errorf("no webhook; want %s of %s", event, channel)
	}
}

// dial opens a socket.
func (p *process) dial(key string) *websocket.Conn {
	p.t.Helper()
	socket, _ := p.dialID(key)
	return socket
}

func say(t *testing.T, socket *websocket.Conn, text string) {
	t.Helper()
	must(t, socket.Write(t.Context(), websocket.MessageText, []byte(text)))
}

// expect reads the next frame, which has the text in it.
func expect(t *testing.T, socket *websocket.Conn, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, raw, err := socket.Read(ctx)
	if err != nil || !strings.Contains(string(raw), text) {
		t.Fatalf("%s, %v; want %q in it", raw, err, text)
	}
}

// TestWebhooksOfTheOwnApp has both commands send what the filter lets pass, signed with
// the app's secret.
func TestWebhooksOfTheOwnApp(t *testing.T) {
	for _, command := range []string{"serve", "hub"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			const key, secret = "own-key", "0123456789abcdef0123456789abcdef"
			url, hooks := hookServer(t, key, secret)
			cmd := program(pgtest.Folder(t), command)
			cmd.Env = append(cmd.Env, "REALTIME_APP_ID=own", "REALTIME_APP_KEY="+key, "REALTIME_APP_SECRET="+secret,
				`HUB_WEBHOOKS=[{"url":"`+url+`","event_types":["channel_occupied","channel_vacated"],"filter":{"channel_name_starts_with":"chat-"}}]`)
			p := launch(t, cmd)
			socket := p.dial(key)
			for _, channel := range []string{"other", "chat-1"} {
				say(t, socket, `{"event":"pusher:subscribe","data":{"channel":"`+channel+`"}}`)
				expect(t, socket, "subscription_succeeded")
			}
			nextHook(t, hooks, "channel_occupied", "chat-1")
			if code := p.stop(); code != 0 {
				t.Errorf("exit code %d:\n%s", code, p.text())
			}
			nextHook(t, hooks, "channel_vacated", "chat-1")
		})
	}
}

// TestWebhooksFromAFile reads HUB_WEBHOOKS_FILE, as headers may be secret.
func TestWebhooksFromAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "webhooks.json")
	must(t, os.WriteFile(path, []byte("[{}]\n"), 0o600))
	cmd := program(dir, "hub")
	cmd.Env = append(cmd.Env, "HUB_WEBHOOKS_FILE="+path)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "HUB_WEBHOOKS: webhook number 1: url") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestWebhooksRefused(t *testing.T) {
	const good = `{"url":"https://a.example/hook"}`
	for _, c := range []struct {
		text       string
		production bool
		say        string
	}{
		{`{}`, false, "no JSON array of webhooks"},
		{`[`, false, "no JSON array of webhooks"},
		{`[` + good + `,5]`, false, "webhook number 2: a webhook is an object"},
		{`[null]`, false, "webhook number 1: a webhook is an object"},
		{`[` + good + `,{"url":"https://a.example","colour":"red"}]`, false, `webhook number 2: there is no field "colour"`},
		{`[{"url":5}]`, false, "webhook number 1: the field url is a string, not a JSON number"},
		{`[{"lambda_function":"x"}]`, false, `webhook number 1: there is no field "lambda_function"`},
		{`[{"event_types":["client_event"]}]`, false, "webhook number 1: url: not an address"},
		{`[` + good + `,{"url":"ftp://a.example"}]`, false, "webhook number 2: url: must begin with https://"},
		{`[{"url":"https://a.example","event_types":["x"]}]`, false, `webhook number 1: event_types: there is no event "x"`},
		{`[{"url":"https://a.example","headers":{"X-Pusher-Key":"x"}}]`, false, `webhook number 1: headers: "X-Pusher-Key" is set by the server`},
		{`[` + good + `,{"url":"http://a.example"}]`, true, "webhook number 2: url: must begin with https://; http is for APP_ENV=dev"},
		{`[{"url":"https://127.0.0.1/hook"}]`, true, "127.0.0.1 is no public address"},
	} {
		settings := appSettings{
			HubMaxConnections: -1, HubMaxClientEvents: 1, HubMaxEvents: -1, HubMaxReads: -1, HubMaxPresenceMembers: 1,
			HubMaxPresenceMemberKB: 1, HubMaxEventKB: 1, HubMaxEventChannels: 1, HubMaxEventBatch: 1, HubWebhooks: c.text,
		}
		err := settings.check(c.production)
		if err == nil || !strings.Contains(err.Error(), c.say) || !strings.HasPrefix(err.Error(), "HUB_WEBHOOKS: ") {
			t.Errorf("%s: %v, want %q", c.text, err, c.say)
		}
	}
}

// TestLimitsOfTheOwnApp has the hub keep what the variables say.
func TestLimitsOfTheOwnApp(t *testing.T) {
	t.Parallel()
	cmd := program(t.TempDir(), "hub")
	cmd.Env = append(cmd.Env, "REALTIME_APP_ID=own", "REALTIME_APP_KEY=own-key", "REALTIME_APP_SECRET=own-secret",
		"HUB_MAX_CONNECTIONS=2", "HUB_MAX_EVENT_KB=0.5", "HUB_SUBSCRIPTION_COUNT=true", "HUB_MAX_EVENT_CHANNELS=2", "HUB_MAX_EVENT_BATCH=1",
		"HUB_AUTHORIZATION_TIMEOUT=1s")
	p := launch(t, cmd)
	socket := p.dial("own-key")
	say(t, socket, `{"event":"pusher:subscribe","data":{"channel":"chat"}}`)
	expect(t, socket, "subscription_succeeded")
	expect(t, socket, "subscription_count")
	p.dial("own-key")
	third, _, err := websocket.Dial(t.Context(), "ws://"+p.hub+"/app/own-key?protocol=7", nil)
	must(t, err)
	defer third.CloseNow() //nolint:errcheck // the server closes it
	expect(t, third, "4004")

	client := pusher.Client{AppID: "own", Key: "own-key", Secret: "own-secret", Host: p.hub, HTTPClient: &http.Client{Timeout: 10 * time.Second}}
	must(t, client.Trigger("chat", "e", strings.Repeat("x", 500)))
	expect(t, socket, "xxx")
	for name, err := range map[string]error{
		"413": client.Trigger("chat", "e", strings.Repeat("x", 600)),
		"400": client.TriggerMulti([]string{"a", "b", "c"}, "e", "x"),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	if _, err := client.TriggerBatch([]pusher.Event{{Channel: "a", Name: "e"}, {Channel: "b", Name: "e"}}); err == nil {
		t.Error("a batch of two passes")
	}
	expect(t, socket, "4009") // it has not signed in or joined a private channel
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
}
