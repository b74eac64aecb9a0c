package demo

import (
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// The hall's clock goes on where the demo stopped, and never back.
func TestHallGoesOnWhereItStopped(t *testing.T) {
	dir := t.TempDir()
	s := newState(1)
	s.Round, s.Next = 3, 9
	if err := s.save(stateFile(dir)); err != nil {
		t.Fatal(err)
	}
	h, err := OpenHall(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if key := h.official().Event(); key != (ftc.EventKey{Season: 2025, Code: "ZZDEV3"}) {
		t.Errorf("the event is %v", key)
	}
	eighth, _ := h.moment(ftc.Qual, 0, 8)
	if !h.Now().Equal(eighth.Posted) || eighth.Posted.Format(time.DateOnly) != "2026-01-31" {
		t.Errorf("it is %v, match 8 was over at %v", h.Now(), eighth.Posted)
	}
	ninth, _ := h.moment(ftc.Qual, 0, 9)
	h.let(ninth.Posted, 0)
	h.let(eighth.Posted, 0)
	if !h.Now().Equal(ninth.Posted) {
		t.Errorf("the clock ran back to %v", h.Now())
	}
	h.let(ninth.Posted.Add(time.Hour), time.Hour)
	if late := h.Now().Sub(ninth.Posted); late < 0 || late > time.Minute {
		t.Errorf("an hour that takes an hour is %v old at once", late)
	}
}
