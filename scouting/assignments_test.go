package scouting_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// day is a world with a schedule of qualification matches: team 1 + (4m + i) % 24 at the
// i-th position of match m + 1, and 8569 in place of team 1.
type day struct {
	*world
	key     scouting.SheetKey
	matches []ftc.Match
	scouts  []accounts.Actor
}

func newDay(t *testing.T, matches, scouts int) *day {
	t.Helper()
	d := &day{world: newWorld(t)}
	event := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	d.key = scouting.SheetKey{TeamID: d.team.ID, Event: event}
	start := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	for m := range matches {
		at := start.Add(time.Duration(m) * 7 * time.Minute)
		match := ftc.Match{MatchKey: ftc.MatchKey{EventKey: event, Level: ftc.Qual, Number: m + 1}, ScheduledAt: &at}
		for i, alliance := range []ftc.Alliance{ftc.Red, ftc.Red, ftc.Blue, ftc.Blue} {
			team := 1 + (4*m+i)%24
			if team == 1 {
				team = 8569
			}
			match.Robots = append(match.Robots, ftc.Robot{Alliance: alliance, Station: 1 + i%2, TeamNumber: team})
		}
		d.matches = append(d.matches, match)
	}
	d.put()
	for n := range scouts {
		scout := d.join(teams.Student)
		_, err := d.accounts.Rename(t.Context(), scout, fmt.Sprintf("Scout %d", n))
		must(t, err)
		scout.DisplayName = fmt.Sprintf("Scout %d", n)
		d.scouts = append(d.scouts, scout)
	}
	return d
}

// put stores the schedule as it is now.
func (d *day) put() {
	d.t.Helper()
	must(d.t, d.ftc.Put(d.t.Context(), ftc.Competition{Event: ftc.Event{EventKey: d.key.Event, Name: "Raleigh", Timezone: "UTC"}, Matches: d.matches}))
}

func (d *day) sheet() scouting.Sheet {
	d.t.Helper()
	sheet, err := d.scouting.Assignments(d.t.Context(), d.mentor, d.key, scouting.AssignmentFilter{})
	must(d.t, err)
	return sheet
}

// at returns the scouts of a match by robot.
func (d *day) at(number int) map[int][]uuid.UUID {
	found := make(map[int][]uuid.UUID)
	for _, a := range d.sheet().Assignments {
		if a.MatchNumber == number {
			found[a.ScoutedTeam] = append(found[a.ScoutedTeam], a.Scout.ID)
		}
	}
	return found
}

func (d *day) generate(change func(*scouting.PlanWish)) (scouting.PlanMade, error) {
	rev := d.sheet().Rev
	w := scouting.PlanWish{Rev: &rev, Range: scouting.MatchRange{Level: ftc.Qual, From: 0, To: 999}, Block: 5, PerRobot: 1, Seed: 3}
	change(&w)
	return d.scouting.Generate(d.t.Context(), d.mentor, d.key, w)
}

func (d *day) assign(match, robot int, scout uuid.UUID, change func(*scouting.NewAssignment)) (scouting.Sheet, error) {
	n := scouting.NewAssignment{Rev: d.sheet().Rev, Match: qual(match), ScoutedTeam: robot, ScoutID: scout}
	change(&n)
	return d.scouting.Assign(d.t.Context(), d.mentor, d.key, n)
}

func (d *day) record(scout accounts.Actor, match, robot int, alliance ftc.Alliance) scouting.Entry {
	d.t.Helper()
	e := d.entry()
	e.MatchNumber, e.ScoutedTeam, e.Alliance = match, robot, alliance
	made, _, err := d.scouting.Create(d.t.Context(), scout, e)
	must(d.t, err)
	return made
}

func qual(n int) scouting.MatchRef { return scouting.MatchRef{Level: ftc.Qual, MatchNumber: n} }

func asIs(*scouting.NewAssignment) {}

func asUsual(*scouting.PlanWish) {}

