package ratings

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Rating is a team's EPA. A team without a match has what it would start with, and N is 0.
type Rating struct {
	TeamNumber int     `json:"teamNumber"`
	EPA        float64 `json:"epa"`
	Auto       float64 `json:"auto"`
	Teleop     float64 `json:"teleop"`
	Endgame    float64 `json:"endgame"`
	N          int     `json:"n"` // qualification matches learned
}

func rating(team int, r analytics.Rating) Rating {
	return Rating{TeamNumber: team, EPA: r.Total(), Auto: r.Auto, Teleop: r.Teleop, Endgame: r.Endgame, N: r.Matches}
}

// EventRating is a team's place at an FTC event by EPA.
type EventRating struct {
	Rank int    `json:"rank"`
	Name string `json:"name"`
	Rating
	Played int `json:"played"` // rated matches at this event
}

// EventRatings are the EPA of the teams at an FTC event: after its last match there of a
// team that has played there, and as it is now of others.
type EventRatings struct {
	ftc.EventKey
	Algo    string        `json:"algo"`
	Rated   int           `json:"rated"`   // matches of the event
	Unrated int           `json:"unrated"` // results that tell no phases or not who played, are of one alliance, or wait for the official word
	Teams   []EventRating `json:"teams"`
}

// AtEvent returns the EPA of the teams at an FTC event, the best first.
func (s *Service) AtEvent(ctx context.Context, key ftc.EventKey) (EventRatings, error) {
	out := EventRatings{EventKey: key, Algo: s.constants.Version, Teams: []EventRating{}}
	names, err := s.names(ctx, key)
	if err != nil {
		return out, err
	}
	rows, err := s.q.EventChanges(ctx, queries.EventChangesParams{Season: int32(key.Season), EventCode: key.Code})
	if err != nil {
		return out, eventlog.Translate(err)
	}
	unrated, err := s.q.UnratedResults(ctx, queries.UnratedResultsParams{Season: int32(key.Season), EventCode: key.Code})
	if err != nil {
		return out, eventlog.Translate(err)
	}
	out.Unrated = int(unrated)
	there, played, matches := make(map[int]Rating), make(map[int]int), make(map[analytics.Key]bool)
	for _, r := range rows {
		team := int(r.TeamNumber)
		there[team] = rating(team, analytics.Rating{Auto: r.Auto, Teleop: r.Teleop, Endgame: r.Endgame, Matches: int(r.Matches)})
		played[team]++
		matches[place(key.Season, r.StartAt, key.Code, r.Playoff, r.Series, r.Number)] = true
		if _, listed := names[team]; !listed {
			names[team] = ""
		}
	}
	out.Rated = len(matches)
	teams := make(map[int]bool, len(names))
	for team := range names {
		teams[team] = true
	}
	model, _, err := s.current(ctx, s.q, key.Season, numbers(teams))
	if err != nil {
		return out, eventlog.Translate(err)
	}
	for team, name := range names {
		one, ok := there[team]
		if !ok {
			now, _ := model.Rating(team)
			one = rating(team, now)
		}
		out.Teams = append(out.Teams, EventRating{Name: name, Rating: one, Played: played[team]})
	}
	slices.SortFunc(out.Teams, func(a, b EventRating) int { return cmp.Or(cmp.Compare(b.EPA, a.EPA), a.TeamNumber-b.TeamNumber) })
	for i := range out.Teams {
		out.Teams[i].Rank = i + 1
	}
	return out, nil
}

// names returns the teams at an FTC event: those listed, and those on its schedule.
func (s *Service) names(ctx context.Context, key ftc.EventKey) (map[int]string, error) {
	list, err := s.ftc.Teams(ctx, key)
	if err != nil {
		return nil, err
	}
	schedule, err := s.ftc.Schedule(ctx, key)
	names := make(map[int]string, len(list))
	for _, m := range schedule {
		for _, r := range m.Robots {
			names[r.TeamNumber] = ""
		}
	}
	for _, t := range list {
		names[t.Number] = t.Name
	}
	return names, err
}

