package consensus_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

func book(t testing.TB) *seasons.Book {
	t.Helper()
	b, err := seasons.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t testing.TB) *seasons.Season {
	t.Helper()
	s, _ := book(t).Season(2025)
	return s
}

var noon = time.Date(2026, 1, 17, 12, 0, 0, 0, time.UTC)

// report is scout n's report, made n minutes after noon.
func report(n int, data string) consensus.Report {
	return consensus.Report{ID: scout(100 + n), Scout: scout(n), At: noon.Add(time.Duration(n) * time.Minute), Alliance: "RED", Data: json.RawMessage(data)}
}

func scout(n int) uuid.UUID { return uuid.UUID{0: byte(n >> 8), 1: byte(n), 15: 1} }

// TestMerge has examples computed by hand.
func TestMerge(t *testing.T) {
	season := decode(t)
	for name, c := range map[string]struct {
		reports []string
		want    string // keys of the merged form, comma between
		total   int
		flagged string // keys in conflict
	}{
		"one scout": {[]string{`{"teleopClassifiedCount":4}`}, `"teleopClassifiedCount":4`, 12, ""},
		"three counts: the middle one": {[]string{`{"teleopClassifiedCount":9}`, `{"teleopClassifiedCount":4}`, `{"teleopClassifiedCount":5}`},
			`"teleopClassifiedCount":5`, 15, "teleopClassifiedCount"},
		"two counts: between them": {[]string{`{"teleopClassifiedCount":10}`, `{"teleopClassifiedCount":12}`}, `"teleopClassifiedCount":11`, 33, ""},
		"half a count: rounded down, and a fifth off": {[]string{`{"teleopClassifiedCount":3}`, `{"teleopClassifiedCount":4}`},
			`"teleopClassifiedCount":3`, 9, "teleopClassifiedCount"},
		"a spread of 2 in 10 is no conflict": {[]string{`{"teleopClassifiedCount":9}`, `{"teleopClassifiedCount":11}`, `{"teleopClassifiedCount":10}`},
			`"teleopClassifiedCount":10`, 30, ""},
		"a spread of 3 always is": {[]string{`{"teleopOverflowCount":60}`, `{"teleopOverflowCount":63}`, `{"teleopOverflowCount":61}`},
			`"teleopOverflowCount":61`, 61, "teleopOverflowCount"},
		"0 or 1": {[]string{`{}`, `{"teleopDepotCount":1}`}, `"teleopDepotCount":0`, 0, "teleopDepotCount"},
		"a majority of answers": {[]string{`{"autoLeave":true,"endgameBaseStatus":"FULL"}`, `{"autoLeave":true,"endgameBaseStatus":"FULL"}`, `{"endgameBaseStatus":"PARTIAL"}`},
			`"autoLeave":true,"endgameBaseStatus":"FULL"`, 13, "autoLeave endgameBaseStatus"},
		"a tie goes to the default": {[]string{`{"autoLeave":true,"endgameBaseStatus":"FULL"}`, `{}`}, `"autoLeave":false,"endgameBaseStatus":"NONE"`, 0, "autoLeave endgameBaseStatus"},
		"a tie without the default goes to the lowest": {[]string{`{"endgameBaseStatus":"FULL"}`, `{"endgameBaseStatus":"PARTIAL"}`},
			`"endgameBaseStatus":"PARTIAL"`, 5, "endgameBaseStatus"},
		"one of six may differ": {[]string{`{"autoLeave":true}`, `{"autoLeave":true}`, `{"autoLeave":true}`, `{"autoLeave":true}`, `{"autoLeave":true}`, `{}`},
			`"autoLeave":true`, 3, ""},
		"what does not fit the form is left out": {[]string{`{"teleopClassifiedCount":4}`, `{"hiveTips":4}`}, `"teleopClassifiedCount":4`, 12, ""},
	} {
		var reports []consensus.Report
		for i, data := range c.reports {
			reports = append(reports, report(i, data))
		}
		got, ok := consensus.Merge(season, reports)
		var flagged []string
		for _, conflict := range got.Conflicts {
			flagged = append(flagged, conflict.Key)
		}
		whole := true
		for part := range strings.SplitSeq(c.want, ",") {
			whole = whole && strings.Contains(string(got.Data), part)
		}
		if !ok || !whole || got.Score.Total != c.total || strings.Join(flagged, " ") != c.flagged {
			t.Errorf("%s: %s, %+v, conflicts %q", name, got.Data, got.Score, flagged)
		}
	}
}

func TestMergeOfNothing(t *testing.T) {
	if _, ok := consensus.Merge(decode(t), nil); ok {
		t.Error("a robot of no reports")
	}
	if _, ok := consensus.Merge(decode(t), []consensus.Report{report(1, `{"hiveTips":4}`)}); ok {
		t.Error("a robot of a report that cannot be read")
	}
}

func TestMergeShowsWhatEachSaw(t *testing.T) {
	blue := report(3, `{"teleopClassifiedCount":9}`)
	blue.Alliance = "BLUE"
	got, _ := consensus.Merge(decode(t), []consensus.Report{report(1, `{"teleopClassifiedCount":2}`), blue, report(2, `{"teleopClassifiedCount":5}`)})
	text, err := json.Marshal(got.Conflicts)
	want := `[{"key":"alliance","label":"Alliance","values":["BLUE","RED","RED"]},{"key":"teleopClassifiedCount","label":"Classified","values":[2,5,9]}]`
	if err != nil || string(text) != want || got.Alliance != "RED" {
		t.Errorf("%s: %s", got.Alliance, text)
	}
}

