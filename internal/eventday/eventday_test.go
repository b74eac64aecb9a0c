package eventday

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// audience is who follows the day by sockets.
type audience struct {
	steady, flaky []*watcher
	all           []*watcher
}

// gather opens the sockets: coaches on their team's channel, spectators on the FTC event's
// and a match's. The flaky ones lose their connection now and then.
func (d *day) gather() *audience {
	a := new(audience)
	for _, q := range d.squads {
		channel := "private-team-" + q.id.String()
		a.steady = append(a.steady, q.mentor.watch(channel), q.mentor.watch("presence-team-"+q.id.String()))
		a.flaky = append(a.flaky, q.leader.watch(channel))
	}
	for i, channel := range []string{"event-" + code, fmt.Sprintf("event-%d-%s", season, code), fmt.Sprintf("match-%s-%d", code, replayed)} {
		spectator := &caller{t: d.t, hall: d.hall, rec: d.rec, audience: public, name: fmt.Sprint("spectator ", i)}
		a.steady = append(a.steady, spectator.watch(channel))
		a.flaky = append(a.flaky, spectator.watch(channel))
	}
	a.all = slices.Concat(a.steady, a.flaky)
	return a
}

// flicker lets some of the flaky lose or find their connection.
func (a *audience) flicker(d *day) {
	for _, w := range a.flaky {
		switch {
		case w.ws == nil && d.random.IntN(3) == 0:
			w.connect()
		case w.ws != nil && d.random.IntN(4) == 0:
			w.cut()
		}
	}
}

// settle reconnects everybody and holds what each has seen against the log.
func (a *audience) settle(t *testing.T) {
	for _, w := range a.flaky {
		if w.ws == nil {
			w.connect()
		}
	}
	for _, w := range a.all {
		w.complete(t)
	}
	for _, w := range a.steady {
		if w.gaps != 0 || w.live != len(w.applied)-w.before {
			t.Errorf("%s on %s, always connected, got %d of %d events by the socket with %d gaps", w.name, w.channel, w.live, len(w.applied), w.gaps)
		}
	}
}

// TestEventDay plays an FTC event of 40 matches with two teams and twelve scouts, with all
// that goes wrong in a hall, and then holds what there is against what everybody meant.
func TestEventDay(t *testing.T) {
	d := newDay(t)
	a := d.gather()
	editors := [][]*editor{d.squads[0].editors(), d.squads[1].editors()}
	leaver, tablet := d.squads[0].scouts[2], d.squads[1].scouts[5]
	for m := 1; m <= matches; m++ {
		switch m {
		case removal - 3:
			leaver.away = removal + 1
		case revoking - 2:
			tablet.away = revoking + 1
		}
		d.match(m)
		a.flicker(d)
		switch {
		case m == removal:
			d.squads[0].remove(leaver, m)
			d.squads[0].assign(m + 1)
		case m == revoking:
			d.squads[1].revoke(tablet, m)
			d.squads[1].assign(m + 1)
		case m == again:
			d.replay(replayed)
			d.result(corrected, d.began(corrected), 7)
		case m >= picking:
			picks(editors)
		}
	}
	d.scouted(func(s *scout) {
		if !s.gone {
			s.comeBack()
		}
	})
	a.settle(t)
	for i, q := range d.squads {
		q.check(t)
		q.checkPicks(editors[i])
		q.snoop(editors[i][0].list)
	}
	d.checkHall(t, a)
	d.checkMatches(t)
	d.checkSilence(t)
}

// check holds all that the team has against its ledger.
func (q *squad) check(t *testing.T) {
	t.Helper()
	stored := q.ledger.list(anything)
	t.Logf("team %d: %d entries meant, %d stored; %d in batches, %d by QR code, %d through quarantine, %d answers lost, %d changes in conflict",
		q.index, len(q.ledger.records), len(stored), q.late, q.carried, q.held, q.losses, q.conflicts)
	q.checkEntries(t, "the database", stored, q.inDatabase(t))
	q.checkEntries(t, "the API", stored, q.inAPI(t))
	q.checkEvents(t, stored)
	q.checkConsensus(t)
	q.checkCoverage(t)
	notes := 0
	for _, s := range q.scouts {
		notes += s.notes
	}
	var n int
	must(t, q.day.hall.pool.QueryRow(t.Context(), `SELECT count(*) FROM scouting_notes WHERE team_id = $1`, q.id).Scan(&n))
	if n != notes {
		t.Errorf("team %d has %d notes, meant %d", q.index, n, notes)
	}
}

