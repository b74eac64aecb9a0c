package analytics

import "math"

// leastProbability bounds what a prediction that was certain and wrong costs in log loss:
// without it, one such match would make the mean infinite.
const leastProbability = 1e-9

// Score judges predictions against results. The zero value has judged nothing.
type Score struct {
	matches, decided            int
	right, brier, logLoss, miss float64
}

// Report is the judgement of a Score. What no match can tell is nil: all of it without
// matches, and the accuracy when all matches were ties.
type Report struct {
	Matches  int      `json:"matches"`
	Accuracy *float64 `json:"accuracy"` // winners named, of the matches that had one; an even prediction is half right
	Brier    *float64 `json:"brier"`    // mean square of probability minus result, a tie being 0.5
	LogLoss  *float64 `json:"logLoss"`  // natural logarithm
	MAE      *float64 `json:"mae"`      // mean error of the alliances' points without fouls
}

// Add judges the prediction of one match.
func (s *Score) Add(p Prediction, red, blue Points) {
	s.matches++
	result := 0.5
	if red.Total != blue.Total {
		result = 0
		if red.Total > blue.Total {
			result = 1
		}
		s.decided++
		s.right += named(p.RedWins, result)
	}
	s.brier += (p.RedWins - result) * (p.RedWins - result)
	s.logLoss -= result*math.Log(max(p.RedWins, leastProbability)) + (1-result)*math.Log(max(1-p.RedWins, leastProbability))
	s.miss += math.Abs(p.Red-red.NoFoul) + math.Abs(p.Blue-blue.NoFoul)
}

// named returns how far the prediction named the winner: 1, 0, or 0.5 if it named none.
func named(redWins, result float64) float64 {
	switch {
	case redWins == 0.5:
		return 0.5
	case redWins > 0.5:
		return result
	}
	return 1 - result
}

// Report returns the judgement so far.
func (s *Score) Report() Report {
	n := float64(s.matches)
	return Report{
		Matches:  s.matches,
		Accuracy: mean(s.right, float64(s.decided)),
		Brier:    mean(s.brier, n),
		LogLoss:  mean(s.logLoss, n),
		MAE:      mean(s.miss, 2*n),
	}
}

func mean(sum, n float64) *float64 {
	if n == 0 {
		return nil
	}
	sum /= n
	return &sum
}
