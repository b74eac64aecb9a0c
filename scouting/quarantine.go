package scouting

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// The bounds of a quarantine. What one sender has put in counts until it is decided and, if
// discarded, for the 30 days that it is kept: leads who discard a flood are not flooded again.
const (
	maxHeld           = 1000 // open, of a team
	maxHeldOfMember   = 300
	maxHeldOfStranger = 100 // of somebody whose membership has ended
)

// The errors of the quarantine.
var (
	ErrNotHeld        = fault.New(fault.NotFound, "not-in-quarantine", "There is no such entry in your team's quarantine.")
	ErrQuarantineFull = fault.New(fault.Conflict, "quarantine-full", "The team's quarantine is full. Its leads have to decide about what is in it first.")
	ErrHeldTooMany    = fault.New(fault.TooMany, "quarantine-limit", "You have too many entries in the team's quarantine already.")
)

// Reason says why an entry waits for the team's leads.
type Reason string

// The reasons.
const (
	SenderLeft     Reason = "not-a-member"        // the sender recorded for the team once and no longer may
	AuthorUnknown  Reason = "author-not-a-member" // the scout whom the courier names is no scout of the team
	MatchUnknown   Reason = "unknown-match"       // the schedule is known and has no such match
	RobotElsewhere Reason = "robot-not-in-match"  // another robot's number, or the other side
)

// Held tells a tablet that an entry is kept for the team's leads: it may forget it.
type Held struct {
	ID     uuid.UUID `json:"id"`
	Reason Reason    `json:"reason"`
	Detail string    `json:"detail"`
}

// HeldEntry is an entry in quarantine, as the team's leads see it.
type HeldEntry struct {
	Held
	Sender      accounts.User  `json:"sender"`
	Author      *accounts.User `json:"author"` // who is said to have made it; null when the team knows nobody
	ReceivedAt  time.Time      `json:"receivedAt"`
	DiscardedAt *time.Time     `json:"discardedAt"`
	Entry       Entry          `json:"entry"` // as it would be recorded
}

// QuarantineChangedPayload says what happened in a team's quarantine, without what the
// entry says: all members hear it, only leads may read the quarantine.
type QuarantineChangedPayload struct {
	EntryID uuid.UUID `json:"entryId"`
	Change  string    `json:"change"` // held, accepted, discarded or restored
	Reason  Reason    `json:"reason"`
	Open    int       `json:"open"` // how many wait now
}

// QuarantineChanged is the realtime event of the quarantine.
var QuarantineChanged = realtime.Define[QuarantineChangedPayload]("scouting:quarantine-changed",
	"An entry came into the team's quarantine or left it.", "private-team-{teamId}")

// Upload records an entry as Create does. What may be a scout's honest work for this team
// and cannot be recorded as it is goes to the team's quarantine instead of being refused.
func (s *Service) Upload(ctx context.Context, actor accounts.Actor, e NewEntry) Outcome {
	out := Outcome{ID: e.ID}
	d, err := check(s.book, e)
	if err != nil {
		out.Err = err
		return out
	}
	if d.ID == uuid.Nil {
		if d.ID, out.Err = uuid.NewV7(); out.Err != nil {
			return out
		}
	}
	out.ID = d.ID
	if d.Author == uuid.Nil {
		d.Author = actor.UserID
	}
	out.Err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		out.Entry, out.Created, out.Held = Entry{}, false, nil
		before, err := queries.New(tx).BeforeUpload(ctx, queries.BeforeUploadParams{
			ID: d.ID, TeamID: d.ScoutingTeamID, SenderID: actor.UserID, AuthorID: d.Author, Level: string(d.Level), Season: int32(d.Season),
			EventCode: d.EventCode, Series: int32(d.Series), MatchNumber: int32(d.MatchNumber),
		})
		if err != nil {
			return err
		}
		why, err := s.place(ctx, tx, actor, &d, before, &out)
		if err != nil {
			return err
		}
		if why != nil {
			out.Held, err = hold(ctx, tx, batch, actor, d, before, *why)
			return err
		}
		if out.Created {
			return announce(batch, out.Entry)
		}
		return nil
	})
	return out
}

