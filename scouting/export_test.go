package scouting_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// sheet writes the entries as the API does.
func sheet(t *testing.T, export *scouting.Export) string {
	t.Helper()
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	must(t, out.Write(scouting.EntryColumns(export.Season())))
	for {
		page, err := export.Entries(t.Context())
		must(t, err)
		if len(page) == 0 {
			return file.String()
		}
		for _, e := range page {
			row, err := scouting.EntryRow(export.Season(), e)
			must(t, err)
			must(t, out.Write(row))
		}
		out.Flush()
	}
}

// evil are notes that spreadsheets would run, break at, or lose.
var evil = []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'quoted", "'=1", "a \"b\", c\nd", "-", "=cmd|' /C calc'!A0", "", "ok"}

// TestCSVComesBackAsItWent exports entries with nasty notes, deletes them for good, imports
// the file, and exports again.
func TestCSVComesBackAsItWent(t *testing.T) {
	w := newWorld(t)
	scout := w.join(teams.Student)
	for i, notes := range evil {
		e := w.entry()
		e.MatchNumber, e.Notes = i+1, notes
		_, _, err := w.scouting.Create(t.Context(), scout, e)
		must(t, err)
	}
	query := scouting.ExportQuery{TeamID: w.team.ID, Season: 2025, EventCode: "usncra"}
	export, err := w.scouting.ExportEntries(t.Context(), w.mentor, query)
	must(t, err)
	file := sheet(t, export)
	for _, record := range parse(t, file)[1:] {
		notes := record[len(record)-1]
		if notes != "" && strings.ContainsRune("=+-@\t\r", rune(notes[0])) {
			t.Errorf("a spreadsheet runs %q", notes)
		}
		if total := record[19]; total != "52" {
			t.Errorf("a total of %q", total)
		}
	}
	rows, err := w.scouting.ReadSheet([]byte("\ufeff" + file))
	must(t, err)
	again := w.imports(t, rows, false)
	for _, out := range again {
		if out.Err != nil || out.Created {
			t.Errorf("known already: %+v", out)
		}
	}
	_, err = w.pool.Exec(t.Context(), `DELETE FROM scouting_entries`)
	must(t, err)
	_, before := w.count()
	for _, out := range w.imports(t, rows, true) {
		if out.Err != nil || !out.Created {
			t.Errorf("a dry run: %+v", out)
		}
	}
	if entries, events := w.count(); entries != 0 || events != before {
		t.Errorf("a dry run stored %d entries, %d events", entries, events-before)
	}
	for i, out := range w.imports(t, rows, false) {
		if out.Err != nil || !out.Created || out.Entry.Source != "import" || out.Entry.Notes != evil[i] || out.Entry.Scouter.ID != scout.UserID || *out.Entry.CourierID != w.mentor.UserID {
			t.Errorf("row %d: %+v", i+1, out)
		}
	}
	if entries, events := w.count(); entries != len(evil) || events != before+1 {
		t.Errorf("%d entries, %d events; want one summary", entries, events-before)
	}
}

func (w *world) imports(t *testing.T, rows []scouting.SheetRow, dryRun bool) []scouting.Outcome {
	t.Helper()
	var entries []scouting.NewEntry
	for _, row := range rows {
		must(t, row.Err)
		entries = append(entries, row.Entry)
	}
	outcomes, err := w.scouting.Import(t.Context(), w.mentor, w.team.ID, entries, dryRun)
	must(t, err)
	return outcomes
}

func parse(t *testing.T, file string) [][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	must(t, err)
	return records
}

// TestTwoImportsOfOneFile runs at once, in opposite orders: each row is stored once and
// neither import is ended by a deadlock.
func TestTwoImportsOfOneFile(t *testing.T) {
	w := newWorld(t)
	w.schedule() // an FTC event that nobody knows would make them wait for each other at once
	var rows []scouting.NewEntry
	for range 60 {
		rows = append(rows, w.entry())
	}
	backwards := slices.Clone(rows)
	slices.Reverse(backwards)
	var all sync.WaitGroup
	var created atomic.Int64
	for _, file := range [][]scouting.NewEntry{rows, backwards, rows, backwards} {
		all.Go(func() {
			outcomes, err := w.scouting.Import(t.Context(), w.mentor, w.team.ID, file, false)
			if err != nil {
				t.Errorf("an import: %v", err)
			}
			for _, out := range outcomes {
				if out.Err != nil {
					t.Errorf("a row: %v", out.Err)
				}
				if out.Created {
					created.Add(1)
				}
			}
		})
	}
	all.Wait()
	if entries, events := w.count(); entries != 60 || created.Load() != 60 || events != 1 {
		t.Errorf("%d entries, %d made, %d events", entries, created.Load(), events)
	}
}

