package hub_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// TestABombCostsNothing sends frames of 16 KiB that hold 16 MiB each: they are refused when
// as much has come out as a message may have, and no more is made of them.
func TestABombCostsNothing(t *testing.T) {
	r := newRig(t, hub.Options{})
	r.deflates = true
	bomb := masked(ws.OpText, true, string(deflated(t, strings.Repeat("x", 16<<20))))
	bomb[0] |= 0x40 // RSV1: compressed
	if len(bomb) > 20<<10 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	const bombs = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range bombs {
		conn, br := r.rawConnect()
		if _, err := conn.Write(bomb); err != nil {
			t.Fatal(err)
		}
		f, err := readFrame(br)
		if err != nil || f.Header.OpCode != ws.OpClose {
			t.Fatalf("%v %v", f.Header, err)
		}
		if code, _ := ws.ParseCloseFrameData(f.Payload); code != 1009 {
			t.Errorf("closed with %d", code)
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / bombs; each > 1<<20 {
		t.Errorf("a bomb takes %d KiB", each>>10)
	}
}
