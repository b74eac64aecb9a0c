package analytics

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checkLeastSquares holds the powers to the definition of least squares of least norm. It
// shares nothing with the way they are computed: it asks an SVD of the whole system.
func checkLeastSquares(t failer, matches []Match) {
	t.Helper()
	powers := OPR(matches)
	teams, rows := alliances(matches)
	if len(powers) != len(teams) {
		t.Fatalf("%d powers for %d teams", len(powers), len(teams))
	}
	if len(teams) == 0 {
		return
	}
	system, right := systemOf(teams, rows)
	found := mat.NewDense(len(teams), columns, nil)
	for i, p := range powers {
		v := [columns]float64{p.OPR, p.NoFoul, p.Auto, p.Teleop, p.Endgame, p.DPR, p.CCWM}
		for _, x := range append(v[:], p.Ridge, p.RidgeNoFoul) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("team %d after %d matches: %+v", p.Team, len(matches), p)
			}
		}
		found.SetRow(i, v[:])
		if math.Abs(p.OPR-p.CCWM-p.DPR) > 1e-9 {
			t.Errorf("team %d: DPR %v is not OPR %v - CCWM %v", p.Team, p.DPR, p.OPR, p.CCWM)
		}
	}

	tolerance := 1e-8 * max(1, mat.Max(found)/100, -mat.Min(found)/100)

	// What is left over says nothing more about any team.
	var left, gradient mat.Dense
	left.Mul(system, found)
	left.Sub(right, &left)
	gradient.Mul(system.T(), &left)
	if worst := mat.Norm(&gradient, 2); worst > tolerance {
		t.Errorf("after %d matches %v of the residual can still be explained", len(matches), worst)
	}

	// No part of the solution lies where the system sees nothing, and the rest is the SVD's.
	var svd mat.SVD
	if !svd.Factorize(system, mat.SVDFull) {
		t.Fatalf("no SVD of %d rows", len(rows))
	}
	var right2, blind mat.Dense
	svd.VTo(&right2)
	rank := svd.Rank(1e-9)
	for i := rank; i < len(teams); i++ {
		blind.Mul(right2.ColView(i).T(), found)
		if norm := mat.Norm(&blind, 2); norm > tolerance {
			t.Errorf("after %d matches the solution has %v in the null space", len(matches), norm)
		}
	}
	var want mat.Dense
	svd.SolveTo(&want, right, rank)
	want.Sub(&want, found)
	if worst := mat.Max(&want) - mat.Min(&want); worst > tolerance {
		t.Errorf("after %d matches the solution is %v away from the SVD's", len(matches), worst)
	}
}

func systemOf(teams []int, rows []row) (system, right *mat.Dense) {
	system, right = mat.NewDense(len(rows), len(teams), nil), mat.NewDense(len(rows), columns, nil)
	for i, r := range rows {
		for _, team := range r.teams {
			system.Set(i, team, 1)
		}
		right.SetRow(i, r.values[:])
	}
	return system, right
}

// events draws FTC events from a handful of teams to a large one, with few matches or many.
func events(size int) *rapid.Generator[[]Match] {
	return rapid.Custom(func(t *rapid.T) []Match {
		teams := rapid.IntRange(2*size, 30).Draw(t, "teams")
		count := rapid.IntRange(1, 60).Draw(t, "matches")
		numbers := make([]int, teams)
		for i := range numbers {
			numbers[i] = 100 + 7*i
		}
		matches := make([]Match, count)
		for i := range matches {
			order := rapid.Permutation(numbers).Draw(t, "robots")
			matches[i] = Match{
				Key: Key{Number: i + 1},
				Red: drawAlliance(t, order[:size]), Blue: drawAlliance(t, order[size:2*size]),
			}
		}
		return matches
	})
}

func drawAlliance(t *rapid.T, teams []int) Alliance {
	part := rapid.IntRange(0, 150)
	auto, teleop, endgame, fouls := part.Draw(t, "auto"), part.Draw(t, "teleop"), part.Draw(t, "endgame"), part.Draw(t, "fouls")
	return Alliance{Teams: slices.Clone(teams), Points: Points{
		Total: float64(auto + teleop + endgame + fouls), NoFoul: float64(auto + teleop + endgame),
		Auto: float64(auto), Teleop: float64(teleop), Endgame: float64(endgame),
	}}
}

