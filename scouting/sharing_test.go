package scouting_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// The two ends of the world: the date is a day further in the east.
const (
	east = "Pacific/Kiritimati" // UTC+14
	west = "Etc/GMT+12"         // UTC-12
)

// between returns a date that has begun in the east and not yet in the west.
func between() time.Time {
	return time.Now().UTC().Add(-10*time.Hour).Truncate(24*time.Hour).AddDate(0, 0, 1)
}

// official puts the FTC event with these dates and teams on record.
func (w *world) official(zone string, startsOn, endsOn *time.Time, numbers ...int) {
	w.t.Helper()
	key := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	c := ftc.Competition{Event: ftc.Event{EventKey: key, Name: "Raleigh", Timezone: zone, StartsOn: startsOn, EndsOn: endsOn}}
	for _, n := range numbers {
		c.Teams = append(c.Teams, ftc.Team{Number: n})
	}
	must(w.t, w.ftc.Put(w.t.Context(), c))
}

// elsewhere makes a mentor of another team with the number.
func (w *world) elsewhere(number int) (accounts.Actor, teams.Team) {
	w.t.Helper()
	grant, err := w.accounts.CreateOwner(w.t.Context(), accounts.NewOwner{DisplayName: "Other"})
	must(w.t, err)
	actor, err := w.accounts.Actor(w.t.Context(), grant.Token)
	must(w.t, err)
	team, err := w.teams.Create(w.t.Context(), actor, number, "")
	must(w.t, err)
	return actor, team
}

func (w *world) share(level string) {
	w.t.Helper()
	_, err := w.teams.Update(w.t.Context(), w.mentor, w.team.ID, teams.Change{SharingLevel: &level})
	must(w.t, err)
}

func (w *world) shared(who accounts.Actor) []scouting.SharedEntry {
	w.t.Helper()
	list, _, err := w.scouting.Shared(w.t.Context(), who, scouting.SharedFilter{Event: ftc.EventKey{Season: 2025, Code: "USNCRA"}, Limit: 200})
	must(w.t, err)
	return list
}

func TestWhoSeesWhatATeamShares(t *testing.T) {
	w := newWorld(t)
	day := time.Now().UTC().AddDate(0, 0, -2)
	w.official("UTC", &day, &day, 731, 4444)
	here, hereTeam := w.elsewhere(731)
	away, _ := w.elsewhere(9999)
	pairing, err := w.teams.AddDevice(t.Context(), here, hereTeam.ID, "")
	must(t, err)
	tablet, err := w.accounts.Actor(t.Context(), pairing.Token)
	must(t, err)
	for range 3 {
		_, _, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
		must(t, err)
	}
	elsewhere := w.entry()
	elsewhere.EventCode = "USTXHO"
	_, _, err = w.scouting.Create(t.Context(), w.mentor, elsewhere)
	must(t, err)
	readers := map[string]accounts.Actor{"nobody": {}, "a team at the FTC event": here, "its tablet": tablet, "a team that is not": away, "the team itself": w.mentor}
	levels := []struct {
		level string
		sees  []string
	}{
		{"PRIVATE", nil},
		{"EVENT", []string{"a team at the FTC event"}},
		{"PUBLIC", []string{"nobody", "a team at the FTC event", "its tablet", "a team that is not"}},
		{"EVENT", []string{"a team at the FTC event"}},
		{"PRIVATE", nil},
	}
	for _, c := range levels {
		w.share(c.level)
		for name, reader := range readers {
			want := 0
			if slices.Contains(c.sees, name) {
				want = 3
			}
			if got := w.shared(reader); len(got) != want {
				t.Errorf("%s: %s sees %d entries, want %d", c.level, name, len(got), want)
			}
		}
	}
	w.share("EVENT")
	must(t, w.teams.Delete(t.Context(), here, hereTeam.ID))
	if got := w.shared(here); len(got) != 0 {
		t.Errorf("who is in no team at the FTC event any more sees %d entries", len(got))
	}
}