// TestARequiredAnswerThatIsTied has no default to go to.
func TestARequiredAnswerThatIsTied(t *testing.T) {
	invented := &seasons.Season{Form: seasons.Form{Fields: []seasons.Field{{
		Key: "start", Label: "Start", Phase: seasons.Auto, Type: seasons.Choice, Required: true,
		Choices: []seasons.Option{{Value: "REEF", Points: 4}, {Value: "PIER"}},
	}}}}
	got, ok := consensus.Merge(invented, []consensus.Report{report(1, `{"start":"REEF"}`), report(2, `{"start":"PIER"}`)})
	if !ok || string(got.Data) != `{"start":"PIER"}` {
		t.Errorf("%s, %v", got.Data, ok)
	}
}

func TestCurrent(t *testing.T) {
	again := report(1, `{"teleopClassifiedCount":9}`)
	again.ID, again.At = scout(200), noon.Add(time.Hour)
	all := []consensus.Report{again, report(2, `{}`), report(1, `{}`), report(3, `{}`)}
	for name, c := range map[string]struct {
		lastPlay time.Time
		want     []uuid.UUID
	}{
		"the newest of each scout":            {time.Time{}, []uuid.UUID{scout(200), scout(102), scout(103)}},
		"none from before the last play":      {noon.Add(3 * time.Minute), []uuid.UUID{scout(200), scout(103)}},
		"nobody has scouted the last play":    {noon.Add(2 * time.Hour), nil},
		"all are from after it":               {noon, []uuid.UUID{scout(200), scout(102), scout(103)}},
		"a report at its very start is of it": {again.At, []uuid.UUID{scout(200)}},
	} {
		var got []uuid.UUID
		for _, r := range consensus.Current(all, c.lastPlay) {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// anyForm draws a valid form of any season.
func anyForm(t *rapid.T, season *seasons.Season, label string) json.RawMessage {
	answers := map[string]any{}
	for _, f := range season.Form.Fields {
		name := label + f.Key
		switch f.Type {
		case seasons.Count:
			answers[f.Key] = rapid.IntRange(*f.Min, min(*f.Max, *f.Min+12)).Draw(t, name)
		case seasons.Flag:
			answers[f.Key] = rapid.Bool().Draw(t, name)
		case seasons.Choice:
			answers[f.Key] = rapid.SampledFrom(f.Choices).Draw(t, name).Value
		}
	}
	raw, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestConsensusLiesAmongTheReportsInAnyOrder: each answer is one that lies between the
// reports', and shuffling them changes nothing.
func TestConsensusLiesAmongTheReportsInAnyOrder(t *testing.T) {
	all := book(t).All()
	rapid.Check(t, func(t *rapid.T) {
		season := rapid.SampledFrom(all).Draw(t, "season")
		var reports []consensus.Report
		for i := range rapid.IntRange(1, 6).Draw(t, "scouts") {
			r := report(i, string(anyForm(t, season, fmt.Sprint(i))))
			if rapid.Bool().Draw(t, "checked") {
				clean, _, err := season.Check(r.Data)
				if err != nil {
					t.Fatal(err)
				}
				r.Data, r.Version = clean, season.Form.Version
			}
			reports = append(reports, r)
		}
		merged, ok := consensus.Merge(season, consensus.Current(reports, time.Time{}))
		if !ok {
			t.Fatal("no consensus")
		}
		shuffled := rapid.Permutation(reports).Draw(t, "order")
		current, _ := consensus.Merge(season, consensus.Current(shuffled, time.Time{}))
		unsorted, _ := consensus.Merge(season, shuffled)
		unsorted.Reports = merged.Reports // these come as they were given
		if fmt.Sprint(current) != fmt.Sprint(merged) || fmt.Sprint(unsorted) != fmt.Sprint(merged) {
			t.Fatalf("in another order %v and %v, first %v", current, unsorted, merged)
		}
		if _, score, err := season.Check(merged.Data); err != nil || score != merged.Score {
			t.Fatalf("%s is worth %v (%v), not %v", merged.Data, score, err, merged.Score)
		}
		taken := answers(t, merged.Data)
		for _, f := range season.Form.Fields {
			var given []string
			for _, r := range reports {
				given = append(given, string(answers(t, r.Data)[f.Key]))
			}
			if !among(f, string(taken[f.Key]), given) {
				t.Fatalf("%s is %s, of %v", f.Key, taken[f.Key], given)
			}
		}
	})
}

func answers(t *rapid.T, data json.RawMessage) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func among(f seasons.Field, taken string, given []string) bool {
	if f.Type != seasons.Count {
		return slices.Contains(given, taken)
	}
	number := func(text string) (n int) { _, _ = fmt.Sscan(text, &n); return n }
	low, high := number(given[0]), number(given[0])
	for _, g := range given {
		low, high = min(low, number(g)), max(high, number(g))
	}
	return low <= number(taken) && number(taken) <= high
}
