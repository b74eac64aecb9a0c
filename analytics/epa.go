package analytics

import (
	"maps"
	"math"
)

// Rating is a team's EPA: the points that its robot is expected to add to its alliance's
// score, fouls left out.
type Rating struct {
	Auto    float64 `json:"auto"`
	Teleop  float64 `json:"teleop"`
	Endgame float64 `json:"endgame"`
	Matches int     `json:"matches"` // qualification matches learned
}

// Total returns the team's EPA.
func (r Rating) Total() float64 { return r.vector().sum() }

func (r Rating) vector() vector { return vector{r.Auto, r.Teleop, r.Endgame} }

func rating(v vector, matches int) Rating {
	return Rating{Auto: v[0], Teleop: v[1], Endgame: v[2], Matches: matches}
}

// Prediction is what the model expects of a match.
type Prediction struct {
	RedWins float64 // probability
	Red     float64 // points without fouls
	Blue    float64
}

// Change is what one match did to one team's rating.
type Change struct {
	Team  int
	After Rating
	Delta float64 // of the total; a team's first sight is no change
}

// Step is one match as the model met it.
type Step struct {
	Key        Key
	Prediction Prediction // from ratings before the match
	Changes    []Change   // red by team number, then blue; without absent robots
}

// Season is what a model knows before its first match.
type Season struct {
	Year  int
	Prior Prior
}

// Model is the EPA of all teams of one season. Feed it matches in the order of Key.Compare:
// the state depends on the order. It is not safe for concurrent use.
type Model struct {
	constants Constants
	season    int
	context   Context
	ratings   map[int]Rating
	carried   map[int]float64 // standing at the end of the last season, see NextSeason
}

// NewModel returns a model that knows no team.
func NewModel(s Season, c Constants) *Model {
	return &Model{
		constants: c,
		season:    s.Year,
		context:   newContext(s.Prior, c),
		ratings:   map[int]Rating{},
		carried:   map[int]float64{},
	}
}

// Rating returns a team's rating, or what it would start with and false for a team that
// has not played.
func (m *Model) Rating(team int) (Rating, bool) {
	r, ok := m.ratings[team]
	if !ok {
		r = rating(m.firstSight(team), 0)
	}
	return r, ok
}

// Ratings returns the ratings of all teams that have played.
func (m *Model) Ratings() map[int]Rating { return maps.Clone(m.ratings) }

// firstSight returns the rating with which a team starts: below the mean if nothing is
// known of it, or else where its last season suggests.
func (m *Model) firstSight(team int) vector {
	mean := m.context.mean()
	if mean <= 0 {
		return vector{}
	}
	spread := m.context.sigma(m.constants.SigmaFloor) / mean
	factor := 1 - float64(m.constants.FirstPenalty*spread)
	if z, ok := m.carried[team]; ok {
		factor = 1 + float64(float64(m.constants.Kept*z)*float64(m.constants.AllianceSize*spread))
	}
	return m.context.share(factor, m.constants.AllianceSize)
}

// Predict tells what the model expects of a match between these robots. It changes nothing.
func (m *Model) Predict(red, blue []int) Prediction {
	r := m.sum(Alliance{Teams: red}.present()).sum()
	b := m.sum(Alliance{Teams: blue}.present()).sum()
	return m.prediction(r, b)
}

func (m *Model) prediction(red, blue float64) Prediction {
	z := (red - blue) / m.context.sigma(m.constants.SigmaFloor)
	return Prediction{RedWins: 1 / (1 + math.Pow(10, -m.constants.Slope*z)), Red: red, Blue: blue}
}

// sum adds up the ratings of an alliance's teams in the order given.
func (m *Model) sum(teams []int) vector {
	var total vector
	for _, team := range teams {
		r, _ := m.Rating(team)
		for i, x := range r.vector() {
			total[i] += x
		}
	}
	return total
}

// Learn predicts a match and then learns its result.
func (m *Model) Learn(match Match) Step {
	red, blue := match.Red.present(), match.Blue.present()
	redSum, blueSum := m.sum(red), m.sum(blue)
	step := Step{
		Key:        match.Key,
		Prediction: m.prediction(redSum.sum(), blueSum.sum()),
		Changes:    make([]Change, 0, len(red)+len(blue)),
	}
	// Every rating is read before any is written: the changes are complete before the first is applied.
	step.Changes = m.changes(step.Changes, match.Level, red, redSum, match.Red.Points)
	step.Changes = m.changes(step.Changes, match.Level, blue, blueSum, match.Blue.Points)
	for _, change := range step.Changes {
		m.ratings[change.Team] = change.After
	}
	if match.Level == Qualification {
		m.context.add(match.Red.Points, m.constants.Decay)
		m.context.add(match.Blue.Points, m.constants.Decay)
	}
	return step
}

// changes appends what an alliance's points change: the error of each component's
// prediction, split evenly over the robots on the field.
func (m *Model) changes(list []Change, level Level, teams []int, sum vector, points Points) []Change {
	scored, size := points.components(), float64(len(teams))
	for _, team := range teams {
		before, _ := m.Rating(team)
		alpha, matches := m.constants.alpha(before.Matches), before.Matches+1
		if level == Playoff {
			alpha, matches = float64(alpha*m.constants.PlayoffRate), before.Matches
		}
		v := before.vector()
		for i := range v {
			v[i] += float64(alpha * (scored[i] - sum[i]) / size)
		}
		after := rating(v, matches)
		list = append(list, Change{Team: team, After: after, Delta: after.Total() - before.Total()})
	}
	return list
}
