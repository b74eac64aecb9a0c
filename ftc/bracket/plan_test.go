package bracket_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc/bracket"
)

// plans are the brackets as a person would write them down: red, blue, and the place of
// who is out with the match. W3 is the winner of match 3, L3 its loser.
var plans = map[int]string{
	2: `round 1  M1 upper 1-2 place 2, first to 2`,
	4: `round 1  M1 upper 1-4, M2 upper 2-3
		round 2  M3 lower L1-L2 place 4, M4 upper W1-W2
		round 3  M5 lower L4-W3 place 3
		round 4  M6 upper W4-W5 place 2, M7 lower L6-W6 place 2 if needed`,
	6: `round 1  M1 upper 4-5, M2 upper 3-6
		round 2  M3 upper 1-W1, M4 upper 2-W2
		round 3  M5 lower L3-L2 place 5, M6 lower L4-L1 place 5
		round 4  M7 upper W3-W4, M8 lower W6-W5 place 4
		round 5  M9 lower L7-W8 place 3
		round 6  M10 upper W7-W9 place 2, M11 lower L10-W10 place 2 if needed`,
	8: `round 1  M1 upper 1-8, M2 upper 4-5, M3 upper 2-7, M4 upper 3-6
		round 2  M5 lower L1-L2 place 7, M6 lower L3-L4 place 7, M7 upper W1-W2, M8 upper W3-W4
		round 3  M9 lower L7-W6 place 5, M10 lower L8-W5 place 5
		round 4  M11 upper W7-W8, M12 lower W10-W9 place 4
		round 5  M13 lower L11-W12 place 3
		round 6  M14 upper W11-W13 place 2, M15 lower L14-W14 place 2 if needed`,
}

// written writes a plan as plans has it.
func written(plan []bracket.Pairing) string {
	var b strings.Builder
	round := 0
	for _, p := range plan {
		switch {
		case p.Round != round && round > 0:
			b.WriteString("\n\t\t")
			fallthrough
		case p.Round != round:
			fmt.Fprintf(&b, "round %d  ", p.Round)
		default:
			b.WriteString(", ")
		}
		round = p.Round
		half := "upper"
		if p.Lower {
			half = "lower"
		}
		fmt.Fprintf(&b, "M%d %s %s-%s", p.Series, half, seat(p.Red), seat(p.Blue))
		if p.Place > 0 {
			fmt.Fprintf(&b, " place %d", p.Place)
		}
		if p.Deciding {
			b.WriteString(" if needed")
		}
		if p.Wins > 1 {
			fmt.Fprintf(&b, ", first to %d", p.Wins)
		}
	}
	return b.String()
}

func seat(s bracket.Source) string {
	switch s.Origin {
	case bracket.WinnerOf:
		return fmt.Sprintf("W%d", s.Number)
	case bracket.LoserOf:
		return fmt.Sprintf("L%d", s.Number)
	}
	return fmt.Sprint(s.Number)
}

func TestPlan(t *testing.T) {
	for alliances, want := range plans {
		plan, err := bracket.Plan(alliances)
		if err != nil {
			t.Fatal(err)
		}
		if got := written(plan); got != want {
			t.Errorf("%d alliances:\n%s\nwant\n%s", alliances, got, want)
		}
	}
	for _, alliances := range []int{-1, 0, 1, 3, 5, 7, 9} {
		if _, err := bracket.Plan(alliances); !errors.Is(err, bracket.ErrSize) {
			t.Errorf("a plan of %d alliances: got %v", alliances, err)
		}
		if _, err := bracket.Play(alliances, nil); !errors.Is(err, bracket.ErrSize) {
			t.Errorf("a playoff of %d alliances: got %v", alliances, err)
		}
	}
}

func TestSize(t *testing.T) {
	tests := []struct{ teams, alliances int }{
		{0, 0}, {3, 0}, {4, 2}, {10, 2}, {11, 4}, {20, 4}, {21, 6}, {40, 6}, {41, 8}, {64, 8},
	}
	for _, test := range tests {
		if got := bracket.Size(test.teams); got != test.alliances {
			t.Errorf("%d teams play off with %d alliances, want %d", test.teams, got, test.alliances)
		}
	}
}
