package scouting_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func (w *world) pickList(numbers ...int) scouting.PickList {
	w.t.Helper()
	made, created, err := w.scouting.CreatePickList(w.t.Context(), w.mentor, scouting.NewPickList{
		ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", Name: "First pick", TeamNumbers: numbers,
	})
	must(w.t, err)
	if !created || made.Version != 1 {
		w.t.Fatalf("made %+v", made)
	}
	return made
}

func (w *world) read(id uuid.UUID) scouting.PickList {
	w.t.Helper()
	list, err := w.scouting.PickList(w.t.Context(), w.mentor, id)
	must(w.t, err)
	return list
}

// edit does operations that have to succeed.
func (w *world) edit(id uuid.UUID, base int, operations ...picklist.Operation) scouting.PickListEdit {
	w.t.Helper()
	edit, err := w.scouting.EditPickList(w.t.Context(), w.mentor, id, base, operations)
	must(w.t, err)
	return edit
}

func jot(number int, text string) picklist.Operation {
	return picklist.Operation{ID: uuid.New(), Kind: picklist.Set, TeamNumber: number, Note: &text}
}

func moveAfter(number, after int) picklist.Operation {
	return picklist.Operation{ID: uuid.New(), Kind: picklist.Move, TeamNumber: number, After: &after}
}

func numbersOn(list scouting.PickList) []int {
	return picklist.List{Items: list.Items}.Numbers()
}

// conflictOf returns what a refused edit says.
func conflictOf(t *testing.T, err error) scouting.PickListConflict {
	t.Helper()
	var refused *fault.Error
	if !errors.As(err, &refused) || !errors.Is(err, scouting.ErrPickListConflict) {
		t.Fatalf("%v is no conflict", err)
	}
	return refused.Extra.(scouting.PickListConflict)
}

// onlooker is a second screen: it reads the team's channel, and the list's history where
// the channel says that there is more.
type onlooker struct {
	w       *world
	seq     int64
	list    picklist.List
	version int
	ids     []uuid.UUID // of the operations, in their order
}

func (w *world) onlooker(list scouting.PickList) *onlooker {
	w.t.Helper()
	seq, _, err := w.log.Position(w.t.Context(), teams.PrivateChannel(w.team.ID))
	must(w.t, err)
	return &onlooker{w: w, seq: seq, list: picklist.List{Name: list.Name, Items: list.Items}, version: list.Version}
}

func (o *onlooker) catchUp(id uuid.UUID) {
	o.w.t.Helper()
	for {
		page, err := o.w.log.Read(o.w.t.Context(), teams.PrivateChannel(o.w.team.ID), o.seq, 100)
		must(o.w.t, err)
		if len(page.Events) == 0 {
			return
		}
		for _, event := range page.Events {
			var heard scouting.PickListChangedPayload
			must(o.w.t, json.Unmarshal(event.Data, &heard))
			if event.Name == "scouting:picklist-changed" && heard.ListID == id {
				o.follow(heard)
			}
		}
		o.seq = page.Next
	}
}

func (o *onlooker) follow(heard scouting.PickListChangedPayload) {
	t := o.w.t
	t.Helper()
	if heard.PreviousVersion != o.version || heard.Version != o.version+len(heard.OperationIDs) {
		t.Fatalf("at version %d: heard %+v", o.version, heard)
	}
	done, _, err := o.w.scouting.PickListHistory(t.Context(), o.w.mentor, heard.ListID, o.version, len(heard.OperationIDs))
	must(t, err)
	for i, op := range done {
		if op.Version != o.version+1 || op.Operation.ID != heard.OperationIDs[i] {
			t.Fatalf("version %d, then %+v; announced %v", o.version, op, heard.OperationIDs)
		}
		next, err := o.list.Apply(op.Operation)
		must(t, err)
		o.list, o.version, o.ids = next.List, op.Version, append(o.ids, op.Operation.ID)
	}
}

