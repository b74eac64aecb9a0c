package eventday

import (
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/google/uuid"
)

// held is an entry in quarantine, as leads see it.
type held struct {
	ID     uuid.UUID
	Reason string
	Author *struct{ ID uuid.UUID }
}

// leave sends a scout, who has been away, out of the team for good, with two entries at
// least that are still on the tablet.
func (s *scout) leave(m int, path string) {
	for _, number := range s.squad.day.robots(m)[:2] {
		if !slices.ContainsFunc(s.waiting, func(r *record) bool { return r.robot == robot{m, number} }) {
			s.watchRobot(robot{m, number})
		}
	}
	s.gone = true
	s.squad.leader.want("DELETE", "/api/user-teams/"+s.squad.id.String()+path+s.id.String(), nil, http.StatusOK)
}

// remove removes a student. What is on their tablet still goes in, to quarantine.
func (q *squad) remove(s *scout, m int) {
	w := s.watch("private-team-" + q.id.String())
	s.leave(m, "/members/")
	w.await("the end of the membership", func() bool { return w.closed != "" })
	s.want("GET", "/api/scouting/entries?scoutingTeamId="+q.id.String(), nil, http.StatusNotFound)
	for _, result := range s.uploadBatch(s.waiting).Results {
		if result.Status != http.StatusAccepted || result.Quarantine == nil || result.Quarantine.Reason != "not-a-member" {
			s.t.Errorf("an entry of somebody removed: %+v", result)
		}
	}
	q.resolve(s.waiting, nil)
	s.uploadBatch(s.waiting) // the tablet did not hear of it
}

// revoke takes a shared tablet away. What is on it goes in by another one.
func (q *squad) revoke(s *scout, m int) {
	s.leave(m, "/devices/")
	s.want("GET", "/api/me", nil, http.StatusUnauthorized)
	courier := q.scouts[1].caller
	for _, result := range q.carry(courier, s.id, s.waiting).Results {
		if result.Status != http.StatusAccepted || result.Quarantine == nil {
			s.t.Errorf("an entry of a revoked tablet: %+v", result)
		}
	}
	q.resolve(s.waiting, courier)
}

// resolve lets the leader decide about what waits: all is accepted but the first, which is
// discarded. Where the team knows no author it is the courier.
func (q *squad) resolve(sent []*record, courier *caller) {
	t := q.day.t
	var waits []held
	q.leader.want("GET", "/api/scouting/quarantine?limit=200&scoutingTeamId="+q.id.String(), nil, http.StatusOK).into(t, &waits)
	if len(waits) != len(sent) {
		t.Errorf("%d entries wait, want %d", len(waits), len(sent))
	}
	for i, h := range waits {
		path := "/api/scouting/quarantine/" + h.ID.String()
		if i == 0 {
			q.leader.want("POST", path+"/discard", nil, http.StatusOK)
			continue
		}
		fix := fields{}
		if h.Author == nil && courier != nil {
			fix["scouterId"] = courier.id
			q.ledger.change(h.ID, 0, func(r *record) { r.author = courier.id })
		}
		q.leader.want("POST", path+"/accept", fix, http.StatusOK)
		q.ledger.store(h.ID)
	}
	q.count(&q.held, len(waits))
}

// editor is a lead at a pick list, with the version that they saw last.
type editor struct {
	*caller
	scout    *scout // for chance
	list     string
	version  int
	accepted []uuid.UUID
	refused  int
}

// editors make the team's pick list and are its two leads.
func (q *squad) editors() []*editor {
	var list struct {
		ID      string
		Version int
	}
	q.leader.want("POST", "/api/scouting/picklists", fields{
		"scoutingTeamId": q.id, "season": season, "eventCode": code, "name": "first " + q.canary, "allTeams": true,
	}, http.StatusCreated).into(q.day.t, &list)
	var both []*editor
	for _, lead := range []*caller{q.leader, q.mentor} {
		both = append(both, &editor{caller: lead, scout: q.scout(lead), list: list.ID, version: list.Version})
	}
	return both
}

