package scouting_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const form = `{"autoLeave":true,"autoClassifiedCount":3,"teleopClassifiedCount":10,"endgameBaseStatus":"FULL"}`

type world struct {
	t        *testing.T
	pool     *pgxpool.Pool
	log      *eventlog.Log
	teams    *teams.Service
	accounts *accounts.Service
	scouting *scouting.Service
	ftc      *ftc.Service
	mentor   accounts.Actor
	team     teams.Team
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, pool: pgtest.New(t)}
	book, err := seasons.Load()
	must(t, err)
	w.log = eventlog.New(w.pool, func(realtime.Channel, int64) {})
	w.accounts = accounts.New(w.pool, w.log)
	w.teams = teams.New(w.pool, w.log, []byte("a key for tests, 32 bytes or more"))
	w.scouting = scouting.New(w.pool, w.log, book)
	w.ftc = ftc.New(w.pool)
	grant, err := w.accounts.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Mentor"})
	must(t, err)
	w.mentor, err = w.accounts.Actor(t.Context(), grant.Token)
	must(t, err)
	w.team, err = w.teams.Create(t.Context(), w.mentor, 8569, "")
	must(t, err)
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) join(role teams.Role) accounts.Actor {
	w.t.Helper()
	invite, err := w.teams.Invite(w.t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: role, MaxUses: 1})
	must(w.t, err)
	joined, err := w.teams.JoinAs(w.t.Context(), invite.Code, "Scout "+string(role), accounts.Device{})
	must(w.t, err)
	actor, err := w.accounts.Actor(w.t.Context(), joined.Token)
	must(w.t, err)
	return actor
}

func (w *world) entry() scouting.NewEntry {
	return scouting.NewEntry{
		ID: uuid.New(), ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", MatchNumber: 12,
		Alliance: ftc.Red, ScoutedTeam: 8569, Data: json.RawMessage(form),
	}
}

// count returns how many entries and how many events are stored.
func (w *world) count() (entries, events int) {
	w.t.Helper()
	err := w.pool.QueryRow(w.t.Context(), `SELECT (SELECT count(*) FROM scouting_entries), (SELECT count(*) FROM channel_events WHERE name LIKE 'scouting:%')`).Scan(&entries, &events)
	must(w.t, err)
	return entries, events
}

func TestCreateTellsTheTeamAllAndThePublicLittle(t *testing.T) {
	w := newWorld(t)
	made, created, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	if !created || made.AutoScore != 12 || made.TeleopScore != 30 || made.EndgameScore != 10 || made.TotalScore != 52 || made.Rev != 1 {
		t.Errorf("made %+v", made)
	}
	page, err := w.log.Read(t.Context(), teams.PrivateChannel(w.team.ID), 1, 10)
	must(t, err)
	if len(page.Events) != 1 || !strings.Contains(string(page.Events[0].Data), made.ID.String()) {
		t.Errorf("the team hears %+v", page.Events)
	}
	for _, channel := range []realtime.Channel{"event-USNCRA", "event-2025-USNCRA"} {
		page, err := w.log.Read(t.Context(), channel, 0, 10)
		must(t, err)
		var fields map[string]any
		must(t, json.Unmarshal(page.Events[0].Data, &fields))
		want := "at eventCode id level matchNumber scoutedTeamNumber season seq"
		if got := strings.Join(keys(fields), " "); got != want {
			t.Errorf("%s hears %q, want exactly %q", channel, got, want)
		}
	}
}

func keys(m map[string]any) []string {
	var list []string
	for _, key := range []string{"at", "entry", "eventCode", "id", "level", "matchNumber", "scouter", "scoutedTeamNumber", "scoutingTeamId", "season", "seq", "totalScore"} {
		if _, ok := m[key]; ok {
			list = append(list, key)
		}
	}
	if len(list) != len(m) {
		list = append(list, fmt.Sprint("and others: ", m))
	}
	return list
}

func TestARepeatChangesNothing(t *testing.T) {
	w := newWorld(t)
	e := w.entry()
	first, _, err := w.scouting.Create(t.Context(), w.mentor, e)
	must(t, err)
	var all sync.WaitGroup
	var made atomic.Int64
	second := w.join(teams.Student)
	for _, actor := range []accounts.Actor{w.mentor, second, w.mentor, second} {
		all.Go(func() {
			again, created, err := w.scouting.Create(t.Context(), actor, e)
			if err != nil || again.ID != first.ID || again.Scouter.ID != w.mentor.UserID {
				t.Errorf("a repeat: %+v, %v", again, err)
			}
			if created {
				made.Add(1)
			}
		})
	}
	all.Wait()
	entries, events := w.count()
	if entries != 1 || events != 3 || made.Load() != 0 {
		t.Errorf("%d entries, %d events, %d made again", entries, events, made.Load())
	}
	e.Notes = "another content"
	if _, _, err := w.scouting.Create(t.Context(), w.mentor, e); !errors.Is(err, scouting.ErrIDTaken) {
		t.Errorf("another entry under the same id: %v", err)
	}
}

