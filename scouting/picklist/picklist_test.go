package picklist_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
)

func list(numbers ...int) picklist.List {
	l := picklist.List{Name: "First pick", Items: []picklist.Item{}}
	for _, number := range numbers {
		l.Items = append(l.Items, picklist.Item{TeamNumber: number, Tags: []string{}})
	}
	return l
}

func at[T any](v T) *T { return &v }

func TestOperations(t *testing.T) {
	start := list(1, 2, 3)
	for name, c := range map[string]struct {
		op   picklist.Operation
		want []int
	}{
		"insert at the start":      {picklist.Operation{Kind: picklist.Insert, TeamNumber: 9, After: at(0)}, []int{9, 1, 2, 3}},
		"insert in between":        {picklist.Operation{Kind: picklist.Insert, TeamNumber: 9, After: at(2)}, []int{1, 2, 9, 3}},
		"insert at the end":        {picklist.Operation{Kind: picklist.Insert, TeamNumber: 9}, []int{1, 2, 3, 9}},
		"move down":                {picklist.Operation{Kind: picklist.Move, TeamNumber: 1, After: at(2)}, []int{2, 1, 3}},
		"move up":                  {picklist.Operation{Kind: picklist.Move, TeamNumber: 3, After: at(1)}, []int{1, 3, 2}},
		"move to the start":        {picklist.Operation{Kind: picklist.Move, TeamNumber: 3, After: at(0)}, []int{3, 1, 2}},
		"move to the end":          {picklist.Operation{Kind: picklist.Move, TeamNumber: 1}, []int{2, 3, 1}},
		"move to where it is":      {picklist.Operation{Kind: picklist.Move, TeamNumber: 2, After: at(1)}, []int{1, 2, 3}},
		"remove":                   {picklist.Operation{Kind: picklist.Remove, TeamNumber: 2}, []int{1, 3}},
		"insert what is there":     {picklist.Operation{Kind: picklist.Insert, TeamNumber: 2}, nil},
		"insert after nobody":      {picklist.Operation{Kind: picklist.Insert, TeamNumber: 9, After: at(8)}, nil},
		"move after nobody":        {picklist.Operation{Kind: picklist.Move, TeamNumber: 1, After: at(8)}, nil},
		"move after itself":        {picklist.Operation{Kind: picklist.Move, TeamNumber: 1, After: at(1)}, nil},
		"remove nobody":            {picklist.Operation{Kind: picklist.Remove, TeamNumber: 8}, nil},
		"a note on nobody":         {picklist.Operation{Kind: picklist.Set, TeamNumber: 8, Note: at("x")}, nil},
		"a strike of nobody":       {picklist.Operation{Kind: picklist.StrikeIt, TeamNumber: 8}, nil},
		"a note keeps the order":   {picklist.Operation{Kind: picklist.Set, TeamNumber: 2, Note: at("x")}, []int{1, 2, 3}},
		"a strike keeps the order": {picklist.Operation{Kind: picklist.StrikeIt, TeamNumber: 2, Strike: &picklist.Strike{Reason: picklist.Declined}}, []int{1, 2, 3}},
	} {
		done, err := start.Apply(c.op)
		if c.want == nil {
			if err == nil {
				t.Errorf("%s: gives %v", name, done.List.Numbers())
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(done.List.Numbers(), c.want) {
			t.Errorf("%s: %v, %v; want %v", name, done.List.Numbers(), err, c.want)
		}
		if !reflect.DeepEqual(start, list(1, 2, 3)) {
			t.Fatalf("%s: the list before is now %+v", name, start)
		}
	}
	full := list()
	for number := range picklist.MaxItems {
		full.Items = append(full.Items, picklist.Item{TeamNumber: number + 1})
	}
	if _, err := full.Apply(picklist.Operation{Kind: picklist.Insert, TeamNumber: 999}); err == nil {
		t.Error("a full list takes one more")
	}
}

// TestWhatCommutes names pairs: the first was done, the second comes from an editor who had
// not seen it.
func TestWhatCommutes(t *testing.T) {
	note := func(number int) picklist.Operation {
		return picklist.Operation{Kind: picklist.Set, TeamNumber: number, Note: at("x")}
	}
	tier := picklist.Operation{Kind: picklist.Set, TeamNumber: 1, Tier: at(1)}
	move := func(number, after int) picklist.Operation {
		return picklist.Operation{Kind: picklist.Move, TeamNumber: number, After: at(after)}
	}
	insert := func(number, after int) picklist.Operation {
		return picklist.Operation{Kind: picklist.Insert, TeamNumber: number, After: at(after)}
	}
	remove := func(number int) picklist.Operation {
		return picklist.Operation{Kind: picklist.Remove, TeamNumber: number}
	}
	strike := picklist.Operation{Kind: picklist.StrikeIt, TeamNumber: 1, Strike: &picklist.Strike{Reason: picklist.Declined}}
	rename := picklist.Operation{Kind: picklist.Rename, Name: at("x")}
	for name, c := range map[string]struct {
		first, second picklist.Operation
		conflict      string // the aspects
	}{
		"move of A, note on B":               {move(1, 0), note(2), ""},
		"move of A, note on A":               {move(1, 0), note(1), ""},
		"note on A, tier of A":               {note(1), tier, ""},
		"strike of A, note on A":             {strike, note(1), ""},
		"strike of A, move of A":             {strike, move(1, 0), ""},
		"move of A, move of B to the start":  {move(1, 0), move(2, 0), ""},
		"insert of A, insert of B":           {insert(8, 1), insert(9, 1), ""},
		"rename, move":                       {rename, move(1, 0), ""},
		"two notes on A":                     {note(1), note(1), "note"},
		"two moves of A":                     {move(1, 0), move(1, 2), "place"},
		"two strikes of A":                   {strike, strike, "strike"},
		"two names":                          {rename, rename, "name"},
		"move of A, move of B after A":       {move(1, 0), move(2, 1), "place"},
		"move of A, insert of B after A":     {move(1, 0), insert(9, 1), "place"},
		"removal of A, move of B after A":    {remove(1), move(2, 1), "presence place"},
		"removal of A, note on A":            {remove(1), note(1), "presence note"},
		"removal of A, strike of A":          {remove(1), strike, "presence strike"},
		"note on A, removal of A":            {note(1), remove(1), "note"},
		"strike of A, removal of A":          {strike, remove(1), "strike"},
		"two inserts of A":                   {insert(9, 1), insert(9, 2), "presence place tier tags note strike"},
		"move of B after A, removal of A":    {move(2, 1), remove(1), ""},
		"move of B after A, move of A again": {move(2, 1), move(1, 0), ""},
	} {
		var got string
		for _, found := range picklist.Conflicts(c.second, []picklist.Change{{Version: 5, Op: c.first}}) {
			got = strings.Join(found.Aspects, " ")
			if found.Version != 5 || found.TeamNumber != c.first.TeamNumber {
				t.Errorf("%s: %+v", name, found)
			}
		}
		if got != c.conflict {
			t.Errorf("%s: conflict %q, want %q", name, got, c.conflict)
		}
	}
	undone := []picklist.Change{{Version: 2, Op: note(1)}, {Version: 3, Op: note(1), Undoes: 2}}
	if found := picklist.Conflicts(note(1), undone); len(found) != 0 {
		t.Errorf("a note that was undone stands in the way: %+v", found)
	}
	again := append(slices.Clone(undone), picklist.Change{Version: 4, Op: note(1), Undoes: 3})
	if found := picklist.Conflicts(note(1), again); len(found) != 1 || found[0].Version != 2 {
		t.Errorf("a note that was done again: %+v", found)
	}
	if found := picklist.Conflicts(note(1), undone[1:]); len(found) != 1 {
		t.Errorf("an undo of what the editor had seen: %+v", found)
	}
}

func TestClean(t *testing.T) {
	id := uuid.New()
	long := strings.Repeat("ä", 501)
	strike := func(reason picklist.Reason, alliance int) picklist.Operation {
		return picklist.Operation{ID: id, Kind: picklist.StrikeIt, TeamNumber: 1, Strike: &picklist.Strike{Reason: reason, Alliance: alliance}}
	}
	for name, c := range map[string]struct {
		op      picklist.Operation
		pointer string // of the first fault
	}{
		"a note of 500 letters":   {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Note: at(long[2:])}, ""},
		"a note of 501":           {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Note: &long}, "/note"},
		"a note with a bell":      {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Note: at("a\ab")}, "/note"},
		"a note that is no UTF-8": {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Note: at("a\xff")}, "/note"},
		"no id":                   {picklist.Operation{Kind: picklist.Remove, TeamNumber: 1}, "/id"},
		"no kind":                 {picklist.Operation{ID: id, TeamNumber: 1}, "/kind"},
		"no team":                 {picklist.Operation{ID: id, Kind: picklist.Remove}, "/teamNumber"},
		"a team too high":         {picklist.Operation{ID: id, Kind: picklist.Remove, TeamNumber: 100000}, "/teamNumber"},
		"nothing to set":          {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1}, "/kind"},
		"a move with a note":      {picklist.Operation{ID: id, Kind: picklist.Move, TeamNumber: 1, Note: at("x")}, "/note"},
		"an insert with a strike": {picklist.Operation{ID: id, Kind: picklist.Insert, TeamNumber: 1, Strike: &picklist.Strike{Reason: picklist.Declined}}, "/strike"},
		"after itself":            {picklist.Operation{ID: id, Kind: picklist.Move, TeamNumber: 1, After: at(1)}, "/after"},
		"after a negative":        {picklist.Operation{ID: id, Kind: picklist.Move, TeamNumber: 1, After: at(-1)}, "/after"},
		"a tier of 10":            {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Tier: at(10)}, "/tier"},
		"an empty tag":            {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Tags: &[]string{" "}}, "/tags"},
		"eleven tags":             {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Tags: at(strings.Split("abcdefghijk", ""))}, "/tags"},
		"no tags":                 {picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Tags: &[]string{}}, ""},
		"a strike for no reason":  {picklist.Operation{ID: id, Kind: picklist.StrikeIt, TeamNumber: 1}, "/strike"},
		"picked by nobody":        {strike(picklist.Picked, 0), "/strike"},
		"picked by the first":     {strike(picklist.Picked, 1), ""},
		"captain of the 17th":     {strike(picklist.Captain, 17), "/strike"},
		"declined":                {strike(picklist.Declined, 0), ""},
		"declined the first":      {strike(picklist.Declined, 1), "/strike"},
		"a rename to nothing":     {picklist.Operation{ID: id, Kind: picklist.Rename, Name: at("  ")}, "/name"},
		"a rename of a team":      {picklist.Operation{ID: id, Kind: picklist.Rename, Name: at("x"), TeamNumber: 1}, "/teamNumber"},
	} {
		_, faults := picklist.Clean(c.op)
		got := ""
		if len(faults) > 0 {
			got = faults[0].Pointer
		}
		if got != c.pointer {
			t.Errorf("%s: fault at %q, want %q", name, got, c.pointer)
		}
	}
	clean, _ := picklist.Clean(picklist.Operation{ID: id, Kind: picklist.Set, TeamNumber: 1, Note: at(" fast "), Tags: &[]string{" a", "a ", "b"}})
	if *clean.Note != "fast" || !reflect.DeepEqual(*clean.Tags, []string{"a", "b"}) {
		t.Errorf("cleaned to %q, %q", *clean.Note, *clean.Tags)
	}
}
