package seasons_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

func TestBuiltInFilesHaveNoFaults(t *testing.T) {
	for _, name := range []string{"2023.json", "2024.json", "2025.json", "2026.json", "testdata/fifth/2027.json"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if faults := seasons.CheckFile("some/where/"+name, raw); len(faults) > 0 {
			t.Errorf("%s: %+v", name, faults)
		}
	}
}

// spoil is one place of a good file made bad, and where and in which words that shows.
type spoil struct{ old, spoiled, pointer, words string }

// expectFaults spoils the fifth season in each way and expects the fault it makes.
func expectFaults(t *testing.T, spoils []spoil) {
	t.Helper()
	raw, err := os.ReadFile("testdata/fifth/2027.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range spoils {
		t.Run(test.pointer+" "+test.words, func(t *testing.T) {
			if n := strings.Count(string(raw), test.old); n != 1 {
				t.Fatalf("%s is there %d times", test.old, n)
			}
			faults := seasons.CheckFile("2027.json", []byte(strings.Replace(string(raw), test.old, test.spoiled, 1)))
			if !names(faults, test.pointer, test.words) {
				t.Errorf("got %+v", faults)
			}
		})
	}
}

func TestCheckFileShape(t *testing.T) {
	expectFaults(t, []spoil{
		{`"season": 2027,`, `"season": 2027`, "", "not JSON: "},
		{`"season": 2027,`, ``, "/season", "missing"},
		{`"season": 2027`, `"season": "2027"`, "/season", "not a whole number"},
		{`"season": 2027`, `"season": null`, "/season", "leave the key out"},
		{`"season": 2027`, `"Season": 2027`, "/Season", "not a key"},
		{`"season": 2027`, `"season": 2027, "season": 2027`, "/season", "more than once"},
		{`"season": 2027`, `"season": 2027, "a/b": 1`, "/a~1b", "not a key"},
		{`"label": "Shells"`, `"lable": "Shells"`, "/form/fields/1/lable", "not a key"},
		{`"label": "Shells"`, `"label": 3`, "/form/fields/1/label", "not text"},
		{`"points": 7, "default": 1`, `"points": 7.5, "default": 1`, "/form/fields/1/points", "not a whole number"},
		{`"required": true,`, `"required": "yes",`, "/form/fields/0/required", "not true or false"},
		{`"fouls": {"minor": 1, "major": 2}`, `"fouls": [1, 2]`, "/fouls", "not an object"},
		{`"sources": ["Made up for a test"]`, `"sources": "me"`, "/sources", "not a list"},
		{`{"1": 5, "2": 8}`, `{"1": 5, "1": 8}`, "/official/parts/2/terms/0/by/1", "more than once"},
	})
}

func TestCheckFileSeason(t *testing.T) {
	expectFaults(t, []spoil{
		{`"season": 2027`, `"season": 2028`, "/season", "belongs into 2028.json"},
		{`"season": 2027`, `"season": 1927`, "/season", "from 2000 to 2099"},
		{`"name": "TIDEWORKS"`, `"name": ""`, "/name", "1 to 80 characters"},
		{`"allianceSize": 3`, `"allianceSize": 9`, "/allianceSize", "from 1 to 4"},
		{`["Made up for a test"]`, `[]`, "/sources", "at least one source"},
		{`{"minor": 1,`, `{"minor": -1,`, "/fouls/minor", "from 0 to 1000"},
		{`"win": 2`, `"win": -2`, "/ranking/win", "from 0"},
		{`{"grandTotal": 1}`, `{}`, "/posted/total", "at least one field"},
		{`{"grandTotal": 1}`, `{"": 1}`, "/posted/total/", "1 to 80 characters"},
		{`{"grandTotal": 1}`, `{"grandTotal": 1001}`, "/posted/total/grandTotal", "from -1000 to 1000"},
		{`"endgame": {"afloat": 11, "finaleBonus": 1},`, ``, "/posted/endgame", "missing"},
	})
}

