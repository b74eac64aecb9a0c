package picklist

import (
	"slices"

	"github.com/google/uuid"
)

// aspects are the parts of an item, or of the list itself, as a set.
type aspects uint8

const (
	presence aspects = 1 << iota
	place
	tier
	tags
	note
	strike
	name

	wholeItem = presence | place | tier | tags | note | strike
)

var aspectNames = []string{"presence", "place", "tier", "tags", "note", "strike", "name"}

func (a aspects) names() []string {
	list := []string{}
	for i, text := range aspectNames {
		if a&(1<<i) != 0 {
			list = append(list, text)
		}
	}
	return list
}

// writes returns what the operation changes of its team's item.
func (op Operation) writes() aspects {
	switch op.Kind {
	case Insert, Remove:
		return wholeItem
	case Move:
		return place
	case StrikeIt, Unstrike:
		return strike
	case Rename:
		return name
	case Set:
	}
	var set aspects
	if op.Tier != nil {
		set |= tier
	}
	if op.Tags != nil {
		set |= tags
	}
	if op.Note != nil {
		set |= note
	}
	return set
}

// relies returns what the operation writes of a team's item or needs to find as its editor
// saw it.
func (op Operation) relies(number int) aspects {
	var set aspects
	if number == op.TeamNumber {
		set = op.writes()
		if op.Kind != Rename {
			set |= presence
		}
	}
	if op.After != nil && *op.After != 0 && number == *op.After {
		set |= presence | place
	}
	return set
}

// Change is a recorded operation. Undoes is the version that it takes back, or 0.
type Change struct {
	Version int
	Op      Operation
	Undoes  int
}

// Conflict says what an operation would have overwritten or relied on.
type Conflict struct {
	OperationID uuid.UUID `json:"operationId"` // the one that was refused
	TeamNumber  int       `json:"teamNumber"`  // 0: the list itself
	Aspects     []string  `json:"aspects"`     // what changed: presence, place, tier, tags, note, strike or name
	Version     int       `json:"version"`     // at which it changed
}

// Conflicts returns what stands between an operation and a list that has changed since its
// editor saw it. Changes that were taken back again do not count.
func Conflicts(op Operation, since []Change) []Conflict {
	var found []Conflict
	for _, change := range standing(since) {
		if both := change.Op.writes() & op.relies(change.Op.TeamNumber); both != 0 {
			found = append(found, Conflict{OperationID: op.ID, TeamNumber: change.Op.TeamNumber, Aspects: both.names(), Version: change.Version})
		}
	}
	return found
}

// standing leaves out the pairs of an operation and its undo.
func standing(changes []Change) []Change {
	var gone []int
	for _, change := range slices.Backward(changes) {
		if change.Undoes != 0 && !slices.Contains(gone, change.Version) &&
			slices.ContainsFunc(changes, func(c Change) bool { return c.Version == change.Undoes }) {
			gone = append(gone, change.Version, change.Undoes)
		}
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return slices.Contains(gone, c.Version) })
}
