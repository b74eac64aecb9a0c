package demo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	sockets "github.com/ftcmetrics/ftcmetrics/realtime/client"
)

// pusher is the least of a hub: it greets, answers to subscribe, and then says more.
type pusher struct {
	greeting string
	answer   func(channel string) []string
	ponged   chan struct{}
	ends     chan websocket.StatusCode // how each socket's client went; -1 without a word
}

func (p *pusher) serve(t *testing.T) string {
	p.ponged, p.ends = make(chan struct{}, 10), make(chan websocket.StatusCode, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/pusher/auth" {
			_, _ = w.Write([]byte(`{"auth":"key:sum","channel_data":"{}"}`))
			return
		}
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = ws.CloseNow() }()
		p.talk(r.Context(), ws)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func (p *pusher) talk(ctx context.Context, ws *websocket.Conn) {
	_ = ws.Write(ctx, websocket.MessageText, []byte(p.greeting))
	if strings.Contains(p.greeting, "pusher:error") {
		_ = ws.Close(4001, "")
		return
	}
	for {
		var m sockets.Message
		_, raw, err := ws.Read(ctx)
		if err != nil || json.Unmarshal(raw, &m) != nil {
			p.ends <- websocket.CloseStatus(err)
			return
		}
		switch m.Event {
		case "pusher:pong":
			p.ponged <- struct{}{}
		case "pusher:subscribe":
			var in struct {
				Channel string `json:"channel"`
			}
			_ = json.Unmarshal([]byte(m.Text()), &in)
			for _, text := range p.answer(in.Channel) {
				_ = ws.Write(ctx, websocket.MessageText, []byte(text))
			}
		}
	}
}

const hello = `{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\",\"activity_timeout\":30}"}`

func succeeded(channel string) string {
	return `{"event":"pusher_internal:subscription_succeeded","channel":"` + channel + `","data":"{}"}`
}

func TestSeat(t *testing.T) {
	noLeak(t)
	hub := &pusher{greeting: hello, answer: func(channel string) []string {
		entry := `{"event":"` + entryCreated + `","channel":"` + channel + `","data":` + quoted(`{"entry":{"id":"0199c0de-0000-7000-8000-000000000001"}}`) + `}`
		return []string{succeeded(channel), entry, entry, `{"event":"pusher:ping","data":"{}"}`}
	}}
	base := hub.serve(t)
	api := newClient(base)
	defer api.close()
	v := venue{api: api, hub: "ws" + strings.TrimPrefix(base, "http"), key: "key"}
	s := newScreen(&crew{Coach: &person{Token: "t"}})
	if err := v.sit(t.Context(), &s.seat); err != nil {
		t.Fatal(err)
	}
	<-hub.ponged
	if s.count() != 1 {
		t.Errorf("an entry that came twice counts %d", s.count())
	}
	before := s.socket
	if err := v.sit(t.Context(), &s.seat); err != nil || s.socket != before {
		t.Errorf("sat down again: %v", err)
	}
	before.Cut()
	<-s.ended
	if err := v.sit(t.Context(), &s.seat); err != nil || s.socket == before {
		t.Errorf("did not come back: %v", err)
	}
	s.vanish()
	if err := v.sit(t.Context(), &s.seat); err != nil {
		t.Errorf("did not come back from out of the Wi-Fi: %v", err)
	}
	s.leave()
	if s.socket != nil {
		t.Error("the socket is still there")
	}
	for i, want := range []websocket.StatusCode{-1, -1, websocket.StatusNormalClosure} {
		select {
		case got := <-hub.ends:
			if got != want {
				t.Errorf("socket %d went with %d, want %d", i+1, got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("socket %d is still there", i+1)
		}
	}
}

func TestNoSeat(t *testing.T) {
	noLeak(t)
	for name, c := range map[string]struct {
		greeting string
		answer   string
	}{
		"refused":    {hello, `{"event":"pusher:subscription_error","channel":"c","data":{"status":401}}`},
		"bad hello":  {`{"event":"pusher:error","data":{"code":4001}}`, ""},
		"no JSON":    {`hello`, ""},
		"ends early": {hello, "\xff"},
	} {
		hub := &pusher{greeting: c.greeting, answer: func(string) []string { return []string{c.answer} }}
		base := hub.serve(t)
		api := newClient(base)
		v := venue{api: api, hub: "ws" + strings.TrimPrefix(base, "http"), key: "key"}
		s := &seat{channels: []string{"c"}, onEvent: func(sockets.Message) {}}
		if err := v.sit(t.Context(), s); err == nil || s.socket != nil {
			t.Errorf("%s: seated, %v", name, err)
		}
		api.close()
	}
	if err := (venue{}).sit(t.Context(), &seat{}); err != nil {
		t.Errorf("without a hub: %v", err)
	}
}

func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

// noLeak fails the test when a goroutine outlives it and what it has started.
func noLeak(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}
