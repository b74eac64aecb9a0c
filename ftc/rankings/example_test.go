package rankings_test

import (
	"fmt"

	"github.com/ftcmetrics/ftcmetrics/ftc/rankings"
)

// One match: team 8569 was disqualified, and its partner has the win and a bonus.
func ExampleRank() {
	rules := rankings.Rules{
		Win: 3, Tie: 1,
		Bonuses:   []rankings.Bonus{{Key: "patternRP", Part: "patternPoints", AtLeast: map[string]int{"default": 18, "regional": 22}}},
		TieBreaks: []rankings.TieBreak{{Part: "preFoulTotal"}},
	}
	rows := rankings.Rank(rules, rankings.Event{Level: "regional", Matches: []rankings.Match{{
		Number: 1,
		Red: rankings.Alliance{
			Points: 95, Parts: map[string]int{"preFoulTotal": 90, "patternPoints": 24},
			Robots: []rankings.Robot{{Team: 8569, Disqualified: true}, {Team: 7083}},
		},
		Blue: rankings.Alliance{
			Points: 40, Parts: map[string]int{"preFoulTotal": 40, "patternPoints": 20},
			Robots: []rankings.Robot{{Team: 731}, {Team: 5795}},
		},
	}}})
	for _, r := range rows {
		fmt.Println(r.Rank, r.Team, r.Score, r.TieBreaks, "tied:", r.Tied)
	}
	// Output:
	// 1 7083 4 [90] tied: false
	// 2 731 0 [40] tied: true
	// 3 5795 0 [40] tied: true
	// 4 8569 0 [0] tied: false
}
