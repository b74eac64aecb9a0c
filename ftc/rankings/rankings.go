// Package rankings orders the teams of an FTC event by its qualification matches.
//
// It is pure: a season's rules and the matches go in as plain values, rows come out. It
// knows no game. docs/rankings.md says what the rules are and how far they were checked.
package rankings

import (
	"cmp"
	"slices"
)

// Event is what a ranking is made from.
type Event struct {
	Level   string // of the FTC event, such as "regional"; "" and unknown ones are the default
	Teams   []int  // all at the event; those without a match stand last
	Matches []Match
}

// Match is a qualification match that was played, with its official score. Where Matches
// has several plays of one Number, only the one with the highest Play counts.
type Match struct {
	Number, Play int
	Red, Blue    Alliance // either has no robots at a remote event
}

// Alliance is one side of a match.
type Alliance struct {
	Points  int // decide the match; what the opponent's fouls gave is in them
	Robots  []Robot
	Parts   map[string]int  // the parts of the score that the rules name
	Bonuses map[string]bool // bonus ranking points as officials gave them; a missing one is worked out
}

// Robot is a team's place in a match.
type Robot struct {
	Team         int
	Surrogate    bool // the match is not this team's own and does not count for it
	Disqualified bool
	NoShow       bool
}

// Row is a team's place and why it is there.
type Row struct {
	Rank, Team         int
	Score              float64   // the ranking score: ranking points, by the rules an average or a total
	TieBreaks          []float64 // in the order of the rules
	Wins, Losses, Ties int       // of the alliance, in the matches that count
	Played, Counted    int       // matches; a surrogate's does not count
	Disqualified       int       // matches that count and gave nothing because of a disqualification
	NoShows            int       // the same because the team did not come
	Dropped            int       // matches that tie-breaks left out as the lowest
	RankingPoints      int       // all of them
	Bonuses            []int     // how often each bonus was earned, in the order of the rules
	Tied               bool      // equal in everything with a neighbour, so that only the number decided
	Incomplete         bool      // a score lacked a part that the rules ask for; it stood in as 0
}

// Rank returns a row for every team, the first first. The order of the matches does not
// matter. Where the manual draws lots the lower team number goes first, and says Tied.
func Rank(rules Rules, event Event) []Row {
	c := count{rules: rules, level: event.Level, standings: make(map[int]*standing, len(event.Teams))}
	for _, team := range event.Teams {
		c.standing(team)
	}
	for _, m := range lastPlays(event.Matches) {
		c.add(m)
	}
	rows := make([]Row, 0, len(c.standings))
	for _, s := range c.standings {
		rows = append(rows, s.finish(rules))
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(compare(a, b), cmp.Compare(a.Team, b.Team)) })
	for i := range rows {
		rows[i].Rank = i + 1
		if i > 0 && compare(rows[i-1], rows[i]) == 0 {
			rows[i-1].Tied, rows[i].Tied = true, true
		}
	}
	return rows
}

// compare orders by what the rules order by, the better row first. A team without a match
// that counts comes after those who got nothing from theirs.
func compare(a, b Row) int {
	return cmp.Or(
		cmp.Compare(min(b.Counted, 1), min(a.Counted, 1)),
		cmp.Compare(b.Score, a.Score),
		slices.Compare(b.TieBreaks, a.TieBreaks),
	)
}

// lastPlays leaves out the plays of a match that a later one replaced.
func lastPlays(matches []Match) map[int]Match {
	last := make(map[int]Match, len(matches))
	for _, m := range matches {
		if known, ok := last[m.Number]; !ok || m.Play > known.Play {
			last[m.Number] = m
		}
	}
	return last
}

// count is a ranking in the making.
type count struct {
	rules     Rules
	level     string
	standings map[int]*standing
}

// standing is what a team has from its matches so far.
type standing struct {
	Row
	values [][]int // for each tie-break, one value of each match that counts and was not forfeited
}

func (c *count) standing(team int) *standing {
	s, ok := c.standings[team]
	if !ok {
		s = &standing{Row: Row{Team: team, Bonuses: make([]int, len(c.rules.Bonuses))}, values: make([][]int, len(c.rules.TieBreaks))}
		c.standings[team] = s
	}
	return s
}

// add counts a match for its teams.
func (c *count) add(m Match) {
	c.side(m.Red, m.Blue)
	c.side(m.Blue, m.Red)
}

func (c *count) side(own, other Alliance) {
	if len(own.Robots) == 0 {
		return
	}
	earned := c.earned(own, other)
	for _, robot := range own.Robots {
		s := c.standing(robot.Team)
		s.Played++
		if !robot.Surrogate {
			s.count(robot, earned)
		}
	}
}

// count adds what a match gave to a team that it counts for. The record is the alliance's
// even then when the team itself gets nothing.
func (s *standing) count(robot Robot, e earnings) {
	s.Counted++
	s.Wins += e.wins
	s.Losses += e.losses
	s.Ties += e.ties
	switch {
	case robot.Disqualified:
		s.Disqualified++
		return
	case robot.NoShow:
		s.NoShows++
		return
	}
	s.RankingPoints += e.points
	for i, earned := range e.bonuses {
		if earned {
			s.Bonuses[i]++
		}
	}
	for i, v := range e.values {
		s.values[i] = append(s.values[i], v)
	}
	s.Incomplete = s.Incomplete || e.incomplete
}

// finish makes the row out of what was counted.
func (s *standing) finish(rules Rules) Row {
	row := s.Row
	row.Score = float64(row.RankingPoints)
	if rules.Score != Total {
		row.Score = mean(row.RankingPoints, row.Counted)
	}
	row.TieBreaks = make([]float64, len(rules.TieBreaks))
	for i, t := range rules.TieBreaks {
		dropped := 0
		row.TieBreaks[i], dropped = t.value(s.values[i], row.Counted)
		row.Dropped = max(row.Dropped, dropped)
	}
	return row
}
