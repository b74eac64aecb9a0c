package eventday

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
)

// frame is one message of the Pusher protocol.
type frame struct {
	Event   string          `json:"event"`
	Channel string          `json:"channel,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// inner reads the JSON inside the data, which is a text or the value itself.
func (f frame) inner(out any) error {
	var text string
	if json.Unmarshal(f.Data, &text) == nil {
		return json.Unmarshal([]byte(text), out)
	}
	return json.Unmarshal(f.Data, out)
}

// logged is an event as subscribers get it.
type logged struct {
	ID  uuid.UUID `json:"id"`
	Seq int64     `json:"seq"`
}

// watcher follows one channel as a front end does: it applies events in the order of seq,
// drops what it has seen by id, and asks the log for what it has missed.
type watcher struct {
	*caller
	channel string

	mu      sync.Mutex          // guards the fields below
	applied []uuid.UUID         // by seq, from 1
	shapes  map[string][]string // by event name, every set of keys that came
	before  int                 // applied from the log before the first event could come by the socket
	live    int                 // applied from the socket
	repeats int
	gaps    int // times that the socket skipped something
	changed chan struct{}

	ws     *websocket.Conn
	ended  chan struct{} // of the reader
	closed string        // why the server closed the socket
}

func (c *caller) watch(channel string) *watcher {
	w := &watcher{caller: c, channel: channel, shapes: make(map[string][]string), changed: make(chan struct{})}
	c.t.Cleanup(w.cut)
	w.connect()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = len(w.applied) - w.live
	return w
}

// connect opens a socket, subscribes, and then catches up.
func (w *watcher) connect() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	address := "ws" + strings.TrimPrefix(w.hall.url, "http") + "/app/" + appKey + "?protocol=7&client=js&version=8"
	ws, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		w.t.Errorf("%s: %v", w.name, err)
		return
	}
	ws.SetReadLimit(1 << 20)
	w.ws, w.ended = ws, make(chan struct{})
	var hello struct {
		SocketID string `json:"socket_id"`
	}
	first, err := w.read(ctx)
	if err == nil {
		err = first.inner(&hello)
	}
	if err == nil {
		err = w.subscribe(ctx, hello.SocketID)
	}
	if err != nil {
		w.t.Errorf("%s joins %s: %v", w.name, w.channel, err)
	}
	w.catchUp()
	go w.follow()
}

func (w *watcher) subscribe(ctx context.Context, socketID string) error {
	data := fields{"channel": w.channel}
	if strings.HasPrefix(w.channel, "private-") || strings.HasPrefix(w.channel, "presence-") {
		var auth struct {
			Auth        string `json:"auth"`
			ChannelData string `json:"channel_data"`
		}
		a := w.want("POST", "/api/pusher/auth", fields{"socket_id": socketID, "channel_name": w.channel}, 200)
		if err := json.Unmarshal(a.raw, &auth); err != nil {
			return err
		}
		data["auth"], data["channel_data"] = auth.Auth, auth.ChannelData
	}
	raw, err := json.Marshal(fields{"event": "pusher:subscribe", "data": data})
	if err != nil {
		return err
	}
	if err := w.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return err
	}
	f, err := w.read(ctx)
	if err == nil && f.Event != "pusher_internal:subscription_succeeded" {
		err = fmt.Errorf("the hub says %s %s", f.Event, f.Data)
	}
	return err
}

// read takes one message, for the recorder, too.
func (w *watcher) read(ctx context.Context) (frame, error) {
	var f frame
	_, raw, err := w.ws.Read(ctx)
	if err != nil {
		return f, err
	}
	audience := public
	if strings.HasPrefix(w.channel, "private-") || strings.HasPrefix(w.channel, "presence-") {
		audience = w.audience
	}
	w.rec.heard(audience, "a frame on "+w.channel, string(raw))
	return f, json.Unmarshal(raw, &f)
}

// follow reads until the socket ends.
func (w *watcher) follow() {
	defer close(w.ended)
	for {
		f, err := w.read(context.Background())
		if err != nil {
			w.mu.Lock()
			w.closed = err.Error()
			w.change()
			w.mu.Unlock()
			return
		}
		if f.Channel != w.channel {
			continue // a ping, or what the hub says of itself
		}
		var e logged
		if err := f.inner(&e); err != nil || e.Seq == 0 {
			continue // presence
		}
		if err := w.hall.payloads.check(f); err != nil {
			w.t.Errorf("%s: %v", w.name, err)
		}
		w.keep(f)
		if !w.apply(e, true) {
			w.catchUp()
		}
	}
}

// keep notes which keys an event has.
func (w *watcher) keep(f frame) {
	var members map[string]json.RawMessage
	if err := f.inner(&members); err != nil {
		w.t.Error(err)
	}
	keys := make([]string, 0, len(members))
	for key := range members {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	shape := strings.Join(keys, " ")
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.shapes[f.Event], shape) {
		w.shapes[f.Event] = append(w.shapes[f.Event], shape)
	}
}

// apply takes an event if it is the next one or a repeat.
func (w *watcher) apply(e logged, live bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	have := int64(len(w.applied))
	switch {
	case e.Seq <= have:
		w.repeats++
		if w.applied[e.Seq-1] != e.ID {
			w.t.Errorf("%s: event %d of %s comes with another id", w.name, e.Seq, w.channel)
		}
	case e.Seq == have+1:
		if slices.Contains(w.applied, e.ID) {
			w.t.Errorf("%s: the id of event %d of %s came before", w.name, e.Seq, w.channel)
		}
		w.applied = append(w.applied, e.ID)
		if live {
			w.live++
		}
		w.change()
	default:
		w.gaps++
		return false
	}
	return true
}

// change must be called with mu held.
func (w *watcher) change() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// catchUp reads the log from the last event on.
func (w *watcher) catchUp() {
	for {
		w.mu.Lock()
		after := len(w.applied)
		w.mu.Unlock()
		var page struct {
			Events []logged
			Head   int64
			Reset  bool
		}
		w.want("GET", fmt.Sprintf("/api/channels/%s/events?after=%d&limit=50", w.channel, after), nil, 200).into(w.t, &page)
		if page.Reset {
			w.t.Errorf("%s: %s says reset after %d", w.name, w.channel, after)
		}
		for _, e := range page.Events {
			if !w.apply(e, false) {
				w.t.Errorf("%s: the log of %s skips to %d", w.name, w.channel, e.Seq)
				return
			}
		}
		if len(page.Events) == 0 {
			return
		}
	}
}

// cut ends the socket as a tablet does that is carried out of the Wi-Fi.
func (w *watcher) cut() {
	if w.ws != nil {
		_ = w.ws.CloseNow() // it ends, politely or not
		<-w.ended
		w.ws = nil
	}
}

// await returns when ok, which is called with mu held, or fails the test.
func (w *watcher) await(what string, ok func() bool) {
	w.t.Helper()
	limit := time.After(patience)
	for {
		w.mu.Lock()
		done, changed := ok(), w.changed
		w.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-limit:
			w.t.Fatalf("%s on %s: never %s", w.name, w.channel, what)
		}
	}
}

// complete holds what the watcher applied against the log: every event once, in order.
func (w *watcher) complete(t *testing.T) {
	t.Helper()
	var ids []uuid.UUID
	rows, err := w.hall.pool.Query(t.Context(), `SELECT id FROM channel_events WHERE channel = $1 ORDER BY seq`, w.channel)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		must(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	must(t, rows.Err())
	w.await(fmt.Sprintf("all %d events", len(ids)), func() bool { return len(w.applied) >= len(ids) })
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.applied, ids) {
		t.Errorf("%s applied %d events of %s, which are not the %d of the log", w.name, len(w.applied), w.channel, len(ids))
	}
	t.Logf("%s on %s: %d events, %d of them by the socket, %d repeats, %d gaps", w.name, w.channel, len(ids), w.live, w.repeats, w.gaps)
}
