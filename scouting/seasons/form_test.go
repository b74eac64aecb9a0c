package seasons_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

func TestCheckScores(t *testing.T) {
	tests := []struct {
		year int
		name string
		data string
		want seasons.Score
	}{
		{2025, "nothing", `{}`, seasons.Score{}},
		{2025, "leave", `{"autoLeave":true}`, seasons.Score{Auto: 3, Total: 3}},
		{2025, "auto", `{"autoLeave":true,"autoClassifiedCount":3,"autoOverflowCount":2,"autoPatternCount":4}`, seasons.Score{Auto: 22, Total: 22}},
		{2025, "teleop", `{"teleopClassifiedCount":10,"teleopOverflowCount":5,"teleopDepotCount":2,"teleopPatternCount":9}`, seasons.Score{Teleop: 55, Total: 55}},
		{2025, "partial", `{"endgameBaseStatus":"PARTIAL"}`, seasons.Score{Endgame: 5, Total: 5}},
		{2025, "full", `{"endgameBaseStatus":"FULL"}`, seasons.Score{Endgame: 10, Total: 10}},
		{2025, "all", `{"autoLeave":true,"autoClassifiedCount":1,"teleopDepotCount":1,"endgameBaseStatus":"FULL"}`, seasons.Score{Auto: 6, Teleop: 1, Endgame: 10, Total: 17}},
		{2025, "the top of the ranges", `{"autoPatternCount":9,"teleopOverflowCount":200}`, seasons.Score{Auto: 18, Teleop: 200, Total: 218}},
		{2025, "whole numbers written long", `{"autoClassifiedCount":3.0,"autoOverflowCount":-0}`, seasons.Score{Auto: 9, Total: 9}},
		{2023, "auto", `{"autoParked":true,"autoPurplePixel":"TEAM_PROP","autoYellowPixel":"PIXEL","autoBackdropCount":1,"autoBackstageCount":2}`, seasons.Score{Auto: 46, Total: 46}},
		{2023, "teleop", `{"teleopBackdropCount":12,"teleopBackstageCount":3,"teleopMosaicCount":1,"teleopSetLineCount":1}`, seasons.Score{Teleop: 59, Total: 59}},
		{2023, "end", `{"endgameParkStatus":"RIGGING","endgameDroneZone":"ZONE_2"}`, seasons.Score{Endgame: 40, Total: 40}},
		{2023, "parked", `{"endgameParkStatus":"BACKSTAGE","endgameDroneZone":"ZONE_1"}`, seasons.Score{Endgame: 35, Total: 35}},
		{2024, "auto", `{"autoSampleNetCount":1,"autoSampleLowCount":1,"autoSampleHighCount":2,"autoSpecimenLowCount":1,"autoSpecimenHighCount":2,"autoParkStatus":"ASCENT_1"}`, seasons.Score{Auto: 51, Total: 51}},
		{2024, "teleop", `{"teleopSampleNetCount":1,"teleopSampleLowCount":1,"teleopSampleHighCount":6,"teleopSpecimenLowCount":1,"teleopSpecimenHighCount":4}`, seasons.Score{Teleop: 100, Total: 100}},
		{2024, "ascent", `{"endgameParkStatus":"ASCENT_3"}`, seasons.Score{Endgame: 30, Total: 30}},
		{2026, "auto", `{"autoLeave":true,"autoPark":true,"autoHiveTipCount":1}`, seasons.Score{Auto: 28, Total: 28}},
		{2026, "teleop", `{"teleopHiveTipCount":4,"teleopPark":true,"teleopDisabled":true}`, seasons.Score{Teleop: 85, Total: 85}},
		{2026, "end", `{"endgameCellCount":3,"endgameBottomNectarCount":1,"endgameFlowerCount":6,"endgameGardenCount":2}`, seasons.Score{Endgame: 25, Total: 25}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.year, " ", test.name), func(t *testing.T) {
			_, score, err := season(t, test.year).Check(json.RawMessage(test.data))
			if err != nil {
				t.Fatal(err)
			}
			if score != test.want {
				t.Errorf("got %+v, want %+v", score, test.want)
			}
		})
	}
}

