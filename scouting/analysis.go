package scouting

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// ErrTooMuch is the answer to a question about more entries than can be weighed at once.
var ErrTooMuch = fault.New(fault.Invalid, "too-many-entries", "There are more entries than one answer can weigh. Ask match by match.")

// maxReports is far more than a team scouts at one FTC event.
const maxReports = 20_000

// View chooses what a team has scouted at an FTC event; nil leaves a part open. Zero Season
// in Event: the newest.
type View struct {
	TeamID      uuid.UUID
	Event       ftc.EventKey
	Level       *ftc.Level
	Series      *int
	MatchNumber *int
	ScoutedTeam *int
	Cursor      string // from the page before; "" is the start
	Limit       int    // 1 to 1000
}

// RobotConsensus is what one robot did in one match, by all of the team's scouts who
// watched it.
type RobotConsensus struct {
	ftc.MatchKey
	Alliance     ftc.Alliance         `json:"alliance"`
	ScoutedTeam  int                  `json:"scoutedTeamNumber"`
	Data         json.RawMessage      `json:"data"` // medians and majorities, as package consensus says
	AutoScore    int                  `json:"autoScore"`
	TeleopScore  int                  `json:"teleopScore"`
	EndgameScore int                  `json:"endgameScore"`
	TotalScore   int                  `json:"totalScore"`
	Conflict     bool                 `json:"conflict"`
	Conflicts    []consensus.Conflict `json:"conflicts"`
	Reports      []ScoutReport        `json:"reports"`    // the entries that it is made of, by scout
	Superseded   int                  `json:"superseded"` // entries that a scout replaced, of an earlier play, or of an older form

	score seasons.Score
}

// ScoutReport is an entry that a consensus is made of.
type ScoutReport struct {
	EntryID    uuid.UUID     `json:"entryId"`
	Scouter    accounts.User `json:"scouter"`
	TotalScore int           `json:"totalScore"`

	score  seasons.Score
	source string
}

// robotKey names a robot in a match.
type robotKey struct {
	match ftc.MatchKey
	team  int
}

// Consensus lists what the team knows of each robot in each match, in the order of the
// matches, and the cursor of the next page, which is "" at the end.
func (s *Service) Consensus(ctx context.Context, actor accounts.Actor, v View) ([]RobotConsensus, string, error) {
	season, _, err := s.view(ctx, actor, &v, teams.ReadAnalysis)
	if err != nil {
		return nil, "", err
	}
	list, err := s.robots(ctx, season, v, keep{})
	if err != nil {
		return nil, "", err
	}
	if v.Cursor != "" {
		after, err := parseRobotCursor(v.Cursor, v.Event)
		if err != nil {
			return nil, "", err
		}
		list = slices.DeleteFunc(list, func(r RobotConsensus) bool { return compareRobots(r.key(), after) <= 0 })
	}
	if len(list) <= v.Limit {
		return list, "", nil
	}
	list = list[:v.Limit]
	return list, robotCursor(list[v.Limit-1].key()), nil
}

// view checks who asks and what for, and fills in what was left out. It returns how far the
// action goes for who asks.
func (s *Service) view(ctx context.Context, actor accounts.Actor, v *View, action teams.Action) (*seasons.Season, teams.Reach, error) {
	reach, err := s.reach(ctx, actor, v.TeamID, action)
	if err != nil {
		return nil, reach, err
	}
	if v.Event.Season == 0 {
		v.Event.Season = s.book.Newest().Year
	}
	season, ok := s.book.Season(v.Event.Season)
	if !ok {
		return nil, reach, ErrSeason.At(fault.Field{Pointer: "/season", Detail: ErrSeason.Detail})
	}
	v.Event.Code, err = ftc.CleanCode(v.Event.Code)
	return season, reach, err
}

