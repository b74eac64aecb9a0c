package firstapi_test

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
)

// truth is a Source that reads the fake's file without the fake and without a server. As
// the next version of the API will, it calls a season by the year of its championship.
type truth struct {
	championship int
	event        ftc.Event
	teams        []ftc.Team
	plays        []play
	alliances    []firstapi.PlayoffAlliance
	now          func() time.Time
}

var _ firstapi.Source = (*truth)(nil)

// play is a match with everything about it, and when one may know.
type play struct {
	firstapi.Match
	score         firstapi.Score
	shown, posted time.Time
}

type truthFile struct {
	Season    int
	EventCode string
	Timeline  []struct{ Description, Posted string }
	Responses map[string]json.RawMessage
}

func (f *truthFile) decode(t testing.TB, path string, into any) {
	t.Helper()
	must(t, json.Unmarshal(f.Responses["/v2.0/2025/"+path], into))
}

type truthMatch struct {
	Description, Field, StartTime, ActualStartTime, PostResultTime, ModifiedOn              string
	Series, MatchNumber                                                                     int
	ScoreRedFinal, ScoreRedFoul, ScoreRedAuto, ScoreBlueFinal, ScoreBlueFoul, ScoreBlueAuto int
	Teams                                                                                   []struct {
		TeamNumber                     int
		Station                        string
		Surrogate, NoShow, DQ, OnField bool
	}
}

// readTruth reads the file. Times are as clocks at the venue show them, five hours behind UTC.
func readTruth(t testing.TB, now func() time.Time) *truth {
	t.Helper()
	raw, err := os.ReadFile("firstapitest/event.json")
	must(t, err)
	var f truthFile
	must(t, json.Unmarshal(raw, &f))
	tr := &truth{championship: f.Season + 1, now: now}
	var events struct {
		Events []struct{ Code, Name, TypeName, Venue, City, RegionCode, Country, Timezone string }
	}
	f.decode(t, "events", &events)
	e := events.Events[0]
	midnight := time.Date(2026, 1, 17, 0, 0, 0, 0, time.UTC)
	tr.event = ftc.Event{
		EventKey: ftc.EventKey{Season: f.Season, Code: e.Code}, Name: e.Name, Official: true, TypeName: e.TypeName, Venue: e.Venue, City: e.City,
		Region: e.RegionCode, Country: e.Country, Timezone: e.Timezone, StartsOn: &midnight, EndsOn: &midnight,
	}
	var teams struct {
		Teams []struct {
			TeamNumber                          int
			NameShort, City, StateProv, Country string
			RookieYear                          int
		}
	}
	f.decode(t, "teams?eventCode=ZZDEV1&page=1", &teams)
	for _, team := range teams.Teams {
		year := team.RookieYear
		tr.teams = append(tr.teams, ftc.Team{Number: team.TeamNumber, Name: team.NameShort, City: team.City, Region: team.StateProv, Country: team.Country, RookieYear: &year})
	}
	var alliances struct {
		Alliances []struct {
			Number, Captain, Round1 int
			Name                    string
		}
	}
	f.decode(t, "alliances/ZZDEV1", &alliances)
	for _, a := range alliances.Alliances {
		tr.alliances = append(tr.alliances, firstapi.PlayoffAlliance{Number: a.Number, Name: a.Name, Captain: a.Captain, Picks: []int{a.Round1}})
	}
	tr.addMatches(t, &f, ftc.Qual)
	tr.addMatches(t, &f, ftc.Playoff)
	return tr
}

func at(t testing.TB, local string) time.Time {
	t.Helper()
	parsed, err := time.Parse("2006-01-02T15:04:05-07:00", local+"-05:00")
	must(t, err)
	return parsed.UTC()
}

func (tr *truth) addMatches(t testing.TB, f *truthFile, level ftc.Level) {
	t.Helper()
	var hybrid, plan struct{ Schedule []truthMatch }
	var scores struct {
		MatchScores []struct {
			MatchSeries, MatchNumber, Randomization int
			Alliances                               []json.RawMessage
		}
	}
	f.decode(t, "schedule/ZZDEV1/"+string(level)+"/hybrid", &hybrid)
	f.decode(t, "schedule/ZZDEV1?tournamentLevel="+string(level), &plan)
	f.decode(t, "scores/ZZDEV1/"+string(level), &scores)
	for i, row := range hybrid.Schedule {
		p := play{Match: row.match(t, tr.event.EventKey, level, plan.Schedule[i].Field), shown: at(t, plan.Schedule[i].ModifiedOn)}
		p.posted = *p.PostedAt
		if level == ftc.Playoff {
			p.shown = tr.plays[len(tr.plays)-1].posted
			if i == 0 {
				p.shown = p.shown.Add(20 * time.Minute)
			}
		}
		s := scores.MatchScores[i]
		p.score = firstapi.Score{MatchKey: p.MatchKey, Randomization: s.Randomization}
		for _, raw := range s.Alliances {
			p.score.Alliances = append(p.score.Alliances, truthScore(t, raw))
		}
		p.score.Alliances[0].Points.FoulsReceived = p.score.Alliances[1].Points.FoulsCommitted
		p.score.Alliances[1].Points.FoulsReceived = p.score.Alliances[0].Points.FoulsCommitted
		tr.plays = append(tr.plays, p)
	}
}

