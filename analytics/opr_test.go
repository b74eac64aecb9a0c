package analytics

import (
	"math"
	"slices"
	"testing"
)

// values returns a team's power by the names of the files.
func (p Power) values() map[string]float64 {
	return map[string]float64{
		"opr": p.OPR, "oprNoPenalty": p.NoFoul, "oprAuto": p.Auto, "oprTeleop": p.Teleop, "oprEndgame": p.Endgame,
		"dpr": p.DPR, "ccwm": p.CCWM, "oprRidge": p.Ridge, "oprPenaltyReceived": p.OPR - p.NoFoul,
	}
}

func byTeam(list []Power) map[int]Power {
	found := make(map[int]Power)
	for _, p := range list {
		found[p.Team] = p
	}
	return found
}

func TestOPRAgreesWithPublishedLists(t *testing.T) {
	const rounding = 0.0501 // one decimal
	matches, published, computed := raleigh(t)
	got := byTeam(OPR(matches))
	if len(got) != len(published) || len(got) != len(computed) {
		t.Fatalf("%d teams, published are %d", len(got), len(published))
	}
	for team, want := range published {
		for _, c := range []struct {
			name      string
			tolerance float64
		}{{"opr", rounding}, {"oprAuto", rounding}, {"oprTeleop", rounding}, {"oprEndgame", rounding}, {"oprPenaltyReceived", rounding},
			{"oprRidge", 0.13 + rounding}} { // its lambda is not published
			if is := got[team].values()[c.name]; !(math.Abs(is-want[c.name]) <= c.tolerance) {
				t.Errorf("%s of %d is %v, published is %v", c.name, team, is, want[c.name])
			}
		}
	}
	for team, want := range computed {
		for name, value := range want {
			if is := got[team].values()[name]; !(math.Abs(is-value) <= 1e-6) {
				t.Errorf("%s of %d is %.9f, want %v", name, team, is, value)
			}
		}
	}
}

func TestOPRWithThreeRobots(t *testing.T) {
	matches, expected := newYork(t)
	got := byTeam(OPR(matches))
	compared := 0
	for name, teams := range expected {
		if len(teams) != len(got) {
			t.Errorf("%s: %d teams, want %d", name, len(got), len(teams))
		}
		for team, want := range teams {
			compared++
			if is := got[team].values()[name]; !(math.Abs(is-want) <= 1e-6) {
				t.Errorf("%s of %d is %v, want %v", name, team, is, want)
			}
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// Early in an event, least squares alone have no answer. What a coach sees must still be
// numbers, and such that explain the scores as well as any others.
func TestOPRAfterEachMatch(t *testing.T) {
	two, _, _ := raleigh(t)
	three, _ := newYork(t)
	for _, matches := range [][]Match{two, three} {
		for n := range len(matches) + 1 {
			checkLeastSquares(t, matches[:n])
		}
	}
}

func TestOPRCountsQualificationMatchesOnly(t *testing.T) {
	matches, _, _ := raleigh(t)
	want := OPR(matches)
	final := matches[3]
	final.Level = Playoff
	final.Red.Points.Total += 500
	final.Red.Teams = []int{1, 2, 3}
	if got := OPR(append(slices.Clone(matches), final)); !slices.Equal(got, want) {
		t.Error("a playoff match changed the powers")
	}
}

func TestOPRWithoutMatches(t *testing.T) {
	for name, matches := range map[string][]Match{
		"none": nil, "a playoff": {{Key: Key{Level: Playoff}, Red: Alliance{Teams: []int{1}}}}, "nobody": {{}},
	} {
		if got := OPR(matches); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOPRCountsATeamListedTwiceOnce(t *testing.T) {
	m := Match{Red: Alliance{Teams: []int{1, 1}, Points: Points{Total: 30}}, Blue: Alliance{Teams: []int{2}, Points: Points{Total: 20}}}
	got := byTeam(OPR([]Match{m}))
	if math.Abs(got[1].OPR-30) > 1e-9 || got[1].Matches != 1 {
		t.Errorf("%+v", got[1])
	}
}

// A team of a sure 40 points plays one odd match: ridge OPR doubts it, least squares do not.
func TestRidgeOPRDoubtsThinData(t *testing.T) {
	match := func(red, blue int, scored, against float64) Match {
		return Match{Red: Alliance{Teams: []int{red}, Points: Points{Total: scored}}, Blue: Alliance{Teams: []int{blue}, Points: Points{Total: against}}}
	}
	matches := []Match{match(1, 2, 100, 20), match(3, 2, 20, 20)}
	for range 8 {
		matches = append(matches, match(3, 2, 20, 20))
	}
	got := byTeam(OPR(matches))
	mean := (100. + 19*20) / 20 // of one robot
	if want := (100 + mean) / 2; math.Abs(got[1].Ridge-want) > 1e-9 || math.Abs(got[1].OPR-100) > 1e-9 {
		t.Errorf("after one match OPR %v, ridge %v, want 100 and %v", got[1].OPR, got[1].Ridge, want)
	}
	if want := (9*20 + mean) / 10; math.Abs(got[3].Ridge-want) > 1e-9 {
		t.Errorf("after nine matches ridge %v, want %v", got[3].Ridge, want)
	}
	if !got[1].Thin() || got[3].Thin() {
		t.Errorf("thin: %v after one match, %v after nine", got[1].Thin(), got[3].Thin())
	}
}
