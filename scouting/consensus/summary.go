package consensus

import (
	"encoding/json"
	"slices"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// Stats describe a number over a robot's matches. All are 0 without a match.
type Stats struct {
	Matches int     `json:"matches"`
	Average float64 `json:"average"`
	Median  float64 `json:"median"`
	Best    float64 `json:"best"`
	Worst   float64 `json:"worst"`
	Trend   float64 `json:"trend"` // change from one match to the next: the slope of the line that fits best
}

// Describe computes the stats of values in the order of their matches.
func Describe(values []float64) Stats {
	n := len(values)
	if n == 0 {
		return Stats{}
	}
	ordered := slices.Sorted(slices.Values(values))
	s := Stats{Matches: n, Best: ordered[n-1], Worst: ordered[0], Median: (ordered[(n-1)/2] + ordered[n/2]) / 2}
	for _, v := range values {
		s.Average += v / float64(n)
	}
	middle := float64(n-1) / 2
	var across, along float64
	for i, v := range values {
		x := float64(i) - middle
		along += x * x
		across += x * (v - s.Average)
	}
	if along > 0 {
		s.Trend = across / along
	}
	return s
}

// PointStats are the stats of a robot's points.
type PointStats struct {
	Auto    Stats `json:"auto"`
	Teleop  Stats `json:"teleop"`
	Endgame Stats `json:"endgame"`
	Total   Stats `json:"total"`
}

// DescribePoints computes the stats of scores in the order of their matches.
func DescribePoints(scores []seasons.Score) PointStats {
	column := func(of func(seasons.Score) int) Stats {
		values := make([]float64, len(scores))
		for i, s := range scores {
			values[i] = float64(of(s))
		}
		return Describe(values)
	}
	return PointStats{
		Auto:    column(func(s seasons.Score) int { return s.Auto }),
		Teleop:  column(func(s seasons.Score) int { return s.Teleop }),
		Endgame: column(func(s seasons.Score) int { return s.Endgame }),
		Total:   column(func(s seasons.Score) int { return s.Total }),
	}
}

// FieldStats are a robot's answers to one field of the form.
type FieldStats struct {
	Key     string        `json:"key"`
	Label   string        `json:"label"`
	Phase   seasons.Phase `json:"phase"`
	Type    seasons.Type  `json:"type"`
	Matches int           `json:"matches"`
	Count   *Stats        `json:"count,omitempty"` // of a count
	Rates   []Rate        `json:"rates,omitempty"` // of a flag or choice: each answer, in the form's order
}

// Rate is how often a robot had an answer.
type Rate struct {
	Value   json.RawMessage `json:"value"`
	Matches int             `json:"matches"`
	Rate    float64         `json:"rate"` // part of the matches, 0 to 1
}

// Capability is something that a robot did in some of its matches: a count above its
// least, a flag that was set, or an answer other than the usual one.
type Capability struct {
	Key     string `json:"key"`
	Value   string `json:"value,omitempty"` // of a choice
	Label   string `json:"label"`
	Done    int    `json:"done"`
	Matches int    `json:"matches"`
}

// DescribeForms goes through a robot's forms, in the order of their matches, field by
// field. Forms that do not fit the season are left out.
func DescribeForms(season *seasons.Season, data []json.RawMessage) ([]FieldStats, []Capability) {
	var forms []form
	for _, raw := range data {
		if f, _, err := readForm(season, raw); err == nil {
			forms = append(forms, f)
		}
	}
	fields, capabilities := []FieldStats{}, []Capability{}
	for i := range season.Form.Fields {
		field := &season.Form.Fields[i]
		answers := make([]string, len(forms))
		for j, f := range forms {
			answers[j] = f.answers[field.Key]
		}
		fields = append(fields, describeField(field, answers))
		capabilities = append(capabilities, capable(field, answers)...)
	}
	return fields, capabilities
}

func describeField(field *seasons.Field, answers []string) FieldStats {
	s := FieldStats{Key: field.Key, Label: field.Label, Phase: field.Phase, Type: field.Type, Matches: len(answers)}
	if field.Type == seasons.Count {
		values := make([]float64, len(answers))
		for i, a := range answers {
			values[i] = float64(number(a))
		}
		stats := Describe(values)
		s.Count = &stats
		return s
	}
	for _, possible := range options(field) {
		rate := Rate{Value: json.RawMessage(possible), Matches: count(answers, func(a string) bool { return a == possible })}
		if len(answers) > 0 {
			rate.Rate = float64(rate.Matches) / float64(len(answers))
		}
		s.Rates = append(s.Rates, rate)
	}
	return s
}

// options are the answers of a flag or choice in the form's order.
func options(field *seasons.Field) []string {
	if field.Type == seasons.Flag {
		return []string{"true", "false"}
	}
	list := make([]string, len(field.Choices))
	for i, c := range field.Choices {
		list[i] = `"` + c.Value + `"`
	}
	return list
}

func capable(field *seasons.Field, answers []string) []Capability {
	capability := func(value, label string, done func(answer string) bool) Capability {
		return Capability{Key: field.Key, Value: value, Label: label, Done: count(answers, done), Matches: len(answers)}
	}
	switch field.Type {
	case seasons.Count:
		return []Capability{capability("", field.Label, func(a string) bool { return number(a) > *field.Min })}
	case seasons.Flag:
		return []Capability{capability("", field.Label, func(a string) bool { return a == "true" })}
	}
	var list []Capability
	for _, c := range field.Choices {
		if usual := `"` + c.Value + `"`; usual != string(field.Default) && (field.Default != nil || c.Points > 0) {
			list = append(list, capability(c.Value, field.Label+": "+c.Label, func(a string) bool { return a == usual }))
		}
	}
	return list
}
