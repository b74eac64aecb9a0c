package scouting

import (
	"context"
	"slices"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// MaxCoverage is the most matches that one answer covers.
const MaxCoverage = 400

// Coverage says of each robot in each match who is to watch it and what has come in.
//
// There is no event for it. All that changes it reaches the team's private channel already:
// scouting:entry-created, -updated and -deleted carry the match and the robot, and
// scouting:assignments-changed the matches to read again; a client that has this answer keeps
// it right by itself. An event of its own would say each entry twice and make every entry
// wait for a count of the others. And a match whose time passes changes the answer without anybody
// writing anything: clients have scheduledAt for that.
type Coverage struct {
	ftc.EventKey
	Rev       int             `json:"rev"` // of the assignments
	Matches   []MatchCoverage `json:"matches"`
	Truncated bool            `json:"truncated"` // there are more matches than one answer covers: ask for a range
	Missing   int             `json:"missing"`   // entries that should be here by now
	Nobody    int             `json:"nobody"`    // robots that nobody is to watch
}

// MatchCoverage is the coverage of one match.
type MatchCoverage struct {
	MatchRef
	ScheduledAt *time.Time      `json:"scheduledAt"`
	Due         bool            `json:"due"` // it has been played, or its time has passed
	Robots      []RobotCoverage `json:"robots"`
}

// RobotCoverage is the coverage of one robot in one match. Its status is own (the team's own
// robot, which nobody has to watch), nobody (nobody is to watch it), assigned, missing (it
// has played and less came in than should), covered, or stale (it is no longer in the match).
type RobotCoverage struct {
	Alliance    ftc.Alliance   `json:"alliance"`
	Station     int            `json:"station"` // 0 where nobody knows
	ScoutedTeam int            `json:"scoutedTeamNumber"`
	Status      string         `json:"status"`
	Assigned    []CoveredScout `json:"assigned"`
	Entries     int            `json:"entries"`
	Missing     int            `json:"missing"` // entries that should be here by now: one, or one of each who is assigned
	watchers    int            // who recorded, each once
}

// CoveredScout is somebody who is to watch a robot.
type CoveredScout struct {
	accounts.User
	Entries int `json:"entries"` // they have sent of this robot in this match
}

// Coverage returns what is covered in the matches of the range; a nil range is all. Only for
// those who may read everybody's assignments.
func (s *Service) Coverage(ctx context.Context, actor accounts.Actor, key SheetKey, in *MatchRange) (Coverage, error) {
	reach, err := s.reach(ctx, actor, key.TeamID, teams.ReadAssignments)
	if err != nil {
		return Coverage{}, err
	}
	if reach != teams.All {
		return Coverage{}, ErrRole
	}
	if key, err = s.clean(key); err != nil {
		return Coverage{}, err
	}
	c, err := readCoverage(ctx, s.q, key)
	if err != nil {
		return Coverage{}, eventlog.Translate(err)
	}
	return c.answer(in), nil
}

// coverage is the answer on its way.
type coverage struct {
	Coverage
	own   int
	place map[ftc.MatchKey]int
}

// readCoverage puts together the schedule, the assignments and the entries. Each is read by
// itself; a change in between is in the events that follow.
func readCoverage(ctx context.Context, q *queries.Queries, key SheetKey) (*coverage, error) {
	c := &coverage{Coverage: Coverage{EventKey: key.Event, Matches: []MatchCoverage{}}, place: make(map[ftc.MatchKey]int)}
	own, err := q.TeamNumber(ctx, key.TeamID)
	if err != nil {
		return nil, err
	}
	c.own = int(own)
	sheet, err := readSheet(ctx, q, key)
	if err != nil {
		return nil, err
	}
	c.Rev = sheet.Rev
	planned, err := ftc.MatchesAt(ctx, q, key.Event, false)
	if err != nil {
		return nil, err
	}
	played, err := q.PlayedMatches(ctx, queries.PlayedMatchesParams{Season: int32(key.Event.Season), EventCode: key.Event.Code})
	if err != nil {
		return nil, err
	}
	assigned, err := readAssignments(ctx, q, key, AssignmentFilter{})
	if err != nil {
		return nil, err
	}
	entries, err := q.EntriesByRobot(ctx, queries.EntriesByRobotParams{TeamID: key.TeamID, Season: int32(key.Event.Season), EventCode: key.Event.Code})
	if err != nil {
		return nil, err
	}
	now := time.Now()
	for _, m := range planned {
		match := c.match(m.MatchKey)
		match.ScheduledAt, match.Due = m.ScheduledAt, m.ScheduledAt != nil && !m.ScheduledAt.After(now)
		for _, r := range m.Robots {
			match.Robots = append(match.Robots, RobotCoverage{Alliance: r.Alliance, Station: r.Station, ScoutedTeam: r.TeamNumber, Assigned: []CoveredScout{}})
		}
	}
	for _, m := range played {
		// A result of a match that the schedule has lost asks nobody for entries.
		if i, known := c.place[ftc.MatchKey{EventKey: key.Event, Level: ftc.Level(m.Level), Series: int(m.Series), Number: int(m.Number)}]; known {
			c.Matches[i].Due = true
		}
	}
	for _, a := range assigned {
		c.assign(a)
	}
	for _, e := range entries {
		c.enter(e)
	}
	return c, nil
}

func (c *coverage) match(key ftc.MatchKey) *MatchCoverage {
	i, known := c.place[key]
	if !known {
		i = len(c.Matches)
		c.place[key] = i
		c.Matches = append(c.Matches, MatchCoverage{MatchRef: MatchRef{key.Level, key.Series, key.Number}, Robots: []RobotCoverage{}})
	}
	return &c.Matches[i]
}

// robot returns the robot in the match; one that the schedule does not have there is added.
func (m *MatchCoverage) robot(team int, alliance ftc.Alliance) *RobotCoverage {
	i := slices.IndexFunc(m.Robots, func(r RobotCoverage) bool { return r.ScoutedTeam == team })
	if i < 0 {
		i = len(m.Robots)
		m.Robots = append(m.Robots, RobotCoverage{Alliance: alliance, ScoutedTeam: team, Assigned: []CoveredScout{}})
	}
	return &m.Robots[i]
}

func (c *coverage) assign(a Assignment) {
	r := c.match(a.match(c.EventKey)).robot(a.ScoutedTeam, a.Alliance)
	if r.Station == 0 {
		r.Station = a.Station
	}
	if a.Stale {
		r.Status = "stale"
	}
	r.Assigned = append(r.Assigned, CoveredScout{User: a.Scout})
}

func (c *coverage) enter(e queries.EntriesByRobotRow) {
	m := c.match(ftc.MatchKey{EventKey: c.EventKey, Level: ftc.Level(e.Level), Series: int(e.Series), Number: int(e.MatchNumber)})
	// A match without a time has been played when somebody has seen it.
	m.Due = m.Due || m.ScheduledAt == nil
	r := m.robot(int(e.ScoutedTeam), ftc.Alliance(e.Alliance))
	r.Entries += int(e.Entries)
	r.watchers++
	for i := range r.Assigned {
		if r.Assigned[i].ID == e.ScouterID {
			r.Assigned[i].Entries = int(e.Entries)
		}
	}
}

// judge says what is missing of the robot.
func (r *RobotCoverage) judge(due bool, own int) {
	wanted := max(1, len(r.Assigned))
	switch {
	case r.Status == "stale":
	case len(r.Assigned) == 0 && r.ScoutedTeam == own && r.Entries == 0:
		r.Status = "own"
	case r.watchers >= wanted:
		r.Status = "covered"
	case due:
		r.Status, r.Missing = "missing", wanted-r.watchers
	case len(r.Assigned) > 0:
		r.Status = "assigned"
	default:
		r.Status = "nobody"
	}
}

// answer keeps the matches of the range, in the order of play, and judges them.
func (c *coverage) answer(in *MatchRange) Coverage {
	key := func(m MatchCoverage) ftc.MatchKey {
		return ftc.MatchKey{EventKey: c.EventKey, Level: m.Level, Series: m.Series, Number: m.MatchNumber}
	}
	c.Matches = slices.DeleteFunc(c.Matches, func(m MatchCoverage) bool { return in != nil && !in.inRange(key(m)) })
	slices.SortFunc(c.Matches, func(a, b MatchCoverage) int { return compareMatches(key(a), key(b)) })
	if len(c.Matches) > MaxCoverage {
		c.Matches, c.Truncated = c.Matches[:MaxCoverage], true
	}
	for _, m := range c.Matches {
		for i := range m.Robots {
			r := &m.Robots[i]
			r.judge(m.Due, c.own)
			c.Missing += r.Missing
			if len(r.Assigned) == 0 && (r.Status == "nobody" || r.Status == "missing") {
				c.Nobody++
			}
		}
	}
	return c.Coverage
}
