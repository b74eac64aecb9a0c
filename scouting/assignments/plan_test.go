package assignments_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/scouting/assignments"
)

var corners = []assignments.Position{{Alliance: "RED", Station: 1}, {Alliance: "RED", Station: 2}, {Alliance: "BLUE", Station: 1}, {Alliance: "BLUE", Station: 2}}

// schedule deals teams 1 to n to matches of four, so that everybody plays about as often.
func schedule(matches, teams int, seed uint64) []assignments.Match {
	random := rand.New(rand.NewPCG(seed, 1))
	var deck []int
	list := make([]assignments.Match, matches)
	for m := range list {
		var playing []int
		for len(playing) < len(corners) {
			if len(deck) == 0 {
				deck = random.Perm(teams)
			}
			// A team that plays in this match already goes back under the deck.
			team := deck[0] + 1
			deck = deck[1:]
			if slices.Contains(playing, team) {
				deck = append(deck, team-1)
				continue
			}
			playing = append(playing, team)
		}
		for i, team := range playing {
			list[m].Robots = append(list[m].Robots, assignments.Robot{Position: corners[i], Team: team})
		}
	}
	return list
}

// anyPlan draws a plan with everything in it.
func anyPlan(t *rapid.T) assignments.Plan {
	p := assignments.Plan{
		Matches: schedule(rapid.IntRange(1, 30).Draw(t, "matches"), rapid.IntRange(8, 24).Draw(t, "teams"), rapid.Uint64().Draw(t, "schedule")),
		Scouts:  rapid.IntRange(1, 14).Draw(t, "scouts"), PerRobot: rapid.IntRange(1, 2).Draw(t, "per robot"),
		Block: rapid.IntRange(1, 8).Draw(t, "block"), KeepPosition: rapid.Bool().Draw(t, "keep position"),
		BreakAfter: rapid.IntRange(0, 5).Draw(t, "break after"), BreakLength: rapid.IntRange(0, 3).Draw(t, "break length"),
		OwnTeam: 3, SkipOwn: rapid.Bool().Draw(t, "skip own"), Seed: rapid.Uint64().Draw(t, "seed"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "absences") {
		p.Absences = append(p.Absences, assignments.Absence{
			Scout: rapid.IntRange(0, p.Scouts-1).Draw(t, "absent"), From: rapid.IntRange(0, 29).Draw(t, "from"), To: rapid.IntRange(0, 29).Draw(t, "to"),
		})
	}
	if first := rapid.IntRange(-10, len(p.Matches)).Draw(t, "first"); first > 0 {
		past := p
		past.Matches = p.Matches[:first]
		p.First, p.Kept = first, assignments.Generate(past)
	}
	return p
}

// rows is a plan by scout and match: the position of the robot, nil where there is none.
type rows [][]*assignments.Position

func read(p assignments.Plan, seats []assignments.Seat) (rows, error) {
	r := make(rows, p.Scouts)
	for i := range r {
		r[i] = make([]*assignments.Position, len(p.Matches))
	}
	for _, s := range slices.Concat(p.Kept, seats) {
		if r[s.Scout][s.Match] != nil {
			return nil, fmt.Errorf("scout %d is on two robots of match %d", s.Scout, s.Match)
		}
		r[s.Scout][s.Match] = &p.Matches[s.Match].Robots[s.Robot].Position
	}
	return r, nil
}

// broken says which rule a scout's row breaks.
func broken(p assignments.Plan, scout int, row []*assignments.Position) error {
	worked, off := 0, 0
	for m, position := range row {
		if position == nil {
			if off++; off >= p.BreakLength {
				worked = 0
			}
			continue
		}
		off = 0
		if worked++; p.BreakAfter > 0 && p.BreakLength > 0 && worked > p.BreakAfter {
			return fmt.Errorf("scout %d has no break before match %d", scout, m)
		}
		for _, a := range p.Absences {
			if a.Scout == scout && a.From <= m && m <= a.To && m >= p.First {
				return fmt.Errorf("scout %d is absent from match %d", scout, m)
			}
		}
		for other := p.First + (m-p.First)/p.Block*p.Block; p.KeepPosition && m >= p.First && other < m; other++ {
			if row[other] != nil && *row[other] != *position {
				return fmt.Errorf("scout %d changes position within a block before match %d", scout, m)
			}
		}
	}
	return nil
}

func (r rows) load(scout int) int {
	n := 0
	for _, position := range r[scout] {
		if position != nil {
			n++
		}
	}
	return n
}

func (r rows) spread() int {
	least, most := r.load(0), r.load(0)
	for scout := range r {
		least, most = min(least, r.load(scout)), max(most, r.load(scout))
	}
	return most - least
}

// manned counts scouts by match and robot.
func manned(p assignments.Plan, seats []assignments.Seat) [][]int {
	n := make([][]int, len(p.Matches))
	for m := range n {
		n[m] = make([]int, len(p.Matches[m].Robots))
	}
	for _, s := range slices.Concat(p.Kept, seats) {
		n[s.Match][s.Robot]++
	}
	return n
}

// TestEveryPlanKeepsItsRules: nobody is in two places, breaks, absences and positions hold,
// no robot has more scouts than asked, and nothing is planned for the past.
func TestEveryPlanKeepsItsRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		seats := assignments.Generate(p)
		r, err := read(p, seats)
		if err != nil {
			t.Fatal(err)
		}
		for scout := range r {
			if err := broken(p, scout, r[scout]); err != nil {
				t.Fatal(err)
			}
		}
		for m, robots := range manned(p, seats) {
			for i, n := range robots {
				own := p.SkipOwn && p.Matches[m].Robots[i].Team == p.OwnTeam
				if n > p.PerRobot || own && n > 0 {
					t.Fatalf("%d scouts on robot %d of match %d", n, i, m)
				}
			}
		}
		for _, s := range seats {
			if s.Match < p.First {
				t.Fatalf("match %d is over", s.Match)
			}
		}
		if again := assignments.Generate(p); !slices.Equal(seats, again) {
			t.Fatal("the same input gives two plans")
		}
	})
}

