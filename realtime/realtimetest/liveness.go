package realtimetest

import (
	"context"
	"strings"

	"github.com/coder/websocket"
)

func livenessRows() []row {
	return []row{
		{name: "client_ping", check: func(r *rig) {
			s := r.connect()
			for _, message := range []string{`{"event":"pusher:ping","data":{}}`, `{"event":"pusher:ping","data":"{}"}`, `{"event":"pusher:ping"}`} {
				s.send(message)
				s.expect(pong)
			}
		}},
		{name: "websocket_ping", check: func(r *rig) {
			s := r.connect()
			ctx, cancel := context.WithTimeout(r.Context(), r.waiting)
			defer cancel()
			if err := s.conn.Ping(ctx); err != nil {
				r.Errorf("%v", err)
			}
		}},
		{name: "mute_peer_4201", needs: []Feature{MutePeers}, check: checkMutePeer},
		{name: "slow_reader_4100", needs: []Feature{SlowReaders, Info}, check: checkSlowReader},
		{name: "binary_is_unsupported", check: func(r *rig) {
			s := r.connect()
			r.must(s.conn.Write(r.Context(), websocket.MessageBinary, []byte(`{"event":"pusher:subscribe","data":{"channel":"`+r.name("")+`"}}`)))
			if f, open := s.take(); open && f.Event == succeeded {
				r.Errorf("a binary message was obeyed")
			}
		}},
	}
}

// checkMutePeer has a socket that is asked and says nothing, and one that answers.
func checkMutePeer(r *rig) {
	mute := r.dial("/app/"+r.app.Key+clientQuery, nil, true)
	mute.greet()
	lively := r.connect()
	mute.expect(ping)
	if code, before := mute.ended(); code != 4201 {
		r.Errorf("closed with %d after %v", code, events(before))
	}
	lively.quiet()
}

// checkSlowReader has a subscriber that stops reading. It is closed, and the others miss
// nothing.
func checkSlowReader(r *rig) {
	const most = 64 << 20 // bytes that buffers on the way may take
	channel := r.name("")
	good := r.connect()
	good.join(channel, "")
	ctx, cancel := context.WithTimeout(r.Context(), 3*r.waiting)
	defer cancel()
	stuck, _, err := websocket.Dial(ctx, "ws://"+r.node()+"/app/"+r.app.Key+clientQuery, nil) //nolint:bodyclose // it never needs to be closed
	r.must(err)
	r.Cleanup(func() { _ = stuck.CloseNow() })
	stuck.SetReadLimit(1 << 20)
	r.must(stuck.Write(ctx, websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"`+channel+`"}}`)))
	for want := range strings.SplitSeq(established+" "+succeeded, " ") {
		if _, raw, err := stuck.Read(ctx); err != nil || !strings.Contains(string(raw), want) {
			r.Fatalf("%s %v, want %s", raw, err, want)
		}
	}
	data := strings.Repeat("x", 10<<10)
	ten := batch(strings.Split(strings.Repeat(trigger(channel, "n", data)+"\n", 10), "\n")[:10]...)
	for sent := 0; ; sent += 10 * len(data) {
		if sent > most {
			r.Fatalf("it is open after %d bytes", sent)
		}
		_ = stuck.Write(ctx, websocket.MessageText, []byte(`{"event":"`+pong+`"}`)) // it is slow, not mute; fails once it is closed
		r.post("/batch_events", ten).is(200)
		for range 10 {
			good.expectText("n", data)
		}
		if same(r.get("/channels/"+channel, map[string]string{"info": "subscription_count"}).body, `{"occupied":true,"subscription_count":1}`) {
			break
		}
	}
	for err == nil {
		_, _, err = stuck.Read(ctx)
	}
	if code := websocket.CloseStatus(err); code != 4100 {
		r.Errorf("closed with %d (%v)", code, err)
	}
	r.fence(channel, good)
}
