package scouting_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// schedule makes qualification match 12 known, with 8569 and 9021 in red, 6183 and 731 in blue.
func (w *world) schedule() {
	w.t.Helper()
	key := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	must(w.t, w.ftc.Put(w.t.Context(), ftc.Competition{
		Event: ftc.Event{EventKey: key, Name: "Raleigh", Timezone: "UTC"},
		Matches: []ftc.Match{{MatchKey: ftc.MatchKey{EventKey: key, Level: ftc.Qual, Number: 12}, Robots: []ftc.Robot{
			{Alliance: ftc.Red, Station: 1, TeamNumber: 8569}, {Alliance: ftc.Red, Station: 2, TeamNumber: 9021},
			{Alliance: ftc.Blue, Station: 1, TeamNumber: 6183}, {Alliance: ftc.Blue, Station: 2, TeamNumber: 731},
		}}},
	}))
}

// leaves makes somebody a student of the team and removes them.
func (w *world) leaves() accounts.Actor {
	w.t.Helper()
	gone := w.join(teams.Student)
	must(w.t, w.teams.Remove(w.t.Context(), w.mentor, w.team.ID, gone.UserID))
	return gone
}

// quarantine is what the mentor sees.
func (w *world) quarantine() []scouting.HeldEntry {
	w.t.Helper()
	list, _, err := w.scouting.Quarantine(w.t.Context(), w.mentor, w.team.ID, false, "", 200)
	must(w.t, err)
	return list
}

func TestHonestWorkIsNeverRefused(t *testing.T) {
	w := newWorld(t)
	w.schedule()
	student, gone := w.join(teams.Student), w.leaves()
	demoted := w.join(teams.Student)
	_, err := w.teams.SetRole(t.Context(), w.mentor, w.team.ID, demoted.UserID, teams.Friend)
	must(t, err)
	stranger := accounts.Actor{UserID: uuid.New(), TokenID: uuid.New()}
	change := func(f func(*scouting.NewEntry)) scouting.NewEntry {
		e := w.entry()
		f(&e)
		return e
	}
	for name, c := range map[string]struct {
		actor  accounts.Actor
		entry  scouting.NewEntry
		reason scouting.Reason
		err    error
	}{
		"a good one":                 {student, w.entry(), "", nil},
		"another robot":              {student, change(func(e *scouting.NewEntry) { e.ScoutedTeam = 4444 }), scouting.RobotElsewhere, nil},
		"the other side":             {student, change(func(e *scouting.NewEntry) { e.Alliance = ftc.Blue }), scouting.RobotElsewhere, nil},
		"no such match":              {student, change(func(e *scouting.NewEntry) { e.MatchNumber = 99 }), scouting.MatchUnknown, nil},
		"a match of the playoffs":    {student, change(func(e *scouting.NewEntry) { e.Level, e.Series = ftc.Playoff, 3 }), "", nil},
		"an event without schedule":  {student, change(func(e *scouting.NewEntry) { e.EventCode = "LEAGUE3" }), "", nil},
		"a removed member":           {gone, w.entry(), scouting.SenderLeft, nil},
		"a removed member's, by one": {student, change(func(e *scouting.NewEntry) { e.Author = gone.UserID }), scouting.AuthorUnknown, nil},
		"an unknown author":          {student, change(func(e *scouting.NewEntry) { e.Author = uuid.New() }), scouting.AuthorUnknown, nil},
		"a scout who became friend":  {demoted, w.entry(), scouting.SenderLeft, nil},
		"a friend":                   {w.join(teams.Friend), w.entry(), "", scouting.ErrRole},
		"a stranger":                 {stranger, w.entry(), "", teams.ErrNoTeam},
		"a broken form":              {student, change(func(e *scouting.NewEntry) { e.Data = json.RawMessage(`{"autoLeave":7}`) }), "", scouting.ErrEntry},
		"an unknown season":          {student, change(func(e *scouting.NewEntry) { e.Season = 1999 }), "", scouting.ErrSeason},
	} {
		out := w.scouting.Upload(t.Context(), c.actor, c.entry)
		switch {
		case !errors.Is(out.Err, c.err):
			t.Errorf("%s: %v, want %v", name, out.Err, c.err)
		case c.reason == "" && (out.Held != nil || out.Created != (c.err == nil)):
			t.Errorf("%s: %+v", name, out)
		case c.reason != "" && (out.Held == nil || out.Held.Reason != c.reason || out.Held.ID != c.entry.ID || out.Created):
			t.Errorf("%s: %+v, want %s", name, out, c.reason)
		}
	}
	if held := w.quarantine(); len(held) != 7 {
		t.Errorf("%d wait", len(held))
	}
	single := w.entry()
	single.ScoutedTeam = 4444
	if _, _, err := w.scouting.Create(t.Context(), student, single); !errors.Is(err, scouting.ErrNotThere) || !strings.Contains(err.Error(), "731") {
		t.Errorf("one by itself: %v", err)
	}
}

