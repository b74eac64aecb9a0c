package ftc_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

var started = time.Date(2026, 1, 17, 15, 1, 38, 749_000_000, time.UTC)

// result is of qualification match 1: red 101 to 62.
func result() ftc.Result {
	at := started
	return ftc.Result{
		MatchKey:  ftc.MatchKey{EventKey: raleigh, Level: ftc.Qual, Number: 1},
		StartedAt: &at, PostedAt: started.Add(5 * time.Minute), Official: true,
		Alliances: []ftc.AllianceResult{
			{Alliance: ftc.Blue, Total: 62, NoFoul: 62, Phases: &ftc.Phases{Auto: 18, Teleop: 44}, FoulsCommitted: 5, Robots: []ftc.PlayedRobot{
				{TeamNumber: 8569, Station: 2, NoShow: true, Absent: true}, {TeamNumber: 731, Station: 1},
			}},
			{Alliance: ftc.Red, Total: 101, NoFoul: 96, Phases: &ftc.Phases{Auto: 23, Teleop: 58, Endgame: 15},
				RankingPoints: map[string]bool{"movementRP": true, "goalRP": false}, Details: json.RawMessage(`{"robot2Auto": true, "autoPoints": 23}`),
				Robots: []ftc.PlayedRobot{{TeamNumber: 9021, Station: 1}, {TeamNumber: 6183, Station: 2, Disqualified: true}}},
		},
	}
}

func TestPutResultIsReadAsItWasWritten(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	stored, changed, err := s.PutResult(t.Context(), result())
	must(t, err)
	want := result()
	want.Alliances[0], want.Alliances[1] = want.Alliances[1], want.Alliances[0]
	want.Alliances[0].Details = json.RawMessage(`{"autoPoints":23,"robot2Auto":true}`)
	want.Alliances[1].Robots[0], want.Alliances[1].Robots[1] = want.Alliances[1].Robots[1], want.Alliances[1].Robots[0]
	want.Alliances[1].RankingPoints = map[string]bool{}
	want.Plays, want.Rev = 1, 1
	list, err := s.Results(t.Context(), raleigh)
	must(t, err)
	if !changed || !reflect.DeepEqual(stored, want) || len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Errorf("stored %+v\nread %+v\nwant %+v", stored, list, want)
	}
}

// TestPutResult tells what a second result of the same match does to the first.
func TestPutResult(t *testing.T) {
	for name, c := range map[string]struct {
		change             func(r *ftc.Result)
		changed            bool
		rev, plays, points int // afterwards; points are red's total
	}{
		"the same":                      {func(*ftc.Result) {}, false, 1, 1, 101},
		"posted again without a change": {func(r *ftc.Result) { r.PostedAt = r.PostedAt.Add(time.Hour) }, false, 1, 1, 101},
		"the same in another order":     {func(r *ftc.Result) { r.Alliances[0], r.Alliances[1] = r.Alliances[1], r.Alliances[0] }, false, 1, 1, 101},
		"details in another order":      {func(r *ftc.Result) { r.Alliances[1].Details = json.RawMessage(`{"autoPoints":23,"robot2Auto":true}`) }, false, 1, 1, 101},
		"without a start":               {func(r *ftc.Result) { r.StartedAt = nil }, false, 1, 1, 101},
		"corrected":                     {func(r *ftc.Result) { r.Alliances[1].Total = 103 }, true, 2, 1, 103},
		"somebody is disqualified":      {func(r *ftc.Result) { r.Alliances[1].Robots[0].Disqualified = true }, true, 2, 1, 101},
		"a ranking point is taken":      {func(r *ftc.Result) { r.Alliances[1].RankingPoints["movementRP"] = false }, true, 2, 1, 101},
		"only the totals":               {func(r *ftc.Result) { r.Alliances[0].Phases = nil }, true, 2, 1, 101},
		"one alliance":                  {func(r *ftc.Result) { r.Alliances = r.Alliances[1:] }, true, 2, 1, 101},
		"the start is corrected":        {func(r *ftc.Result) { at := started.Add(time.Minute); r.StartedAt = &at }, true, 2, 1, 101},
		"played again, the same score":  {func(r *ftc.Result) { at := started.Add(time.Hour); r.StartedAt, r.PostedAt = &at, at }, true, 2, 2, 101},
		"an older posting":              {func(r *ftc.Result) { r.PostedAt = started; r.Alliances[1].Total = 80 }, false, 1, 1, 101},
		"a play before":                 {func(r *ftc.Result) { at := started.Add(-time.Hour); r.StartedAt, r.PostedAt = &at, at }, false, 1, 1, 101},
		"somebody at the venue disagree": {func(r *ftc.Result) {
			r.Official = false
			r.Alliances[1].Total = 80
			r.PostedAt = started.Add(time.Hour)
		}, false, 1, 1, 101},
		"somebody saw it played again": {func(r *ftc.Result) {
			at := started.Add(time.Hour)
			r.StartedAt, r.PostedAt, r.Official, r.Alliances[1].Total = &at, at.Add(time.Minute), false, 80
		}, true, 2, 2, 80},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ftc.New(pgtest.New(t))
			_, _, err := s.PutResult(t.Context(), result())
			must(t, err)
			second := result()
			c.change(&second)
			stored, changed, err := s.PutResult(t.Context(), second)
			must(t, err)
			list, err := s.Results(t.Context(), raleigh)
			must(t, err)
			if changed != c.changed || stored.Rev != c.rev || stored.Plays != c.plays || stored.Alliances[0].Total != c.points || !reflect.DeepEqual(list[0], stored) {
				t.Errorf("changed %v; stored %+v\nread %+v", changed, stored, list[0])
			}
		})
	}
}

