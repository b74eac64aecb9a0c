package scouting_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func (w *world) note() scouting.NewNote {
	return scouting.NewNote{
		ID: uuid.New(), ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "usncra", MatchNumber: 12, ScoutedTeam: 731, DriverSkill: 4, Text: " lost a wheel\r\n",
	}
}

// heard returns how many events of the name the team's channel has.
func (w *world) heard(name string) int {
	w.t.Helper()
	n := 0
	must(w.t, w.pool.QueryRow(w.t.Context(), `SELECT count(*) FROM channel_events WHERE name = $1 AND channel = $2`,
		name, teams.PrivateChannel(w.team.ID)).Scan(&n))
	return n
}

func TestANotesWay(t *testing.T) {
	w := newWorld(t)
	student := w.join(teams.Student)
	n := w.note()
	made, created, err := w.scouting.CreateNote(t.Context(), student, n)
	must(t, err)
	if !created || made.Text != "lost a wheel" || made.EventCode != "USNCRA" || made.Level != ftc.Qual || made.Rev != 1 || made.Author.ID != student.UserID {
		t.Errorf("made %+v", made)
	}
	for name, sender := range map[string]accounts.Actor{"the tablet once more": student, "another device": w.mentor} {
		again, created, err := w.scouting.CreateNote(t.Context(), sender, n)
		if err != nil || created || again != made {
			t.Errorf("%s: %+v, %v, %v", name, again, created, err)
		}
	}
	other := n
	other.Text = "is fine"
	if _, _, err := w.scouting.CreateNote(t.Context(), student, other); !errors.Is(err, scouting.ErrNoteIDTaken) {
		t.Errorf("another content: %v", err)
	}
	text, none := "mended", 0
	changed, err := w.scouting.UpdateNote(t.Context(), student, n.ID, scouting.NotePatch{Rev: 1, Text: &text, DriverSkill: &none, MatchNumber: &none})
	must(t, err)
	if changed.Rev != 2 || changed.Text != text || changed.DriverSkill != 0 || changed.MatchNumber != 0 || changed.Level != "" || changed.EventCode != "USNCRA" {
		t.Errorf("changed %+v", changed)
	}
	_, err = w.scouting.UpdateNote(t.Context(), w.mentor, n.ID, scouting.NotePatch{Rev: 1, Text: &other.Text})
	if !errors.Is(err, scouting.ErrStale) || fault.From(err).Extra.(scouting.Note) != changed {
		t.Errorf("a stale rev: %v", err)
	}
	empty := " "
	if _, err := w.scouting.UpdateNote(t.Context(), student, n.ID, scouting.NotePatch{Rev: 2, Text: &empty}); !errors.Is(err, scouting.ErrNote) {
		t.Errorf("nothing is left: %v", err)
	}
	if again, _, err := w.scouting.CreateNote(t.Context(), student, n); err != nil || again != changed {
		t.Errorf("a late repeat: %+v, %v", again, err)
	}
	must(t, w.scouting.DeleteNote(t.Context(), w.mentor, n.ID))
	if _, err := w.scouting.Note(t.Context(), student, n.ID); !errors.Is(err, scouting.ErrNoNote) {
		t.Errorf("a deleted note: %v", err)
	}
	if _, _, err := w.scouting.CreateNote(t.Context(), student, n); !errors.Is(err, scouting.ErrNoteDeleted) {
		t.Errorf("a late repeat brings it back: %v", err)
	}
	var left string
	must(t, w.pool.QueryRow(t.Context(), `SELECT n::text FROM (SELECT * FROM scouting_notes) n`).Scan(&left))
	if strings.Contains(left, "mended") {
		t.Errorf("what it said is still there: %s", left)
	}
	if a, u, d := w.heard("scouting:note-added"), w.heard("scouting:note-updated"), w.heard("scouting:note-deleted"); a != 1 || u != 1 || d != 1 {
		t.Errorf("%d added, %d updated, %d deleted", a, u, d)
	}
}

func TestTheSameNoteFromManyDevicesAtOnce(t *testing.T) {
	w := newWorld(t)
	n := w.note()
	var all sync.WaitGroup
	var news atomic.Int64
	for range 12 {
		all.Go(func() {
			_, created, err := w.scouting.CreateNote(t.Context(), w.mentor, n)
			if err != nil {
				t.Error(err)
			}
			if created {
				news.Add(1)
			}
		})
	}
	all.Wait()
	if n := w.heard("scouting:note-added"); n != 1 || news.Load() != 1 {
		t.Errorf("%d times new, told %d times", news.Load(), n)
	}
}

