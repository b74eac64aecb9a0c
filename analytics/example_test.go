package analytics_test

import (
	"fmt"

	"github.com/ftcmetrics/ftcmetrics/analytics"
)

// A model predicts a match before it learns from it.
func ExampleModel() {
	model := analytics.NewModel(analytics.Season{Year: 2025, Prior: analytics.DefaultPrior()}, analytics.EPA1())
	match := analytics.Match{
		Key:  analytics.Key{Season: 2025, Event: "USNCRA", Number: 1},
		Red:  analytics.Alliance{Teams: []int{8569, 7083}, Points: analytics.Points{Total: 95, NoFoul: 90, Auto: 30, Teleop: 50, Endgame: 10}},
		Blue: analytics.Alliance{Teams: []int{731, 5795}, Points: analytics.Points{Total: 40, NoFoul: 40, Auto: 5, Teleop: 30, Endgame: 5}},
	}
	step := model.Learn(match)
	fmt.Printf("before: red wins with %.2f\n", step.Prediction.RedWins)
	for _, c := range step.Changes {
		fmt.Printf("%d: %+.1f to %.1f\n", c.Team, c.Delta, c.After.Total())
	}
	fmt.Printf("a rematch: red wins with %.2f\n", model.Predict(match.Red.Teams, match.Blue.Teams).RedWins)
	// Output:
	// before: red wins with 0.50
	// 7083: +11.0 to 28.4
	// 8569: +11.0 to 28.4
	// 731: +1.0 to 18.4
	// 5795: +1.0 to 18.4
	// a rematch: red wins with 0.69
}

// One match does not tell partners apart: each gets an even share.
func ExampleOPR() {
	for _, p := range analytics.OPR([]analytics.Match{{
		Red:  analytics.Alliance{Teams: []int{8569, 7083}, Points: analytics.Points{Total: 90}},
		Blue: analytics.Alliance{Teams: []int{731, 5795}, Points: analytics.Points{Total: 40}},
	}}) {
		fmt.Printf("%d: OPR %.1f, CCWM %+.1f, ridge OPR %.1f\n", p.Team, p.OPR, p.CCWM, p.Ridge)
	}
	// Output:
	// 731: OPR 20.0, CCWM -25.0, ridge OPR 24.2
	// 5795: OPR 20.0, CCWM -25.0, ridge OPR 24.2
	// 7083: OPR 45.0, CCWM +25.0, ridge OPR 40.8
	// 8569: OPR 45.0, CCWM +25.0, ridge OPR 40.8
}
