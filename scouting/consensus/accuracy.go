package consensus

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/google/uuid"
	"gonum.org/v1/gonum/mat"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// EnoughMatches is how many matches of a scout it takes before their error says anything.
const EnoughMatches = 5

// Sighting is the points that one scout saw one robot score.
type Sighting struct {
	Scout uuid.UUID
	Score seasons.Score
}

// Watched is an alliance all of whose robots were watched, with its official points. The
// bonus is what no robot earns alone.
type Watched struct {
	Match    string // whatever names it
	Official seasons.Score
	Bonus    seasons.Score
	Robots   [][]Sighting // by robot, then by scout
}

// Accuracy is how far a scout is from the official points, in points for each robot and
// match. The endgame is left out: much of it is known robot by robot. Errors are parts of
// what scouts miss together, so that a very good one can come out slightly below 0.
type Accuracy struct {
	Scout       uuid.UUID
	Matches     int     // in which the scout's alliance was watched wholly
	Reports     int     // of theirs in these matches
	AutoError   float64 // by how much the scout is off
	TeleopError float64
	AutoBias    float64 // the same with its sign: positive for a scout who sees too much
	TeleopBias  float64
}

// Enough reports whether the scout was seen in enough matches.
func (a Accuracy) Enough() bool { return a.Matches >= EnoughMatches }

// equation says that the errors of these scouts add up to what an alliance is off.
type equation struct {
	scouts []int
	weight float64
	off    [errorColumns]float64
}

// The columns that are solved for.
const (
	autoError = iota
	teleopError
	autoBias
	teleopBias
	errorColumns
)

// Measure shares out, by least squares, what alliances are off among the scouts who watched
// them. Where the matches do not tell scouts apart it returns the solution of least norm.
// The list is ordered by scout.
func Measure(watched []Watched) []Accuracy {
	byScout := map[uuid.UUID]*Accuracy{}
	matches := map[uuid.UUID]map[string]bool{}
	for _, w := range watched {
		for _, robot := range w.Robots {
			for _, s := range robot {
				if byScout[s.Scout] == nil {
					byScout[s.Scout], matches[s.Scout] = &Accuracy{Scout: s.Scout}, map[string]bool{}
				}
				byScout[s.Scout].Reports++
				matches[s.Scout][w.Match] = true
			}
		}
	}
	scouts := slices.SortedFunc(maps.Keys(byScout), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	var equations []equation
	for _, w := range watched {
		equations = append(equations, w.equations(scouts)...)
	}
	list := make([]Accuracy, len(scouts))
	if len(scouts) == 0 {
		return list
	}
	solved := leastNorm(len(scouts), equations)
	for i, scout := range scouts {
		list[i] = *byScout[scout]
		list[i].Matches = len(matches[scout])
		list[i].AutoError, list[i].TeleopError = solved.At(i, autoError), solved.At(i, teleopError)
		list[i].AutoBias, list[i].TeleopBias = solved.At(i, autoBias), solved.At(i, teleopBias)
	}
	return list
}

// equations puts the scouts of the robots side by side. Where robots have different numbers
// of scouts the shorter lists are gone through again, and all equations of an alliance weigh
// together what one does.
func (w Watched) equations(scouts []uuid.UUID) []equation {
	longest := 0
	robots := make([][]Sighting, len(w.Robots))
	for i, robot := range w.Robots {
		robots[i] = slices.SortedFunc(slices.Values(robot), func(a, b Sighting) int { return bytes.Compare(a.Scout[:], b.Scout[:]) })
		longest = max(longest, len(robot))
	}
	list := make([]equation, longest)
	for i := range list {
		auto, teleop := w.Bonus.Auto-w.Official.Auto, w.Bonus.Teleop-w.Official.Teleop
		e := equation{weight: 1 / float64(longest)}
		for _, robot := range robots {
			if len(robot) == 0 {
				return nil // not watched wholly
			}
			s := robot[i%len(robot)]
			place, _ := slices.BinarySearchFunc(scouts, s.Scout, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
			e.scouts = append(e.scouts, place)
			auto += s.Score.Auto
			teleop += s.Score.Teleop
		}
		e.off = [errorColumns]float64{
			autoError: math.Abs(float64(auto)), teleopError: math.Abs(float64(teleop)), autoBias: float64(auto), teleopBias: float64(teleop),
		}
		list[i] = e
	}
	return list
}

// rankTolerance is the part of the largest eigenvalue below which one counts as zero.
const rankTolerance = 1e-10

// leastNorm solves the equations by inverting their Gram matrix where it can be inverted.
func leastNorm(scouts int, equations []equation) *mat.Dense {
	gram := mat.NewSymDense(scouts, nil)
	right := mat.NewDense(scouts, errorColumns, nil)
	for _, e := range equations {
		times := map[int]float64{} // a scout may have watched both robots
		for _, s := range e.scouts {
			times[s]++
		}
		for a, x := range times {
			for b, y := range times {
				if a <= b {
					gram.SetSym(a, b, gram.At(a, b)+e.weight*x*y)
				}
			}
			for column, off := range e.off {
				right.Set(a, column, right.At(a, column)+e.weight*x*off)
			}
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) {
		panic(fmt.Sprintf("consensus: the eigenvalues of %d scouts do not converge", scouts)) // finite symmetric matrices do
	}
	values := eigen.Values(nil) // ascending
	var vectors, along, solved mat.Dense
	eigen.VectorsTo(&vectors)
	along.Mul(vectors.T(), right)
	for i, value := range values {
		for column := range errorColumns {
			if value <= rankTolerance*values[scouts-1] {
				along.Set(i, column, 0)
			} else {
				along.Set(i, column, along.At(i, column)/value)
			}
		}
	}
	solved.Mul(&vectors, &along)
	return &solved
}
