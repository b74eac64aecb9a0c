package assignments

import (
	"cmp"
	"slices"
)

// exchange moves scouts within a match from a robot that was seen often to one that was
// seen at least two times less, until there is no such pair: no robot is left out while
// those beside it are seen again and again. Positions that are kept fix the robots.
func (t *table) exchange() {
	if t.KeepPosition {
		return
	}
	for changed := true; changed; {
		changed = false
		for m := t.First; m < len(t.Matches); m++ {
			for scout := range t.Scouts {
				changed = t.lookElsewhere(m, scout) || changed
			}
		}
	}
}

func (t *table) lookElsewhere(m, scout int) bool {
	if !t.works(scout, m) || t.kept[scout][m] {
		return false
	}
	now := t.work[scout][m] - 1
	robots := t.Matches[m].Robots
	best := now
	for r := range robots {
		if t.wanted(m, r) > 0 && t.filled[m][r] < t.filled[m][now] && t.seen[robots[r].Team] <= t.seen[robots[now].Team]-2 &&
			(best == now || t.byNeed(m, r, best) < 0) {
			best = r
		}
	}
	if best == now {
		return false
	}
	t.give(Seat{m, now, scout})
	t.take(Seat{m, best, scout})
	return true
}

// handOver makes the loads fairer by one chain: somebody gives a match to somebody, who
// gives one to somebody else, and the last has at least two matches less than the first.
// It returns false when there is no such chain. As every scout's rules look at their own
// matches only, the links of a chain can be made one by one from its end.
func (t *table) handOver() bool {
	givers := make([]int, t.Scouts)
	for i := range givers {
		givers[i] = i
	}
	slices.SortFunc(givers, func(a, b int) int {
		return cmp.Or(cmp.Compare(t.load[b], t.load[a]), cmp.Compare(t.rank[a], t.rank[b]))
	})
	for _, giver := range givers {
		if t.load[giver] < t.load[givers[len(givers)-1]]+2 {
			return false
		}
		if t.chainFrom(giver) {
			return true
		}
	}
	return false
}

// link is how a scout is reached in the search for a chain.
type link struct {
	from  int
	seat  Seat // from's, which the reached scout would take
	found bool
}

// chainFrom searches breadth first, so that as few as possible are bothered.
func (t *table) chainFrom(giver int) bool {
	reached := make([]link, t.Scouts)
	reached[giver].found = true
	queue := []int{giver}
	for len(queue) > 0 {
		from := queue[0]
		queue = queue[1:]
		var next []int
		for to := range t.Scouts {
			if reached[to].found {
				continue
			}
			if seat, ok := t.bestGift(from, to); ok {
				reached[to] = link{from, seat, true}
				next = append(next, to)
			}
		}
		slices.SortFunc(next, func(a, b int) int {
			return cmp.Or(cmp.Compare(t.load[a], t.load[b]), cmp.Compare(t.rank[a], t.rank[b]))
		})
		if len(next) > 0 && t.load[next[0]] <= t.load[giver]-2 {
			for to := next[0]; to != giver; to = reached[to].from {
				seat := reached[to].seat
				t.give(seat)
				seat.Scout = to
				t.take(seat)
			}
			return true
		}
		queue = append(queue, next...)
	}
	return false
}

// bestGift returns the seat of one scout that another can take with the least harm to
// their shifts: best at the edge of the giver's and next to the taker's.
func (t *table) bestGift(from, to int) (Seat, bool) {
	best, least := Seat{}, 0
	found := false
	for m := t.First; m < len(t.Matches); m++ {
		if !t.works(from, m) || t.kept[from][m] {
			continue
		}
		seat := Seat{m, t.work[from][m] - 1, from}
		if !t.may(Seat{m, seat.Robot, to}) {
			continue
		}
		if harm := t.neighbours(from, m) - t.neighbours(to, m); !found || harm < least {
			best, least, found = seat, harm, true
		}
	}
	return best, found
}

// neighbours counts the matches right before and after m in which the scout works.
func (t *table) neighbours(scout, m int) int {
	n := 0
	for _, i := range []int{m - 1, m + 1} {
		if i >= 0 && i < len(t.Matches) && t.works(scout, i) {
			n++
		}
	}
	return n
}
