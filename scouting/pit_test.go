package scouting_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func (w *world) robot() scouting.PitRobot {
	return scouting.PitRobot{ScoutingTeamID: w.team.ID, Season: 2025, ScoutedTeam: 731}
}

func TestAPitReportsWay(t *testing.T) {
	w := newWorld(t)
	student := w.join(teams.Student)
	first := scouting.PitContent{
		Drivetrain: "OTHER", DrivetrainOther: " six legs ", LengthMM: 450, WeightGrams: 15000, Capabilities: []string{"Climbs", "long range", "climbs "},
		Fields: map[string]any{"motors": 8.0, "sponsor": "none", "odometry": true, "unknown": nil}, Text: "Ask again.\n",
	}
	made, isNew, err := w.scouting.PutPit(t.Context(), student, w.robot(), 0, first)
	must(t, err)
	want := scouting.PitContent{
		Drivetrain: "OTHER", DrivetrainOther: "six legs", LengthMM: 450, WeightGrams: 15000, Capabilities: []string{"climbs", "long range"},
		Fields: map[string]any{"motors": 8.0, "sponsor": "none", "odometry": true}, Text: "Ask again.",
	}
	if !isNew || made.Rev != 1 || !reflect.DeepEqual(made.PitContent, want) || made.Author.ID != student.UserID {
		t.Errorf("made %v %+v", isNew, made)
	}
	again, isNew, err := w.scouting.PutPit(t.Context(), student, w.robot(), 0, first)
	if err != nil || isNew || !reflect.DeepEqual(again, made) {
		t.Errorf("said again: %v, %+v, %v", isNew, again, err)
	}
	mentors, students := want, want
	mentors.Drivetrain, mentors.DrivetrainOther = "SWERVE", ""
	students.WeightGrams = 16000
	changed, _, err := w.scouting.PutPit(t.Context(), w.mentor, w.robot(), 1, mentors)
	must(t, err)
	if changed.Rev != 2 || changed.Author.ID != student.UserID || changed.Editor.ID != w.mentor.UserID || changed.ID != made.ID {
		t.Errorf("changed %+v", changed)
	}
	_, _, err = w.scouting.PutPit(t.Context(), student, w.robot(), 1, students)
	if !errors.Is(err, scouting.ErrStale) || !reflect.DeepEqual(fault.From(err).Extra, changed) {
		t.Errorf("who edits later hears %v", err)
	}
	elsewhere := w.robot()
	elsewhere.EventCode = "USNCRA"
	if _, _, err := w.scouting.PutPit(t.Context(), student, elsewhere, 1, students); !errors.Is(err, scouting.ErrNoPit) {
		t.Errorf("a rev of no report: %v", err)
	}
	if r, isNew, err := w.scouting.PutPit(t.Context(), student, elsewhere, 0, students); err != nil || !isNew || r.ID == made.ID {
		t.Errorf("the robot at an FTC event: %+v, %v", r, err)
	}
	history, _, err := w.scouting.PitHistory(t.Context(), student, made.ID, "", 50)
	must(t, err)
	if len(history) != 2 || history[0].Rev != 2 || history[0].Editor.ID != w.mentor.UserID || !reflect.DeepEqual(history[1].PitContent, want) {
		t.Errorf("history %+v", history)
	}
	page, next, err := w.scouting.PitHistory(t.Context(), student, made.ID, "", 1)
	if err != nil || len(page) != 1 || next == "" {
		t.Errorf("a page of history: %v, %q, %v", page, next, err)
	}
	if page, next, err = w.scouting.PitHistory(t.Context(), student, made.ID, next, 1); err != nil || next != "" || page[0].Rev != 1 {
		t.Errorf("the next: %v, %q, %v", page, next, err)
	}
	if _, _, err := w.scouting.PitHistory(t.Context(), student, made.ID, "MTI", 1); !errors.Is(err, scouting.ErrCursor) {
		t.Errorf("a cursor of nothing: %v", err)
	}
	if n := w.heard("scouting:pit-changed"); n != 3 {
		t.Errorf("told %d times, want 3", n)
	}
	for name, f := range map[string]scouting.PitFilter{"all": {}, "the event": {EventCode: &elsewhere.EventCode}, "the robot": {ScoutedTeam: &elsewhere.ScoutedTeam}} {
		f.TeamID, f.Limit = w.team.ID, 10
		want := map[string]int{"all": 2, "the event": 1, "the robot": 2}[name]
		if list, _, err := w.scouting.Pits(t.Context(), student, f); err != nil || len(list) != want {
			t.Errorf("list of %s: %d, %v", name, len(list), err)
		}
	}
}

