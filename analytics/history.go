package analytics

import (
	"maps"
	"slices"
)

// checkpointEvery is the number of matches between two checkpoints of a History. A late
// result costs the replay of at most that many matches besides those after it.
const checkpointEvery = 256

// History is a model with the matches that made it. A result that comes late or is
// corrected takes its place in the order, and what came after it is learned again: the
// state is always, to the last bit, the one that all matches in order would give. It is
// not safe for concurrent use.
type History struct {
	model       *Model
	learned     int         // matches that the model has learned: all of them, but within a change
	matches     []Match     // in order
	keys        map[Key]Key // of matches: without the start to with it
	checkpoints []Snapshot  // i: the state before matches[i*checkpointEvery]
}

// NewHistory returns a history that continues from the model's state. The model is the
// history's from then on.
func NewHistory(m *Model) *History {
	return &History{model: m, keys: map[Key]Key{}, checkpoints: []Snapshot{m.Snapshot()}}
}

// Model returns the model after all matches, to be read until the history changes.
func (h *History) Model() *Model { return h.model }

// Len returns the number of matches.
func (h *History) Len() int { return len(h.matches) }

// Put adds matches, or replaces those of the same name, and returns the steps of all
// matches from the first one that changed: none if there is nothing new. The step of a
// match that was known before says what the model would have expected had it known better,
// not what it did expect. Of two matches of one name, the later in the list counts.
func (h *History) Put(matches ...Match) []Step {
	latest := make(map[Key]Match, len(matches))
	for _, m := range matches {
		latest[m.id()] = m
	}
	from := len(h.matches)
	// In order, so that loading a season appends and never shifts what is there.
	for _, m := range slices.SortedFunc(maps.Values(latest), func(a, b Match) int { return a.Compare(b.Key) }) {
		if place, ok := h.find(m.Key); ok && h.matches[place].equal(m) {
			continue
		}
		from = min(from, h.take(m.Key))
		from = min(from, h.insert(m))
	}
	return h.replay(from)
}

// Remove takes out a match, as one that is to be played again, and returns the steps of
// those after it.
func (h *History) Remove(key Key) []Step { return h.replay(h.take(key)) }

// take removes the match of that name and returns where it was, or the number of matches.
func (h *History) take(key Key) int {
	old, ok := h.keys[key.id()]
	if !ok {
		return len(h.matches)
	}
	place, _ := h.find(old)
	h.matches = slices.Delete(h.matches, place, place+1)
	delete(h.keys, key.id())
	return place
}

// insert puts in a match whose name is not there and returns its place.
func (h *History) insert(m Match) int {
	place, _ := h.find(m.Key)
	h.matches = slices.Insert(h.matches, place, m)
	h.keys[m.id()] = m.Key
	return place
}

func (h *History) find(key Key) (int, bool) {
	return slices.BinarySearchFunc(h.matches, key, func(m Match, k Key) int { return m.Compare(k) })
}

// replay makes the model learn from the given place on, whether or not it has before.
func (h *History) replay(from int) []Step {
	at := h.rewind(from)
	steps := make([]Step, 0, len(h.matches)-from)
	for i, m := range h.matches[at:] {
		place := at + i
		if place == len(h.checkpoints)*checkpointEvery {
			h.checkpoints = append(h.checkpoints, h.model.Snapshot())
		}
		if step := h.model.Learn(m); place >= from {
			steps = append(steps, step)
		}
	}
	h.learned = len(h.matches)
	return steps
}

// rewind brings the model to the last checkpoint at or before the place, unless it has
// learned nothing after it, and returns how many matches it then knows.
func (h *History) rewind(place int) int {
	if place >= h.learned {
		return h.learned
	}
	last := min(place/checkpointEvery, len(h.checkpoints)-1)
	h.checkpoints = h.checkpoints[:last+1]
	h.model.restore(h.checkpoints[last])
	return last * checkpointEvery
}
