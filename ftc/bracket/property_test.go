package bracket_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc/bracket"
)

// next plays one of the matches that can be played: now and then a tie, now and then once
// more although it has a winner, as long as nobody has played on from there.
func next(random *rand.Rand, p *bracket.Playoff, results []bracket.Result) []bracket.Result {
	var ready []bracket.Match
	for _, m := range p.Matches {
		if m.Status == bracket.Ready {
			ready = append(ready, m)
		}
	}
	m := ready[random.IntN(len(ready))]
	r := bracket.Result{Series: m.Series, Number: m.Next, Winner: []int{m.RedAlliance, m.BlueAlliance, 0}[min(random.IntN(9)/4, 2)]}
	results = append(results, r)
	if m.Wins == 1 && random.IntN(8) == 0 {
		again := bracket.Result{Series: r.Series, Number: r.Number + 1, Winner: []int{m.RedAlliance, m.BlueAlliance}[random.IntN(2)]}
		results = append(results, again)
	}
	return results
}

// Whatever the results: while there is no champion some match can be played, everybody in
// it has lost at most once, and nobody plays on who has lost twice. In the end there is one
// champion, who has lost at most once, and all others are out.
func TestAnyResults(t *testing.T) {
	for seed := range uint64(1000) {
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same each time
		alliances := []int{2, 4, 6, 8}[seed%4]
		var results []bracket.Result
		p := play(t, alliances)
		for p.Champion == 0 {
			playable(t, p)
			results = next(random, p, results)
			if len(results) > 500 {
				t.Fatalf("seed %d: no end", seed)
			}
			p = play(t, alliances, results...)
			if len(p.Odd) > 0 {
				t.Fatalf("seed %d: odd results %v of %v", seed, p.Odd, results)
			}
		}
		finished(t, p)
		shuffled := slices.Clone(results)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again := play(t, alliances, shuffled...); !reflect.DeepEqual(again, p) {
			t.Fatalf("seed %d: another order of %v makes another playoff", seed, results)
		}
	}
}

// playable checks a playoff that goes on.
func playable(t *testing.T, p *bracket.Playoff) {
	t.Helper()
	limit := 2
	if len(p.Matches) == 1 {
		limit = 1
	}
	ready, firstOpen := 0, true
	for _, m := range p.Matches {
		if m.Status == bracket.Unneeded {
			t.Fatalf("M%d is not needed though there is no champion", m.Series)
		}
		if m.Status == bracket.Ready {
			ready++
			for _, a := range []int{m.RedAlliance, m.BlueAlliance} {
				if s := p.Standings[a-1]; s.Losses >= limit || s.Place != 0 {
					t.Fatalf("%d is to play M%d and has lost %d times", a, m.Series, s.Losses)
				}
			}
		}
		// Played in the order of the plan, no match waits for a later one.
		if firstOpen && m.Status != bracket.Decided {
			firstOpen = false
			if m.Status != bracket.Ready {
				t.Fatalf("M%d is next and its alliances are %d and %d", m.Series, m.RedAlliance, m.BlueAlliance)
			}
		}
		if m.RedAlliance != 0 && m.RedAlliance == m.BlueAlliance {
			t.Fatalf("%d meets itself in M%d", m.RedAlliance, m.Series)
		}
	}
	if ready == 0 {
		t.Fatal("nobody can play and there is no champion")
	}
}

// finished checks a playoff that is over.
func finished(t *testing.T, p *bracket.Playoff) {
	t.Helper()
	lost, wins := make(map[int]int), 0
	for _, m := range p.Matches {
		switch m.Status {
		case bracket.Decided:
			if lost[m.Winner] > 1 || lost[m.Loser] > 1 {
				t.Fatalf("M%d was played by somebody who was out", m.Series)
			}
			lost[m.Loser]++
			wins++
		case bracket.Unneeded:
		default:
			t.Fatalf("there is a champion and M%d is %s", m.Series, m.Status)
		}
	}
	out := 0
	for _, s := range p.Standings {
		if s.Losses != lost[s.Alliance] {
			t.Fatalf("%d has lost %d times, told are %d", s.Alliance, lost[s.Alliance], s.Losses)
		}
		switch {
		case s.Alliance == p.Champion && (s.Place != 1 || s.Losses > 1):
			t.Fatalf("the champion is %+v", s)
		case s.Alliance != p.Champion && (s.Place < 2 || s.Place > len(p.Standings)):
			t.Fatalf("who did not win is %+v", s)
		case s.Alliance != p.Champion:
			out++
		}
	}
	if out != len(p.Standings)-1 {
		t.Fatalf("%d of %d are out", out, len(p.Standings))
	}
}

// BenchmarkPlay is a whole playoff of eight alliances, as after each result.
func BenchmarkPlay(b *testing.B) {
	results := winners(8, 5, 7, 6, 1, 2, 5, 6, 2, 1, 6, 1, 5, 5, 6)
	b.ReportAllocs()
	for b.Loop() {
		if p := play(b, 8, results...); p.Champion != 6 {
			b.Fatal("another champion")
		}
	}
}
