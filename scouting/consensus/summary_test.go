package consensus_test

import (
	"encoding/json"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// TestDescribe has examples computed by hand.
func TestDescribe(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   consensus.Stats
	}{
		"no match":   {nil, consensus.Stats{}},
		"one match":  {[]float64{7}, consensus.Stats{Matches: 1, Average: 7, Median: 7, Best: 7, Worst: 7}},
		"two":        {[]float64{4, 8}, consensus.Stats{Matches: 2, Average: 6, Median: 6, Best: 8, Worst: 4, Trend: 4}},
		"up by 3":    {[]float64{2, 5, 8, 11}, consensus.Stats{Matches: 4, Average: 6.5, Median: 6.5, Best: 11, Worst: 2, Trend: 3}},
		"no line":    {[]float64{10, 0, 40, 30}, consensus.Stats{Matches: 4, Average: 20, Median: 20, Best: 40, Worst: 0, Trend: 10}},
		"down again": {[]float64{1, 9, 2}, consensus.Stats{Matches: 3, Average: 4, Median: 2, Best: 9, Worst: 1, Trend: .5}},
	} {
		got := consensus.Describe(c.values)
		if got.Matches != c.want.Matches || !near(got.Average, c.want.Average) || !near(got.Median, c.want.Median) ||
			got.Best != c.want.Best || got.Worst != c.want.Worst || !near(got.Trend, c.want.Trend) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestDescribePoints(t *testing.T) {
	got := consensus.DescribePoints([]seasons.Score{score(1, 10, 0), score(3, 20, 5)})
	if got.Auto.Average != 2 || got.Teleop.Best != 20 || got.Endgame.Worst != 0 || got.Total.Median != 19.5 || got.Total.Trend != 17 {
		t.Errorf("%+v", got)
	}
}

func TestDescribeForms(t *testing.T) {
	fields, capabilities := consensus.DescribeForms(decode(t), []json.RawMessage{
		json.RawMessage(`{"autoLeave":true,"teleopClassifiedCount":4,"endgameBaseStatus":"FULL"}`),
		json.RawMessage(`{"teleopClassifiedCount":0,"endgameBaseStatus":"FULL"}`),
		json.RawMessage(`{"teleopClassifiedCount":8,"endgameBaseStatus":"PARTIAL"}`),
		json.RawMessage(`{"hiveTips":1}`), // of another form
	})
	text := map[string]string{}
	for _, f := range fields {
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		text[f.Key] = string(raw)
	}
	for key, want := range map[string]string{
		"teleopClassifiedCount": `{"key":"teleopClassifiedCount","label":"Classified","phase":"teleop","type":"count","matches":3,"count":{"matches":3,"average":4,"median":4,"best":8,"worst":0,"trend":2}}`,
		"autoLeave":             `{"key":"autoLeave","label":"Left the launch line","phase":"auto","type":"flag","matches":3,"rates":[{"value":true,"matches":1,"rate":0.3333333333333333},{"value":false,"matches":2,"rate":0.6666666666666666}]}`,
		"endgameBaseStatus":     `{"key":"endgameBaseStatus","label":"Base","phase":"endgame","type":"choice","matches":3,"rates":[{"value":"NONE","matches":0,"rate":0},{"value":"PARTIAL","matches":1,"rate":0.3333333333333333},{"value":"FULL","matches":2,"rate":0.6666666666666666}]}`,
	} {
		if text[key] != want {
			t.Errorf("%s:\n%s\nwant\n%s", key, text[key], want)
		}
	}
	done := map[string]int{}
	for _, c := range capabilities {
		if c.Matches != 3 {
			t.Errorf("%+v", c)
		}
		done[c.Label] = c.Done
	}
	if done["Left the launch line"] != 1 || done["Base: Fully"] != 2 || done["Base: Partly"] != 1 || len(capabilities) != 10 {
		t.Errorf("%+v", capabilities)
	}
	if _, there := done["Base: Not in the base"]; there {
		t.Error("the usual answer is a capability")
	}
}

func TestDescribeFormsWithoutAMatch(t *testing.T) {
	fields, capabilities := consensus.DescribeForms(decode(t), nil)
	if len(fields) != 9 || fields[0].Rates[0].Rate != 0 || len(capabilities) != 10 {
		t.Errorf("%d fields, %d capabilities", len(fields), len(capabilities))
	}
}