// Power is a team's part in the scores of an FTC event. What the results do not tell is nil.
type Power struct {
	Rank           int      `json:"rank"`
	TeamNumber     int      `json:"teamNumber"`
	Name           string   `json:"name"`
	Matches        int      `json:"matches"`
	OPR            float64  `json:"opr"`
	NoPenalty      float64  `json:"oprNoPenalty"`
	Auto           *float64 `json:"oprAuto"`
	Teleop         *float64 `json:"oprTeleop"`
	Endgame        *float64 `json:"oprEndgame"`
	DPR            float64  `json:"dpr"`
	CCWM           float64  `json:"ccwm"`
	Ridge          float64  `json:"ridgeOpr"`
	RidgeNoPenalty float64  `json:"ridgeOprNoPenalty"`
	Thin           bool     `json:"thin"`  // too few matches for least squares: Shown is the ridge OPR
	Shown          float64  `json:"shown"` // the value to show first, by which teams are ranked
}

// Powers are the OPR family of an FTC event.
type Powers struct {
	ftc.EventKey
	Matches    int     `json:"matches"`    // qualification matches that count
	Unofficial int     `json:"unofficial"` // those of them that somebody at the venue entered
	Teams      []Power `json:"teams"`      // the best first; empty before the first result
}

// OPR returns the OPR family of an FTC event, the best by what is shown first.
func (s *Service) OPR(ctx context.Context, key ftc.EventKey) (Powers, error) {
	out := Powers{EventKey: key, Teams: []Power{}}
	results, err := s.ftc.Results(ctx, key)
	if err != nil {
		return out, err
	}
	schedule, err := s.ftc.Schedule(ctx, key)
	if err != nil {
		return out, err
	}
	names, err := s.names(ctx, key)
	if err != nil {
		return out, err
	}
	results = slices.DeleteFunc(results, func(r ftc.Result) bool { return r.Level != ftc.Qual })
	for _, r := range results {
		if !r.Official {
			out.Unofficial++
		}
	}
	matches, whole := Matches(results, schedule)
	out.Matches = len(matches)
	for _, p := range analytics.OPR(matches) {
		out.Teams = append(out.Teams, newPower(p, names[p.Team], whole))
	}
	slices.SortFunc(out.Teams, func(a, b Power) int { return cmp.Or(cmp.Compare(b.Shown, a.Shown), a.TeamNumber-b.TeamNumber) })
	for i := range out.Teams {
		out.Teams[i].Rank = i + 1
	}
	return out, nil
}

func newPower(p analytics.Power, name string, whole bool) Power {
	one := Power{
		TeamNumber: p.Team, Name: name, Matches: p.Matches, OPR: p.OPR, NoPenalty: p.NoFoul, DPR: p.DPR, CCWM: p.CCWM,
		Ridge: p.Ridge, RidgeNoPenalty: p.RidgeNoFoul, Thin: p.Thin(), Shown: p.NoFoul,
	}
	if one.Thin {
		one.Shown = p.RidgeNoFoul
	}
	if whole {
		one.Auto, one.Teleop, one.Endgame = &p.Auto, &p.Teleop, &p.Endgame
	}
	return one
}

// Step is what one match made of a team's rating.
type Step struct {
	EventCode   string     `json:"eventCode"`
	Level       ftc.Level  `json:"level"`
	Series      int        `json:"series"`
	MatchNumber int        `json:"matchNumber"`
	StartedAt   *time.Time `json:"startedAt"` // nil where nobody knows
	EPA         float64    `json:"epa"`       // after the match
	Auto        float64    `json:"auto"`
	Teleop      float64    `json:"teleop"`
	Endgame     float64    `json:"endgame"`
	Delta       float64    `json:"delta"`
	N           int        `json:"n"`
}

// History is a team's rating through a season.
type History struct {
	Season int    `json:"season"`
	Algo   string `json:"algo"`
	Rating
	Matches []Step `json:"matches"` // in the order of play; empty before the first
}

