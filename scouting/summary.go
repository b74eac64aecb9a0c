package scouting

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// MaxCompared is the most robots that one comparison has.
const MaxCompared = 10

// ErrCompare is the answer to a comparison of nothing, of too much or of what is no team.
var ErrCompare = fault.New(fault.Invalid, "bad-comparison", "A comparison has 1 to 10 different FTC team numbers.")

// Summary is how a robot did at an FTC event in qualification and playoff matches. What
// scouts saw and what was deduced from official results are never mixed.
type Summary struct {
	ftc.EventKey
	TeamNumber   int                    `json:"teamNumber"`
	Sources      Sources                `json:"sources"`
	Scouted      consensus.PointStats   `json:"scouted"` // matches that the team scouted
	Deduced      consensus.PointStats   `json:"deduced"` // others, in which it scouted the partner; without inconsistent ones
	Fields       []consensus.FieldStats `json:"fields"`  // of the scouted matches
	Capabilities []consensus.Capability `json:"capabilities"`
	Official     *OfficialRecord        `json:"official,omitempty"` // nil without a result
	Ratings      *Ratings               `json:"ratings,omitempty"`  // nil without a result
	Notes        *NoteRatings           `json:"notes,omitempty"`    // nil without a note
	Matches      []SummaryMatch         `json:"matches"`            // in the order they are played
}

// Sources say what a summary is made of.
type Sources struct {
	Entries      int `json:"entries"` // that count, of the team's scouts
	Superseded   int `json:"superseded"`
	Scouted      int `json:"scouted"` // matches
	Deduced      int `json:"deduced"`
	Inconsistent int `json:"inconsistent"` // deduced, but it cannot be
}

// SummaryMatch is a robot's points in one match.
type SummaryMatch struct {
	ftc.MatchKey
	Source       string        `json:"source"` // scouted or deduced
	Score        seasons.Score `json:"score"`
	Conflict     bool          `json:"conflict"`
	Inconsistent []string      `json:"inconsistent"`
}

// OfficialRecord is what the official results say of a robot's alliances.
type OfficialRecord struct {
	Matches       int            `json:"matches"`
	Wins          int            `json:"wins"`
	Losses        int            `json:"losses"`
	Ties          int            `json:"ties"`
	NoShows       int            `json:"noShows"`
	Disqualified  int            `json:"disqualified"`
	Total         float64        `json:"averageTotal"`
	NoFoul        float64        `json:"averageNoFoul"`
	Phases        *PhaseAverages `json:"averages,omitempty"` // nil where no result has phases
	RankingPoints map[string]int `json:"rankingPoints"`      // in how many matches each was earned
}

// PhaseAverages are an alliance's average points by phase.
type PhaseAverages struct {
	Auto    float64 `json:"auto"`
	Teleop  float64 `json:"teleop"`
	Endgame float64 `json:"endgame"`
}

// Ratings are a robot's ratings from the results of this FTC event alone.
type Ratings struct {
	OPR       float64          `json:"opr"`
	NoFoulOPR float64          `json:"noFoulOpr"`
	RidgeOPR  float64          `json:"ridgeNoFoulOpr"` // steadier while there are few matches
	DPR       float64          `json:"dpr"`
	CCWM      float64          `json:"ccwm"`
	Phases    PhaseAverages    `json:"oprByPhase"`
	Thin      bool             `json:"thin"` // too few matches for the OPR to say much
	EPA       float64          `json:"epa"`
	EPAParts  analytics.Rating `json:"epaParts"`
	Version   string           `json:"epaVersion"`
}

// NoteRatings are the averages of what the team's notes say of a robot, those about the FTC
// event and those about none.
type NoteRatings struct {
	Notes       int    `json:"notes"`
	Reliability Rating `json:"reliability"`
	DriverSkill Rating `json:"driverSkill"`
	Defence     Rating `json:"defence"`
}

// Rating is the average of the notes that have it, 1 to 5; 0 if none has.
type Rating struct {
	Average float64 `json:"average"`
	Notes   int     `json:"notes"`
}

