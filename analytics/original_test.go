package analytics

import "math"

// original is the rating of the first FTC Metrics, written anew from its description: the
// baseline that ours has to beat. A team's value at an FTC event is how far it lifts an
// alliance above the mean of the event's matches so far. Before each match it computes the
// event anew, because a changed mean changes all values.
type original struct {
	event   string
	matches []Match
	last    map[int]float64 // by team: the value at the end of its last event
}

func newOriginal() *original { return &original{last: map[int]float64{}} }

func (o *original) predict(m Match) Prediction {
	if o.event != m.Event {
		values, _ := o.values()
		for team, value := range values {
			o.last[team] = value
		}
		o.event, o.matches = m.Event, nil
	}
	values, mean := o.values()
	side := func(teams []int) float64 {
		sum := mean
		for _, team := range teams {
			value, here := values[team]
			if !here {
				value = o.last[team]
			}
			sum += cents(value)
		}
		return sum
	}
	red, blue := side(m.Red.Teams), side(m.Blue.Teams)
	return Prediction{RedWins: cents(1 / (1 + math.Exp(-(red-blue)/10))), Red: math.Round(red), Blue: math.Round(blue)}
}

func (o *original) learn(m Match) { o.matches = append(o.matches, m) }

// values rates the matches so far; the mean is that of all of them, fouls included.
func (o *original) values() (map[int]float64, float64) {
	mean := 38.0 // the original's guess for an event without matches
	if n := len(o.matches); n > 0 {
		mean = 0
		for _, m := range o.matches {
			mean += (m.Red.Points.Total + m.Blue.Points.Total) / float64(2*n)
		}
	}
	values, played := map[int]float64{}, map[int]int{}
	for _, m := range o.matches {
		red, blue := values[m.Red.Teams[0]]+values[m.Red.Teams[1]], values[m.Blue.Teams[0]]+values[m.Blue.Teams[1]]
		update := func(a Alliance, own, opponent float64) {
			missed := a.Points.Total - (mean + own - opponent/2)
			for _, team := range a.Teams {
				rate := max(0.1, 0.4*math.Exp(-0.1*float64(played[team])))
				values[team] += rate * missed / 2
				played[team]++
			}
		}
		update(m.Red, red, blue)
		update(m.Blue, blue, red)
	}
	return values, mean
}

func cents(x float64) float64 { return math.Round(x*100) / 100 }
