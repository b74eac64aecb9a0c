package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// TestPusherHTTPGo triggers through the real Go library and reads at a socket, against the
// program as serve and as hub.
func TestPusherHTTPGo(t *testing.T) {
	for _, command := range []string{"serve", "hub"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			dir := pgtest.Folder(t)
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

// TestPusherHTTPGoUsers signs users in and presence members with the real Go library, and
// reaches and counts them.
func TestPusherHTTPGoUsers(t *testing.T) {
	t.Parallel()
	cmd := program(t.TempDir(), "hub")
	cmd.Env = append(cmd.Env, soketiApp...)
	p := launch(t, cmd)
	client := pusher.Client{
		AppID: "some-id", Key: "some-key", Secret: "some-secret", Host: p.hub, HTTPClient: &http.Client{Timeout: 10 * time.Second},
		EncryptionMasterKeyBase64: base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))),
	}
	socket, id := p.dialID("some-key")
	form := func(channel string) []byte {
		return []byte(url.Values{"socket_id": {id}, "channel_name": {channel}}.Encode())
	}
	send := func(event, channel string, signed []byte, err error) {
		t.Helper()
		must(t, err)
		data := map[string]string{}
		must(t, json.Unmarshal(signed, &data))
		if channel != "" {
			data["channel"] = channel
		}
		raw, err := json.Marshal(map[string]any{"event": event, "data": data})
		must(t, err)
		say(t, socket, string(raw))
	}
	signed, err := client.AuthenticateUser(form(""), map[string]any{"id": "ann"})
	send("pusher:signin", "", signed, err)
	expect(t, socket, "pusher:signin_success")
	must(t, client.SendToUser("ann", "note", "for ann"))
	expect(t, socket, `"data":"for ann"`)

	signed, err = client.AuthorizePresenceChannel(form("presence-pit"), pusher.MemberData{UserID: "ann", UserInfo: map[string]string{"name": "Ann"}})
	send("pusher:subscribe", "presence-pit", signed, err)
	expect(t, socket, "subscription_succeeded")
	signed, err = client.AuthorizePrivateChannel(form("private-encrypted-plan"))
	send("pusher:subscribe", "private-encrypted-plan", signed, err)
	expect(t, socket, "subscription_succeeded")
	must(t, client.Trigger("private-encrypted-plan", "e", "CANARY"))
	if _, raw, err := socket.Read(t.Context()); err != nil || !strings.Contains(string(raw), "ciphertext") || strings.Contains(string(raw), "CANARY") {
		t.Errorf("encrypted: %s, %v", raw, err)
	}

	count := "user_count"
	batch, err := client.TriggerBatch([]pusher.Event{{Channel: "presence-pit", Name: "one", Data: "1", Info: &count}, {Channel: "presence-pit", Name: "two", Data: "2"}})
	if err != nil || *batch.Batch[0].UserCount != 1 {
		t.Errorf("batch %+v, %v", batch, err)
	}
	expect(t, socket, `"event":"one"`)
	expect(t, socket, `"event":"two"`)
	prefix := "presence-"
	list, err := client.Channels(pusher.ChannelsParams{FilterByPrefix: &prefix, Info: &count})
	if err != nil || len(list.Channels) != 1 || list.Channels["presence-pit"].UserCount != 1 {
		t.Errorf("channels %+v, %v", list, err)
	}
	users, err := client.GetChannelUsers("presence-pit")
	if err != nil || len(users.List) != 1 || users.List[0].ID != "ann" {
		t.Errorf("users %+v, %v", users, err)
	}
}

// dialID opens a socket and returns its id.
func (p *process) dialID(key string) (*websocket.Conn, string) {
	p.t.Helper()
	socket, _, err := websocket.Dial(p.t.Context(), "ws://"+p.hub+"/app/"+key+"?protocol=7", nil)
	must(p.t, err)
	p.t.Cleanup(func() { _ = socket.CloseNow() }) // it may be closed already
	var frame struct{ Data string }
	var established struct {
		ID string `json:"socket_id"`
	}
	_, raw, err := socket.Read(p.t.Context())
	must(p.t, err)
	must(p.t, json.Unmarshal(raw, &frame))
	must(p.t, json.Unmarshal([]byte(frame.Data), &established))
	return socket, established.ID
}
