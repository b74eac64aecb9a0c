package transfer

import (
	"testing"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// FuzzPayload is behind the checksums, where a forger is too: no payload may panic or ask
// for more memory than its own length warrants.
func FuzzPayload(f *testing.F) {
	book, err := seasons.Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{1, 1})
	f.Add(append([]byte{1, 2}, make([]byte, 40)...))
	// One person, one FTC event, one item whose counts claim far more than there is.
	f.Add(append(append([]byte{1, 1}, make([]byte, 16)...), 0xff, 0xff, 0x3f, 1, 1, 1))
	f.Fuzz(func(t *testing.T, payload []byte) {
		bundle, err := decodePayload(book, payload)
		if err != nil {
			return
		}
		if n := len(bundle.Entries) + len(bundle.Assignments); n > MaxItems || n > len(payload) {
			t.Fatalf("%d items of %d bytes", n, len(payload))
		}
	})
}

// TestAShortPayloadAsksForNoMemory claims two million people in ten bytes.
func TestAShortPayloadAsksForNoMemory(t *testing.T) {
	book, err := seasons.Load()
	if err != nil {
		t.Fatal(err)
	}
	payload := append(append([]byte{1, 1}, make([]byte, 16)...), 0xff, 0xff, 0x3f)
	used := testing.AllocsPerRun(100, func() {
		if _, err := decodePayload(book, payload); err == nil {
			t.Error("taken")
		}
	})
	if used > 5 {
		t.Errorf("%v allocations", used)
	}
}
