package scouting

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// FuzzReadSheet looks for a file that brings the import of entries down, or that is taken or
// refused without a word to whoever sent it.
func FuzzReadSheet(f *testing.F) {
	book, err := seasons.Load()
	if err != nil {
		f.Fatal(err)
	}
	season, _ := book.Season(2025)
	head := strings.Join(EntryColumns(season), ",")
	f.Add([]byte(head + "\n"))
	f.Add([]byte("\ufeffid,season,eventCode,matchNumber,alliance,scoutedTeamNumber\n0198f3a0-0000-7000-8000-000000000001,2025,USNCRA,1,RED,8569\n,,,,,\n\"\n"))
	f.Add([]byte("id;season\n1;2"))
	service := New(nil, nil, book)
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := service.ReadSheet(file)
		if err != nil && fault.From(err).Kind == fault.Internal {
			t.Fatalf("%q: %v", file, err)
		}
		if len(rows) > bytes.Count(file, []byte("\n"))+bytes.Count(file, []byte("\r")) {
			t.Fatalf("%d rows of %q", len(rows), file)
		}
		for i, row := range rows {
			if row.Line < 2 || i > 0 && row.Line <= rows[i-1].Line {
				t.Fatalf("row %d is on line %d", i, row.Line)
			}
			if row.Err != nil && fault.From(row.Err).Kind == fault.Internal {
				t.Fatalf("line %d of %q: %v", row.Line, file, row.Err)
			}
		}
	})
}

// FuzzAssignments does the same to a file of assignments.
func FuzzAssignments(f *testing.F) {
	ann := accounts.User{ID: uuid.MustParse("0198f3a0-0000-7000-8000-000000000001"), DisplayName: "Ann"}
	key := SheetKey{Event: ftc.EventKey{Season: 2025, Code: "USNCRA"}}
	first := ftc.MatchKey{EventKey: key.Event, Level: ftc.Qual, Number: 1}
	f.Add([]byte("match,robot,scout\n1,8569,Ann\n1,8569,Ann\n2,x,Bob\n"))
	f.Add([]byte("level,series,match,alliance,station,robot,scoutId\nqual,0,1,RED,1,8569,0198f3a0-0000-7000-8000-000000000001\n"))
	f.Add([]byte("match,robot,scout\n\"1,2,3"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := &reader{
			desk: &desk{key: key, members: map[uuid.UUID]teams.Member{ann.ID: {UserID: ann.ID, DisplayName: ann.DisplayName, Role: teams.Student}}},
			csv:  csv.NewReader(bytes.NewReader(file)), column: make(map[string]int),
			robots: map[ftc.MatchKey][]ftc.Robot{first: {{Alliance: "RED", Station: 1, TeamNumber: 8569}}}, byName: map[string][]accounts.User{"Ann": {ann}},
		}
		r.csv.FieldsPerRecord = -1
		rows, err := r.all()
		if (err == nil) != (len(rows) > 0) || err != nil && !errors.Is(err, ErrAssignment) {
			t.Fatalf("%q: %d rows, %v", file, len(rows), err)
		}
		for at, a := range rows {
			if a.Scout != ann || at.match.EventKey != key.Event {
				t.Fatalf("%q: %+v", file, a)
			}
		}
	})
}

// FuzzCursors looks for a cursor that is taken and is no place in a list.
func FuzzCursors(f *testing.F) {
	event := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	f.Add(robotCursor(robotKey{match: ftc.MatchKey{EventKey: event, Level: ftc.Qual, Number: 3}, team: 8569}))
	f.Add("MjAyNi0wMS0wMVQwMDowMDowMFogMDE5OGYzYTAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx")
	f.Fuzz(func(t *testing.T, text string) {
		if at, id, err := parseCursor(text); err == nil {
			again, same, err := parseCursor(cursor(*at, *id))
			if err != nil || !again.Equal(*at) || *same != *id {
				t.Fatalf("%q is %s %s and comes back as %s %s, %v", text, at, id, again, same, err)
			}
		} else if !errors.Is(err, ErrCursor) {
			t.Fatalf("%q: %v", text, err)
		}
		if k, err := parseRobotCursor(text, event); err == nil {
			if same, err := parseRobotCursor(robotCursor(k), event); err != nil || same != k {
				t.Fatalf("%q is %+v and comes back as %+v, %v", text, k, same, err)
			}
		} else if !errors.Is(err, ErrCursor) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
