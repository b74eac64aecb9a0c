package scouting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// maxRanges is how many stretches of matches one event names. It keeps the event far below
// the 10 KB that every driver carries.
const maxRanges = 40

// errPreview ends a transaction that was only to show what it would do.
var errPreview = errors.New("a preview is not kept")

// seat names an assignment within a sheet: a scout has one place in a match.
type seat struct {
	match ftc.MatchKey
	scout uuid.UUID
}

// desk is a sheet while somebody changes it. It is locked: nobody else changes it, and
// nobody leaves the team.
type desk struct {
	tx      pgx.Tx
	key     SheetKey
	sheet   Sheet
	members map[uuid.UUID]teams.Member
	rows    map[seat]Assignment
	deed    *audit.Deed // the change's line of the audit log, if it leaves one
}

// change runs f on the sheet of an actor who may, stores what f made of the rows, and tells
// the team. What comes back has the assignments of all matches that changed.
func (s *Service) change(ctx context.Context, actor accounts.Actor, key SheetKey, f func(d *desk) error) (Sheet, error) {
	key, err := s.clean(key)
	if err != nil {
		return Sheet{}, err
	}
	var d *desk
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		if d, err = openDesk(ctx, tx, actor, key); err != nil {
			return err
		}
		before := maps.Clone(d.rows)
		if err := f(d); err != nil {
			return err
		}
		if d.deed != nil {
			audit.Write(batch, actor.By(), *d.deed)
		}
		return d.store(ctx, batch, before)
	})
	if err != nil && !errors.Is(err, errPreview) {
		return Sheet{}, err
	}
	return d.sheet, nil
}

func openDesk(ctx context.Context, tx pgx.Tx, actor accounts.Actor, key SheetKey) (*desk, error) {
	q := queries.New(tx)
	d := &desk{tx: tx, key: key, members: make(map[uuid.UUID]teams.Member), rows: make(map[seat]Assignment)}
	scouts, err := q.LockScouts(ctx, queries.LockScoutsParams{TeamID: key.TeamID, UserID: actor.UserID})
	if err != nil {
		return nil, err
	}
	for _, m := range scouts {
		d.members[m.UserID] = teams.Member{UserID: m.UserID, DisplayName: m.DisplayName, Role: teams.Role(m.Role)}
	}
	role, err := teams.RoleForWrite(ctx, tx, actor.UserID, key.TeamID)
	if err != nil {
		return nil, err
	}
	if role.Reach(teams.EditAssignments) != teams.All {
		return nil, ErrRole
	}
	if err := ftc.Ensure(ctx, tx, key.Event); err != nil {
		return nil, err
	}
	locked, err := q.LockSheet(ctx, queries.LockSheetParams{TeamID: key.TeamID, Season: int32(key.Event.Season), EventCode: key.Event.Code})
	if err != nil {
		return nil, err
	}
	d.sheet = Sheet{ScoutingTeamID: key.TeamID, EventKey: key.Event, Rev: int(locked.Rev), UpdatedAt: inUTC(&locked.UpdatedAt), Assignments: []Assignment{}}
	list, err := readAssignments(ctx, q, key, AssignmentFilter{})
	for _, a := range list {
		d.rows[seat{a.match(key.Event), a.Scout.ID}] = a
	}
	return d, err
}

// seen refuses a change that was made from an older list.
func (d *desk) seen(rev int) error {
	if rev == d.sheet.Rev {
		return nil
	}
	current := d.sheet
	current.Assignments = d.list()
	return ErrStale.Saying("The assignments have changed since you read them: you have rev %d, they have %d.", rev, current.Rev).Carrying(current)
}

// list returns the rows in the order of play.
func (d *desk) list() []Assignment {
	return slices.SortedFunc(maps.Values(d.rows), func(a, b Assignment) int {
		return cmp.Or(compareMatches(a.match(d.key.Event), b.match(d.key.Event)), -cmp.Compare(a.Alliance, b.Alliance), cmp.Compare(a.Station, b.Station),
			cmp.Compare(a.ScoutedTeam, b.ScoutedTeam), cmp.Compare(a.Scout.ID.String(), b.Scout.ID.String()))
	})
}