// TestAnEntryInQuarantineKeepsItsID repeats the tablet's upload after every step.
func TestAnEntryInQuarantineKeepsItsID(t *testing.T) {
	w := newWorld(t)
	w.schedule()
	student := w.join(teams.Student)
	e := w.entry()
	e.ScoutedTeam = 4444
	repeat := func(held, entries int) {
		t.Helper()
		out := w.scouting.Upload(t.Context(), student, e)
		stored, _ := w.count()
		if out.Err != nil || (out.Held != nil) != (held == 1) && entries == 0 || len(w.quarantine()) != held || stored != entries || out.ID != e.ID {
			t.Errorf("a repeat: %+v; %d wait, %d entries; want %d, %d", out, len(w.quarantine()), stored, held, entries)
		}
	}
	repeat(1, 0)
	repeat(1, 0)
	other := e
	other.Notes = "something else"
	if out := w.scouting.Upload(t.Context(), student, other); !errors.Is(out.Err, scouting.ErrIDTaken) {
		t.Errorf("another entry under its id: %+v", out)
	}
	// The schedule is mended: what waits goes on waiting, so that nothing is decided twice.
	_, err := w.pool.Exec(t.Context(), `UPDATE match_teams SET team_number = 4444 WHERE team_number = 8569`)
	must(t, err)
	repeat(1, 0)
	_, err = w.pool.Exec(t.Context(), `UPDATE match_teams SET team_number = 8569 WHERE team_number = 4444`)
	must(t, err)
	must(t, w.scouting.DiscardHeld(t.Context(), w.mentor, e.ID))
	if out := w.scouting.Upload(t.Context(), student, e); out.Err != nil || out.Held == nil || len(w.quarantine()) != 0 {
		t.Errorf("a repeat of a discarded one: %+v", out)
	}
	must(t, w.scouting.RestoreHeld(t.Context(), w.mentor, e.ID))
	repeat(1, 0)
	number := 4445
	if _, err := w.scouting.AcceptHeld(t.Context(), w.mentor, e.ID, scouting.Fix{ScoutedTeam: &number}); !errors.Is(err, scouting.ErrNotThere) {
		t.Errorf("mended to another wrong robot: %v", err)
	}
	number = 9021
	made, err := w.scouting.AcceptHeld(t.Context(), w.mentor, e.ID, scouting.Fix{ScoutedTeam: &number})
	if err != nil || made.ID != e.ID || made.ScoutedTeam != 9021 || made.Scouter.ID != student.UserID || made.CourierID != nil {
		t.Errorf("accepted %+v, %v", made, err)
	}
	repeat(0, 1)
	if _, err := w.scouting.AcceptHeld(t.Context(), w.mentor, e.ID, scouting.Fix{}); !errors.Is(err, scouting.ErrNotHeld) {
		t.Errorf("accepted twice: %v", err)
	}
	var told []string
	page, err := w.log.Read(t.Context(), teams.PrivateChannel(w.team.ID), 0, 100)
	must(t, err)
	for _, event := range page.Events {
		var p scouting.QuarantineChangedPayload
		if must(t, json.Unmarshal(event.Data, &p)); p.Change != "" {
			told = append(told, fmt.Sprint(p.Change, p.Open))
		}
	}
	if got := strings.Join(told, " "); got != "held1 discarded0 restored1 accepted0" {
		t.Errorf("the team heard %s", got)
	}
}

