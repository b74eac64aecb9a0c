package realtimetest

import (
	"context"
	"strings"

	"github.com/coder/websocket"
)

func hostileRows() []row {
	return []row{
		{name: "malformed_messages", phase: Hostile, check: checkMalformedMessages},
		{name: "malformed_bodies_400", phase: Hostile, check: checkMalformedBodies},
	}
}

// checkMalformedMessages sends what any browser with the app's public key can send. Nobody
// else may be disturbed.
func checkMalformedMessages(r *rig) {
	channel := r.name("")
	bystander := r.connect()
	bystander.join(channel, "")
	for _, message := range []string{
		``, `x`, `{`, `null`, `[]`, `5`, `"x"`, `{}`, `{"event":5}`, `{"event":null}`, `{"event":"pusher:no-such-event"}`,
		`{"event":"pusher:subscribe"}`, `{"event":"pusher:subscribe","data":null}`, `{"event":"pusher:subscribe","data":[]}`,
		`{"event":"pusher:subscribe","data":{"channel":5}}`, `{"event":"pusher:subscribe","data":{"channel":null}}`,
		`{"event":"pusher:subscribe","data":{"channel":"private-x","auth":5}}`,
		`{"event":"pusher:subscribe","data":{"channel":"presence-x","auth":"a:b","channel_data":{}}}`,
		`{"event":"pusher:unsubscribe"}`, `{"event":"pusher:unsubscribe","data":{"channel":{}}}`,
		`{"event":"pusher:signin"}`, `{"event":"pusher:signin","data":{"auth":5,"user_data":5}}`,
		`{"event":"client-x"}`, `{"event":"client-x","channel":5,"data":{}}`,
		`{"event":"pusher:subscribe","data":` + strings.Repeat("[", 10_000) + `}`,
	} {
		s := r.connect()
		s.send(message)
		_ = s.conn.Close(websocket.StatusNormalClosure, "") // the server may have closed it already
	}
	s := r.connect() // with user_data that is signed and no JSON
	s.askSignin("x")
	s.ended()
	r.publish(channel, "still", "here")
	bystander.expectText("still", "here")
}

func checkMalformedBodies(r *rig) {
	name := r.name("")
	for _, body := range []string{
		`null`, `[]`, `5`, `"x"`, `{}`, `{"name":`, `{"name":"n","channel":"` + name + `","data":"1"} {}`,
		`{"name":5,"channel":"` + name + `","data":"1"}`, `{"name":"n","channels":5,"data":"1"}`, `{"name":"n","channels":[null],"data":"1"}`,
		`{"name":"n","channels":["a"],"channel":"b","data":"1"}`, `{"name":"n","channel":"` + name + `","data":{"a":1}}`,
		`{"name":"n","channel":"` + name + `","data":"1","x":` + strings.Repeat("[", 20_000) + `}`,
	} {
		r.post("/events", body).is(400)
	}
	for _, body := range []string{`null`, `{}`, `{"batch":null}`, `{"batch":[]}`, `{"batch":[null]}`, `{"batch":5}`} {
		r.post("/batch_events", body).is(400)
	}
	r.post("/events", trigger(name, "n", "1")).is(200)
}

func stopRows() []row {
	return []row{{name: "graceful_stop_4200", phase: Stopping, needs: []Feature{GracefulStop}, check: func(r *rig) {
		channel := r.name("")
		a, b := r.pair(channel)
		r.publish(channel, "last", "1")
		r.settle() // another node may have it, and the first to stop not yet
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), r.waiting)
		defer cancel()
		if err := r.server.Stop(ctx); err != nil {
			r.Errorf("stop: %v", err)
		}
		for _, s := range []*socket{a, b} {
			s.expect("last") // what was accepted goes before the goodbye
			s.expectClose(4200)
		}
	}}}
}
