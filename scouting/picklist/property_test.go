package picklist_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
)

// ledger is a server in memory: the list, and what was done to it with the base of each.
type ledger struct {
	list    picklist.List
	changes []picklist.Change // version is the index plus 2
	bases   []int
	asked   []picklist.Operation
}

func (l *ledger) version() int { return len(l.changes) + 1 }

// submit does what the service does under the list's lock.
func (l *ledger) submit(op picklist.Operation, base int) error {
	if found := picklist.Conflicts(op, l.changes[base-1:]); len(found) > 0 {
		return fmt.Errorf("conflicts: %+v", found)
	}
	done, err := l.list.Apply(op)
	if err != nil {
		return err
	}
	l.list = done.List
	l.changes = append(l.changes, picklist.Change{Version: l.version() + 1, Op: done.Op})
	l.bases = append(l.bases, base)
	l.asked = append(l.asked, op)
	return nil
}

// editor is somebody with a copy of the list, who may be behind.
type editor struct {
	list    picklist.List
	version int
}

func (e *editor) follow(t *rapid.T, changes []picklist.Change) {
	for _, change := range changes {
		if change.Version != e.version+1 {
			t.Fatalf("version %d after %d", change.Version, e.version)
		}
		if (change.Op.Kind == picklist.Insert || change.Op.Kind == picklist.Move) && change.Op.After == nil {
			t.Fatalf("%+v does not say where", change.Op)
		}
		done, err := e.list.Apply(change.Op)
		if err != nil {
			t.Fatalf("a replica cannot do %+v: %v", change.Op, err)
		}
		if !reflect.DeepEqual(done.Op, change.Op) {
			t.Fatalf("announced %+v, done %+v", change.Op, done.Op)
		}
		e.list, e.version = done.List, change.Version
	}
}

// anyOperation draws an operation that fits the editor's own copy, mostly.
func anyOperation(t *rapid.T, seen picklist.List) picklist.Operation {
	numbers := append(seen.Numbers(), 50, 51, 52)
	number := rapid.SampledFrom(numbers).Draw(t, "team")
	op := picklist.Operation{ID: uuid.New(), TeamNumber: number}
	if _, there := seen.Item(number); !there {
		op.Kind = picklist.Insert
	} else {
		op.Kind = rapid.SampledFrom([]picklist.Kind{picklist.Move, picklist.Move, picklist.Remove, picklist.Set, picklist.Set, picklist.StrikeIt, picklist.Unstrike, picklist.Rename}).Draw(t, "kind")
	}
	text := rapid.StringMatching(`[a-z]{0,5}`)
	switch op.Kind {
	case picklist.Insert, picklist.Move:
		after := rapid.SampledFrom(append(seen.Numbers(), 0)).Draw(t, "after")
		if op.After = &after; after == number || rapid.Bool().Draw(t, "end") {
			op.After = nil
		}
	case picklist.Set:
		parts := rapid.IntRange(1, 7).Draw(t, "parts")
		if parts&1 != 0 {
			op.Tier = at(rapid.IntRange(0, picklist.MaxTier).Draw(t, "tier"))
		}
		if parts&2 != 0 {
			op.Tags = at(rapid.SliceOfN(rapid.StringMatching(`[a-z]`), 0, 3).Draw(t, "tags"))
		}
		if parts&4 != 0 {
			op.Note = at(text.Draw(t, "note"))
		}
	case picklist.StrikeIt:
		op.Strike = &picklist.Strike{Reason: picklist.Picked, Alliance: rapid.IntRange(1, 8).Draw(t, "alliance")}
	case picklist.Rename:
		op.TeamNumber, op.Name = 0, at(text.Draw(t, "name"))
	}
	return op
}

