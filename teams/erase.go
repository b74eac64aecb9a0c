package teams

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Erase makes the server forget the actor: their memberships end, their sockets close, and
// neither their name nor their id is left in what they recorded or in the teams' logs. A
// team whose last mentor they are has to be given away or deleted first.
func (s *Service) Erase(ctx context.Context, actor accounts.Actor) error {
	if err := actor.Person(); err != nil {
		return err
	}
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		memberships, err := q.TeamsOf(ctx, actor.UserID)
		if err != nil {
			return err
		}
		// Teams are locked in one order, so that two who leave the same teams cannot block each other.
		slices.SortFunc(memberships, func(a, b queries.TeamsOfRow) int { return bytes.Compare(a.Team.ID[:], b.Team.ID[:]) })
		for _, m := range memberships {
			if err := s.lastMentorStays(ctx, q, actor, m.Team.ID); err != nil {
				return err
			}
		}
		if err := q.LockMembershipsOf(ctx, actor.UserID); err != nil {
			return err
		}
		newID, err := accounts.Erase(ctx, tx, actor.UserID)
		if err != nil {
			return err
		}
		by := audit.By{UserID: newID, Kind: string(actor.Kind)}
		audit.Write(batch, by, audit.Deed{Action: audit.PersonErased, Subject: newID, Unseen: true})
		for _, m := range memberships {
			audit.Write(batch, by, audit.Deed{Action: audit.MemberLeft, Team: m.Team.ID, Subject: newID, Detail: map[string]string{"role": m.Role}, Unseen: true})
			member := Member{UserID: newID, DisplayName: accounts.FormerMember, Role: Role(m.Role)}
			if err := endErased(ctx, q, batch, m.Team.ID, member); err != nil {
				return err
			}
		}
		if err := batch.Revoke(realtime.Revocation{UserID: actor.UserID.String()}); err != nil {
			return err
		}
		return q.ForgetPerson(ctx, queries.ForgetPersonParams{OldID: actor.UserID.String(), NewID: newID.String()})
	})
}

// lastMentorStays locks the team and refuses if it would lose its last mentor.
func (s *Service) lastMentorStays(ctx context.Context, q *queries.Queries, actor accounts.Actor, teamID uuid.UUID) error {
	role, err := s.lockFor(ctx, q, actor, teamID)
	if err != nil || role != Mentor {
		return err
	}
	return keepMentor(ctx, q, teamID)
}

// endErased ends the membership of somebody who is erased already.
func endErased(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, teamID uuid.UUID, member Member) error {
	if _, err := q.DeleteMembership(ctx, queries.DeleteMembershipParams{TeamID: teamID, UserID: member.UserID}); err != nil {
		return err
	}
	if err := closeInvites(ctx, q, teamID, member.UserID, ""); err != nil {
		return err
	}
	payload := MemberLeftPayload{TeamID: teamID, UserID: member.UserID, DisplayName: member.DisplayName}
	return batch.Add(MemberLeft.On(payload, PrivateChannel(teamID)))
}
