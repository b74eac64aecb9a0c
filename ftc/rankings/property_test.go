package rankings_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc/rankings"
)

// generated is an FTC event in rounds: in each, every team plays once, but for what four
// does not divide. Few different points make many ties.
func generated(random *rand.Rand, teams, rounds, points int) rankings.Event {
	event := rankings.Event{Level: []string{"", "regional", "world"}[random.IntN(3)]}
	for range rounds {
		order := random.Perm(teams)
		for len(order) >= 4 {
			m := rankings.Match{Number: len(event.Matches) + 1}
			for i, a := range []*rankings.Alliance{&m.Red, &m.Blue} {
				*a = side(random.IntN(points), random.IntN(60))
				for _, team := range order[2*i : 2*i+2] {
					a.Robots = append(a.Robots, rankings.Robot{
						Team: team + 1, Surrogate: random.IntN(12) == 0, Disqualified: random.IntN(15) == 0, NoShow: random.IntN(15) == 0,
					})
				}
			}
			event.Matches = append(event.Matches, m)
			order = order[4:]
		}
	}
	return event
}

// anyRules are the modern and the early ones, and some with values that are left out.
func anyRules(seed uint64) rankings.Rules {
	rules := []rankings.Rules{modern(), early(), modern()}[seed%3]
	if seed%3 == 1 {
		rules.TieBreaks[1].Part = "own" // which the made up matches have
	}
	if seed%3 == 2 {
		for i := range rules.TieBreaks {
			rules.TieBreaks[i].Drop = []rankings.Drop{{From: 3, Lowest: 1}, {From: 5, Lowest: 2}}
		}
	}
	return rules
}

// changed returns the event with one robot changed, and the robot as it was.
func changed(random *rand.Rand, event rankings.Event, change func(*rankings.Robot)) (rankings.Event, rankings.Robot) {
	event.Matches = slices.Clone(event.Matches)
	m := &event.Matches[random.IntN(len(event.Matches))]
	side := []*rankings.Alliance{&m.Red, &m.Blue}[random.IntN(2)]
	side.Robots = slices.Clone(side.Robots)
	robot := &side.Robots[random.IntN(len(side.Robots))]
	before := *robot
	change(robot)
	return event, before
}

// each calls the test with made up events and the rules that go with them.
func each(t *testing.T, test func(random *rand.Rand, rules rankings.Rules, event rankings.Event)) {
	t.Helper()
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // the same each time
		test(random, anyRules(seed), generated(random, 4+random.IntN(12), 1+random.IntN(7), 2+random.IntN(40)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestOrderOfMatchesDoesNotMatter(t *testing.T) {
	each(t, func(random *rand.Rand, rules rankings.Rules, event rankings.Event) {
		rows := rankings.Rank(rules, event)
		other := event
		other.Matches = slices.Clone(event.Matches)
		random.Shuffle(len(other.Matches), func(i, j int) { other.Matches[i], other.Matches[j] = other.Matches[j], other.Matches[i] })
		for i := range other.Matches {
			if m := &other.Matches[i]; random.IntN(2) == 0 { // nor do the colours
				m.Red, m.Blue = m.Blue, m.Red
			}
		}
		if !reflect.DeepEqual(rankings.Rank(rules, other), rows) {
			t.Error("another order of the matches makes another ranking")
		}
		seen := make(map[int]bool)
		for i, r := range rows {
			if r.Rank != i+1 || seen[r.Team] || r.Wins+r.Losses+r.Ties != r.Counted || r.Counted > r.Played {
				t.Errorf("row %d is %+v", i, r)
			}
			seen[r.Team] = true
		}
	})
}

// A disqualification or a no-show takes from one team and changes nothing of the others.
func TestForfeitNeverRaises(t *testing.T) {
	each(t, func(random *rand.Rand, rules rankings.Rules, event rankings.Event) {
		rows := rankings.Rank(rules, event)
		other, robot := changed(random, event, func(r *rankings.Robot) {
			if random.IntN(2) == 0 {
				r.Disqualified = true
			} else {
				r.NoShow = true
			}
		})
		after := rankings.Rank(rules, other)
		b, a := row(t, rows, robot.Team), row(t, after, robot.Team)
		if a.Rank < b.Rank || a.Score > b.Score || a.Played != b.Played || a.Counted != b.Counted || a.Wins != b.Wins {
			t.Errorf("before %+v\nafter %+v", b, a)
		}
		for i := range a.TieBreaks {
			if a.TieBreaks[i] > b.TieBreaks[i] {
				t.Errorf("tie-break %d before %+v\nafter %+v", i, b, a)
			}
		}
		for _, r := range rows {
			if r.Team == robot.Team {
				continue
			}
			o := row(t, after, r.Team)
			if o.Rank > r.Rank {
				t.Errorf("team %d falls by what became of team %d", r.Team, robot.Team)
			}
			if o.Rank, o.Tied = r.Rank, r.Tied; !reflect.DeepEqual(o, r) {
				t.Errorf("before %+v\nafter %+v", r, o)
			}
		}
	})
}

// A surrogate's match is for that team as if it had not been there.
func TestSurrogateIsNotThere(t *testing.T) {
	each(t, func(random *rand.Rand, rules rankings.Rules, event rankings.Event) {
		place := random.IntN(len(event.Matches))
		with, without := event, event
		with.Matches, without.Matches = slices.Clone(event.Matches), slices.Clone(event.Matches)
		red := event.Matches[place].Red
		with.Matches[place].Red.Robots = slices.Clone(red.Robots)
		with.Matches[place].Red.Robots[0].Surrogate = true
		without.Matches[place].Red.Robots = red.Robots[1:]
		for _, r := range []*rankings.Event{&with, &without} {
			r.Teams = []int{red.Robots[0].Team}
		}
		a, b := row(t, rankings.Rank(rules, with), red.Robots[0].Team), row(t, rankings.Rank(rules, without), red.Robots[0].Team)
		if b.Played++; !reflect.DeepEqual(a, b) {
			t.Errorf("as a surrogate %+v\nnot there %+v", a, b)
		}
	})
}

// BenchmarkRank is an FTC event of 64 teams that play 10 matches each.
func BenchmarkRank(b *testing.B) {
	event := generated(rand.New(rand.NewPCG(3, 4)), 64, 10, 200) //nolint:gosec // the same each time
	rules := modern()
	b.ReportAllocs()
	for b.Loop() {
		if rows := rankings.Rank(rules, event); len(rows) != 64 {
			b.Fatal("teams are missing")
		}
	}
}