func TestCheckCleanIsTheWholeFormInItsOrder(t *testing.T) {
	const want = `{"autoLeave":true,"autoClassifiedCount":0,"autoOverflowCount":0,"autoPatternCount":0,` +
		`"teleopClassifiedCount":4,"teleopOverflowCount":0,"teleopDepotCount":0,"teleopPatternCount":0,"endgameBaseStatus":"FULL"}`
	for _, data := range []string{
		`{"endgameBaseStatus":"FULL","teleopClassifiedCount":4,"autoLeave":true}`,
		" {\n\"autoLeave\" : true, \"teleopClassifiedCount\":4.00,\"autoPatternCount\":0, \"endgame\\u0042aseStatus\":\"F\\u0055LL\"} ",
		want,
	} {
		clean, _, err := season(t, 2025).Check(json.RawMessage(data))
		if err != nil {
			t.Fatal(err)
		}
		if string(clean) != want {
			t.Errorf("%s\n got %s\nwant %s", data, clean, want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	const (
		overflow = "teleopOverflowCount is a whole number from 0 to 200."
		leave    = "autoLeave is true or false."
		base     = "endgameBaseStatus is one of NONE, PARTIAL, FULL."
		object   = "data is an object with the fields of the DECODE form."
	)
	tests := []struct {
		name, data, pointer, detail string
	}{
		{"nothing at all", ``, "/data", object},
		{"null", `null`, "/data", object},
		{"a list", `[]`, "/data", object},
		{"text", `"autoLeave"`, "/data", object},
		{"a number", `3`, "/data", object},
		{"half an object", `{"autoLeave":true`, "/data", object},
		{"two objects", `{} {}`, "/data", object},
		{"no key", `{:3}`, "/data", object},
		{"deep", strings.Repeat(`{"a":`, 20000) + `1` + strings.Repeat(`}`, 20000), "/data", object},
		{"negative", `{"teleopOverflowCount":-1}`, "/data/teleopOverflowCount", overflow},
		{"too many", `{"teleopOverflowCount":201}`, "/data/teleopOverflowCount", overflow},
		{"fraction", `{"teleopOverflowCount":1.5}`, "/data/teleopOverflowCount", overflow},
		{"exponent", `{"teleopOverflowCount":1e2}`, "/data/teleopOverflowCount", overflow},
		{"huge", `{"teleopOverflowCount":99999999999999999999999}`, "/data/teleopOverflowCount", overflow},
		{"count as text", `{"teleopOverflowCount":"3"}`, "/data/teleopOverflowCount", overflow},
		{"count as flag", `{"teleopOverflowCount":true}`, "/data/teleopOverflowCount", overflow},
		{"count as null", `{"teleopOverflowCount":null}`, "/data/teleopOverflowCount", overflow},
		{"count as object", `{"teleopOverflowCount":{}}`, "/data/teleopOverflowCount", overflow},
		{"pattern over nine", `{"autoPatternCount":10}`, "/data/autoPatternCount", "autoPatternCount is a whole number from 0 to 9."},
		{"flag as number", `{"autoLeave":1}`, "/data/autoLeave", leave},
		{"flag as text", `{"autoLeave":"true"}`, "/data/autoLeave", leave},
		{"flag as null", `{"autoLeave":null}`, "/data/autoLeave", leave},
		{"unknown choice", `{"endgameBaseStatus":"HALF"}`, "/data/endgameBaseStatus", base},
		{"choice in another case", `{"endgameBaseStatus":"full"}`, "/data/endgameBaseStatus", base},
		{"choice as number", `{"endgameBaseStatus":2}`, "/data/endgameBaseStatus", base},
		{"choice as null", `{"endgameBaseStatus":null}`, "/data/endgameBaseStatus", base},
		{"unknown key", `{"autoFly":true}`, "/data/autoFly", `"autoFly" is not a field of the DECODE form.`},
		{"key in another case", `{"AutoLeave":true}`, "/data/AutoLeave", `"AutoLeave" is not a field of the DECODE form.`},
		{"key to escape", `{"a/b~c":1}`, "/data/a~1b~0c", `"a/b~c" is not a field of the DECODE form.`},
		{"given twice", `{"autoLeave":true,"autoLeave":true}`, "/data/autoLeave", `"autoLeave" is given more than once.`},
	}
	s := season(t, 2025)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clean, score, err := s.Check(json.RawMessage(test.data))
			fields := badForm(t, err)
			if clean != nil || score != (seasons.Score{}) {
				t.Errorf("refused data still gave %s, %+v", clean, score)
			}
			if len(fields) != 1 || fields[0].Pointer != test.pointer || fields[0].Detail != test.detail {
				t.Errorf("got %+v, want %s: %s", fields, test.pointer, test.detail)
			}
		})
	}
}

