package hub_test

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// connectDeflating is connect for a client that asks for compression.
func (r *rig) connectDeflating() *client {
	r.t.Helper()
	conn, response, err := websocket.Dial(r.t.Context(), r.url+"/app/"+appKey, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: r.dial}}, CompressionMode: websocket.CompressionContextTakeover, CompressionThreshold: 1,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if got := response.Header.Get("Sec-WebSocket-Extensions"); !strings.Contains(got, "permessage-deflate") || !strings.Contains(got, "client_no_context_takeover") {
		r.t.Fatalf("extensions: %q", got)
	}
	conn.SetReadLimit(1 << 20)
	r.t.Cleanup(func() { _ = conn.CloseNow() })
	c := &client{t: r.t, ws: conn}
	c.expect("pusher:connection_established")
	return c
}

// Clients with and without compression hear the same, small and large, alone and in batches.
func TestDeflate(t *testing.T) {
	r := newRig(t, hub.Options{})
	packed, plain := r.connectDeflating(), r.connect()
	packed.subscribe("hall", "")
	plain.subscribe("hall", "")
	random := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(' ' + random.IntN(90))
	}
	texts := []string{"", "small", strings.Repeat("é", 300), strings.Repeat(`{"team":8569,"score":12},`, 350), string(noise)}
	for i := range 200 {
		r.publish("hall", "n", texts[i%len(texts)])
	}
	for i := range 200 {
		for name, c := range map[string]*client{"packed": packed, "plain": plain} {
			if got := c.expect("n").text(); got != texts[i%len(texts)] {
				t.Fatalf("%s: message %d is %.40q", name, i, got)
			}
		}
	}
	late := r.connectDeflating() // joins in the middle of what is pending
	for range 20 {
		r.publish("hall", "n", texts[3])
	}
	late.subscribe("hall", "")
	r.publish("hall", "last", texts[3])
	for f := late.next(); f.Event != "last"; f = late.next() {
		if f.text() != texts[3] {
			t.Fatalf("%.40q", f.text())
		}
	}
	late.quiet()
}

// What is compressed is smaller on the wire, and compressed once for everybody.
func TestDeflateSaves(t *testing.T) {
	r := newRig(t, hub.Options{})
	c := r.connectDeflating()
	c.subscribe("hall", "")
	text := strings.Repeat(`{"team":8569,"score":12},`, 350)
	before := r.hub.Stats().BytesSent
	r.publish("hall", "n", text)
	c.expect("n")
	eventually(t, "nothing was counted", func() bool { return r.hub.Stats().BytesSent > before })
	if sent := r.hub.Stats().BytesSent - before; sent > int64(len(text))/5 {
		t.Errorf("%d bytes for %d", sent, len(text))
	}
}

func TestNoCompression(t *testing.T) {
	r := newRig(t, hub.Options{NoCompression: true})
	conn, response, err := websocket.Dial(t.Context(), r.url+"/app/"+appKey, &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow() //nolint:errcheck // the test is over
	if got := response.Header.Get("Sec-WebSocket-Extensions"); got != "" {
		t.Errorf("extensions: %q", got)
	}
}

// Rotten compressed messages: each is answered by its code, and what they would become counts.
func TestBrokenDeflate(t *testing.T) {
	r := newRig(t, hub.Options{})
	r.deflates = true
	compressed := func(op ws.OpCode, fin bool, payload []byte) []byte {
		f := masked(op, fin, string(payload))
		f[0] |= 0x40
		return f
	}
	bomb := deflated(t, strings.Repeat("x", 10<<20))
	for name, test := range map[string]struct {
		sent []byte
		code ws.StatusCode
	}{
		"bomb":                    {compressed(ws.OpText, true, bomb), 1009},
		"no deflate":              {compressed(ws.OpText, true, []byte("not compressed")), 1007},
		"cut":                     {compressed(ws.OpText, true, deflated(t, `{"event":"pusher:ping"}`)[:5]), 1007},
		"no UTF-8":                {compressed(ws.OpText, true, deflated(t, "\"\xff\"")), 1007},
		"compressed ping":         {compressed(ws.OpPing, true, nil), 1002},
		"compressed continuation": {join(masked(ws.OpText, false, "{"), compressed(ws.OpContinuation, true, []byte("}"))), 1002},
		"bit in two frames":       {join(compressed(ws.OpText, false, []byte("{")), compressed(ws.OpContinuation, true, []byte("}"))), 1002},
	} {
		conn, br := r.rawConnect()
		if _, err := conn.Write(test.sent); err != nil {
			t.Fatal(err)
		}
		f, err := readFrame(br)
		if err != nil || f.Header.OpCode != ws.OpClose {
			t.Errorf("%s: %v %v", name, f.Header, err)
			continue
		}
		if code, _ := ws.ParseCloseFrameData(f.Payload); code != test.code {
			t.Errorf("%s: %d, want %d", name, code, test.code)
		}
	}
	conn, br := r.rawConnect() // in parts, and a plain one after it
	ping := deflated(t, `{"event":"pusher:ping"}`)
	_, err := conn.Write(join(compressed(ws.OpText, false, ping[:4]), masked(ws.OpPing, true, ""), masked(ws.OpContinuation, true, string(ping[4:])),
		masked(ws.OpText, true, `{"event":"pusher:ping"}`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []ws.OpCode{ws.OpPong, ws.OpText, ws.OpText} {
		if f, err := readFrame(br); err != nil || f.Header.OpCode != op {
			t.Errorf("%v %v", f.Header, err)
		}
	}
}

func deflated(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(text))
	_ = w.Flush()
	return bytes.TrimSuffix(out.Bytes(), []byte("\x00\x00\xff\xff"))
}

func TestTLSOnly(t *testing.T) {
	app := testApp()
	app.TLSOnly = true
	r := newRig(t, hub.Options{Apps: []hub.App{app}})
	c := r.open("/app/"+appKey+"?protocol=7", nil)
	if f := c.expectClose(4000); len(f) != 1 || f[0].Event != "pusher:error" {
		t.Errorf("%+v", f)
	}
	c = r.open("/app/"+appKey+"?protocol=7", http.Header{"X-Forwarded-Proto": {"https"}})
	c.expect("pusher:connection_established")
	secured := newTLSRig(t, hub.Options{Apps: []hub.App{app}})
	secured.open("/app/"+appKey+"?protocol=7", nil).expect("pusher:connection_established")
}
