package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/client"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

var signer = realtime.Signer{Key: "key", Secret: "a-secret-of-the-tests"}

// house is an address at which one hub after the other lives.
type house struct {
	t    *testing.T
	url  string
	lost atomic.Int64 // what was told of lost sockets
	hub  atomic.Pointer[hub.Hub]
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t}
	h.moveIn()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.hub.Load().ServeSocket(w, r) }))
	h.url = server.URL
	t.Cleanup(server.Close)
	t.Cleanup(func() { _ = h.hub.Load().Shutdown(context.Background()) }) // it was seen to work
	return h
}

// moveIn opens a new hub, and then closes the one before.
func (h *house) moveIn() {
	h.t.Helper()
	next, err := hub.New(hub.Options{Apps: []hub.App{{ID: "app", Key: signer.Key, Secret: signer.Secret, ClientMessages: true}}})
	if err != nil {
		h.t.Fatal(err)
	}
	if before := h.hub.Swap(next); before != nil {
		if err := before.Shutdown(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) publish(channel realtime.Channel, data string) {
	h.t.Helper()
	if err := h.hub.Load().Publish("app", []realtime.Channel{channel}, "e", data, ""); err != nil {
		h.t.Fatal(err)
	}
}

// follow stays on channels and returns what joins and what is heard.
func (h *house) follow(ctx context.Context, secret string, channels ...realtime.Channel) (joined chan realtime.Channel, heard chan client.Message, ended chan error) {
	joined, heard, ended = make(chan realtime.Channel, 100), make(chan client.Message, 100), make(chan error, 1)
	go func() {
		ended <- client.Follow(ctx, client.Following{
			Options: client.Options{URL: h.url, Key: signer.Key, Name: "test"}, Channels: channels,
			Authorize: func(_ context.Context, id string, channel realtime.Channel) (string, string, error) {
				data := ""
				if channel.Presence() {
					data = `{"user_id":"ann"}`
				}
				auth, err := realtime.Signer{Key: signer.Key, Secret: secret}.Channel(id, channel, data)
				return auth, data, err
			},
			Joined: func(_ context.Context, channel realtime.Channel) error { joined <- channel; return nil },
			Heard:  func(m client.Message) error { heard <- m; return nil },
			Lost:   func(error, time.Duration) { h.lost.Add(1) },
		})
	}()
	return joined, heard, ended
}

func next[T any](t *testing.T, from chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatal("nothing comes")
		panic("unreachable")
	}
}

// TestFollowMovesHouse hears on three kinds of channels, from one hub and from the next.
func TestFollowMovesHouse(t *testing.T) {
	h := newHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	channels := []realtime.Channel{"chat", "private-plans", "presence-pit"}
	joined, heard, ended := h.follow(ctx, signer.Secret, channels...)
	for round := range 2 {
		for range channels {
			next(t, joined)
		}
		for _, channel := range channels {
			h.publish(channel, `{"a":1}`)
			if m := next(t, heard); m.Channel != string(channel) || m.Text() != `{"a":1}` || m.Internal() {
				t.Errorf("on %s it heard %+v", channel, m)
			}
		}
		if round == 0 {
			h.moveIn()
		}
	}
	if h.lost.Load() == 0 {
		t.Error("nobody was told of the move")
	}
	stop()
	if err := next(t, ended); err != nil {
		t.Errorf("stopped, it returns %v", err)
	}
}

// TestWhatDoesNotGetBetter ends a following at once.
func TestWhatDoesNotGetBetter(t *testing.T) {
	h := newHouse(t)
	_, _, ended := h.follow(t.Context(), "guessed", "private-plans")
	var denied *client.DeniedError
	if err := next(t, ended); !errors.As(err, &denied) || denied.Channel != "private-plans" {
		t.Errorf("a wrong signature: %v", err)
	}
	var closed *client.CloseError
	_, err := client.Dial(t.Context(), client.Options{URL: h.url, Key: "nobody's", Name: "test"})
	if err == nil {
		t.Fatal("an unknown key opens a socket")
	}
	if !errors.As(err, &closed) || closed.Code != protocol.CloseUnknownApp || !closed.Final() || closed.Reason == "" {
		t.Errorf("an unknown key: %v", err)
	}
	wrong := httptest.NewServer(http.NotFoundHandler())
	defer wrong.Close()
	var refused *client.HandshakeError
	if _, err := client.Dial(t.Context(), client.Options{URL: wrong.URL, Key: "key"}); !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
		t.Errorf("no realtime server: %v", err)
	}
	h.url = "ftp://example.org"
	if _, _, ended := h.follow(t.Context(), "", "chat"); next(t, ended) == nil {
		t.Error("no address, and no error")
	}
}
