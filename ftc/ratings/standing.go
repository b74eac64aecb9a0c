package ratings

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/bracket"
	"github.com/ftcmetrics/ftcmetrics/ftc/rankings"
)

// Game is what a season says of ranking.
type Game struct {
	Known bool // there is a season file; without one Rules are wins and ties alone
	Rules rankings.Rules
	Level func(typeName string) string                 // of an FTC event
	Parts func(details json.RawMessage) map[string]int // of an alliance's score, beside those it names itself
}

// Place is a team's place by the qualification matches.
type Place struct {
	Rank          int            `json:"rank"`
	TeamNumber    int            `json:"teamNumber"`
	Name          string         `json:"name"`
	RankingScore  float64        `json:"rankingScore"`
	TieBreaks     []float64      `json:"tieBreaks"`
	Wins          int            `json:"wins"`
	Losses        int            `json:"losses"`
	Ties          int            `json:"ties"`
	Played        int            `json:"matchesPlayed"`
	Counted       int            `json:"matchesCounted"` // a surrogate's do not count
	Disqualified  int            `json:"dq"`
	NoShows       int            `json:"noShows"`
	RankingPoints int            `json:"rankingPoints"`
	Bonuses       map[string]int `json:"bonuses"`    // how often each was earned
	Tied          bool           `json:"tied"`       // equal in everything with a neighbour; the manual draws lots
	Incomplete    bool           `json:"incomplete"` // a score lacked a part that the rules ask for
}

// Standing is the ranking of an FTC event, worked out from its results.
type Standing struct {
	ftc.EventKey
	Computed  bool     `json:"computed"`   // by this server; what officials publish is not kept
	Known     bool     `json:"rulesKnown"` // false for a season without a file: two points for a win, one for a tie
	Matches   int      `json:"matches"`    // that were counted
	TieBreaks []string `json:"tieBreaks"`  // what they are, in order
	Teams     []Place  `json:"teams"`      // all at the event; those without a match stand last
}

// Rankings ranks the teams of an FTC event by the rules of its season.
func (s *Service) Rankings(ctx context.Context, key ftc.EventKey, game Game) (Standing, error) {
	out := Standing{EventKey: key, Computed: true, Known: game.Known, TieBreaks: []string{}, Teams: []Place{}}
	event, err := s.ftc.Event(ctx, key)
	if err != nil {
		return out, err
	}
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
	in := rankings.Event{Level: game.Level(event.TypeName)}
	for team := range names {
		in.Teams = append(in.Teams, team)
	}
	planned := make(map[ftc.MatchKey][]ftc.Robot, len(schedule))
	for _, m := range schedule {
		planned[m.MatchKey] = m.Robots
	}
	for _, r := range results {
		if r.Level == ftc.Qual {
			in.Matches = append(in.Matches, ranked(r, planned[r.MatchKey], game))
		}
	}
	out.Matches = len(in.Matches)
	for _, t := range game.Rules.TieBreaks {
		out.TieBreaks = append(out.TieBreaks, t.Part)
	}
	for _, row := range rankings.Rank(game.Rules, in) {
		out.Teams = append(out.Teams, newPlace(row, names[row.Team], game.Rules))
	}
	return out, nil
}

func newPlace(r rankings.Row, name string, rules rankings.Rules) Place {
	p := Place{
		Rank: r.Rank, TeamNumber: r.Team, Name: name, RankingScore: r.Score, TieBreaks: r.TieBreaks, Wins: r.Wins, Losses: r.Losses, Ties: r.Ties,
		Played: r.Played, Counted: r.Counted, Disqualified: r.Disqualified, NoShows: r.NoShows, RankingPoints: r.RankingPoints,
		Bonuses: make(map[string]int, len(r.Bonuses)), Tied: r.Tied, Incomplete: r.Incomplete,
	}
	for i, b := range rules.Bonuses {
		p.Bonuses[b.Key] = r.Bonuses[i]
	}
	return p
}