// Summarize returns the summary of each robot, in the order asked for.
func (s *Service) Summarize(ctx context.Context, actor accounts.Actor, v View, robots []int) ([]Summary, error) {
	season, _, err := s.view(ctx, actor, &v, teams.ReadAnalysis)
	if err != nil {
		return nil, err
	}
	numbers := make([]int32, 0, len(robots))
	for _, team := range robots {
		if team < 1 || team > 99999 || slices.Contains(numbers, int32(team)) {
			return nil, ErrCompare.At(fault.Field{Pointer: "/teams", Detail: ErrCompare.Detail})
		}
		numbers = append(numbers, int32(team))
	}
	if len(numbers) == 0 || len(numbers) > MaxCompared {
		return nil, ErrCompare.At(fault.Field{Pointer: "/teams", Detail: ErrCompare.Detail})
	}
	sheet, err := s.sheet(ctx, season, v, numbers)
	if err != nil {
		return nil, err
	}
	notes, err := s.noteRatings(ctx, actor, v, numbers)
	if err != nil {
		return nil, err
	}
	rate := ratings(v.Event.Season, sheet.rated())
	list := make([]Summary, len(robots))
	for i, team := range robots {
		list[i] = sheet.summary(v.Event, team)
		list[i].Official = sheet.record(team)
		list[i].Ratings = rate(team)
		list[i].Notes = notes[team]
	}
	return list, nil
}

// noteRatings returns the ratings of the robots that have notes; of none to whoever may not
// read notes.
func (s *Service) noteRatings(ctx context.Context, actor accounts.Actor, v View, robots []int32) (map[int]*NoteRatings, error) {
	if _, err := s.reach(ctx, actor, v.TeamID, teams.ReadNotes); errors.Is(err, ErrRole) {
		return map[int]*NoteRatings{}, nil
	} else if err != nil {
		return nil, err
	}
	rows, err := s.q.NoteRatings(ctx, queries.NoteRatingsParams{
		TeamID: v.TeamID, Robots: robots, Season: int32(v.Event.Season), EventCode: &v.Event.Code,
	})
	found := make(map[int]*NoteRatings, len(rows))
	for _, row := range rows {
		found[int(row.ScoutedTeam)] = &NoteRatings{
			Notes: int(row.Notes), Reliability: Rating{row.Reliability, int(row.ReliabilityNotes)},
			DriverSkill: Rating{row.DriverSkill, int(row.DriverSkillNotes)}, Defence: Rating{row.Defence, int(row.DefenceNotes)},
		}
	}
	return found, eventlog.Translate(err)
}

// summary is the part of a robot's summary that comes from scouting.
func (sh *sheet) summary(event ftc.EventKey, team int) Summary {
	sum := Summary{EventKey: event, TeamNumber: team, Matches: []SummaryMatch{}}
	var scouted, deduced []seasons.Score
	var forms []json.RawMessage
	for _, r := range sh.robots {
		if r.ScoutedTeam != team || r.Level == ftc.Practice {
			continue
		}
		sum.Sources.Entries += len(r.Reports)
		sum.Sources.Superseded += r.Superseded
		scouted = append(scouted, r.score)
		forms = append(forms, r.Data)
		sum.Matches = append(sum.Matches, SummaryMatch{MatchKey: r.MatchKey, Source: sourceScouted, Score: r.score, Conflict: r.Conflict, Inconsistent: []string{}})
	}
	for _, key := range sh.order() {
		l := sh.sides[key]
		seat := slices.IndexFunc(l.seats, func(s consensus.Seat) bool { return s.Team == team })
		if seat < 0 || l.seats[seat].Data != nil || len(l.seats) < 2 || key.match.Level == ftc.Practice {
			continue
		}
		d, ok := l.deduce(sh.season, team)
		if !ok {
			continue
		}
		sum.Sources.Deduced++
		if len(d.Inconsistent) > 0 {
			sum.Sources.Inconsistent++
		} else {
			deduced = append(deduced, d.Score)
		}
		sum.Matches = append(sum.Matches, SummaryMatch{MatchKey: key.match, Source: sourceDeduced, Score: d.Score, Inconsistent: d.Inconsistent})
	}
	slices.SortStableFunc(sum.Matches, func(a, b SummaryMatch) int { return compareMatches(a.MatchKey, b.MatchKey) })
	sum.Sources.Scouted = len(scouted)
	sum.Scouted, sum.Deduced = consensus.DescribePoints(scouted), consensus.DescribePoints(deduced)
	sum.Fields, sum.Capabilities = consensus.DescribeForms(sh.season, forms)
	return sum
}

// record adds up the results of the alliances that the robot was in, practice left out.
func (sh *sheet) record(team int) *OfficialRecord {
	o := OfficialRecord{RankingPoints: map[string]int{}}
	var phases PhaseAverages
	phased := 0.0
	for i := range sh.results {
		own, other := sh.sidesOf(&sh.results[i], team)
		if own == nil || sh.results[i].Level == ftc.Practice {
			continue
		}
		o.Matches++
		o.Total += float64(own.Total)
		o.NoFoul += float64(own.NoFoul)
		if p := own.Phases; p != nil {
			phased++
			phases.Auto += float64(p.Auto)
			phases.Teleop += float64(p.Teleop)
			phases.Endgame += float64(p.Endgame)
		}
		o.count(own, other, team)
	}
	if o.Matches == 0 {
		return nil
	}
	o.Total /= float64(o.Matches)
	o.NoFoul /= float64(o.Matches)
	if phased > 0 {
		o.Phases = &PhaseAverages{phases.Auto / phased, phases.Teleop / phased, phases.Endgame / phased}
	}
	return &o
}