func eachSize(t *testing.T, check func(t *rapid.T, matches []Match)) {
	t.Helper()
	for name, size := range map[string]int{"one robot": 1, "two robots": 2, "three robots": 3} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { check(t, events(size).Draw(t, "event")) })
		})
	}
}

func TestOPRIsLeastSquaresOfLeastNorm(t *testing.T) {
	eachSize(t, func(t *rapid.T, matches []Match) { checkLeastSquares(t, matches) })
}

// A chain of teams, each playing with the next alone, is as near to singular as a schedule
// can come without being so: the ends are tied to the one triangle through everybody.
func TestOPROfALongChain(t *testing.T) {
	pair := func(a, b int) Match {
		return Match{Red: Alliance{Teams: []int{a, b}, Points: Points{Total: float64(17 * a % 50), NoFoul: float64(13 * b % 40)}}}
	}
	chain := []Match{pair(1, 3)}
	for team := range 63 {
		chain = append(chain, pair(team+1, team+2))
	}
	checkLeastSquares(t, chain)
	got := byTeam(OPR(chain))
	for _, m := range chain { // 64 alliances and 64 teams: every score is explained in full
		if sum := got[m.Red.Teams[0]].OPR + got[m.Red.Teams[1]].OPR; math.Abs(sum-m.Red.Points.Total) > 1e-8 {
			t.Fatalf("teams %v add up to %v, they scored %v", m.Red.Teams, sum, m.Red.Points.Total)
		}
	}
	checkLeastSquares(t, chain[1:]) // without the triangle it is singular
}

func TestOPRDoesNotDependOnOrder(t *testing.T) {
	eachSize(t, func(t *rapid.T, matches []Match) {
		want := byTeam(OPR(matches))
		shuffled := rapid.Permutation(matches).Draw(t, "order")
		for i, m := range shuffled {
			m.Red.Teams, m.Blue.Teams = reversed(m.Red.Teams), reversed(m.Blue.Teams)
			if i%2 == 0 {
				m.Red, m.Blue = m.Blue, m.Red
			}
			shuffled[i] = m
		}
		samePowers(t, byTeam(OPR(shuffled)), want)
	})
}

// One of the worst of 12,000 schedules drawn at random: as many alliances as teams, which
// hardly tell the teams apart, so that powers reach thousands. Here digits are lost first.
func TestOPROfAWretchedSchedule(t *testing.T) {
	order := []int{12, 22, 7, 16, 15, 9, 14, 18, 20, 1, 0, 23, 19, 17, 8, 2, 13, 5, 21, 10, 6, 4, 3, 11}
	var matches, renamed []Match
	for _, m := range [][8]int{ // six teams, two scores
		{7, 18, 13, 12, 17, 11, 305, 103}, {7, 21, 0, 17, 2, 13, 58, 312}, {0, 22, 12, 14, 2, 23, 302, 463},
		{20, 11, 5, 7, 8, 1, 369, 307}, {19, 20, 0, 11, 4, 7, 422, 90}, {10, 19, 5, 12, 1, 14, 320, 364},
		{20, 2, 3, 6, 15, 22, 226, 344}, {3, 15, 16, 20, 18, 8, 135, 172}, {9, 22, 14, 20, 15, 13, 180, 383},
		{13, 9, 4, 16, 19, 6, 469, 46}, {15, 12, 3, 23, 14, 9, 45, 157}, {22, 17, 4, 11, 19, 15, 370, 398},
	} {
		with := func(name func(int) int) Match {
			red, blue := []int{name(m[0]), name(m[1]), name(m[2])}, []int{name(m[3]), name(m[4]), name(m[5])}
			return Match{Red: Alliance{Teams: red, Points: Points{Total: float64(m[6])}}, Blue: Alliance{Teams: blue, Points: Points{Total: float64(m[7])}}}
		}
		matches = append(matches, with(func(team int) int { return team }))
		renamed = append(renamed, with(func(team int) int { return order[team] }))
	}
	got := byTeam(OPR(renamed))
	for team, want := range byTeam(OPR(matches)) {
		if is := got[order[team]].OPR; math.Abs(is-want.OPR) > 1e-8 {
			t.Errorf("team %d: OPR is %v with other numbers, was %v", team, is, want.OPR)
		}
	}
}

