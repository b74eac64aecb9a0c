package loadgen

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
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
	ghost          // who has left stays on the list of the HTTP API
	ghostSocket    // who has hung up stays subscribed to a channel without members
	greetedByGhost // a newcomer is told of a member who is not there
	leaveUntold    // others are not told that somebody has left
	joinUntold     // nor that somebody has come
	sendOn         // who has left a channel without members still gets messages
	leakMemory     // a MiB for each subscription
	leakGoroutines // three for each subscription
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
	held      []byte    // a message that waits for the next one, to be sent behind it
	last      int       // the number of the last message, where a fault needs to know
	ghosts    []*reader // who is kept on the list of the HTTP API
	leaked    [][]byte
}

type reader struct {
	socket  *websocket.Conn
	channel string
	user    string
}

func newReader(socket *websocket.Conn, channel, channelData string) *reader {
	var member struct {
		ID string `json:"user_id"`
	}
	_ = json.Unmarshal([]byte(channelData), &member) // there is none where there are no members
	return &reader{socket: socket, channel: channel, user: member.ID}
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
	case r.URL.Path == "/metrics":
		_, _ = fmt.Fprintf(w, "# TYPE go_goroutines gauge\ngo_goroutines %d\n", runtime.NumGoroutine())
	case strings.HasPrefix(r.URL.Path, "/apps/"):
		s.answer(w, strings.Split(r.URL.Path, "/")[4:])
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
	defer func() {
		_ = socket.CloseNow()
		s.leave(context.Background(), socket, "")
	}()
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
		switch m.Event {
		case "pusher:subscribe":
			s.subscribe(ctx, newReader(socket, m.Data.Channel, m.Data.Member))
		case "pusher:ping":
			s.mu.Lock()
			send(ctx, socket, []byte(`{"event":"pusher:pong","data":"{}"}`))
			s.mu.Unlock()
		default:
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
	s.leak()
	before := s.users(r.channel)
	s.readers = append(s.readers, r)
	if !strings.HasPrefix(r.channel, "presence-") {
		send(ctx, r.socket, fmt.Appendf(nil, `{"event":"pusher_internal:subscription_succeeded","channel":%q,"data":"{}"}`, r.channel))
		return
	}
	users := s.users(r.channel)
	if s.fault == greetedByGhost {
		users = append(users, "nobody")
	}
	list, err := json.Marshal(map[string]any{"presence": map[string]any{"count": len(users), "ids": users}})
	if err != nil {
		s.t.Error(err)
	}
	send(ctx, r.socket, fmt.Appendf(nil, `{"event":"pusher_internal:subscription_succeeded","channel":%q,"data":%q}`, r.channel, list))
	if s.fault == joinUntold || slices.Contains(before, r.user) {
		return
	}
	for i, other := range s.on(r.channel)[:len(s.on(r.channel))-1] {
		times := 1
		if i == 1 && len(s.readers) == faultAt {
			switch s.fault {
			case memberTwice:
				times = 2
			case memberLost:
				times = 0
			}
		}
		for range times {
			s.tell(ctx, other, memberAdded, r.user)
		}
	}
}

// leak keeps what a subscription has taken, for good.
func (s *fake) leak() {
	switch s.fault {
	case leakMemory:
		s.leaked = append(s.leaked, bytes.Repeat([]byte("x"), 1<<20))
	case leakGoroutines:
		for range 3 {
			go func() { <-s.t.Context().Done() }()
		}
	}
}

// on returns the readers of a channel in the order in which they came.
func (s *fake) on(channel string) []*reader {
	return slices.DeleteFunc(slices.Clone(s.readers), func(r *reader) bool { return r.channel != channel })
}

// users returns the users on a channel, each once.
func (s *fake) users(channel string) []string {
	var users []string
	for _, r := range s.on(channel) {
		if !slices.Contains(users, r.user) {
			users = append(users, r.user)
		}
	}
	return users
}

func (s *fake) tell(ctx context.Context, to *reader, event, user string) {
	send(ctx, to.socket, fmt.Appendf(nil, `{"event":%q,"channel":%q,"data":%q}`, event, to.channel, fmt.Sprintf(`{"user_id":%q}`, user)))
}

// leave takes a socket out of a channel, or out of all.
func (s *fake) leave(ctx context.Context, socket *websocket.Conn, channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == sendOn && strings.HasPrefix(channel, "churn-") {
		return
	}
	for _, gone := range slices.Clone(s.readers) {
		if gone.socket != socket || channel != "" && gone.channel != channel {
			continue
		}
		if s.fault == ghostSocket && channel == "" && gone.user == "" {
			continue
		}
		s.readers = slices.DeleteFunc(s.readers, func(r *reader) bool { return r == gone })
		if s.fault == ghost {
			s.ghosts = append(s.ghosts, gone)
		}
		if gone.user == "" || s.fault == leaveUntold || slices.Contains(s.users(gone.channel), gone.user) {
			continue
		}
		for _, other := range s.on(gone.channel) {
			s.tell(ctx, other, memberRemoved, gone.user)
		}
	}
}

// answer answers questions about a channel, or about its users.
func (s *fake) answer(w http.ResponseWriter, path []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(path) == 1 {
		_, _ = fmt.Fprintf(w, `{"subscription_count":%d}`, len(s.on(path[0])))
		return
	}
	users := []map[string]string{}
	for _, id := range s.users(path[0]) {
		users = append(users, map[string]string{"id": id})
	}
	for _, r := range s.ghosts {
		if r.channel == path[0] {
			users = append(users, map[string]string{"id": r.user})
		}
	}
	if err := json.NewEncoder(w).Encode(map[string]any{"users": users}); err != nil {
		s.t.Error(err)
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
