package transfer

import (
	"errors"
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

// TestAChunkThatFitsByItselfOnly changes a payload and makes the chunk's own checksum right:
// the whole is what does not fit.
func TestAChunkThatFitsByItselfOnly(t *testing.T) {
	book, err := seasons.Load()
	if err != nil {
		t.Fatal(err)
	}
	bundle := Bundle{Assignments: []Assignment{{Place: Place{Season: 2025, EventCode: "X", Level: "qual", MatchNumber: 1, Alliance: "RED", ScoutedTeam: 7}, Station: 1}}}
	chunks, err := Encode(book, bundle, MaxChunk)
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseChunk(chunks[0])
	if err != nil {
		t.Fatal(err)
	}
	c.part[len(c.part)-1] = 2 // another station
	if _, err := Decode(book, []string{c.text()}); !errors.Is(err, ErrContent) {
		t.Errorf("taken: %v", err)
	}
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