func TestCheckFileForm(t *testing.T) {
	expectFaults(t, []spoil{
		{`"version": 4`, `"version": 0`, "/form/version", "from 1"},
		{`"key": "endgame", "label": "Finale"`, `"key": "finale", "label": "Finale"`, "/form/phases", "in this order"},
		{`"key": "teleopDefended"`, `"key": "startPlace"`, "/form/fields/2/key", "there already"},
		{`"key": "teleopDefended"`, `"key": "teleop defended"`, "/form/fields/2/key", "letters and digits"},
		{`"Defended", "phase": "teleop"`, `"Defended", "phase": "halftime"`, "/form/fields/2/phase", "auto, teleop or endgame"},
		{`"teleop", "type": "flag"`, `"teleop", "type": "text"`, "/form/fields/2/type", "count, flag or choice"},
		{`"min": 1, "max": 12`, `"min": 12, "max": 1`, "/form/fields/1/max", "goes up"},
		{`"min": 1, "max": 12`, `"max": 12`, "/form/fields/1", "a min and a max"},
		{`"min": 1, "max": 12`, `"min": -1, "max": 12`, "/form/fields/1/max", "within 0"},
		{`"points": 7, "default": 1`, `"points": -7, "default": 1`, "/form/fields/1/points", "from 0 to 1000"},
		{`"points": 7, "default": 1`, `"points": 7, "default": 0`, "/form/fields/1/default", "from 1 to 12"},
		{`"points": 7, "default": 1`, `"points": 7`, "/form/fields/1/default", "Give a default"},
		{`"points": 7, "default": 1`, `"points": 7, "default": 1, "choices": [{"value": "A", "label": "A", "points": 0}]`, "/form/fields/1/choices", "Only a choice"},
		{`"type": "flag", "points": 11`, `"type": "flag", "min": 0, "points": 11`, "/form/fields/3", "Only a count"},
		{`"required": true,`, `"required": true, "default": "PIER",`, "/form/fields/0/default", "no default"},
		{`"required": true,`, `"required": true, "points": 3,`, "/form/fields/0/points", "belong to its choices"},
		{`"value": "REEF"`, `"value": "PIER"`, "/form/fields/0/choices/1/value", "there already"},
		{`"value": "REEF"`, `"value": "reef"`, "/form/fields/0/choices/1/value", "capital letters"},
		{`, {"value": "REEF", "label": "Reef", "points": 4}`, ``, "/form/fields/0/choices", "at least two"},
	})
}

func TestCheckFileRanking(t *testing.T) {
	expectFaults(t, []spoil{
		{`"robots": 2`, `"robots": 4`, "/allianceBonuses/0/robots", "from 1 to 3"},
		{`"startPlace": "REEF"}`, `"startPlace": "MOON"}`, "/allianceBonuses/0/when/startPlace", "never is"},
		{`{"endgameAfloat": true,`, `{"endgameSunk": true,`, "/allianceBonuses/0/when/endgameSunk", "no \"endgameSunk\""},
		{`{"endgameAfloat": true, "startPlace": "REEF"}`, `{}`, "/allianceBonuses/0/when", "at least one condition"},
		{`"part": "total", "label"`, `"part": "sum", "label"`, "/ranking/tieBreaks/0/part", "no official part"},
		{`"part": "wavePoints"`, `"part": "waves"`, "/rankingPoints/0/part", "no official part"},
		{`"level": "default"`, `"level": "regional"`, "/rankingPoints/0/thresholds", "the level \"default\""},
		{`"level": "world"`, `"level": "default"`, "/rankingPoints/0/thresholds/1/level", "more than once"},
		{`"level": "world"`, `"level": "World"`, "/rankingPoints/0/thresholds/1/level", "lower-case"},
		{`"atLeast": 9`, `"atLeast": 0`, "/rankingPoints/0/thresholds/1/atLeast", "from 1"},
	})
}