// ranked makes the match that rankings count out of a result. Who is a surrogate only the
// schedule knows.
func ranked(r ftc.Result, planned []ftc.Robot, game Game) rankings.Match {
	m := rankings.Match{Number: r.Number, Play: r.Plays}
	for _, a := range r.Alliances {
		side := rankings.Alliance{Points: a.Total, Parts: parts(a, game), Bonuses: a.RankingPoints}
		for _, robot := range planned {
			if robot.Alliance != a.Alliance {
				continue
			}
			i := slices.IndexFunc(a.Robots, func(p ftc.PlayedRobot) bool { return p.TeamNumber == robot.TeamNumber })
			if i >= 0 || len(a.Robots) == 0 {
				one := rankings.Robot{Team: robot.TeamNumber, Surrogate: robot.Surrogate}
				if i >= 0 {
					one.Disqualified, one.NoShow = a.Robots[i].Disqualified, a.Robots[i].NoShow
				}
				side.Robots = append(side.Robots, one)
			}
		}
		for _, p := range a.Robots {
			if !slices.ContainsFunc(side.Robots, func(have rankings.Robot) bool { return have.Team == p.TeamNumber }) {
				side.Robots = append(side.Robots, rankings.Robot{Team: p.TeamNumber, Disqualified: p.Disqualified, NoShow: p.NoShow})
			}
		}
		if a.Alliance == ftc.Red {
			m.Red = side
		} else {
			m.Blue = side
		}
	}
	return m
}

// parts are the parts of an alliance's score: those that every result has, those that follow
// from the season's rules, and over them what officials say.
func parts(a ftc.AllianceResult, game Game) map[string]int {
	all := map[string]int{"preFoulTotal": a.NoFoul}
	if a.Phases != nil {
		all["autoPoints"] = a.Phases.Auto
	}
	if len(a.Details) == 0 {
		return all
	}
	for name, n := range game.Parts(a.Details) {
		all[name] = n
	}
	if said, _, err := rankings.Details(a.Details); err == nil {
		for name, n := range said {
			all[name] = n
		}
	}
	return all
}

// Seat is one side of a match of the playoffs.
type Seat struct {
	From     bracket.Origin `json:"from"`
	Number   int            `json:"number"`   // of the alliance that is seeded, or of the series it comes from
	Alliance int            `json:"alliance"` // 0 while nobody knows
	Wins     int            `json:"wins"`     // in the series
}

// Series is a match of the playoffs.
type Series struct {
	Series     int            `json:"series"`
	Round      int            `json:"round"`
	Lower      bool           `json:"lower"`    // of alliances that have lost once
	Deciding   bool           `json:"deciding"` // played only if the undefeated alliance loses the final
	Status     bracket.Status `json:"status"`
	Red        Seat           `json:"red"`
	Blue       Seat           `json:"blue"`
	Winner     int            `json:"winner"` // alliances; 0 until it is decided
	Loser      int            `json:"loser"`
	Plays      int            `json:"plays"`
	WinnerNext int            `json:"winnerNext"` // series; 0 for none
	LoserNext  int            `json:"loserNext"`
}

// Finish is where an alliance stands.
type Finish struct {
	ftc.PlayoffAlliance
	Losses int `json:"losses"`
	Place  int `json:"place"` // 0 while it plays on
}

// State is how far the playoffs are.
type State string

// The states of playoffs.
const (
	Unselected State = "unselected" // nobody has told the alliances yet
	Odd        State = "odd"        // of a number of alliances that there is no plan for
	Running    State = "running"
	Finished   State = "finished"
)

// Bracket is the playoffs of an FTC event.
type Bracket struct {
	ftc.EventKey
	State     State    `json:"state"`
	Alliances []Finish `json:"alliances"`
	Matches   []Series `json:"matches"`  // as planned; before the selection those of an event of so many teams
	Champion  int      `json:"champion"` // alliance; 0 until it is decided
	Unplaced  int      `json:"unplaced"` // results that fit no match, as others have them
}

