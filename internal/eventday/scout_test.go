package eventday

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/scouting/transfer"
)

// scout is somebody, or a shared tablet, who records what robots do. Only one goroutine at
// a time plays a scout.
type scout struct {
	*caller
	squad   *squad
	random  *rand.Rand
	tablet  bool
	gone    bool          // removed or revoked
	away    int           // has no network before this match
	waiting []*record     // recorded without network
	seats   map[int][]int // robots to watch, by match
	notes   int
}

// squad is a team with its people.
type squad struct {
	day            *day
	index          int
	id             uuid.UUID
	number         int
	canary         string
	mentor, leader *caller
	scouts         []*scout
	online         []*caller // scouts with a network, as of the last match
	ledger         ledger

	mu        sync.Mutex // guards the fields below
	conflicts int        // 409 answers to changes of entries
	losses    int        // answers that did not come
	carried   int        // entries brought by QR code
	late      int        // entries uploaded in batches
	held      int        // entries that went to quarantine
}

func (q *squad) count(what *int, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	*what += n
}

// chance is true in so many of a hundred cases.
func (s *scout) chance(percent int) bool { return s.random.IntN(100) < percent }

// play is what a scout does in one match: watches the robots that are theirs, sometimes
// another one, too, and records them.
func (s *scout) play(m int) {
	if s.gone {
		return
	}
	if s.away <= m {
		s.comeBack()
	}
	if s.away == 0 && m != replayed && s.chance(10) {
		s.away = m + 1 + s.random.IntN(3)
		if m < replayed {
			s.away = min(s.away, replayed)
		}
	}
	seats := s.seats[m]
	if robots := s.squad.day.robots(m); s.chance(15) {
		if other := robots[s.random.IntN(len(robots))]; len(seats) == 0 || seats[0] != other {
			seats = append([]int{other}, seats...)
		}
	}
	for _, number := range seats {
		s.watchRobot(robot{m, number})
	}
	if s.away > m {
		return
	}
	if s.chance(12) {
		s.edit()
	}
	if !s.tablet && s.chance(12) {
		s.remark(m)
	}
}

// comeBack ends a time without network.
func (s *scout) comeBack() {
	s.away = 0
	if len(s.waiting) > 0 {
		s.upload()
	}
}

// watchRobot records one robot.
func (s *scout) watchRobot(at robot) {
	r := &record{
		id: s.newID(), author: s.id, robot: at, alliance: s.squad.day.alliance(at), answers: s.see(at),
		notes: fmt.Sprintf("robot %d in match %d, %s", at.number, at.match, s.squad.canary),
	}
	s.squad.ledger.mean(r)
	if s.away > at.match {
		s.waiting = append(s.waiting, r)
		return
	}
	s.send("/api/scouting/entries", s.squad.wire(r))
	s.squad.ledger.store(r.id)
}

