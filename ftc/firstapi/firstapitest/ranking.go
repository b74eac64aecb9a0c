package firstapitest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// The ranking points of a result in this season.
const (
	rpWin = 3
	rpTie = 1
)

// standing is what a team has after the matches so far.
type standing struct {
	team                                  row
	rp, points, base, auto                float64 // sums over the matches that count
	wins, losses, ties, dq, played, count int
}

// ranking returns the ranking by the results so far, and when it changed last. Before the
// first result there is none.
func (e *event) ranking(now time.Time) ([]row, time.Time) {
	standings := make(map[int]*standing)
	for _, team := range e.teams {
		standings[whole(team["teamNumber"])] = &standing{team: team}
	}
	var modified time.Time
	for _, m := range e.matches {
		if m.Level != ftc.Qual || !m.played(now) {
			continue
		}
		for _, robot := range list(m.hybrid["teams"]) {
			if s := standings[whole(robot["teamNumber"])]; s != nil {
				s.add(m, robot)
			}
		}
		if at := m.modified(now); at.After(modified) {
			modified = at
		}
	}
	if at := e.vanished[ftc.Qual]; at.After(modified) && !modified.IsZero() {
		modified = at
	}
	if modified.IsZero() {
		return nil, modified
	}
	all := make([]row, 0, len(e.teams))
	for _, team := range e.teams {
		all = append(all, standings[whole(team["teamNumber"])].row())
	}
	slices.SortStableFunc(all, byOrders)
	for i, r := range all {
		r["rank"] = float64(i + 1)
	}
	return all, modified
}

// add counts a match for one of its robots. A surrogate's does not count; one of a
// disqualified team, or of one that did not come, counts in the record as it went and gives
// nothing: so ftc-events shows a team of 2022 with one win, in a match it is crossed out of,
// and an average of 0.00 ranking points.
func (s *standing) add(m *match, robot row) {
	s.played++
	if robot["surrogate"] == true {
		return
	}
	s.count++
	station, _ := robot["station"].(string)
	red := strings.HasPrefix(station, "Red")
	won, lost := m.hybrid["redWins"] == red && m.hybrid["blueWins"] == !red, m.hybrid["redWins"] == !red && m.hybrid["blueWins"] == red
	forfeit := robot["dq"] == true || robot["noShow"] == true
	if robot["dq"] == true {
		s.dq++
	}
	points := 0.0
	switch {
	case won:
		s.wins++
		points = rpWin
	case lost:
		s.losses++
	default:
		s.ties++
		points = rpTie
	}
	if forfeit {
		return
	}
	s.rp += points
	score := m.side(station)
	for _, name := range []string{"movementRP", "goalRP", "patternRP"} {
		if score[name] == true {
			s.rp++
		}
	}
	for name, into := range map[string]*float64{"preFoulTotal": &s.points, "teleopBasePoints": &s.base, "autoPoints": &s.auto} {
		n, _ := score[name].(float64)
		*into += n
	}
}

func (s *standing) row() row {
	mean := func(sum float64) float64 {
		if s.count == 0 {
			return 0
		}
		return math.Round(100*sum/float64(s.count)) / 100
	}
	return row{
		"teamNumber": s.team["teamNumber"], "displayTeamNumber": s.team["displayTeamNumber"], "teamName": s.team["nameShort"],
		"sortOrder1": mean(s.rp), "sortOrder2": mean(s.points), "sortOrder3": mean(s.base), "sortOrder4": mean(s.auto),
		"sortOrder5": 0.0, "sortOrder6": 0.0, "qualAverage": mean(s.points),
		"wins": s.wins, "losses": s.losses, "ties": s.ties, "dq": s.dq, "matchesPlayed": s.played, "matchesCounted": s.count,
	}
}

// byOrders compares two rows, the better one first.
func byOrders(a, b row) int {
	for _, name := range []string{"sortOrder1", "sortOrder2", "sortOrder3", "sortOrder4"} {
		x, _ := a[name].(float64)
		y, _ := b[name].(float64)
		if c := cmp.Compare(y, x); c != 0 {
			return c
		}
	}
	return 0
}
