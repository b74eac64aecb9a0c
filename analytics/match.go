package analytics

import (
	"cmp"
	"slices"
	"time"
)

// Level says which part of an FTC event a match belongs to, in the order they are played.
// Practice matches have no place in any rating.
type Level int

// The levels.
const (
	Qualification Level = iota
	Playoff
)

// Key names a match and gives it its place in the order in which matches are learned.
type Key struct {
	Start  time.Time // the actual start, or else the scheduled one; zero where unknown
	Season int
	Event  string
	Level  Level
	Series int
	Number int
}

// Compare orders matches by start, season, event, level, series and number. The start comes
// first, so matches of parallel FTC events interleave as they were played.
func (k Key) Compare(other Key) int {
	return cmp.Or(
		k.Start.Compare(other.Start),
		cmp.Compare(k.Season, other.Season),
		cmp.Compare(k.Event, other.Event),
		cmp.Compare(k.Level, other.Level),
		cmp.Compare(k.Series, other.Series),
		cmp.Compare(k.Number, other.Number),
	)
}

// id is the match's name. The start is no part of it: it changes when a schedule slips.
func (k Key) id() Key {
	k.Start = time.Time{}
	return k
}

// Points are what one alliance scored in one match.
type Points struct {
	Total   float64 // decides the match; contains what the opponent's fouls gave
	NoFoul  float64 // the total without that
	Auto    float64
	Teleop  float64 // without the endgame
	Endgame float64
}

// components returns the parts that EPA rates, in the order in which they are summed.
func (p Points) components() vector { return vector{p.Auto, p.Teleop, p.Endgame} }

// Alliance is one side of a match.
type Alliance struct {
	Teams  []int // as scheduled, surrogates and disqualified teams included
	Absent []int // those of Teams whose robot was not on the field
	Points Points
}

// present returns the teams that played, in ascending order: sums over them must not
// depend on the order in which a source lists them.
func (a Alliance) present() []int {
	teams := make([]int, 0, len(a.Teams))
	for _, team := range a.Teams {
		if !slices.Contains(a.Absent, team) {
			teams = append(teams, team)
		}
	}
	slices.Sort(teams)
	return teams
}

func (a Alliance) equal(other Alliance) bool {
	return a.Points == other.Points && slices.Equal(a.Teams, other.Teams) && slices.Equal(a.Absent, other.Absent)
}

// Match is a match that was played.
type Match struct {
	Key
	Red, Blue Alliance
}

func (m Match) equal(other Match) bool {
	return m.Compare(other.Key) == 0 && m.Red.equal(other.Red) && m.Blue.equal(other.Blue)
}
