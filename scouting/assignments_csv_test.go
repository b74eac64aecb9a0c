package scouting_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func (d *day) importFile(file string) (scouting.Sheet, error) {
	return d.scouting.ImportAssignments(d.t.Context(), d.mentor, d.key, d.sheet().Rev, []byte(file))
}

func (d *day) file() []byte {
	d.t.Helper()
	file, err := d.scouting.AssignmentsCSV(d.t.Context(), d.mentor, d.key, scouting.AssignmentFilter{})
	must(d.t, err)
	return file
}

// TestAFileGoesOutAndComesBack: names that a spreadsheet would run leave as text, and what
// comes back is what went out.
func TestAFileGoesOutAndComesBack(t *testing.T) {
	d := newDay(t, 6, 5)
	names := []string{"=1+1", "@SUM(A1)", "-2", "'quoted'", `"a, b"; c`}
	for i, scout := range d.scouts {
		_, err := d.accounts.Rename(t.Context(), scout, names[i])
		must(t, err)
	}
	_, err := d.generate(asUsual)
	must(t, err)
	before, file := d.sheet().Assignments, d.file()
	cells, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	must(t, err)
	if len(cells) != 25 || strings.Join(cells[0], ",") != "level,series,match,alliance,station,robot,scoutId,scout" {
		t.Errorf("%d lines, the first %q", len(cells), cells[0])
	}
	seen := make(map[string]bool)
	for _, line := range cells {
		for _, cell := range line {
			if cell == "" || strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a cell runs: %q", cell)
			}
		}
		seen[line[7]] = true
	}
	if !seen["'=1+1"] || !seen["''quoted'"] || !seen[`"a, b"; c`] {
		t.Errorf("names %v", seen)
	}
	_, err = d.scouting.Clear(t.Context(), d.mentor, d.key, d.sheet().Rev, scouting.MatchRange{Level: "qual", To: 999}, [16]byte{})
	must(t, err)
	_, err = d.importFile(string(file))
	must(t, err)
	after := d.sheet().Assignments
	if len(after) != len(before) {
		t.Fatalf("%d assignments come back of %d", len(after), len(before))
	}
	for i := range after {
		before[i].Manual = true
		if a, b := after[i], before[i]; a.Scout != b.Scout || a.ScoutedTeam != b.ScoutedTeam || a.MatchNumber != b.MatchNumber || a.Station != b.Station || !a.Manual {
			t.Errorf("%+v comes back as %+v", before[i], after[i])
		}
	}
	byName := "scout;match;robot\r\n"
	for _, line := range cells[1:] {
		byName += `"` + strings.ReplaceAll(line[7], `"`, `""`) + `";` + line[2] + ";" + line[5] + "\r\n"
	}
	if again, err := d.importFile("\ufeff" + byName); err != nil || again.Rev != d.sheet().Rev || fmt.Sprint(d.sheet().Assignments) != fmt.Sprint(after) {
		t.Errorf("the same by name, as a spreadsheet of another country writes it: %v", err)
	}
}

func TestAFileReplacesTheMatchesThatItNames(t *testing.T) {
	d := newDay(t, 3, 4)
	_, err := d.generate(asUsual)
	must(t, err)
	one := d.at(1)
	must2 := func(_ scouting.Sheet, err error) { t.Helper(); must(t, err) }
	must2(d.importFile("match,robot,scout\n2,5,Scout 3\n2,5,Scout 1\n"))
	if got := d.at(2); len(got) != 1 || len(got[5]) != 2 {
		t.Errorf("match 2 is %v", got)
	}
	if fmt.Sprint(d.at(1)) != fmt.Sprint(one) || len(d.at(3)) != 4 {
		t.Errorf("other matches changed: %v, %v", d.at(1), d.at(3))
	}
	heard := d.heard()
	if last := heard[len(heard)-1]; fmt.Sprint(last.Ranges) != "[{qual 2 2}]" {
		t.Errorf("the team hears %+v", last)
	}
	must2(d.importFile("level,match,robot,scout,alliance,station\npractice,1,77,Scout 0,blue,1\n"))
}

