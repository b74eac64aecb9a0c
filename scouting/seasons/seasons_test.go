package seasons_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// load returns the built-in seasons.
func load(t testing.TB) *seasons.Book {
	t.Helper()
	book, err := seasons.Load()
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// season returns one built-in season.
func season(t testing.TB, year int) *seasons.Season {
	t.Helper()
	s, ok := load(t).Season(year)
	if !ok {
		t.Fatalf("season %d is not there", year)
	}
	return s
}

// example is an official score with what has to come out of it, parts and ranking points
// side by side.
type example struct {
	Season   int             `json:"season"`
	Level    string          `json:"level"`
	Input    json.RawMessage `json:"input"`
	Expected map[string]any  `json:"expected"`
}

func readJSON(t testing.TB, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// meets checks a result against every expected name.
func meets(t *testing.T, result seasons.Result, expected map[string]any) {
	t.Helper()
	for name, want := range expected {
		switch want := want.(type) {
		case bool:
			if got, ok := result.RankingPoints[name]; !ok || got != want {
				t.Errorf("%s = %v (there: %v), want %v", name, got, ok, want)
			}
		case float64:
			if got, ok := result.Parts[name]; !ok || got != int(want) {
				t.Errorf("%s = %d (there: %v), want %v", name, got, ok, want)
			}
		default:
			t.Errorf("%s: cannot compare %v", name, want)
		}
	}
}

func TestAllianceExamples(t *testing.T) {
	var examples []example
	readJSON(t, "testdata/examples.json", &examples)
	if len(examples) == 0 {
		t.Fatal("no examples")
	}
	for _, e := range examples {
		result, err := season(t, e.Season).Alliance(e.Input, e.Level)
		if err != nil {
			t.Fatal(err)
		}
		meets(t, result, e.Expected)
	}
}

// A whole event in the shape of the official API: 27 qualification and 6 playoff matches.
// Its scores are generated from the point table, not real; the motif is read from
// "randomization" as 1 GPP, 2 PGP, 3 PPG, which is a guess. Bonus ranking points are
// compared in qualification matches only. The extra keys (alliance, team) stay in.
func TestAllianceOfAWholeEvent(t *testing.T) {
	var rows []example
	readJSON(t, "testdata/decode-event.json", &rows)
	if len(rows) != 66 {
		t.Fatalf("got %d alliances", len(rows))
	}
	s := season(t, 2025)
	for _, row := range rows {
		result, err := s.Alliance(row.Input, row.Level)
		if err != nil {
			t.Fatal(err)
		}
		meets(t, result, row.Expected)
	}
}

func TestAllianceRefuses(t *testing.T) {
	tests := []struct{ name, input, pointer, detail string }{
		{"no object", `[]`, "", "The score of an alliance is an object."},
		{"no motif", `{}`, "/motif", "It is missing: motif is one of GPP, PGP, PPG."},
		{"bad motif", `{"motif":"GGG"}`, "/motif", "motif is one of GPP, PGP, PPG."},
		{"twice", `{"motif":"GPP","motif":"GPP"}`, "/motif", "motif is given more than once."},
		{"bad flag", `{"motif":"GPP","robot1Auto":1}`, "/robot1Auto", "robot1Auto is true or false."},
		{"bad count", `{"motif":"GPP","minorFouls":10000}`, "/minorFouls", "minorFouls is a whole number from 0 to 9999."},
		{"bad choice", `{"motif":"GPP","robot1Teleop":"HALF"}`, "/robot1Teleop", "robot1Teleop is one of NONE, PARTIAL, FULL."},
		{"bad slot", `{"motif":"GPP","autoClassifierState":["RED"]}`, "/autoClassifierState", "autoClassifierState is a list of at most 9, each one of NONE, GREEN, PURPLE."},
		{"ten slots", `{"motif":"GPP","autoClassifierState":["NONE","NONE","NONE","NONE","NONE","NONE","NONE","NONE","NONE","NONE"]}`, "/autoClassifierState", "autoClassifierState is a list of at most 9, each one of NONE, GREEN, PURPLE."},
	}
	for _, test := range tests {
		_, err := season(t, 2025).Alliance(json.RawMessage(test.input), "default")
		var f *fault.Error
		if !errors.As(err, &f) || !errors.Is(err, seasons.ErrBadAllianceScore) {
			t.Fatalf("%s: got %v", test.name, err)
		}
		if len(f.Fields) != 1 || f.Fields[0] != (fault.Field{Pointer: test.pointer, Detail: test.detail}) {
			t.Errorf("%s: got %+v", test.name, f.Fields)
		}
	}
	if _, err := (&seasons.Season{Name: "X"}).Alliance(nil, ""); !errors.Is(err, seasons.ErrBadAllianceScore) {
		t.Errorf("without an official score: got %v", err)
	}
}

// The thresholds change with the level of the event; an unknown one is the default.
func TestThresholds(t *testing.T) {
	tests := []struct {
		level string
		want  [3]int
	}{
		{"default", [3]int{16, 36, 18}},
		{"regional", [3]int{21, 42, 22}},
		{"world", [3]int{16, 36, 18}},
		{"", [3]int{16, 36, 18}},
	}
	for _, test := range tests {
		for i, rp := range season(t, 2025).RankingPoints {
			if got := rp.At(test.level).AtLeast; got != test.want[i] {
				t.Errorf("%s at %q takes %d, want %d", rp.Key, test.level, got, test.want[i])
			}
		}
	}
}