// scout returns the member if they can be put on a robot.
func (d *desk) scout(id uuid.UUID, pointer string) (accounts.User, error) {
	m, ok := d.members[id]
	if !ok || !m.Role.May(teams.CreateEntry) {
		detail := "A scout is a member or a device of the team who may record entries."
		return accounts.User{}, ErrAssignment.Saying("%s", detail).At(fault.Field{Pointer: pointer, Detail: detail})
	}
	return accounts.User{ID: m.UserID, DisplayName: m.DisplayName}, nil
}

// same reports whether two assignments of one scout in one match are stored alike.
func (a Assignment) same(b Assignment) bool {
	return a.ScoutedTeam == b.ScoutedTeam && a.Alliance == b.Alliance && a.Station == b.Station && a.Manual == b.Manual
}

// store writes the difference. Where there is none, nobody is told and rev stays.
func (d *desk) store(ctx context.Context, batch *eventlog.Batch, before map[seat]Assignment) error {
	if len(d.rows) > MaxAssignments {
		return ErrAssignment.Saying("A team has at most %d assignments at one FTC event.", MaxAssignments)
	}
	q := queries.New(d.tx)
	gone := queries.DeleteAssignmentsParams{TeamID: d.key.TeamID, Season: int32(d.key.Event.Season), EventCode: d.key.Event.Code}
	made := queries.InsertAssignmentsParams{TeamID: gone.TeamID, Season: gone.Season, EventCode: gone.EventCode}
	touched := make(map[ftc.MatchKey]bool)
	for at, a := range before {
		if now, kept := d.rows[at]; !kept || !now.same(a) {
			touched[at.match] = true
			gone.Levels, gone.Serieses = append(gone.Levels, string(a.Level)), append(gone.Serieses, int32(a.Series))
			gone.Numbers, gone.Scouts = append(gone.Numbers, int32(a.MatchNumber)), append(gone.Scouts, a.Scout.ID)
		}
	}
	for at, a := range d.rows {
		if was, kept := before[at]; !kept || !was.same(a) {
			touched[at.match] = true
			made.Levels, made.Serieses = append(made.Levels, string(a.Level)), append(made.Serieses, int32(a.Series))
			made.Numbers, made.Scouts = append(made.Numbers, int32(a.MatchNumber)), append(made.Scouts, a.Scout.ID)
			made.Robots, made.Manuals = append(made.Robots, int32(a.ScoutedTeam)), append(made.Manuals, a.Manual)
			made.Alliances, made.Stations = append(made.Alliances, string(a.Alliance)), append(made.Stations, int32(a.Station))
		}
	}
	if len(touched) == 0 {
		return nil
	}
	if err := q.DeleteAssignments(ctx, gone); err != nil {
		return err
	}
	if err := q.InsertAssignments(ctx, made); err != nil {
		return err
	}
	bumped, err := q.BumpSheet(ctx, queries.BumpSheetParams{TeamID: gone.TeamID, Season: gone.Season, EventCode: gone.EventCode})
	if err != nil {
		return err
	}
	d.sheet.Rev, d.sheet.UpdatedAt = int(bumped.Rev), inUTC(&bumped.UpdatedAt)
	// Read again: a new row does not know yet when its match is and whether it is stale.
	all, err := readAssignments(ctx, q, d.key, AssignmentFilter{})
	if err != nil {
		return err
	}
	d.sheet.Assignments = slices.DeleteFunc(all, func(a Assignment) bool { return !touched[a.match(d.key.Event)] })
	return batch.Add(AssignmentsChanged.On(changed(d.sheet, touched), teams.PrivateChannel(d.key.TeamID)))
}

// changed makes the event of a change.
func changed(sheet Sheet, touched map[ftc.MatchKey]bool) AssignmentsChangedPayload {
	matches := slices.SortedFunc(maps.Keys(touched), compareMatches)
	ranges := stretches(matches, 1)
	if len(ranges) > maxRanges {
		ranges = stretches(matches, 999)
	}
	return AssignmentsChangedPayload{Season: sheet.Season, EventCode: sheet.Code, Rev: sheet.Rev, Ranges: ranges}
}

// stretches covers the matches with ranges in which no step is larger than the given one.
func stretches(matches []ftc.MatchKey, step int) []MatchRange {
	var list []MatchRange
	for _, m := range matches {
		n := len(list)
		if n == 0 || list[n-1].Level != m.Level || ordinal(m) > list[n-1].To+step {
			list = append(list, MatchRange{m.Level, ordinal(m), ordinal(m)})
			continue
		}
		list[n-1].To = ordinal(m)
	}
	return list
}

