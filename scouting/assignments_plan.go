package scouting

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/scouting/assignments"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// MaxScouts is the most scouts that one plan is made for.
const MaxScouts = 60

// PlanWish is what a lead wants of a plan. Matches and absences are named by matchNumber,
// in the playoffs by series.
type PlanWish struct {
	Rev           *int // nil is enough where the range is empty: nothing can be lost
	Range         MatchRange
	Scouts        []uuid.UUID // none: the students and devices of the team
	Block         int         // matches for which a scout stays on
	BreakAfter    int         // after so many matches ...
	BreakLength   int         // ... so many off; 0 means no breaks
	Absences      []ScoutAbsence
	PerRobot      int
	KeepPosition  bool // a scout stays at one station for a block
	AvoidOwn      bool // nobody watches the team's own robot
	ReplaceManual bool // else what was made by hand stays
	Seed          int64
	DryRun        bool // shows the plan and stores nothing
}

// ScoutAbsence says from which match to which a scout is not there.
type ScoutAbsence struct {
	ScoutID  uuid.UUID
	From, To int
}

// ScoutLoad is how many matches of the level a scout has, with those that were kept.
type ScoutLoad struct {
	Scout   accounts.User `json:"scout"`
	Matches int           `json:"matches"`
}

// OpenSeat is a robot that has fewer scouts than were asked for.
type OpenSeat struct {
	MatchRef
	Alliance    ftc.Alliance `json:"alliance"`
	Station     int          `json:"station"`
	ScoutedTeam int          `json:"scoutedTeamNumber"`
	Lacking     int          `json:"lacking"`
}

// PlanMade is a plan as it was stored, or would be.
type PlanMade struct {
	Sheet             // with the assignments of the range
	Saved bool        `json:"saved"`
	Loads []ScoutLoad `json:"loads"`
	Open  []OpenSeat  `json:"open"`
}

// Generate plans who scouts which robot in a range of matches. Assignments outside the
// range stay and count for loads and breaks, and so does in the range what was made by
// hand. The same wish on the same sheet gives the same plan.
func (s *Service) Generate(ctx context.Context, actor accounts.Actor, key SheetKey, w PlanWish) (PlanMade, error) {
	made := PlanMade{Saved: !w.DryRun}
	sheet, err := s.change(ctx, actor, key, func(d *desk) error {
		p, err := newPlanner(ctx, d, w)
		if err != nil {
			return err
		}
		if err := p.clear(); err != nil {
			return err
		}
		if err := p.see(ctx); err != nil {
			return err
		}
		p.fill()
		made.Loads, made.Open = p.loads(), p.open()
		made.Assignments = slices.DeleteFunc(d.list(), func(a Assignment) bool { return !w.Range.inRange(a.match(d.key.Event)) })
		if w.DryRun {
			return errPreview
		}
		return nil
	})
	planned := made.Assignments
	made.Sheet = sheet
	made.Assignments = planned
	return made, err
}

// planner carries a wish to package assignments and its plan back.
type planner struct {
	*desk
	wish    PlanWish
	scouts  []accounts.User
	matches []ftc.Match
	place   map[ftc.MatchKey]int // in matches
	plan    assignments.Plan
}

func newPlanner(ctx context.Context, d *desk, w PlanWish) (*planner, error) {
	p := &planner{desk: d, wish: w, place: make(map[ftc.MatchKey]int)}
	q := queries.New(d.tx)
	own, err := q.TeamNumber(ctx, d.key.TeamID)
	if err != nil {
		return nil, err
	}
	all, err := ftc.MatchesAt(ctx, q, d.key.Event, false)
	if err != nil {
		return nil, err
	}
	p.matches = slices.DeleteFunc(all, func(m ftc.Match) bool { return m.Level != w.Range.Level || len(m.Robots) == 0 })
	slices.SortFunc(p.matches, func(a, b ftc.Match) int { return compareMatches(a.MatchKey, b.MatchKey) })
	if !slices.ContainsFunc(p.matches, func(m ftc.Match) bool { return w.Range.inRange(m.MatchKey) }) {
		return nil, ErrNoSchedule
	}
	if err := p.choose(); err != nil {
		return nil, err
	}
	p.plan = assignments.Plan{
		Scouts: len(p.scouts), PerRobot: w.PerRobot, Block: w.Block, KeepPosition: w.KeepPosition, BreakAfter: w.BreakAfter, BreakLength: w.BreakLength,
		OwnTeam: int(own), SkipOwn: w.AvoidOwn, Seed: uint64(w.Seed), First: len(p.matches), Seen: make(map[int]int),
	}
	for i, m := range p.matches {
		p.place[m.MatchKey] = i
		var robots []assignments.Robot
		if ordinal(m.MatchKey) <= w.Range.To { // later ones are only there for what is kept in them
			for _, r := range m.Robots {
				robots = append(robots, assignments.Robot{Position: assignments.Position{Alliance: string(r.Alliance), Station: r.Station}, Team: r.TeamNumber})
			}
			if w.Range.inRange(m.MatchKey) {
				p.plan.First = min(p.plan.First, i)
			}
		}
		p.plan.Matches = append(p.plan.Matches, assignments.Match{Robots: robots})
	}
	return p, p.absences()
}