func TestCreditGoesToTheAuthor(t *testing.T) {
	w := newWorld(t)
	author, courier, gone := w.join(teams.Student), w.join(teams.Student), w.leaves()
	e := w.entry()
	e.Author = author.UserID
	out := w.scouting.Upload(t.Context(), courier, e)
	if out.Err != nil || out.Entry.Scouter.ID != author.UserID || out.Entry.CourierID == nil || *out.Entry.CourierID != courier.UserID {
		t.Errorf("brought: %+v", out)
	}
	e.Author = uuid.Nil
	if again := w.scouting.Upload(t.Context(), author, e); again.Err != nil || again.Created || again.Entry.Scouter.ID != author.UserID {
		t.Errorf("the author's own tablet: %+v", again)
	}
	late := w.entry()
	must(t, w.scouting.Upload(t.Context(), gone, late).Err)
	held := w.quarantine()
	if len(held) != 1 || held[0].Author == nil || held[0].Author.ID != gone.UserID || held[0].Entry.TotalScore != 52 {
		t.Fatalf("held %+v", held)
	}
	made, err := w.scouting.AcceptHeld(t.Context(), w.mentor, late.ID, scouting.Fix{})
	if err != nil || made.Scouter.ID != gone.UserID || made.Scouter.DisplayName != "Scout STUDENT" {
		t.Errorf("accepted %+v, %v", made, err)
	}
	nobody := w.entry()
	nobody.Author = uuid.New()
	must(t, w.scouting.Upload(t.Context(), courier, nobody).Err)
	if _, err := w.scouting.AcceptHeld(t.Context(), w.mentor, nobody.ID, scouting.Fix{}); !errors.Is(err, scouting.ErrEntry) {
		t.Errorf("accepted without an author: %v", err)
	}
	stranger := uuid.New()
	if _, err := w.scouting.AcceptHeld(t.Context(), w.mentor, nobody.ID, scouting.Fix{Author: &stranger}); !errors.Is(err, scouting.ErrEntry) {
		t.Errorf("credited to a stranger: %v", err)
	}
	made, err = w.scouting.AcceptHeld(t.Context(), w.mentor, nobody.ID, scouting.Fix{Author: &author.UserID})
	if err != nil || made.Scouter.ID != author.UserID || made.CourierID == nil || *made.CourierID != courier.UserID {
		t.Errorf("credited: %+v, %v", made, err)
	}
}

// TestAStrangersNameStaysUnknown names somebody of another team as the author.
func TestAStrangersNameStaysUnknown(t *testing.T) {
	w := newWorld(t)
	other, err := w.teams.Create(t.Context(), w.join(teams.Mentor), 731, "Others")
	must(t, err)
	members, err := w.teams.Members(t.Context(), w.mentor, w.team.ID)
	must(t, err)
	e := w.entry()
	e.ScoutingTeamID, e.Author = other.ID, w.join(teams.Student).UserID
	for _, m := range members {
		if m.UserID == w.mentor.UserID {
			continue
		}
		lead := accounts.Actor{UserID: m.UserID, DisplayName: m.DisplayName}
		must(t, w.scouting.Upload(t.Context(), lead, e).Err)
		list, _, err := w.scouting.Quarantine(t.Context(), lead, other.ID, false, "", 10)
		if err != nil || len(list) != 1 || list[0].Author != nil || list[0].Entry.Scouter.DisplayName != "" {
			t.Errorf("shown %+v, %v", list, err)
		}
	}
}

// TestAQuarantineCannotBeFilled has somebody who has left send more than they may, from many
// connections at once.
func TestAQuarantineCannotBeFilled(t *testing.T) {
	w := newWorld(t)
	gone := w.leaves()
	var senders sync.WaitGroup
	var mu sync.Mutex
	held, refused := 0, 0
	for range 4 {
		senders.Go(func() {
			for range 30 {
				out := w.scouting.Upload(t.Context(), gone, w.entry())
				mu.Lock()
				switch {
				case out.Held != nil && out.Err == nil:
					held++
				case errors.Is(out.Err, scouting.ErrHeldTooMany):
					refused++
				default:
					t.Errorf("sent %+v", out)
				}
				mu.Unlock()
			}
		})
	}
	senders.Wait()
	if held != 100 || refused != 20 {
		t.Errorf("%d held, %d refused", held, refused)
	}
	for _, h := range w.quarantine() {
		must(t, w.scouting.DiscardHeld(t.Context(), w.mentor, h.ID))
	}
	if out := w.scouting.Upload(t.Context(), gone, w.entry()); !errors.Is(out.Err, scouting.ErrHeldTooMany) {
		t.Errorf("more after a discard: %+v", out)
	}
	if _, _, err := w.scouting.Quarantine(t.Context(), gone, w.team.ID, false, "", 10); !errors.Is(err, teams.ErrNoTeam) {
		t.Errorf("they read it: %v", err)
	}
}

