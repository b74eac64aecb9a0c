package qr_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/qr"
	"github.com/ftcmetrics/ftcmetrics/internal/qr/qrtest"
)

// TestCodesAreRead: a real reader sees every text of every length, so in every version.
func TestCodesAreRead(t *testing.T) {
	var texts, drawings []string
	for n := 1; n <= qr.MaxBytes; n++ {
		text := ("https://192.168.1.5:3001/join/" + strings.Repeat("ABCDEFGH23456789-_", 8))[:n]
		code, err := qr.New(text)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		texts, drawings = append(texts, text), append(drawings, code.Terminal(false))
		if !strings.HasPrefix(code.SVG(), "<svg ") {
			t.Fatalf("%d bytes: no picture", n)
		}
	}
	// The control: a code with a stripe through it says nothing.
	lines := strings.Split(drawings[20], "\n")
	for y := 4; y < 12; y++ {
		lines[y] = strings.Repeat(" ", 40)
	}
	drawings = append(drawings, strings.Join(lines, "\n"))
	said := qrtest.Read(t, drawings...)
	if said[len(said)-1] != "unreadable" {
		t.Errorf("a spoiled code says %q", said[len(said)-1])
	}
	if said = said[:len(said)-1]; !slices.Equal(said, texts) {
		for i := range texts {
			if said[i] != texts[i] {
				t.Errorf("%d bytes: read %q, want %q", len(texts[i]), said[i], texts[i])
			}
		}
	}
	if _, err := qr.New(strings.Repeat("x", qr.MaxBytes+1)); err == nil {
		t.Error("a text that is too long has a code")
	}
}
