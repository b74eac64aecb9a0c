package inspect_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// TestLease has lines made for 15 s after each question, and none before the first and after
// the last.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trace := inspect.NewTrace("n")
		read := func(f inspect.Filter, after int64) inspect.Part {
			t.Helper()
			part, err := trace.Read(f, after, 10)
			if err != nil {
				t.Fatal(err)
			}
			return part
		}
		is := func(on bool, followed bool) {
			t.Helper()
			synctest.Wait()
			if _, follows := trace.Users()["ann"]; trace.On() != on || follows != followed {
				t.Errorf("on %t, ann followed %t", trace.On(), follows)
			}
			trace.Note(inspect.Line{Kind: inspect.Connect})
		}
		is(false, false)
		next := read(inspect.Filter{}, inspect.Newest).Next
		is(true, false)
		time.Sleep(10 * time.Second)
		read(inspect.Filter{User: "ann"}, inspect.Newest)
		is(true, true)
		time.Sleep(6 * time.Second) // the first has ended, ann has not
		is(true, true)
		if part := read(inspect.Filter{}, next); len(part.Lines) != 2 || part.Lost != 0 {
			t.Errorf("%d lines, %d lost", len(part.Lines), part.Lost)
		}
		time.Sleep(10 * time.Second)
		is(true, false)
		time.Sleep(6 * time.Second)
		is(false, false)
		is(false, false)
		if part := read(inspect.Filter{}, next); len(part.Lines) != 0 || part.Lost != 3 {
			t.Errorf("after all: %d lines, %d lost", len(part.Lines), part.Lost)
		}
		time.Sleep(20 * time.Second)
	})
}

// TestCursors reads cursors as clients keep them, and refuses what is none.
func TestCursors(t *testing.T) {
	c := inspect.Cursor{"a": 7, "b": 0}
	back, err := inspect.ParseCursor(c.String())
	if err != nil || len(back) != 2 || back["a"] != 7 {
		t.Errorf("%v comes back as %v, %v", c, back, err)
	}
	for _, text := range []string{"x", "!", "bnVsbA", inspect.Cursor{"a": -1}.String(), string(make([]byte, 9000))} {
		if _, err := inspect.ParseCursor(text); !errors.Is(err, inspect.ErrCursor) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	for _, text := range []string{"", "event-1/app"} {
		if place, err := inspect.ParsePlace(text); err != nil || text != "" && place.String() != text {
			t.Errorf("%q: %v, %v", text, place, err)
		}
	}
	if _, err := inspect.ParsePlace("event-1"); !errors.Is(err, inspect.ErrCursor) {
		t.Errorf("a place without app: %v", err)
	}
	for text, fits := range map[string]bool{"": true, "connect,event": true, "event,": false, "Connect": false} {
		if _, err := inspect.ParseKinds(text); (err == nil) != fits {
			t.Errorf("kinds %q: %v", text, err)
		}
	}
}