// found is an entry as it is found in the end.
type found struct {
	author, alliance, notes string
	robot                   robot
	answers                 answers
	rev                     int
}

func (q *squad) inDatabase(t *testing.T) map[uuid.UUID]found {
	t.Helper()
	rows, err := q.day.hall.pool.Query(t.Context(), `SELECT id, scouter_id::text, match_number, scouted_team, alliance, data, notes, rev
		FROM scouting_entries WHERE team_id = $1 AND deleted_at IS NULL`, q.id)
	must(t, err)
	defer rows.Close()
	list := make(map[uuid.UUID]found)
	for rows.Next() {
		var id uuid.UUID
		var f found
		var data []byte
		must(t, rows.Scan(&id, &f.author, &f.robot.match, &f.robot.number, &f.alliance, &data, &f.notes, &f.rev))
		f.answers, err = readAnswers(data)
		must(t, err)
		list[id] = f
	}
	must(t, rows.Err())
	return list
}

func (q *squad) inAPI(t *testing.T) map[uuid.UUID]found {
	t.Helper()
	list := make(map[uuid.UUID]found)
	for cursor := ""; ; {
		a := q.leader.want("GET", "/api/scouting/entries?limit=50&scoutingTeamId="+q.id.String()+"&cursor="+cursor, nil, http.StatusOK)
		var page []struct {
			ID                uuid.UUID
			Scouter           struct{ ID string }
			MatchNumber       int
			ScoutedTeamNumber int
			Alliance, Notes   string
			Data              json.RawMessage
			Rev               int
		}
		a.into(t, &page)
		for _, e := range page {
			data, err := readAnswers(e.Data)
			must(t, err)
			if _, twice := list[e.ID]; twice {
				t.Errorf("the list shows %s twice", e.ID)
			}
			list[e.ID] = found{e.Scouter.ID, e.Alliance, e.Notes, robot{e.MatchNumber, e.ScoutedTeamNumber}, data, e.Rev}
		}
		if cursor = a.next(); cursor == "" {
			return list
		}
	}
}

func (q *squad) checkEntries(t *testing.T, where string, want []record, got map[uuid.UUID]found) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d entries of team %d, its scouts meant %d", where, len(got), q.index, len(want))
	}
	for _, r := range want {
		f, there := got[r.id]
		switch {
		case !there:
			t.Errorf("%s lacks %s of %v", where, r.id, r.robot)
		case f.author != r.author.String() || f.robot != r.robot || f.alliance != r.alliance || f.notes != r.notes || f.rev != r.rev || !maps.Equal(f.answers, r.answers):
			t.Errorf("%s has %+v, meant %+v", where, f, r)
		}
	}
}

// checkEvents wants one scouting:entry-created of each entry, and one update of each change.
func (q *squad) checkEvents(t *testing.T, stored []record) {
	t.Helper()
	want := make(map[string]int)
	for _, r := range stored {
		want["scouting:entry-created "+r.id.String()] = 1
		if r.rev > 1 {
			want["scouting:entry-updated "+r.id.String()] = r.rev - 1
		}
	}
	rows, err := q.day.hall.pool.Query(t.Context(), `SELECT name || ' ' || (payload->'entry'->>'id'), count(*) FROM channel_events
		WHERE channel = $1 AND name LIKE 'scouting:entry-%' GROUP BY 1`, "private-team-"+q.id.String())
	must(t, err)
	defer rows.Close()
	got := make(map[string]int)
	for rows.Next() {
		var name string
		var n int
		must(t, rows.Scan(&name, &n))
		got[name] = n
	}
	must(t, rows.Err())
	if !maps.Equal(got, want) {
		t.Errorf("team %d was told of %d things about entries, want %d", q.index, len(got), len(want))
	}
}

// checkConsensus holds what the API makes of the reports against what the ledger gives.
func (q *squad) checkConsensus(t *testing.T) {
	t.Helper()
	want := q.ledger.consensus()
	got := make(map[robot]answers)
	for cursor := ""; ; {
		a := q.leader.want("GET", fmt.Sprintf("/api/scouting/consensus?limit=50&scoutingTeamId=%s&season=%d&eventCode=%s&cursor=%s", q.id, season, code, cursor), nil, http.StatusOK)
		var page []struct {
			MatchNumber       int
			ScoutedTeamNumber int
			Data              json.RawMessage
		}
		a.into(t, &page)
		for _, r := range page {
			data, err := readAnswers(r.Data)
			must(t, err)
			got[robot{r.MatchNumber, r.ScoutedTeamNumber}] = data
		}
		if cursor = a.next(); cursor == "" {
			break
		}
	}
	if len(got) != len(want) {
		t.Errorf("team %d agrees on %d robots, the ledger on %d", q.index, len(got), len(want))
	}
	for at, agreed := range want {
		if !maps.Equal(agreed, got[at]) {
			t.Errorf("team %d on %v: %v, the ledger has %v", q.index, at, got[at], agreed)
		}
	}
}

