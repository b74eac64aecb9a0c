package demo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"go.uber.org/goleak"
)

// pusher is the least of a hub: it greets, answers to subscribe, and then says more.
type pusher struct {
	greeting string
	answer   func(channel string) []string
	ponged   chan struct{}
}

func (p *pusher) serve(t *testing.T) string {
	p.ponged = make(chan struct{}, 10)
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
	for {
		m, err := read(ctx, ws)
		if err != nil {
			return
		}
		switch m.Event {
		case "pusher:pong":
			p.ponged <- struct{}{}
		case "pusher:subscribe":
			var in struct {
				Channel string `json:"channel"`
			}
			_ = m.inner(&in)
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
	_ = before.ws.CloseNow()
	<-before.ended
	if err := v.sit(t.Context(), &s.seat); err != nil || s.socket == before {
		t.Errorf("did not come back: %v", err)
	}
	s.vanish()
	s.leave()
	if s.socket != nil {
		t.Error("the socket is still there")
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
		s := &seat{channels: []string{"c"}, onEvent: func(message) {}}
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
