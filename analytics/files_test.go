package analytics

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"strconv"
	"testing"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	must(t, err)
	must(t, json.Unmarshal(raw, into))
}

// The files have team numbers as numbers or as texts.
type teamList []int

func (l *teamList) UnmarshalJSON(raw []byte) error {
	var list []json.Number
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	for _, n := range list {
		number, err := strconv.Atoi(n.String())
		if err != nil {
			return err
		}
		*l = append(*l, number)
	}
	return nil
}

type filePoints struct{ Total, Auto, Teleop, Endgame, PenaltyReceived float64 }

func (p filePoints) points() Points {
	return Points{Total: p.Total, NoFoul: p.Total - p.PenaltyReceived, Auto: p.Auto, Teleop: p.Teleop, Endgame: p.Endgame}
}

// raleigh returns the event of opr-example.json, and what others say of its teams.
func raleigh(t testing.TB) (matches []Match, published, computed map[int]map[string]float64) {
	t.Helper()
	var file struct {
		Cases []struct {
			Matches []struct {
				Red, Blue           teamList
				RedScore, BlueScore filePoints
			}
			Published, Computed map[int]map[string]float64
		}
	}
	load(t, "opr-example.json", &file)
	c := file.Cases[0]
	for i, m := range c.Matches {
		matches = append(matches, Match{
			Key: Key{Season: 2016, Event: "NCRA", Number: i + 1},
			Red: Alliance{Teams: m.Red, Points: m.RedScore.points()}, Blue: Alliance{Teams: m.Blue, Points: m.BlueScore.points()},
		})
	}
	return matches, c.Published, c.Computed
}

// newYork returns the event of opr-example-3v3.json and its published values.
func newYork(t testing.TB) ([]Match, map[string]map[int]float64) {
	t.Helper()
	var file struct {
		Cases []struct {
			Matches []struct {
				Red, Blue           teamList
				RedScore, BlueScore float64
			}
			Expected map[string]map[int]float64
		}
	}
	load(t, "opr-example-3v3.json", &file)
	var matches []Match
	for i, m := range file.Cases[0].Matches {
		matches = append(matches, Match{
			Key: Key{Season: 2019, Event: "NYNY", Number: i + 1},
			Red: Alliance{Teams: m.Red, Points: Points{Total: m.RedScore}}, Blue: Alliance{Teams: m.Blue, Points: Points{Total: m.BlueScore}},
		})
	}
	return matches, file.Cases[0].Expected
}

// rescue returns the season 2015-16, in the order in which it is to be predicted.
func rescue(t testing.TB) []Match {
	t.Helper()
	packed, err := os.Open("testdata/predict-train.json.gz")
	must(t, err)
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	must(t, err)
	var file struct {
		Columns []string
		Rows    [][]float64
	}
	must(t, json.NewDecoder(plain).Decode(&file))
	column := make(map[string]int)
	for i, name := range file.Columns {
		column[name] = i
	}
	var matches []Match
	for _, row := range file.Rows {
		side := func(name string) Alliance {
			value := func(suffix string) float64 { return row[column[name+suffix]] }
			p := filePoints{value("Total"), value("Auto"), value("Teleop"), value("Endgame"), value("PenaltyReceived")}
			return Alliance{Teams: []int{int(value("1")), int(value("2"))}, Points: p.points()}
		}
		matches = append(matches, Match{
			// The index of the event keeps the file's order.
			Key: Key{Season: 2015, Event: "E" + strconv.Itoa(1000+int(row[column["eventIndex"]])), Number: int(row[column["matchNumber"]])},
			Red: side("red"), Blue: side("blue"),
		})
	}
	return matches
}
