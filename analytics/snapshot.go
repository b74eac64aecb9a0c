package analytics

import (
	"fmt"
	"maps"
	"slices"
)

// Snapshot is the whole state of a model between two matches. JSON keeps every bit of it.
type Snapshot struct {
	Version string          `json:"version"`
	Season  int             `json:"season"`
	Context Context         `json:"context"`
	Ratings map[int]Rating  `json:"ratings"`
	Carried map[int]float64 `json:"carried"` // by team: deviations above the mean at the end of the last season
}

// Snapshot returns the state. Later matches do not change what it returned.
func (m *Model) Snapshot() Snapshot {
	return Snapshot{
		Version: m.constants.Version,
		Season:  m.season,
		Context: m.context,
		Ratings: maps.Clone(m.ratings),
		Carried: m.carried, // written only while NextSeason makes a model
	}
}

// Restore returns the model to the state of a snapshot of the same version and season.
func (m *Model) Restore(s Snapshot) error {
	if s.Version != m.constants.Version || s.Season != m.season {
		return fmt.Errorf("a snapshot of %s in season %d cannot restore a model of %s in season %d",
			s.Version, s.Season, m.constants.Version, m.season)
	}
	m.restore(s)
	return nil
}

// restore copies, so that learning leaves the snapshot as it is.
func (m *Model) restore(s Snapshot) {
	m.context = s.Context
	m.ratings = make(map[int]Rating, len(s.Ratings))
	maps.Copy(m.ratings, s.Ratings)
	m.carried = s.Carried
}

// NextSeason returns the model of the season after this one. Games differ in what they
// score, so a team takes over where it stood among the others: its distance from the mean
// of all teams, in deviations of an alliance's score. Of that it keeps a part when it is
// first seen. A team without a qualification match this season starts as a new one.
func (m *Model) NextSeason(s Season) *Model {
	next := NewModel(s, m.constants)
	sigma := m.context.sigma(m.constants.SigmaFloor)
	var sum, count float64
	teams := slices.Sorted(maps.Keys(m.ratings)) // sums must not depend on the order of a map
	for _, team := range teams {
		if r := m.ratings[team]; r.Matches > 0 {
			sum += r.Total()
			count++
		}
	}
	for _, team := range teams {
		if r := m.ratings[team]; r.Matches > 0 {
			next.carried[team] = (r.Total() - sum/count) / sigma
		}
	}
	return next
}

// Context returns what alliances of the season score lately.
func (m *Model) Context() Context { return m.context }
