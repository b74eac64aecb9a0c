package hub_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// userApp is an app with everything switched on that users need.
func userApp() hub.App {
	app := testApp()
	app.UserAuthentication, app.Watchlist = true, true
	return app
}

func signinText(t testing.TB, socket, userData string) string {
	t.Helper()
	auth, err := realtime.Signer{Key: appKey, Secret: secret}.User(socket, userData)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"event": "pusher:signin", "data": map[string]string{"auth": auth, "user_data": userData}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// signin signs in and wants the answer.
func (c *client) signin(userData string) {
	c.t.Helper()
	c.send(signinText(c.t, c.id, userData))
	var data struct {
		UserData string `json:"user_data"`
	}
	f := c.expect("pusher:signin_success")
	if err := json.Unmarshal([]byte(f.text()), &data); err != nil || data.UserData != userData {
		c.t.Fatalf("success: %s", f.text())
	}
}

func TestSignin(t *testing.T) {
	r := newRig(t, hub.Options{Apps: []hub.App{userApp()}})
	a, tab, other := r.connect(), r.connect(), r.connect()
	a.signin(`{"id":"ann@x","user_info":{"name":"A"},"more":"é\n"}`)
	tab.signin(`{"id":"ann@x"}`)
	other.signin(`{"id":"bob"}`)
	r.publish("#server-to-user-ann@x", "hello", "1") // nobody has subscribed
	for _, c := range []*client{a, tab} {
		if f := c.expect("hello"); f.Channel != "#server-to-user-ann@x" || f.text() != "1" {
			t.Errorf("%+v", f)
		}
	}
	for range 2 { // pusher-js subscribes after its sign-in
		a.subscribe("#server-to-user-ann@x", "")
	}
	r.publish("#server-to-user-ann@x", "hello", "2")
	a.expect("hello")
	tab.expect("hello")
	a.signin(`{"id":"ann@x","session":"new"}`)
	r.publish("#server-to-user-ann@x", "once", "")
	a.expect("once")
	a.send(`{"event":"pusher:unsubscribe","data":{"channel":"#server-to-user-ann@x"}}`)
	a.quiet()
	r.publish("#server-to-user-ann@x", "gone", "")
	a.quiet()
	other.quiet()
	for _, c := range []*client{a, r.connect()} {
		c.ask("#server-to-user-bob", "")
		if f := c.expect("pusher:subscription_error"); !strings.Contains(f.text(), `"status":401`) {
			t.Error(f.text())
		}
	}
	odd := r.connect()
	odd.signin(`{"id":"no channel's name"}`)
	if n := r.hub.Terminate(appID, "no channel's name"); n != 1 {
		t.Errorf("%d terminated", n)
	}
	odd.expectClose(4009)
}

func TestSigninRefused(t *testing.T) {
	r := newRig(t, hub.Options{Apps: []hub.App{userApp()}})
	stranger := r.connect()
	for name, text := range map[string]func(id string) string{
		"other socket": func(string) string { return signinText(t, stranger.id, `{"id":"7"}`) },
		"other data": func(id string) string {
			return strings.Replace(signinText(t, id, `{"id":"7"}`), `\"7\"`, `\"8\"`, 1)
		},
		"channel signature": func(id string) string {
			auth, _ := realtime.Signer{Key: appKey, Secret: secret}.Channel(id, "user", `{"id":"7"}`)
			return `{"event":"pusher:signin","data":{"auth":"` + auth + `","user_data":"{\"id\":\"7\"}"}}`
		},
		"no signature": func(string) string {
			return `{"event":"pusher:signin","data":{"auth":"x","user_data":"{\"id\":\"7\"}"}}`
		},
		"no JSON":      func(id string) string { return signinText(t, id, `x`) },
		"no id":        func(id string) string { return signinText(t, id, `{"user_id":"7"}`) },
		"number":       func(id string) string { return signinText(t, id, `{"id":7}`) },
		"empty id":     func(id string) string { return signinText(t, id, `{"id":""}`) },
		"another user": func(id string) string { return signinText(t, id, `{"id":"8"}`) },
	} {
		c := r.connect()
		if name == "another user" {
			c.signin(`{"id":"7"}`)
		}
		c.send(text(c.id))
		before := c.expectClose(4009)
		if len(before) != 1 || before[0].Event != "pusher:error" || !strings.Contains(before[0].text(), "4009") {
			t.Errorf("%s: %+v", name, before)
		}
	}
	for _, data := range []string{``, `,"data":{}`, `,"data":{"auth":"x"}`, `,"data":{"auth":"x","user_data":{"id":"7"}}`} {
		stranger.send(`{"event":"pusher:signin"` + data + `}`)
		stranger.expect("pusher:error")
	}
	stranger.quiet()
}

func TestSigninOff(t *testing.T) {
	r := newRig(t, hub.Options{})
	c := r.connect()
	c.send(signinText(t, c.id, `{"id":"7"}`))
	if f := c.expect("pusher:error"); !strings.Contains(f.text(), `"code":null`) {
		t.Error(f.text())
	}
	c.ask("#server-to-user-7", "")
	c.expect("pusher:subscription_error")
	c.ask("presence-pit", "")
	c.expect("pusher:subscription_error")
}

func TestPresenceBySignin(t *testing.T) {
	r := newRig(t, hub.Options{Apps: []hub.App{userApp()}})
	a, b := r.connect(), r.connect()
	a.subscribe("presence-pit", `{"user_id":"watcher"}`)
	b.ask("presence-pit", "")
	b.expect("pusher:subscription_error")
	b.signin(`{"id":"7","user_info":{"name":"B"},"session":"s"}`)
	if f := b.subscribe("presence-pit", ""); !strings.Contains(f.text(), `"hash":{"watcher":null,"7":{"name":"B"}}`) {
		t.Error(f.text())
	}
	if f := a.expect("pusher_internal:member_added"); f.text() != `{"user_id":"7","user_info":{"name":"B"}}` {
		t.Error(f.text())
	}
	b.send(`{"event":"client-x","channel":"presence-pit","data":1}`)
	if f := a.expect("client-x"); f.UserID != "7" {
		t.Errorf("%+v", f)
	}
	if f := b.subscribe("presence-other", `{"user_id":"8"}`); !strings.Contains(f.text(), `"ids":["8"]`) {
		t.Error("channel_data does not go before the sign-in: " + f.text())
	}
	c := r.connect()
	c.signin(`{"id":"9","user_info":"` + strings.Repeat("x", 1100) + `"}`)
	c.ask("presence-pit", "")
	if f := c.expect("pusher:subscription_error"); !strings.Contains(f.text(), `"status":413`) {
		t.Error(f.text())
	}
}

func TestRevokeSignedIn(t *testing.T) {
	r := newRig(t, hub.Options{Apps: []hub.App{userApp()}})
	all, session, channel, other, banked := r.connect(), r.connect(), r.connect(), r.connect(), r.connect()
	all.signin(`{"id":"7","session":"s1"}`)
	session.signin(`{"id":"7","session":"s2"}`)
	channel.signin(`{"id":"7","session":"s3"}`)
	channel.subscribe("private-team", "") // without a name of its own
	other.signin(`{"id":"8","session":"s9"}`)
	r.revoke(realtime.Revocation{UserID: "7", Session: "s2"})
	session.expectClose(4009)
	r.revoke(realtime.Revocation{UserID: "7", Channels: []realtime.Channel{"private-team"}})
	channel.expectClose(4009)
	all.ask("private-team", "") // with a signature from before
	all.expectClose(4200)
	banked.subscribe("private-team", "")
	banked.send(signinText(t, banked.id, `{"id":"7","session":"s4"}`))
	banked.expectClose(4200)
	again := r.connect()
	r.revoke(realtime.Revocation{UserID: "7"})
	again.send(signinText(t, again.id, `{"id":"7"}`))
	again.expectClose(4200)
	later := r.connect()
	later.signin(`{"id":"7"}`)
	r.revoke(realtime.Revocation{UserID: "7"})
	later.expectClose(4009)
	other.quiet()
}

// Sign-in against the end of the socket and a revocation: in no order does anybody stay.
func TestSigninRace(t *testing.T) {
	r := newRig(t, hub.Options{Apps: []hub.App{userApp()}})
	watcher := r.connect()
	watcher.signin(`{"id":"w","watchlist":["7"]}`)
	for i := range 100 {
		c := r.connect()
		var racing sync.WaitGroup
		racing.Go(func() { c.send(signinText(t, c.id, `{"id":"7"}`)) })
		if i%2 == 0 {
			r.revoke(realtime.Revocation{UserID: "7"})
		}
		racing.Wait()
		_ = c.ws.CloseNow()
	}
	online := false
	for alone := false; !alone; {
		alone = r.hub.Stats().Connections == 1
		watcher.send(`{"event":"pusher:ping","data":{}}`)
		for f := watcher.next(); f.Event != "pusher:pong"; f = watcher.next() {
			if now := strings.Contains(f.text(), `"online"`); now == online {
				t.Fatalf("twice %s", f.text())
			}
			online = !online
		}
	}
	if online || r.hub.Occupied(appID, "#server-to-user-7") {
		t.Error("somebody stayed")
	}
}

func TestAuthorizationTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := userApp()
		app.AuthorizationTimeout = 10 * time.Second
		r := newPipeRig(t, hub.Options{Apps: []hub.App{app}})
		idle, user, private, gone := r.connect(), r.connect(), r.connect(), r.connect()
		idle.subscribe("public", "")
		user.signin(`{"id":"7"}`)
		private.subscribe("private-a", "")
		_ = gone.ws.CloseNow()
		start := time.Now()
		before := idle.expectClose(4009)
		if after := time.Since(start); after != 10*time.Second || len(before) != 1 {
			t.Errorf("closed after %v, %+v", after, before)
		}
		pass(t, 20*time.Second)
		user.quiet()
		private.quiet()
	})
}

