package picklist

import "slices"

// MaxItems is the most teams on one list.
const MaxItems = 200

// Reason says why a team can no longer be picked.
type Reason string

// The reasons.
const (
	Picked   Reason = "picked"   // is in an alliance
	Captain  Reason = "captain"  // leads an alliance
	Declined Reason = "declined" // said no; nobody may ask again
)

// Strike takes a team out of the choice without taking it off the list.
type Strike struct {
	Reason   Reason `json:"reason"`
	Alliance int    `json:"alliance,omitempty"` // its number, from 1; 0 after a no
}

// Item is a team on a list.
type Item struct {
	TeamNumber int      `json:"teamNumber"`
	Tier       int      `json:"tier"` // 1 is the best; 0 is none
	Tags       []string `json:"tags"`
	Note       string   `json:"note"`
	Struck     *Strike  `json:"struck,omitempty"`
}

// List is a pick list as one version of it: who comes before whom.
type List struct {
	Name  string
	Items []Item
}

// Numbers returns the order.
func (l List) Numbers() []int {
	numbers := make([]int, len(l.Items))
	for i, item := range l.Items {
		numbers[i] = item.TeamNumber
	}
	return numbers
}

// Item returns the item of a team.
func (l List) Item(number int) (Item, bool) {
	i := l.index(number)
	if i < 0 {
		return Item{}, false
	}
	return l.Items[i], true
}

func (l List) index(number int) int {
	return slices.IndexFunc(l.Items, func(item Item) bool { return item.TeamNumber == number })
}

// before returns the team that stands before the place; 0 at the start.
func (l List) before(place int) int {
	if place == 0 {
		return 0
	}
	return l.Items[place-1].TeamNumber
}

// put returns the list with the item after the team: 0 is the start, nil the end. ok is
// false when that team is not on the list.
func (l List) put(item Item, after *int) (List, bool) {
	place := len(l.Items)
	if after != nil && *after == 0 {
		place = 0
	} else if after != nil {
		if place = l.index(*after) + 1; place == 0 {
			return l, false
		}
	}
	l.Items = slices.Insert(slices.Clone(l.Items), place, item)
	return l, true
}

func (l List) without(place int) List {
	l.Items = slices.Delete(slices.Clone(l.Items), place, place+1)
	return l
}
