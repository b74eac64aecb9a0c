package hub

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// heard is what a peer said, and the error that ended it.
type heard struct {
	said []string
	err  error
}

// hear cuts bytes into frames, given in parts of n bytes.
func hear(t *testing.T, in []byte, n int) heard {
	t.Helper()
	var f frames
	var h heard
	for rest := in; len(rest) > 0; {
		part := bytes.Clone(rest[:min(n, len(rest))])
		rest = rest[len(part):]
		for len(part) > 0 {
			op, payload, used, err := f.next(part)
			if err != nil {
				h.err = err
				return h
			}
			if used == 0 {
				t.Fatal("nothing was used: the reader would never end")
			}
			part = part[used:]
			switch {
			case op == ws.OpText && !utf8.Valid(payload):
				t.Fatalf("%q is no UTF-8", payload)
			case op == ws.OpText && len(payload) > protocol.MaxMessage:
				t.Fatalf("%d bytes", len(payload))
			case op != ws.OpContinuation:
				h.said = append(h.said, string(rune(op))+string(payload))
			}
			if f.held() > 3*protocol.MaxMessage {
				t.Fatalf("%d bytes are held", f.held())
			}
		}
	}
	return h
}

// What a peer said does not depend on how its bytes come in.
func FuzzFramesInParts(f *testing.F) {
	text := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(`{"event":"pusher:ping"}`))))
	long := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame(bytes.Repeat([]byte("é"), 200))))
	begun := ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(ws.OpText, false, []byte("\xc3"))))
	ended := ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(ws.OpContinuation, true, []byte("\xa9"))))
	ping := ws.MustCompileFrame(ws.MaskFrame(ws.NewPingFrame([]byte("p"))))
	f.Add(append(bytes.Clone(text), text...), uint8(1))
	f.Add(append(bytes.Clone(long), ping...), uint8(3))
	f.Add(append(append(bytes.Clone(begun), ping...), ended...), uint8(2))
	f.Add([]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0}, uint8(1))
	f.Fuzz(func(t *testing.T, in []byte, n uint8) {
		whole, parts := hear(t, in, len(in)+1), hear(t, in, int(n)+1)
		if len(whole.said) != len(parts.said) || !errors.Is(whole.err, parts.err) {
			t.Fatalf("whole: %d and %v; in parts of %d: %d and %v", len(whole.said), whole.err, n+1, len(parts.said), parts.err)
		}
		for i := range whole.said {
			if whole.said[i] != parts.said[i] {
				t.Fatalf("%q, in parts %q", whole.said[i], parts.said[i])
			}
		}
	})
}
