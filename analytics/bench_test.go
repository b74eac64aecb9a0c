package analytics

import (
	"math/rand/v2"
	"testing"
	"time"
)

// generated returns a season of the given number of matches between as many teams as a
// large region has, in FTC events of 32 teams and 80 matches.
func generated(matches int) []Match {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // figures that are the same each time
	list := make([]Match, matches)
	for i := range list {
		event := i / 80
		list[i].Key = Key{Season: 2025, Event: "E" + string(rune('A'+event%26)), Number: i, Start: time.Unix(int64(i)*60, 0)}
		robots := random.Perm(32)
		for side, a := range []*Alliance{&list[i].Red, &list[i].Blue} {
			for _, robot := range robots[2*side : 2*side+2] {
				a.Teams = append(a.Teams, 1+(event*19+robot)%3000)
			}
			auto, teleop, endgame := random.IntN(40), random.IntN(120), random.IntN(30)
			sum := float64(auto + teleop + endgame)
			a.Points = Points{Total: sum + float64(random.IntN(3)*5), NoFoul: sum, Auto: float64(auto), Teleop: float64(teleop), Endgame: float64(endgame)}
		}
	}
	return list
}

// BenchmarkSeason learns all of a season's matches, out of order as a database may give them.
func BenchmarkSeason(b *testing.B) {
	matches := generated(11000)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(matches), func(i, j int) { matches[i], matches[j] = matches[j], matches[i] }) //nolint:gosec // as above
	for b.Loop() {
		if h := NewHistory(newEPA(2025)); len(h.Put(matches...)) != len(matches) {
			b.Fatal("matches are missing")
		}
	}
}

// BenchmarkResult is one new result late in a season: EPA learns it, and the OPR of its FTC
// event with 64 teams and 160 matches is computed anew.
func BenchmarkResult(b *testing.B) {
	h := NewHistory(newEPA(2025))
	h.Put(generated(11000)...)
	event := worlds()
	h.Put(event...)
	last := event[len(event)-1]
	for b.Loop() {
		last.Number++
		last.Start = last.Start.Add(time.Minute)
		if len(h.Put(last)) != 1 || len(OPR(event)) != 64 {
			b.Fatal("a result is missing")
		}
	}
}

// BenchmarkCorrection is a correction of the event's first result, with all that follows.
func BenchmarkCorrection(b *testing.B) {
	h := NewHistory(newEPA(2025))
	h.Put(generated(11000)...)
	event := worlds()
	h.Put(event...)
	for b.Loop() {
		event[0].Red.Points.Auto++
		if len(h.Put(event[0])) != len(event) || len(OPR(event)) != 64 {
			b.Fatal("a result is missing")
		}
	}
}

// worlds returns an FTC event of 64 teams after all others.
func worlds() []Match {
	random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // as above
	matches := generated(160)
	for i := range matches {
		m := &matches[i]
		m.Event, m.Start = "WORLDS", time.Unix(1e9+int64(i)*60, 0)
		robots := random.Perm(64)
		m.Red.Teams, m.Blue.Teams = robots[:2], robots[2:4]
	}
	return matches
}
