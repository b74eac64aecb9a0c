package realtimetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/coder/websocket"
)

func userRows() []row {
	return []row{
		{name: "signin", check: func(r *rig) {
			s := r.connect()
			s.signin(`{"id":"` + r.name("u") + `","user_info":{"name":"é"},"more":"\n"}`)
			s.quiet()
		}},
		{name: "signin_refused_4009", check: checkSigninRefused},
		{name: "second_user_4009", check: func(r *rig) {
			s, user := r.connect(), r.name("u")
			s.signin(text(map[string]string{"id": user}))
			s.signin(text(map[string]string{"id": user, "more": "1"})) // the same once more is fine
			s.askSignin(text(map[string]string{"id": user + "x"}))
			s.expectClose(4009)
		}},
		{name: "server_to_user", check: checkServerToUser},
		{name: "watchlist", needs: []Feature{Watchlist}, check: checkWatchlist},
		{name: "watchlist_too_long_4302", needs: []Feature{Watchlist}, check: checkLongWatchlist},
		{name: "terminate_connections_4009", check: checkTerminate},
	}
}

func checkSigninRefused(r *rig) {
	stranger, user := r.connect(), text(map[string]string{"id": r.name("u")})
	auth, err := r.signer().User(stranger.id, user)
	r.must(err)
	for name, ask := range map[string]func(s *socket){
		"another socket's": func(s *socket) { s.tell("pusher:signin", map[string]string{"auth": auth, "user_data": user}) },
		"a channel's": func(s *socket) {
			s.tell("pusher:signin", map[string]string{"auth": r.auth(s, "user", user), "user_data": user})
		},
		"no signature": func(s *socket) { s.tell("pusher:signin", map[string]string{"auth": "x", "user_data": user}) },
		"no id":        func(s *socket) { s.askSignin(`{"user_info":{}}`) },
		"an empty id":  func(s *socket) { s.askSignin(`{"id":""}`) },
	} {
		s := r.connect()
		ask(s)
		if code, before := s.ended(); code != 4009 {
			r.Errorf("%s: closed with %d after %v", name, code, events(before))
		}
	}
	stranger.signin(user)
}

// checkServerToUser has a user with two sockets, of whom one has subscribed to the user's
// channel as pusher-js does, and a stranger who tries to.
func checkServerToUser(r *rig) {
	user := r.name("u")
	channel := "#server-to-user-" + user
	a, tab, stranger, other := r.connect(), r.connect(), r.connect(), r.connect()
	for _, s := range []*socket{a, tab} {
		s.signin(text(map[string]string{"id": user}))
	}
	a.join(channel, "")
	other.signin(text(map[string]string{"id": user + "x"}))
	stranger.tell("pusher:subscribe", map[string]string{"channel": channel})
	other.tell("pusher:subscribe", map[string]string{"channel": channel})
	r.must(r.backend().SendToUser(user, "hello", "1"))
	r.publish(channel, "hello", "2")
	for _, s := range []*socket{a, tab} {
		s.expectText("hello", "1")
		if f := s.expect("hello"); f.text() != "2" || f.Channel != channel {
			r.Errorf("%s on %s", f.text(), f.Channel)
		}
		s.quiet()
	}
	for _, s := range []*socket{stranger, other} { // they may be answered, and hear nothing
		s.send(`{"event":"` + ping + `","data":{}}`)
		for f := s.next(); f.Event != pong; f = s.next() {
			if f.Event == "hello" {
				r.Errorf("somebody else got %s", f.text())
			}
		}
	}
}

func checkWatchlist(r *rig) {
	ann, bob, cat := r.name("u"), r.name("u"), r.name("u")
	other := r.connect()
	other.signin(text(map[string]string{"id": cat}))
	watcher := r.connect()
	watcher.signin(text(map[string]any{"id": ann, "watchlist": []string{bob, cat}}))
	watcher.expectNews("online", cat)
	tab1, tab2 := r.connect(), r.connect()
	tab1.signin(text(map[string]string{"id": bob}))
	watcher.expectNews("online", bob)
	tab2.signin(text(map[string]string{"id": bob}))
	r.settle()                                                 // the tabs may be on two nodes, and the watcher on a third
	r.must(tab1.conn.Close(websocket.StatusNormalClosure, "")) // answered; the other tab is there still
	_ = other.conn.CloseNow()
	watcher.expectNews("offline", cat)
	_ = tab2.conn.CloseNow()
	watcher.expectNews("offline", bob)
}

func (s *socket) expectNews(name string, users ...string) {
	s.rig.Helper()
	var data struct {
		Events []struct {
			Name    string
			UserIDs []string `json:"user_ids"`
		}
	}
	f := s.expect(watchlistEvents)
	if err := json.Unmarshal([]byte(f.text()), &data); err != nil || len(data.Events) != 1 || data.Events[0].Name != name || !slices.Equal(data.Events[0].UserIDs, users) {
		s.rig.Errorf("got %s, want %s %v", f.text(), name, users)
	}
}

func checkLongWatchlist(r *rig) {
	user := r.name("u")
	list := []string{user}
	for i := range 100 {
		list = append(list, fmt.Sprint(user, "-", i))
	}
	fits, long := r.connect(), r.connect()
	fits.signin(text(map[string]any{"id": r.name("u"), "watchlist": list[1:]}))
	long.signin(text(map[string]any{"id": user, "watchlist": list})) // succeeds
	if f := long.expect(refused); !strings.Contains(f.text(), `"code":4302`) {
		r.Errorf("refused by %s", f.text())
	}
	r.publish("#server-to-user-"+user, "hello", "1")
	long.expect("hello")
	fits.quiet()
}

// checkTerminate ends a user who is signed in on two sockets, and nobody else.
func checkTerminate(r *rig) {
	user := r.name("u")
	a, b, other := r.connect(), r.connect(), r.connect()
	for _, s := range []*socket{a, b} {
		s.signin(text(map[string]string{"id": user}))
	}
	other.signin(text(map[string]string{"id": user + "x"}))
	r.call(call{method: "POST", path: "/users/" + user + "/terminate_connections", body: "{}"}).is(200)
	a.expectClose(4009)
	b.expectClose(4009)
	other.quiet()
	r.connect().signin(text(map[string]string{"id": user})) // may come back
}