// place stores the entry or finds it, or returns why it has to wait.
func (s *Service) place(ctx context.Context, tx pgx.Tx, actor accounts.Actor, d *draft, before queries.BeforeUploadRow, out *Outcome) (*Held, error) {
	d.broughtBy(actor, accounts.User{ID: d.Author, DisplayName: before.AuthorName})
	known, err := s.admit(ctx, tx, actor, *d)
	switch {
	case errors.Is(err, teams.ErrNoTeam) && before.SenderFormer, errors.Is(err, ErrRole) && before.SenderFormer:
		return &Held{d.ID, SenderLeft, "You no longer record entries for this team. Its leads decide about this one."}, nil
	case errors.Is(err, ErrNotThere):
		return &Held{d.ID, RobotElsewhere, fault.From(err).Detail}, nil
	case err != nil:
		return nil, err
	case known != nil:
		out.Entry = *known
		return nil, nil
	case before.HeldReason != "": // a repeat waits too, even if the schedule has changed meanwhile
		return &Held{d.ID, Reason(before.HeldReason), before.HeldDetail}, nil
	case d.courier != nil && !teams.Role(before.AuthorRole).May(teams.CreateEntry):
		return &Held{d.ID, AuthorUnknown, "The scout named as its author records no entries for this team."}, nil
	case before.Unscheduled:
		return &Held{d.ID, MatchUnknown, "The schedule of this FTC event has no such match."}, nil
	}
	out.Entry, out.Created, err = s.store(ctx, tx, *d)
	return nil, err
}

// hold puts the entry into the team's quarantine, once.
func hold(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, actor accounts.Actor, d draft, before queries.BeforeUploadRow, why Held) (*Held, error) {
	q := queries.New(tx)
	known, err := taken(ctx, q, d)
	if err != nil || known {
		return &why, err
	}
	if err := q.LockQuarantine(ctx, d.ScoutingTeamID.String()); err != nil {
		return nil, err
	}
	if err := q.PurgeDiscarded(ctx); err != nil {
		return nil, err
	}
	count, err := q.CountHeld(ctx, queries.CountHeldParams{TeamID: d.ScoutingTeamID, SenderID: actor.UserID})
	if err != nil {
		return nil, err
	}
	n, err := q.InsertHeld(ctx, heldRow(actor, d, before, why))
	if err != nil {
		return nil, err
	}
	if n == 0 { // somebody sent the same entry meanwhile
		_, err := taken(ctx, q, d)
		return &why, err
	}
	most := int64(maxHeldOfMember)
	if why.Reason == SenderLeft {
		most = maxHeldOfStranger
	}
	switch {
	case count.BySender >= most:
		return nil, ErrHeldTooMany
	case count.Open >= maxHeld:
		return nil, ErrQuarantineFull
	}
	return &why, quarantineChanged(batch, d.ScoutingTeamID, QuarantineChangedPayload{d.ID, "held", why.Reason, int(count.Open) + 1})
}

// taken reports whether this very entry is recorded or held already, so that the tablet may
// forget it. It is an error when the id is another entry's.
func taken(ctx context.Context, q *queries.Queries, d draft) (bool, error) {
	held, err := q.HeldByID(ctx, d.ID)
	if err == nil {
		if held.TeamID != d.ScoutingTeamID || !bytes.Equal(held.ContentHash, d.hash[:]) {
			return false, ErrIDTaken.At(fault.Field{Pointer: "/id", Detail: ErrIDTaken.Detail})
		}
		return true, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return false, err
	}
	row, err := q.EntryByID(ctx, d.ID)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case row.ScoutingEntry.TeamID != d.ScoutingTeamID, !bytes.Equal(row.ScoutingEntry.ContentHash, d.hash[:]):
		return false, ErrIDTaken.At(fault.Field{Pointer: "/id", Detail: ErrIDTaken.Detail})
	}
	return true, nil
}