// edit does some operations from what the editor saw last.
func (e *editor) edit() {
	random, canary := e.scout.random, e.scout.squad.canary
	for range 4 {
		id := e.scout.newID()
		op := fields{"id": id, "teamNumber": 1001 + random.IntN(24)}
		switch random.IntN(3) {
		case 0:
			op["kind"], op["after"] = "move", 0
		case 1:
			op["kind"], op["note"], op["tags"] = "set", "pick "+canary, []string{"tag " + canary}
		default:
			op["kind"], op["tier"] = "set", 1+random.IntN(9)
		}
		a := e.want("POST", "/api/scouting/picklists/"+e.list+"/operations", fields{"baseVersion": e.version, "operations": []fields{op}},
			http.StatusOK, http.StatusConflict)
		var list struct{ Version int }
		if a.status == http.StatusOK {
			e.accepted = append(e.accepted, id)
			if random.IntN(2) == 0 {
				continue // has not looked at what the other did
			}
		} else {
			e.refused++
		}
		e.want("GET", "/api/scouting/picklists/"+e.list, nil, http.StatusOK).into(e.t, &list)
		e.version = list.Version
	}
}

// picks lets all editors of all teams edit at once.
func picks(editors [][]*editor) {
	var all sync.WaitGroup
	for _, both := range editors {
		for _, e := range both {
			all.Go(e.edit)
		}
	}
	all.Wait()
}

// checkPicks holds a list's history against what its editors were told: every operation
// that was accepted, once.
func (q *squad) checkPicks(both []*editor) {
	t := q.day.t
	var history []struct {
		Version   int
		Operation struct{ ID uuid.UUID }
	}
	q.leader.want("GET", "/api/scouting/picklists/"+both[0].list+"/history?limit=200", nil, http.StatusOK).into(t, &history)
	accepted := slices.Concat(both[0].accepted, both[1].accepted)
	for i, step := range history {
		if step.Version != i+2 || !slices.Contains(accepted, step.Operation.ID) {
			t.Errorf("step %d of the pick list has version %d and nobody's operation %s", i, step.Version, step.Operation.ID)
		}
	}
	if len(history) != len(accepted) {
		t.Errorf("the pick list has %d operations, its editors were told of %d", len(history), len(accepted))
	}
	t.Logf("team %d: %d operations on the pick list, %d refused", q.index, len(accepted), both[0].refused+both[1].refused)
}

// snoop asks, as the other team and as nobody, for all that is the team's.
func (q *squad) snoop(list string) {
	other := q.day.squads[1-q.index].mentor
	nobody := &caller{t: q.day.t, hall: q.day.hall, rec: q.day.rec, audience: public, name: "nobody"}
	entry := q.ledger.list(anything)[0].id.String()
	where := fmt.Sprintf("scoutingTeamId=%s&season=%d&eventCode=%s", q.id, season, code)
	for _, path := range []string{
		"/api/user-teams/" + q.id.String(), "/api/user-teams/" + q.id.String() + "/members", "/api/user-teams/" + q.id.String() + "/devices",
		"/api/scouting/entries?" + where, "/api/scouting/entries/" + entry, "/api/scouting/entries/" + entry + "/history",
		"/api/scouting/entries/" + entry + "/deduct-partner", "/api/scouting/notes?" + where, "/api/scouting/pit?" + where, "/api/scouting/media?" + where,
		"/api/scouting/assignments?" + where, "/api/scouting/coverage?" + where, "/api/scouting/consensus?" + where, "/api/scouting/accuracy?" + where,
		"/api/scouting/team-summary/1003?" + where, "/api/scouting/compare?teams=1003,1004&" + where, "/api/scouting/quarantine?" + where,
		"/api/scouting/picklists?" + where, "/api/scouting/picklists/" + list, "/api/scouting/picklists/" + list + "/export.csv",
		"/api/channels/private-team-" + q.id.String() + "/events", "/api/scouting/export.csv?" + where, "/api/scouting/export.json?" + where,
	} {
		other.want("GET", path, nil, http.StatusNotFound, http.StatusForbidden)
		nobody.want("GET", path, nil, http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden)
	}
	for _, level := range []string{"EVENT", "PUBLIC", "PRIVATE"} {
		q.mentor.want("PATCH", "/api/user-teams/"+q.id.String(), fields{"sharingLevel": level}, http.StatusOK)
		for _, c := range []*caller{other, nobody} {
			c.want("GET", "/api/scouting/shared?limit=200&"+where[len("scoutingTeamId=")+37:], nil, http.StatusOK)
		}
	}
}
