package hub_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// rawConnect opens a connection for hand-made frames.
func (r *rig) rawConnect() (net.Conn, *bufio.Reader) {
	r.t.Helper()
	var dialer ws.Dialer
	if r.deflates {
		dialer.Extensions = append(dialer.Extensions, wsflate.Parameters{}.Option())
	}
	conn, br, _, err := dialer.Dial(r.t.Context(), r.url+"/app/"+appKey)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if br == nil {
		br = bufio.NewReader(conn)
	}
	if f, err := readFrame(br); err != nil || !strings.Contains(string(f.Payload), "established") {
		r.t.Fatalf("%s %v", f.Payload, err)
	}
	return conn, br
}

func masked(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, fin, []byte(payload))))
}

func join(parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestBrokenFrames(t *testing.T) {
	r := newRig(t, hub.Options{})
	rsv := masked(ws.OpText, true, "{}")
	rsv[0] |= 0x40
	for name, test := range map[string]struct {
		sent []byte
		code ws.StatusCode
	}{
		"unmasked":             {ws.MustCompileFrame(ws.NewTextFrame([]byte("{}"))), 1002},
		"reserved bit":         {rsv, 1002},
		"reserved opcode":      {masked(3, true, ""), 1002},
		"lone continuation":    {masked(ws.OpContinuation, true, ""), 1002},
		"interleaved texts":    {join(masked(ws.OpText, false, "{"), masked(ws.OpText, true, "}")), 1002},
		"long ping":            {masked(ws.OpPing, true, strings.Repeat("x", 126)), 1002},
		"fragmented ping":      {masked(ws.OpPing, false, "x"), 1002},
		"huge length":          {[]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 1002},
		"binary":               {masked(ws.OpBinary, true, "{}"), 1003},
		"no UTF-8":             {masked(ws.OpText, true, "\"\xff\""), 1007},
		"no UTF-8 in parts":    {join(masked(ws.OpText, false, "\xc3"), masked(ws.OpContinuation, true, "(")), 1007},
		"too big":              {masked(ws.OpText, true, strings.Repeat("x", 64<<10+1))[:20], 1009},
		"too big in parts":     {join(masked(ws.OpText, false, strings.Repeat("x", 40<<10)), masked(ws.OpContinuation, false, strings.Repeat("x", 40<<10))), 1009},
		"terabyte":             {[]byte{0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 1009},
		"close":                {masked(ws.OpClose, true, ""), 1000},
		"close with code":      {masked(ws.OpClose, true, "\x0f\xa1bye"), 4001},
		"close with half code": {masked(ws.OpClose, true, "x"), 1002},
		"close with bad code":  {masked(ws.OpClose, true, "\x00\x01"), 1002},
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
		_ = conn.Close()
	}
}

func TestFragmentsAndPings(t *testing.T) {
	r := newRig(t, hub.Options{})
	conn, br := r.rawConnect()
	text := `{"event":"pusher:ping","x":"é` + strings.Repeat(" ", 10000) + `"}`
	sent := masked(ws.OpText, false, "")
	for i := range len(text) {
		if i%1000 == 0 {
			sent = append(sent, masked(ws.OpContinuation, false, text[i:min(i+1000, len(text))])...)
			sent = append(sent, masked(ws.OpPing, true, "p")...)
		}
	}
	sent = append(sent, masked(ws.OpContinuation, true, "")...)
	sent = append(sent, masked(ws.OpPong, true, "unasked")...)
	go func() {
		for len(sent) > 0 { // in odd parts
			n := min(len(sent), 1+rand.IntN(700))
			if _, err := conn.Write(sent[:n]); err != nil {
				return
			}
			sent = sent[n:]
		}
	}()
	for range len(text)/1000 + 1 {
		if f, err := readFrame(br); err != nil || f.Header.OpCode != ws.OpPong || string(f.Payload) != "p" {
			t.Fatalf("%v %v", f, err)
		}
	}
	if f, err := readFrame(br); err != nil || !strings.Contains(string(f.Payload), "pusher:pong") {
		t.Fatalf("%s %v", f.Payload, err)
	}
}

func TestMalformedMessages(t *testing.T) {
	r := newRig(t, hub.Options{})
	c := r.connect()
	for _, text := range []string{
		``, `{`, `null`, `5`, `[]`, `"x"`, `{}`, `{"event":5}`, `{"event":""}`, `{"event":null}`, `{"event":"x","channel":5}`,
		`{"event":"pusher:subscribe"}`, `{"event":"pusher:subscribe","data":null}`, `{"event":"pusher:subscribe","data":"x"}`,
		`{"event":"pusher:subscribe","data":{"channel":5}}`, `{"event":"pusher:subscribe","data":{"channel":"c","auth":1}}`,
		`{"event":"pusher:subscribe","data":{"channel":"presence-c","channel_data":{"user_id":1}}}`,
		`{"event":"pusher:unsubscribe"}`, `{"event":"pusher:unsubscribe","data":{"channel":[]}}`,
		`{"event":"pusher:signin"}`, `{"event":"pusher:nothing"}`,
		strings.Repeat(`{"event":`, 7000), `{"event":"pusher:subscribe","data":{"channel":"` + strings.Repeat("x", 1000) + `"}}`,
	} {
		c.send(text)
		if f := c.expect("pusher:error"); !strings.Contains(f.text(), `"message":"`) {
			t.Errorf("%.60s: %s", text, f.text())
		}
	}
	c.send(`{"event":"pusher:subscribe","data":"{\"channel\":\"twice-encoded\"}"}`)
	c.expect("pusher_internal:subscription_succeeded")
	c.quiet()
}

// Ten thousand spoiled frames: the hub stays up and nobody else notices.
func TestGarbage(t *testing.T) {
	r := newRig(t, hub.Options{})
	witness := r.connect()
	witness.subscribe("hall", "")
	before := runtime.NumGoroutine()
	random := rand.New(rand.NewPCG(1, 2))
	seeds := []string{
		`{"event":"pusher:subscribe","data":{"channel":"presence-pit","auth":"key1:00","channel_data":"{\"user_id\":1}"}}`,
		`{"event":"pusher:unsubscribe","data":{"channel":"hall"}}`, `{"event":"client-x","channel":"private-x","data":{}}`,
		`{"event":"pusher:signin","data":{"auth":"x","user_data":"{}"}}`, `{"event":"pusher:ping","data":{}}`,
	}
	const frames, each = 10_000, 25
	for sent := 0; sent < frames; sent += each {
		conn, br := r.rawConnect()
		go func() { _, _ = io.Copy(io.Discard, br) }()
		for range each {
			b := masked(ws.OpText, true, seeds[random.IntN(len(seeds))])
			if random.IntN(20) > 0 { // mostly the payload, so that the frame is read
				for range 1 + random.IntN(6) {
					b[min(len(b)-1, 8+random.IntN(len(b)))] ^= 1 << random.IntN(8)
				}
			} else {
				b[random.IntN(len(b))] ^= byte(random.IntN(256))
			}
			if _, err := conn.Write(b); err != nil {
				break
			}
		}
		_ = conn.Close()
		if sent%1000 == 0 {
			r.publish("hall", "n", "still here")
			witness.expect("n")
		}
	}
	eventually(t, "connections are left", func() bool { return r.hub.Stats().Connections == 1 })
	eventually(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= before+2 })
	if held := r.hub.Stats().HeldBytes; held != 0 {
		t.Errorf("%d bytes are held", held)
	}
	witness.quiet()
}

// newTLSRig starts a hub behind TLS, where nothing can be written without blocking.
func newTLSRig(t *testing.T, options hub.Options) *rig {
	t.Helper()
	h, err := hub.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(h.ServeSocket))
	server.EnableHTTP2 = false
	server.StartTLS()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx)
		server.Close()
	})
	dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	return &rig{t: t, hub: h, url: strings.Replace(server.URL, "https", "ws", 1), dial: dialer.DialContext}
}

// TLS has no descriptor to write to, so everything goes through writers.
func TestTLS(t *testing.T) {
	r := newTLSRig(t, hub.Options{Apps: []hub.App{testApp()}})
	c := r.connect()
	c.subscribe("hall", "")
	for range 300 {
		r.publish("hall", "n", strings.Repeat("x", 1000))
	}
	for range 300 {
		c.expect("n")
	}
	if err := r.hub.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	c.expectClose(4200)
}

// readFrame reads a frame of the hub's, which a test trusts to be of a sane size.
func readFrame(r io.Reader) (ws.Frame, error) {
	h, err := ws.ReadHeader(r)
	if err != nil {
		return ws.Frame{}, err
	}
	f := ws.Frame{Header: h, Payload: make([]byte, h.Length)}
	_, err = io.ReadFull(r, f.Payload)
	return f, err
}
