package scouting

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// maxScouts is far more than scout for one team at one FTC event.
const maxScouts = 300

// ScoutAccuracy is how far a scout's entries are from the official points, for one robot in
// one match. Errors are nil until the scout was seen in enough matches.
type ScoutAccuracy struct {
	Scouter accounts.User `json:"scouter"`
	Matches int           `json:"matches"` // with a result, in which all of the alliance was scouted
	Reports int           `json:"reports"` // of the scout in these matches
	Enough  bool          `json:"enough"`  // false: not enough matches yet
	Needed  int           `json:"needed"`  // matches that are enough
	Auto    *ScoutError   `json:"auto,omitempty"`
	Teleop  *ScoutError   `json:"teleop,omitempty"`
	Total   *ScoutError   `json:"total,omitempty"` // of auto and teleop
}

// ScoutError is in points. The bias is positive for a scout who sees more than there was.
type ScoutError struct {
	Error float64 `json:"error"`
	Bias  float64 `json:"bias"`
}

// Accuracy lists how accurate the team's scouts were at an FTC event: all of them to
// mentors and leaders, themselves to students.
func (s *Service) Accuracy(ctx context.Context, actor accounts.Actor, v View) ([]ScoutAccuracy, error) {
	season, reach, err := s.view(ctx, actor, &v, teams.ReadAccuracy)
	if err != nil {
		return nil, err
	}
	sheet, err := s.sheet(ctx, season, v, nil)
	if err != nil {
		return nil, err
	}
	people := map[uuid.UUID]accounts.User{}
	for _, robot := range sheet.robots {
		for _, report := range robot.Reports {
			people[report.Scouter.ID] = report.Scouter
		}
	}
	if len(people) > maxScouts {
		return nil, ErrTooMuch
	}
	list := []ScoutAccuracy{}
	for _, a := range consensus.Measure(sheet.watched()) {
		if reach == teams.All || a.Scout == actor.UserID {
			list = append(list, scoutAccuracy(people[a.Scout], a))
		}
	}
	return list, nil
}

func scoutAccuracy(scouter accounts.User, a consensus.Accuracy) ScoutAccuracy {
	row := ScoutAccuracy{Scouter: scouter, Matches: a.Matches, Reports: a.Reports, Enough: a.Enough(), Needed: consensus.EnoughMatches}
	if row.Enough {
		row.Auto = &ScoutError{a.AutoError, a.AutoBias}
		row.Teleop = &ScoutError{a.TeleopError, a.TeleopBias}
		row.Total = &ScoutError{a.AutoError + a.TeleopError, a.AutoBias + a.TeleopBias}
	}
	return row
}

// watched returns the alliances that have a result and were scouted wholly. Imported
// entries are left out: who saw them is not known.
func (sh *sheet) watched() []consensus.Watched {
	var list []consensus.Watched
	// Bonuses of the endgame are not measured, and most games have no others.
	early := slices.ContainsFunc(sh.season.AllianceBonuses, func(b seasons.AllianceBonus) bool { return b.Phase != seasons.Endgame })
	for _, key := range sh.order() {
		l := sh.sides[key]
		official, ok := l.points()
		if !ok || len(l.seats) == 0 {
			continue
		}
		w := consensus.Watched{Match: fmt.Sprint(key.match), Official: official}
		var forms []json.RawMessage
		for _, seat := range l.seats {
			var sightings []consensus.Sighting
			for _, report := range sh.known[robotKey{key.match, seat.Team}].Reports {
				if report.source != sourceImport {
					sightings = append(sightings, consensus.Sighting{Scout: report.Scouter.ID, Score: report.score})
				}
			}
			if len(sightings) > 0 {
				w.Robots = append(w.Robots, sightings)
				forms = append(forms, seat.Data)
			}
		}
		if len(w.Robots) < len(l.seats) {
			continue
		}
		if early {
			if bonus, err := sh.season.Bonus(forms...); err == nil { // the forms were checked already
				w.Bonus = bonus
			}
		}
		list = append(list, w)
	}
	return list
}

// Where what is known of a robot comes from.
const (
	sourceScouted = "scouted"
	sourceDeduced = "deduced"
)