func heldRow(actor accounts.Actor, d draft, before queries.BeforeUploadRow, why Held) queries.InsertHeldParams {
	p := queries.InsertHeldParams{
		ID: d.ID, TeamID: d.ScoutingTeamID, SenderID: actor.UserID, Reason: string(why.Reason), Detail: why.Detail,
		Season: int32(d.Season), EventCode: d.EventCode, Level: string(d.Level), Series: int32(d.Series), MatchNumber: int32(d.MatchNumber),
		Alliance: string(d.Alliance), ScoutedTeam: int32(d.ScoutedTeam), FormVersion: int32(d.form.Form.Version), Data: d.Data, Notes: d.Notes,
		AutoScore: int32(d.score.Auto), TeleopScore: int32(d.score.Teleop), EndgameScore: int32(d.score.Endgame),
		TotalScore: int32(d.score.Total), ContentHash: d.hash[:],
	}
	// Only people whom the team knows are named to its leads: an id in an upload must not
	// turn into a stranger's name.
	if before.AuthorRole != "" || before.AuthorFormer || d.Author == actor.UserID {
		p.AuthorID = &d.Author
	}
	return p
}

func quarantineChanged(batch *eventlog.Batch, teamID uuid.UUID, p QuarantineChangedPayload) error {
	return batch.Add(QuarantineChanged.On(p, teams.PrivateChannel(teamID)))
}

// Quarantine lists what waits for the team's leads, or what they discarded in the last 30
// days, newest first, and the cursor of the next page.
func (s *Service) Quarantine(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, discarded bool, after string, limit int) ([]HeldEntry, string, error) {
	if err := s.mayRead(ctx, actor, teamID, teams.ResolveQuarantine); err != nil {
		return nil, "", err
	}
	p := queries.HeldListParams{TeamID: teamID, Discarded: discarded, RowLimit: int32(limit) + 1}
	if after != "" {
		var err error
		if p.BeforeAt, p.BeforeID, err = parseCursor(after); err != nil {
			return nil, "", err
		}
	}
	rows, err := s.q.HeldList(ctx, p)
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1].Quarantine
		next = cursor(last.ReceivedAt, last.ID)
	}
	list := make([]HeldEntry, 0, len(rows))
	for _, row := range rows {
		list = append(list, heldEntry(row.Quarantine, row.SenderName, row.AuthorName))
	}
	return list, next, nil
}

// mayRead returns an error unless the actor's role in the team allows the action.
func (s *Service) mayRead(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, action teams.Action) error {
	role, err := s.q.RoleIn(ctx, queries.RoleInParams{TeamID: teamID, UserID: actor.UserID})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return teams.ErrNoTeam
	case err != nil:
		return eventlog.Translate(err)
	case !teams.Role(role).May(action):
		return ErrRole
	}
	return nil
}

func heldEntry(row queries.Quarantine, sender, author string) HeldEntry {
	h := HeldEntry{
		Held:   Held{row.ID, Reason(row.Reason), row.Detail},
		Sender: accounts.User{ID: row.SenderID, DisplayName: sender}, ReceivedAt: row.ReceivedAt, DiscardedAt: row.DiscardedAt,
		Entry: entry(queries.ScoutingEntry{
			ID: row.ID, TeamID: row.TeamID, Season: row.Season, EventCode: row.EventCode, Level: row.Level, Series: row.Series,
			MatchNumber: row.MatchNumber, Alliance: row.Alliance, ScoutedTeam: row.ScoutedTeam, FormVersion: row.FormVersion, Data: row.Data,
			Notes: row.Notes, AutoScore: row.AutoScore, TeleopScore: row.TeleopScore, EndgameScore: row.EndgameScore,
			TotalScore: row.TotalScore, Rev: 1, Source: sourceScout, CreatedAt: row.ReceivedAt, UpdatedAt: row.ReceivedAt,
		}, author),
	}
	if row.AuthorID != nil {
		h.Author = &accounts.User{ID: *row.AuthorID, DisplayName: author}
		h.Entry.Scouter = *h.Author
		if *row.AuthorID != row.SenderID {
			h.Entry.CourierID = &row.SenderID
		}
	}
	return h
}
