package transfer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/scouting/transfer"
)

// vectors are the examples of docs/transfer-format.md.
func vectors() map[string]transfer.Bundle {
	team, scout, second := uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057"), uuid.MustParse("01890a5d-ac96-7ab0-8a3c-0242ac130003"), uuid.MustParse("01890a5d-ac96-7b1e-9c4d-1a2b3c4d5e6f")
	place := func(season, series, number int, level, alliance string, robot int) transfer.Place {
		return transfer.Place{Season: season, EventCode: "USNCRA", Level: level, Series: series, MatchNumber: number, Alliance: alliance, ScoutedTeam: robot}
	}
	return map[string]transfer.Bundle{
		"entries": {Team: team, Entries: []transfer.Entry{
			{Place: place(2025, 0, 12, "qual", "RED", 8569), ID: uuid.MustParse("0c5b2f0e-8f5e-4f43-9c1b-6d1f4f6f2a11"), Author: scout, FormVersion: 1,
				Data: json.RawMessage(`{"autoLeave":true,"autoClassifiedCount":3,"autoOverflowCount":0,"autoPatternCount":2,"teleopClassifiedCount":150,"teleopOverflowCount":1,"teleopDepotCount":0,"teleopPatternCount":9,"endgameBaseStatus":"FULL"}`)},
			{Place: place(2025, 3, 1, "playoff", "BLUE", 731), ID: uuid.MustParse("7e6d5c4b-3a29-4817-8605-f4e3d2c1b0a9"), Author: second, FormVersion: 1, Notes: "très vite",
				Data: json.RawMessage(`{"autoLeave":false,"autoClassifiedCount":0,"autoOverflowCount":0,"autoPatternCount":0,"teleopClassifiedCount":0,"teleopOverflowCount":0,"teleopDepotCount":0,"teleopPatternCount":0,"endgameBaseStatus":"NONE"}`)},
		}},
		"assignments": {Team: team, Assignments: []transfer.Assignment{
			{Place: place(2025, 0, 12, "qual", "RED", 8569), Scout: scout, Station: 1},
			{Place: place(2025, 0, 13, "qual", "BLUE", 6183), Scout: second, Station: 2},
		}},
	}
}

var vector = regexp.MustCompile("(?s)```text (entries|assignments)\n(.*?)\n```")

// TestVectors packs the document's examples and unpacks its chunks.
func TestVectors(t *testing.T) {
	raw, err := os.ReadFile("../../docs/transfer-format.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range vector.FindAllStringSubmatch(string(raw), -1) {
		found[m[1]] = m[2]
	}
	b := book(t)
	for name, bundle := range vectors() {
		chunks := encode(t, b, bundle, 150)
		if want := strings.Join(chunks, "\n"); found[name] != want {
			t.Errorf("%s: the document has\n%s\nwant\n%s", name, found[name], want)
			continue
		}
		got, err := transfer.Decode(b, strings.Split(found[name], "\n"))
		if err != nil || !reflect.DeepEqual(got, bundle) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestSizes holds the document's table of sizes to what fifteen entries take.
func TestSizes(t *testing.T) {
	raw, err := os.ReadFile("../../docs/transfer-format.md")
	if err != nil {
		t.Fatal(err)
	}
	b := book(t)
	for _, year := range []int{2023, 2024, 2025, 2026} {
		var cells []string
		for _, notes := range []string{"", strings.Repeat("fast, ", 14)} {
			chunks := encode(t, b, fifteen(b, year, notes), transfer.MaxChunk)
			length := 0
			for _, chunk := range chunks {
				length += len(chunk)
			}
			cells = append(cells, fmt.Sprint(length), fmt.Sprint(len(chunks)))
		}
		if row := fmt.Sprintf("| %d | %s |", year, strings.Join(cells, " | ")); !strings.Contains(string(raw), row) {
			t.Errorf("the document lacks the row %s", row)
		}
	}
}
