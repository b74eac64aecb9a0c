package relay_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
)

// place is a node with a hub of its own.
type place struct {
	log *eventlog.Log
	url string
}

func newPlace(t *testing.T, log func(hint func(realtime.Channel, int64)) *eventlog.Log) *place {
	t.Helper()
	p := &place{}
	var r *relay.Relay
	h, err := hub.New(hub.Options{
		Apps:       []hub.App{{ID: "app", Key: "key", Secret: secret, UserAuthentication: true}},
		OnOccupied: func(_ string, channel realtime.Channel, at time.Time) { r.HeardBy(channel, at) },
	})
	if err != nil {
		t.Fatal(err)
	}
	p.log = log(func(channel realtime.Channel, seq int64) { r.Hint(channel, seq) })
	r = relay.New(relay.Options{
		Log: p.log, Publisher: h.Publisher("app"), Control: eventlog.Control, Logger: slog.New(slog.DiscardHandler),
		Occupied: func() []realtime.Channel {
			list, _ := h.Channels("app", "")
			var all []realtime.Channel
			for _, c := range list {
				all = append(all, c.Name)
			}
			return all
		},
		Listening: func(channel realtime.Channel) bool { return h.Occupied("app", channel) },
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(h.ServeSocket))
	p.url = server.URL
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { r.Run(ctx) })
	t.Cleanup(func() {
		stop()
		work.Wait()
		limit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Shutdown(limit)
		server.Close()
	})
	return p
}

// user opens a socket, says what say makes of its id, and reads until the text comes.
func (p *place) user(t *testing.T, say func(id string) any, until string) *websocket.Conn {
	t.Helper()
	socket, _, err := websocket.Dial(t.Context(), p.url+"/app/key?protocol=7", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.CloseNow() })
	var frame struct{ Data string }
	var data struct {
		ID string `json:"socket_id"`
	}
	_, raw, err := socket.Read(t.Context())
	if err == nil {
		err = json.Unmarshal(raw, &frame)
	}
	if err == nil {
		err = json.Unmarshal([]byte(frame.Data), &data)
	}
	if err == nil {
		raw, err = json.Marshal(say(data.ID))
	}
	if err == nil {
		err = socket.Write(t.Context(), websocket.MessageText, raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	hears(t, socket, until)
	return socket
}

func hears(t *testing.T, socket *websocket.Conn, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	if _, raw, err := socket.Read(ctx); err != nil || !strings.Contains(string(raw), text) {
		t.Fatalf("%s, %v; want %q in it", raw, err, text)
	}
}

// TestToUser has a user with one socket on each of two nodes, by both ways, and sends from
// either node. Another user hears nothing of it.
func TestToUser(t *testing.T) {
	pool := pgtest.New(t)
	newLog := func(hint func(realtime.Channel, int64)) *eventlog.Log { return eventlog.New(pool, hint) }
	a, b := newPlace(t, newLog), newPlace(t, newLog)
	signer := realtime.Signer{Key: "key", Secret: secret}
	signin := func(user string) func(id string) any {
		return func(id string) any {
			text := `{"id":"` + user + `"}`
			auth, err := signer.User(id, text)
			if err != nil {
				t.Error(err)
			}
			return map[string]any{"event": "pusher:signin", "data": map[string]string{"auth": auth, "user_data": text}}
		}
	}
	join := func(id string) any {
		auth, err := signer.Channel(id, "private-user-u1", "")
		if err != nil {
			t.Error(err)
		}
		return map[string]any{"event": "pusher:subscribe", "data": map[string]string{"auth": auth, "channel": "private-user-u1"}}
	}
	signed := a.user(t, signin("u1"), "pusher:signin_success")
	subscribed := b.user(t, join, "subscription_succeeded")
	other := b.user(t, signin("u2"), "pusher:signin_success")
	for n, from := range []*place{a, b} {
		text := []string{"from a", "from b"}[n]
		if err := eventlog.ToUser(t.Context(), from.log, "u1", noted, note{Text: text}); err != nil {
			t.Fatal(err)
		}
		hears(t, signed, text)
		hears(t, subscribed, text)
	}
	if err := eventlog.ToUser(t.Context(), a.log, "u2", noted, note{Text: "for u2"}); err != nil {
		t.Fatal(err)
	}
	hears(t, other, "for u2")
	if err := eventlog.ToUser(t.Context(), a.log, "u 3", noted, note{}); err == nil {
		t.Error("sent to what is no user")
	}
}
