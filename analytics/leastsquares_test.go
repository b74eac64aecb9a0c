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

	// What is left over says nothing more about any team.
	var left, gradient mat.Dense
	left.Mul(system, found)
	left.Sub(right, &left)
	gradient.Mul(system.T(), &left)
	if worst := mat.Norm(&gradient, 2); worst > 1e-8 {
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
		if norm := mat.Norm(&blind, 2); norm > 1e-8 {
			t.Errorf("after %d matches the solution has %v in the null space", len(matches), norm)
		}
	}
	var want mat.Dense
	svd.SolveTo(&want, right, rank)
	want.Sub(&want, found)
	if worst := mat.Max(&want) - mat.Min(&want); worst > 1e-8 {
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
		for _, p := range OPR(shuffled) {
			samePower(t, p, want[p.Team])
		}
	})
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
		got := byTeam(OPR(renamed))
		for team, p := range want {
			samePower(t, got[other([]int{team})[0]], p)
		}
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

func samePower(t failer, got, want Power) {
	t.Helper()
	if got.Matches != want.Matches {
		t.Errorf("team %d: %d matches, want %d", want.Team, got.Matches, want.Matches)
	}
	for name, value := range want.values() {
		if is := got.values()[name]; !(math.Abs(is-value) <= 1e-9) {
			t.Errorf("team %d: %s is %v, was %v", want.Team, name, is, value)
		}
	}
}