// newID is random and the same for the same seed.
func (s *scout) newID() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(s.random.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// see is the truth, seen by somebody who is not always right.
func (s *scout) see(at robot) answers {
	seen := maps.Clone(s.squad.day.truth(at))
	for _, key := range counts {
		if s.chance(20) {
			n, _ := strconv.Atoi(seen[key])
			seen[key] = strconv.Itoa(max(0, min(9, n+s.random.IntN(5)-2)))
		}
	}
	if s.chance(10) {
		seen["endgameBaseStatus"] = bases[s.random.IntN(len(bases))]
	}
	return seen
}

func (q *squad) wire(r *record) fields {
	return fields{
		"id": r.id, "scoutingTeamId": q.id, "season": season, "eventCode": code, "matchNumber": r.robot.match, "alliance": r.alliance,
		"scoutedTeamNumber": r.robot.number, "data": r.answers.json(), "notes": r.notes,
	}
}

// send posts until an answer comes: the network loses some, and some requests go out twice.
func (s *scout) send(path string, body any) answer {
	var twin sync.WaitGroup
	defer twin.Wait()
	if s.chance(8) {
		twin.Go(func() { s.want("POST", path, body, http.StatusOK, http.StatusCreated, http.StatusAccepted) })
	}
	for range 20 {
		what := none
		switch roll := s.random.IntN(100); {
		case roll < 12:
			what = answerLost
		case roll < 18:
			what = cutOff
		}
		a, err := s.try(what, "POST", path, body)
		if err != nil {
			s.squad.count(&s.squad.losses, 1)
			continue
		}
		if a.status != http.StatusOK && a.status != http.StatusCreated && a.status != http.StatusAccepted {
			s.t.Errorf("POST %s as %s: %d %.400s", path, s.name, a.status, a.raw)
		}
		return a
	}
	s.t.Errorf("POST %s as %s: no answer in 20 tries", path, s.name)
	return answer{}
}

// batchAnswer is what an upload is answered with.
type batchAnswer struct {
	Results []struct {
		ID         uuid.UUID
		Status     int
		Quarantine *struct{ Reason string }
	}
}

// upload brings what was recorded without network: in a batch, by QR code through somebody
// else's tablet, or both.
func (s *scout) upload() {
	sent := s.waiting
	s.waiting = nil
	carry := s.chance(40)
	if carry {
		s.squad.carry(s.squad.courier(s), s.id, sent)
	}
	if !carry || s.chance(30) {
		s.uploadBatch(sent)
	}
	for _, r := range sent {
		s.squad.ledger.store(r.id)
	}
}

func (s *scout) uploadBatch(sent []*record) batchAnswer {
	var entries []fields
	for _, r := range sent {
		entries = append(entries, s.squad.wire(r))
	}
	if s.chance(30) {
		entries = append(entries, entries[0]) // a duplicate in one upload
	}
	var out batchAnswer
	s.send("/api/scouting/entries/batch", fields{"entries": entries}).into(s.t, &out)
	for _, result := range out.Results {
		if result.Status >= 300 {
			s.t.Errorf("an entry of a batch of %s: %d", s.name, result.Status)
		}
	}
	s.squad.count(&s.squad.late, len(sent))
	return out
}

// courier is somebody else, whose tablet has a network.
func (q *squad) courier(but *scout) *caller {
	if len(q.online) > 0 {
		if other := q.online[but.random.IntN(len(q.online))]; other != but.caller {
			return other
		}
	}
	return q.leader
}

// carry packs entries as a tablet does by itself, and lets the courier scan and import them.
func (q *squad) carry(courier *caller, author uuid.UUID, sent []*record) batchAnswer {
	bundle := transfer.Bundle{Team: q.id}
	for _, r := range sent {
		form, _ := q.day.hall.book.Season(season)
		clean, _, err := form.Check(r.answers.json())
		if err != nil {
			courier.t.Error(err)
		}
		bundle.Entries = append(bundle.Entries, transfer.Entry{
			Place: transfer.Place{Season: season, EventCode: code, Level: "qual", MatchNumber: r.robot.match, Alliance: r.alliance, ScoutedTeam: r.robot.number},
			ID:    r.id, Author: author, FormVersion: form.Form.Version, Data: clean, Notes: r.notes,
		})
	}
	chunks, err := transfer.Encode(q.day.hall.book, bundle, 300)
	if err != nil {
		courier.t.Error(err)
	}
	var out batchAnswer
	for range 2 { // scanned, and scanned once more by mistake
		courier.want("POST", "/api/scouting/transfer/import", fields{"chunks": chunks}, http.StatusOK).into(courier.t, &out)
	}
	q.count(&q.carried, len(sent))
	return out
}

// edit changes an entry of the scout's own, now and then while the leader changes it, too.
func (s *scout) edit() {
	own := s.squad.ledger.list(func(r *record) bool { return r.author == s.id })
	if len(own) == 0 {
		return
	}
	r := own[s.random.IntN(len(own))]
	notes := r.notes + ", looked at again"
	var both sync.WaitGroup
	if s.chance(60) {
		depot := strconv.Itoa(s.random.IntN(9))
		both.Go(func() {
			s.squad.patch(s.squad.leader, r, fields{"data": answers{"teleopDepotCount": depot}.json()}, func(r *record) { r.answers["teleopDepotCount"] = depot })
		})
	}
	s.squad.patch(s.caller, r, fields{"notes": notes}, func(r *record) { r.notes = notes })
	both.Wait()
}

// patch changes an entry from the rev that was seen, and again from the newest one as long
// as somebody else was faster.
func (q *squad) patch(who *caller, r record, change fields, then func(*record)) {
	rev := r.rev
	for range 20 {
		change["rev"] = rev
		a := who.want("PATCH", "/api/scouting/entries/"+r.id.String(), change, http.StatusOK, http.StatusConflict)
		if a.status == http.StatusOK {
			q.ledger.change(r.id, rev+1, then)
			return
		}
		q.count(&q.conflicts, 1)
		var current struct{ Rev int }
		who.want("GET", "/api/scouting/entries/"+r.id.String(), nil, http.StatusOK).into(who.t, &current)
		rev = current.Rev
	}
	who.t.Errorf("%s never got to change %s", who.name, r.id)
}

// remark writes a note, and says in the pit what a robot is like.
func (s *scout) remark(m int) {
	robots := s.squad.day.robots(m)
	number := robots[s.random.IntN(len(robots))]
	s.send("/api/scouting/notes", fields{
		"id": s.newID(), "scoutingTeamId": s.squad.id, "season": season, "eventCode": code, "matchNumber": m, "scoutedTeamNumber": number,
		"reliability": 1 + s.random.IntN(5), "text": "note " + s.squad.canary,
	})
	s.notes++
	s.want("PUT", "/api/scouting/pit", fields{
		"scoutingTeamId": s.squad.id, "season": season, "scoutedTeamNumber": number, "drivetrain": "OTHER", "drivetrainOther": "legs " + s.squad.canary,
		"capabilities": []string{"climbs " + s.squad.canary}, "fields": fields{"colour": s.squad.canary}, "text": "pit " + s.squad.canary,
	}, http.StatusOK, http.StatusCreated, http.StatusConflict)
}
