package scouting_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// covered says the coverage of each robot in one line: match, team, status, and how many
// are missing.
func (d *day) covered() (scouting.Coverage, string) {
	d.t.Helper()
	c, err := d.scouting.Coverage(d.t.Context(), d.mentor, d.key, nil)
	must(d.t, err)
	var lines []string
	for _, m := range c.Matches {
		for _, r := range m.Robots {
			line := fmt.Sprintf("%d/%d %s", m.MatchNumber, r.ScoutedTeam, r.Status)
			if r.Missing > 0 {
				line += fmt.Sprint(" ", r.Missing)
			}
			lines = append(lines, line)
		}
	}
	return c, strings.Join(lines, ", ")
}

func TestCoverageOfAnEventDay(t *testing.T) {
	d := newDay(t, 2, 3)
	expect := func(when, want string) {
		t.Helper()
		if _, got := d.covered(); got != want {
			t.Errorf("%s:\n%s, want\n%s", when, got, want)
		}
	}
	expect("at the start", "1/8569 own, 1/2 nobody, 1/3 nobody, 1/4 nobody, 2/5 nobody, 2/6 nobody, 2/7 nobody, 2/8 nobody")
	for _, x := range []struct{ match, robot, scout int }{{1, 2, 0}, {1, 3, 1}, {1, 3, 2}, {2, 5, 0}} {
		_, err := d.assign(x.match, x.robot, d.scouts[x.scout].UserID, asIs)
		must(t, err)
	}
	expect("assigned", "1/8569 own, 1/2 assigned, 1/3 assigned, 1/4 nobody, 2/5 assigned, 2/6 nobody, 2/7 nobody, 2/8 nobody")
	d.record(d.scouts[1], 1, 3, ftc.Blue)
	expect("before the match is over", "1/8569 own, 1/2 assigned, 1/3 assigned, 1/4 nobody, 2/5 assigned, 2/6 nobody, 2/7 nobody, 2/8 nobody")
	past := time.Now().Add(-time.Minute)
	d.matches[0].ScheduledAt = &past
	d.put()
	expect("its time has passed", "1/8569 own, 1/2 missing 1, 1/3 missing 1, 1/4 missing 1, 2/5 assigned, 2/6 nobody, 2/7 nobody, 2/8 nobody")
	d.record(d.scouts[1], 1, 3, ftc.Blue) // the same scout once more is no second pair of eyes
	expect("one of two watched twice", "1/8569 own, 1/2 missing 1, 1/3 missing 1, 1/4 missing 1, 2/5 assigned, 2/6 nobody, 2/7 nobody, 2/8 nobody")
	d.record(d.scouts[2], 1, 3, ftc.Blue)
	mine := d.record(d.scouts[0], 1, 2, ftc.Red)
	c, got := d.covered()
	if want := "1/8569 own, 1/2 covered, 1/3 covered, 1/4 missing 1, 2/5 assigned, 2/6 nobody, 2/7 nobody, 2/8 nobody"; got != want {
		t.Errorf("entries came:\n%s, want\n%s", got, want)
	}
	if c.Missing != 1 || c.Nobody != 4 || c.Rev != 4 || c.Truncated || !c.Matches[0].Due || c.Matches[1].Due {
		t.Errorf("missing %d, nobody %d, rev %d, %+v", c.Missing, c.Nobody, c.Rev, c.Matches)
	}
	if r := c.Matches[0].Robots[2]; r.Entries != 3 || len(r.Assigned) != 2 || r.Assigned[0].Entries+r.Assigned[1].Entries != 3 || r.Alliance != ftc.Blue || r.Station != 1 {
		t.Errorf("robot 3: %+v", r)
	}
	must(t, d.scouting.Delete(t.Context(), d.scouts[0], mine.ID))
	expect("an entry was deleted", "1/8569 own, 1/2 missing 1, 1/3 covered, 1/4 missing 1, 2/5 assigned, 2/6 nobody, 2/7 nobody, 2/8 nobody")
	d.play(2)
	expect("played before its time", "1/8569 own, 1/2 missing 1, 1/3 covered, 1/4 missing 1, 2/5 missing 1, 2/6 missing 1, 2/7 missing 1, 2/8 missing 1")
	d.matches[1].Robots[0].TeamNumber = 50
	d.put()
	expect("the schedule changed", "1/8569 own, 1/2 missing 1, 1/3 covered, 1/4 missing 1, 2/50 missing 1, 2/6 missing 1, 2/7 missing 1, 2/8 missing 1, 2/5 stale")
}

// play stores a result of the match.
func (d *day) play(number int) {
	d.t.Helper()
	r := ftc.Result{MatchKey: d.matches[number-1].MatchKey, PostedAt: time.Now(), Official: true}
	for _, alliance := range []ftc.Alliance{ftc.Red, ftc.Blue} {
		r.Alliances = append(r.Alliances, ftc.AllianceResult{Alliance: alliance, Total: 10, NoFoul: 10})
	}
	_, _, err := d.ftc.PutResult(d.t.Context(), r)
	must(d.t, err)
}

func TestCoverageWithoutASchedule(t *testing.T) {
	d := newDay(t, 1, 1)
	d.key.Event.Code = "LEAGUEMEET"
	_, err := d.assign(3, 11, d.scouts[0].UserID, func(n *scouting.NewAssignment) { n.Alliance, n.Station = ftc.Red, 2 })
	must(t, err)
	e := d.entry()
	e.EventCode, e.MatchNumber, e.ScoutedTeam = "leaguemeet", 3, 12
	_, _, err = d.scouting.Create(t.Context(), d.scouts[0], e)
	must(t, err)
	if c, got := d.covered(); got != "3/11 missing 1, 3/12 covered" || c.Matches[0].Robots[0].Station != 2 {
		t.Errorf("%s, %+v", got, c)
	}
	d.key.Event.Code = "NOWHERE"
	if _, got := d.covered(); got != "" {
		t.Errorf("an FTC event that nobody knows: %s", got)
	}
}

func TestCoverageOfARangeAndTheMost(t *testing.T) {
	d := newDay(t, scouting.MaxCoverage+5, 1)
	c, _ := d.covered()
	if len(c.Matches) != scouting.MaxCoverage || !c.Truncated {
		t.Errorf("%d matches, truncated %v", len(c.Matches), c.Truncated)
	}
	some, err := d.scouting.Coverage(t.Context(), d.mentor, d.key, &scouting.MatchRange{Level: ftc.Qual, From: 401, To: 403})
	if err != nil || len(some.Matches) != 3 || some.Truncated || some.Matches[0].MatchNumber != 401 || some.Nobody != 11 {
		t.Errorf("%+v, %v", some, err)
	}
}

func TestWhoSeesCoverage(t *testing.T) {
	d := newDay(t, 1, 1)
	for _, role := range []teams.Role{teams.Leader, teams.Student, teams.Friend} {
		if _, err := d.scouting.Coverage(t.Context(), d.join(role), d.key, nil); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	other, err := d.teams.Create(t.Context(), d.scouts[0], 1, "Others")
	must(t, err)
	theirs := d.key
	theirs.TeamID = other.ID
	if _, err := d.scouting.Coverage(t.Context(), d.mentor, theirs, nil); !errors.Is(err, teams.ErrNoTeam) {
		t.Errorf("a stranger: %v", err)
	}
}