func TestBadNotes(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		change  func(n *scouting.NewNote)
		pointer string
	}{
		"empty":             {func(n *scouting.NewNote) { n.Text, n.DriverSkill = "\n ", 0 }, "/text"},
		"long":              {func(n *scouting.NewNote) { n.Text = strings.Repeat("é", 2001) }, "/text"},
		"a control":         {func(n *scouting.NewNote) { n.Text = "a\x1bb" }, "/text"},
		"no UTF-8":          {func(n *scouting.NewNote) { n.Text = "a\xff" }, "/text"},
		"rating 6":          {func(n *scouting.NewNote) { n.Reliability = 6 }, "/reliability"},
		"rating -1":         {func(n *scouting.NewNote) { n.Defence = -1 }, "/defence"},
		"robot 0":           {func(n *scouting.NewNote) { n.ScoutedTeam = 0 }, "/scoutedTeamNumber"},
		"match of no event": {func(n *scouting.NewNote) { n.EventCode = "" }, "/eventCode"},
		"event code":        {func(n *scouting.NewNote) { n.EventCode = "a/b" }, "/eventCode"},
		"match 1000":        {func(n *scouting.NewNote) { n.MatchNumber = 1000 }, "/matchNumber"},
		"level":             {func(n *scouting.NewNote) { n.Level = "final" }, "/tournamentLevel"},
		"series":            {func(n *scouting.NewNote) { n.Series = 100 }, "/series"},
		"season":            {func(n *scouting.NewNote) { n.Season = 1999 }, "/season"},
	} {
		n := w.note()
		c.change(&n)
		_, _, err := w.scouting.CreateNote(t.Context(), w.mentor, n)
		if f := fault.From(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v %v", name, err, f.Fields)
		}
	}
	key := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	must(t, w.ftc.Put(t.Context(), ftc.Competition{Event: ftc.Event{EventKey: key, Name: "Raleigh", Timezone: "UTC"}, Matches: []ftc.Match{
		{MatchKey: ftc.MatchKey{EventKey: key, Level: ftc.Qual, Number: 12}, Robots: []ftc.Robot{{Alliance: ftc.Red, Station: 1, TeamNumber: 8569}, {Alliance: ftc.Blue, Station: 1, TeamNumber: 6183}}},
	}}))
	if _, _, err := w.scouting.CreateNote(t.Context(), w.mentor, w.note()); !errors.Is(err, scouting.ErrNotThere) || !strings.Contains(err.Error(), "8569, 6183") {
		t.Errorf("a robot that is not in the match: %v", err)
	}
	season := w.note()
	season.EventCode, season.MatchNumber = "", 0
	if _, _, err := w.scouting.CreateNote(t.Context(), w.mentor, season); err != nil {
		t.Errorf("a note about the season: %v", err)
	}
	if n := w.heard("scouting:note-added"); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestNotesPagesAndFilters(t *testing.T) {
	w := newWorld(t)
	student := w.join(teams.Student)
	for i := range 7 {
		n := w.note()
		n.ScoutedTeam, n.MatchNumber = 100+i%2, i+1
		author := w.mentor
		if i%3 == 0 {
			author = student
		}
		_, _, err := w.scouting.CreateNote(t.Context(), author, n)
		must(t, err)
	}
	f, seen := scouting.NoteFilter{TeamID: w.team.ID, Limit: 3}, map[uuid.UUID]bool{}
	for pages := 1; ; pages++ {
		list, next, err := w.scouting.Notes(t.Context(), student, f)
		must(t, err)
		for _, n := range list {
			seen[n.ID] = true
		}
		if f.Cursor = next; next == "" {
			if pages != 3 || len(seen) != 7 {
				t.Errorf("%d pages with %d notes", pages, len(seen))
			}
			break
		}
	}
	robot, match, level := 101, 5, "playoff"
	for name, c := range map[string]struct {
		filter scouting.NoteFilter
		want   int
	}{
		"robot":  {scouting.NoteFilter{ScoutedTeam: &robot}, 3},
		"match":  {scouting.NoteFilter{MatchNumber: &match}, 1},
		"author": {scouting.NoteFilter{AuthorID: &student.UserID}, 3},
		"level":  {scouting.NoteFilter{Level: &level}, 0},
	} {
		c.filter.TeamID, c.filter.Limit = w.team.ID, 50
		if list, _, err := w.scouting.Notes(t.Context(), student, c.filter); err != nil || len(list) != c.want {
			t.Errorf("by %s: %d, %v; want %d", name, len(list), err, c.want)
		}
	}
	if _, _, err := w.scouting.Notes(t.Context(), student, scouting.NoteFilter{TeamID: w.team.ID, Limit: 1, Cursor: "x"}); !errors.Is(err, scouting.ErrCursor) {
		t.Errorf("a cursor of nothing: %v", err)
	}
}

