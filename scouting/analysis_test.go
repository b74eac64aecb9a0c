package scouting_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

var raleigh = ftc.EventKey{Season: 2025, Code: "USNCRA"}

func inQuals(number int) ftc.MatchKey {
	return ftc.MatchKey{EventKey: raleigh, Level: ftc.Qual, Number: number}
}

// scout records what the actor saw the red robot do in a qualification match.
func (w *world) scout(actor accounts.Actor, match, robot int, data string) scouting.Entry {
	w.t.Helper()
	e := w.entry()
	e.MatchNumber, e.ScoutedTeam, e.Data = match, robot, json.RawMessage(data)
	made, _, err := w.scouting.Create(w.t.Context(), actor, e)
	must(w.t, err)
	return made
}

// posts gives a qualification match a result: red's points by phase, blue's are none. Red
// are 8569 and 9021.
func (w *world) posts(match int, red ftc.Phases, change ...func(r *ftc.Result)) {
	w.t.Helper()
	total := red.Auto + red.Teleop + red.Endgame
	started := time.Now().Add(-3 * time.Hour)
	r := ftc.Result{MatchKey: inQuals(match), StartedAt: &started, PostedAt: started.Add(time.Minute), Official: true, Alliances: []ftc.AllianceResult{
		{Alliance: ftc.Red, Total: total + 5, NoFoul: total, Phases: &red, RankingPoints: map[string]bool{"goalRP": total > 50},
			Robots: []ftc.PlayedRobot{{TeamNumber: 8569, Station: 1}, {TeamNumber: 9021, Station: 2}}},
		{Alliance: ftc.Blue, Phases: &ftc.Phases{}, FoulsCommitted: 5, Robots: []ftc.PlayedRobot{{TeamNumber: 6183, Station: 1}, {TeamNumber: 731, Station: 2}}},
	}}
	for _, f := range change {
		f(&r)
	}
	_, _, err := w.ftc.PutResult(w.t.Context(), r)
	must(w.t, err)
}

func (w *world) view() scouting.View {
	return scouting.View{TeamID: w.team.ID, Event: raleigh, Limit: 100}
}

func (w *world) consensus(v scouting.View) []scouting.RobotConsensus {
	w.t.Helper()
	list, _, err := w.scouting.Consensus(w.t.Context(), w.mentor, v)
	must(w.t, err)
	return list
}

func classified(n int) string { return fmt.Sprintf(`{"teleopClassifiedCount":%d}`, n) }

// TestTwoScoutsOneRobot: both entries stay, the consensus lies between them, and a scout
// who watches again replaces only what they said before.
func TestTwoScoutsOneRobot(t *testing.T) {
	w := newWorld(t)
	one, two := w.join(teams.Student), w.join(teams.Student)
	w.scout(one, 12, 8569, classified(2))
	w.scout(two, 12, 8569, classified(10))
	got := w.consensus(w.view())
	if len(got) != 1 || got[0].TotalScore != 18 || !got[0].Conflict || got[0].Conflicts[0].Key != "teleopClassifiedCount" || len(got[0].Reports) != 2 || got[0].Superseded != 0 {
		t.Fatalf("two scouts: %+v", got)
	}
	again := w.scout(one, 12, 8569, classified(9))
	got = w.consensus(w.view())
	if len(got) != 1 || got[0].TotalScore != 27 || got[0].Conflict || len(got[0].Reports) != 2 || got[0].Superseded != 1 {
		t.Errorf("one of them watched again: %+v", got)
	}
	if entries, _ := w.count(); entries != 3 {
		t.Errorf("%d entries are kept", entries)
	}
	must(t, w.scouting.Delete(t.Context(), w.mentor, again.ID))
	if got = w.consensus(w.view()); got[0].TotalScore != 18 {
		t.Errorf("without the second look: %+v", got)
	}
}

