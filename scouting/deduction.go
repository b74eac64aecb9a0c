package scouting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// The errors of deducing what a partner scored.
var (
	ErrNoResult  = fault.New(fault.Conflict, "no-result-yet", "There is no result of this match yet from which a partner's points could be deduced.")
	ErrNoPartner = fault.New(fault.Conflict, "no-partner", "This robot had no partner on the field whose points could be deduced.")
	ErrOldPlay   = fault.New(fault.Conflict, "old-play", "This match was played again, and nobody has scouted the robot since.")
)

// Deduction is what a robot's partner must have scored: computed from the official result
// and the scouts' consensus whenever it is asked for, and stored nowhere.
type Deduction struct {
	ftc.MatchKey
	Alliance ftc.Alliance `json:"alliance"`
	Source   string       `json:"source"` // deduced
	consensus.Deduction
	ScoutedTeam    int  `json:"scoutedTeamNumber"` // the robot whose entry was asked about
	PartnerScouted bool `json:"partnerScouted"`    // the team has entries on the partner, too
	OfficialResult bool `json:"officialResult"`    // false: entered by somebody at the venue
	ResultRev      int  `json:"resultRev"`
}

// DeducePartner returns what the partner of an entry's robot must have scored in that match.
func (s *Service) DeducePartner(ctx context.Context, actor accounts.Actor, id uuid.UUID) (Deduction, error) {
	row, err := s.q.EntryFor(ctx, queries.EntryForParams{ID: id, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Deduction{}, ErrNoEntry
	}
	if err != nil {
		return Deduction{}, eventlog.Translate(err)
	}
	e := entry(row.ScoutingEntry, row.DisplayName)
	v := View{
		TeamID: e.ScoutingTeamID, Event: ftc.EventKey{Season: e.Season, Code: e.EventCode},
		Level: &e.Level, Series: &e.Series, MatchNumber: &e.MatchNumber,
	}
	season, _, err := s.view(ctx, actor, &v, teams.ReadAnalysis)
	if err != nil {
		return Deduction{}, err
	}
	sheet, err := s.sheet(ctx, season, v, nil)
	if err != nil {
		return Deduction{}, err
	}
	match := ftc.MatchKey{EventKey: v.Event, Level: e.Level, Series: e.Series, Number: e.MatchNumber}
	return sheet.deducePartner(robotKey{match, e.ScoutedTeam})
}

// sheet is all that is known of an FTC event, or of some matches of it: what the team has
// scouted, who played where, and the results.
type sheet struct {
	season  *seasons.Season
	robots  []RobotConsensus
	known   map[robotKey]RobotConsensus
	results []ftc.Result
	sides   map[side]*lineUp
}

// side is an alliance in a match.
type side struct {
	match    ftc.MatchKey
	alliance ftc.Alliance
}

// lineUp is who was on the field for an alliance, and its result if there is one.
type lineUp struct {
	seats    []consensus.Seat // Data is the consensus, nil without one
	result   *ftc.AllianceResult
	official bool
	rev      int
}

// sheet reads what the view is about and, given some robots, what is about them or their
// matches. Line-ups and results are those of the whole FTC event.
func (s *Service) sheet(ctx context.Context, season *seasons.Season, v View, robots []int32) (*sheet, error) {
	planned, err := s.q.MatchTeamsAt(ctx, queries.MatchTeamsAtParams{Season: int32(v.Event.Season), EventCode: v.Event.Code})
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	results, err := ftc.ResultsAt(ctx, s.q, v.Event)
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	sh := &sheet{season: season, known: map[robotKey]RobotConsensus{}, results: results, sides: map[side]*lineUp{}}
	for _, row := range planned {
		match := ftc.MatchKey{EventKey: v.Event, Level: ftc.Level(row.Level), Series: int(row.Series), Number: int(row.Number)}
		l := sh.side(match, ftc.Alliance(row.Alliance))
		l.seats = append(l.seats, consensus.Seat{Team: int(row.TeamNumber), Station: int(row.Station)})
	}
	for i := range results {
		sh.add(&results[i])
	}
	if sh.robots, err = s.robots(ctx, season, v, sh.keep(robots)); err != nil {
		return nil, err
	}
	for _, r := range sh.robots {
		sh.known[r.key()] = r
	}
	for key, l := range sh.sides {
		for i := range l.seats {
			l.seats[i].Data = sh.known[robotKey{key.match, l.seats[i].Team}].Data
		}
	}
	return sh, nil
}

// keep names the matches of the robots.
func (sh *sheet) keep(robots []int32) keep {
	k := keep{robots: robots, matches: []string{}}
	for key, l := range sh.sides {
		if slices.ContainsFunc(l.seats, func(s consensus.Seat) bool { return slices.Contains(robots, int32(s.Team)) }) {
			k.matches = append(k.matches, fmt.Sprintf("%s %d %d", key.match.Level, key.match.Series, key.match.Number))
		}
	}
	return k
}

// order returns the sides in the order of the matches.
func (sh *sheet) order() []side {
	return slices.SortedFunc(maps.Keys(sh.sides), func(a, b side) int {
		return cmp.Or(compareMatches(a.match, b.match), cmp.Compare(a.alliance, b.alliance))
	})
}

// add notes a result. Who was on the field is the result's say where it has one.
func (sh *sheet) add(r *ftc.Result) {
	for i := range r.Alliances {
		a := &r.Alliances[i]
		l := sh.side(r.MatchKey, a.Alliance)
		l.result, l.official, l.rev = a, r.Official, r.Rev
		if len(a.Robots) == 0 {
			continue
		}
		l.seats = nil
		for _, robot := range a.Robots {
			if !robot.Absent && !robot.NoShow {
				l.seats = append(l.seats, consensus.Seat{Team: robot.TeamNumber, Station: robot.Station})
			}
		}
	}
}

func (sh *sheet) side(match ftc.MatchKey, alliance ftc.Alliance) *lineUp {
	key := side{match, alliance}
	if sh.sides[key] == nil {
		sh.sides[key] = new(lineUp)
	}
	return sh.sides[key]
}

// points returns the alliance's official points without fouls; ok is false where they are
// not known by phase.
func (l *lineUp) points() (score seasons.Score, ok bool) {
	if l.result == nil || l.result.Phases == nil {
		return score, false
	}
	p := l.result.Phases
	return seasons.Score{Auto: p.Auto, Teleop: p.Teleop, Endgame: p.Endgame, Total: l.result.NoFoul}, true
}

// deduce returns what the robot must have scored. What scouts say of itself is passed over.
func (l *lineUp) deduce(season *seasons.Season, team int) (consensus.Deduction, bool) {
	official, ok := l.points()
	if !ok {
		return consensus.Deduction{}, false
	}
	a := consensus.Alliance{Official: official, Details: l.result.Details, Robots: make([]consensus.Seat, len(l.seats))}
	copy(a.Robots, l.seats)
	for i := range a.Robots {
		if a.Robots[i].Team == team {
			a.Robots[i].Data = nil
		}
	}
	d, ok := consensus.Deduce(season, a)
	return d, ok && d.Team == team
}

// deducePartner deduces the points of the robot that played beside the given one. Of two
// partners it is the one that nobody has scouted.
func (sh *sheet) deducePartner(scouted robotKey) (Deduction, error) {
	robot, ok := sh.known[scouted]
	if !ok {
		return Deduction{}, ErrOldPlay
	}
	l := sh.side(scouted.match, robot.Alliance)
	if _, ok := l.points(); !ok {
		return Deduction{}, ErrNoResult
	}
	var partners, unknown []consensus.Seat
	there := false
	for _, seat := range l.seats {
		switch {
		case seat.Team == scouted.team:
			there = true
			continue
		case seat.Data == nil:
			unknown = append(unknown, seat)
		}
		partners = append(partners, seat)
	}
	if len(partners) > 1 {
		partners = unknown
	}
	if !there || len(partners) != 1 {
		return Deduction{}, ErrNoPartner
	}
	d, ok := l.deduce(sh.season, partners[0].Team)
	if !ok {
		return Deduction{}, ErrNoPartner
	}
	return Deduction{
		MatchKey: scouted.match, Alliance: robot.Alliance, Source: sourceDeduced, Deduction: d, ScoutedTeam: scouted.team,
		PartnerScouted: partners[0].Data != nil, OfficialResult: l.official, ResultRev: l.rev,
	}, nil
}