// TestDiscardedEntriesAreForgotten moves a discard 31 days back.
func TestDiscardedEntriesAreForgotten(t *testing.T) {
	w := newWorld(t)
	gone := w.leaves()
	e := w.entry()
	must(t, w.scouting.Upload(t.Context(), gone, e).Err)
	must(t, w.scouting.DiscardHeld(t.Context(), w.mentor, e.ID))
	list, _, err := w.scouting.Quarantine(t.Context(), w.mentor, w.team.ID, true, "", 10)
	if err != nil || len(list) != 1 || list[0].DiscardedAt == nil {
		t.Errorf("discarded: %+v, %v", list, err)
	}
	_, err = w.pool.Exec(t.Context(), `UPDATE quarantine SET discarded_at = discarded_at - interval '31 days'`)
	must(t, err)
	list, _, err = w.scouting.Quarantine(t.Context(), w.mentor, w.team.ID, true, "", 10)
	if err != nil || len(list) != 0 {
		t.Errorf("after 31 days: %+v, %v", list, err)
	}
	must(t, w.scouting.Upload(t.Context(), gone, w.entry()).Err)
	var left int
	must(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM quarantine WHERE discarded_at IS NOT NULL`).Scan(&left))
	if left != 0 {
		t.Errorf("%d are still stored", left)
	}
	_, err = w.pool.Exec(t.Context(), `UPDATE former_scouts SET ended_at = ended_at - interval '31 days'`)
	must(t, err)
	if out := w.scouting.Upload(t.Context(), gone, w.entry()); !errors.Is(out.Err, teams.ErrNoTeam) {
		t.Errorf("31 days after they left: %+v", out)
	}
}

// TestAnErasedAuthorIsForgottenInQuarantineToo looks for the id of who asked to be forgotten.
func TestAnErasedAuthorIsForgottenInQuarantineToo(t *testing.T) {
	w := newWorld(t)
	w.schedule()
	scout := w.join(teams.Student)
	e := w.entry()
	e.MatchNumber = 99
	must(t, w.scouting.Upload(t.Context(), scout, e).Err)
	must(t, w.teams.Erase(t.Context(), scout))
	held := w.quarantine()
	if len(held) != 1 || held[0].Sender.DisplayName != accounts.FormerMember || held[0].Sender.ID == scout.UserID || held[0].Author.ID == scout.UserID {
		t.Errorf("held %+v", held)
	}
	var known int
	must(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM former_scouts f JOIN users u ON u.id = f.user_id`).Scan(&known))
	if known != 0 {
		t.Errorf("%d former scouts", known)
	}
	if made, err := w.scouting.AcceptHeld(t.Context(), w.mentor, e.ID, scouting.Fix{}); err != nil || made.Scouter.DisplayName != accounts.FormerMember {
		t.Errorf("accepted %+v, %v", made, err)
	}
}

// TestARemovedTabletsWorkComesByAnother pairs a shared tablet, removes it, and has a member
// bring what it held.
func TestARemovedTabletsWorkComesByAnother(t *testing.T) {
	w := newWorld(t)
	_, err := w.teams.AddDevice(t.Context(), w.mentor, w.team.ID, "Tablet 3")
	must(t, err)
	members, err := w.teams.Members(t.Context(), w.mentor, w.team.ID)
	must(t, err)
	var tablet uuid.UUID
	for _, m := range members {
		if m.Role == teams.Device {
			tablet = m.UserID
		}
	}
	must(t, w.teams.RemoveDevice(t.Context(), w.mentor, w.team.ID, tablet))
	e := w.entry()
	e.Author = tablet
	out := w.scouting.Upload(t.Context(), w.join(teams.Student), e)
	held := w.quarantine()
	if out.Err != nil || len(held) != 1 || held[0].Reason != scouting.AuthorUnknown || held[0].Author == nil || held[0].Author.DisplayName != "Tablet 3" {
		t.Errorf("%+v: held %+v", out, held)
	}
	if made, err := w.scouting.AcceptHeld(t.Context(), w.mentor, e.ID, scouting.Fix{}); err != nil || made.Scouter.DisplayName != "Tablet 3" {
		t.Errorf("accepted %+v, %v", made, err)
	}
}

// TestOneDecisionAndOneRow has eight tablets send the same wrong entry at once, and then
// eight leads decide about it at once.
func TestOneDecisionAndOneRow(t *testing.T) {
	w := newWorld(t)
	w.schedule()
	student := w.join(teams.Student)
	e := w.entry()
	e.ScoutedTeam = 4444
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if out := w.scouting.Upload(t.Context(), student, e); out.Err != nil || out.Held == nil {
				t.Errorf("sent %+v", out)
			}
		})
	}
	all.Wait()
	if _, events := w.count(); len(w.quarantine()) != 1 || events != 1 {
		t.Errorf("%d wait, %d events", len(w.quarantine()), events)
	}
	var mu sync.Mutex
	accepted := 0
	for range 8 {
		all.Go(func() {
			_, err := w.scouting.AcceptHeld(t.Context(), w.mentor, e.ID, scouting.Fix{})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				accepted++
			} else if !errors.Is(err, scouting.ErrNotHeld) {
				t.Errorf("decided: %v", err)
			}
		})
	}
	all.Wait()
	// held, accepted, the entry to the team, and to the public on two channels
	if entries, events := w.count(); accepted != 1 || entries != 1 || events != 5 {
		t.Errorf("%d accepted, %d entries, %d events", accepted, entries, events)
	}
}