// choose finds the scouts: those who are named, or all students and devices.
func (p *planner) choose() error {
	ids := p.wish.Scouts
	if len(ids) == 0 {
		for id, m := range p.members {
			if m.Role == teams.Student || m.Role == teams.Device {
				ids = append(ids, id)
			}
		}
		// The order decides between equals, and must not be the map's.
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	}
	for i, id := range ids {
		scout, err := p.scout(id, fmt.Sprintf("/scouts/%d", i))
		if err != nil {
			return err
		}
		if slices.Contains(p.scouts, scout) {
			detail := "Name every scout once."
			return ErrAssignment.Saying("%s", detail).At(fault.Field{Pointer: fmt.Sprintf("/scouts/%d", i), Detail: detail})
		}
		p.scouts = append(p.scouts, scout)
	}
	if n := len(p.scouts); n == 0 || n > MaxScouts {
		detail := fmt.Sprintf("A plan has 1 to %d scouts. Without names they are the students and devices of the team, which are %d.", MaxScouts, n)
		return ErrAssignment.Saying("%s", detail).At(fault.Field{Pointer: "/scouts", Detail: detail})
	}
	return nil
}

func (p *planner) absences() error {
	for i, a := range p.wish.Absences {
		scout := slices.IndexFunc(p.scouts, func(u accounts.User) bool { return u.ID == a.ScoutID })
		if scout < 0 || a.From > a.To {
			detail := "An absence is of one of the plan's scouts, from a match to the same or a later one."
			return ErrAssignment.Saying("%s", detail).At(fault.Field{Pointer: fmt.Sprintf("/absences/%d", i), Detail: detail})
		}
		away := MatchRange{p.wish.Range.Level, a.From, a.To}
		for at, m := range p.matches {
			if away.inRange(m.MatchKey) {
				p.plan.Absences = append(p.plan.Absences, assignments.Absence{Scout: scout, From: at, To: at})
			}
		}
	}
	return nil
}

// clear empties the range, but for what stays, and hands the rest of the level on as kept.
func (p *planner) clear() error {
	goes := func(at seat, a Assignment) bool {
		return p.wish.Range.inRange(at.match) && (!a.Manual || p.wish.ReplaceManual)
	}
	known := p.sheet.Rev
	if p.wish.Rev != nil {
		known = *p.wish.Rev
	} else if !p.wish.DryRun {
		for at, a := range p.rows {
			if goes(at, a) {
				known = 0 // what is replaced has to have been read
			}
		}
	}
	if err := p.seen(known); err != nil {
		return err
	}
	maps.DeleteFunc(p.rows, goes)
	for _, a := range p.list() {
		m, known := p.place[a.match(p.key.Event)]
		if !known {
			continue
		}
		p.plan.Kept = append(p.plan.Kept, assignments.Seat{
			Match: m, Robot: slices.IndexFunc(p.plan.Matches[m].Robots, func(r assignments.Robot) bool { return r.Team == a.ScoutedTeam }),
			Scout: slices.IndexFunc(p.scouts, func(u accounts.User) bool { return u.ID == a.Scout.ID }),
		})
	}
	return nil
}

// see counts the entries that are there already, but not twice what was assigned and then
// recorded.
func (p *planner) see(ctx context.Context) error {
	rows, err := queries.New(p.tx).EntriesByRobot(ctx, queries.EntriesByRobotParams{
		TeamID: p.key.TeamID, Season: int32(p.key.Event.Season), EventCode: p.key.Event.Code,
	})
	for _, r := range rows {
		match := ftc.MatchKey{EventKey: p.key.Event, Level: ftc.Level(r.Level), Series: int(r.Series), Number: int(r.MatchNumber)}
		if a, ok := p.rows[seat{match, r.ScouterID}]; !ok || a.ScoutedTeam != int(r.ScoutedTeam) {
			p.plan.Seen[int(r.ScoutedTeam)]++
		}
	}
	return err
}

// fill puts the plan into the sheet.
func (p *planner) fill() {
	for _, at := range assignments.Generate(p.plan) {
		m := p.matches[at.Match]
		r := p.plan.Matches[at.Match].Robots[at.Robot]
		p.rows[seat{m.MatchKey, p.scouts[at.Scout].ID}] = Assignment{
			Level: m.Level, Series: m.Series, MatchNumber: m.Number, Alliance: ftc.Alliance(r.Position.Alliance), Station: r.Position.Station,
			ScoutedTeam: r.Team, Scout: p.scouts[at.Scout], ScheduledAt: m.ScheduledAt,
		}
	}
}

// loads counts the matches of each scout, those of the plan and those in the rows that stay.
func (p *planner) loads() []ScoutLoad {
	count := make(map[uuid.UUID]int)
	for at := range p.rows {
		if at.match.Level == p.wish.Range.Level {
			count[at.scout]++
		}
	}
	list := make([]ScoutLoad, 0, len(p.scouts))
	for _, scout := range p.scouts {
		list = append(list, ScoutLoad{scout, count[scout.ID]})
	}
	return list
}

// open lists the robots of the range that lack scouts.
func (p *planner) open() []OpenSeat {
	type robot struct {
		match ftc.MatchKey
		team  int
	}
	count := make(map[robot]int)
	for a := range maps.Values(p.rows) {
		count[robot{a.match(p.key.Event), a.ScoutedTeam}]++
	}
	list := []OpenSeat{}
	for _, m := range p.matches {
		for _, r := range m.Robots {
			lacking := max(p.wish.PerRobot, 1) - count[robot{m.MatchKey, r.TeamNumber}]
			if lacking > 0 && p.wish.Range.inRange(m.MatchKey) && (!p.wish.AvoidOwn || r.TeamNumber != p.plan.OwnTeam) {
				list = append(list, OpenSeat{MatchRef{m.Level, m.Series, m.Number}, r.Alliance, r.Station, r.TeamNumber, lacking})
			}
		}
	}
	return list
}