// TestWritersOfNotesAndLeadsDoNotBlockEachOther has scouts write and change notes, reports
// and links while the mentor changes who they are, and ends with the team being deleted.
func TestWritersOfNotesAndLeadsDoNotBlockEachOther(t *testing.T) {
	w := newWorld(t)
	expected := func(err error) bool {
		for _, target := range []error{nil, scouting.ErrRole, teams.ErrNoTeam, scouting.ErrNoNote, scouting.ErrNoMedia, scouting.ErrStale} {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
	var writers sync.WaitGroup
	var scouts []accounts.Actor
	for i := range 4 {
		scout := w.join(teams.Student)
		scouts = append(scouts, scout)
		writers.Go(func() {
			for range 25 {
				made, _, err := w.scouting.CreateNote(t.Context(), scout, w.note())
				text := "changed"
				_, errUpdate := w.scouting.UpdateNote(t.Context(), scout, made.ID, scouting.NotePatch{Rev: 1, Text: &text})
				link, _, errLink := w.scouting.AddLink(t.Context(), scout, w.link())
				_, _, errPit := w.scouting.PutPit(t.Context(), scout, w.robot(), i, scouting.PitContent{Text: uuid.NewString()})
				for _, err := range []error{err, errUpdate, errLink, errPit, w.scouting.DeleteMedia(t.Context(), scout, link.ID), w.scouting.DeleteNote(t.Context(), scout, made.ID)} {
					if !expected(err) && !errors.Is(err, scouting.ErrNoPit) {
						t.Errorf("a scout: %v", err)
					}
				}
			}
		})
	}
	for range 5 {
		for _, scout := range scouts {
			for _, role := range []teams.Role{teams.Friend, teams.Student} {
				if _, err := w.teams.SetRole(t.Context(), w.mentor, w.team.ID, scout.UserID, role); err != nil {
					t.Errorf("the mentor: %v", err)
				}
			}
		}
	}
	must(t, w.teams.Erase(t.Context(), scouts[1]))
	must(t, w.teams.Delete(t.Context(), w.mentor, w.team.ID))
	writers.Wait()
	var deadlocks, left int
	must(t, w.pool.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks))
	must(t, w.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM scouting_notes) + (SELECT count(*) FROM pit_reports) + (SELECT count(*) FROM media) + (SELECT count(*) FROM media_usage)`).Scan(&left))
	if deadlocks != 0 || left != 0 {
		t.Errorf("%d deadlocks, %d rows left", deadlocks, left)
	}
}

// TestAnErasedAuthorIsForgotten looks for somebody who wrote a note, a report and a link.
func TestAnErasedAuthorIsForgotten(t *testing.T) {
	w := newWorld(t)
	leader := w.join(teams.Leader)
	made, _, err := w.scouting.CreateNote(t.Context(), leader, w.note())
	must(t, err)
	report, _, err := w.scouting.PutPit(t.Context(), leader, w.robot(), 0, scouting.PitContent{Text: "six wheels"})
	must(t, err)
	link, _, err := w.scouting.AddLink(t.Context(), leader, w.link())
	must(t, err)
	must(t, w.teams.Erase(t.Context(), leader))
	note, err := w.scouting.Note(t.Context(), w.mentor, made.ID)
	if err != nil || note.Author.DisplayName != accounts.FormerMember || note.Text != made.Text {
		t.Errorf("the note is %+v, %v", note, err)
	}
	if kept, err := w.scouting.Pit(t.Context(), w.mentor, report.ID); err != nil || kept.Author.DisplayName != accounts.FormerMember || kept.Editor.ID == leader.UserID {
		t.Errorf("the report is %+v, %v", kept, err)
	}
	if kept, err := w.scouting.Media(t.Context(), w.mentor, link.ID); err != nil || kept.Author.DisplayName != accounts.FormerMember {
		t.Errorf("the link is %+v, %v", kept, err)
	}
	for _, table := range []string{"scouting_notes", "pit_reports", "pit_revisions", "media", "channel_events WHERE channel <> '!control'"} {
		var found int
		must(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT * FROM `+table+`) t WHERE strpos(t::text, $1) > 0`, leader.UserID.String()).Scan(&found))
		if found != 0 {
			t.Errorf("%s knows them", table)
		}
	}
}