func TestSharingWithTheEventBeginsWithIt(t *testing.T) {
	w := newWorld(t)
	here, _ := w.elsewhere(731)
	_, _, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	w.share("EVENT")
	if got := w.shared(here); len(got) != 0 {
		t.Errorf("an event that nobody imported: %d entries", len(got))
	}
	day := between()
	for _, c := range []struct {
		zone string
		day  *time.Time
		want int
	}{{east, &day, 1}, {west, &day, 0}, {east, nil, 0}, {"Nowhere/Atlantis", &day, btoi(!time.Now().Before(day))}} {
		w.official(c.zone, c.day, c.day, 731)
		if got := w.shared(here); len(got) != c.want {
			t.Errorf("in %s from %v: %d entries, want %d", c.zone, c.day, len(got), c.want)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestWhatIsSharedIsNarrow(t *testing.T) {
	w := newWorld(t)
	e := w.entry()
	e.Notes = "canary in the notes"
	made, _, err := w.scouting.Create(t.Context(), w.join(teams.Student), e)
	must(t, err)
	w.share("PUBLIC")
	list := w.shared(accounts.Actor{})
	raw, err := json.Marshal(list)
	must(t, err)
	var entries []map[string]json.RawMessage
	must(t, json.Unmarshal(raw, &entries))
	var keys []string
	for key := range entries[0] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	want := "alliance autoScore data endgameScore eventCode formVersion matchNumber scoutedTeamNumber season series sharedByTeamNumber teleopScore totalScore tournamentLevel"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("fields %s, want %s", got, want)
	}
	for _, secret := range []string{"canary", "Scout", made.ID.String(), made.Scouter.ID.String(), w.team.ID.String()} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("it shows %s: %s", secret, raw)
		}
	}
	if list[0].TotalScore != made.TotalScore || list[0].SharedBy != 8569 {
		t.Errorf("%+v of %+v", list[0], made)
	}
}

func TestPagesOfWhatIsShared(t *testing.T) {
	w := newWorld(t)
	w.share("PUBLIC")
	want := map[int]bool{}
	for n := 1; n <= 7; n++ {
		e := w.entry()
		e.MatchNumber, want[n] = n, true
		_, _, err := w.scouting.Create(t.Context(), w.mentor, e)
		must(t, err)
	}
	f := scouting.SharedFilter{Event: ftc.EventKey{Season: 2025, Code: "USNCRA"}, Limit: 3}
	for pages := 1; ; pages++ {
		list, next, err := w.scouting.Shared(t.Context(), accounts.Actor{}, f)
		must(t, err)
		for _, e := range list {
			if !want[e.MatchNumber] {
				t.Errorf("match %d twice", e.MatchNumber)
			}
			delete(want, e.MatchNumber)
		}
		if f.Cursor = next; next == "" || pages > 5 {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("never shown: %v", want)
	}
	none, robot := scouting.SharedFilter{Event: f.Event, Limit: 3}, 1
	none.ScoutedTeam = &robot
	if list, _, err := w.scouting.Shared(t.Context(), accounts.Actor{}, none); err != nil || len(list) != 0 {
		t.Errorf("of a robot that nobody scouted: %v, %v", list, err)
	}
	f.Cursor = "!"
	if _, _, err := w.scouting.Shared(t.Context(), accounts.Actor{}, f); !errors.Is(err, scouting.ErrCursor) {
		t.Errorf("a made-up cursor: %v", err)
	}
	f.Event.Code = "NONE"
	if _, _, err := w.scouting.Shared(t.Context(), accounts.Actor{}, f); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("an unknown FTC event: %v", err)
	}
}