// reach returns how far the action goes for the actor in the team.
func (s *Service) reach(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, action teams.Action) (teams.Reach, error) {
	role, err := s.q.RoleIn(ctx, queries.RoleInParams{TeamID: teamID, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return teams.None, teams.ErrNoTeam
	}
	if err != nil {
		return teams.None, eventlog.Translate(err)
	}
	reach := teams.Role(role).Reach(action)
	if reach == teams.None {
		return reach, ErrRole
	}
	return reach, nil
}

// keep leaves out what is neither about the robots nor about their matches. The zero value
// keeps everything.
type keep struct {
	robots  []int32
	matches []string
}

// robots reads what the view is about and makes one robot of each robot's reports, in the
// order of the matches.
func (s *Service) robots(ctx context.Context, season *seasons.Season, v View, k keep) ([]RobotConsensus, error) {
	p := queries.ReportsParams{
		TeamID: v.TeamID, Season: int32(v.Event.Season), EventCode: v.Event.Code, Level: (*string)(v.Level), Series: small(v.Series),
		MatchNumber: small(v.MatchNumber), ScoutedTeam: small(v.ScoutedTeam), Robots: k.robots, Matches: k.matches, RowLimit: maxReports + 1,
	}
	rows, err := s.q.Reports(ctx, p)
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	if len(rows) > maxReports {
		return nil, ErrTooMuch
	}
	list := []RobotConsensus{}
	for len(rows) > 0 {
		key, n := rowKey(v.Event, rows[0]), 1
		for n < len(rows) && rowKey(v.Event, rows[n]) == key {
			n++
		}
		if robot, ok := robotConsensus(season, key, rows[:n]); ok {
			list = append(list, robot)
		}
		rows = rows[n:]
	}
	slices.SortFunc(list, func(a, b RobotConsensus) int { return compareRobots(a.key(), b.key()) })
	return list, nil
}

// robotConsensus makes one robot of the rows of its scouts. ok is false if none of them
// counts.
func robotConsensus(season *seasons.Season, key robotKey, rows []queries.ReportsRow) (RobotConsensus, bool) {
	entries := 0
	reports := make([]consensus.Report, len(rows))
	byID := make(map[uuid.UUID]queries.ReportsRow, len(rows))
	for i, row := range rows {
		entries += int(row.Entries)
		byID[row.ID] = row
		reports[i] = consensus.Report{ID: row.ID, Scout: row.ScouterID, At: row.CreatedAt, Alliance: row.Alliance, Data: row.Data, Version: int(row.FormVersion)}
	}
	reports = consensus.Current(reports, rows[0].LastPlay)
	merged, ok := consensus.Merge(season, reports)
	r := RobotConsensus{
		MatchKey: key.match, Alliance: ftc.Alliance(merged.Alliance), ScoutedTeam: key.team, Data: merged.Data,
		AutoScore: merged.Score.Auto, TeleopScore: merged.Score.Teleop, EndgameScore: merged.Score.Endgame, TotalScore: merged.Score.Total,
		Conflict: len(merged.Conflicts) > 0, Conflicts: append([]consensus.Conflict{}, merged.Conflicts...),
		Reports: make([]ScoutReport, 0, len(merged.Reports)), Superseded: entries - len(merged.Reports), score: merged.Score,
	}
	for _, id := range merged.Reports {
		row := byID[id]
		r.Reports = append(r.Reports, ScoutReport{
			EntryID: row.ID, Scouter: accounts.User{ID: row.ScouterID, DisplayName: row.DisplayName}, TotalScore: int(row.TotalScore), source: row.Source,
			score: seasons.Score{Auto: int(row.AutoScore), Teleop: int(row.TeleopScore), Endgame: int(row.EndgameScore), Total: int(row.TotalScore)},
		})
	}
	return r, ok
}

func (r RobotConsensus) key() robotKey { return robotKey{r.MatchKey, r.ScoutedTeam} }

func rowKey(event ftc.EventKey, row queries.ReportsRow) robotKey {
	return robotKey{ftc.MatchKey{EventKey: event, Level: ftc.Level(row.Level), Series: int(row.Series), Number: int(row.MatchNumber)}, int(row.ScoutedTeam)}
}

// compareRobots orders the robots of one FTC event by match, as they are played, then by
// team number.
func compareRobots(a, b robotKey) int {
	return cmp.Or(compareMatches(a.match, b.match), cmp.Compare(a.team, b.team))
}

func compareMatches(a, b ftc.MatchKey) int {
	order := []ftc.Level{ftc.Practice, ftc.Qual, ftc.Playoff}
	return cmp.Or(cmp.Compare(slices.Index(order, a.Level), slices.Index(order, b.Level)), cmp.Compare(a.Series, b.Series), cmp.Compare(a.Number, b.Number))
}

func robotCursor(k robotKey) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %d %d %d", k.match.Level, k.match.Series, k.match.Number, k.team))
}

func parseRobotCursor(text string, event ftc.EventKey) (robotKey, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	k := robotKey{match: ftc.MatchKey{EventKey: event}}
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%s %d %d %d", &k.match.Level, &k.match.Series, &k.match.Number, &k.team)
	}
	if err != nil || robotCursor(k) != strings.TrimRight(text, "=") {
		return k, ErrCursor
	}
	return k, nil
}