// TestNobodysChangeIsLost has many add one capability each, by reading, adding and putting;
// whoever is told that they were late starts from what they are given.
func TestNobodysChangeIsLost(t *testing.T) {
	w := newWorld(t)
	const editors = 8
	var all sync.WaitGroup
	var begun atomic.Int64
	for i := range editors {
		all.Go(func() {
			rev, content := 0, scouting.PitContent{}
			for {
				content.Capabilities = append(content.Capabilities, fmt.Sprintf("tag %d", i))
				_, isNew, err := w.scouting.PutPit(t.Context(), w.mentor, w.robot(), rev, content)
				if isNew {
					begun.Add(1)
				}
				if err == nil {
					return
				}
				current, ok := fault.From(err).Extra.(scouting.PitReport)
				if !errors.Is(err, scouting.ErrStale) || !ok {
					t.Error(err)
					return
				}
				rev, content = current.Rev, current.PitContent
			}
		})
	}
	all.Wait()
	list, _, err := w.scouting.Pits(t.Context(), w.mentor, scouting.PitFilter{TeamID: w.team.ID, Limit: 10})
	if err != nil || len(list) != 1 || len(list[0].Capabilities) != editors || list[0].Rev != editors || begun.Load() != 1 {
		t.Errorf("%d begun, in the end %+v, %v", begun.Load(), list, err)
	}
}

func TestBadPitReports(t *testing.T) {
	w := newWorld(t)
	many := map[string]any{}
	for i := range 41 {
		many[fmt.Sprintf("f%d", i)] = i%2 == 0
	}
	for name, c := range map[string]struct {
		content scouting.PitContent
		pointer string
	}{
		"drivetrain":       {scouting.PitContent{Drivetrain: "HOVER"}, "/drivetrain"},
		"other":            {scouting.PitContent{Drivetrain: "TANK", DrivetrainOther: "x"}, "/drivetrainOther"},
		"length":           {scouting.PitContent{LengthMM: 5001}, "/lengthMm"},
		"weight":           {scouting.PitContent{WeightGrams: -1}, "/weightGrams"},
		"31 tags":          {scouting.PitContent{Capabilities: make([]string, 31)}, "/capabilities"},
		"an empty tag":     {scouting.PitContent{Capabilities: []string{"a", " "}}, "/capabilities/1"},
		"a tag of 2 lines": {scouting.PitContent{Capabilities: []string{"a\nb"}}, "/capabilities/0"},
		"field name":       {scouting.PitContent{Fields: map[string]any{"a b": 1.0}}, "/fields"},
		"41 fields":        {scouting.PitContent{Fields: many}, "/fields"},
		"a list in it":     {scouting.PitContent{Fields: map[string]any{"a": []any{1.0}}}, "/fields/a"},
		"long field":       {scouting.PitContent{Fields: map[string]any{"a": strings.Repeat("x", 201)}}, "/fields/a"},
		"number":           {scouting.PitContent{Fields: map[string]any{"a": 1e10}}, "/fields/a"},
		"text":             {scouting.PitContent{Text: strings.Repeat("x", 2001)}, "/text"},
	} {
		_, _, err := w.scouting.PutPit(t.Context(), w.mentor, w.robot(), 0, c.content)
		if f := fault.From(err); !errors.Is(err, scouting.ErrPit) || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v %v", name, err, f.Fields)
		}
	}
	if n := w.heard("scouting:pit-changed"); n != 0 {
		t.Errorf("told %d times", n)
	}
}

// TestPuttingBackWhatWasReadChangesNothing holds for every report there can be.
func TestPuttingBackWhatWasReadChangesNothing(t *testing.T) {
	w := newWorld(t)
	ctx, number := context.Background(), 0
	rapid.Check(t, func(r *rapid.T) {
		robot := w.robot()
		number++
		robot.ScoutedTeam = number
		word := rapid.StringMatching(`[ a-zäéA-Z0-9<"\\]{0,30}`)
		content := scouting.PitContent{
			Drivetrain: rapid.SampledFrom(append(scouting.Drivetrains(), "")).Draw(r, "drivetrain"), LengthMM: rapid.IntRange(0, 5000).Draw(r, "length"),
			Capabilities: rapid.SliceOfN(rapid.StringMatching(`[a-zÄ]{1,8}`), 0, 5).Draw(r, "capabilities"), Text: rapid.StringMatching(`[ a-z\n\t'&€]{0,200}`).Draw(r, "text"),
			Fields: map[string]any{"word": word.Draw(r, "word"), "n": rapid.Float64Range(-1e9, 1e9).Draw(r, "n"), "b": rapid.Bool().Draw(r, "b")},
		}
		made, isNew, err := w.scouting.PutPit(ctx, w.mentor, robot, 0, content)
		if err != nil || !isNew {
			r.Fatalf("put: %v, %v", isNew, err)
		}
		read, err := w.scouting.Pit(ctx, w.mentor, made.ID)
		if err != nil || !reflect.DeepEqual(read, made) {
			r.Fatalf("read %+v, made %+v, %v", read, made, err)
		}
		back, isNew, err := w.scouting.PutPit(ctx, w.mentor, robot, read.Rev, read.PitContent)
		if err != nil || isNew || back.Rev != 1 {
			r.Fatalf("put back: %+v, %v, %v", back, isNew, err)
		}
	})
}
