package venue

import (
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

func TestNamesOfMatches(t *testing.T) {
	for name, want := range map[string]Update{
		"Q12": {Level: ftc.Qual, Number: 12}, "q-3": {Level: ftc.Qual, Number: 3}, "Q007": {Level: ftc.Qual, Number: 7},
		"M3": {Level: ftc.Playoff, Series: 3, Number: 1}, "M3-2": {Level: ftc.Playoff, Series: 3, Number: 2},
		"SF1-2": {Level: ftc.Playoff, Series: 1, Number: 2}, "E-4": {Level: ftc.Playoff, Series: 4, Number: 1},
		"F-1": {Level: ftc.Playoff, Final: true, Number: 1}, "F1-2": {Level: ftc.Playoff, Final: true, Number: 2},
	} {
		var got Update
		if !got.name(name) || got != want {
			t.Errorf("%q is %+v, want %+v", name, got, want)
		}
	}
	for _, name := range []string{"", "Q", "Q0", "P3", "Q1-2", "M100", "Q1234", "X1"} {
		var got Update
		if got.name(name) {
			t.Errorf("%q is %+v", name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"updateTime":1768662098749,"updateType":"MATCH_START","payload":{"number":1,"shortName":"Q1","field":1}}`))
	f.Add([]byte(`{"updateType":"MATCH_POST","payload":{"shortName":"M3-2","field":"A"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := parse(raw)
		if err == nil && (u.Number < 1 || u.Number > maxNumber || u.Series < 0 || u.Series > maxSeries || len(u.Field) > 40) {
			t.Errorf("%q is %+v", raw, u)
		}
	})
}