func TestWatchlist(t *testing.T) {
	r := newRig(t, hub.Options{Apps: []hub.App{userApp()}})
	news := func(c *client, name string, ids ...string) {
		t.Helper()
		list, _ := json.Marshal(ids)
		if f := c.expect("pusher_internal:watchlist_events"); f.text() != `{"events":[{"name":"`+name+`","user_ids":`+string(list)+`}]}` {
			t.Errorf("%s, want %s %v", f.text(), name, ids)
		}
	}
	b := r.connect()
	b.signin(`{"id":"b"}`)
	a := r.connect()
	a.signin(`{"id":"a","watchlist":["a","b","b","c",""]}`)
	news(a, "online", "a", "b")
	c, tab := r.connect(), r.connect()
	c.signin(`{"id":"c"}`)
	news(a, "online", "c")
	tab.signin(`{"id":"c"}`)
	c.signin(`{"id":"c","session":"new"}`)
	a.quiet()
	_ = c.ws.CloseNow()
	tab.quiet()
	a.quiet() // still there in the other tab
	_ = tab.ws.CloseNow()
	news(a, "offline", "c")
	a.signin(`{"id":"a","watchlist":["d"]}`) // replaces the list
	r.hub.Terminate(appID, "b")
	b.expectClose(4009)
	a.quiet()

	long := make([]string, 101)
	for i := range long {
		long[i] = fmt.Sprint(i)
	}
	text, _ := json.Marshal(map[string]any{"id": "e", "watchlist": long})
	e := r.connect()
	e.signin(string(text))
	if f := e.expect("pusher:error"); !strings.Contains(f.text(), `"code":4302`) {
		t.Error(f.text())
	}
	r.connect().signin(`{"id":"5"}`)
	e.quiet()
	text, _ = json.Marshal(map[string]any{"id": "f", "watchlist": long[:100]})
	f := r.connect()
	f.signin(string(text))
	news(f, "online", "5")
}

func TestWatchlistOff(t *testing.T) {
	app := userApp()
	app.Watchlist = false
	r := newRig(t, hub.Options{Apps: []hub.App{app}})
	c := r.connect()
	c.signin(`{"id":"a","watchlist":["a","b"]}`)
	r.connect().signin(`{"id":"b"}`)
	c.quiet()
}