// heard returns the payloads of assignments-changed on the team's channel.
func (d *day) heard() []scouting.AssignmentsChangedPayload {
	d.t.Helper()
	page, err := d.log.Read(d.t.Context(), teams.PrivateChannel(d.team.ID), 0, 500)
	must(d.t, err)
	var list []scouting.AssignmentsChangedPayload
	for _, e := range page.Events {
		if e.Name != "scouting:assignments-changed" {
			continue
		}
		if len(e.Data) > 4<<10 {
			d.t.Errorf("an event of %d bytes", len(e.Data))
		}
		for _, scout := range d.scouts { // tablets hear it, and may not know who is where
			if strings.Contains(string(e.Data), scout.UserID.String()) {
				d.t.Errorf("an event names a scout: %s", e.Data)
			}
		}
		var p scouting.AssignmentsChangedPayload
		must(d.t, json.Unmarshal(e.Data, &p))
		list = append(list, p)
	}
	return list
}

func TestAPlanIsShownThenStoredAndTold(t *testing.T) {
	d := newDay(t, 24, 12)
	preview, err := d.generate(func(w *scouting.PlanWish) { w.DryRun, w.AvoidOwn, w.KeepPosition = true, true, true })
	must(t, err)
	if preview.Saved || len(preview.Assignments) != 24*4-4 || d.sheet().Rev != 0 || len(d.sheet().Assignments) != 0 || len(d.heard()) != 0 {
		t.Errorf("a preview of %d is kept: rev %d, %d events", len(preview.Assignments), d.sheet().Rev, len(d.heard()))
	}
	made, err := d.generate(func(w *scouting.PlanWish) { w.AvoidOwn, w.KeepPosition = true, true })
	must(t, err)
	if fmt.Sprint(made.Assignments) == "" || len(made.Assignments) != len(preview.Assignments) || !made.Saved || made.Rev != 1 || len(made.Open) != 0 {
		t.Errorf("made %d, saved %v, rev %d, open %v", len(made.Assignments), made.Saved, made.Rev, made.Open)
	}
	stored := d.sheet()
	for i, a := range stored.Assignments {
		if p := preview.Assignments[i]; a.Scout != p.Scout || a.ScoutedTeam != p.ScoutedTeam || a.MatchNumber != p.MatchNumber {
			t.Fatalf("stored %+v and showed %+v", a, p)
		}
		if a.ScoutedTeam == 8569 || a.Stale || a.ScheduledAt == nil {
			t.Errorf("stored %+v", a)
		}
	}
	for _, l := range made.Loads {
		if l.Matches < 7 || l.Matches > 8 {
			t.Errorf("%s has %d of 92 matches for 12 scouts", l.Scout.DisplayName, l.Matches)
		}
	}
	heard := d.heard()
	if len(heard) != 1 || heard[0].Rev != 1 || fmt.Sprint(heard[0].Ranges) != "[{qual 1 24}]" || heard[0].EventCode != "USNCRA" {
		t.Errorf("the team hears %+v", heard)
	}
	if again, err := d.generate(func(w *scouting.PlanWish) { w.AvoidOwn, w.KeepPosition = true, true }); err != nil || again.Rev != 1 || len(d.heard()) != 1 {
		t.Errorf("the same plan again: rev %d, %d events, %v", again.Rev, len(d.heard()), err)
	}
	page, err := d.log.Read(t.Context(), "event-USNCRA", 0, 10)
	if err != nil || len(page.Events) != 0 {
		t.Errorf("the public hears %v, %v", page.Events, err)
	}
}

