package realtimetest

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// The names of the protocol's events that rows wait for.
const (
	established       = "pusher:connection_established"
	succeeded         = "pusher_internal:subscription_succeeded"
	refusedSubscribe  = "pusher:subscription_error"
	refused           = "pusher:error"
	ping, pong        = "pusher:ping", "pusher:pong"
	cacheMiss         = "pusher:cache_miss"
	memberAdded       = "pusher_internal:member_added"
	memberRemoved     = "pusher_internal:member_removed"
	countOfSubscribed = "pusher_internal:subscription_count"
	watchlistEvents   = "pusher_internal:watchlist_events"
	signedIn          = "pusher:signin_success"
)

const clientQuery = "?protocol=7&client=js&version=8.6.0&flash=false"

// frame is a frame as a client sees it.
type frame struct {
	Event   string          `json:"event"`
	Channel string          `json:"channel"`
	Data    json.RawMessage `json:"data"`
	UserID  string          `json:"user_id"`
}

// text returns the data, out of its string if it is one.
func (f frame) text() string {
	var s string
	if json.Unmarshal(f.Data, &s) == nil {
		return s
	}
	return string(f.Data)
}

// socket is a Pusher client in the hands of a row. It answers pings by itself unless it
// is mute.
type socket struct {
	rig  *rig
	id   string
	conn *websocket.Conn
	mute bool
	want string        // what the row waits for
	news chan struct{} // has a token when something came

	mu     sync.Mutex // guards the fields below
	frames []frame    // that came and were not taken
	end    error      // why nothing comes any more
}

// dial opens a WebSocket at the node whose turn it is.
func (r *rig) dial(path string, options *websocket.DialOptions, mute bool) *socket {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), r.waiting)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws://"+r.node()+path, options) //nolint:bodyclose // it never needs to be closed
	if err != nil {
		r.Fatalf("dial %s: %v", path, err)
	}
	conn.SetReadLimit(1 << 20)
	s := &socket{rig: r, conn: conn, mute: mute, news: make(chan struct{}, 1)}
	reading, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		close(reading)
		s.read()
	}()
	<-reading
	r.Cleanup(func() {
		_ = conn.CloseNow()
		<-done
	})
	return s
}