func TestFewImportedEntriesAreToldOneByOneAndNotInPublic(t *testing.T) {
	w := newWorld(t)
	outcomes, err := w.scouting.Import(t.Context(), w.mentor, w.team.ID, []scouting.NewEntry{w.entry(), w.entry()}, false)
	if err != nil || !outcomes[0].Created || !outcomes[1].Created {
		t.Errorf("imported %+v, %v", outcomes, err)
	}
	if _, events := w.count(); events != 2 {
		t.Errorf("%d events", events)
	}
	page, err := w.log.Read(t.Context(), "event-USNCRA", 0, 10)
	if err != nil || len(page.Events) != 0 {
		t.Errorf("the public hears %+v, %v", page, err)
	}
}

// TestAnEntryThatWasChangedIsKnownToo exports after a change and imports into the same team.
func TestAnEntryThatWasChangedIsKnownToo(t *testing.T) {
	w := newWorld(t)
	made, _, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	note := "mended\r\ntwice"
	_, err = w.scouting.Update(t.Context(), w.mentor, made.ID, scouting.Patch{Rev: 1, Notes: &note, Data: json.RawMessage(`{"teleopClassifiedCount":20}`)})
	must(t, err)
	export, err := w.scouting.ExportEntries(t.Context(), w.mentor, scouting.ExportQuery{TeamID: w.team.ID, Season: 2025})
	must(t, err)
	rows, err := w.scouting.ReadSheet([]byte(sheet(t, export)))
	must(t, err)
	if out := w.imports(t, rows, false); out[0].Err != nil || out[0].Created || out[0].Entry.Rev != 2 {
		t.Errorf("imported %+v", out)
	}
	rows[0].Entry.Notes = "something else"
	if out := w.imports(t, rows, false); !errors.Is(out[0].Err, scouting.ErrIDTaken) {
		t.Errorf("another content: %+v", out)
	}
}

