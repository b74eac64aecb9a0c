package hub_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

func TestSubscribeAndPublish(t *testing.T) {
	r := newRig(t, hub.Options{})
	a, b := r.connect(), r.connect()
	if f := a.subscribe("scores", ""); f.text() != "{}" || f.Channel != "scores" {
		t.Errorf("succeeded: %+v", f)
	}
	b.subscribe("scores", "")
	r.publish("scores", "new", `{"a":"é \" \n"}`)
	for _, c := range []*client{a, b} {
		if f := c.expect("new"); f.text() != `{"a":"é \" \n"}` || f.Channel != "scores" {
			t.Errorf("event: %+v", f)
		}
	}
	a.send(`{"event":"pusher:unsubscribe","data":{"channel":"scores"}}`)
	a.quiet()
	r.publish("scores", "more", "text")
	b.expect("more")
	a.quiet()
	if n := r.hub.Stats().Connections; n != 2 {
		t.Errorf("%d connections", n)
	}
}

func TestRefusedConnections(t *testing.T) {
	off := hub.App{ID: "off", Key: "off", Secret: "s", Disabled: true}
	small := hub.App{ID: "small", Key: "small", Secret: "s", MaxConnections: 1}
	strict := hub.App{ID: "strict", Key: "strict", Secret: "s", AllowedOrigins: []string{"https://good.example"}}
	r := newRig(t, hub.Options{Apps: []hub.App{testApp(), off, small, strict}})
	r.open("/app/small", nil).expect("pusher:connection_established")
	for path, code := range map[string]int{
		"/app/nobody?protocol=7":           4001,
		"/app/off?protocol=7":              4003,
		"/app/small?protocol=7":            4004,
		"/other/" + appKey:                 4005,
		"/app/":                            4005,
		"/app/" + appKey + "?protocol=x":   4006,
		"/app/" + appKey + "?protocol=3":   4007,
		"/app/" + appKey + "?protocol=8":   4007,
		"/app/" + appKey + "?protocol=":    4008,
		"/app/" + appKey + "?protocol=7.0": 4006,
	} {
		before := r.open(path, nil).expectClose(code)
		if len(before) != 1 || before[0].Event != "pusher:error" {
			t.Errorf("%s: before the close: %v", path, before)
		}
	}
	for _, path := range []string{"/app/" + appKey, "/app/" + appKey + "?protocol=5", "/app/" + appKey + "/?protocol=6"} {
		r.open(path, nil).expect("pusher:connection_established")
	}
	r.open("/app/strict", http.Header{"Origin": {"HTTPS://good.example"}}).expect("pusher:connection_established")
	for _, origin := range []string{"https://evil.example", "null", "https://good.example.evil", "http://good.example"} {
		_, answer, err := websocket.Dial(t.Context(), r.url+"/app/strict",
			&websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
		if err == nil || answer.StatusCode != http.StatusForbidden {
			t.Errorf("origin %s: %v", origin, err)
		}
	}
	plain, err := http.Get(strings.Replace(r.url, "ws:", "http:", 1) + "/app/" + appKey)
	if err != nil || plain.StatusCode < 400 {
		t.Fatalf("plain GET: %v %v", plain, err)
	}
	_ = plain.Body.Close()
	http.DefaultClient.CloseIdleConnections()
}
