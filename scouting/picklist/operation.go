package picklist

import (
	"slices"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// ErrOperation is returned for an operation that fits no list, or not this one.
var ErrOperation = fault.New(fault.Invalid, "bad-picklist-operation", "This operation does not fit the pick list.")

// Kind says what an operation does.
type Kind string

// The kinds.
const (
	Insert   Kind = "insert"
	Remove   Kind = "remove"
	Move     Kind = "move"
	Set      Kind = "set" // tier, tags and note, those that are given
	StrikeIt Kind = "strike"
	Unstrike Kind = "unstrike"
	Rename   Kind = "rename" // the list
)

// Operation is one change of one item, or of the list's name. Fields that the kind does
// not use are nil.
type Operation struct {
	ID         uuid.UUID `json:"id"` // made by the client
	Kind       Kind      `json:"kind"`
	TeamNumber int       `json:"teamNumber,omitempty"`
	After      *int      `json:"after,omitempty"` // of insert and move: the team before; 0 is the start, none the end
	Tier       *int      `json:"tier,omitempty"`
	Tags       *[]string `json:"tags,omitempty"`
	Note       *string   `json:"note,omitempty"`
	Strike     *Strike   `json:"strike,omitempty"` // of strike; also of an insert of a team that is struck already
	Name       *string   `json:"name,omitempty"`
}

// Done is an operation that was applied.
type Done struct {
	List    List
	Op      Operation // with every default written out
	Inverse Operation // takes it back; has no id yet
}

// Apply does a clean operation. The list itself is left as it was.
func (l List) Apply(op Operation) (Done, error) {
	if op.Kind == Rename {
		was := l.Name
		l.Name = *op.Name
		return Done{List: l, Op: op, Inverse: Operation{Kind: Rename, Name: &was}}, nil
	}
	if op.Kind == Insert {
		return l.insert(op)
	}
	place := l.index(op.TeamNumber)
	if place < 0 {
		return Done{}, ErrOperation.Saying("Team %d is not on this list.", op.TeamNumber)
	}
	switch op.Kind {
	case Remove:
		return Done{List: l.without(place), Op: op, Inverse: asInsert(l.Items[place], l.before(place))}, nil
	case Move:
		return l.move(op, place)
	}
	item := l.Items[place]
	inverse := item.change(op)
	l.Items = slices.Clone(l.Items)
	l.Items[place] = item
	return Done{List: l, Op: op, Inverse: inverse}, nil
}

func (l List) insert(op Operation) (Done, error) {
	if l.index(op.TeamNumber) >= 0 {
		return Done{}, ErrOperation.Saying("Team %d is on this list already.", op.TeamNumber)
	}
	if len(l.Items) >= MaxItems {
		return Done{}, ErrOperation.Saying("A pick list has up to %d teams.", MaxItems)
	}
	item := Item{TeamNumber: op.TeamNumber, Tags: []string{}, Struck: op.Strike}
	item.change(Operation{Kind: Set, Tier: op.Tier, Tags: op.Tags, Note: op.Note})
	l, ok := l.put(item, op.After)
	if !ok {
		return Done{}, noAnchor(op)
	}
	done := asInsert(item, l.before(l.index(op.TeamNumber)))
	done.ID = op.ID
	return Done{List: l, Op: done, Inverse: Operation{Kind: Remove, TeamNumber: op.TeamNumber}}, nil
}

func (l List) move(op Operation, place int) (Done, error) {
	item, was := l.Items[place], l.before(place)
	l, ok := l.without(place).put(item, op.After)
	if !ok {
		return Done{}, noAnchor(op)
	}
	now := l.before(l.index(op.TeamNumber))
	op.After = &now
	return Done{List: l, Op: op, Inverse: Operation{Kind: Move, TeamNumber: op.TeamNumber, After: &was}}, nil
}

func noAnchor(op Operation) error {
	detail := "A team cannot stand after itself."
	if *op.After != op.TeamNumber {
		return ErrOperation.Saying("Team %d, after which team %d should stand, is not on this list.", *op.After, op.TeamNumber)
	}
	return ErrOperation.Saying("%s", detail)
}

// change sets what the operation gives and returns what takes it back.
func (i *Item) change(op Operation) Operation {
	inverse := Operation{Kind: op.Kind, TeamNumber: i.TeamNumber}
	was := *i
	switch op.Kind {
	case StrikeIt, Unstrike:
		inverse.Kind, inverse.Strike = Unstrike, was.Struck
		if was.Struck != nil {
			inverse.Kind = StrikeIt
		}
		i.Struck = op.Strike
		return inverse
	}
	if op.Tier != nil {
		i.Tier, inverse.Tier = *op.Tier, &was.Tier
	}
	if op.Tags != nil {
		i.Tags, inverse.Tags = *op.Tags, &was.Tags
	}
	if op.Note != nil {
		i.Note, inverse.Note = *op.Note, &was.Note
	}
	return inverse
}

// asInsert returns the operation that puts the item after the team.
func asInsert(item Item, after int) Operation {
	return Operation{
		Kind: Insert, TeamNumber: item.TeamNumber, After: &after, Tier: &item.Tier, Tags: &item.Tags, Note: &item.Note, Strike: item.Struck,
	}
}
