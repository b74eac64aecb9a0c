package assignments

import (
	"math/rand/v2"
	"slices"
)

// table is a plan on its way: who is where, and what follows from it.
type table struct {
	Plan
	work   [][]int // by scout and match: 1 + the robot, 0 when free, away when not to be had
	kept   [][]bool
	filled [][]int // by match and robot: scouts on it
	load   []int   // by scout
	seen   map[int]int
	rank   []int       // by scout: who comes first among equals
	luck   map[int]int // by team: the same
	facing map[int][]int
	random *rand.Rand
}

const away = -1

func newTable(p Plan) *table {
	t := &table{
		Plan: p, work: grid[int](p.Scouts, len(p.Matches)), kept: grid[bool](p.Scouts, len(p.Matches)), filled: make([][]int, len(p.Matches)),
		load: make([]int, p.Scouts), seen: make(map[int]int), luck: make(map[int]int), facing: make(map[int][]int),
		random: rand.New(rand.NewPCG(p.Seed, 0x46544332)),
	}
	t.rank = t.random.Perm(p.Scouts)
	for team, n := range p.Seen {
		t.seen[team] = n
	}
	var teams []int
	for m, match := range p.Matches {
		t.filled[m] = make([]int, len(match.Robots))
		for _, r := range match.Robots {
			if _, known := t.luck[r.Team]; !known {
				t.luck[r.Team] = 0
				teams = append(teams, r.Team)
			}
		}
		t.face(m)
	}
	for i, n := range t.random.Perm(len(teams)) {
		t.luck[teams[i]] = n
	}
	t.keep()
	for _, a := range p.Absences {
		for m := max(a.From, 0); m <= min(a.To, len(p.Matches)-1); m++ {
			if a.Scout >= 0 && a.Scout < p.Scouts && t.work[a.Scout][m] == 0 {
				t.work[a.Scout][m] = away
			}
		}
	}
	return t
}

func grid[T any](rows, columns int) [][]T {
	g := make([][]T, rows)
	for i := range g {
		g[i] = make([]T, columns)
	}
	return g
}

// face remembers whom the own team plays against in the match.
func (t *table) face(m int) {
	robots := t.Matches[m].Robots
	own := slices.IndexFunc(robots, func(r Robot) bool { return r.Team == t.OwnTeam })
	if own < 0 || t.OwnTeam == 0 {
		return
	}
	for _, r := range robots {
		if r.Position.Alliance != robots[own].Position.Alliance {
			t.facing[r.Team] = append(t.facing[r.Team], m)
		}
	}
}

func (t *table) keep() {
	for _, s := range t.Kept {
		if s.Robot != NoRobot {
			t.filled[s.Match][s.Robot]++
			t.seen[t.Matches[s.Match].Robots[s.Robot].Team]++
		}
		if s.Scout != Nobody {
			t.work[s.Scout][s.Match] = 1 + s.Robot
			if s.Robot == NoRobot { // busy, at no position
				t.work[s.Scout][s.Match] = 1 + len(t.Matches[s.Match].Robots)
			}
			t.kept[s.Scout][s.Match] = true
			t.load[s.Scout]++
		}
	}
}

// wanted is how many scouts the robot still lacks.
func (t *table) wanted(m, robot int) int {
	if t.SkipOwn && t.Matches[m].Robots[robot].Team == t.OwnTeam {
		return 0
	}
	return max(0, t.PerRobot-t.filled[m][robot])
}

// open counts the seats that nobody has.
func (t *table) open() int {
	n := 0
	for m := t.First; m < len(t.Matches); m++ {
		for r := range t.Matches[m].Robots {
			n += t.wanted(m, r)
		}
	}
	return n
}

func (t *table) works(scout, m int) bool { return t.work[scout][m] > 0 }

func (t *table) take(s Seat) {
	t.work[s.Scout][s.Match] = 1 + s.Robot
	t.filled[s.Match][s.Robot]++
	t.load[s.Scout]++
	t.seen[t.Matches[s.Match].Robots[s.Robot].Team]++
}

func (t *table) give(s Seat) {
	t.work[s.Scout][s.Match] = 0
	t.filled[s.Match][s.Robot]--
	t.load[s.Scout]--
	t.seen[t.Matches[s.Match].Robots[s.Robot].Team]--
}

// may reports whether the scout can take a seat on the robot and all rules still hold. It
// looks at nothing but the scout's own matches, so giving one away never makes it false.
func (t *table) may(s Seat) bool {
	if t.work[s.Scout][s.Match] != 0 || !t.rested(s.Scout, s.Match) {
		return false
	}
	if !t.KeepPosition {
		return true
	}
	position, bound := t.position(s.Scout, s.Match)
	return !bound || position == t.Matches[s.Match].Robots[s.Robot].Position
}

// rested reports whether the scout has no more than BreakAfter matches between two breaks
// when they work in this one as well.
func (t *table) rested(scout, m int) bool {
	if t.BreakAfter == 0 {
		return true
	}
	worked := 1
	for _, step := range []int{-1, 1} {
		off := 0
		for i := m + step; i >= 0 && i < len(t.Matches) && off < t.BreakLength; i += step {
			if off++; t.works(scout, i) {
				off = 0
				worked++
			}
		}
	}
	return worked <= t.BreakAfter
}

// block returns the matches of the block that m is in: from, and up to but not with.
func (t *table) block(m int) (from, end int) {
	from = t.First + (m-t.First)/t.Block*t.Block
	return from, min(from+t.Block, len(t.Matches))
}

// position is where the scout stands in the block of the match, if anywhere.
func (t *table) position(scout, m int) (Position, bool) {
	from, end := t.block(m)
	for i := from; i < end; i++ {
		if t.works(scout, i) && t.work[scout][i] <= len(t.Matches[i].Robots) {
			return t.Matches[i].Robots[t.work[scout][i]-1].Position, true
		}
	}
	return Position{}, false
}

// seats lists what was filled.
func (t *table) seats() []Seat {
	list := []Seat{}
	for m := t.First; m < len(t.Matches); m++ {
		for r := range t.Matches[m].Robots {
			for scout := range t.Scouts {
				if t.work[scout][m] == 1+r && !t.kept[scout][m] {
					list = append(list, Seat{Match: m, Robot: r, Scout: scout})
				}
			}
		}
	}
	return list
}