// TestEightWritersLoseNothing has eight leads do 400 operations on one list, each with a
// copy of their own that falls behind.
func TestEightWritersLoseNothing(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	screen := w.onlooker(list)
	var actors []accounts.Actor
	for range 8 {
		actors = append(actors, w.join(teams.Leader))
	}
	var all sync.WaitGroup
	acknowledged, conflicts := make([][]uuid.UUID, 8), make([]int, 8)
	for n, actor := range actors {
		all.Go(func() {
			seen := list
			for i := 0; len(acknowledged[n]) < 50; i++ {
				op := jot(1+(n+i)%10, fmt.Sprintf("writer %d, %d", n, i))
				if i%2 == 0 {
					op = moveAfter(1+(n*3+i)%10, 0)
				}
				edit, err := w.scouting.EditPickList(t.Context(), actor, list.ID, seen.Version, []picklist.Operation{op})
				if err == nil {
					acknowledged[n] = append(acknowledged[n], edit.Operations[0].Operation.ID)
				} else if errors.Is(err, scouting.ErrPickListConflict) {
					conflicts[n]++
				} else {
					t.Error(err)
					return
				}
				if err != nil || i%5 == 0 {
					if seen, err = w.scouting.PickList(t.Context(), actor, list.ID); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	screen.catchUp(list.ID)
	now := w.read(list.ID)
	if now.Version != 401 || !reflect.DeepEqual(screen.list.Items, now.Items) || screen.version != 401 {
		t.Errorf("version %d; the screen has version %d and %+v, the server %+v", now.Version, screen.version, screen.list.Items, now.Items)
	}
	for n, ids := range acknowledged {
		for _, id := range ids {
			if count := len(screen.ids) - len(slices.DeleteFunc(slices.Clone(screen.ids), func(other uuid.UUID) bool { return other == id })); count != 1 {
				t.Errorf("an operation of writer %d is %d times in the history", n, count)
			}
		}
	}
	t.Logf("conflicts by writer: %v", conflicts)
}

func TestEditorsWhoTouchDifferentThings(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1, 2, 3)
	w.edit(list.ID, 1, moveAfter(3, 0))
	both := w.edit(list.ID, 1, jot(1, "fast")) // had not seen the move
	if both.Version != 3 {
		t.Errorf("%+v", both)
	}
	first := jot(2, "slow")
	w.edit(list.ID, 1, first)
	_, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, 3, []picklist.Operation{jot(3, "new"), jot(2, "quick")})
	said := conflictOf(t, err)
	if said.Version != 4 || len(said.Conflicts) != 1 || said.Conflicts[0].Version != 4 || said.Conflicts[0].TeamNumber != 2 || said.Conflicts[0].Aspects[0] != "note" {
		t.Errorf("%+v", said)
	}
	now := w.read(list.ID)
	if !reflect.DeepEqual(numbersOn(now), []int{3, 1, 2}) || now.Items[0].Note != "" || now.Items[1].Note != "fast" || now.Items[2].Note != "slow" || now.Version != 4 {
		t.Errorf("now %+v", now)
	}
	if _, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, 5, []picklist.Operation{jot(1, "x")}); !errors.Is(err, picklist.ErrOperation) {
		t.Errorf("a version that is not yet: %v", err)
	}
}

func TestARepeatedOperationIsDoneOnce(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1, 2, 3)
	screen := w.onlooker(list)
	operations := []picklist.Operation{moveAfter(3, 0), jot(3, "first")}
	first := w.edit(list.ID, 1, operations...)
	w.edit(list.ID, 3, jot(3, "other"))
	again := w.edit(list.ID, 1, operations...)
	if !reflect.DeepEqual(again.Operations, first.Operations) || again.Version != 4 || len(first.Operations) != 2 {
		t.Errorf("first %+v, again %+v", first, again)
	}
	more := w.edit(list.ID, 4, operations[1], jot(1, "more")) // part of it is known
	if more.Version != 5 || more.Operations[0].Version != 3 || more.Operations[1].Version != 5 {
		t.Errorf("%+v", more)
	}
	changed := jot(3, "second")
	changed.ID = operations[1].ID
	if _, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, 5, []picklist.Operation{changed}); !errors.Is(err, scouting.ErrOperationID) {
		t.Errorf("another operation under the same id: %v", err)
	}
	twice := jot(1, "twice")
	if _, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, 5, []picklist.Operation{twice, twice}); !errors.Is(err, scouting.ErrOperationID) {
		t.Errorf("an id twice in one request: %v", err)
	}
	screen.catchUp(list.ID)
	if screen.version != 5 {
		t.Errorf("the screen is at version %d", screen.version)
	}
}

