package seasons_test

import (
	"reflect"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc/rankings"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// The rules of ranking of the four games, in full.
func TestRules(t *testing.T) {
	bonus := func(key, part string, atLeast map[string]int) rankings.Bonus {
		return rankings.Bonus{Key: key, Part: part, AtLeast: atLeast}
	}
	usual := func(n int) map[string]int { return map[string]int{"default": n} }
	tieBreaks := func(parts ...string) (list []rankings.TieBreak) {
		for _, part := range parts {
			list = append(list, rankings.TieBreak{Part: part})
		}
		return list
	}
	want := map[int]rankings.Rules{
		2023: {Win: 2, Tie: 1, TieBreaks: tieBreaks("autoPoints", "endgamePoints")},
		2024: {Win: 2, Tie: 1, TieBreaks: tieBreaks("autoPoints", "parkAscentPoints")},
		2025: {
			Win: 3, Tie: 1,
			Bonuses: []rankings.Bonus{
				bonus("movementRP", "movementPoints", map[string]int{"default": 16, "regional": 21}),
				bonus("goalRP", "goalArtifacts", map[string]int{"default": 36, "regional": 42}),
				bonus("patternRP", "patternPoints", map[string]int{"default": 18, "regional": 22}),
			},
			TieBreaks: tieBreaks("preFoulTotal", "basePoints", "autoPoints"),
		},
		2026: {
			Win: 3, Tie: 1, // its tie-breaks are not known
			Bonuses: []rankings.Bonus{bonus("swarmRP", "swarmPoints", usual(16)), bonus("pollinator1RP", "hiveTips", usual(4)), bonus("pollinator2RP", "hiveTips", usual(7))},
		},
	}
	for _, s := range load(t).All() {
		if got := s.Rules(); !reflect.DeepEqual(got, want[s.Year]) {
			t.Errorf("%d\n got %+v\nwant %+v", s.Year, got, want[s.Year])
		}
	}
}

// The threshold of a level decides in the ranking as it does in the alliance's score.
func TestLevelDecidesTheRanking(t *testing.T) {
	s := season(t, 2025)
	for typeName, points := range map[string]float64{"Qualifier": 4, "Championship": 3, "FIRST Championship": 4} {
		rows := rankings.Rank(s.Rules(), rankings.Event{Level: seasons.EventLevel(typeName), Matches: []rankings.Match{{
			Number: 1,
			Red:    rankings.Alliance{Points: 40, Parts: map[string]int{"movementPoints": 20}, Robots: []rankings.Robot{{Team: 1}}},
			Blue:   rankings.Alliance{Points: 10, Robots: []rankings.Robot{{Team: 2}}},
		}}})
		if rows[0].Team != 1 || rows[0].Score != points {
			t.Errorf("%s: got %+v, want %v points", typeName, rows[0], points)
		}
	}
}

func TestEventLevel(t *testing.T) {
	for typeName, want := range map[string]string{
		"": "default", "Scrimmage": "default", "League Meet": "default", "LeagueMeet": "default", "Qualifier": "default",
		"League Tournament": "default", "Super Qualifier": "default", "Off-Season": "default", "Premier Event": "default",
		"Championship": "regional", "Regional Championship": "regional", "state championship": "regional",
		"FIRST Championship": "world", "FIRSTChampionship": "world", "World Championship": "world",
	} {
		if got := seasons.EventLevel(typeName); got != want {
			t.Errorf("%q is %s, want %s", typeName, got, want)
		}
	}
}
