package scouting

import (
	"context"
	"errors"

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

// Fix is what a lead corrects of an entry in quarantine; nil leaves a part as it is.
type Fix struct {
	Level       *ftc.Level
	Series      *int
	MatchNumber *int
	Alliance    *ftc.Alliance
	ScoutedTeam *int
	Author      *uuid.UUID
}

func (f Fix) place() bool {
	return f.Level != nil || f.Series != nil || f.MatchNumber != nil || f.Alliance != nil || f.ScoutedTeam != nil
}

// AcceptHeld records an entry from the quarantine, as it is or corrected, under its own id
// and to its author's credit. What the tablet sent first stays what a repeat is told by.
func (s *Service) AcceptHeld(ctx context.Context, actor accounts.Actor, id uuid.UUID, fix Fix) (Entry, error) {
	var made Entry
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		row, err := heldForUpdate(ctx, q, actor, id)
		if err != nil {
			return err
		}
		d, err := s.mended(ctx, tx, row, fix)
		if err != nil {
			return err
		}
		if err := ftc.Ensure(ctx, tx, d.match().EventKey); err != nil {
			return err
		}
		created := false
		if made, created, err = s.store(ctx, tx, d); err != nil {
			return err
		}
		if err := q.DeleteHeld(ctx, id); err != nil {
			return err
		}
		if created {
			if err := announce(batch, made); err != nil {
				return err
			}
		}
		return s.decided(ctx, q, batch, row, actor, "accepted", audit.HeldAccepted)
	})
	return made, err
}

// mended returns the entry with the lead's corrections. A match or a robot that a lead names
// must fit the schedule; what the scout sent is the lead's to believe.
func (s *Service) mended(ctx context.Context, tx pgx.Tx, row queries.Quarantine, fix Fix) (draft, error) {
	d, err := check(s.book, NewEntry{
		ID: row.ID, ScoutingTeamID: row.TeamID, Season: int(row.Season), EventCode: row.EventCode,
		Level: value(fix.Level, ftc.Level(row.Level)), Series: value(fix.Series, int(row.Series)), MatchNumber: value(fix.MatchNumber, int(row.MatchNumber)),
		Alliance: value(fix.Alliance, ftc.Alliance(row.Alliance)), ScoutedTeam: value(fix.ScoutedTeam, int(row.ScoutedTeam)),
		Data: row.Data, Notes: row.Notes,
	})
	if err != nil {
		return d, err
	}
	copy(d.hash[:], row.ContentHash)
	if fix.place() {
		if err := inMatch(ctx, tx, d); err != nil {
			return d, err
		}
	}
	author, err := authorOf(ctx, tx, row, fix.Author)
	if err != nil {
		return d, err
	}
	d.scouter, d.source = author, sourceScout
	if author.ID != row.SenderID {
		d.courier = &row.SenderID
	}
	return d, nil
}

// authorOf returns who gets the credit: whom the lead names, who is or was a scout of the
// team, or else whom the upload named.
func authorOf(ctx context.Context, tx pgx.Tx, row queries.Quarantine, named *uuid.UUID) (accounts.User, error) {
	refused := func(detail string) (accounts.User, error) {
		return accounts.User{}, ErrEntry.Saying("%s", detail).At(fault.Field{Pointer: "/scouterId", Detail: detail})
	}
	author := row.AuthorID
	if named != nil {
		author = named
	}
	if author == nil {
		return refused("Nobody of the team is known to have made this entry: name its scout.")
	}
	before, err := queries.New(tx).BeforeUpload(ctx, queries.BeforeUploadParams{TeamID: row.TeamID, SenderID: row.SenderID, AuthorID: *author})
	if err != nil {
		return accounts.User{}, err
	}
	if named != nil && !before.AuthorFormer && !teams.Role(before.AuthorRole).May(teams.CreateEntry) {
		return refused("This person is and was no scout of the team.")
	}
	return accounts.User{ID: *author, DisplayName: before.AuthorName}, nil
}

// DiscardHeld takes an entry out of the quarantine; for 30 days it can be restored.
func (s *Service) DiscardHeld(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		row, err := heldForUpdate(ctx, q, actor, id)
		if err != nil || row.DiscardedAt != nil {
			return err
		}
		if err := q.DiscardHeld(ctx, queries.DiscardHeldParams{ID: id, UserID: &actor.UserID}); err != nil {
			return err
		}
		return s.decided(ctx, q, batch, row, actor, "discarded", audit.HeldDiscarded)
	})
}

// RestoreHeld undoes a discard.
func (s *Service) RestoreHeld(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		row, err := heldForUpdate(ctx, q, actor, id)
		if err != nil || row.DiscardedAt == nil {
			return err
		}
		if err := q.RestoreHeld(ctx, id); err != nil {
			return err
		}
		return s.decided(ctx, q, batch, row, actor, "restored", audit.HeldRestored)
	})
}

func (s *Service) decided(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, row queries.Quarantine, actor accounts.Actor, change string, line audit.Action) error {
	if err := q.PurgeDiscarded(ctx); err != nil {
		return err
	}
	count, err := q.CountHeld(ctx, queries.CountHeldParams{TeamID: row.TeamID, SenderID: row.SenderID})
	if err != nil {
		return err
	}
	audit.Write(batch, actor.By(), audit.Deed{Action: line, Team: row.TeamID, Object: row.ID.String()})
	return quarantineChanged(batch, row.TeamID, QuarantineChangedPayload{row.ID, change, Reason(row.Reason), int(count.Open)})
}

// heldForUpdate returns the row, locked, if the actor may decide about it.
func heldForUpdate(ctx context.Context, q *queries.Queries, actor accounts.Actor, id uuid.UUID) (queries.Quarantine, error) {
	row, err := q.HeldForUpdate(ctx, queries.HeldForUpdateParams{ID: id, UserID: actor.UserID})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return queries.Quarantine{}, ErrNotHeld
	case err != nil:
		return queries.Quarantine{}, err
	case !teams.Role(row.Role).May(teams.ResolveQuarantine):
		return queries.Quarantine{}, ErrRole
	}
	return row.Quarantine, nil
}