// badForm returns the faults of a refusal, which has to be a bad-form.
func badForm(t testing.TB, err error) []fault.Field {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || !errors.Is(err, seasons.ErrBadForm) || f.Kind != fault.Invalid || f.Code != "bad-form" {
		t.Fatalf("got %v, want a bad-form", err)
	}
	return f.Fields
}

func TestCheckNamesEveryFault(t *testing.T) {
	_, _, err := season(t, 2025).Check(json.RawMessage(`{"autoLeave":7,"x":1,"autoPatternCount":-1,"endgameBaseStatus":""}`))
	var pointers []string
	for _, f := range badForm(t, err) {
		pointers = append(pointers, f.Pointer)
	}
	const want = "/data/autoLeave /data/x /data/autoPatternCount /data/endgameBaseStatus"
	if got := strings.Join(pointers, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCheckBoundsItsAnswer(t *testing.T) {
	var data strings.Builder
	data.WriteString(`{"` + strings.Repeat("é", 500) + `":1`)
	for i := range 1000 {
		fmt.Fprintf(&data, `,"k%d":1`, i)
	}
	data.WriteString("}")
	_, _, err := season(t, 2025).Check(json.RawMessage(data.String()))
	fields := badForm(t, err)
	if len(fields) != 50 {
		t.Errorf("got %d faults, want 50", len(fields))
	}
	if n := len([]rune(fields[0].Detail)); n > 110 {
		t.Errorf("a sentence of %d characters: %s", n, fields[0].Detail)
	}
	if len(seasons.ErrBadForm.Fields) != 0 {
		t.Error("the declared error got fields")
	}
}

func TestBonus(t *testing.T) {
	full, partial := json.RawMessage(`{"endgameBaseStatus":"FULL"}`), json.RawMessage(`{"endgameBaseStatus":"PARTIAL"}`)
	ten := seasons.Score{Endgame: 10, Total: 10}
	tests := []struct {
		name   string
		robots []json.RawMessage
		want   seasons.Score
	}{
		{"no robot", nil, seasons.Score{}},
		{"one robot", []json.RawMessage{full}, seasons.Score{}},
		{"one full", []json.RawMessage{full, partial}, seasons.Score{}},
		{"both full", []json.RawMessage{full, full}, ten},
	}
	for _, test := range tests {
		got, err := season(t, 2025).Bonus(test.robots...)
		if err != nil || got != test.want {
			t.Errorf("%s: got %+v, %v, want %+v", test.name, got, err, test.want)
		}
	}
	_, err := season(t, 2025).Bonus(full, json.RawMessage(`{"autoLeave":1}`))
	if fields := badForm(t, err); len(fields) != 1 {
		t.Errorf("got %+v", fields)
	}
}