// TestAReplayedMatch: what was seen of the first play is kept and does not count.
func TestAReplayedMatch(t *testing.T) {
	w := newWorld(t)
	one, two := w.join(teams.Student), w.join(teams.Student)
	old := w.scout(one, 12, 8569, classified(2))
	w.scout(two, 12, 8569, classified(4))
	w.posts(12, ftc.Phases{Teleop: 30})
	if got := w.consensus(w.view()); len(got) != 1 || len(got[0].Reports) != 2 {
		t.Fatalf("played once: %+v", got)
	}
	replayed := func(r *ftc.Result) {
		now := time.Now()
		r.StartedAt, r.PostedAt = &now, now
	}
	w.posts(12, ftc.Phases{Teleop: 60}, replayed)
	if got := w.consensus(w.view()); len(got) != 0 {
		t.Errorf("nobody has scouted the replay: %+v", got)
	}
	if _, err := w.scouting.DeducePartner(t.Context(), w.mentor, old.ID); !errors.Is(err, scouting.ErrOldPlay) {
		t.Errorf("a deduction from the first play: %v", err)
	}
	w.scout(one, 12, 8569, classified(20))
	got := w.consensus(w.view())
	if len(got) != 1 || got[0].TotalScore != 60 || len(got[0].Reports) != 1 || got[0].Superseded != 2 || got[0].Conflict {
		t.Errorf("one has: %+v", got)
	}
	if entries, _ := w.count(); entries != 3 {
		t.Errorf("%d entries are kept", entries)
	}
}

