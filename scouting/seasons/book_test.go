package seasons_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

func TestLoadHasTheSeasons(t *testing.T) {
	book := load(t)
	want := []struct {
		year       int
		name       string
		minor      int
		major      int
		win        int
		bonusPoint int
	}{
		{2026, "BIOBUZZ", 5, 20, 3, 3},
		{2025, "DECODE", 5, 15, 3, 3},
		{2024, "INTO THE DEEP", 5, 15, 2, 0},
		{2023, "CENTERSTAGE", 10, 30, 2, 0},
	}
	all := book.All()
	if len(all) != len(want) {
		t.Fatalf("got %d seasons, want %d", len(all), len(want))
	}
	for i, w := range want {
		s := all[i]
		if s.Year != w.year || s.Name != w.name || s.AllianceSize != 2 || s.Ranking.Win != w.win || s.Ranking.Tie != 1 ||
			s.Fouls != (seasons.Fouls{Minor: w.minor, Major: w.major}) || len(s.RankingPoints) != w.bonusPoint {
			t.Errorf("got %+v, want %+v", s, w)
		}
	}
	if book.Newest() != all[0] {
		t.Error("the newest is not the first")
	}
	if _, ok := book.Season(1999); ok {
		t.Error("found a season of 1999")
	}
	all[0] = nil
	if book.Newest() == nil {
		t.Error("changing the list changed the book")
	}
}

// What the API serves is itself a season file: nothing is lost or renamed on the way.
func TestSeasonsMarshalAsTheirFiles(t *testing.T) {
	for _, s := range load(t).All() {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%d.json", s.Year)
		if faults := seasons.CheckFile(name, raw); len(faults) > 0 {
			t.Errorf("%s: %+v", name, faults)
		}
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(ordered(t, raw), ordered(t, file)) {
			t.Errorf("%s changes on its way:\n%s", name, raw)
		}
	}
}

// ordered returns JSON with its keys sorted, to compare.
func ordered(t *testing.T, raw []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A fifth game is one more file and nothing else.
func TestFifthSeasonNeedsNoCode(t *testing.T) {
	book, err := seasons.Read(os.DirFS("testdata/fifth"))
	if err != nil {
		t.Fatal(err)
	}
	s := book.Newest()
	if s.Year != 2027 || s.AllianceSize != 3 {
		t.Fatalf("got %d with %d robots", s.Year, s.AllianceSize)
	}
	clean, score, err := s.Check(json.RawMessage(`{"endgameAfloat":true,"startPlace":"REEF"}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"startPlace":"REEF","teleopShellCount":1,"teleopDefended":true,"endgameAfloat":true}`
	if string(clean) != want || score != (seasons.Score{Auto: 4, Teleop: 7, Endgame: 11, Total: 22}) {
		t.Errorf("got %s, %+v", clean, score)
	}
	bonus, err := s.Bonus(clean, clean, json.RawMessage(`{"startPlace":"PIER"}`))
	if err != nil || bonus != (seasons.Score{Endgame: 13, Total: 13}) {
		t.Errorf("bonus %+v, %v", bonus, err)
	}
	_, _, err = s.Check(json.RawMessage(`{"teleopShellCount":0}`))
	fields := badForm(t, err)
	if len(fields) != 2 || fields[0].Detail != "teleopShellCount is a whole number from 1 to 12." ||
		fields[1].Pointer != "/data/startPlace" || fields[1].Detail != "It is missing: startPlace is one of PIER, REEF." {
		t.Errorf("got %+v", fields)
	}
}

func TestFifthSeasonOfficial(t *testing.T) {
	book, err := seasons.Read(os.DirFS("testdata/fifth"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		level, input string
		want         map[string]any
	}{
		{"default", `{"tide":"ABBC"}`, map[string]any{"wavePoints": 0.0, "total": 0.0, "given": 0.0, "tideRP": false}},
		{"default", `{"tide":"ABBC","waves":["LOW","MID","MID","HIGH","LOW","MID"]}`, map[string]any{"wavePoints": 18.0, "tideRP": true}},
		{"world", `{"tide":"CA","waves":["HIGH","EMPTY","HIGH"]}`, map[string]any{"wavePoints": 6.0, "tideRP": false}},
		{"village", `{"tide":"CA","waves":["HIGH","EMPTY","HIGH"]}`, map[string]any{"wavePoints": 6.0, "tideRP": true}},
		{"default", `{"tide":"CA","shells":3,"bell":true,"depth":2,"small":4,"large":1}`, map[string]any{"shellPoints": 24.0, "depthPoints": 8.0, "total": 24.0, "given": 6.0}},
		{"default", `{"tide":"CA","shells":3,"bell":true,"depth":1}`, map[string]any{"shellPoints": 21.0, "depthPoints": 5.0, "total": 26.0}},
		{"default", `{"tide":"CA","shells":3,"depth":7}`, map[string]any{"shellPoints": 21.0, "depthPoints": 0.0, "total": 21.0}},
	}
	for _, test := range tests {
		result, err := book.Newest().Alliance(json.RawMessage(test.input), test.level)
		if err != nil {
			t.Fatal(err)
		}
		meets(t, result, test.want)
	}
}

func TestReadRefusesAWholeBook(t *testing.T) {
	good, err := os.ReadFile("testdata/fifth/2027.json")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"empty", fstest.MapFS{"README.md": {Data: []byte("hello")}}, "no season files"},
		{"not JSON", fstest.MapFS{"2027.json": {Data: good}, "2028.json": {Data: []byte("{")}}, "season file 2028.json"},
		{"another's name", fstest.MapFS{"2029.json": {Data: good}}, "belongs into 2027.json"},
		{"not a season", fstest.MapFS{"package.json": {Data: []byte("{}")}}, "/season: It is missing."},
		{"a folder", fstest.MapFS{"2027.json/x": {Data: good}}, "read season file"},
	}
	for _, test := range tests {
		if book, err := seasons.Read(test.files); err == nil || book != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}