// Team returns a team's rating through a season, or ErrNoTeam.
func (s *Service) Team(ctx context.Context, season, team int) (History, error) {
	out := History{Season: season, Algo: s.constants.Version, Matches: []Step{}}
	if _, _, err := s.profile(ctx, team); err != nil {
		return out, err
	}
	rows, err := s.q.TeamChanges(ctx, queries.TeamChangesParams{Season: int32(season), TeamNumber: int32(team)})
	if err != nil {
		return out, eventlog.Translate(err)
	}
	for _, r := range rows {
		one := Step{
			EventCode: r.EventCode, Level: levelOf(r.Playoff), Series: int(r.Series), MatchNumber: int(r.Number),
			EPA: r.Auto + r.Teleop + r.Endgame, Auto: r.Auto, Teleop: r.Teleop, Endgame: r.Endgame, Delta: r.Delta, N: int(r.Matches),
		}
		if start := r.StartAt.UTC(); start.Year() > 1 {
			one.StartedAt = &start
		}
		out.Matches = append(out.Matches, one)
	}
	list, err := s.Compare(ctx, season, []int{team})
	if err == nil {
		out.Rating = list[0]
	}
	return out, err
}

// mostCompared is how many teams can be compared at once.
const mostCompared = 24

// Compare returns the ratings of some teams of a season as they are now, in the order given.
func (s *Service) Compare(ctx context.Context, season int, teams []int) ([]Rating, error) {
	if len(teams) < 1 || len(teams) > mostCompared {
		return nil, ErrAlliances.Saying("Name 1 to %d teams.", mostCompared).At(fault.Field{Pointer: "/teams", Detail: "1 to 24 team numbers"})
	}
	model, err := s.modelOf(ctx, season, "/teams", teams)
	if err != nil {
		return nil, err
	}
	list := make([]Rating, 0, len(teams))
	for _, team := range teams {
		r, _ := model.Rating(team)
		list = append(list, rating(team, r))
	}
	return list, nil
}

// Forecast is what the ratings expect of a match.
type Forecast struct {
	Season   int      `json:"season"`
	Algo     string   `json:"algo"`
	RedWins  float64  `json:"redWins"` // probability
	BlueWins float64  `json:"blueWins"`
	Red      float64  `json:"red"` // points without fouls
	Blue     float64  `json:"blue"`
	Margin   float64  `json:"margin"` // red minus blue
	RedTeams []Rating `json:"redTeams"`
	BlueTeam []Rating `json:"blueTeams"`
	Unknown  []int    `json:"unknown"` // teams that have not played this season, of which a start below average is assumed
}

// mostRobots is how many teams one alliance may have.
const mostRobots = 3

// Predict says what the ratings expect of a match between two alliances.
func (s *Service) Predict(ctx context.Context, season int, red, blue []int) (Forecast, error) {
	out := Forecast{Season: season, Algo: s.constants.Version, Unknown: []int{}}
	for i, side := range [][]int{red, blue} {
		if len(side) < 1 || len(side) > mostRobots {
			pointer := []string{"/red", "/blue"}[i]
			return out, ErrAlliances.Saying("Each alliance has 1 to %d teams.", mostRobots).At(fault.Field{Pointer: pointer, Detail: "1 to 3 team numbers"})
		}
	}
	model, err := s.modelOf(ctx, season, "/red", slices.Concat(red, blue))
	if err != nil {
		return out, err
	}
	p := model.Predict(red, blue)
	out.RedWins, out.BlueWins, out.Red, out.Blue, out.Margin = p.RedWins, 1-p.RedWins, p.Red, p.Blue, p.Red-p.Blue
	of := func(teams []int) []Rating {
		list := make([]Rating, 0, len(teams))
		for _, team := range teams {
			r, known := model.Rating(team)
			if !known {
				out.Unknown = append(out.Unknown, team)
			}
			list = append(list, rating(team, r))
		}
		return list
	}
	out.RedTeams, out.BlueTeam = of(red), of(blue)
	return out, nil
}

// modelOf returns the season's model with these teams, each of which may be there once.
func (s *Service) modelOf(ctx context.Context, season int, pointer string, teams []int) (*analytics.Model, error) {
	set := make(map[int]bool, len(teams))
	for _, team := range teams {
		if team < 1 || team > 99999 || set[team] {
			return nil, ErrAlliances.Saying("%d is no team number, or is there twice.", team).At(fault.Field{Pointer: pointer, Detail: "each team once, from 1 to 99999"})
		}
		set[team] = true
	}
	model, _, err := s.current(ctx, s.q, season, numbers(set))
	return model, eventlog.Translate(err)
}

// noRows is nil for the error that says that nothing is there.
func noRows(err error) (none bool, rest error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}
	return false, eventlog.Translate(err)
}
