package demo

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// worth returns what a form is worth by the rules of the season.
func worth(t *testing.T, season *seasons.Season, s sighting) int {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	_, score, err := season.Check(raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return score.Total
}

func theSeason(t *testing.T) *seasons.Season {
	t.Helper()
	book, err := seasons.Load()
	if err != nil {
		t.Fatal(err)
	}
	season, ok := book.Season(2025)
	if !ok {
		t.Fatal("no season 2025")
	}
	return season
}

func TestSplitAddsUpToTheOfficialScore(t *testing.T) {
	script, season := theScript(t), theSeason(t)
	for _, m := range script.quals() {
		for seed := range uint64(5) {
			did := script.truths(seed, 1, m)
			if len(did) != 4 {
				t.Fatalf("%s: %d robots", m.Description, len(did))
			}
			for color, official := range script.official[m.Number] {
				sum, home := 0, 0
				for _, r := range m.Robots {
					if side(r.Station) == color {
						sum += worth(t, season, did[r.Number])
						home += count(did[r.Number].Base == "FULL")
					}
				}
				if home == 2 {
					sum += 10 // both robots in the base: the alliance's, not a robot's
				}
				if sum != official.PreFoul {
					t.Errorf("%s %s: the robots did %d, officially %d", m.Description, official.Alliance, sum, official.PreFoul)
				}
			}
		}
	}
}

func TestNoShowDidNothing(t *testing.T) {
	script := theScript(t)
	found := false
	for _, m := range script.quals() {
		for _, r := range m.Robots {
			if r.NoShow {
				found = true
				if did := script.truths(1, 1, m)[r.Number]; did != (sighting{Base: "NONE"}) {
					t.Errorf("team %d was not there and did %+v", r.Number, did)
				}
			}
		}
	}
	if !found {
		t.Error("the event has no robot that did not show up")
	}
}

func TestShareFollowsStrength(t *testing.T) {
	s := &script{strength: map[int]float64{1: 90, 2: 30}}
	for _, c := range []struct {
		first, second scriptRobot
		want          float64
	}{
		{scriptRobot{Number: 1}, scriptRobot{Number: 2}, 0.9},
		{scriptRobot{Number: 2}, scriptRobot{Number: 1}, 0.1},
		{scriptRobot{Number: 1}, scriptRobot{Number: 1}, 0.5},
		{scriptRobot{Number: 3}, scriptRobot{Number: 4}, 0.5},
		{scriptRobot{Number: 1, NoShow: true}, scriptRobot{Number: 2}, 0},
		{scriptRobot{Number: 2}, scriptRobot{Number: 1, NoShow: true}, 1},
	} {
		if got := s.share(c.first, c.second); got != c.want {
			t.Errorf("share(%+v, %+v) = %v, want %v", c.first, c.second, got, c.want)
		}
	}
}

// TestScoutsErrLittle holds what scouts write down to the form's limits and near the truth.
func TestScoutsErrLittle(t *testing.T) {
	season := theSeason(t)
	top := sighting{AutoLeave: true, AutoClassified: 100, AutoOverflow: 100, AutoPattern: 9, TeleopClassified: 200, TeleopOverflow: 200, TeleopDepot: 200, TeleopPattern: 9, Base: "FULL"}
	middle := sighting{AutoClassified: 5, TeleopClassified: 15, TeleopPattern: 3, Base: "PARTIAL"}
	for _, truth := range []sighting{top, middle, {Base: "NONE"}} {
		right, off := 0, 0
		for n := range 500 {
			seen := observe(truth, newDice(1, n))
			worth(t, season, seen)
			if seen == truth {
				right++
			}
			off = max(off, abs(seen.TeleopClassified-truth.TeleopClassified))
			if truth.AutoClassified == 0 && seen.AutoClassified > 0 {
				t.Errorf("saw what was not there: %+v", seen)
			}
		}
		if right == 0 || right == 500 || off > 2 {
			t.Errorf("%d of 500 right, off by up to %d", right, off)
		}
	}
}

func abs(n int) int { return max(n, -n) }

func TestDiceFallAlike(t *testing.T) {
	roll := func(seed uint64, what ...any) []uint64 {
		dice := newDice(seed, what...)
		return []uint64{dice.Uint64(), dice.Uint64(), dice.Uint64()}
	}
	first := roll(1, "truth", 1, 2)
	if !reflect.DeepEqual(first, roll(1, "truth", 1, 2)) {
		t.Error("the same seed falls differently")
	}
	for _, other := range [][]uint64{roll(2, "truth", 1, 2), roll(1, "truth", 12), roll(1, "scout", 1, 2)} {
		if reflect.DeepEqual(first, other) {
			t.Error("another seed falls the same")
		}
	}
}