func TestConsensusPagesAndFilters(t *testing.T) {
	w := newWorld(t)
	for match := 1; match <= 3; match++ {
		for _, robot := range []int{8569, 9021} {
			w.scout(w.mentor, match, robot, classified(match))
		}
	}
	playoff := w.entry()
	playoff.Level, playoff.Series, playoff.MatchNumber = ftc.Playoff, 2, 1
	_, _, err := w.scouting.Create(t.Context(), w.mentor, playoff)
	must(t, err)
	practice := w.entry()
	practice.Level, practice.MatchNumber = ftc.Practice, 9
	_, _, err = w.scouting.Create(t.Context(), w.mentor, practice)
	must(t, err)
	v, all := w.view(), ""
	v.Limit = 3
	for {
		list, next, err := w.scouting.Consensus(t.Context(), w.mentor, v)
		must(t, err)
		for _, r := range list {
			all += fmt.Sprintf("%s %d/%d %d, ", r.Level, r.Series, r.Number, r.ScoutedTeam)
		}
		if v.Cursor = next; next == "" {
			break
		}
	}
	if want := "practice 0/9 8569, qual 0/1 8569, qual 0/1 9021, qual 0/2 8569, qual 0/2 9021, qual 0/3 8569, qual 0/3 9021, playoff 2/1 8569, "; all != want {
		t.Errorf("pages give %s\nwant %s", all, want)
	}
	level, two, robot := ftc.Qual, 2, 9021
	for name, c := range map[string]struct {
		change func(v *scouting.View)
		want   int
	}{
		"level":  {func(v *scouting.View) { v.Level = &level }, 6},
		"match":  {func(v *scouting.View) { v.Level, v.MatchNumber = &level, &two }, 2},
		"series": {func(v *scouting.View) { v.Series = &two }, 1},
		"robot":  {func(v *scouting.View) { v.ScoutedTeam = &robot }, 3},
		"event":  {func(v *scouting.View) { v.Event.Code = "OTHER" }, 0},
		"season": {func(v *scouting.View) { v.Event.Season = 0 }, 0}, // the newest
	} {
		v := w.view()
		c.change(&v)
		if got := w.consensus(v); len(got) != c.want {
			t.Errorf("by %s: %d, want %d", name, len(got), c.want)
		}
	}
	for _, cursor := range []string{"x", "!!!", "cXVhbCAw", strings.Repeat("A", 60)} {
		v := w.view()
		v.Cursor = cursor
		if _, _, err := w.scouting.Consensus(t.Context(), w.mentor, v); !errors.Is(err, scouting.ErrCursor) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

// TestDeducePartner: 9021 must have scored what 8569 and the bonus leave of red's points.
func TestDeducePartner(t *testing.T) {
	w := newWorld(t)
	seen := w.scout(w.mentor, 12, 8569, `{"autoLeave":true,"teleopClassifiedCount":10,"endgameBaseStatus":"FULL"}`)
	if _, err := w.scouting.DeducePartner(t.Context(), w.mentor, seen.ID); !errors.Is(err, scouting.ErrNoResult) {
		t.Errorf("before the result: %v", err)
	}
	w.posts(12, ftc.Phases{Auto: 12, Teleop: 50, Endgame: 30})
	d, err := w.scouting.DeducePartner(t.Context(), w.mentor, seen.ID)
	want := seasons.Score{Auto: 9, Teleop: 20, Endgame: 10, Total: 39}
	if err != nil || d.Team != 9021 || d.Score != want || d.Bonus.Endgame != 10 || d.Source != "deduced" || len(d.Inconsistent) != 0 || d.PartnerScouted || !d.OfficialResult || d.ResultRev != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	if entries, _ := w.count(); entries != 1 {
		t.Errorf("%d entries: a deduction was stored", entries)
	}
	// Either side changes, and so does the deduction.
	w.posts(12, ftc.Phases{Auto: 12, Teleop: 44, Endgame: 30})
	if d, err = w.scouting.DeducePartner(t.Context(), w.mentor, seen.ID); err != nil || d.Score.Teleop != 14 || d.ResultRev != 2 {
		t.Errorf("after a correction of the result: %+v, %v", d, err)
	}
	_, err = w.scouting.Update(t.Context(), w.mentor, seen.ID, scouting.Patch{Rev: 1, Data: json.RawMessage(`{"teleopClassifiedCount":20}`)})
	must(t, err)
	d, err = w.scouting.DeducePartner(t.Context(), w.mentor, seen.ID)
	if err != nil || d.Score.Teleop != -16 || len(d.Inconsistent) != 1 {
		t.Errorf("after a change of the entry: %+v, %v", d, err)
	}
	// The official score knows where the robots stood.
	w.posts(12, ftc.Phases{Auto: 12, Teleop: 60, Endgame: 15}, func(r *ftc.Result) {
		r.Alliances[0].Details = json.RawMessage(`{"robot1Auto":true,"robot2Auto":true,"robot1Teleop":"PARTIAL","robot2Teleop":"FULL"}`)
	})
	d, err = w.scouting.DeducePartner(t.Context(), w.mentor, seen.ID)
	if err != nil || d.Score.Endgame != 10 || string(d.Answers) != `{"autoLeave":true,"endgameBaseStatus":"FULL"}` || !slices.Equal(d.Corrected, []string{"endgameBaseStatus"}) {
		t.Errorf("with details: %+v %s, %v", d, d.Answers, err)
	}
}

func TestNoPartner(t *testing.T) {
	w := newWorld(t)
	seen := w.scout(w.mentor, 12, 8569, classified(1))
	for name, change := range map[string]func(r *ftc.Result){
		"nobody knows who played": func(r *ftc.Result) { r.Alliances[0].Robots = nil },
		"the partner did not":     func(r *ftc.Result) { r.Alliances[0].Robots[1].NoShow = true },
		"the robot itself did not": func(r *ftc.Result) {
			r.Alliances[0].Robots[0].Absent = true
		},
		"two partners, neither scouted": func(r *ftc.Result) {
			r.Alliances[0].Robots = append(r.Alliances[0].Robots, ftc.PlayedRobot{TeamNumber: 4444, Station: 3})
		},
	} {
		w.posts(12, ftc.Phases{Teleop: 10}, change)
		if d, err := w.scouting.DeducePartner(t.Context(), w.mentor, seen.ID); !errors.Is(err, scouting.ErrNoPartner) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	w.posts(12, ftc.Phases{Teleop: 10}, func(r *ftc.Result) { r.Alliances[0].Phases = nil })
	if _, err := w.scouting.DeducePartner(t.Context(), w.mentor, seen.ID); !errors.Is(err, scouting.ErrNoResult) {
		t.Errorf("only the totals are known: %v", err)
	}
}

// TestAccuracy plants two scouts' errors in six matches: one always sees two classified
// artifacts too many, the other one too few.
func TestAccuracy(t *testing.T) {
	w := newWorld(t)
	keen, shy, late := w.join(teams.Student), w.join(teams.Student), w.join(teams.Student)
	for match := 1; match <= 6; match++ {
		w.posts(match, ftc.Phases{Auto: 6, Teleop: 60})
		first, second := keen, shy
		switch match {
		case 5:
			second = keen
		case 6:
			first, second = shy, shy
		}
		offs := map[accounts.Actor]int{keen: 2, shy: -1}
		w.scout(first, match, 8569, fmt.Sprintf(`{"autoLeave":true,"teleopClassifiedCount":%d}`, 10+offs[first]))
		w.scout(second, match, 9021, fmt.Sprintf(`{"autoLeave":true,"teleopClassifiedCount":%d}`, 10+offs[second]))
	}
	w.posts(7, ftc.Phases{Teleop: 60})
	w.scout(late, 7, 8569, classified(10)) // its alliance is not scouted wholly
	list, err := w.scouting.Accuracy(t.Context(), w.mentor, w.view())
	must(t, err)
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	for _, a := range list {
		bias := -3.0
		if a.Scouter.ID == keen.UserID {
			bias = 6
		}
		if a.Matches != 5 || a.Reports != 6 || !a.Enough || math.Abs(a.Teleop.Bias-bias) > 1e-6 || math.Abs(a.Total.Bias-bias) > 1e-6 || math.Abs(a.Auto.Error) > 1e-6 {
			t.Errorf("%+v: %+v", a, a.Teleop)
		}
	}
	own, err := w.scouting.Accuracy(t.Context(), keen, w.view())
	if err != nil || len(own) != 1 || own[0].Scouter.ID != keen.UserID {
		t.Errorf("a student reads %+v, %v", own, err)
	}
}

func TestAccuracyTakesFiveMatches(t *testing.T) {
	w := newWorld(t)
	for match := 1; match <= 4; match++ {
		w.posts(match, ftc.Phases{Teleop: 60})
		w.scout(w.mentor, match, 8569, classified(12))
		w.scout(w.mentor, match, 9021, classified(12))
	}
	list, err := w.scouting.Accuracy(t.Context(), w.mentor, w.view())
	if err != nil || len(list) != 1 || list[0].Enough || list[0].Matches != 4 || list[0].Needed != 5 || list[0].Total != nil {
		t.Errorf("after four matches: %+v, %v", list, err)
	}
	w.posts(5, ftc.Phases{Teleop: 60})
	w.scout(w.mentor, 5, 8569, classified(12))
	w.scout(w.mentor, 5, 9021, classified(12))
	list, err = w.scouting.Accuracy(t.Context(), w.mentor, w.view())
	if err != nil || !list[0].Enough || math.Abs(list[0].Total.Error-6) > 1e-6 {
		t.Errorf("after five: %+v, %v", list, err)
	}
}

// TestSummary has three matches of 9021: scouted, deduced, and one that cannot be; and one
// of practice, which says nothing.
func TestSummary(t *testing.T) {
	w := newWorld(t)
	w.scout(w.mentor, 1, 9021, `{"autoLeave":true,"teleopClassifiedCount":10,"endgameBaseStatus":"FULL"}`)
	w.scout(w.mentor, 2, 8569, classified(5))
	w.scout(w.mentor, 3, 8569, classified(50))
	w.scout(w.mentor, 4, 9021, `{"teleopClassifiedCount":20}`)
	practice := w.entry()
	practice.Level, practice.ScoutedTeam = ftc.Practice, 9021
	_, _, err := w.scouting.Create(t.Context(), w.mentor, practice)
	must(t, err)
	for match, teleop := range map[int]int{1: 60, 2: 40, 3: 40} {
		w.posts(match, ftc.Phases{Auto: 3, Teleop: teleop})
	}
	list, err := w.scouting.Summarize(t.Context(), w.mentor, w.view(), []int{9021, 8569, 4444})
	must(t, err)
	s := list[0]
	if s.Sources != (scouting.Sources{Entries: 2, Scouted: 2, Deduced: 2, Inconsistent: 1}) {
		t.Errorf("sources %+v", s.Sources)
	}
	if want := (consensus.Stats{Matches: 2, Average: 51.5, Median: 51.5, Best: 60, Worst: 43, Trend: 17}); s.Scouted.Total != want {
		t.Errorf("scouted %+v", s.Scouted.Total)
	}
	if want := (consensus.Stats{Matches: 1, Average: 28, Median: 28, Best: 28, Worst: 28}); s.Deduced.Total != want {
		t.Errorf("deduced %+v", s.Deduced.Total)
	}
	text := ""
	for _, m := range s.Matches {
		text += fmt.Sprintf("%d %s %d %v, ", m.Number, m.Source, m.Score.Total, len(m.Inconsistent) == 0)
	}
	if want := "1 scouted 43 true, 2 deduced 28 true, 3 deduced -107 false, 4 scouted 60 true, "; text != want {
		t.Errorf("matches %s, want %s", text, want)
	}
	if o := s.Official; o == nil || o.Matches != 3 || o.Wins != 3 || o.RankingPoints["goalRP"] != 1 || math.Abs(o.Total-(68+48+48)/3.) > 1e-9 || math.Abs(o.Phases.Teleop-140/3.) > 1e-9 {
		t.Errorf("official %+v", s.Official)
	}
	if r := s.Ratings; r == nil || math.Abs(r.NoFoulOPR-(63+43+43)/6.) > 1e-9 || !r.Thin || r.EPA <= 0 || r.Version != "epa/1" {
		t.Errorf("ratings %+v", s.Ratings)
	}
	if len(s.Fields) != 9 || s.Fields[0].Matches != 2 || len(s.Capabilities) != 10 {
		t.Errorf("fields %+v", s.Fields)
	}
	if none := list[2]; none.Sources != (scouting.Sources{}) || none.Official != nil || none.Ratings != nil || len(none.Matches) != 0 {
		t.Errorf("a robot that was never there: %+v", none)
	}
	alone, err := w.scouting.Summarize(t.Context(), w.mentor, w.view(), []int{9021})
	if err != nil || alone[0].Sources != s.Sources || alone[0].Deduced != s.Deduced {
		t.Errorf("asked for alone: %+v, %v", alone, err)
	}
	if own := list[1]; own.TeamNumber != 8569 || own.Sources.Scouted != 2 || own.Sources.Deduced != 1 {
		t.Errorf("the partner: %+v", own.Sources)
	}
}

// TestSummaryHasWhatNotesSay: those about the FTC event and those about none.
func TestSummaryHasWhatNotesSay(t *testing.T) {
	w := newWorld(t)
	w.scout(w.mentor, 1, 9021, classified(1))
	for _, n := range []scouting.NewNote{
		{EventCode: "USNCRA", ScoutedTeam: 9021, Reliability: 5, DriverSkill: 3, Text: "quick"},
		{ScoutedTeam: 9021, Reliability: 2, Text: "slow to start"},
		{EventCode: "OTHER", ScoutedTeam: 9021, Reliability: 1, Text: "broke down"},
		{EventCode: "USNCRA", ScoutedTeam: 8569, Defence: 1, Text: "another robot"},
	} {
		n.ScoutingTeamID, n.Season = w.team.ID, 2025
		_, _, err := w.scouting.CreateNote(t.Context(), w.mentor, n)
		must(t, err)
	}
	list, err := w.scouting.Summarize(t.Context(), w.join(teams.Friend), w.view(), []int{9021, 731})
	must(t, err)
	want := scouting.NoteRatings{Notes: 2, Reliability: scouting.Rating{Average: 3.5, Notes: 2}, DriverSkill: scouting.Rating{Average: 3, Notes: 1}}
	if list[0].Notes == nil || *list[0].Notes != want || list[1].Notes != nil {
		t.Errorf("%+v, %+v", list[0].Notes, list[1].Notes)
	}
}

// TestWhoMayAnalyse: strangers learn nothing, members what their role allows.
func TestWhoMayAnalyse(t *testing.T) {
	w := newWorld(t)
	seen := w.scout(w.mentor, 12, 8569, classified(1))
	w.posts(12, ftc.Phases{Teleop: 10})
	stranger := w.join(teams.Student)
	must(t, w.teams.Remove(t.Context(), w.mentor, w.team.ID, stranger.UserID))
	for name, c := range map[string]struct {
		actor          accounts.Actor
		rest, accuracy error
	}{
		"removed": {stranger, teams.ErrNoTeam, teams.ErrNoTeam},
		"friend":  {w.join(teams.Friend), nil, scouting.ErrRole},
		"student": {w.join(teams.Student), nil, nil},
		"leader":  {w.join(teams.Leader), nil, nil},
	} {
		if _, _, err := w.scouting.Consensus(t.Context(), c.actor, w.view()); !errors.Is(err, c.rest) {
			t.Errorf("%s, consensus: %v", name, err)
		}
		if _, err := w.scouting.Summarize(t.Context(), c.actor, w.view(), []int{8569}); !errors.Is(err, c.rest) {
			t.Errorf("%s, summary: %v", name, err)
		}
		if _, err := w.scouting.Accuracy(t.Context(), c.actor, w.view()); !errors.Is(err, c.accuracy) {
			t.Errorf("%s, accuracy: %v", name, err)
		}
		want := c.rest
		if want != nil {
			want = scouting.ErrNoEntry
		}
		if _, err := w.scouting.DeducePartner(t.Context(), c.actor, seen.ID); !errors.Is(err, want) {
			t.Errorf("%s, deduction: %v", name, err)
		}
	}
}

func TestBadQuestions(t *testing.T) {
	w := newWorld(t)
	for name, robots := range map[string][]int{"none": nil, "0": {0}, "too high": {100_000}, "twice": {1, 1}, "eleven": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}} {
		if _, err := w.scouting.Summarize(t.Context(), w.mentor, w.view(), robots); !errors.Is(err, scouting.ErrCompare) {
			t.Errorf("%s: %v", name, err)
		}
	}
	v := w.view()
	v.Event.Season = 1999
	if _, _, err := w.scouting.Consensus(t.Context(), w.mentor, v); !errors.Is(err, scouting.ErrSeason) {
		t.Errorf("season: %v", err)
	}
	v = w.view()
	v.Event.Code = "no such code!"
	if _, _, err := w.scouting.Consensus(t.Context(), w.mentor, v); !errors.Is(err, ftc.ErrCode) {
		t.Errorf("code: %v", err)
	}
}
