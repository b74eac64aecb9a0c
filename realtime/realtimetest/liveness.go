package realtimetest

import (
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
			if err := s.conn.Ping(r.Context()); err != nil {
				r.Errorf("%v", err)
			}
		}},
		{name: "mute_peer_4201", needs: []Feature{MutePeers}, check: checkMutePeer},
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
