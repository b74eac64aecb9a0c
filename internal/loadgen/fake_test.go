package loadgen

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// fault is how a fake server breaks its promise.
type fault int

const (
	none fault = iota
	dropOne
	dropLast
	double
	doubleLast
	swap
	cutShort
	broken // no JSON
	closeOne
	hangUp
	refusePublish
	refuseQuietly // 200 with an error in the body
	leavePublisher
	refuseUpgrade
	refuseSubscription
	ignoreSubscription
	memberTwice
	memberLost
)

// faultAt is the message, or the member, that a fault happens to.
const faultAt = 3

// fake is a Pusher server of the simplest kind, and not to be trusted.
type fake struct {
	t     *testing.T
	fault fault

	mu        sync.Mutex // guards what follows, and keeps the order of what is sent
	readers   []*reader
	published int
	held      []byte // a message that waits for the next one, to be sent behind it
	last      int    // the number of the last message, where a fault needs to know
}

type reader struct {
	socket  *websocket.Conn
	channel string
	user    string
}

// newFake starts a fake server and returns where it is.
func newFake(t *testing.T, f fault, last int) Target {
	t.Helper()
	s := &fake{t: t, fault: f, last: last}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return Target{Address: strings.TrimPrefix(server.URL, "http://"), AppID: "app", Key: "key", Secret: "secret"}
}

func (s *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost:
		s.publish(w, r)
	case s.fault == refuseUpgrade:
		http.Error(w, "full", http.StatusServiceUnavailable)
	default:
		s.serveSocket(w, r)
	}
}

func (s *fake) serveSocket(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = socket.CloseNow() }()
	ctx := r.Context()
	send(ctx, socket, []byte(`{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.1\"}"}`))
	for {
		_, text, err := socket.Read(ctx)
		if err != nil {
			return
		}
		var m struct {
			Event string
			Data  struct {
				Channel string `json:"channel"`
				Member  string `json:"channel_data"`
			}
		}
		if err := json.Unmarshal(text, &m); err != nil {
			s.t.Error(err)
			return
		}
		if m.Event == "pusher:subscribe" {
			s.subscribe(ctx, &reader{socket: socket, channel: m.Data.Channel, user: m.Data.Member})
		} else {
			s.leave(ctx, socket, m.Data.Channel)
		}
	}
}

func send(ctx context.Context, socket *websocket.Conn, text []byte) {
	_ = socket.Write(ctx, websocket.MessageText, text) // the client may be gone
}

func (s *fake) subscribe(ctx context.Context, r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.fault {
	case refuseSubscription:
		send(ctx, r.socket, []byte(`{"event":"pusher:subscription_error","data":{"status":401}}`))
		return
	case ignoreSubscription:
		return
	}
	s.readers = append(s.readers, r)
	if !strings.HasPrefix(r.channel, "presence-") {
		send(ctx, r.socket, fmt.Appendf(nil, `{"event":"pusher_internal:subscription_succeeded","channel":%q,"data":"{}"}`, r.channel))
		return
	}
	send(ctx, r.socket, fmt.Appendf(nil, `{"event":"pusher_internal:subscription_succeeded","data":"{\"presence\":{\"count\":%d}}"}`, len(s.readers)))
	for i, other := range s.readers[:len(s.readers)-1] {
		times := 1
		if i == 1 && len(s.readers) == faultAt {
			times = map[fault]int{memberTwice: 2, memberLost: 0, none: 1}[s.fault]
		}
		for range times {
			send(ctx, other.socket, []byte(`{"event":"pusher_internal:member_added","data":"{}"}`))
		}
	}
}

func (s *fake) leave(ctx context.Context, socket *websocket.Conn, channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers = slices.DeleteFunc(s.readers, func(r *reader) bool { return r.socket == socket && r.channel == channel })
	for _, other := range s.readers {
		send(ctx, other.socket, []byte(`{"event":"pusher_internal:member_removed","data":"{}"}`))
	}
}

func (s *fake) publish(w http.ResponseWriter, r *http.Request) {
	var e struct {
		Channels []string
		Data     string
	}
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil || len(e.Channels) != 1 {
		s.t.Errorf("publish %+v: %v", e, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published++
	now := s.published == faultAt
	switch {
	case now && s.fault == refusePublish:
		http.Error(w, "too many", http.StatusTooManyRequests)
		return
	case now && s.fault == refuseQuietly:
		_, _ = w.Write([]byte(`{"error":"no"}`))
		return
	case now && s.fault == leavePublisher:
		panic(http.ErrAbortHandler)
	}
	first := true
	for _, reader := range s.readers {
		if reader.channel == e.Channels[0] {
			s.carry(r.Context(), reader, e.Data, first)
			first = false
		}
	}
	_, _ = w.Write([]byte(`{}`))
}

// carry sends a message to a reader. The first reader of a channel gets the fault.
func (s *fake) carry(ctx context.Context, r *reader, data string, first bool) {
	text := fmt.Appendf(nil, `{"event":"load","channel":%q,"data":%q}`, r.channel, data)
	if !first {
		send(ctx, r.socket, text)
		return
	}
	if s.held != nil {
		send(ctx, r.socket, text)
		send(ctx, r.socket, s.held)
		s.held = nil
		return
	}
	now, last := s.published == faultAt, s.published == s.last
	switch {
	case now && s.fault == dropOne, last && s.fault == dropLast:
		return
	case now && s.fault == double, last && s.fault == doubleLast:
		send(ctx, r.socket, text)
	case now && s.fault == swap:
		s.held = text
		return
	case now && s.fault == cutShort:
		text = fmt.Appendf(nil, `{"event":"load","channel":%q,"data":%q}`, r.channel, data[:len(data)-1])
	case now && s.fault == broken:
		text = []byte(`{"event":"load","data":`)
	case now && s.fault == closeOne:
		go func() { _ = r.socket.Close(4200, "restart") }() // waits for the client
	case now && s.fault == hangUp:
		_ = r.socket.CloseNow()
		return
	}
	send(ctx, r.socket, text)
}
