package rankings

import "slices"

// Rules are how a season ranks, as plain values. Nothing in them is about one game.
type Rules struct {
	Win, Tie  int
	Score     Measure // Average or Total of the ranking points
	Bonuses   []Bonus
	TieBreaks []TieBreak
}

// DefaultLevel is the level whose threshold holds at events of a level that has none.
const DefaultLevel = "default"

// Bonus is one more ranking point for an alliance whose part reaches what the FTC event's
// level asks for.
type Bonus struct {
	Key     string
	Part    string
	AtLeast map[string]int // by level
}

// TieBreak orders teams of equal ranking score by a part of their alliances' scores.
type TieBreak struct {
	Part    string
	Measure Measure
	Losing  bool   // the value of a match, for both, is the losing alliance's, as in early seasons; the lower one of a tie
	Drop    []Drop // the step with the highest From that is reached holds
}

// Drop leaves out a team's lowest values once it has enough matches that count. A match
// that gave nothing for a disqualification or a no-show is never left out.
type Drop struct {
	From   int // matches that count
	Lowest int // values that are left out
}

// Measure makes one value of those of single matches.
type Measure string

// The measures. The zero value is Average.
const (
	Average Measure = "average"
	Total   Measure = "total"
	Highest Measure = "highest"
)

// earnings are what a match gives to each team of an alliance.
type earnings struct {
	wins, losses, ties int
	points             int // ranking points
	bonuses            []bool
	values             []int // for the tie-breaks
	incomplete         bool
}

// earned works out what the match gives to the teams of one alliance.
func (c *count) earned(own, other Alliance) earnings {
	var e earnings
	switch {
	case len(other.Robots) == 0: // alone on the field, so nobody wins
	case own.Points > other.Points:
		e.wins, e.points = 1, c.rules.Win
	case own.Points < other.Points:
		e.losses = 1
	default:
		e.ties, e.points = 1, c.rules.Tie
	}
	e.bonuses = make([]bool, len(c.rules.Bonuses))
	for i, b := range c.rules.Bonuses {
		earned, known := b.earned(own, c.level)
		if earned {
			e.points++
		}
		e.bonuses[i] = earned
		e.incomplete = e.incomplete || !known
	}
	e.values = make([]int, len(c.rules.TieBreaks))
	for i, t := range c.rules.TieBreaks {
		v, known := t.of(own, other)
		e.values[i] = v
		e.incomplete = e.incomplete || !known
	}
	return e
}

// earned reports whether the alliance has the bonus. What officials gave holds, because
// thresholds change within a season; only without it is the part compared.
func (b Bonus) earned(a Alliance, level string) (earned, known bool) {
	if given, ok := a.Bonuses[b.Key]; ok {
		return given, true
	}
	need, ok := b.AtLeast[level]
	if !ok {
		need, ok = b.AtLeast[DefaultLevel]
	}
	part, has := a.Parts[b.Part]
	known = ok && has
	return known && part >= need, known
}

// value makes the tie-break of a team out of its values, which it orders. counted is the
// number of matches that count; those without a value count as 0.
func (t TieBreak) value(values []int, counted int) (value float64, dropped int) {
	dropped = min(t.drops(counted), counted)
	kept := counted - dropped
	forfeits := counted - len(values)
	slices.SortFunc(values, func(a, b int) int { return b - a })
	values = values[:min(len(values), max(0, kept-forfeits))]
	sum := 0
	for _, v := range values {
		sum += v
	}
	switch t.Measure {
	case Total:
		return float64(sum), dropped
	case Highest:
		if len(values) == 0 {
			return 0, dropped
		}
		return float64(values[0]), dropped
	}
	return mean(sum, kept), dropped
}

// of returns the value of a match for the teams of one alliance.
func (t TieBreak) of(own, other Alliance) (v int, known bool) {
	v, known = own.Parts[t.Part]
	if !t.Losing || len(other.Robots) == 0 || own.Points < other.Points {
		return v, known
	}
	theirs, ok := other.Parts[t.Part]
	if own.Points > other.Points {
		return theirs, ok
	}
	return min(v, theirs), known && ok
}

func (t TieBreak) drops(counted int) int {
	var step Drop
	for _, d := range t.Drop {
		if counted >= d.From && d.From >= step.From {
			step = d
		}
	}
	return step.Lowest
}

// mean is 0 of nothing. Two means that are equal in numbers are equal in bits, since a
// quotient of whole numbers is rounded once.
func mean(sum, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}