func (row truthMatch) match(t testing.TB, event ftc.EventKey, level ftc.Level, field string) firstapi.Match {
	scheduled, started, posted := at(t, row.StartTime), at(t, row.ActualStartTime), at(t, row.PostResultTime)
	m := firstapi.Match{
		MatchKey: ftc.MatchKey{EventKey: event, Level: level, Series: row.Series, Number: row.MatchNumber}, Description: row.Description, Field: field,
		ScheduledAt: &scheduled, StartedAt: &started, PostedAt: &posted,
		Result: &firstapi.Result{
			Red:  firstapi.Total{Points: row.ScoreRedFinal, Fouls: row.ScoreRedFoul, Auto: row.ScoreRedAuto},
			Blue: firstapi.Total{Points: row.ScoreBlueFinal, Fouls: row.ScoreBlueFoul, Auto: row.ScoreBlueAuto},
		},
	}
	switch {
	case row.ScoreRedFinal > row.ScoreBlueFinal:
		m.Result.Winner = ftc.Red
	case row.ScoreRedFinal < row.ScoreBlueFinal:
		m.Result.Winner = ftc.Blue
	}
	for _, team := range row.Teams {
		r := firstapi.Robot{NoShow: team.NoShow, Disqualified: team.DQ, Absent: !team.OnField}
		r.TeamNumber, r.Surrogate = team.TeamNumber, team.Surrogate
		r.Alliance, r.Station = ftc.Alliance(strings.ToUpper(team.Station[:len(team.Station)-1])), int(team.Station[len(team.Station)-1]-'0')
		m.Robots = append(m.Robots, r)
	}
	return m
}

// truthScore adds up what the alliance did, by the rules of DECODE.
func truthScore(t testing.TB, raw json.RawMessage) firstapi.AllianceScore {
	t.Helper()
	var s struct {
		Alliance                                                                       string
		AutoLeavePoints, AutoArtifactPoints, AutoPatternPoints                         int
		TeleopArtifactPoints, TeleopDepotPoints, TeleopPatternPoints, TeleopBasePoints int
		MinorFouls, MajorFouls, TotalPoints                                            int
		MovementRP, GoalRP, PatternRP                                                  bool
	}
	must(t, json.Unmarshal(raw, &s))
	var all map[string]any
	must(t, json.Unmarshal(raw, &all))
	details, err := json.Marshal(all) // in the order that the fake's answers have
	must(t, err)
	p := firstapi.Points{
		Total: s.TotalPoints, Auto: s.AutoLeavePoints + s.AutoArtifactPoints + s.AutoPatternPoints,
		Teleop: s.TeleopArtifactPoints + s.TeleopDepotPoints + s.TeleopPatternPoints, Endgame: s.TeleopBasePoints,
		FoulsCommitted: 5*s.MinorFouls + 15*s.MajorFouls,
		RankingPoints:  map[string]bool{"movementRP": s.MovementRP, "goalRP": s.GoalRP, "patternRP": s.PatternRP},
	}
	p.NoFoul = p.Auto + p.Teleop + p.Endgame
	return firstapi.AllianceScore{Alliance: ftc.Alliance(strings.ToUpper(s.Alliance)), Points: &p, Details: details}
}

// at returns the plays of a level that are known now.
func (tr *truth) at(level ftc.Level, when func(play) time.Time) []play {
	var known []play
	for _, p := range tr.plays {
		if p.Level == level && !when(p).After(tr.now()) {
			known = append(known, p)
		}
	}
	return known
}

func shown(p play) time.Time  { return p.shown }
func posted(p play) time.Time { return p.posted }

func (tr *truth) CurrentSeason(context.Context) (int, error) { return tr.championship - 1, nil }

func (tr *truth) Events(_ context.Context, season int, _ firstapi.Since) (firstapi.Reply[ftc.Event], error) {
	if season+1 != tr.championship {
		return firstapi.Reply[ftc.Event]{}, nil
	}
	return firstapi.Reply[ftc.Event]{Rows: []ftc.Event{tr.event}}, nil
}

