package main

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"
)

// TestPusherHTTPGo triggers through the real Go library and reads at a socket, against the
// program as serve and as hub.
func TestPusherHTTPGo(t *testing.T) {
	for _, command := range []string{"serve", "hub"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := serve(t, dir, command)
			app, err := loadSecrets(dir)
			must(t, err)
			client := pusher.Client{
				AppID: app.AppID, Key: app.AppKey, Secret: app.AppSecret, Host: p.hub,
				HTTPClient: &http.Client{Timeout: 10 * time.Second},
			}
			socket, _, err := websocket.Dial(t.Context(), "ws://"+p.hub+"/app/"+app.AppKey+"?protocol=7", nil)
			must(t, err)
			defer socket.CloseNow() //nolint:errcheck // the test is over
			read := func() (frame struct{ Event, Channel, Data string }) {
				_, raw, err := socket.Read(t.Context())
				must(t, err)
				must(t, json.Unmarshal(raw, &frame))
				return frame
			}
			if first := read(); first.Event != "pusher:connection_established" {
				t.Fatalf("first %+v", first)
			}
			must(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"chat-room"}}`)))
			if next := read(); next.Event != "pusher_internal:subscription_succeeded" {
				t.Fatalf("then %+v", next)
			}
			must(t, client.Trigger("chat-room", "message", map[string]string{"text": "hello"}))
			if got := read(); got.Event != "message" || got.Channel != "chat-room" || got.Data != `{"text":"hello"}` {
				t.Errorf("heard %+v", got)
			}
			list, err := client.Channels(pusher.ChannelsParams{})
			if _, there := list.Channels["chat-room"]; err != nil || !there {
				t.Errorf("channels %+v, %v", list, err)
			}
			client.Secret = "a guess"
			if err := client.Trigger("chat-room", "message", "x"); err == nil {
				t.Error("a wrong secret publishes")
			}
			if code := p.stop(); code != 0 {
				t.Errorf("exit code %d:\n%s", code, p.text())
			}
		})
	}
}