func TestBadRowsAreAllNamed(t *testing.T) {
	w := newWorld(t)
	w.schedule()
	const head = "id,season,eventCode,matchNumber,alliance,scoutedTeamNumber,data.autoLeave,data.endgameBaseStatus\n"
	file := head +
		uuid.NewString() + ",2025,USNCRA,12,RED,8569,TRUE,FULL\n" +
		",2025,USNCRA,12,RED,8569,true,FULL\n" +
		uuid.NewString() + ",2025,USNCRA,twelve,RED,8569,true,FULL\n" +
		uuid.NewString() + ",2025,USNCRA,12,RED,4444,true,FULL\n" +
		uuid.NewString() + ",2025,USNCRA,12,RED,8569,maybe,FULL\n" +
		uuid.NewString() + ",2025,USNCRA\n" +
		uuid.NewString() + ",1999,USNCRA,12,RED,8569,true,FULL\n"
	rows, err := w.scouting.ReadSheet([]byte(file))
	must(t, err)
	var good []scouting.NewEntry
	var bad []int
	for _, row := range rows {
		if row.Err != nil {
			bad = append(bad, row.Line)
			continue
		}
		good = append(good, row.Entry)
	}
	if !slices.Equal(bad, []int{4, 7}) {
		t.Errorf("lines %v cannot be read", bad)
	}
	outcomes, err := w.scouting.Import(t.Context(), w.mentor, w.team.ID, good, false)
	must(t, err)
	var refused []error
	for _, out := range outcomes {
		refused = append(refused, out.Err)
	}
	for i, want := range []error{nil, scouting.ErrEntry, scouting.ErrNotThere, scouting.ErrEntry, scouting.ErrSeason} {
		if !errors.Is(refused[i], want) {
			t.Errorf("row %d: %v, want %v", i+1, refused[i], want)
		}
	}
	if entries, _ := w.count(); entries != 1 {
		t.Errorf("%d entries", entries)
	}
	for name, file := range map[string]string{
		"empty": "", "no headings": uuid.NewString() + ",2025\n", "a column too many": "colour," + head, "a column twice": "id," + head,
		"a column missing": "id,season\n", "a quote": head + "\"x\"y,1\n", "too many": head + strings.Repeat("a\n", scouting.MaxImport+1),
	} {
		if _, err := w.scouting.ReadSheet([]byte(file)); !errors.Is(err, scouting.ErrImport) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyLeadsExportAndImport(t *testing.T) {
	w := newWorld(t)
	stranger := accounts.Actor{UserID: uuid.New(), TokenID: uuid.New()}
	query := scouting.ExportQuery{TeamID: w.team.ID}
	for name, c := range map[string]struct {
		actor          accounts.Actor
		entries, notes error
	}{
		"a stranger": {stranger, teams.ErrNoTeam, teams.ErrNoTeam},
		"a friend":   {w.join(teams.Friend), scouting.ErrRole, nil},
		"a student":  {w.join(teams.Student), scouting.ErrRole, nil},
		"a leader":   {w.join(teams.Leader), nil, nil},
	} {
		if _, err := w.scouting.ExportEntries(t.Context(), c.actor, query); !errors.Is(err, c.entries) {
			t.Errorf("%s exports: %v", name, err)
		}
		if _, err := w.scouting.ExportNotes(t.Context(), c.actor, query); !errors.Is(err, c.notes) {
			t.Errorf("%s exports notes: %v", name, err)
		}
		if _, err := w.scouting.Import(t.Context(), c.actor, w.team.ID, []scouting.NewEntry{w.entry()}, false); !errors.Is(err, c.entries) {
			t.Errorf("%s imports: %v", name, err)
		}
	}
	leader := w.join(teams.Leader)
	export, err := w.scouting.ExportEntries(t.Context(), leader, query)
	must(t, err)
	must(t, w.teams.Remove(t.Context(), w.mentor, w.team.ID, leader.UserID))
	if page, err := export.Entries(t.Context()); !errors.Is(err, teams.ErrNoTeam) {
		t.Errorf("an export goes on after its reader has left: %d, %v", len(page), err)
	}
}

// TestAnExportHoldsOnePage reads 20,000 entries, about 20 MB as JSON, and looks at the
// memory in use and at the connections after each page.
func TestAnExportHoldsOnePage(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	_, err = w.pool.Exec(t.Context(), `INSERT INTO scouting_entries (id, team_id, scouter_id, season, event_code, level, series, match_number, alliance,
			scouted_team, form_version, data, notes, auto_score, teleop_score, endgame_score, total_score, content_hash, created_at)
		SELECT gen_random_uuid(), team_id, scouter_id, season, event_code, level, series, 1 + n % 900, alliance, scouted_team, form_version, data,
			repeat('n', 500), auto_score, teleop_score, endgame_score, total_score, content_hash, created_at - n / 700 * interval '1 second'
		FROM scouting_entries, generate_series(1, 19999) n`)
	must(t, err)
	export, err := w.scouting.ExportEntries(t.Context(), w.mentor, scouting.ExportQuery{TeamID: w.team.ID, Season: 2025})
	must(t, err)
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	start, most := inUse(), uint64(0)
	seen := make(map[uuid.UUID]bool)
	for pages := 0; ; pages++ {
		page, err := export.Entries(t.Context())
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			seen[e.ID] = true
		}
		if held := w.pool.Stat().AcquiredConns(); held != 0 {
			t.Fatalf("%d connections are held between pages", held)
		}
		if pages%8 == 0 {
			most = max(most, inUse())
		}
		runtime.KeepAlive(page)
	}
	if len(seen) != 20000 {
		t.Errorf("%d entries of 20000", len(seen))
	}
	if most > start+6<<20 {
		t.Errorf("%d KiB in use, %d at the start", most>>10, start>>10)
	}
}

// TestTheDocumentHasTheColumns holds docs/export.md to the forms.
func TestTheDocumentHasTheColumns(t *testing.T) {
	raw, err := os.ReadFile("../docs/export.md")
	must(t, err)
	book, err := seasons.Load()
	must(t, err)
	for _, season := range book.All() {
		if line := strings.Join(scouting.EntryColumns(season), ","); !strings.Contains(string(raw), "\n"+line+"\n") {
			t.Errorf("the document lacks the line\n%s", line)
		}
	}
	if line := strings.Join(scouting.NoteColumns(), ","); !strings.Contains(string(raw), "\n"+line+"\n") {
		t.Errorf("the document lacks the line\n%s", line)
	}
}

// TestNoCellIsAFormula: whatever the notes are, the cell is harmless and comes back the same.
func TestNoCellIsAFormula(t *testing.T) {
	book, err := seasons.Load()
	must(t, err)
	season, _ := book.Season(2025)
	service := scouting.New(nil, nil, book)
	rapid.Check(t, func(t *rapid.T) {
		notes := rapid.OneOf(rapid.String(), rapid.StringMatching(`['=+\-@\t\r]{1,3}[a-z0-9()"',\n]{0,8}`)).Draw(t, "notes")
		row, err := scouting.EntryRow(season, scouting.Entry{ID: uuid.New(), Season: 2025, EventCode: "X", Alliance: "RED", MatchNumber: 1, ScoutedTeam: 1,
			Data: json.RawMessage(`{"autoLeave":true}`), Notes: notes})
		if err != nil {
			t.Fatal(err)
		}
		if cell := row[len(row)-1]; cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
			t.Fatalf("%q runs", cell)
		}
		var file bytes.Buffer
		out := csv.NewWriter(&file)
		_ = out.Write(scouting.EntryColumns(season))
		_ = out.Write(row)
		out.Flush()
		rows, err := service.ReadSheet(file.Bytes())
		if err != nil || len(rows) != 1 || rows[0].Err != nil || rows[0].Entry.Notes != strings.ReplaceAll(notes, "\r\n", "\n") {
			t.Fatalf("%q came back as %+v, %v", notes, rows, err)
		}
	})
}