// ordinal is the number by which people name a match of its level.
func ordinal(m ftc.MatchKey) int {
	if m.Level == ftc.Playoff {
		return m.Series
	}
	return m.Number
}

// inRange reports whether the match is one of the range.
func (r MatchRange) inRange(m ftc.MatchKey) bool {
	return m.Level == r.Level && r.From <= ordinal(m) && ordinal(m) <= r.To
}

// NewAssignment puts a scout on a robot. Alliance and Station are only needed where the
// schedule does not know who plays in the match.
type NewAssignment struct {
	Rev         int
	Match       MatchRef
	ScoutedTeam int
	ScoutID     uuid.UUID
	InsteadOf   uuid.UUID // whose place on this robot the scout takes; zero: nobody's
	Alliance    ftc.Alliance
	Station     int
}

// Assign puts a scout on a robot of a match by hand.
func (s *Service) Assign(ctx context.Context, actor accounts.Actor, key SheetKey, n NewAssignment) (Sheet, error) {
	return s.change(ctx, actor, key, func(d *desk) error {
		if err := d.seen(n.Rev); err != nil {
			return err
		}
		scout, err := d.scout(n.ScoutID, "/scoutId")
		if err != nil {
			return err
		}
		a := Assignment{
			Level: n.Match.Level, Series: n.Match.Series, MatchNumber: n.Match.MatchNumber, Alliance: n.Alliance, Station: n.Station,
			ScoutedTeam: n.ScoutedTeam, Scout: scout, Manual: true,
		}
		robots, err := ftc.Robots(ctx, d.tx, a.match(d.key.Event))
		if err != nil {
			return err
		}
		if err := a.place(robots); err != nil {
			return err
		}
		if n.InsteadOf != uuid.Nil {
			at := seat{a.match(d.key.Event), n.InsteadOf}
			if was, ok := d.rows[at]; !ok || was.ScoutedTeam != n.ScoutedTeam {
				return ErrNoAssignment.At(fault.Field{Pointer: "/insteadOf", Detail: "This scout is not on this robot."})
			}
			delete(d.rows, at)
		}
		return d.add(a)
	})
}

// add refuses a scout who is elsewhere in the match. One who is on the robot stays as they are.
func (d *desk) add(a Assignment) error {
	at := seat{a.match(d.key.Event), a.Scout.ID}
	if was, ok := d.rows[at]; ok {
		if was.ScoutedTeam == a.ScoutedTeam {
			return nil
		}
		return ErrScoutBusy.Saying("%s is on team %d in %s.", was.Scout.DisplayName, was.ScoutedTeam, matchName(at.match)).Carrying(was)
	}
	d.rows[at] = a
	return nil
}

// place fills in where the robot stands, from who plays in the match; where nobody knows
// that, what was sent has to say it.
func (a *Assignment) place(robots []ftc.Robot) error {
	var wrong []fault.Field
	check := func(ok bool, pointer, detail string) {
		if !ok {
			wrong = append(wrong, fault.Field{Pointer: pointer, Detail: detail})
		}
	}
	check(a.Level == ftc.Qual || a.Level == ftc.Playoff || a.Level == ftc.Practice, "/tournamentLevel", "tournamentLevel is qual, playoff or practice.")
	check(a.Series >= 0 && a.Series <= 99, "/series", "series is a whole number from 0 to 99.")
	check(a.MatchNumber >= 1 && a.MatchNumber <= 999, "/matchNumber", "matchNumber is a whole number from 1 to 999.")
	check(a.ScoutedTeam >= 1 && a.ScoutedTeam <= 99999, "/scoutedTeamNumber", "scoutedTeamNumber is an FTC team number, 1 to 99999.")
	if len(robots) == 0 {
		check(a.Alliance == ftc.Red || a.Alliance == ftc.Blue, "/alliance", "The schedule does not know this match, so alliance has to be RED or BLUE.")
		check(a.Station >= 1 && a.Station <= 3, "/station", "The schedule does not know this match, so station has to be 1, 2 or 3.")
	}
	if len(wrong) > 0 {
		return ErrAssignment.Saying("%s", wrong[0].Detail).At(wrong...)
	}
	var numbers []string
	for _, r := range robots {
		if r.TeamNumber == a.ScoutedTeam {
			a.Alliance, a.Station = r.Alliance, r.Station
			return nil
		}
		numbers = append(numbers, fmt.Sprint(r.TeamNumber))
	}
	if len(robots) == 0 {
		return nil
	}
	detail := fmt.Sprintf("Team %d does not play in this match; %s do.", a.ScoutedTeam, strings.Join(numbers, ", "))
	return ErrNotThere.Saying("%s", detail).At(fault.Field{Pointer: "/scoutedTeamNumber", Detail: detail})
}

