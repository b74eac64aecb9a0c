package hub_test

import (
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// What all sockets together make the hub hold is bounded; who goes beyond is closed, and
// nobody else.
func TestHeldBytes(t *testing.T) {
	const bound, each = 1 << 20, 60 << 10
	r := newRig(t, hub.Options{MaxHeldBytes: bound})
	witness := r.connect()
	witness.subscribe("hall", "")
	begun := masked(ws.OpText, false, strings.Repeat("x", each)) // a message that never ends
	for range bound / each / 3 {
		conn, _ := r.rawConnect()
		if _, err := conn.Write(begun); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "they are not held", func() bool { return r.hub.Stats().HeldBytes > bound/4 })
	if open := r.hub.Stats().Connections; open != 1+bound/each/3 {
		t.Errorf("%d connections", open)
	}
	closed := 0
	for range 3 * bound / each {
		conn, br := r.rawConnect()
		if _, err := conn.Write(begun); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(masked(ws.OpPing, true, "")); err != nil {
			continue // closed in the meantime
		}
		switch f, err := readFrame(br); {
		case err != nil:
			t.Fatal(err)
		case f.Header.OpCode == ws.OpText:
			if closed++; !strings.Contains(string(f.Payload), `"code":4100`) {
				t.Errorf("%s", f.Payload)
			}
		}
		if held := r.hub.Stats().HeldBytes; held > bound+2*each {
			t.Fatalf("%d bytes are held", held)
		}
	}
	if closed == 0 {
		t.Error("nobody was closed")
	}
	r.publish("hall", "n", "")
	witness.expect("n")
	witness.quiet()
}
