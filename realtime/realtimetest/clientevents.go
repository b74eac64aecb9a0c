package realtimetest

import (
	"strings"
	"time"
)

func clientEventRows() []row {
	return []row{
		{name: "client_event_private", check: func(r *rig) { checkClientEvent(r, r.name("private-"), "") }},
		{name: "client_event_presence", check: func(r *rig) { checkClientEvent(r, r.name("presence-"), "ann") }},
		{name: "client_event_only_from_subscribers", check: func(r *rig) {
			channel := r.name("private-")
			a, b := r.pair(channel)
			stranger := r.connect()
			stranger.say(channel, "client-n", "1")
			stranger.dropped()
			a.leave(channel)
			a.say(channel, "client-n", "2")
			a.dropped()
			r.fence(channel, b)
			stranger.quiet()
		}},
		{name: "client_event_not_on_public_channels", check: func(r *rig) {
			channel := r.name("")
			a, b := r.pair(channel)
			a.say(channel, "client-n", "1")
			a.dropped()
			r.fence(channel, a, b)
		}},
		{name: "client_event_not_on_encrypted_channels", needs: []Feature{SealedEvents}, check: func(r *rig) {
			channel := r.name("private-encrypted-")
			a, b := r.pair(channel)
			a.say(channel, "client-n", "1")
			a.dropped()
			r.fence(channel, a, b)
		}},
		{name: "client_event_names", check: func(r *rig) {
			channel := r.name("private-")
			a, b := r.pair(channel)
			for _, name := range []string{"n", "my-client-n", "Client-n", memberAdded, succeeded, refused, strings.Repeat("client-", 29)} {
				a.say(channel, name, map[string]string{"user_id": "x"})
				a.dropped()
			}
			r.fence(channel, a, b)
		}},
		{name: "client_event_rate_4301", check: checkClientEventRate},
		{name: "client_event_too_large", check: func(r *rig) {
			channel := r.name("private-")
			a, b := r.pair(channel)
			a.say(channel, "client-n", strings.Repeat("x", 10<<10+1))
			a.expect(refused)
			a.say(channel, "client-n", strings.Repeat("x", 9<<10))
			b.expect("client-n")
		}},
		{name: "client_events_off", app: AppMute, check: func(r *rig) {
			channel := r.name("private-")
			a, b := r.pair(channel)
			a.say(channel, "client-n", "1")
			a.expect(refused)
			r.fence(channel, a, b)
		}},
	}
}

// dropped makes sure that the socket was told an error or nothing, before the answer to a
// ping. A fence shows that nobody else was told.
func (s *socket) dropped() {
	s.rig.Helper()
	s.send(`{"event":"` + ping + `","data":{}}`)
	s.want = pong
	f := s.next()
	if f.Event == refused {
		f = s.next()
	}
	if f.Event != pong {
		s.rig.Errorf("got %s %s", f.Event, f.Data)
	}
}

// fence publishes an event that must be the next to arrive at each of the sockets: nothing
// came before it.
func (r *rig) fence(channel string, sockets ...*socket) {
	r.Helper()
	r.publish(channel, "fence", "{}")
	for _, s := range sockets {
		s.expect("fence")
	}
}

// checkClientEvent sends on a channel. On a presence channel the server says who sent it,
// whatever the sender claims.
func checkClientEvent(r *rig, channel, userID string) {
	var a, b *socket
	if userID == "" {
		a, b = r.pair(channel)
	} else {
		a, b = r.pair(channel, member(userID), member("bob"))
	}
	for data, want := range map[string]string{`{"x":[1,"é"]}`: `{"x":[1,"é"]}`, `"text"`: "text", `"{\"x\":1}"`: `{"x":1}`, `7`: `7`} {
		a.send(`{"event":"client-move","channel":"` + channel + `","data":` + data + `,"user_id":"somebody"}`)
		if f := b.expect("client-move"); f.text() != want || f.Channel != channel || f.UserID != userID {
			r.Errorf("got %s on %s by %q, want %s by %q", f.text(), f.Channel, f.UserID, want, userID)
		}
	}
	r.fence(channel, a) // it is not told its own events
}

// checkClientEventRate sends far more than 10 events within a second. How many pass depends
// on how the seconds of the server fall; what was not refused must have arrived.
func checkClientEventRate(r *rig) {
	const sent = 60
	channel := r.name("private-")
	a, b := r.pair(channel)
	start := time.Now()
	for range sent {
		a.say(channel, "client-n", "1")
	}
	a.send(`{"event":"` + ping + `","data":{}}`)
	passed := sent
	for f := a.next(); f.Event != pong; f = a.next() {
		if f.Event == refused && strings.Contains(f.text(), `"code":4301`) {
			passed--
		}
	}
	seconds := int(time.Since(start)/time.Second) + 2
	if passed > 10*seconds || passed < 10 {
		r.Errorf("%d of %d events passed within %d s", passed, sent, seconds)
	}
	for range passed {
		b.expect("client-n")
	}
	r.fence(channel, b)
}