// TestNobodyIdlesBesideAnEmptySeat: a seat that is empty could be taken by nobody.
func TestNobodyIdlesBesideAnEmptySeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		seats := assignments.Generate(p)
		r, err := read(p, seats)
		if err != nil {
			t.Fatal(err)
		}
		counts := manned(p, seats)
		for m := p.First; m < len(p.Matches); m++ {
			for i, robot := range p.Matches[m].Robots {
				if counts[m][i] >= p.PerRobot || p.SkipOwn && robot.Team == p.OwnTeam {
					continue
				}
				for scout := range r {
					if mayStand(p, r, scout, m, robot.Position) {
						t.Fatalf("scout %d could watch robot %d of match %d", scout, i, m)
					}
				}
			}
		}
	})
}

func mayStand(p assignments.Plan, r rows, scout, m int, position assignments.Position) bool {
	if r[scout][m] != nil {
		return false
	}
	row := slices.Clone(r[scout])
	row[m] = &position
	return broken(p, scout, row) == nil
}

// TestLoadsAreFair: no hand-over of one match to somebody with at least two less is left
// that the rules allow; and without breaks, absences and positions all loads differ by at
// most one.
func TestLoadsAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		free := !p.KeepPosition && len(p.Absences) == 0 && (p.BreakAfter == 0 || p.BreakLength == 0) && p.First == 0
		seats := assignments.Generate(p)
		r, err := read(p, seats)
		if err != nil {
			t.Fatal(err)
		}
		if spread := r.spread(); free && spread > 1 {
			t.Fatalf("loads differ by %d", spread)
		}
		for _, s := range seats {
			for to := range r {
				if r.load(to) <= r.load(s.Scout)-2 && mayStand(p, r, to, s.Match, p.Matches[s.Match].Robots[s.Robot].Position) {
					t.Fatalf("scout %d with %d could take match %d from scout %d with %d", to, r.load(to), s.Match, s.Scout, r.load(s.Scout))
				}
			}
		}
	})
}