func TestParallelRepeatsOfAnOperationAreOne(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1, 2, 3)
	op := jot(2, "once")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			edit, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, 1, []picklist.Operation{op})
			if err != nil || edit.Operations[0].Version != 2 {
				t.Errorf("%+v, %v", edit, err)
			}
		})
	}
	all.Wait()
	if now := w.read(list.ID); now.Version != 2 {
		t.Errorf("version %d", now.Version)
	}
}

func TestAllOrNothing(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1, 2)
	_, before := w.count()
	_, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, 1, []picklist.Operation{jot(1, "x"), moveAfter(2, 0), jot(77, "nobody")})
	if !errors.Is(err, picklist.ErrOperation) || fault.From(err).Fields[0].Pointer != "/operations/2" {
		t.Errorf("%v %+v", err, fault.From(err).Fields)
	}
	_, after := w.count()
	now := w.read(list.ID)
	if now.Version != 1 || now.Items[0].Note != "" || after != before {
		t.Errorf("%d events more, and the list is %+v", after-before, now)
	}
}

func TestUndo(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1, 2, 3)
	undo := func(base, version int) (scouting.PickListEdit, error) {
		return w.scouting.UndoPickList(t.Context(), w.mentor, list.ID, base, uuid.New(), version)
	}
	if _, err := undo(1, 0); !errors.Is(err, scouting.ErrNothingToUndo) {
		t.Errorf("nothing was done: %v", err)
	}
	states := []scouting.PickList{w.read(list.ID)}
	for i, op := range []picklist.Operation{
		jot(2, "a"), jot(2, "b"), moveAfter(2, 0), {ID: uuid.New(), Kind: picklist.Remove, TeamNumber: 2},
		{ID: uuid.New(), Kind: picklist.StrikeIt, TeamNumber: 1, Strike: &picklist.Strike{Reason: picklist.Captain, Alliance: 2}},
		{ID: uuid.New(), Kind: picklist.Rename, Name: new("Second pick")},
	} {
		w.edit(list.ID, i+1, op)
		states = append(states, w.read(list.ID))
	}
	for i := len(states) - 2; i >= 0; i-- {
		base := w.read(list.ID).Version
		edit, err := undo(base, 0)
		must(t, err)
		now := w.read(list.ID)
		if edit.Operations[0].Undoes != i+2 || !reflect.DeepEqual(now.Items, states[i].Items) || now.Name != states[i].Name || now.Version != base+1 {
			t.Errorf("undo of version %d: %+v; the list is %+v, was %+v", i+2, edit, now, states[i])
		}
	}
	if _, err := undo(13, 0); !errors.Is(err, scouting.ErrNothingToUndo) {
		t.Errorf("everything is undone: %v", err)
	}
	// The last undo, undone, is note a done again; undoing once more takes it away.
	_, err := undo(13, 13)
	must(t, err)
	if again := w.read(list.ID); again.Items[1].Note != "a" {
		t.Errorf("done again: %+v", again)
	}
	edit, err := undo(14, 0)
	must(t, err)
	if edit.Operations[0].Undoes != 14 || w.read(list.ID).Items[1].Note != "" {
		t.Errorf("%+v, %+v", edit, w.read(list.ID))
	}
	w.edit(list.ID, 15, jot(3, "old"))
	w.edit(list.ID, 16, jot(3, "new"))
	_, err = undo(17, 16)
	if said := conflictOf(t, err); said.Conflicts[0].Version != 17 {
		t.Errorf("undo below a newer note: %+v", said)
	}
	if _, err := undo(16, 17); !errors.Is(err, scouting.ErrNothingToUndo) {
		t.Errorf("undo of what the editor has not seen: %v", err)
	}
}

func TestARepeatedUndoUndoesOnce(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1, 2)
	w.edit(list.ID, 1, jot(1, "a"), jot(2, "b"))
	id := uuid.New()
	for range 2 {
		edit, err := w.scouting.UndoPickList(t.Context(), w.mentor, list.ID, 3, id, 0)
		must(t, err)
		if edit.Version != 4 || edit.Operations[0].Version != 4 {
			t.Errorf("%+v", edit)
		}
	}
	if _, err := w.scouting.UndoPickList(t.Context(), w.mentor, list.ID, 4, id, 2); !errors.Is(err, scouting.ErrOperationID) {
		t.Errorf("another undo under the same id: %v", err)
	}
	if now := w.read(list.ID); now.Items[0].Note != "a" || now.Items[1].Note != "" {
		t.Errorf("%+v", now)
	}
}

