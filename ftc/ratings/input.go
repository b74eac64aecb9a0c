package ratings

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
)

// input is a match as it is rated.
type input struct {
	analytics.Match
	rev     int32
	planned string
	teams   string // as predictions have them
}

// place returns where a match stands in the order of play.
func place(season int, start time.Time, event string, playoff bool, series, number int32) analytics.Key {
	level := analytics.Qualification
	if playoff {
		level = analytics.Playoff
	}
	return analytics.Key{Start: start.UTC(), Season: season, Event: event, Level: level, Series: int(series), Number: int(number)}
}

// named returns the key without the start, which is the match's name.
func named(k analytics.Key) analytics.Key {
	k.Start = time.Time{}
	return k
}

func newInput(r queries.RatableResult) (input, error) {
	in := input{rev: r.Rev, planned: r.Planned}
	in.Key = place(int(r.Season), *r.StartAt, r.EventCode, r.Playoff, r.Series, r.Number)
	red, blue := sides(r.Planned)
	if err := robots(&in.Red, r.RedRobots, red); err != nil {
		return in, fmt.Errorf("red of %v: %w", in.Key, err)
	}
	if err := robots(&in.Blue, r.BlueRobots, blue); err != nil {
		return in, fmt.Errorf("blue of %v: %w", in.Key, err)
	}
	in.Red.Points = points(r.RedTotal, r.RedNoFoul, *r.RedAuto, *r.RedTeleop, *r.RedEndgame)
	in.Blue.Points = points(r.BlueTotal, r.BlueNoFoul, *r.BlueAuto, *r.BlueTeleop, *r.BlueEndgame)
	in.teams = text(in.Red.Teams, in.Blue.Teams)
	return in, nil
}

func inputs(rows []queries.RatableResult) ([]input, error) {
	list := make([]input, 0, len(rows))
	for _, r := range rows {
		in, err := newInput(r)
		if err != nil {
			return nil, err
		}
		list = append(list, in)
	}
	slices.SortFunc(list, func(a, b input) int { return a.Compare(b.Key) })
	return list, nil
}

// robots fills in who played, or else who was planned.
func robots(a *analytics.Alliance, raw []byte, planned []int) error {
	var played []ftc.PlayedRobot
	if err := json.Unmarshal(raw, &played); err != nil {
		return err
	}
	if len(played) == 0 {
		a.Teams = planned
	}
	for _, r := range played {
		a.Teams = append(a.Teams, r.TeamNumber)
		if r.NoShow || r.Absent {
			a.Absent = append(a.Absent, r.TeamNumber)
		}
	}
	return nil
}

func points(total, noFoul, auto, teleop, endgame int32) analytics.Points {
	return analytics.Points{Total: float64(total), NoFoul: float64(noFoul), Auto: float64(auto), Teleop: float64(teleop), Endgame: float64(endgame)}
}

// sides reads what text writes, and the database alike.
func sides(teams string) (red, blue []int) {
	for one := range strings.SplitSeq(teams, ",") {
		alliance, number, _ := strings.Cut(one, ":")
		team, err := strconv.Atoi(number)
		switch {
		case err != nil:
		case alliance == string(ftc.Red):
			red = append(red, team)
		default:
			blue = append(blue, team)
		}
	}
	return red, blue
}

func text(red, blue []int) string {
	parts := make([]string, 0, len(red)+len(blue))
	for _, team := range blue {
		parts = append(parts, string(ftc.Blue)+":"+strconv.Itoa(team))
	}
	for _, team := range red {
		parts = append(parts, string(ftc.Red)+":"+strconv.Itoa(team))
	}
	return strings.Join(parts, ",")
}

// Matches returns the results of an FTC event as package analytics takes them. Who played is
// taken from the schedule where a result does not say it; a match that has one alliance, or
// no teams, is left out. whole reports whether every result tells its phases.
func Matches(results []ftc.Result, schedule []ftc.Match) (list []analytics.Match, whole bool) {
	planned := make(map[ftc.MatchKey][]ftc.Robot, len(schedule))
	for _, m := range schedule {
		planned[m.MatchKey] = m.Robots
	}
	whole = true
	for _, r := range results {
		if r.Level == ftc.Practice || len(r.Alliances) != 2 {
			continue
		}
		start := time.Time{}
		if r.StartedAt != nil {
			start = *r.StartedAt
		}
		m := analytics.Match{Key: place(r.Season, start, r.Code, r.Level == ftc.Playoff, int32(r.Series), int32(r.Number))}
		m.Red, m.Blue = alliance(r.Alliances[0], planned[r.MatchKey]), alliance(r.Alliances[1], planned[r.MatchKey])
		if len(m.Red.Teams) == 0 || len(m.Blue.Teams) == 0 {
			continue
		}
		if m.Level == analytics.Qualification {
			whole = whole && r.Alliances[0].Phases != nil && r.Alliances[1].Phases != nil
		}
		list = append(list, m)
	}
	return list, whole
}

func alliance(r ftc.AllianceResult, planned []ftc.Robot) analytics.Alliance {
	a := analytics.Alliance{Points: analytics.Points{Total: float64(r.Total), NoFoul: float64(r.NoFoul)}}
	if r.Phases != nil {
		a.Points.Auto, a.Points.Teleop, a.Points.Endgame = float64(r.Phases.Auto), float64(r.Phases.Teleop), float64(r.Phases.Endgame)
	}
	for _, robot := range r.Robots {
		a.Teams = append(a.Teams, robot.TeamNumber)
		if robot.NoShow || robot.Absent {
			a.Absent = append(a.Absent, robot.TeamNumber)
		}
	}
	for _, robot := range planned {
		if len(r.Robots) == 0 && robot.Alliance == r.Alliance {
			a.Teams = append(a.Teams, robot.TeamNumber)
		}
	}
	return a
}

// numbers returns the teams in order, each once, as queries take them.
func numbers(teams map[int]bool) []int32 {
	list := make([]int32, 0, len(teams))
	for team := range teams {
		list = append(list, int32(team)) //nolint:gosec // the database holds them in 32 bits
	}
	slices.SortFunc(list, cmp.Compare)
	return list
}