func TestHowLongAnEntryIsOpen(t *testing.T) {
	w := newWorld(t)
	student, note := w.join(teams.Student), "mended"
	pairing, err := w.teams.AddDevice(t.Context(), w.mentor, w.team.ID, "")
	must(t, err)
	tablet, err := w.accounts.Actor(t.Context(), pairing.Token)
	must(t, err)
	change := func(who accounts.Actor, e scouting.Entry) error {
		_, err := w.scouting.Update(t.Context(), who, e.ID, scouting.Patch{Rev: e.Rev, Notes: &note})
		return err
	}
	lastDay := between().AddDate(0, 0, -2) // its second midnight after has come in the east alone
	for _, c := range []struct {
		name, zone string
		endsOn     *time.Time
		want       error
	}{
		{"without dates", east, nil, nil},
		{"the day after the last, in the west", west, &lastDay, nil},
		{"two days after the last, in the east", east, &lastDay, scouting.ErrClosed},
	} {
		w.official(c.zone, c.endsOn, c.endsOn)
		for who, actor := range map[string]accounts.Actor{"a student": student, "a tablet": tablet} {
			e, _, err := w.scouting.Create(t.Context(), actor, w.entry())
			must(t, err)
			if err := change(actor, e); !errors.Is(err, c.want) {
				t.Errorf("%s changes an entry %s: %v, want %v", who, c.name, err, c.want)
			}
		}
	}
	e, _, err := w.scouting.Create(t.Context(), student, w.entry())
	must(t, err)
	if err := w.scouting.Delete(t.Context(), student, e.ID); !errors.Is(err, scouting.ErrClosed) {
		t.Errorf("a student deletes it: %v", err)
	}
	if err := change(w.mentor, e); err != nil {
		t.Errorf("a mentor changes it: %v", err)
	}

	w.official(east, nil, nil)
	e, _, err = w.scouting.Create(t.Context(), tablet, w.entry())
	must(t, err)
	for minutes, want := range map[string]error{"14 minutes": nil, "16 minutes": scouting.ErrClosed} {
		_, err := w.pool.Exec(t.Context(), `UPDATE scouting_entries SET created_at = now() - $1::interval, rev = 1 WHERE id = $2`, minutes, e.ID)
		must(t, err)
		if err := change(tablet, e); !errors.Is(err, want) {
			t.Errorf("a tablet changes an entry after %s: %v, want %v", minutes, err, want)
		}
		_, err = w.pool.Exec(t.Context(), `DELETE FROM entry_revisions WHERE entry_id = $1`, e.ID)
		must(t, err)
	}
}

// TestATabletReadsItsOwnAndWhatItIsAssignedTo has a tablet among other scouts.
func TestATabletReadsItsOwnAndWhatItIsAssignedTo(t *testing.T) {
	w := newWorld(t)
	pairing, err := w.teams.AddDevice(t.Context(), w.mentor, w.team.ID, "")
	must(t, err)
	tablet, err := w.accounts.Actor(t.Context(), pairing.Token)
	must(t, err)
	make := func(who accounts.Actor, match int) scouting.Entry {
		e := w.entry()
		e.MatchNumber = match
		made, _, err := w.scouting.Create(t.Context(), who, e)
		must(t, err)
		return made
	}
	own, theirs, assigned := make(tablet, 1), make(w.mentor, 2), make(w.mentor, 3)
	_, err = w.pool.Exec(t.Context(), `INSERT INTO assignment_sheets (team_id, season, event_code) VALUES ($1, 2025, 'USNCRA')`, w.team.ID)
	must(t, err)
	_, err = w.pool.Exec(t.Context(), `INSERT INTO assignments (team_id, season, event_code, level, series, number, scout_id, robot, alliance, station, manual)
		VALUES ($1, 2025, 'USNCRA', 'qual', 0, 3, $2, $3, 'RED', 1, true), ($1, 2025, 'USNCRA', 'qual', 0, 2, $2, 1, 'RED', 1, true)`, w.team.ID, tablet.UserID, assigned.ScoutedTeam)
	must(t, err)
	for id, want := range map[uuid.UUID]error{own.ID: nil, assigned.ID: nil, theirs.ID: scouting.ErrRole} {
		if _, err := w.scouting.Get(t.Context(), tablet, id); !errors.Is(err, want) {
			t.Errorf("it reads an entry: %v, want %v", err, want)
		}
		if _, err := w.scouting.History(t.Context(), tablet, id); !errors.Is(err, want) {
			t.Errorf("it reads a history: %v, want %v", err, want)
		}
	}
	list, _, err := w.scouting.List(t.Context(), tablet, scouting.Filter{TeamID: w.team.ID, Limit: 10})
	if err != nil || len(list) != 2 || list[0].ID != assigned.ID || list[1].ID != own.ID {
		t.Errorf("its list is %+v, %v", list, err)
	}
	note := "mended"
	if _, err := w.scouting.Update(t.Context(), tablet, assigned.ID, scouting.Patch{Rev: 1, Notes: &note}); !errors.Is(err, scouting.ErrRole) {
		t.Errorf("it changes what it only reads: %v", err)
	}
}

