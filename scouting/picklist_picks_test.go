package scouting_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func (w *world) pick(number int, strike *picklist.Strike) scouting.PickResult {
	w.t.Helper()
	result, err := w.scouting.RecordPick(w.t.Context(), w.mentor, scouting.Pick{ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", TeamNumber: number, Strike: strike})
	must(w.t, err)
	return result
}

func struckOn(list scouting.PickList) map[int]picklist.Strike {
	found := make(map[int]picklist.Strike)
	for _, item := range list.Items {
		if item.Struck != nil {
			found[item.TeamNumber] = *item.Struck
		}
	}
	return found
}

func TestAPickStrikesOnEveryList(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.pickList(1, 2, 3), w.pickList(2, 3), w.pickList(3)
	elsewhere, _, err := w.scouting.CreatePickList(t.Context(), w.mentor, scouting.NewPickList{ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "OTHER", Name: "x", TeamNumbers: []int{2}})
	must(t, err)
	screen := w.onlooker(first)
	w.edit(first.ID, 1, jot(2, "fast"))
	byTwo := picklist.Strike{Reason: picklist.Picked, Alliance: 2}
	if result := w.pick(2, &byTwo); len(result.Lists) != 2 {
		t.Errorf("struck on %+v", result.Lists)
	}
	if result := w.pick(2, &byTwo); len(result.Lists) != 0 {
		t.Errorf("the same pick again changes %+v", result.Lists)
	}
	w.edit(first.ID, 2, jot(3, "by an editor who had not heard of the pick"))
	want := map[int]picklist.Strike{2: byTwo}
	for _, list := range []scouting.PickList{first, second} {
		if got := struckOn(w.read(list.ID)); !reflect.DeepEqual(got, want) {
			t.Errorf("struck %v", got)
		}
	}
	for _, list := range []scouting.PickList{third, elsewhere} {
		if now := w.read(list.ID); now.Version != 1 || len(struckOn(now)) != 0 {
			t.Errorf("a list without the team, or of another FTC event: %+v", now)
		}
	}
	// Lists and items that come later know of it.
	if later := w.pickList(2, 1); !reflect.DeepEqual(struckOn(later), want) {
		t.Errorf("a later list: %+v", later)
	}
	w.edit(third.ID, 1, picklist.Operation{ID: uuid.New(), Kind: picklist.Insert, TeamNumber: 2})
	if got := struckOn(w.read(third.ID)); !reflect.DeepEqual(got, want) {
		t.Errorf("a later item: %v", got)
	}
	w.pick(1, &picklist.Strike{Reason: picklist.Declined})
	w.pick(1, &picklist.Strike{Reason: picklist.Captain, Alliance: 4}) // may still lead
	if got := struckOn(w.read(first.ID)); got[1] != (picklist.Strike{Reason: picklist.Captain, Alliance: 4}) {
		t.Errorf("struck %v", got)
	}
	w.pick(1, nil)
	w.pick(2, nil)
	if got := struckOn(w.read(first.ID)); len(got) != 0 {
		t.Errorf("taken back: %v", got)
	}
	screen.catchUp(first.ID)
	if now := w.read(first.ID); !reflect.DeepEqual(screen.list.Items, now.Items) {
		t.Errorf("a screen has %+v, the server %+v", screen.list.Items, now.Items)
	}
}

// TestARobotThatComesBack is taken off the list and put back by an undo: as it was, but for
// what was heard meanwhile.
func TestARobotThatComesBack(t *testing.T) {
	w := newWorld(t)
	byOne, byTwo := picklist.Strike{Reason: picklist.Picked, Alliance: 1}, picklist.Strike{Reason: picklist.Picked, Alliance: 2}
	remove := func() picklist.Operation {
		return picklist.Operation{ID: uuid.New(), Kind: picklist.Remove, TeamNumber: 2}
	}
	for name, c := range map[string]struct {
		before, meanwhile func(list scouting.PickList)
		want              *picklist.Strike
	}{
		"nothing":           {nil, nil, nil},
		"picked meanwhile":  {nil, func(scouting.PickList) { w.pick(2, &byOne) }, &byOne},
		"picked before":     {func(scouting.PickList) { w.pick(2, &byOne) }, nil, &byOne},
		"picked otherwise":  {func(scouting.PickList) { w.pick(2, &byOne) }, func(scouting.PickList) { w.pick(2, &byTwo) }, &byTwo},
		"the pick was none": {func(scouting.PickList) { w.pick(2, &byOne) }, func(scouting.PickList) { w.pick(2, nil) }, nil},
		"picked, but not struck on this list": {func(list scouting.PickList) {
			w.pick(2, &byOne)
			w.edit(list.ID, 2, picklist.Operation{ID: uuid.New(), Kind: picklist.Unstrike, TeamNumber: 2})
		}, nil, nil},
	} {
		w.pick(2, nil)
		list := w.pickList(1, 2, 3)
		if c.before != nil {
			c.before(list)
		}
		was := w.read(list.ID)
		w.edit(list.ID, was.Version, remove())
		if c.meanwhile != nil {
			c.meanwhile(list)
		}
		_, err := w.scouting.UndoPickList(t.Context(), w.mentor, list.ID, was.Version+1, uuid.New(), 0)
		must(t, err)
		want := slices.Clone(was.Items)
		want[1].Struck = c.want
		if now := w.read(list.ID); !reflect.DeepEqual(now.Items, want) {
			t.Errorf("%s: %+v, want %+v", name, now.Items, want)
		}
	}
}

func TestBadPicks(t *testing.T) {
	w := newWorld(t)
	good := scouting.Pick{ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", TeamNumber: 1, Strike: &picklist.Strike{Reason: picklist.Picked, Alliance: 1}}
	for name, c := range map[string]struct {
		change  func(p *scouting.Pick)
		pointer string
	}{
		"a team number of zero":       {func(p *scouting.Pick) { p.TeamNumber = 0 }, "/teamNumber"},
		"an alliance of 17":           {func(p *scouting.Pick) { p.Strike.Alliance = 17 }, "/alliance"},
		"declined and in an alliance": {func(p *scouting.Pick) { p.Strike.Reason = picklist.Declined }, "/alliance"},
		"a season that nobody knows":  {func(p *scouting.Pick) { p.Season = 1999 }, "/season"},
		"no event":                    {func(p *scouting.Pick) { p.EventCode = "" }, "/eventCode"},
	} {
		p := good
		strike := *good.Strike
		p.Strike = &strike
		c.change(&p)
		_, err := w.scouting.RecordPick(t.Context(), w.mentor, p)
		if known := fault.From(err); err == nil || len(known.Fields) == 0 || known.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, role := range []teams.Role{teams.Student, teams.Friend} {
		if _, err := w.scouting.RecordPick(t.Context(), w.join(role), good); !errors.Is(err, scouting.ErrRole) {
			t.Errorf("a %s: %v", role, err)
		}
	}
}

// TestPicksMissNothingThatComesMeanwhile has robots picked while lists are made and deleted
// and robots put on and taken off. In the end whoever was picked is struck wherever they stand.
func TestPicksMissNothingThatComesMeanwhile(t *testing.T) {
	w := newWorld(t)
	busy := w.pickList()
	var all sync.WaitGroup
	do := func(times int, work func(i int) error) {
		all.Go(func() {
			for i := range times {
				if err := work(i); err != nil {
					t.Errorf("%d: %v", i, err)
				}
			}
		})
	}
	leader := w.join(teams.Leader)
	do(40, func(i int) error {
		_, err := w.scouting.RecordPick(t.Context(), w.mentor, scouting.Pick{
			ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", TeamNumber: i + 1, Strike: &picklist.Strike{Reason: picklist.Picked, Alliance: 1 + i%8},
		})
		return err
	})
	do(15, func(i int) error {
		made, _, err := w.scouting.CreatePickList(t.Context(), leader, scouting.NewPickList{
			ScoutingTeamID: w.team.ID, Season: 2025, EventCode: "USNCRA", Name: fmt.Sprint(i), TeamNumbers: span(1, 40), DependsOn: &busy.ID,
		})
		if err == nil && i%3 == 0 {
			err = w.scouting.DeletePickList(t.Context(), leader, made.ID)
		}
		return err
	})
	for half := range 2 {
		do(20, func(i int) error {
			now, err := w.scouting.PickList(t.Context(), leader, busy.ID)
			if err == nil {
				_, err = w.scouting.EditPickList(t.Context(), leader, busy.ID, now.Version, []picklist.Operation{
					{ID: uuid.New(), Kind: picklist.Insert, TeamNumber: half*20 + i + 1, After: new(0)},
				})
			}
			return err
		})
	}
	all.Wait()
	lists, _, err := w.scouting.PickLists(t.Context(), w.mentor, scouting.PickListFilter{TeamID: w.team.ID, Limit: 100})
	must(t, err)
	if len(lists) != 11 {
		t.Errorf("%d lists", len(lists))
	}
	for _, head := range lists {
		if list := w.read(head.ID); len(list.Items) != 40 || len(struckOn(list)) != 40 {
			t.Errorf("list %s: %d of %d are struck", list.Name, len(struckOn(list)), len(list.Items))
		}
	}
	var deadlocks int
	must(t, w.pool.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks))
	if deadlocks != 0 {
		t.Errorf("%d deadlocks", deadlocks)
	}
}

// TestAnyEveningOfEditing has two editors and the hall's picks change a list in any order,
// and holds the stored list against a screen that applies what was announced.
func TestAnyEveningOfEditing(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		list := w.pickList(1, 2, 3, 4)
		picked := make(map[int]bool)
		defer func() { // each evening begins alike
			for number := range picked {
				w.pick(number, nil)
			}
			must(t, w.scouting.DeletePickList(t.Context(), w.mentor, list.ID))
		}()
		screen := w.onlooker(list)
		seen := []scouting.PickList{list, list} // what each editor has on the screen
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			who := rapid.IntRange(0, 1).Draw(rt, "editor")
			before := w.read(list.ID)
			switch rapid.IntRange(0, 6).Draw(rt, "step") {
			case 0:
				seen[who] = before
			case 1:
				number := rapid.IntRange(1, 6).Draw(rt, "picked")
				picked[number] = true
				w.pick(number, anyStrike(rt))
			case 2: // the last operation, by somebody who knows everything, is taken back exactly
				op := anyEdit(rt, before)
				done, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, before.Version, []picklist.Operation{op})
				must(t, err)
				_, err = w.scouting.UndoPickList(t.Context(), w.mentor, list.ID, done.Version, uuid.New(), 0)
				must(t, err)
				if now := w.read(list.ID); !reflect.DeepEqual(now.Items, before.Items) || now.Name != before.Name || now.Version != before.Version+2 {
					rt.Fatalf("%+v undone: %+v, was %+v", op, now, before)
				}
			default:
				_, err := w.scouting.EditPickList(t.Context(), w.mentor, list.ID, seen[who].Version, []picklist.Operation{anyEdit(rt, seen[who])})
				if err != nil && (seen[who].Version == before.Version || !errors.Is(err, scouting.ErrPickListConflict)) {
					rt.Fatal(err)
				}
			}
		}
		screen.catchUp(list.ID)
		now := w.read(list.ID)
		if !reflect.DeepEqual(screen.list, picklist.List{Name: now.Name, Items: now.Items}) || screen.version != now.Version || now.TeamCount != len(now.Items) {
			rt.Fatalf("a screen has %+v, the server %+v", screen.list, now)
		}
	})
}

