package ratings

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

const bins = 10 // of the probability that red wins

// Bin is how matches went whose predictions were alike.
type Bin struct {
	From      float64  `json:"from"`
	To        float64  `json:"to"`
	Matches   int      `json:"matches"`
	Predicted *float64 `json:"predicted"` // mean probability that red wins; nil without matches
	Happened  *float64 `json:"happened"`  // part of them that red won, a tie being half
}

// EventAccuracy is how good the predictions of one FTC event were.
type EventAccuracy struct {
	EventCode string `json:"eventCode"`
	analytics.Report
}

// Accuracy is how good the predictions of a season were. Early counts those that were said
// before the result came; the others are from the results of earlier matches alone, said later.
type Accuracy struct {
	Season int    `json:"season"`
	Algo   string `json:"algo"`
	Early  int    `json:"early"`
	analytics.Report
	Calibration []Bin           `json:"calibration"`
	Events      []EventAccuracy `json:"events"` // by code
}

// Accuracy judges the predictions of a season, or of one FTC event for a code.
func (s *Service) Accuracy(ctx context.Context, season int, event string) (Accuracy, error) {
	out := Accuracy{Season: season, Algo: s.constants.Version, Events: []EventAccuracy{}}
	rows, err := s.q.Judged(ctx, queries.JudgedParams{Season: int32(season), EventCode: event})
	if err != nil {
		return out, eventlog.Translate(err)
	}
	var all analytics.Score
	events := make(map[string]*analytics.Score)
	var predicted, happened [bins]float64
	var counts [bins]int
	for _, r := range rows {
		p := analytics.Prediction{RedWins: r.RedWins, Red: r.Red, Blue: r.Blue}
		red := analytics.Points{Total: float64(r.RedTotal), NoFoul: float64(r.RedNoFoul)}
		blue := analytics.Points{Total: float64(r.BlueTotal), NoFoul: float64(r.BlueNoFoul)}
		all.Add(p, red, blue)
		if events[r.EventCode] == nil {
			events[r.EventCode] = new(analytics.Score)
		}
		events[r.EventCode].Add(p, red, blue)
		if r.Early {
			out.Early++
		}
		bin := min(bins-1, int(r.RedWins*bins))
		counts[bin]++
		predicted[bin] += r.RedWins
		happened[bin] += float64(cmp.Compare(r.RedTotal, r.BlueTotal)+1) / 2
	}
	out.Report = all.Report()
	for i := range bins {
		b := Bin{From: float64(i) / bins, To: float64(i+1) / bins, Matches: counts[i]}
		if n := float64(counts[i]); n > 0 {
			p, h := predicted[i]/n, happened[i]/n
			b.Predicted, b.Happened = &p, &h
		}
		out.Calibration = append(out.Calibration, b)
	}
	for _, code := range slices.Sorted(maps.Keys(events)) {
		out.Events = append(out.Events, EventAccuracy{code, events[code].Report()})
	}
	return out, nil
}
