package hub_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

func TestPresence(t *testing.T) {
	r := newRig(t, hub.Options{})
	a, b, tab := r.connect(), r.connect(), r.connect()
	first := a.subscribe("presence-pit", `{"user_id":"ann","user_info":{"name":"A \"n\""},"session":"t1"}`)
	if want := `{"presence":{"ids":["ann"],"hash":{"ann":{"name":"A \"n\""}},"count":1}}`; first.text() != want {
		t.Errorf("first: %s", first.text())
	}
	second := b.subscribe("presence-pit", `{"user_id":7}`)
	if want := `{"presence":{"ids":["ann","7"],"hash":{"ann":{"name":"A \"n\""},"7":null},"count":2}}`; second.text() != want {
		t.Errorf("second: %s", second.text())
	}
	if f := a.expect("pusher_internal:member_added"); f.text() != `{"user_id":"7"}` {
		t.Errorf("added: %s", f.text())
	}
	tab.subscribe("presence-pit", `{"user_id":"7","user_info":{}}`)
	a.quiet()
	_ = b.ws.CloseNow()
	tab.quiet()
	a.quiet() // the user is still there, in the other tab
	tab.send(`{"event":"pusher:unsubscribe","data":{"channel":"presence-pit"}}`)
	if f := a.expect("pusher_internal:member_removed"); f.text() != `{"user_id":"7"}` {
		t.Errorf("removed: %s", f.text())
	}
	tab.quiet()
	if users, err := r.hub.Users(appID, "presence-pit"); err != nil || fmt.Sprint(users) != "[ann]" {
		t.Errorf("users: %v %v", users, err)
	}
}

func TestPresenceLimits(t *testing.T) {
	app := testApp()
	app.MaxPresenceMembers = 2
	r := newRig(t, hub.Options{Apps: []hub.App{app}})
	for i := range 2 {
		r.connect().subscribe("presence-pit", fmt.Sprintf(`{"user_id":"%d"}`, i))
	}
	c := r.connect()
	long := strings.Repeat("x", 1100)
	for _, data := range []string{
		`{"user_id":"3"}`, ``, `{}`, `[]`, `null`, `x`, `{"user_id":""}`, `{"user_id":null}`, `{"user_id":1.5}`, `{"user_id":["1"]}`,
		`{"user_id":"` + long[:129] + `"}`, `{"user_id":"1","user_info":"` + long + `"}`,
	} {
		c.ask("presence-pit", data)
		if f := c.expect("pusher:subscription_error"); f.Channel != "presence-pit" || !strings.Contains(f.text(), `"type":"AuthError"`) {
			t.Errorf("%s: %+v", data, f)
		}
	}
	c.subscribe("presence-pit", `{"user_id":"1"}`) // a second tab takes no place
}

func TestPrivate(t *testing.T) {
	r := newRig(t, hub.Options{})
	c := r.connect()
	c.subscribe("private-team", "")
	c.subscribe("private-data", `{"user_id":"7"}`)
	c.subscribe("private-odd", `"anything"`)
	c.subscribe("my-private-x", "")
	other := r.connect()
	for name, text := range map[string]string{
		"other socket":   subscribeText(t, other.id, "private-x", ""),
		"other channel":  strings.Replace(subscribeText(t, c.id, "private-x", ""), `"private-x"`, `"private-y"`, 1),
		"other data":     strings.Replace(subscribeText(t, c.id, "presence-x", `{"user_id":"7"}`), `:\"7\"`, `:\"8\"`, 1),
		"no auth":        `{"event":"pusher:subscribe","data":{"channel":"private-x"}}`,
		"empty auth":     `{"event":"pusher:subscribe","data":{"channel":"private-x","auth":""}}`,
		"encrypted":      `{"event":"pusher:subscribe","data":{"channel":"private-encrypted-x","auth":"key1:00"}}`,
		"server to user": `{"event":"pusher:subscribe","data":{"channel":"#server-to-user-7"}}`,
	} {
		c.send(text)
		if f := c.expect("pusher:subscription_error"); !strings.Contains(f.text(), `"status":401`) {
			t.Errorf("%s: %s", name, f.text())
		}
	}
	for _, name := range []string{`private-x\n`, `private-x\u0000`, `privat\u00e9`, `a b`, `a/b`, `#x`, strings.Repeat("x", 165)} {
		c.send(`{"event":"pusher:subscribe","data":{"channel":"` + name + `","auth":"key1:00"}}`)
		if f := c.expect("pusher:subscription_error"); !strings.Contains(f.text(), `"status":400`) {
			t.Errorf("%s: %s", name, f.text())
		}
	}
	c.ask("private-team", "")
	c.expect("pusher:error")
	c.send(`{"event":"pusher:unsubscribe","data":{"channel":"nothing"}}`)
	c.expect("pusher:error")
}