func anyStrike(rt *rapid.T) *picklist.Strike {
	return rapid.SampledFrom([]*picklist.Strike{
		nil, {Reason: picklist.Declined}, {Reason: picklist.Picked, Alliance: 1}, {Reason: picklist.Captain, Alliance: 2},
	}).Draw(rt, "strike")
}

// anyEdit draws an operation that fits what the editor sees.
func anyEdit(rt *rapid.T, seen scouting.PickList) picklist.Operation {
	number := rapid.IntRange(1, 6).Draw(rt, "team")
	op := picklist.Operation{ID: uuid.New(), TeamNumber: number, Kind: picklist.Insert}
	if _, there := (picklist.List{Items: seen.Items}).Item(number); there {
		op.Kind = rapid.SampledFrom([]picklist.Kind{picklist.Move, picklist.Remove, picklist.Set, picklist.StrikeIt, picklist.Unstrike, picklist.Rename}).Draw(rt, "kind")
	}
	switch op.Kind {
	case picklist.Insert, picklist.Move:
		if after := rapid.SampledFrom(append(numbersOn(seen), 0)).Draw(rt, "after"); after != number {
			op.After = &after
		}
	case picklist.Set:
		op.Note, op.Tags = new(rapid.StringMatching(`[a-z"\\]{0,3}`).Draw(rt, "note")), new(rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z,"{}]`), 0, 3, rapid.ID).Draw(rt, "tags"))
	case picklist.StrikeIt:
		op.Strike = &picklist.Strike{Reason: picklist.Declined}
	case picklist.Rename:
		op.TeamNumber, op.Name = 0, new(rapid.StringMatching(`[a-z]{1,3}`).Draw(rt, "name"))
	}
	return op
}
