package firstapitest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// Correct changes a result as referees do after a review: so many points of the depot more
// for each alliance, or fewer. It is there at once if the match was posted.
func (s *Server) Correct(key ftc.MatchKey, red, blue int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.event.find(key)
	if err != nil {
		return err
	}
	m.award(red, blue)
	m.touch(s.now(), s.event.zone)
	return nil
}

// Replay lets a match be played once more, with so many points more for each alliance. A
// qualification match has no result from now until the new one is posted; a playoff match
// stays, and a match of the same series and the next number is added.
func (s *Server) Replay(key ftc.MatchKey, started, posted time.Time, red, blue int) (ftc.MatchKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.event.find(key)
	if err != nil {
		return key, err
	}
	if key.Level == ftc.Playoff {
		if m, err = m.again(); err != nil {
			return key, err
		}
		m.shown = s.now()
		at := slices.IndexFunc(s.event.matches, func(other *match) bool { return other.MatchKey == key })
		s.event.matches = slices.Insert(s.event.matches, at+1, m)
	} else {
		s.event.vanished[key.Level] = s.now() // from the results, if it was there
	}
	m.Loaded, m.Started, m.Posted = started, started, posted
	for _, r := range []row{m.hybrid, m.result} {
		r["actualStartTime"] = started.In(s.event.zone).Format(localTime)
		r["postResultTime"] = posted.In(s.event.zone).Format(localTime)
	}
	m.award(red, blue)
	m.touch(s.now(), s.event.zone)
	return m.MatchKey, nil
}

// Vanish takes a match off all lists.
func (s *Server) Vanish(key ftc.MatchKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.event.find(key); err != nil {
		return err
	}
	s.event.matches = slices.DeleteFunc(s.event.matches, func(m *match) bool { return m.MatchKey == key })
	s.event.vanished[key.Level] = s.now()
	return nil
}

func (e *event) find(key ftc.MatchKey) (*match, error) {
	for _, m := range e.matches {
		if m.MatchKey == key {
			return m, nil
		}
	}
	return nil, fmt.Errorf("the event has no match %+v", key)
}

// again is a copy of the match under the next number.
func (m *match) again() (*match, error) {
	next := &match{Moment: m.Moment}
	next.Number++
	for from, into := range map[*row]*row{&m.plan: &next.plan, &m.hybrid: &next.hybrid, &m.result: &next.result, &m.score: &next.score} {
		text, err := json.Marshal(*from)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return nil, err
		}
		(*into)["matchNumber"] = float64(next.Number)
	}
	return next, nil
}

// touch makes now the time of the last change.
func (m *match) touch(now time.Time, zone *time.Location) {
	m.changed = now
	for _, r := range []row{m.plan, m.result} {
		r["modifiedOn"] = now.In(zone).Format(localTime)
	}
}

// award gives points of the depot, which are worth one each, and keeps all sums.
func (m *match) award(red, blue int) {
	for _, side := range list(m.score["alliances"]) {
		points := float64(red)
		if side["alliance"] == "Blue" {
			points = float64(blue)
		}
		for _, name := range []string{"teleopDepotArtifacts", "teleopDepotPoints", "teleopPoints", "preFoulTotal", "totalPoints"} {
			add(side, name, points)
		}
	}
	for _, r := range []row{m.hybrid, m.result} {
		add(r, "scoreRedFinal", float64(red))
		add(r, "scoreBlueFinal", float64(blue))
	}
	difference := whole(m.hybrid["scoreRedFinal"]) - whole(m.hybrid["scoreBlueFinal"])
	m.hybrid["redWins"], m.hybrid["blueWins"] = difference > 0, difference < 0
}

func add(r row, name string, points float64) {
	n, _ := r[name].(float64)
	r[name] = n + points
}

// side returns the score of the alliance at whose station a team stood.
func (m *match) side(station string) row {
	for _, one := range list(m.score["alliances"]) {
		if name, _ := one["alliance"].(string); name != "" && strings.HasPrefix(station, name) {
			return one
		}
	}
	return nil
}
