package bracket_test

import (
	"fmt"

	"github.com/ftcmetrics/ftcmetrics/ftc/bracket"
)

// Four alliances after three series, the second of which took two plays.
func ExamplePlay() {
	p, err := bracket.Play(4, []bracket.Result{
		{Series: 1, Number: 1, Winner: 1},
		{Series: 2, Number: 1, Winner: 0},
		{Series: 2, Number: 2, Winner: 3},
		{Series: 4, Number: 1, Winner: 3},
	})
	if err != nil {
		panic(err)
	}
	for _, m := range p.Matches {
		fmt.Printf("M%d: %d against %d, %s\n", m.Series, m.RedAlliance, m.BlueAlliance, m.Status)
	}
	// Output:
	// M1: 1 against 4, decided
	// M2: 2 against 3, decided
	// M3: 4 against 2, ready
	// M4: 1 against 3, decided
	// M5: 1 against 0, waiting
	// M6: 3 against 0, waiting
	// M7: 0 against 0, waiting
}