func TestWhoMayUsePickLists(t *testing.T) {
	w := newWorld(t)
	list := w.pickList(1)
	for name, c := range map[string]struct {
		actor       accounts.Actor
		read, write error
	}{
		"a stranger": {accounts.Actor{UserID: uuid.New(), TokenID: uuid.New()}, scouting.ErrNoPickList, scouting.ErrNoPickList},
		"a friend":   {w.join(teams.Friend), scouting.ErrRole, scouting.ErrRole},
		"a student":  {w.join(teams.Student), nil, scouting.ErrRole},
		"a leader":   {w.join(teams.Leader), nil, nil},
	} {
		if _, err := w.scouting.PickList(t.Context(), c.actor, list.ID); !errors.Is(err, c.read) {
			t.Errorf("%s reads: %v", name, err)
		}
		if _, _, err := w.scouting.PickListHistory(t.Context(), c.actor, list.ID, 0, 10); !errors.Is(err, c.read) {
			t.Errorf("%s reads the history: %v", name, err)
		}
		if _, err := w.scouting.EditPickList(t.Context(), c.actor, list.ID, 1, []picklist.Operation{jot(1, name)}); !errors.Is(err, c.write) {
			t.Errorf("%s writes: %v", name, err)
		}
	}
}

func TestBeginnings(t *testing.T) {
	w := newWorld(t)
	key := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	must(t, w.ftc.Put(t.Context(), ftc.Competition{
		Event: ftc.Event{EventKey: key, Name: "Raleigh", Timezone: "UTC"},
		Teams: []ftc.Team{{Number: 731}, {Number: 6183}, {Number: 8569}, {Number: 9021}},
	}))
	begin := scouting.NewPickList{ID: uuid.New(), ScoutingTeamID: w.team.ID, EventCode: "usncra", Season: 2025, Name: " First  pick ", TeamNumbers: []int{9021, 4444}, AllTeams: true}
	first, _, err := w.scouting.CreatePickList(t.Context(), w.mentor, begin)
	must(t, err)
	if !reflect.DeepEqual(numbersOn(first), []int{9021, 4444, 731, 6183, 8569}) || first.EventCode != "USNCRA" || first.CreatedBy.DisplayName != "Mentor" || first.TeamCount != 5 {
		t.Errorf("made %+v", first)
	}
	again, created, err := w.scouting.CreatePickList(t.Context(), w.mentor, begin)
	if err != nil || created || !reflect.DeepEqual(again, first) {
		t.Errorf("again: %+v, %v, %v", again, created, err)
	}
	second := scouting.NewPickList{ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", Name: "If 9021 comes", DependsOn: &first.ID, WhenPicked: new(9021)}
	after, _, err := w.scouting.CreatePickList(t.Context(), w.mentor, second)
	if err != nil || *after.DependsOn != first.ID || *after.WhenPicked != 9021 || len(after.Items) != 0 {
		t.Errorf("the second list: %+v, %v", after, err)
	}
	for name, c := range map[string]struct {
		change func(n *scouting.NewPickList)
		want   error
	}{
		"an id of another FTC event": {func(n *scouting.NewPickList) {
			n.ID, n.DependsOn, n.WhenPicked, n.EventCode = first.ID, nil, nil, "OTHER"
		}, scouting.ErrPickListID},
		"depends on nothing":          {func(n *scouting.NewPickList) { n.DependsOn = new(uuid.New()) }, scouting.ErrPickList},
		"depends on another event's":  {func(n *scouting.NewPickList) { n.EventCode = "OTHER" }, scouting.ErrPickList},
		"after nobody's pick":         {func(n *scouting.NewPickList) { n.DependsOn = nil }, scouting.ErrPickList},
		"no name":                     {func(n *scouting.NewPickList) { n.Name = " " }, scouting.ErrPickList},
		"a name with a control":       {func(n *scouting.NewPickList) { n.Name = "a\nb" }, scouting.ErrPickList},
		"a team twice":                {func(n *scouting.NewPickList) { n.TeamNumbers = []int{5, 5} }, scouting.ErrPickList},
		"a team number of zero":       {func(n *scouting.NewPickList) { n.TeamNumbers = []int{0} }, scouting.ErrPickList},
		"a season that nobody knows":  {func(n *scouting.NewPickList) { n.Season = 1999 }, scouting.ErrSeason},
		"an event code with a space":  {func(n *scouting.NewPickList) { n.EventCode = "A B" }, ftc.ErrCode},
		"another team's workspace":    {func(n *scouting.NewPickList) { n.ScoutingTeamID = uuid.New() }, teams.ErrNoTeam},
		"more teams than a list has":  {func(n *scouting.NewPickList) { n.TeamNumbers = make([]int, 201) }, scouting.ErrPickList},
		"an event with 197 more than": {func(n *scouting.NewPickList) { n.TeamNumbers, n.AllTeams = span(10000, 197), true }, scouting.ErrPickList},
	} {
		n := second
		c.change(&n)
		if _, _, err := w.scouting.CreatePickList(t.Context(), w.mentor, n); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 18 {
		w.pickList()
	}
	if _, _, err := w.scouting.CreatePickList(t.Context(), w.mentor, second); !errors.Is(err, scouting.ErrTooManyPickLists) {
		t.Errorf("the 21st list: %v", err)
	}
}

func span(from, count int) []int {
	list := make([]int, count)
	for i := range list {
		list[i] = from + i
	}
	return list
}

func TestADeletedListIsGone(t *testing.T) {
	w := newWorld(t)
	first := w.pickList(1)
	second, _, err := w.scouting.CreatePickList(t.Context(), w.mentor, scouting.NewPickList{
		ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", Name: "Second pick", DependsOn: &first.ID,
	})
	must(t, err)
	w.edit(first.ID, 1, jot(1, "x"))
	must(t, w.scouting.DeletePickList(t.Context(), w.mentor, first.ID))
	if err := w.scouting.DeletePickList(t.Context(), w.mentor, first.ID); !errors.Is(err, scouting.ErrNoPickList) {
		t.Errorf("deleted twice: %v", err)
	}
	if _, err := w.scouting.EditPickList(t.Context(), w.mentor, first.ID, 2, []picklist.Operation{jot(1, "y")}); !errors.Is(err, scouting.ErrNoPickList) {
		t.Errorf("an operation on it: %v", err)
	}
	if left := w.read(second.ID); left.DependsOn != nil || left.Version != 1 {
		t.Errorf("the list that depended on it: %+v", left)
	}
	page, err := w.log.Read(t.Context(), teams.PrivateChannel(w.team.ID), 0, 100)
	must(t, err)
	if last := string(page.Events[len(page.Events)-1].Data); !strings.Contains(last, `"change":"deleted","version":2`) || !strings.Contains(last, first.ID.String()) {
		t.Errorf("the team hears %s", last)
	}
}

func TestADeletedTeamTakesItsLists(t *testing.T) {
	w := newWorld(t)
	first := w.pickList(1, 2)
	w.edit(first.ID, 1, jot(1, "x"))
	_, _, err := w.scouting.CreatePickList(t.Context(), w.mentor, scouting.NewPickList{
		ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", Name: "Second pick", DependsOn: &first.ID,
	})
	must(t, err)
	w.pick(2, &picklist.Strike{Reason: picklist.Declined})
	must(t, w.teams.Delete(t.Context(), w.mentor, w.team.ID))
	for _, table := range []string{"picklists", "picklist_items", "picklist_operations", "picklist_picks"} {
		var count int
		must(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&count))
		if count != 0 {
			t.Errorf("%s has %d rows", table, count)
		}
	}
}

// TestAnErasedEditorIsForgotten looks for somebody who edited in what pick lists keep.
func TestAnErasedEditorIsForgotten(t *testing.T) {
	w := newWorld(t)
	leader := w.join(teams.Leader)
	list, _, err := w.scouting.CreatePickList(t.Context(), leader, scouting.NewPickList{ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", Name: "x", TeamNumbers: []int{1}})
	must(t, err)
	_, err = w.scouting.EditPickList(t.Context(), leader, list.ID, 1, []picklist.Operation{jot(1, "x")})
	must(t, err)
	must(t, w.teams.Erase(t.Context(), leader))
	done, _, err := w.scouting.PickListHistory(t.Context(), w.mentor, list.ID, 0, 10)
	must(t, err)
	for _, who := range []accounts.User{done[0].Editor, w.read(list.ID).CreatedBy} {
		if who.DisplayName != accounts.FormerMember || who.ID == leader.UserID {
			t.Errorf("the list knows %+v", who)
		}
	}
}
