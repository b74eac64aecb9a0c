package analytics

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
)

func totals(red, blue float64) (Points, Points) {
	return Points{Total: red, NoFoul: red}, Points{Total: blue, NoFoul: blue}
}

func TestScore(t *testing.T) {
	type played struct{ redWins, expectRed, expectBlue, red, blue float64 }
	for name, c := range map[string]struct {
		matches []played
		want    string // matches, accuracy, Brier, log loss, MAE
	}{
		"nothing":           {nil, "0 - - - -"},
		"right":             {[]played{{0.8, 50, 40, 55, 38}}, "1 1.0000 0.0400 0.2231 3.5000"},
		"wrong":             {[]played{{0.8, 50, 40, 38, 55}}, "1 0.0000 0.6400 1.6094 13.5000"},
		"blue is right":     {[]played{{0.2, 40, 50, 40, 50}}, "1 1.0000 0.0400 0.2231 0.0000"},
		"a tie":             {[]played{{0.8, 50, 40, 45, 45}}, "1 - 0.0900 0.9163 5.0000"},
		"ties left out":     {[]played{{0.8, 0, 0, 1, 1}, {0.8, 0, 0, 2, 0}}, "2 1.0000 0.0650 0.5697 1.0000"},
		"no opinion":        {[]played{{0.5, 0, 0, 9, 1}, {0.5, 0, 0, 1, 9}, {0.9, 0, 0, 5, 1}}, "3 0.6667 0.1700 0.4972 4.3333"},
		"certain and wrong": {[]played{{1, 0, 0, 0, 0.5}}, "1 0.0000 1.0000 20.7233 0.2500"},
	} {
		t.Run(name, func(t *testing.T) {
			var s Score
			for _, m := range c.matches {
				red, blue := totals(m.red, m.blue)
				s.Add(Prediction{RedWins: m.redWins, Red: m.expectRed, Blue: m.expectBlue}, red, blue)
			}
			r := s.Report()
			got := fmt.Sprint(r.Matches)
			for _, value := range []*float64{r.Accuracy, r.Brier, r.LogLoss, r.MAE} {
				if value == nil {
					got += " -"
				} else {
					got += fmt.Sprintf(" %.4f", *value)
				}
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if _, err := json.Marshal(r); err != nil {
				t.Error(err)
			}
		})
	}
}

// Fouls decide a match, yet no robot earned them.
func TestScoreOfFouls(t *testing.T) {
	var s Score
	s.Add(Prediction{RedWins: 1, Red: 20, Blue: 30}, Points{Total: 40, NoFoul: 20}, Points{Total: 30, NoFoul: 30})
	if r := s.Report(); *r.Accuracy != 1 || *r.MAE != 0 {
		t.Errorf("accuracy %v, MAE %v", *r.Accuracy, *r.MAE)
	}
}

// The least by which epa/1 is to beat the original on a whole season.
const (
	brierGain    = 0.025
	accuracyGain = 0.015
)

// On the season that its constants come from, the rating beats the original's by what was
// asked for. A quarter of a season is too little for that to be sure, so there it must
// only be clearly better. None of this says anything of other seasons.
func TestEPABeatsTheOriginal(t *testing.T) {
	matches := rescue(t)
	ours, theirs := newEPA(2015), newOriginal()
	var all, quarter [2]Score
	for i, m := range matches {
		predictions := [2]Prediction{ours.Learn(m).Prediction, theirs.predict(m)}
		theirs.learn(m)
		for side, p := range predictions {
			all[side].Add(p, m.Red.Points, m.Blue.Points)
			quarter[side].Add(p, m.Red.Points, m.Blue.Points)
		}
		if (i+1)%(len(matches)/4) == 0 {
			compare(t, fmt.Sprintf("matches up to %d", i+1), quarter, 0.02, 0.01)
			quarter = [2]Score{}
		}
	}
	compare(t, "the season", all, brierGain, accuracyGain)
	if got := *all[0].Report().Brier; math.Abs(got-0.2063) > 0.0001 {
		t.Errorf("Brier of epa/1 is %v, was 0.2063", got)
	}
}

func compare(t *testing.T, name string, s [2]Score, brier, accuracy float64) {
	t.Helper()
	ours, theirs := s[0].Report(), s[1].Report()
	t.Logf("%s: accuracy %.4f and %.4f, Brier %.4f and %.4f, log loss %.4f and %.4f, MAE %.2f and %.2f", name,
		*ours.Accuracy, *theirs.Accuracy, *ours.Brier, *theirs.Brier, *ours.LogLoss, *theirs.LogLoss, *ours.MAE, *theirs.MAE)
	if gain := *theirs.Brier - *ours.Brier; gain < brier {
		t.Errorf("%s: Brier is better by %.4f only", name, gain)
	}
	if gain := *ours.Accuracy - *theirs.Accuracy; gain < accuracy {
		t.Errorf("%s: accuracy is better by %.4f only", name, gain)
	}
}
