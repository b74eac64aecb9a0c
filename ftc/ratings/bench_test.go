package ratings_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// wide is a season of so many matches at FTC events of 64 teams and 160 matches, four at a time.
func wide(matches int) []ftc.Result {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // figures that are the same each time
	list := make([]ftc.Result, 0, matches)
	for i := range matches {
		event := i / 160
		start := day.Add(time.Duration(event/4*24)*time.Hour + time.Duration(i%160*5)*time.Minute)
		result := ftc.Result{
			MatchKey:  ftc.MatchKey{EventKey: ftc.EventKey{Season: season, Code: fmt.Sprintf("W%d", event)}, Level: ftc.Qual, Number: i%160 + 1},
			StartedAt: &start, PostedAt: start.Add(time.Minute), Official: true,
		}
		robots := random.Perm(64)
		for side, alliance := range []ftc.Alliance{ftc.Red, ftc.Blue} {
			a := ftc.AllianceResult{Alliance: alliance, Phases: &ftc.Phases{Auto: random.IntN(40), Teleop: random.IntN(120), Endgame: random.IntN(30)}}
			a.NoFoul = a.Phases.Auto + a.Phases.Teleop + a.Phases.Endgame
			a.Total = a.NoFoul
			for n, robot := range robots[2*side : 2*side+2] {
				a.Robots = append(a.Robots, ftc.PlayedRobot{TeamNumber: 1 + (event*37+robot)%3000, Station: n + 1})
			}
			result.Alliances = append(result.Alliances, a)
		}
		list = append(list, result)
	}
	return list
}

func corrected(result ftc.Result, n int) ftc.Result {
	side := result.Alliances[0]
	side.Phases = &ftc.Phases{Auto: n % 50, Teleop: side.Phases.Teleop, Endgame: side.Phases.Endgame}
	side.NoFoul = side.Phases.Auto + side.Phases.Teleop + side.Phases.Endgame
	side.Total = side.NoFoul
	result.Alliances = []ftc.AllianceResult{side, result.Alliances[1]}
	return result
}

// BenchmarkRatings are steps with all of their SQL, in a season of 11,040 matches.
func BenchmarkRatings(b *testing.B) {
	r := newRig(b)
	all := wide(11_040)
	last := all[len(all)-1]
	for _, result := range all {
		r.put(result)
	}
	r.exec(`ANALYZE`)
	must(b, r.RateAll(b.Context()))
	r.exec(`ANALYZE`)
	b.Run("rebuild", func(b *testing.B) {
		for b.Loop() {
			must(b, r.Rebuild(b.Context(), season))
		}
	})
	b.Run("result", func(b *testing.B) { // at the end of an event of 64 teams, each another match
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			next := last
			next.Number = 200 + n
			start := last.StartedAt.Add(time.Duration(n+1) * time.Minute)
			next.StartedAt, next.PostedAt = &start, start
			r.put(next)
			b.StartTimer()
			if !r.rate(next.Code) {
				b.Fatal("nothing was new")
			}
		}
	})
	b.Run("correction", func(b *testing.B) { // of the first match of that event's day, with the 160 and more after it
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			r.put(corrected(all[len(all)-160], n))
			b.StartTimer()
			if !r.rate(all[len(all)-160].Code) {
				b.Fatal("nothing was corrected")
			}
		}
	})
	b.Run("look", func(b *testing.B) { // for results that no hint told of, when there are none
		for b.Loop() {
			must(b, r.RateAll(b.Context()))
		}
	})
	b.Run("opr", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.OPR(b.Context(), last.EventKey); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("accuracy", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Accuracy(b.Context(), season, ""); err != nil {
				b.Fatal(err)
			}
		}
	})
}
