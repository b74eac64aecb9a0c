package assignments

import (
	"cmp"
	"math"
	"slices"
)

// fill goes through the matches in order and puts scouts on robots. onShift, if not nil,
// says who may be taken when.
func (t *table) fill(onShift func(scout, match int) bool) {
	for m := t.First; m < len(t.Matches); m++ {
		seats := t.robotsByNeed(m)
		crew := t.crew(m, onShift)
		if t.KeepPosition {
			seats, crew = t.stay(m, seats, crew)
		}
		n := min(len(seats), len(crew))
		seats, crew = seats[:n], crew[:n]
		if !t.KeepPosition {
			t.random.Shuffle(n, func(i, j int) { seats[i], seats[j] = seats[j], seats[i] })
		}
		for i, scout := range crew {
			t.take(Seat{m, seats[i], scout})
		}
	}
}

// crew lists who can work in the match: those on a shift first, then whoever has worked
// least.
func (t *table) crew(m int, onShift func(scout, match int) bool) []int {
	from, _ := t.block(m)
	var list []int
	for scout := range t.Scouts {
		if t.work[scout][m] == 0 && t.rested(scout, m) && (onShift == nil || onShift(t.rank[scout], m)) {
			list = append(list, scout)
		}
	}
	continues := func(scout int) int {
		if m > from && t.works(scout, m-1) {
			return 0
		}
		return 1
	}
	slices.SortFunc(list, func(a, b int) int {
		return cmp.Or(cmp.Compare(continues(a), continues(b)), cmp.Compare(t.load[a], t.load[b]), cmp.Compare(t.rank[a], t.rank[b]))
	})
	return list
}

// stay puts those who have a position in this block on it, and returns the seats and the
// scouts that are left.
func (t *table) stay(m int, seats, crew []int) (openSeats, free []int) {
	for _, scout := range crew {
		position, bound := t.position(scout, m)
		if !bound {
			free = append(free, scout)
			continue
		}
		i := slices.IndexFunc(seats, func(r int) bool { return t.Matches[m].Robots[r].Position == position })
		if i >= 0 {
			t.take(Seat{m, seats[i], scout})
			seats = slices.Delete(seats, i, i+1)
		}
	}
	return seats, free
}

// robotsByNeed lists the match's robots, each as often as it lacks scouts: every robot
// once before any twice, and those first that need it most.
func (t *table) robotsByNeed(m int) []int {
	type seat struct {
		robot, nth int
		weight     float64
	}
	var list []seat
	for r := range t.Matches[m].Robots {
		weight := 0.0
		if t.KeepPosition {
			weight = t.weight(m, t.Matches[m].Robots[r].Position)
		}
		for i := range t.wanted(m, r) {
			list = append(list, seat{r, t.filled[m][r] + i, weight})
		}
	}
	slices.SortStableFunc(list, func(a, b seat) int {
		return cmp.Or(cmp.Compare(a.nth, b.nth), cmp.Compare(b.weight, a.weight), t.byNeed(m, a.robot, b.robot))
	})
	robots := make([]int, len(list))
	for i, s := range list {
		robots[i] = s.robot
	}
	return robots
}

// byNeed compares two robots of a match: the one seen less comes first, then the one that
// the own team meets sooner, then luck.
func (t *table) byNeed(m, a, b int) int {
	one, other := t.Matches[m].Robots[a].Team, t.Matches[m].Robots[b].Team
	return cmp.Or(cmp.Compare(t.seen[one], t.seen[other]), cmp.Compare(t.meets(one, m), t.meets(other, m)), cmp.Compare(t.luck[one], t.luck[other]))
}

// meets returns the next match after m in which the own team plays against the team.
func (t *table) meets(team, m int) int {
	for _, next := range t.facing[team] {
		if next > m {
			return next
		}
	}
	return math.MaxInt
}

// weight is what a position is worth for the rest of the block: the less its robots have
// been seen, the more. Opponents to come count double.
func (t *table) weight(m int, p Position) float64 {
	_, end := t.block(m)
	sum := 0.0
	for i := m; i < end; i++ {
		r := slices.IndexFunc(t.Matches[i].Robots, func(r Robot) bool { return r.Position == p })
		if r < 0 || t.wanted(i, r) == 0 {
			continue
		}
		team := t.Matches[i].Robots[r].Team
		need := 1 / float64(1+t.seen[team])
		if t.meets(team, i) < math.MaxInt {
			need *= 2
		}
		sum += need
	}
	return sum
}

// complete fills seats that were left although somebody could have them, and reports
// whether there were any.
func (t *table) complete() bool {
	filled := false
	for m := t.First; m < len(t.Matches); m++ {
		for _, r := range t.robotsByNeed(m) {
			best := Nobody
			for scout := range t.Scouts {
				if t.may(Seat{m, r, scout}) && (best == Nobody || cmp.Or(cmp.Compare(t.load[scout], t.load[best]), cmp.Compare(t.rank[scout], t.rank[best])) < 0) {
					best = scout
				}
			}
			if best != Nobody {
				t.take(Seat{m, r, best})
				filled = true
			}
		}
	}
	return filled
}