// Bracket plays off the alliances of an FTC event from its results so far.
func (s *Service) Bracket(ctx context.Context, key ftc.EventKey) (Bracket, error) {
	out := Bracket{EventKey: key, State: Unselected, Alliances: []Finish{}, Matches: []Series{}}
	alliances, err := s.ftc.Alliances(ctx, key)
	if err != nil {
		return out, err
	}
	results, err := s.ftc.Results(ctx, key)
	if err != nil {
		return out, err
	}
	size := len(alliances)
	if size == 0 {
		names, err := s.names(ctx, key)
		if err != nil {
			return out, err
		}
		if size = bracket.Size(len(names)); size == 0 {
			return out, nil
		}
	}
	played, unplaced := plays(alliances, results)
	out.Unplaced = unplaced
	p, err := bracket.Play(size, played)
	if errors.Is(err, bracket.ErrSize) {
		out.State = Odd
		p = new(bracket.Playoff)
	} else if err != nil {
		return out, err
	}
	out.fill(p, alliances)
	return out, nil
}

func (b *Bracket) fill(p *bracket.Playoff, alliances []ftc.PlayoffAlliance) {
	known := len(alliances) > 0
	for _, m := range p.Matches {
		one := Series{
			Series: m.Series, Round: m.Round, Lower: m.Lower, Deciding: m.Deciding, Status: m.Status, Winner: m.Winner, Loser: m.Loser,
			Plays: m.Plays, WinnerNext: m.WinnerNext, LoserNext: m.LoserNext,
			Red:  Seat{From: m.Red.Origin, Number: m.Red.Number, Alliance: m.RedAlliance, Wins: m.RedWins},
			Blue: Seat{From: m.Blue.Origin, Number: m.Blue.Number, Alliance: m.BlueAlliance, Wins: m.BlueWins},
		}
		if !known { // the plan alone
			one.Status = bracket.Waiting
		}
		b.Matches = append(b.Matches, one)
	}
	for i, a := range alliances {
		one := Finish{PlayoffAlliance: a}
		if i < len(p.Standings) {
			one.Losses, one.Place = p.Standings[i].Losses, p.Standings[i].Place
		}
		b.Alliances = append(b.Alliances, one)
	}
	b.Unplaced += len(p.Odd)
	if b.Champion = p.Champion; b.Champion != 0 {
		b.State = Finished
	} else if known && b.State != Odd {
		b.State = Running
	}
}

// plays makes what a bracket takes out of the results of playoffs, and counts those whose
// winner is in no alliance.
func plays(alliances []ftc.PlayoffAlliance, results []ftc.Result) (list []bracket.Result, unplaced int) {
	var who []bracket.Alliance
	for i, a := range alliances {
		teams := append([]int{a.Captain}, a.Picks...)
		if a.Backup != 0 {
			teams = append(teams, a.Backup)
		}
		who = append(who, bracket.Alliance{Number: i + 1, Teams: teams})
	}
	for _, r := range results {
		if r.Level != ftc.Playoff {
			continue
		}
		one := bracket.Result{Series: r.Series, Number: r.Number}
		if won := r.Won(); won != "" {
			i := slices.IndexFunc(r.Alliances, func(a ftc.AllianceResult) bool { return a.Alliance == won })
			if i >= 0 {
				one.Winner = bracket.Which(who, robotsOf(r.Alliances[i]))
			}
			if one.Winner == 0 {
				unplaced++
				continue
			}
		}
		list = append(list, one)
	}
	return list, unplaced
}

func robotsOf(a ftc.AllianceResult) []int {
	var teams []int
	for _, r := range a.Robots {
		teams = append(teams, r.TeamNumber)
	}
	return teams
}