func TestPlansThatCannotBeMade(t *testing.T) {
	d := newDay(t, 4, 2)
	friend := d.join(teams.Friend)
	for name, c := range map[string]struct {
		change  func(*scouting.PlanWish)
		want    error
		pointer string
	}{
		"no such matches":   {func(w *scouting.PlanWish) { w.Range.From = 5 }, scouting.ErrNoSchedule, ""},
		"no such level":     {func(w *scouting.PlanWish) { w.Range.Level = ftc.Playoff }, scouting.ErrNoSchedule, ""},
		"a stranger scouts": {func(w *scouting.PlanWish) { w.Scouts = []uuid.UUID{d.scouts[0].UserID, uuid.New()} }, scouting.ErrAssignment, "/scouts/1"},
		"a friend scouts":   {func(w *scouting.PlanWish) { w.Scouts = []uuid.UUID{friend.UserID} }, scouting.ErrAssignment, "/scouts/0"},
		"one scout twice":   {func(w *scouting.PlanWish) { w.Scouts = []uuid.UUID{d.scouts[0].UserID, d.scouts[0].UserID} }, scouting.ErrAssignment, "/scouts/1"},
		"an absent stranger": {func(w *scouting.PlanWish) {
			w.Absences = []scouting.ScoutAbsence{{ScoutID: uuid.New(), From: 1, To: 2}}
		}, scouting.ErrAssignment, "/absences/0"},
		"an absence backwards": {func(w *scouting.PlanWish) {
			w.Absences = []scouting.ScoutAbsence{{ScoutID: d.scouts[0].UserID, From: 3, To: 2}}
		}, scouting.ErrAssignment, "/absences/0"},
		"an old rev": {func(w *scouting.PlanWish) { *w.Rev = 9 }, scouting.ErrStale, ""},
	} {
		_, err := d.generate(c.change)
		if !errors.Is(err, c.want) || c.pointer != "" && fault.From(err).Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere := d.key
	elsewhere.Event.Code = "NOWHERE"
	if _, err := d.scouting.Generate(t.Context(), d.mentor, elsewhere, scouting.PlanWish{Range: scouting.MatchRange{Level: ftc.Qual, To: 999}}); !errors.Is(err, scouting.ErrNoSchedule) {
		t.Errorf("an FTC event that nobody knows: %v", err)
	}
	if _, err := d.ftc.Event(t.Context(), elsewhere.Event); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("a plan that was refused leaves an FTC event behind: %v", err)
	}
	if d.sheet().Rev != 0 || len(d.heard()) != 0 {
		t.Error("something was stored or told")
	}
}

func TestANewPlanKeepsThePastAndWhatWasMadeByHand(t *testing.T) {
	d := newDay(t, 12, 8)
	_, err := d.generate(asUsual)
	must(t, err)
	robot := d.matches[9].Robots[0].TeamNumber
	old := d.at(10)[robot][0]
	by := d.scouts[0].UserID
	for _, scout := range d.scouts { // anybody who is free in match 10
		busy := false
		for _, ids := range d.at(10) {
			busy = busy || ids[0] == scout.UserID
		}
		if !busy {
			by = scout.UserID
		}
	}
	_, err = d.assign(10, robot, by, func(n *scouting.NewAssignment) { n.InsteadOf = old })
	must(t, err)
	before := make(map[int]string)
	for n := 1; n <= 12; n++ {
		before[n] = fmt.Sprint(d.at(n))
	}
	if _, err := d.generate(func(w *scouting.PlanWish) { w.Range.From, w.Rev = 7, nil }); !errors.Is(err, scouting.ErrStale) {
		t.Errorf("a plan over what nobody has read: %v", err)
	}
	made, err := d.generate(func(w *scouting.PlanWish) { w.Range.From, w.Seed = 7, 99 })
	must(t, err)
	changed := 0
	for n := 1; n <= 12; n++ {
		if same := fmt.Sprint(d.at(n)) == before[n]; !same && n < 7 {
			t.Errorf("match %d was over and is now %v", n, d.at(n))
		} else if !same {
			changed++
		}
	}
	if got := d.at(10)[robot]; len(got) != 1 || got[0] != by {
		t.Errorf("made by hand: %v, want %v", got, by)
	}
	if changed == 0 || made.Assignments[0].MatchNumber != 7 {
		t.Errorf("%d matches changed, the first is %d", changed, made.Assignments[0].MatchNumber)
	}
	for _, l := range made.Loads {
		if l.Matches != 6 {
			t.Errorf("%s has %d of 48 matches for 8 scouts", l.Scout.DisplayName, l.Matches)
		}
	}
	_, err = d.generate(func(w *scouting.PlanWish) { w.Range.From, w.ReplaceManual, w.Scouts = 7, true, []uuid.UUID{old} })
	must(t, err)
	if got := d.at(10); len(got) != 1 {
		t.Errorf("one scout is on %v", got)
	}
}

