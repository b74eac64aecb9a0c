package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

func TestClientEvents(t *testing.T) {
	app := testApp()
	app.MaxClientEventsPerSecond = -1
	r := newRig(t, hub.Options{Apps: []hub.App{app}})
	a, b := r.connect(), r.connect()
	a.subscribe("presence-pit", `{"user_id":"a\"1"}`)
	b.subscribe("presence-pit", `{"user_id":"b"}`)
	a.expect("pusher_internal:member_added")
	for _, c := range []*client{a, b} {
		c.subscribe("private-pit", "")
		c.subscribe("public", "")
		c.subscribe("private-encrypted-x", "")
	}
	a.send(`{"event":"client-draw","channel":"presence-pit","data":{"x": 1},"user_id":"b"}`)
	if f := b.expect("client-draw"); f.UserID != `a"1` || f.text() != `{"x": 1}` || f.Channel != "presence-pit" {
		t.Errorf("%+v", f)
	}
	a.send(`{"event":"client-draw","channel":"private-pit","data":"text"}`)
	if f := b.expect("client-draw"); f.UserID != "" || f.text() != "text" {
		t.Errorf("%+v", f)
	}
	for _, text := range []string{
		`{"event":"client-x","channel":"public","data":{}}`,
		`{"event":"client-x","channel":"private-encrypted-x","data":{}}`,
		`{"event":"client-x","channel":"private-other","data":{}}`,
		`{"event":"client-x","data":{}}`,
		`{"event":"client-x","channel":"private-pit"}`,
		`{"event":"client-` + strings.Repeat("x", 200) + `","channel":"private-pit","data":{}}`,
		`{"event":"client-x","channel":"private-pit","data":"` + strings.Repeat("x", 11<<10) + `"}`,
	} {
		a.send(text)
		if f := a.expect("pusher:error"); !strings.Contains(f.text(), "4301") {
			t.Errorf("%.60s: %s", text, f.text())
		}
	}
	for _, event := range []string{"my-client-x", "pusher_internal:member_added", "pusher:signin", "Client-x", "new"} {
		a.send(`{"event":"` + event + `","channel":"private-pit","data":{}}`)
		if f := a.expect("pusher:error"); !strings.Contains(f.text(), `"code":null`) {
			t.Errorf("%s: %s", event, f.text())
		}
	}
	a.quiet()
	b.quiet()
}

func TestClientEventsOff(t *testing.T) {
	app := testApp()
	app.ClientMessages = false
	r := newRig(t, hub.Options{Apps: []hub.App{app}})
	c := r.connect()
	c.subscribe("private-pit", "")
	c.send(`{"event":"client-x","channel":"private-pit","data":{}}`)
	c.expect("pusher:error")
}

func TestClientEventRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{})
		a, b := r.connect(), r.connect()
		a.subscribe("private-pit", "")
		b.subscribe("private-pit", "")
		for i := range 10 {
			a.send(fmt.Sprintf(`{"event":"client-x","channel":"private-pit","data":%d}`, i))
		}
		a.send(`{"event":"client-x","channel":"private-pit","data":"too much"}`)
		if f := a.expect("pusher:error"); !strings.Contains(f.text(), "4301") {
			t.Error(f.text())
		}
		for i := range 10 {
			if f := b.expect("client-x"); f.text() != fmt.Sprint(i) {
				t.Error(f.text())
			}
		}
		pass(t, tick)
		a.send(`{"event":"client-x","channel":"private-pit","data":"again"}`)
		b.expect("client-x")
	})
}