func TestParallelRepeatsMakeOne(t *testing.T) {
	w := newWorld(t)
	e := w.entry()
	var all sync.WaitGroup
	var made atomic.Int64
	for range 12 {
		all.Go(func() {
			_, created, err := w.scouting.Create(t.Context(), w.mentor, e)
			if err != nil {
				t.Error(err)
			}
			if created {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if entries, events := w.count(); made.Load() != 1 || entries != 1 || events != 3 {
		t.Errorf("%d made, %d entries, %d events", made.Load(), entries, events)
	}
}

func TestWhoMayWrite(t *testing.T) {
	w := newWorld(t)
	stranger := accounts.Actor{UserID: uuid.New(), TokenID: uuid.New()}
	for name, c := range map[string]struct {
		actor accounts.Actor
		want  error
	}{
		"a stranger": {stranger, teams.ErrNoTeam},
		"a friend":   {w.join(teams.Friend), scouting.ErrRole},
		"a student":  {w.join(teams.Student), nil},
		"a leader":   {w.join(teams.Leader), nil},
	} {
		if _, _, err := w.scouting.Create(t.Context(), c.actor, w.entry()); !errors.Is(err, c.want) {
			t.Errorf("%s writes: %v, want %v", name, err, c.want)
		}
	}
	student, other := w.join(teams.Student), w.join(teams.Student)
	own, _, err := w.scouting.Create(t.Context(), student, w.entry())
	must(t, err)
	note := "mended"
	if _, err := w.scouting.Update(t.Context(), other, own.ID, scouting.Patch{Rev: 1, Notes: &note}); !errors.Is(err, scouting.ErrRole) {
		t.Errorf("a student changes another's entry: %v", err)
	}
	if _, err := w.scouting.Get(t.Context(), stranger, own.ID); !errors.Is(err, scouting.ErrNoEntry) {
		t.Errorf("a stranger reads: %v", err)
	}
	if err := w.scouting.Delete(t.Context(), stranger, own.ID); !errors.Is(err, scouting.ErrNoEntry) {
		t.Errorf("a stranger deletes: %v", err)
	}
	if _, _, err := w.scouting.List(t.Context(), stranger, scouting.Filter{TeamID: w.team.ID, Limit: 10}); !errors.Is(err, teams.ErrNoTeam) {
		t.Errorf("a stranger lists: %v", err)
	}
}

// TestWritersAndLeadsDoNotBlockEachOther has scouts record while the mentor changes who they
// are, and ends with the team being deleted. Locks taken in a wrong order would show as
// deadlocks, which the database ends by failing one side.
func TestWritersAndLeadsDoNotBlockEachOther(t *testing.T) {
	w := newWorld(t)
	var scouts []accounts.Actor
	for range 4 {
		scouts = append(scouts, w.join(teams.Student))
	}
	var writers sync.WaitGroup
	for _, scout := range scouts {
		writers.Go(func() {
			for range 40 {
				_, _, err := w.scouting.Create(t.Context(), scout, w.entry())
				if err != nil && !errors.Is(err, scouting.ErrRole) && !errors.Is(err, teams.ErrNoTeam) {
					t.Errorf("a scout: %v", err)
				}
			}
		})
	}
	for range 10 {
		for _, scout := range scouts {
			for _, role := range []teams.Role{teams.Friend, teams.Student} {
				if _, err := w.teams.SetRole(t.Context(), w.mentor, w.team.ID, scout.UserID, role); err != nil {
					t.Errorf("the mentor: %v", err)
				}
			}
		}
	}
	must(t, w.teams.Remove(t.Context(), w.mentor, w.team.ID, scouts[0].UserID))
	must(t, w.teams.Erase(t.Context(), scouts[1]))
	must(t, w.teams.Delete(t.Context(), w.mentor, w.team.ID))
	writers.Wait()
	var deadlocks int
	must(t, w.pool.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks))
	if deadlocks != 0 {
		t.Errorf("%d deadlocks", deadlocks)
	}
}

func TestEditing(t *testing.T) {
	w := newWorld(t)
	made, _, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	changed, err := w.scouting.Update(t.Context(), w.mentor, made.ID, scouting.Patch{Rev: 1, Data: json.RawMessage(`{"teleopClassifiedCount":20}`)})
	must(t, err)
	if changed.Rev != 2 || changed.TeleopScore != 60 || changed.AutoScore != 12 {
		t.Errorf("changed %+v", changed)
	}
	_, err = w.scouting.Update(t.Context(), w.mentor, made.ID, scouting.Patch{Rev: 1, Data: json.RawMessage(`{"teleopClassifiedCount":1}`)})
	var stale *fault.Error
	if !errors.As(err, &stale) || !errors.Is(err, scouting.ErrStale) || stale.Extra.(scouting.Entry).Rev != 2 {
		t.Errorf("a stale rev: %v", err)
	}
	if _, err := w.scouting.Update(t.Context(), w.mentor, made.ID, scouting.Patch{Rev: 2, Data: json.RawMessage(`{"teleopClassifiedCount":-1}`)}); !errors.Is(err, scouting.ErrEntry) {
		t.Errorf("a bad change: %v", err)
	}
	must(t, w.scouting.Delete(t.Context(), w.mentor, made.ID))
	if _, err := w.scouting.Get(t.Context(), w.mentor, made.ID); !errors.Is(err, scouting.ErrNoEntry) {
		t.Errorf("a deleted entry: %v", err)
	}
	again := w.entry()
	again.ID = made.ID
	if _, _, err := w.scouting.Create(t.Context(), w.mentor, again); !errors.Is(err, scouting.ErrDeleted) {
		t.Errorf("a late repeat brings a deleted entry back: %v", err)
	}
}

func TestHistory(t *testing.T) {
	w := newWorld(t)
	made, _, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	note := "mended"
	_, err = w.scouting.Update(t.Context(), w.mentor, made.ID, scouting.Patch{Rev: 1, Notes: &note})
	must(t, err)
	list, err := w.scouting.History(t.Context(), w.mentor, made.ID)
	must(t, err)
	if len(list) != 2 || list[0].Action != "created" || list[0].Notes != "" || list[1].Notes != note || list[1].Rev != 2 {
		t.Errorf("history %+v", list)
	}
}

func TestARobotThatIsNotInTheMatch(t *testing.T) {
	w := newWorld(t)
	key := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	must(t, w.ftc.Put(t.Context(), ftc.Competition{
		Event: ftc.Event{EventKey: key, Name: "Raleigh", Timezone: "UTC"},
		Matches: []ftc.Match{{MatchKey: ftc.MatchKey{EventKey: key, Level: ftc.Qual, Number: 12}, Robots: []ftc.Robot{
			{Alliance: ftc.Red, Station: 1, TeamNumber: 8569}, {Alliance: ftc.Red, Station: 2, TeamNumber: 9021},
			{Alliance: ftc.Blue, Station: 1, TeamNumber: 6183}, {Alliance: ftc.Blue, Station: 2, TeamNumber: 731},
		}}},
	}))
	absent := w.entry()
	absent.ScoutedTeam = 4444
	_, _, err := w.scouting.Create(t.Context(), w.mentor, absent)
	for _, number := range []string{"8569", "9021", "6183", "731"} {
		if !errors.Is(err, scouting.ErrNotThere) || !strings.Contains(err.Error(), number) {
			t.Errorf("an absent robot: %v does not name %s", err, number)
		}
	}
	side := w.entry()
	side.Alliance = ftc.Blue
	if _, _, err := w.scouting.Create(t.Context(), w.mentor, side); !errors.Is(err, scouting.ErrNotThere) || fault.From(err).Fields[0].Pointer != "/alliance" {
		t.Errorf("the wrong side: %v", err)
	}
	if entries, events := w.count(); entries != 0 || events != 0 {
		t.Errorf("%d entries and %d events of refused input", entries, events)
	}
	_, _, err = w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	unknown := w.entry()
	unknown.EventCode, unknown.ScoutedTeam = "leaguemeet3", 4444
	_, _, err = w.scouting.Create(t.Context(), w.mentor, unknown)
	must(t, err)
	if event, err := w.ftc.Event(t.Context(), ftc.EventKey{Season: 2025, Code: "LEAGUEMEET3"}); err != nil || event.Official {
		t.Errorf("a league meet is kept as %+v, %v", event, err)
	}
}

func TestListPagesAndFilters(t *testing.T) {
	w := newWorld(t)
	student := w.join(teams.Student)
	for n := 1; n <= 7; n++ {
		e := w.entry()
		e.MatchNumber, e.ScoutedTeam = n, 100+n%2
		actor := w.mentor
		if n%3 == 0 {
			actor = student
		}
		_, _, err := w.scouting.Create(t.Context(), actor, e)
		must(t, err)
	}
	var got []int
	f := scouting.Filter{TeamID: w.team.ID, Limit: 3}
	for {
		list, next, err := w.scouting.List(t.Context(), w.mentor, f)
		must(t, err)
		for _, e := range list {
			got = append(got, e.MatchNumber)
		}
		if f.Cursor = next; next == "" {
			break
		}
	}
	if fmt.Sprint(got) != "[7 6 5 4 3 2 1]" {
		t.Errorf("pages give %v", got)
	}
	number, match, code := 101, 5, "USNCRA"
	for name, c := range map[string]struct {
		filter scouting.Filter
		want   int
	}{
		"scouted team": {scouting.Filter{ScoutedTeam: &number}, 4},
		"match":        {scouting.Filter{MatchNumber: &match}, 1},
		"scouter":      {scouting.Filter{ScouterID: &student.UserID}, 2},
		"event":        {scouting.Filter{EventCode: &code}, 7},
	} {
		c.filter.TeamID, c.filter.Limit = w.team.ID, 50
		list, _, err := w.scouting.List(t.Context(), w.mentor, c.filter)
		if err != nil || len(list) != c.want {
			t.Errorf("by %s: %d, %v; want %d", name, len(list), err, c.want)
		}
	}
	for _, cursor := range []string{"x", "!!!", "MjAyNg", strings.Repeat("A", 100)} {
		if _, _, err := w.scouting.List(t.Context(), w.mentor, scouting.Filter{TeamID: w.team.ID, Limit: 1, Cursor: cursor}); !errors.Is(err, scouting.ErrCursor) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

// TestAFifthSeasonNeedsNoCode scouts a game that only exists as a file.
func TestAFifthSeasonNeedsNoCode(t *testing.T) {
	w := newWorld(t)
	book, err := seasons.Read(os.DirFS("seasons/testdata/fifth"))
	must(t, err)
	invented := scouting.New(w.pool, w.log, book)
	e := w.entry()
	e.Season, e.Data = 0, json.RawMessage(`{"startPlace":"REEF"}`)
	made, created, err := invented.Create(t.Context(), w.mentor, e)
	if err != nil || !created || made.Season != book.Newest().Year {
		t.Errorf("made %+v, %v", made, err)
	}
}

// TestAnErasedPersonIsForgotten looks through the whole database for who asked to be
// forgotten. Only the revocation that is on its way to the hubs may still hold the id.
func TestAnErasedPersonIsForgotten(t *testing.T) {
	w := newWorld(t)
	invite, err := w.teams.Invite(t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: teams.Leader})
	must(t, err)
	joined, err := w.teams.JoinAs(t.Context(), invite.Code, `Canary "Q" \ One`, accounts.Device{Name: "Canary's tablet"})
	must(t, err)
	leader, err := w.accounts.Actor(t.Context(), joined.Token)
	must(t, err)
	made, _, err := w.scouting.Create(t.Context(), leader, w.entry())
	must(t, err)
	_, err = w.teams.Invite(t.Context(), leader, w.team.ID, teams.NewInvite{Role: teams.Student})
	must(t, err)
	must(t, w.teams.Erase(t.Context(), leader))

	if _, err := w.accounts.Actor(t.Context(), joined.Token); !errors.Is(err, accounts.ErrBadToken) {
		t.Errorf("the token works: %v", err)
	}
	kept, err := w.scouting.Get(t.Context(), w.mentor, made.ID)
	if err != nil || kept.Scouter.DisplayName != accounts.FormerMember || kept.Scouter.ID == leader.UserID || kept.TotalScore != made.TotalScore {
		t.Errorf("the entry is now %+v, %v", kept, err)
	}
	for _, table := range []string{"users", "tokens", "memberships", "invites", "scouting_entries", "entry_revisions", "channel_events WHERE channel <> '!control'"} {
		rows, err := w.pool.Query(t.Context(), `SELECT t::text FROM (SELECT * FROM `+table+`) t`)
		must(t, err)
		for rows.Next() {
			var text string
			must(t, rows.Scan(&text))
			if strings.Contains(text, "Canary") || strings.Contains(text, leader.UserID.String()) {
				t.Errorf("%s knows %s", table, text)
			}
		}
		must(t, rows.Err())
	}
	page, err := w.log.Read(t.Context(), teams.PrivateChannel(w.team.ID), 0, 10)
	must(t, err)
	last := page.Events[len(page.Events)-1]
	if last.Name != "team:member-left" || !strings.Contains(string(last.Data), accounts.FormerMember) || page.Head != int64(len(page.Events)) {
		t.Errorf("the team hears %s %s; head %d of %d", last.Name, last.Data, page.Head, len(page.Events))
	}
	if err := w.teams.Erase(t.Context(), w.mentor); !errors.Is(err, teams.ErrLastMentor) {
		t.Errorf("the last mentor is erased: %v", err)
	}
}