func TestABadFileChangesNothing(t *testing.T) {
	d := newDay(t, 3, 3)
	twin := d.join(teams.Student)
	_, err := d.accounts.Rename(t.Context(), twin, "Scout 2")
	must(t, err)
	_, err = d.assign(1, 2, d.scouts[0].UserID, asIs)
	must(t, err)
	before, rev := fmt.Sprint(d.sheet().Assignments), d.sheet().Rev
	for name, c := range map[string]struct {
		file string
		want string // of the complaints: lines, and a part of the words
	}{
		"empty":                    {"", "1: the first line"},
		"a header alone":           {"match,robot,scout\n", "1: there are no assignments"},
		"an unknown column":        {"match,robot,scout,=cmd()\n", "1: there is no column"},
		"a column twice":           {"match,match,robot,scout\n", "1: the column match is there twice"},
		"no robots":                {"match,scout\n1,Scout 0\n", "1: the column robot is missing"},
		"nobody":                   {"match,robot\n1,2\n", "1: the column scoutId or scout is missing"},
		"too few cells":            {"match,robot,scout\n1,2\n", "2: it has 2 cells"},
		"words for numbers":        {"match,robot,scout\none,2,Scout 0\n", "2: match has to be a whole number"},
		"a huge number":            {"match,robot,scout\n99999999999999999999,2,Scout 0\n", "2: match has to be a whole number"},
		"match 0":                  {"match,robot,scout\n0,2,Scout 0\n", "2: matchNumber is"},
		"a level that is none":     {"level,match,robot,scout\nfinal,1,2,Scout 0\n", "2: tournamentLevel is"},
		"a robot that is not here": {"match,robot,scout\n1,2,Scout 0\n2,4,Scout 0\n", "3: Team 4 does not play"},
		"an unknown match":         {"match,robot,scout\n9,2,Scout 0\n", "2: The schedule does not know"},
		"an unknown scout":         {"match,robot,scout\n1,2,Somebody\n", "2: the team has no scout"},
		"two of that name":         {"match,robot,scout\n1,2,Scout 2\n", "2: the team has 2 scouts"},
		"no name":                  {"match,robot,scout\n1,2,\n", "2: nobody is named"},
		"an id that is none":       {"match,robot,scoutId\n1,2,7\n", "2: scoutId is no UUID"},
		"a stranger's id":          {"match,robot,scoutId\n1,2,6f1c2d9e-9d53-4f8e-a8a5-2f8c3b1d0e77\n", "2: 6f1c2d9e"},
		"in two places":            {"match,robot,scout\n1,2,Scout 0\n1,3,Scout 0\n", "3: Scout 0 is in Q1 on line 2"},
		"quotes that do not close": {"match,robot,scout\n1,2,\"Scout 0\n", "it is no CSV"},
		"several":                  {"match,robot,scout\n1,2,X\n1,3,Scout 0\n1,4,Y\n", "2: the team has no scout \"X\".|4: the team has no scout \"Y\"."},
		"line breaks in cells":     {"match,robot,scout\n1,3,\"Scout\n0\"\n1,4,Y\n", "2: the team has no scout \"Scout\\n0\".|4: the team has no scout \"Y\"."},
		"not UTF-8":                {"match,robot,scout\n1,3,\xff\n", "not UTF-8"},
	} {
		_, err := d.importFile(c.file)
		told := fault.From(err)
		var lines []string
		for _, f := range told.Fields {
			if !strings.HasPrefix(f.Pointer, "/lines/") {
				t.Errorf("%s: points at %s", name, f.Pointer)
			}
			lines = append(lines, strings.TrimPrefix(f.Detail, "Line "))
		}
		if got := strings.Join(append(lines, told.Detail), "|"); !errors.Is(err, scouting.ErrAssignment) || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if _, err := d.importFile("match,robot,scout\n" + strings.Repeat("1,2,X\n", 1000)); len(fault.From(err).Fields) != 20 {
		t.Errorf("%d complaints about 1000 lines", len(fault.From(err).Fields))
	}
	if _, err := d.scouting.ImportAssignments(t.Context(), d.mentor, d.key, rev-1, []byte("match,robot,scout\n1,3,Scout 1\n")); !errors.Is(err, scouting.ErrStale) {
		t.Errorf("from an old list: %v", err)
	}
	for _, actor := range []accounts.Actor{d.scouts[0], d.join(teams.Friend)} {
		if _, err := d.scouting.ImportAssignments(t.Context(), actor, d.key, rev, []byte("match,robot,scout\n1,3,Scout 1\n")); !errors.Is(err, scouting.ErrRole) {
			t.Errorf("somebody who may not: %v", err)
		}
	}
	if got := fmt.Sprint(d.sheet().Assignments); got != before || d.sheet().Rev != rev {
		t.Errorf("bad files changed %s to %s", before, got)
	}
}

// TestAnyBytesAreAFileOrRefused sends lines of all kinds of cells: a file is taken or
// refused in words, and never fails.
func TestAnyBytesAreAFileOrRefused(t *testing.T) {
	d := newDay(t, 2, 2)
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.SampledFrom([]string{"1", "2", "3", "5", "Scout 0", "Scout 1", "RED", "qual", "playoff", "-1", "\"", "\x00", ""}), rapid.String())
		file := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"level", "series", "match", "robot", "scout", "station"}), 1, 6).Draw(t, "columns"), ",") + "\n"
		if rapid.Bool().Draw(t, "good columns") {
			file = "match,robot,scout\n"
		}
		for range rapid.IntRange(0, 4).Draw(t, "lines") {
			file += strings.Join(rapid.SliceOfN(cell, 1, 4).Draw(t, "cells"), ",") + "\n"
		}
		switch _, err := d.importFile(file); {
		case err == nil:
			taken++
		case fault.From(err).Kind == fault.Internal:
			t.Fatalf("%q: %v", file, err)
		}
	})
	t.Logf("%d files were taken", taken)
}