// checkCoverage wants every robot that was scouted to be covered, and every other missing.
func (q *squad) checkCoverage(t *testing.T) {
	t.Helper()
	var coverage struct {
		Matches []struct {
			MatchNumber int
			Robots      []struct {
				ScoutedTeamNumber, Entries, Missing int
				Status                              string
			}
		}
	}
	q.leader.want("GET", fmt.Sprintf("/api/scouting/coverage?scoutingTeamId=%s&season=%d&eventCode=%s", q.id, season, code), nil, http.StatusOK).into(t, &coverage)
	entries := make(map[robot]int)
	for _, r := range q.ledger.list(anything) {
		entries[r.robot]++
	}
	robots := 0
	for _, m := range coverage.Matches {
		for _, r := range m.Robots {
			robots++
			n := entries[robot{m.MatchNumber, r.ScoutedTeamNumber}]
			if r.Entries != n || (n > 0) != (r.Status == "covered") || (n == 0 && r.ScoutedTeamNumber != q.number) != (r.Missing > 0) {
				t.Errorf("team %d, match %d, robot %d: %+v, the ledger has %d", q.index, m.MatchNumber, r.ScoutedTeamNumber, r, n)
			}
		}
	}
	if robots != 4*matches {
		t.Errorf("%d robots are covered or not, want %d", robots, 4*matches)
	}
}

// checkHall wants nothing of scouting on public channels but the five fields of
// scouting:new-entry, with seq, id and time: one for each entry of either team.
func (d *day) checkHall(t *testing.T, a *audience) {
	t.Helper()
	entries := len(d.squads[0].ledger.list(anything)) + len(d.squads[1].ledger.list(anything))
	for _, w := range a.all {
		if w.audience != public {
			continue
		}
		w.mu.Lock()
		for name, shapes := range w.shapes {
			if strings.HasPrefix(name, "match:") {
				continue
			}
			if name != "scouting:new-entry" || len(shapes) != 1 || shapes[0] != "at eventCode id level matchNumber scoutedTeamNumber season seq" {
				t.Errorf("%s shows the hall %s with %v", w.channel, name, shapes)
			}
		}
		w.mu.Unlock()
		var n int
		must(t, d.hall.pool.QueryRow(t.Context(), `SELECT count(*) FROM channel_events WHERE channel = $1 AND name = 'scouting:new-entry'`, w.channel).Scan(&n))
		if strings.HasPrefix(w.channel, "event-") && n != entries {
			t.Errorf("%s tells of %d new entries of %d", w.channel, n, entries)
		}
	}
}

// checkMatches wants each match told as it went: one start and one result, but for the one
// that was played again and the one whose result was corrected.
func (d *day) checkMatches(t *testing.T) {
	t.Helper()
	rows, err := d.hall.pool.Query(t.Context(), `SELECT (payload->>'matchNumber')::int, string_agg(substr(name, 7) || coalesce(' ' || (payload->>'rev'), ''), ', ' ORDER BY seq)
		FROM channel_events WHERE channel = $1 AND name LIKE 'match:%' GROUP BY 1`, "event-"+code)
	must(t, err)
	defer rows.Close()
	told := 0
	for rows.Next() {
		var m int
		var got string
		must(t, rows.Scan(&m, &got))
		want := "started, completed 1"
		switch m {
		case replayed:
			want += ", started, completed 2"
		case corrected:
			want += ", completed 2"
		}
		if got != want {
			t.Errorf("of match %d the hall was told %s, want %s", m, got, want)
		}
		told++
	}
	must(t, rows.Err())
	if told != matches {
		t.Errorf("the hall was told of %d matches", told)
	}
}

// checkSilence wants no canary in what is for nobody's eyes in particular.
func (d *day) checkSilence(t *testing.T) {
	t.Helper()
	for where, text := range map[string]string{"the server's log": d.hall.logs.text(), "a webhook": d.hall.webhooks.text()} {
		if text == "" {
			t.Errorf("%s is empty", where)
		}
		d.rec.heard(public, where, text)
	}
	d.rec.silent(t)
}