// count notes the outcome for the robot. A robot alone at a remote event beats nobody.
func (o *OfficialRecord) count(own, other *ftc.AllianceResult, team int) {
	for _, robot := range own.Robots {
		if robot.TeamNumber == team && robot.NoShow {
			o.NoShows++
		}
		if robot.TeamNumber == team && robot.Disqualified {
			o.Disqualified++
		}
	}
	for name, earned := range own.RankingPoints {
		if earned {
			o.RankingPoints[name]++
		}
	}
	switch {
	case other == nil:
	case own.Total > other.Total:
		o.Wins++
	case own.Total < other.Total:
		o.Losses++
	default:
		o.Ties++
	}
}

// sidesOf returns the robot's alliance in a result and the other one; nil where it was in
// neither, or there is no other.
func (sh *sheet) sidesOf(r *ftc.Result, team int) (own, other *ftc.AllianceResult) {
	for i := range r.Alliances {
		a := &r.Alliances[i]
		if slices.Contains(sh.lineUpOf(r.MatchKey, a), team) {
			own = a
		} else {
			other = a
		}
	}
	if own == nil {
		return nil, nil
	}
	return own, other
}

// lineUpOf returns the teams of an alliance, those that were not on the field included.
func (sh *sheet) lineUpOf(match ftc.MatchKey, a *ftc.AllianceResult) []int {
	var list []int
	for _, robot := range a.Robots {
		list = append(list, robot.TeamNumber)
	}
	if len(a.Robots) == 0 {
		for _, seat := range sh.side(match, a.Alliance).seats {
			list = append(list, seat.Team)
		}
	}
	return list
}

// ratings computes the ratings of an FTC event and returns who has which.
func ratings(season int, matches []analytics.Match) func(team int) *Ratings {
	powers := analytics.OPR(matches)
	model := analytics.NewModel(analytics.Season{Year: season, Prior: analytics.DefaultPrior()}, analytics.EPA1())
	slices.SortFunc(matches, func(a, b analytics.Match) int { return a.Compare(b.Key) })
	for _, m := range matches {
		model.Learn(m)
	}
	return func(team int) *Ratings {
		place := slices.IndexFunc(powers, func(p analytics.Power) bool { return p.Team == team })
		epa, played := model.Rating(team)
		if place < 0 || !played {
			return nil
		}
		p := powers[place]
		return &Ratings{
			OPR: p.OPR, NoFoulOPR: p.NoFoul, RidgeOPR: p.RidgeNoFoul, DPR: p.DPR, CCWM: p.CCWM,
			Phases: PhaseAverages{p.Auto, p.Teleop, p.Endgame}, Thin: p.Thin(), EPA: epa.Total(), EPAParts: epa, Version: analytics.Version1,
		}
	}
}

// rated returns the results that ratings are made of: those of both alliances by phase.
func (sh *sheet) rated() []analytics.Match {
	var list []analytics.Match
	for i := range sh.results {
		r := &sh.results[i]
		if len(r.Alliances) != 2 || r.Alliances[0].Phases == nil || r.Alliances[1].Phases == nil || r.Level == ftc.Practice {
			continue
		}
		m := analytics.Match{Key: analytics.Key{Season: r.Season, Event: r.Code, Series: r.Series, Number: r.Number}}
		if r.Level == ftc.Playoff {
			m.Level = analytics.Playoff
		}
		m.Start = r.PostedAt
		if r.StartedAt != nil {
			m.Start = *r.StartedAt
		}
		m.Red, m.Blue = sh.alliance(r, 0), sh.alliance(r, 1)
		list = append(list, m)
	}
	return list
}

func (sh *sheet) alliance(r *ftc.Result, place int) analytics.Alliance {
	a := &r.Alliances[place]
	side := analytics.Alliance{Teams: sh.lineUpOf(r.MatchKey, a), Points: analytics.Points{
		Total: float64(a.Total), NoFoul: float64(a.NoFoul), Auto: float64(a.Phases.Auto), Teleop: float64(a.Phases.Teleop), Endgame: float64(a.Phases.Endgame),
	}}
	for _, robot := range a.Robots {
		if robot.Absent || robot.NoShow {
			side.Absent = append(side.Absent, robot.TeamNumber)
		}
	}
	return side
}
