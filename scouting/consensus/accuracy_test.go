package consensus_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

// saw is what scout n saw a robot score.
func saw(n, auto, teleop int) consensus.Sighting {
	return consensus.Sighting{Scout: scout(n), Score: score(auto, teleop, 0)}
}

// TestMeasure has an example that can be solved on paper: scouts 1 and 2 together are 3 off
// in auto, 1 and 3 are 5 off, 2 and 3 are 4 off; so alone they are 2, 1 and 3 off.
func TestMeasure(t *testing.T) {
	watched := []consensus.Watched{
		{Match: "1", Official: score(20, 30, 0), Robots: [][]consensus.Sighting{{saw(1, 12, 10)}, {saw(2, 11, 20)}}},
		{Match: "2", Official: score(20, 30, 0), Robots: [][]consensus.Sighting{{saw(1, 12, 15)}, {saw(3, 13, 15)}}},
		{Match: "2", Official: score(10, 30, 0), Robots: [][]consensus.Sighting{{saw(2, 7, 10)}, {saw(3, 7, 14)}}},
	}
	got := consensus.Measure(watched)
	want := []consensus.Accuracy{
		{Scout: scout(1), Matches: 2, Reports: 2, AutoError: 2, TeleopError: -3, AutoBias: 2, TeleopBias: 3},
		{Scout: scout(2), Matches: 2, Reports: 2, AutoError: 1, TeleopError: 3, AutoBias: 1, TeleopBias: -3},
		{Scout: scout(3), Matches: 1, Reports: 2, AutoError: 3, TeleopError: 3, AutoBias: 3, TeleopBias: -3},
	}
	for i, w := range want {
		g := got[i]
		if g.Scout != w.Scout || g.Matches != w.Matches || g.Reports != w.Reports || g.Enough() ||
			!near(g.AutoError, w.AutoError) || !near(g.AutoBias, w.AutoBias) || !near(g.TeleopError, w.TeleopError) || !near(g.TeleopBias, w.TeleopBias) {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
}

// TestScoutsThatCannotBeToldApart always work together: the least norm shares evenly.
func TestScoutsThatCannotBeToldApart(t *testing.T) {
	var watched []consensus.Watched
	for i := range 5 {
		watched = append(watched, consensus.Watched{Match: fmt.Sprint(i), Official: score(10, 0, 0), Robots: [][]consensus.Sighting{{saw(1, 8, 0)}, {saw(2, 8, 0)}}})
	}
	for _, a := range consensus.Measure(watched) {
		if !a.Enough() || !near(a.AutoError, 3) || !near(a.AutoBias, 3) || !near(a.TeleopError, 0) {
			t.Errorf("%+v", a)
		}
	}
}

// TestAllianceBonusIsNobodysError: what no robot earns alone is no fault of the scouts.
func TestAllianceBonusIsNobodysError(t *testing.T) {
	got := consensus.Measure([]consensus.Watched{{
		Match: "1", Official: score(30, 0, 0), Bonus: score(10, 0, 0), Robots: [][]consensus.Sighting{{saw(1, 10, 0)}, {saw(2, 10, 0)}},
	}})
	if !near(got[0].AutoError, 0) || !near(got[1].AutoBias, 0) {
		t.Errorf("%+v", got)
	}
}

func TestMeasureOfNothing(t *testing.T) {
	if got := consensus.Measure(nil); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestMeasureFindsPlantedErrors: scouts who are always off by the same are found out,
// whoever watched with whom, as soon as three pairs of them watched in a ring.
func TestMeasureFindsPlantedErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scouts := rapid.IntRange(3, 8).Draw(t, "scouts")
		off := rapid.SliceOfN(rapid.IntRange(0, 9), scouts, scouts).Draw(t, "off")
		pairs := [][2]int{{0, 1}, {1, 2}, {2, 0}} // a ring of three tells its scouts apart
		for n := 3; n < scouts; n++ {
			pairs = append(pairs, [2]int{n, rapid.IntRange(0, n).Draw(t, "partner")}) // n itself: watched both robots
		}
		for range rapid.IntRange(0, 20).Draw(t, "more") {
			pairs = append(pairs, [2]int{rapid.IntRange(0, scouts-1).Draw(t, "a"), rapid.IntRange(0, scouts-1).Draw(t, "b")})
		}
		var watched []consensus.Watched
		for i, p := range pairs {
			a, b := rapid.IntRange(0, 40).Draw(t, "first robot"), rapid.IntRange(0, 40).Draw(t, "second robot")
			watched = append(watched, consensus.Watched{Match: fmt.Sprint(i), Official: score(a+b, a+b, 0), Robots: [][]consensus.Sighting{
				{saw(p[0], a+off[p[0]], a-off[p[0]])}, {saw(p[1], b+off[p[1]], b-off[p[1]])},
			}})
		}
		found := map[uuid.UUID]consensus.Accuracy{}
		for _, a := range consensus.Measure(rapid.Permutation(watched).Draw(t, "order")) {
			found[a.Scout] = a
		}
		for n, points := range off {
			a := found[scout(n)]
			want := float64(points)
			if !near(a.AutoError, want) || !near(a.AutoBias, want) || !near(a.TeleopError, want) || !near(a.TeleopBias, -want) {
				t.Fatalf("scout %d is off by %d: %+v", n, points, a)
			}
		}
	})
}

// TestSeveralScoutsOnOneRobot: a second scout of the same robot is measured, too, and an
// alliance with many scouts weighs no more than another.
func TestSeveralScoutsOnOneRobot(t *testing.T) {
	got := consensus.Measure([]consensus.Watched{
		{Match: "1", Official: score(20, 0, 0), Robots: [][]consensus.Sighting{{saw(1, 10, 0), saw(2, 14, 0)}, {saw(3, 10, 0)}}},
		{Match: "2", Official: score(20, 0, 0), Robots: [][]consensus.Sighting{{saw(1, 10, 0)}, {saw(1, 10, 0)}}},
	})
	for i, want := range []float64{0, 4, 0} {
		if !near(got[i].AutoError, want) {
			t.Errorf("scout %d: %+v, want %v", i+1, got[i], want)
		}
	}
}