func TestCheckFileOfficial(t *testing.T) {
	expectFaults(t, []spoil{
		{`"key": "bell", "type": "flag"`, `"key": "bell", "type": "sound"`, "/official/inputs/3/type", "count, flag, choice or slots"},
		{`"key": "bell", "type": "flag"`, `"key": "bell", "type": "flag", "choices": ["A", "B"]`, "/official/inputs/3/choices", "Only a choice"},
		{`"key": "bell", "type": "flag"`, `"key": "bell", "type": "flag", "slots": 2`, "/official/inputs/3/slots", "nothing else"},
		{`"slots": 6`, `"slots": 0`, "/official/inputs/1/slots", "from 1 to 100"},
		{`["ABBC", "CA"]`, `["ABBC"]`, "/official/inputs/0/choices", "at least two"},
		{`["ABBC", "CA"]`, `["ABBD", "CA"]`, "/official/parts/0/terms/0/pattern/letters", "letter D"},
		{`{"A": "LOW", "B"`, `{"A": "TOP", "B"`, "/official/parts/0/terms/0/pattern/letters/A", "never has"},
		{`"motif": "tide"`, `"motif": "bell"`, "/official/parts/0/terms/0/pattern/motif", "a choice among"},
		{`{"of": ["waves"], "pattern"`, `{"of": ["bell"], "pattern"`, "/official/parts/0/terms/0/of/0", "about slots"},
		{`{"of": ["waves"], "pattern"`, `{"of": ["waves"], "by": {"1": 2}, "pattern"`, "/official/parts/0/terms/0", "either"},
		{`{"of": ["shells"], "points": 7}`, `{"of": ["total"], "points": 7}`, "/official/parts/1/terms/0/of/0", "no earlier part"},
		{`{"of": ["shells"], "points": 7}`, `{"of": ["tide"], "points": 7}`, "/official/parts/1/terms/0/of/0", "no number"},
		{`{"of": ["shells"], "points": 7}`, `{"of": ["shells", "shells"], "points": 7}`, "/official/parts/1/terms/0/of/1", "there already"},
		{`{"of": ["shells"], "points": 7}`, `{"of": ["shells"]}`, "/official/parts/1/terms/0", "either points"},
		{`{"of": ["shells"], "points": 7}`, `{"points": 7}`, "/official/parts/1/terms/0/of", "what the points are for"},
		{`{"of": ["shells"], "points": 7}`, `{"of": ["shells"], "points": 7000}`, "/official/parts/1/terms/0/points", "from -1000"},
		{`{"bell": true, "depth": 2}`, `{"bell": 1, "depth": 2}`, "/official/parts/1/terms/1/when/bell", "never is"},
		{`{"bell": true, "depth": 2}`, `{"bell": true, "waves": []}`, "/official/parts/1/terms/1/when/waves", "no \"waves\""},
		{`{"of": ["depth"], "by"`, `{"of": ["wavePoints"], "by"`, "/official/parts/2/terms/0/of/0", "is a part"},
		{`{"1": 5, "2": 8}`, `{"1": 5, "deep": 8}`, "/official/parts/2/terms/0/by/deep", "never is"},
		{`"minor": "small"`, `"minor": "bell"`, "/official/fouls/minor", "no count"},
		{`"part": "given"`, `"part": "total"`, "/official/fouls/part", "there already"},
	})
}

func names(faults []fault.Field, pointer, words string) bool {
	for _, f := range faults {
		if f.Pointer == pointer && strings.Contains(f.Detail, words) {
			return true
		}
	}
	return false
}

func TestCheckFileNamesAllFaultsAtOnce(t *testing.T) {
	faults := seasons.CheckFile("2027.json", []byte(`{"season": "x", "fouls": {"small": 1}}`))
	for _, pointer := range []string{"/season", "/fouls/small", "/fouls/minor", "/fouls/major", "/name", "/form", "/sources"} {
		if !names(faults, pointer, "") {
			t.Errorf("nothing about %s in %+v", pointer, faults)
		}
	}
}