// TestAChainOfHandOvers: one scout is there in the morning, one all day, one in the
// afternoon. Fair loads need one who passes work on.
func TestAChainOfHandOvers(t *testing.T) {
	for seed := range uint64(50) {
		p := assignments.Plan{Matches: make([]assignments.Match, 12), Scouts: 3, Block: 6, Seed: seed}
		for m := range p.Matches {
			p.Matches[m].Robots = []assignments.Robot{{Position: corners[0], Team: 1 + m}}
		}
		p.Absences = []assignments.Absence{{Scout: 0, From: 6, To: 11}, {Scout: 2, From: 0, To: 5}}
		if r, err := read(p, assignments.Generate(p)); err != nil || r.spread() != 0 {
			t.Errorf("seed %d: loads %d, %d and %d, %v", seed, r.load(0), r.load(1), r.load(2), err)
		}
	}
}

// TestEnoughScoutsCoverEverything: with n on and m off, seats*(n+m)/n scouts are enough,
// which is the least that any plan needs; without breaks as many as there are seats.
func TestEnoughScoutsCoverEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		p.Absences, p.First, p.Kept = nil, 0, nil
		seats := len(corners) * p.PerRobot
		p.Scouts = seats + rapid.IntRange(0, 6).Draw(t, "spare")
		if p.BreakAfter > 0 && p.BreakLength > 0 {
			p.KeepPosition = false
			p.Scouts += (seats*p.BreakLength + p.BreakAfter - 1) / p.BreakAfter
		}
		for m, robots := range manned(p, assignments.Generate(p)) {
			for i, n := range robots {
				if n < p.PerRobot && (!p.SkipOwn || p.Matches[m].Robots[i].Team != p.OwnTeam) {
					t.Fatalf("%d scouts leave robot %d of match %d with %d", p.Scouts, i, m, n)
				}
			}
		}
	})
}

// TestNoRobotIsAlwaysLeftOut: where scouts are few, no robot is passed over in a match for
// one that is seen two times more often in all.
func TestNoRobotIsAlwaysLeftOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		p.KeepPosition = false
		seats := assignments.Generate(p)
		seen := make(map[int]int)
		for _, s := range slices.Concat(p.Kept, seats) {
			seen[p.Matches[s.Match].Robots[s.Robot].Team]++
		}
		counts := manned(p, seats)
		for _, s := range seats {
			robots := p.Matches[s.Match].Robots
			for i, other := range robots {
				skipped := p.SkipOwn && other.Team == p.OwnTeam
				if !skipped && counts[s.Match][i] < counts[s.Match][s.Robot] && seen[other.Team] < seen[robots[s.Robot].Team]-1 {
					t.Fatalf("match %d has a scout on team %d, seen %d times, and none on %d, seen %d", s.Match, robots[s.Robot].Team, seen[robots[s.Robot].Team], other.Team, seen[other.Team])
				}
			}
		}
	})
}

// TestKeptPositionsDoNotHideARobot: also where scouts keep their places, the places they
// take change from block to block, so that few scouts see every robot.
func TestKeptPositionsDoNotHideARobot(t *testing.T) {
	for scouts := 1; scouts <= 3; scouts++ {
		p := assignments.Plan{Matches: schedule(40, 16, 5), Scouts: scouts, Block: 4, KeepPosition: true}
		for i := range p.Matches { // one robot always stands in the same corner
			robots := p.Matches[i].Robots
			if at := slices.IndexFunc(robots, func(r assignments.Robot) bool { return r.Team == 7 }); at >= 0 {
				robots[at].Team, robots[3].Team = robots[3].Team, 7
			}
		}
		seen := make(map[int]int)
		for _, s := range assignments.Generate(p) {
			seen[p.Matches[s.Match].Robots[s.Robot].Team]++
		}
		if len(seen) != 16 {
			t.Errorf("%d scouts see %d of 16 robots: %v", scouts, len(seen), seen)
		}
	}
}