// TestOfficialResultReplacesWhatTheVenueSaid, also when the venue's clock is ahead.
func TestOfficialResultReplacesWhatTheVenueSaid(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	early := result()
	early.Official, early.StartedAt, early.PostedAt, early.Alliances[1].Total = false, nil, started.Add(time.Hour), 99
	_, _, err := s.PutResult(t.Context(), early)
	must(t, err)
	stored, changed, err := s.PutResult(t.Context(), result())
	if err != nil || !changed || stored.Rev != 2 || stored.Plays != 1 || !stored.Official || stored.Alliances[0].Total != 101 {
		t.Errorf("%+v, %v, %v", stored, changed, err)
	}
}

func TestResultKeepsTheSchedule(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	must(t, s.Put(t.Context(), competition()))
	before := read(t, s)
	_, _, err := s.PutResult(t.Context(), result())
	must(t, err)
	if after := read(t, s); after != before {
		t.Errorf("before the result\n%s\nafter it\n%s", before, after)
	}
	must(t, s.Put(t.Context(), competition()))
	if list, err := s.Results(t.Context(), raleigh); err != nil || len(list) != 1 {
		t.Errorf("an import of the schedule leaves %v, %v", list, err)
	}
}

func TestResultsThatContradictThemselves(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	for name, change := range map[string]func(r *ftc.Result){
		"phases":           func(r *ftc.Result) { r.Alliances[0].Phases.Auto++ },
		"nobody":           func(r *ftc.Result) { r.Alliances = nil },
		"red twice":        func(r *ftc.Result) { r.Alliances[0].Alliance = ftc.Red },
		"a third side":     func(r *ftc.Result) { r.Alliances[0].Alliance = "GREEN" },
		"fouls":            func(r *ftc.Result) { r.Alliances[0].FoulsCommitted = -1 },
		"far too much":     func(r *ftc.Result) { r.Alliances[0].Total = 1 << 40 },
		"details":          func(r *ftc.Result) { r.Alliances[0].Details = json.RawMessage(`{`) },
		"no match":         func(r *ftc.Result) { r.Number = 0 },
		"no level":         func(r *ftc.Result) { r.Level = "final" },
		"nobody says when": func(r *ftc.Result) { r.PostedAt = time.Time{} },
	} {
		r := result()
		change(&r)
		if _, _, err := s.PutResult(t.Context(), r); !errors.Is(err, ftc.ErrResult) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Results(t.Context(), raleigh); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("something was stored: %v", err)
	}
}

// TestWritersOfOneResult: many nodes read the same correction at once; it is one.
func TestWritersOfOneResult(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	var changes atomic.Int64
	for _, total := range []int{101, 103} {
		r := result()
		r.Alliances[1].Total = total
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, changed, err := s.PutResult(t.Context(), r)
				if err != nil {
					t.Error(err)
				}
				if changed {
					changes.Add(1)
				}
			})
		}
		all.Wait()
	}
	list, err := s.Results(t.Context(), raleigh)
	if err != nil || changes.Load() != 2 || list[0].Rev != 2 || list[0].Alliances[0].Total != 103 {
		t.Errorf("%d changes, %+v, %v", changes.Load(), list, err)
	}
}