// TestTwoEditorsAndAnyOnlooker has two editors work on copies that fall behind. Whoever
// applies what was announced has the server's list, and what was acknowledged is there
// until somebody who knew of it changed it.
func TestTwoEditorsAndAnyOnlooker(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := list(1, 2, 3, 4, 5)
		server := &ledger{list: start}
		editors := []*editor{{start, 1}, {start, 1}}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			e := rapid.SampledFrom(editors).Draw(t, "editor")
			if rapid.IntRange(0, 3).Draw(t, "reads") == 0 {
				e.follow(t, server.changes[e.version-1:])
				continue
			}
			err := server.submit(anyOperation(t, e.list), e.version)
			if err != nil && e.version == server.version() {
				t.Fatalf("an editor who knows everything is refused: %v", err)
			}
		}
		onlooker := &editor{start, 1}
		for _, e := range append(editors, onlooker) {
			e.follow(t, server.changes[e.version-1:])
			if !reflect.DeepEqual(e.list, server.list) {
				t.Fatalf("a replica has %+v, the server %+v", e.list, server.list)
			}
		}
		nothingLost(t, server)
	})
}

// nothingLost holds the list against who wrote what last. It knows nothing of conflicts:
// it looks at values.
func nothingLost(t *rapid.T, server *ledger) {
	type part struct {
		team int
		name string
	}
	last, removed := make(map[part]int), make(map[int]int)
	write := func(team int, name string, i int) {
		p := part{team, name}
		if before, ok := last[p]; ok && server.bases[i] < server.changes[before].Version {
			t.Fatalf("%+v, based on version %d, overwrote %s of version %d", server.asked[i], server.bases[i], name, server.changes[before].Version)
		}
		last[p] = i
	}
	for i, change := range server.changes {
		op := change.Op
		delete(removed, op.TeamNumber)
		for name, given := range map[string]bool{"tier": op.Tier != nil, "tags": op.Tags != nil, "note": op.Note != nil, "place": op.After != nil,
			"strike": op.Kind == picklist.StrikeIt || op.Kind == picklist.Unstrike, "name": op.Name != nil} {
			if given || op.Kind == picklist.Remove {
				write(op.TeamNumber, name, i)
			}
		}
		if op.Kind == picklist.Remove {
			removed[op.TeamNumber] = i
		}
	}
	for p, i := range last {
		op := server.changes[i].Op
		if p.team == 0 {
			if p.name == "name" && op.Name != nil && server.list.Name != *op.Name {
				t.Fatalf("the name %q of version %d is lost", *op.Name, server.changes[i].Version)
			}
			continue
		}
		item, there := server.list.Item(p.team)
		if _, gone := removed[p.team]; gone == there {
			t.Fatalf("team %d is there: %v, though its last operation says otherwise", p.team, there)
		}
		if !there {
			continue
		}
		kept := map[string]bool{
			"tier": op.Tier == nil || item.Tier == *op.Tier, "tags": op.Tags == nil || reflect.DeepEqual(item.Tags, *op.Tags),
			"note": op.Note == nil || item.Note == *op.Note, "strike": op.Kind == picklist.Insert || reflect.DeepEqual(item.Struck, op.Strike),
		}
		if same, known := kept[p.name]; known && !same {
			t.Fatalf("%s of team %d, version %d, is lost: %+v", p.name, p.team, server.changes[i].Version, item)
		}
	}
}

// TestAnInverseRestoresTheListExactly undoes a random run from its end to its beginning.
func TestAnInverseRestoresTheListExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		states := []picklist.List{list(1, 2, 3, 4)}
		var inverses []picklist.Operation
		for range rapid.IntRange(1, 20).Draw(t, "operations") {
			now := states[len(states)-1]
			done, err := now.Apply(anyOperation(t, now))
			if err != nil {
				t.Fatal(err)
			}
			states, inverses = append(states, done.List), append(inverses, done.Inverse)
		}
		now := states[len(states)-1]
		for i := len(inverses) - 1; i >= 0; i-- {
			back, err := now.Apply(inverses[i])
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(back.List, states[i]) {
				t.Fatalf("undone to %+v, was %+v", back.List, states[i])
			}
			again, err := back.List.Apply(back.Inverse)
			if err != nil || !reflect.DeepEqual(again.List, now) {
				t.Fatalf("done again: %+v, %v; was %+v", again.List, err, now)
			}
			now = back.List
		}
	})
}