// Place is one scout's place in one match.
type Place struct {
	Match   MatchRef
	ScoutID uuid.UUID
}

// Swap lets two scouts change places, in one match or between two.
func (s *Service) Swap(ctx context.Context, actor accounts.Actor, key SheetKey, rev int, a, b Place) (Sheet, error) {
	return s.change(ctx, actor, key, func(d *desk) error {
		if err := d.seen(rev); err != nil {
			return err
		}
		if a.ScoutID == b.ScoutID {
			detail := "Two different scouts change places."
			return ErrAssignment.Saying("%s", detail).At(fault.Field{Pointer: "/b/scoutId", Detail: detail})
		}
		one, err := d.leave(a, "/a")
		if err != nil {
			return err
		}
		other, err := d.leave(b, "/b")
		if err != nil {
			return err
		}
		one.Scout, other.Scout = other.Scout, one.Scout
		one.Manual, other.Manual = true, true
		for i, moved := range []Assignment{one, other} {
			if was, busy := d.rows[seat{moved.match(d.key.Event), moved.Scout.ID}]; busy {
				return ErrScoutBusy.Saying("%s is in %s already.", was.Scout.DisplayName, matchName(was.match(d.key.Event))).Carrying(was)
			}
			if _, err := d.scout(moved.Scout.ID, []string{"/b/scoutId", "/a/scoutId"}[i]); err != nil {
				return err
			}
			d.rows[seat{moved.match(d.key.Event), moved.Scout.ID}] = moved
		}
		return nil
	})
}

// leave takes a scout off a match.
func (d *desk) leave(p Place, pointer string) (Assignment, error) {
	at := seat{ftc.MatchKey{EventKey: d.key.Event, Level: p.Match.Level, Series: p.Match.Series, Number: p.Match.MatchNumber}, p.ScoutID}
	a, ok := d.rows[at]
	if !ok {
		return a, ErrNoAssignment.At(fault.Field{Pointer: pointer, Detail: ErrNoAssignment.Detail})
	}
	delete(d.rows, at)
	return a, nil
}

// Clear takes everybody off the matches of a range, or one scout if scoutID is not zero.
func (s *Service) Clear(ctx context.Context, actor accounts.Actor, key SheetKey, rev int, r MatchRange, scoutID uuid.UUID) (Sheet, error) {
	return s.change(ctx, actor, key, func(d *desk) error {
		if err := d.seen(rev); err != nil {
			return err
		}
		maps.DeleteFunc(d.rows, func(at seat, _ Assignment) bool {
			return r.inRange(at.match) && (scoutID == uuid.Nil || at.scout == scoutID)
		})
		return nil
	})
}

// matchName is what people call a match.
func matchName(m ftc.MatchKey) string {
	switch m.Level {
	case ftc.Qual:
		return fmt.Sprintf("Q%d", m.Number)
	case ftc.Practice:
		return fmt.Sprintf("practice %d", m.Number)
	case ftc.Playoff:
	}
	if m.Number > 1 {
		return fmt.Sprintf("playoff %d, play %d", m.Series, m.Number)
	}
	return fmt.Sprintf("playoff %d", m.Series)
}

// sentence says an assignment to a scout.
func sentence(a Assignment) string {
	text := fmt.Sprintf("%s: watch team %d, %s %d", matchName(a.match(ftc.EventKey{})), a.ScoutedTeam, strings.ToLower(string(a.Alliance)), a.Station)
	if a.ScheduledAt != nil {
		text += ", planned for " + a.ScheduledAt.UTC().Format("15:04") + " UTC"
	}
	return text + "."
}