// read takes what comes until the connection ends.
func (s *socket) read() {
	for {
		_, raw, err := s.conn.Read(context.Background())
		var f frame
		if err == nil && json.Unmarshal(raw, &f) != nil {
			f = frame{Event: "no JSON: " + string(raw)}
		}
		if f.Event == ping && !s.mute {
			_ = s.conn.Write(context.Background(), websocket.MessageText, []byte(`{"event":"`+pong+`","data":{}}`))
			continue
		}
		s.mu.Lock()
		if s.end = err; err == nil {
			s.frames = append(s.frames, f)
		}
		s.mu.Unlock()
		select {
		case s.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// take waits for the next frame. It reports false when the connection has ended, and
// fails when nothing comes in time.
func (s *socket) take() (frame, bool) {
	s.rig.Helper()
	late := time.NewTimer(s.rig.waiting)
	defer late.Stop()
	for {
		s.mu.Lock()
		if len(s.frames) > 0 {
			f := s.frames[0]
			s.frames = s.frames[1:]
			s.mu.Unlock()
			return f, true
		}
		ended := s.end != nil
		s.mu.Unlock()
		if ended {
			return frame{}, false
		}
		select {
		case <-s.news:
		case <-late.C:
			s.rig.Fatalf("nothing came in %v, want %s", s.rig.waiting, s.want)
		}
	}
}

// next returns the next frame.
func (s *socket) next() frame {
	s.rig.Helper()
	f, open := s.take()
	if !open {
		s.rig.Fatalf("the connection ended: %v, want %s", s.end, s.want)
	}
	return f
}

// expect returns the next frame, which must be of the event.
func (s *socket) expect(event string) frame {
	s.rig.Helper()
	s.want = event
	f := s.next()
	if f.Event != event {
		s.rig.Fatalf("got %s %s on %q, want %s", f.Event, f.Data, f.Channel, event)
	}
	return f
}

// expectText is expect for an event with the data.
func (s *socket) expectText(event, data string) {
	s.rig.Helper()
	if f := s.expect(event); f.text() != data {
		s.rig.Fatalf("%s has %s, want %s", event, f.text(), data)
	}
}

// ended waits for the end. It returns the close code, -1 without one, and the frames
// that came before.
func (s *socket) ended() (int, []frame) {
	s.rig.Helper()
	s.want = "a close"
	var before []frame
	for {
		f, open := s.take()
		if !open {
			return int(websocket.CloseStatus(s.end)), before
		}
		before = append(before, f)
	}
}

// expectClose waits for the end, which must have the code.
func (s *socket) expectClose(code int) {
	s.rig.Helper()
	if got, before := s.ended(); got != code {
		s.rig.Errorf("closed with %d (%v) after %v, want %d", got, s.end, events(before), code)
	}
}

func events(frames []frame) []string {
	names := make([]string, len(frames))
	for i, f := range frames {
		names[i] = f.Event
	}
	return names
}

func (s *socket) send(message string) {
	s.rig.Helper()
	s.rig.settle()
	if err := s.conn.Write(s.rig.Context(), websocket.MessageText, []byte(message)); err != nil {
		s.rig.Fatalf("send: %v", err)
	}
}

// tell sends an event to the server.
func (s *socket) tell(event string, data any) {
	s.rig.Helper()
	s.send(text(map[string]any{"event": event, "data": data}))
}

// say sends a client event.
func (s *socket) say(channel, event string, data any) {
	s.rig.Helper()
	s.send(text(map[string]any{"event": event, "channel": channel, "data": data}))
}

// quiet makes sure that nothing came before the answer to a ping.
func (s *socket) quiet() {
	s.rig.Helper()
	s.send(`{"event":"` + ping + `","data":{}}`)
	s.expect(pong)
}

// open opens a socket of the app as clients do.
func (r *rig) open(app App) *socket {
	r.Helper()
	return r.dial("/app/"+url.PathEscape(app.Key)+clientQuery, nil, false)
}

// connect opens a socket of the row's app and waits until it is established.
func (r *rig) connect() *socket {
	r.Helper()
	s := r.open(r.app)
	s.greet()
	return s
}

// greet reads the first frame.
func (s *socket) greet() {
	s.rig.Helper()
	var data struct {
		SocketID string `json:"socket_id"`
	}
	f := s.expect(established)
	if err := json.Unmarshal([]byte(f.text()), &data); err != nil || data.SocketID == "" {
		s.rig.Fatalf("established: %s", f.Data)
	}
	s.id = data.SocketID
}

// ask asks for a subscription, signed if the channel needs that.
func (s *socket) ask(channel, channelData string) {
	s.rig.Helper()
	data := map[string]string{"channel": channel}
	if strings.HasPrefix(channel, "private-") || strings.HasPrefix(channel, "presence-") {
		auth, err := s.rig.signer().Channel(s.id, realtime.Channel(channel), channelData)
		s.rig.must(err)
		data["auth"] = auth
	}
	if channelData != "" {
		data["channel_data"] = channelData
	}
	s.tell("pusher:subscribe", data)
}

// join subscribes, and returns the data of the answer.
func (s *socket) join(channel, channelData string) string {
	s.rig.Helper()
	s.ask(channel, channelData)
	f := s.expect(succeeded)
	if f.Channel != channel {
		s.rig.Fatalf("succeeded on %q, want %q", f.Channel, channel)
	}
	return f.text()
}

func (s *socket) leave(channel string) {
	s.rig.Helper()
	s.tell("pusher:unsubscribe", map[string]string{"channel": channel})
}

// refuses asks for a subscription by data of any kind, and wants it to be refused.
func (s *socket) refuses(data map[string]string) {
	s.rig.Helper()
	s.tell("pusher:subscribe", data)
	s.want = "a refusal"
	if f := s.next(); f.Event != refused && f.Event != refusedSubscribe {
		s.rig.Errorf("got %s %s, want a refusal of %v", f.Event, f.Data, data)
	}
}

// signin signs in, and wants the answer.
func (s *socket) signin(userData string) {
	s.rig.Helper()
	s.askSignin(userData)
	var data struct {
		UserData string `json:"user_data"`
	}
	f := s.expect(signedIn)
	if err := json.Unmarshal([]byte(f.text()), &data); err != nil || data.UserData != userData {
		s.rig.Fatalf("signed in: %s", f.text())
	}
}

func (s *socket) askSignin(userData string) {
	s.rig.Helper()
	auth, err := s.rig.signer().User(s.id, userData)
	s.rig.must(err)
	s.tell("pusher:signin", map[string]string{"auth": auth, "user_data": userData})
}

// pair opens two sockets that are subscribed to the channel, as two members if it has some.
func (r *rig) pair(channel string, channelData ...string) (a, b *socket) {
	r.Helper()
	a, b = r.connect(), r.connect()
	if len(channelData) == 0 {
		a.join(channel, "")
		b.join(channel, "")
		return a, b
	}
	a.join(channel, channelData[0])
	b.join(channel, channelData[1])
	a.expect(memberAdded)
	return a, b
}