func (tr *truth) Event(_ context.Context, key ftc.EventKey) (ftc.Event, error) {
	if key.Season+1 != tr.championship || key.Code != tr.event.Code {
		return ftc.Event{}, ftc.ErrNoEvent
	}
	return tr.event, nil
}

func (tr *truth) Teams(context.Context, ftc.EventKey) (firstapi.Reply[ftc.Team], error) {
	return firstapi.Reply[ftc.Team]{Rows: tr.teams}, nil
}

func (tr *truth) Schedule(_ context.Context, _ ftc.Event, level ftc.Level, _ firstapi.Since) (firstapi.Reply[firstapi.Match], error) {
	var reply firstapi.Reply[firstapi.Match]
	for _, p := range tr.at(level, shown) {
		m := p.unplayed()
		m.Field = p.Field
		reply.Rows = append(reply.Rows, m)
	}
	return reply, nil
}

// unplayed is the match before anybody knows how it ends.
func (p play) unplayed() firstapi.Match {
	m := p.Match
	m.Field, m.StartedAt, m.PostedAt, m.Result = "", nil, nil, nil
	m.Robots = slices.Clone(m.Robots)
	for i := range m.Robots {
		m.Robots[i] = firstapi.Robot{Robot: m.Robots[i].Robot}
	}
	return m
}

func (tr *truth) Matches(_ context.Context, _ ftc.Event, level ftc.Level, _ firstapi.Since) (firstapi.Reply[firstapi.Match], error) {
	var reply firstapi.Reply[firstapi.Match]
	for _, p := range tr.at(level, shown) {
		m := p.unplayed()
		if !p.posted.After(tr.now()) {
			m = p.Match
			m.Field = ""
		}
		reply.Rows = append(reply.Rows, m)
	}
	return reply, nil
}

func (tr *truth) Scores(_ context.Context, _ ftc.EventKey, level ftc.Level, _ firstapi.Since) (firstapi.Reply[firstapi.Score], error) {
	var reply firstapi.Reply[firstapi.Score]
	for _, p := range tr.at(level, posted) {
		reply.Rows = append(reply.Rows, p.score)
	}
	return reply, nil
}

func (tr *truth) Alliances(context.Context, ftc.EventKey, firstapi.Since) (firstapi.Reply[firstapi.PlayoffAlliance], error) {
	if len(tr.at(ftc.Playoff, shown)) == 0 {
		return firstapi.Reply[firstapi.PlayoffAlliance]{}, nil
	}
	return firstapi.Reply[firstapi.PlayoffAlliance]{Rows: tr.alliances}, nil
}

// Rankings ranks by the rules: average ranking points, then points without fouls, base and auto.
func (tr *truth) Rankings(context.Context, ftc.EventKey, firstapi.Since) (firstapi.Reply[firstapi.Ranking], error) {
	plays := tr.at(ftc.Qual, posted)
	if len(plays) == 0 {
		return firstapi.Reply[firstapi.Ranking]{}, nil
	}
	var reply firstapi.Reply[firstapi.Ranking]
	for _, team := range tr.teams {
		r := firstapi.Ranking{TeamNumber: team.Number}
		for _, p := range plays {
			for _, robot := range p.Robots {
				if robot.TeamNumber == team.Number {
					count(&r, p, robot)
				}
			}
		}
		for i := range r.SortOrders {
			if r.Counted > 0 {
				r.SortOrders[i] = math.Round(100*r.SortOrders[i]/float64(r.Counted)) / 100
			}
		}
		reply.Rows = append(reply.Rows, r)
	}
	slices.SortStableFunc(reply.Rows, func(a, b firstapi.Ranking) int {
		return slices.CompareFunc(b.SortOrders[:], a.SortOrders[:], cmp.Compare)
	})
	for i := range reply.Rows {
		reply.Rows[i].Rank = i + 1
	}
	return reply, nil
}

// count adds a match to the sums of one of its teams.
func count(r *firstapi.Ranking, p play, robot firstapi.Robot) {
	r.Played++
	if robot.Surrogate {
		return
	}
	r.Counted++
	if robot.Disqualified {
		r.Disqualified++
	}
	if robot.Disqualified || robot.NoShow {
		r.Losses++
		return
	}
	switch p.Result.Winner {
	case robot.Alliance:
		r.Wins++
		r.SortOrders[0] += 3
	case "":
		r.Ties++
		r.SortOrders[0]++
	default:
		r.Losses++
	}
	for _, side := range p.score.Alliances {
		if side.Alliance != robot.Alliance {
			continue
		}
		for _, earned := range side.Points.RankingPoints {
			if earned {
				r.SortOrders[0]++
			}
		}
		r.SortOrders[1] += float64(side.Points.NoFoul)
		r.SortOrders[2] += float64(side.Points.Endgame)
		r.SortOrders[3] += float64(side.Points.Auto)
	}
}
