package firstapi

import (
	"encoding/json"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// wireMatch is a row of the schedule, of the hybrid schedule, or of the results.
type wireMatch struct {
	Description, Field, TournamentLevel        string
	StartTime, ActualStartTime, PostResultTime string
	Series, MatchNumber                        int32
	ScoreRedFinal, ScoreRedFoul, ScoreRedAuto  *int32
	ScoreBlueFinal, ScoreBlueFoul              *int32
	ScoreBlueAuto                              *int32
	RedWins, BlueWins                          bool
	Teams                                      []wireRobot
}

type wireRobot struct {
	TeamNumber            int32
	Station               string
	Surrogate, NoShow, DQ bool
	OnField               *bool
}

// finalSeries is what the series of a FINAL begins at. Seasons up to 2023 counted the
// series of semifinals and finals apart, and ours are one level.
const finalSeries = 10

// maxSeries is more than any bracket has.
const maxSeries = 999

// matchKey makes the key of a row; ok is false when the row does not say which match it is.
func matchKey(event ftc.EventKey, asked ftc.Level, level string, series, number int32) (key ftc.MatchKey, ok bool) {
	key = ftc.MatchKey{EventKey: event, Level: asked, Series: int(series), Number: int(number)}
	switch strings.ToUpper(level) {
	case "QUALIFICATION", "QUAL":
		key.Level = ftc.Qual
	case "PLAYOFF", "SEMIFINAL":
		key.Level = ftc.Playoff
	case "FINAL":
		key.Level = ftc.Playoff
		key.Series += finalSeries
	case "PRACTICE", "OTHER":
		key.Level = ftc.Practice
	}
	if key.Level == ftc.Qual {
		key.Series = 0
	}
	return key, series >= 0 && series <= maxSeries && number > 0 && key.Level == asked
}

func matchRow(event ftc.Event, level ftc.Level) func([]byte) (Match, error) {
	zone := zoneOf(event)
	return func(raw []byte) (Match, error) {
		var w wireMatch
		if err := json.Unmarshal(raw, &w); err != nil {
			return Match{}, err
		}
		key, ok := matchKey(event.EventKey, level, w.TournamentLevel, w.Series, w.MatchNumber)
		if !ok {
			return Match{}, errNoKey
		}
		m := Match{
			MatchKey: key, Description: w.Description, Field: w.Field,
			ScheduledAt: local(w.StartTime, zone), StartedAt: local(w.ActualStartTime, zone), PostedAt: local(w.PostResultTime, zone),
		}
		for _, r := range w.Teams {
			if robot, ok := r.robot(); ok {
				m.Robots = append(m.Robots, robot)
			}
		}
		m.Result = w.result(m.StartedAt != nil || m.PostedAt != nil)
		return m, nil
	}
}

// result is nil for a match that was not played: some rows have 0 to 0 then.
func (w *wireMatch) result(played bool) *Result {
	if !played || w.ScoreRedFinal == nil || w.ScoreBlueFinal == nil {
		return nil
	}
	r := &Result{
		Red:  Total{number(w.ScoreRedFinal), number(w.ScoreRedFoul), number(w.ScoreRedAuto)},
		Blue: Total{number(w.ScoreBlueFinal), number(w.ScoreBlueFoul), number(w.ScoreBlueAuto)},
	}
	switch { // a playoff match with equal points has a winner, which only the row knows
	case w.RedWins != w.BlueWins && w.RedWins, w.RedWins == w.BlueWins && r.Red.Points > r.Blue.Points:
		r.Winner = ftc.Red
	case w.RedWins != w.BlueWins && w.BlueWins, w.RedWins == w.BlueWins && r.Red.Points < r.Blue.Points:
		r.Winner = ftc.Blue
	}
	return r
}

func number(p *int32) int {
	if p == nil {
		return 0
	}
	return int(*p)
}

// robot is false for a place that nobody has yet. The robot of a remote event stands alone
// at station "1"; it is red, as good as blue.
func (w wireRobot) robot() (Robot, bool) {
	side, station := ftc.Red, strings.ToUpper(w.Station)
	if rest, ok := strings.CutPrefix(station, "BLUE"); ok {
		side, station = ftc.Blue, rest
	} else {
		station = strings.TrimPrefix(station, "RED")
	}
	if w.TeamNumber <= 0 || len(station) != 1 || station < "1" || station > "3" {
		return Robot{}, false
	}
	return Robot{
		Robot:  ftc.Robot{Alliance: side, Station: int(station[0] - '0'), TeamNumber: int(w.TeamNumber), Surrogate: w.Surrogate},
		NoShow: w.NoShow, Disqualified: w.DQ, Absent: w.NoShow || w.OnField != nil && !*w.OnField,
	}, true
}