// TestTwoLeadsDoNotLoseEachOthersChange has many leads change the same list at once: one
// wins, the others are told what is there now.
func TestTwoLeadsDoNotLoseEachOthersChange(t *testing.T) {
	d := newDay(t, 2, 8)
	results := make([]error, len(d.scouts))
	var all sync.WaitGroup
	for i, scout := range d.scouts {
		all.Go(func() {
			_, results[i] = d.scouting.Assign(t.Context(), d.mentor, d.key, scouting.NewAssignment{Match: qual(1), ScoutedTeam: 2, ScoutID: scout.UserID})
		})
	}
	all.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
			continue
		}
		current, ok := fault.From(err).Extra.(scouting.Sheet)
		if !errors.Is(err, scouting.ErrStale) || !ok || current.Rev != 1 || len(current.Assignments) != 1 {
			t.Errorf("a lead hears %v, %+v", err, current)
		}
	}
	if won != 1 || len(d.at(1)[2]) != 1 || d.sheet().Rev != 1 || len(d.heard()) != 1 {
		t.Errorf("%d leads won: %v, rev %d, %d events", won, d.at(1), d.sheet().Rev, len(d.heard()))
	}
}

func TestAssigningByHand(t *testing.T) {
	d := newDay(t, 3, 3)
	friend := d.join(teams.Friend)
	a, b := d.scouts[0].UserID, d.scouts[1].UserID
	sheet, err := d.assign(1, 2, a, asIs)
	must(t, err)
	if got := sheet.Assignments; len(got) != 1 || !got[0].Manual || got[0].Alliance != ftc.Red || got[0].Station != 2 || got[0].Scout.DisplayName != "Scout 0" || got[0].ScheduledAt == nil {
		t.Errorf("assigned %+v", got)
	}
	if again, err := d.assign(1, 2, a, asIs); err != nil || again.Rev != 1 {
		t.Errorf("the same again: rev %d, %v", again.Rev, err)
	}
	_, err = d.assign(1, 2, b, asIs)
	must(t, err)
	if got := d.at(1)[2]; len(got) != 2 {
		t.Errorf("two scouts on one robot: %v", got)
	}
	heard := d.heard()
	if last := heard[len(heard)-1]; fmt.Sprint(last.Ranges) != "[{qual 1 1}]" || last.Rev != 2 {
		t.Errorf("the team hears %+v", last)
	}
	for name, c := range map[string]struct {
		match, robot int
		scout        uuid.UUID
		change       func(*scouting.NewAssignment)
		want         error
	}{
		"a robot that is not there":       {1, 9, a, asIs, scouting.ErrNotThere},
		"a scout who is busy":             {1, 3, a, asIs, scouting.ErrScoutBusy},
		"a stranger":                      {1, 3, uuid.New(), asIs, scouting.ErrAssignment},
		"a friend":                        {1, 3, friend.UserID, asIs, scouting.ErrAssignment},
		"match 0":                         {0, 3, a, asIs, scouting.ErrAssignment},
		"match 1000":                      {1000, 3, a, asIs, scouting.ErrAssignment},
		"an unknown match, no place":      {40, 3, a, asIs, scouting.ErrAssignment},
		"instead of somebody else's":      {1, 3, d.scouts[2].UserID, func(n *scouting.NewAssignment) { n.InsteadOf = a }, scouting.ErrNoAssignment},
		"an unknown match without number": {40, 0, a, func(n *scouting.NewAssignment) { n.Alliance, n.Station = ftc.Red, 1 }, scouting.ErrAssignment},
		"an old rev":                      {2, 5, a, func(n *scouting.NewAssignment) { n.Rev-- }, scouting.ErrStale},
		"a level that is none":            {2, 5, a, func(n *scouting.NewAssignment) { n.Match.Level = "final" }, scouting.ErrAssignment},
		"a playoff series of 100":         {2, 5, a, func(n *scouting.NewAssignment) { n.Match.Series = 100 }, scouting.ErrAssignment},
	} {
		if _, err := d.assign(c.match, c.robot, c.scout, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := d.assign(40, 3, a, func(n *scouting.NewAssignment) { n.Alliance, n.Station = ftc.Blue, 2 }); err != nil {
		t.Errorf("a match that the schedule does not know: %v", err)
	}
	if d.sheet().Rev != 3 {
		t.Errorf("rev %d", d.sheet().Rev)
	}
}

func TestSwapAndClear(t *testing.T) {
	d := newDay(t, 3, 3)
	a, b, c := d.scouts[0].UserID, d.scouts[1].UserID, d.scouts[2].UserID
	for _, x := range []struct {
		match, robot int
		scout        uuid.UUID
	}{{1, 2, a}, {1, 3, b}, {2, 5, b}, {2, 6, c}} {
		_, err := d.assign(x.match, x.robot, x.scout, asIs)
		must(t, err)
	}
	swap := func(m1 int, s1 uuid.UUID, m2 int, s2 uuid.UUID) error {
		_, err := d.scouting.Swap(t.Context(), d.mentor, d.key, d.sheet().Rev, scouting.Place{Match: qual(m1), ScoutID: s1}, scouting.Place{Match: qual(m2), ScoutID: s2})
		return err
	}
	must(t, swap(1, a, 1, b))
	if got := d.at(1); got[2][0] != b || got[3][0] != a {
		t.Errorf("swapped in a match: %v", got)
	}
	must(t, swap(1, a, 2, c))
	if got := fmt.Sprint(d.at(1)[3], d.at(2)[6]); got != fmt.Sprint([]uuid.UUID{c}, []uuid.UUID{a}) {
		t.Errorf("swapped between matches: %s", got)
	}
	rev := d.sheet().Rev
	if err := swap(1, c, 2, b); !errors.Is(err, scouting.ErrScoutBusy) {
		t.Errorf("b is in match 1 already: %v", err)
	}
	if err := swap(1, a, 2, b); !errors.Is(err, scouting.ErrNoAssignment) {
		t.Errorf("a is not in match 1: %v", err)
	}
	if err := swap(1, b, 2, b); !errors.Is(err, scouting.ErrAssignment) {
		t.Errorf("somebody with themselves: %v", err)
	}
	if got := d.sheet(); got.Rev != rev || len(got.Assignments) != 4 {
		t.Errorf("refused swaps changed %+v", got)
	}
	clean := func(from, to int, scout uuid.UUID) {
		_, err := d.scouting.Clear(t.Context(), d.mentor, d.key, d.sheet().Rev, scouting.MatchRange{Level: ftc.Qual, From: from, To: to}, scout)
		must(t, err)
	}
	clean(1, 3, b)
	if got := d.sheet().Assignments; len(got) != 2 {
		t.Errorf("without b: %+v", got)
	}
	clean(2, 3, uuid.Nil)
	if got := d.sheet().Assignments; len(got) != 1 || got[0].MatchNumber != 1 {
		t.Errorf("without match 2: %+v", got)
	}
	heard := d.heard()
	if last := heard[len(heard)-1]; fmt.Sprint(last.Ranges) != "[{qual 2 2}]" {
		t.Errorf("the team hears %+v", last)
	}
}

// TestALargeChangeIsToldInFewWords: stretches of matches are named one by one while they
// are few, and as one range when they are many.
func TestALargeChangeIsToldInFewWords(t *testing.T) {
	d := newDay(t, 150, 1)
	_, err := d.generate(asUsual)
	must(t, err)
	every := func(step int) string {
		file := "match,robot,scout\n"
		for n := step; n <= 150; n += step {
			file += fmt.Sprintf("%d,%d,Scout 0\n", n, d.matches[n-1].Robots[1].TeamNumber)
		}
		_, err := d.importFile(file)
		must(t, err)
		heard := d.heard()
		return fmt.Sprint(heard[len(heard)-1].Ranges)
	}
	if got := every(60); got != "[{qual 60 60} {qual 120 120}]" {
		t.Errorf("two matches: %s", got)
	}
	if got := every(2); got != "[{qual 2 150}]" {
		t.Errorf("75 matches: %s", got)
	}
}

func TestAChangedScheduleMakesAssignmentsStale(t *testing.T) {
	d := newDay(t, 3, 4)
	_, err := d.generate(asUsual)
	must(t, err)
	rev := d.sheet().Rev
	d.matches[1].Robots[0].TeamNumber = 99                                                          // 5 is out
	d.matches[2].Robots[0], d.matches[2].Robots[2] = d.matches[2].Robots[2], d.matches[2].Robots[0] // 9 and 11 change sides
	d.matches[2].Robots[0].Alliance, d.matches[2].Robots[2].Alliance = ftc.Red, ftc.Blue            //
	d.matches[2].Robots[0].Station, d.matches[2].Robots[2].Station = 1, 1                           //
	_, err = d.pool.Exec(t.Context(), `UPDATE matches SET removed_at = now() WHERE number = 1`)     // an import that takes a match away
	must(t, err)
	d.matches = d.matches[1:]
	d.put()
	sheet := d.sheet()
	var stale []string
	for _, a := range sheet.Assignments {
		if a.Stale {
			stale = append(stale, fmt.Sprintf("%d/%d", a.MatchNumber, a.ScoutedTeam))
		}
		if a.MatchNumber == 3 && a.ScoutedTeam == 9 && a.Alliance != ftc.Blue {
			t.Errorf("a robot that changed sides: %+v", a)
		}
	}
	if got := strings.Join(stale, " "); got != "1/8569 1/2 1/3 1/4 2/5" || len(sheet.Assignments) != 12 || sheet.Rev != rev {
		t.Errorf("stale %q of %d, rev %d", got, len(sheet.Assignments), sheet.Rev)
	}
	for _, scout := range d.scouts {
		next, err := d.scouting.Next(t.Context(), scout, d.key)
		if err != nil || next.Next == nil || next.Next.Stale {
			t.Errorf("next %+v, %v", next, err)
		}
	}
	if made, err := d.generate(func(w *scouting.PlanWish) { w.Range.From = 2 }); err != nil || made.Assignments[0].Stale || len(d.at(2)[5]) != 0 || len(d.at(2)[99]) != 1 {
		t.Errorf("a new plan: %v", err)
	}
}

func TestNextMatch(t *testing.T) {
	d := newDay(t, 8, 2)
	scout, idle := d.scouts[0], d.scouts[1]
	for _, match := range []int{2, 4, 6, 8} {
		_, err := d.assign(match, d.matches[match-1].Robots[3].TeamNumber, scout.UserID, asIs)
		must(t, err)
	}
	next := func(actor accounts.Actor) string {
		n, err := d.scouting.Next(t.Context(), actor, d.key)
		must(t, err)
		if n.Detail == "" || (n.Status == "assigned") != (n.Next != nil) {
			t.Errorf("an answer that says nothing: %+v", n)
		}
		if n.Next == nil {
			return n.Status
		}
		if a := n.Next; a.Alliance != ftc.Blue || a.Station != 2 || a.ScheduledAt == nil || a.ScoutedTeam != d.matches[a.MatchNumber-1].Robots[3].TeamNumber {
			t.Errorf("next %+v", a)
		}
		return fmt.Sprintf("Q%d of %d", n.Next.MatchNumber, n.Remaining)
	}
	if got := next(idle); got != "none" {
		t.Errorf("nobody gave them a match: %s", got)
	}
	if got := next(scout); got != "Q2 of 4" {
		t.Errorf("at the start: %s", got)
	}
	d.record(scout, 4, d.matches[3].Robots[3].TeamNumber, ftc.Blue)
	if got := next(scout); got != "Q6 of 2" {
		t.Errorf("2 was missed and comes back: %s", got)
	}
	d.record(scout, 2, d.matches[1].Robots[3].TeamNumber, ftc.Blue) // late, from a tablet that was offline
	if got := next(scout); got != "Q6 of 2" {
		t.Errorf("after a late entry: %s", got)
	}
	gone := d.record(scout, 7, d.matches[6].Robots[0].TeamNumber, ftc.Red)
	if got := next(scout); got != "Q8 of 1" {
		t.Errorf("after one that was not theirs: %s", got)
	}
	must(t, d.scouting.Delete(t.Context(), scout, gone.ID))
	d.record(idle, 8, d.matches[7].Robots[3].TeamNumber, ftc.Blue) // somebody else's entry
	if got := next(scout); got != "Q6 of 2" {
		t.Errorf("after deleting it: %s", got)
	}
	d.record(scout, 8, d.matches[7].Robots[3].TeamNumber, ftc.Blue)
	if got := next(scout); got != "done" {
		t.Errorf("after the last: %s", got)
	}
}

// TestWhoLeavesLeavesAHole: the assignments of somebody who is removed or erased end with
// their membership.
func TestWhoLeavesLeavesAHole(t *testing.T) {
	d := newDay(t, 2, 4)
	_, err := d.generate(asUsual)
	must(t, err)
	must(t, d.teams.Remove(t.Context(), d.mentor, d.team.ID, d.scouts[0].UserID))
	must(t, d.teams.Erase(t.Context(), d.scouts[1]))
	if got := d.sheet().Assignments; len(got) != 4 {
		t.Errorf("%d assignments of two scouts", len(got))
	}
	var knows int
	must(t, d.pool.QueryRow(t.Context(), `SELECT count(*) FROM channel_events WHERE channel <> '!control' AND payload::text LIKE '%' || $1 || '%'`, d.scouts[1].UserID.String()).Scan(&knows))
	if knows != 0 {
		t.Error("an event knows who was erased")
	}
}

// TestLeadsAndLeaversDoNotBlockEachOther plans and swaps while scouts record, change roles
// and leave, and ends with the team being deleted.
func TestLeadsAndLeaversDoNotBlockEachOther(t *testing.T) {
	d := newDay(t, 6, 6)
	var others sync.WaitGroup
	expected := func(err error) bool {
		return err == nil || errors.Is(err, scouting.ErrStale) || errors.Is(err, teams.ErrNoTeam) || errors.Is(err, scouting.ErrAssignment) || errors.Is(err, scouting.ErrRole)
	}
	for i := range 2 {
		others.Go(func() {
			for n := range 25 {
				w := scouting.PlanWish{Range: scouting.MatchRange{Level: ftc.Qual, To: 999}, PerRobot: 1, Block: 1 + n%3, Seed: int64(10*n + i)}
				if sheet, err := d.scouting.Assignments(t.Context(), d.mentor, d.key, scouting.AssignmentFilter{}); err == nil {
					w.Rev = &sheet.Rev
				}
				if _, err := d.scouting.Generate(t.Context(), d.mentor, d.key, w); !expected(err) {
					t.Errorf("a lead: %v", err)
				}
			}
		})
	}
	for _, scout := range d.scouts {
		others.Go(func() {
			for range 20 {
				if _, _, err := d.scouting.Create(t.Context(), scout, d.entry()); !expected(err) && !errors.Is(err, scouting.ErrNotThere) {
					t.Errorf("a scout: %v", err)
				}
			}
		})
	}
	for _, scout := range d.scouts[:4] {
		for _, role := range []teams.Role{teams.Friend, teams.Student} {
			_, err := d.teams.SetRole(t.Context(), d.mentor, d.team.ID, scout.UserID, role)
			must(t, err)
		}
		must(t, d.teams.Remove(t.Context(), d.mentor, d.team.ID, scout.UserID))
	}
	must(t, d.teams.Erase(t.Context(), d.scouts[4]))
	must(t, d.teams.Delete(t.Context(), d.mentor, d.team.ID))
	others.Wait()
	var deadlocks int
	must(t, d.pool.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks))
	if deadlocks != 0 {
		t.Errorf("%d deadlocks", deadlocks)
	}
}