// TestATeamGoesWithItsTablets deletes a team whose tablet has recorded.
func TestATeamGoesWithItsTablets(t *testing.T) {
	w := newWorld(t)
	pairing, err := w.teams.AddDevice(t.Context(), w.mentor, w.team.ID, "")
	must(t, err)
	tablet, err := w.accounts.Actor(t.Context(), pairing.Token)
	must(t, err)
	e, _, err := w.scouting.Create(t.Context(), tablet, w.entry())
	must(t, err)
	note := "mended"
	_, err = w.scouting.Update(t.Context(), tablet, e.ID, scouting.Patch{Rev: 1, Notes: &note})
	must(t, err)
	must(t, w.teams.Delete(t.Context(), w.mentor, w.team.ID))
	if _, err := w.accounts.Actor(t.Context(), pairing.Token); !errors.Is(err, accounts.ErrBadToken) {
		t.Errorf("its token: %v", err)
	}
	if _, err := w.accounts.Get(t.Context(), tablet.UserID); !errors.Is(err, accounts.ErrNoUser) {
		t.Errorf("it is still there: %v", err)
	}
}

// TestWhoIsRemovedKeepsTheirName, and only who erases themselves loses it.
func TestWhoIsRemovedKeepsTheirName(t *testing.T) {
	w := newWorld(t)
	scout := w.join(teams.Student)
	e, _, err := w.scouting.Create(t.Context(), scout, w.entry())
	must(t, err)
	name := func() string {
		got, err := w.scouting.Get(t.Context(), w.mentor, e.ID)
		must(t, err)
		return got.Scouter.DisplayName
	}
	must(t, w.teams.Remove(t.Context(), w.mentor, w.team.ID, scout.UserID))
	if got := name(); got != "Scout STUDENT" {
		t.Errorf("after the removal the scout is %q", got)
	}
	must(t, w.teams.Erase(t.Context(), scout))
	if got := name(); got != accounts.FormerMember {
		t.Errorf("after the erasure the scout is %q", got)
	}
}

// A team may keep to itself whom it scouts; its own channel hears all the same.
func TestTheHallNeedNotHear(t *testing.T) {
	w := newWorld(t)
	no := false
	team, err := w.teams.Update(t.Context(), w.mentor, w.team.ID, teams.Change{PublicEntries: &no})
	must(t, err)
	if team.PublicEntries || !w.team.PublicEntries {
		t.Errorf("before %+v, now %+v", w.team, team)
	}
	_, created, err := w.scouting.Create(t.Context(), w.mentor, w.entry())
	must(t, err)
	hall, err := w.log.Read(t.Context(), "event-USNCRA", 0, 10)
	must(t, err)
	own, err := w.log.Read(t.Context(), teams.PrivateChannel(w.team.ID), 1, 10)
	must(t, err)
	if !created || len(hall.Events) != 0 || len(own.Events) != 1 {
		t.Errorf("created %v; the hall hears %+v, the team %+v", created, hall.Events, own.Events)
	}
}
