package analytics

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// fromTheStart returns the state of a model that learns the matches in order.
func fromTheStart(matches []Match) Snapshot {
	model := newEPA(2015)
	for _, m := range slices.SortedFunc(slices.Values(matches), func(a, b Match) int { return a.Compare(b.Key) }) {
		model.Learn(m)
	}
	return model.Snapshot()
}

// However results come in, late, twice, corrected or withdrawn, the state is the one that
// they would have given in order.
func TestHistoryEqualsFullRecompute(t *testing.T) {
	season := rescue(t)[:3*checkpointEvery]
	for i := range season {
		season[i].Start = time.Unix(int64(i/4)*300, 0) // some play at the same time
	}
	rapid.Check(t, func(t *rapid.T) {
		h := NewHistory(newEPA(2015))
		known := make(map[Key]Match)
		note := func(m Match) { known[m.id()] = m }
		loaded := rapid.IntRange(0, len(season)).Draw(t, "loaded")
		h.Put(season[:loaded]...)
		for _, m := range season[:loaded] {
			note(m)
		}
		for range rapid.IntRange(1, 5).Draw(t, "changes") {
			m := season[rapid.IntRange(0, len(season)-1).Draw(t, "match")]
			switch rapid.SampledFrom([]string{"put", "correct", "move", "remove"}).Draw(t, "what") {
			case "correct":
				m.Red.Points.Auto += 20
			case "move":
				m.Start = m.Start.Add(time.Duration(rapid.IntRange(-500, 500).Draw(t, "minutes")) * time.Minute)
			case "remove":
				delete(known, m.id())
				h.Remove(m.Key)
				continue
			}
			note(m)
			h.Put(m)
		}
		var all []Match
		for _, m := range known {
			all = append(all, m)
		}
		if h.Len() != len(all) {
			t.Errorf("%d matches, want %d", h.Len(), len(all))
		}
		sameState(t, h.Model().Snapshot(), fromTheStart(all))
	})
}

// A whole season in any order is the same season.
func TestHistoryTakesMatchesInAnyOrder(t *testing.T) {
	season := rescue(t)
	backwards := slices.Clone(season)
	slices.Reverse(backwards)
	h := NewHistory(newEPA(2015))
	h.Put(backwards[:2000]...)
	h.Put(backwards[2000:]...)
	sameState(t, h.Model().Snapshot(), fromTheStart(season))
}

func TestHistorySteps(t *testing.T) {
	season := rescue(t)[:600]
	for i := range season {
		season[i].Start = time.Unix(int64(i), 0)
	}
	h := NewHistory(newEPA(2015))
	model := newEPA(2015)
	var want []Step
	for _, m := range season {
		want = append(want, model.Learn(m))
	}
	sameSteps(t, h.Put(season...), want)
	if again := h.Put(season[100:200]...); len(again) != 0 {
		t.Errorf("what is known already made %d steps", len(again))
	}

	late := season[300]
	if steps := h.Remove(late.Key); len(steps) != 299 || steps[0].Key != season[301].Key {
		t.Errorf("a match that was taken out made %d steps", len(steps))
	}
	if steps := h.Remove(late.Key); len(steps) != 0 {
		t.Errorf("a match that is not there made %d steps", len(steps))
	}
	sameSteps(t, h.Put(late), want[300:])

	// A match that is played again later leaves its place for another.
	moved := season[300]
	moved.Start = season[500].Start
	moved.Red.Points.Auto += 50
	if steps := h.Put(moved); len(steps) != 300 || steps[0].Key != season[301].Key || h.Len() != len(season) {
		t.Errorf("a match that moved made %d steps, there are %d matches", len(steps), h.Len())
	}
	// Of two results of one match in one list, the later counts.
	h.Put(moved, late)
	sameState(t, h.Model().Snapshot(), fromTheStart(season))
}

func sameSteps(t *testing.T, got, want []Step) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d steps, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Key != want[i].Key || got[i].Prediction != want[i].Prediction || !slices.Equal(got[i].Changes, want[i].Changes) {
			t.Fatalf("step %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestOrderOfMatches(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 1, 10, 9, minute, 0, 0, time.UTC) }
	ordered := []Key{
		{Season: 2025, Event: "Z", Number: 9}, // a start that is unknown comes first
		{Start: at(0), Season: 2025, Event: "B", Number: 7},
		{Start: at(1), Season: 2024, Event: "C", Level: Playoff, Series: 3, Number: 9},
		{Start: at(1), Season: 2025, Event: "A", Number: 2},
		{Start: at(1), Season: 2025, Event: "A", Number: 10},
		{Start: at(1), Season: 2025, Event: "A", Level: Playoff, Series: 1, Number: 2},
		{Start: at(1), Season: 2025, Event: "A", Level: Playoff, Series: 2, Number: 1},
		{Start: at(1), Season: 2025, Event: "B", Number: 1},
	}
	for i, a := range ordered {
		for j, b := range ordered {
			if got, want := a.Compare(b), min(1, max(-1, i-j)); got != want {
				t.Errorf("%+v against %+v is %d, want %d", a, b, got, want)
			}
		}
	}
}

// The order in which a source lists the robots changes no bit, also with three of them.
func TestListOrderOfRobotsChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		matches := events(3).Draw(t, "event")
		one, other := newEPA(2015), newEPA(2015)
		for _, m := range matches {
			one.Learn(m)
			m.Red.Teams, m.Blue.Teams = reversed(m.Red.Teams), rapid.Permutation(m.Blue.Teams).Draw(t, "blue")
			other.Learn(m)
		}
		sameState(t, other.Snapshot(), one.Snapshot())
	})
}