// TestAPositionIsChosenForTheWholeBlock: the place whose robots were seen least over the
// block is taken, even if its first robot was seen often.
func TestAPositionIsChosenForTheWholeBlock(t *testing.T) {
	p := assignments.Plan{Matches: schedule(4, 16, 2), Scouts: 1, Block: 4, KeepPosition: true, Seen: make(map[int]int)}
	for m, match := range p.Matches {
		for i, r := range match.Robots {
			if i != 1 {
				p.Seen[r.Team] = 1
			} else if m == 0 {
				p.Seen[r.Team] = 5
			}
		}
	}
	for _, s := range assignments.Generate(p) {
		if s.Robot != 1 {
			t.Errorf("match %d: robot %d", s.Match, s.Robot)
		}
	}
}

// TestOpponentsComeFirst: with one scout and nobody seen so far, the robot that the own
// team plays against next is chosen.
func TestOpponentsComeFirst(t *testing.T) {
	match := func(teams ...int) assignments.Match {
		var m assignments.Match
		for i, team := range teams {
			m.Robots = append(m.Robots, assignments.Robot{Position: corners[i], Team: team})
		}
		return m
	}
	for seed := range uint64(20) {
		p := assignments.Plan{Matches: []assignments.Match{match(1, 2, 3, 4), match(9, 5, 6, 3)}, Scouts: 1, OwnTeam: 9, SkipOwn: true, Seed: seed}
		if got := assignments.Generate(p)[0]; p.Matches[0].Robots[got.Robot].Team != 3 {
			t.Errorf("seed %d: %+v", seed, got)
		}
		p.Seen = map[int]int{3: 1, 1: 1, 4: 1}
		if got := assignments.Generate(p)[0]; p.Matches[0].Robots[got.Robot].Team != 2 {
			t.Errorf("seed %d: a robot that nobody saw: %+v", seed, got)
		}
	}
}

// TestAnEventDay: 12 scouts, 40 matches, shifts of five at one position. Everything is
// covered, and everybody works 13 or 14 matches.
func TestAnEventDay(t *testing.T) {
	p := eventDay()
	seats := assignments.Generate(p)
	r, err := read(p, seats)
	if err != nil || len(seats) != 160 || r.spread() > 1 {
		t.Errorf("%d seats, spread %d, %v", len(seats), r.spread(), err)
	}
	runs := 0
	for _, row := range r {
		for m, position := range row {
			if position != nil && (m == 0 || row[m-1] == nil) {
				runs++
			}
		}
	}
	if runs > 70 {
		t.Errorf("%d shifts for 160 seats: people come and go", runs)
	}
}

func eventDay() assignments.Plan {
	return assignments.Plan{Matches: schedule(40, 32, 1), Scouts: 12, PerRobot: 1, Block: 5, KeepPosition: true, Seed: 7}
}

// BenchmarkEventDay plans 40 matches with 12 scouts, with all that can be asked for.
func BenchmarkEventDay(b *testing.B) {
	p := eventDay()
	p.BreakAfter, p.BreakLength, p.OwnTeam, p.SkipOwn = 6, 2, 3, true
	p.Absences = []assignments.Absence{{Scout: 1, From: 0, To: 9}, {Scout: 5, From: 20, To: 39}}
	for b.Loop() {
		assignments.Generate(p)
	}
}

// BenchmarkLargest plans as much as the service lets in.
func BenchmarkLargest(b *testing.B) {
	p := assignments.Plan{Matches: schedule(200, 60, 1), Scouts: 60, PerRobot: 3, Block: 5, KeepPosition: true, BreakAfter: 6, BreakLength: 2}
	for b.Loop() {
		assignments.Generate(p)
	}
}
