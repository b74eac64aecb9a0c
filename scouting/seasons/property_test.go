package seasons_test

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"os"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// drawForm draws answers to some of the form's fields, with the points they are worth
// when they are summed in the plainest way.
func drawForm(t *rapid.T, s *seasons.Season) (map[string]any, seasons.Score) {
	data := map[string]any{}
	points := map[seasons.Phase]int{}
	for _, f := range s.Form.Fields {
		if !rapid.Bool().Draw(t, "has "+f.Key) {
			continue
		}
		switch f.Type {
		case seasons.Count:
			n := rapid.IntRange(*f.Min, *f.Max).Draw(t, f.Key)
			data[f.Key] = n
			points[f.Phase] += n * f.Points
		case seasons.Flag:
			set := rapid.Bool().Draw(t, f.Key)
			data[f.Key] = set
			if set {
				points[f.Phase] += f.Points
			}
		case seasons.Choice:
			o := rapid.SampledFrom(f.Choices).Draw(t, f.Key)
			data[f.Key] = o.Value
			points[f.Phase] += o.Points
		}
	}
	auto, teleop, endgame := points[seasons.Auto], points[seasons.Teleop], points[seasons.Endgame]
	return data, seasons.Score{Auto: auto, Teleop: teleop, Endgame: endgame, Total: auto + teleop + endgame}
}

// shuffled writes the object with its keys in another order.
func shuffled(t *rapid.T, data map[string]any) json.RawMessage {
	var keys []string
	for key := range data {
		keys = append(keys, key)
	}
	seed := rapid.Int64().Draw(t, "order")
	rand.New(rand.NewSource(seed)).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	var out bytes.Buffer
	out.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			out.WriteByte(',')
		}
		raw, _ := json.Marshal(data[key])
		out.WriteString(`"` + key + `": `)
		out.Write(raw)
	}
	out.WriteByte('}')
	return out.Bytes()
}

func TestCheckProperties(t *testing.T) {
	all := load(t).All()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(all).Draw(t, "season")
		data, want := drawForm(t, s)
		clean, score, err := s.Check(shuffled(t, data))
		if err != nil {
			t.Fatalf("valid data is refused: %v", err)
		}
		if score != want {
			t.Fatalf("got %+v, want %+v", score, want)
		}
		again, _, err := s.Check(shuffled(t, data))
		if err != nil || !bytes.Equal(clean, again) {
			t.Fatalf("another key order gives %s, not %s (%v)", again, clean, err)
		}
	})
}

// checkHolds is what must be true of every answer of Check.
func checkHolds(t *testing.T, s *seasons.Season, data []byte) {
	clean, score, err := s.Check(data)
	if err != nil {
		if fields := badForm(t, err); len(fields) == 0 {
			t.Fatalf("refused without a reason: %s", data)
		}
		return
	}
	if score.Total != score.Auto+score.Teleop+score.Endgame {
		t.Fatalf("%+v does not add up", score)
	}
	var keys map[string]any
	if err := json.Unmarshal(clean, &keys); err != nil || len(keys) != len(s.Form.Fields) {
		t.Fatalf("clean is %s (%v)", clean, err)
	}
	again, same, err := s.Check(clean)
	if err != nil || !bytes.Equal(clean, again) || same != score {
		t.Fatalf("clean %s changes to %s, %+v to %+v (%v)", clean, again, score, same, err)
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `{"autoLeave":true}`, `{"autoLeave":true,"autoLeave":false}`, `{"teleopOverflowCount":1e2}`,
		`{"endgameBaseStatus":"FULL","autoPatternCount":9.0}`, `{"a/b~":[{"c":null}]}`, `{"autoHiveTipCount":-0}`, "{\"\xff\":1}",
	} {
		f.Add([]byte(seed))
	}
	all := load(f).All()
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, s := range all {
			checkHolds(t, s, data)
			_, _ = s.Alliance(data, "regional")
		}
	})
}

// A file that CheckFile takes must serve: its own form and score cannot panic.
func FuzzCheckFile(f *testing.F) {
	raw, err := os.ReadFile("testdata/fifth/2027.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"season":2027}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(seasons.CheckFile("2027.json", raw)) > 0 {
			return
		}
		book, err := seasons.Read(fstest.MapFS{"2027.json": {Data: raw}})
		if err != nil {
			t.Fatalf("CheckFile takes what Read refuses: %v", err)
		}
		checkHolds(t, book.Newest(), []byte(`{}`))
		_, _ = book.Newest().Alliance([]byte(`{"tide":"CA","waves":["LOW"]}`), "world")
	})
}
