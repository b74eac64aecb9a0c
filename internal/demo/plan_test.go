package demo

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/uuid"
)

func theStage(t *testing.T) stage {
	return stage{script: theScript(t), seed: 7, world: uuid.MustParse("0199c0de-0000-7000-8000-000000000001"), round: 1}
}

func TestEveryMatchIsScouted(t *testing.T) {
	st := theStage(t)
	ids := map[uuid.UUID]bool{}
	for _, m := range st.script.quals() {
		byFirst := map[int]bool{}
		at := 0.0
		for _, task := range st.tasks(m) {
			if task.at < at || task.at >= 1 {
				t.Errorf("%s: a task at %v after %v", m.Description, task.at, at)
			}
			at = task.at
			e := task.entry
			ids[e.ID] = true
			if task.scout < scoutsOfFirst {
				byFirst[e.ScoutedTeam] = true
			}
			plays := false
			for _, r := range m.Robots {
				plays = plays || r.Number == e.ScoutedTeam && r.alliance() == e.Alliance
			}
			if !plays || e.MatchNumber != m.Number || e.EventCode != "ZZDEV1" || e.Season != 2025 {
				t.Errorf("%s: %+v", m.Description, e)
			}
		}
		if len(byFirst) != 4 {
			t.Errorf("%s: the first team watches %v", m.Description, byFirst)
		}
	}
	if len(ids) != 27*scoutCount {
		t.Errorf("%d ids", len(ids))
	}
	for id := range ids {
		if id.Version() != 4 || id.Variant() != uuid.RFC4122 {
			t.Errorf("id %s", id)
		}
	}
}

func TestSameStageSameEntries(t *testing.T) {
	st := theStage(t)
	all := func(st stage) string {
		var list [][]task
		for _, m := range st.script.quals() {
			list = append(list, st.tasks(m))
		}
		var entries []entry
		for _, tasks := range list {
			for _, task := range tasks {
				entries = append(entries, task.entry)
			}
		}
		raw, err := json.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	first := all(st)
	if all(theStage(t)) != first {
		t.Error("the same stage plays differently")
	}
	for name, change := range map[string]func(*stage){
		"seed":  func(st *stage) { st.seed++ },
		"world": func(st *stage) { st.world = uuid.New() },
		"round": func(st *stage) { st.round++ },
	} {
		other := st
		change(&other)
		if all(other) == first {
			t.Errorf("another %s plays the same", name)
		}
		a, b := st.tasks(st.script.quals()[0]), other.tasks(other.script.quals()[0])
		for i := range a {
			for j := range b {
				if a[i].entry.ID == b[j].entry.ID {
					t.Errorf("another %s repeats an id", name)
				}
			}
		}
	}
}

func TestScoutsTakeTurnsAway(t *testing.T) {
	st := theStage(t)
	var pattern []bool
	who := map[int]bool{}
	for match := 1; match <= 27; match++ {
		scout := st.away(match)
		pattern = append(pattern, scout >= 0)
		if scout >= 0 {
			who[scout] = true
		}
		if scout >= scoutCount {
			t.Errorf("scout %d is away", scout)
		}
	}
	if want := []bool{false, true, true, true, false, false, false}; !reflect.DeepEqual(pattern[:7], want) {
		t.Errorf("away %v", pattern[:7])
	}
	if len(who) < 2 {
		t.Errorf("only %v are ever away", who)
	}
	if st.away(2) != st.away(3) || st.away(3) != st.away(4) {
		t.Error("scouts change while one is away")
	}
}

func TestRemarks(t *testing.T) {
	said := map[string]bool{}
	for _, did := range []sighting{
		{Base: "FULL", TeleopClassified: 9}, {Base: "FULL"}, {TeleopOverflow: 1}, {}, {AutoLeave: true, TeleopDepot: 3}, {AutoLeave: true},
	} {
		said[remark(did, 0)] = true
	}
	if len(said) != 6 || said[""] {
		t.Errorf("remarks %v", said)
	}
	if remark(sighting{}, 1) != "" {
		t.Error("every robot gets a remark")
	}
}