func TestOPRDoesNotDependOnTeamNumbers(t *testing.T) {
	eachSize(t, func(t *rapid.T, matches []Match) {
		want := byTeam(OPR(matches))
		other := func(teams []int) []int {
			list := slices.Clone(teams)
			for i, team := range list {
				list[i] = team*7919%9973 + 1 // one to one below 9973
			}
			return list
		}
		renamed := slices.Clone(matches)
		for i := range renamed {
			renamed[i].Red.Teams, renamed[i].Blue.Teams = other(renamed[i].Red.Teams), other(renamed[i].Blue.Teams)
		}
		got, named := byTeam(OPR(renamed)), make(map[int]Power)
		for team := range want {
			named[team] = got[other([]int{team})[0]]
		}
		samePowers(t, named, want)
	})
}

// Points that both alliances get alike, such as for a kinder rule, move no margin.
func TestCCWMIgnoresWhatBothAlliancesGet(t *testing.T) {
	eachSize(t, func(t *rapid.T, matches []Match) {
		want := byTeam(OPR(matches))
		gift := rapid.IntRange(1, 100).Draw(t, "gift")
		raised := slices.Clone(matches)
		for i := range raised {
			raised[i].Red.Points.Total += float64(gift * (i%3 + 1))
			raised[i].Blue.Points.Total += float64(gift * (i%3 + 1))
		}
		for _, p := range OPR(raised) {
			if math.Abs(p.CCWM-want[p.Team].CCWM) > 1e-9 {
				t.Errorf("team %d: CCWM was %v, is %v", p.Team, want[p.Team].CCWM, p.CCWM)
			}
		}
	})
}

// Ridge OPR minimizes squared errors plus squared distance from the prior, so its gradient is 0.
func TestRidgeOPRIsTheLeastOfItsSum(t *testing.T) {
	eachSize(t, func(t *rapid.T, matches []Match) {
		teams, rows := alliances(matches)
		var sum, robots float64
		for _, r := range rows {
			sum += r.values[columnTotal]
			robots += float64(len(r.teams))
		}
		powers := OPR(matches)
		gradient := make([]float64, len(teams))
		for i, p := range powers {
			gradient[i] = p.Ridge - sum/robots
		}
		for _, r := range rows {
			missed := -r.values[columnTotal]
			for _, team := range r.teams {
				missed += powers[team].Ridge
			}
			for _, team := range r.teams {
				gradient[team] += missed
			}
		}
		for i, g := range gradient {
			if math.Abs(g) > 1e-8 {
				t.Errorf("team %d: gradient %v", teams[i], g)
			}
		}
	})
}

func reversed(teams []int) []int {
	list := slices.Clone(teams)
	slices.Reverse(list)
	return list
}

// samePowers allows 1e-9, and where schedules tell so little that powers are in the
// thousands, as many digits of the largest.
func samePowers(t failer, got, want map[int]Power) {
	t.Helper()
	tolerance := 1e-9
	for _, p := range want {
		tolerance = max(tolerance, 1e-11*math.Abs(p.OPR))
	}
	if len(got) != len(want) {
		t.Fatalf("%d teams, want %d", len(got), len(want))
	}
	for team, p := range want {
		if got[team].Matches != p.Matches {
			t.Errorf("team %d: %d matches, want %d", team, got[team].Matches, p.Matches)
		}
		for name, value := range p.values() {
			if is := got[team].values()[name]; !(math.Abs(is-value) <= tolerance) {
				t.Errorf("team %d: %s is %v, was %v", team, name, is, value)
			}
		}
	}
}
