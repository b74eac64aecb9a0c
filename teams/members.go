package teams

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Members lists who is in the team, to its members only.
func (s *Service) Members(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) ([]Member, error) {
	if _, err := s.RoleOf(ctx, actor.UserID, teamID); err != nil {
		return nil, err
	}
	rows, err := s.q.Members(ctx, teamID)
	members := make([]Member, 0, len(rows))
	for _, row := range rows {
		members = append(members, Member{UserID: row.UserID, DisplayName: row.DisplayName, Role: Role(row.Role), JoinedAt: row.JoinedAt})
	}
	return members, eventlog.Translate(err)
}

// SetRole gives a member another role. Who gives it must be allowed to give the new role
// and to take the old one, and the team keeps a mentor.
func (s *Service) SetRole(ctx context.Context, actor accounts.Actor, teamID, userID uuid.UUID, role Role) (Member, error) {
	var changed Member
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		own, err := s.lockFor(ctx, q, actor, teamID)
		if err != nil {
			return err
		}
		member, err := memberOf(ctx, q, teamID, userID)
		if err != nil {
			return err
		}
		if !own.mayGrant(role) || !own.mayGrant(member.Role) {
			return ErrRole
		}
		if member.Role == Mentor && role != Mentor {
			if err := keepMentor(ctx, q, teamID); err != nil {
				return err
			}
		}
		if _, err := q.SetRole(ctx, queries.SetRoleParams{TeamID: teamID, UserID: userID, Role: string(role)}); err != nil {
			return err
		}
		member.Role = role
		changed = member
		return batch.Add(MemberChanged.On(MemberJoinedPayload{TeamID: teamID, Member: member}, PrivateChannel(teamID)))
	})
	return changed, err
}

// Remove ends somebody's membership; who removes must be allowed to take their role. Their
// sockets lose the team's channels.
func (s *Service) Remove(ctx context.Context, actor accounts.Actor, teamID, userID uuid.UUID) error {
	if userID == actor.UserID {
		return s.Leave(ctx, actor, teamID)
	}
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		own, err := s.lockFor(ctx, q, actor, teamID)
		if err != nil {
			return err
		}
		member, err := memberOf(ctx, q, teamID, userID)
		if err != nil {
			return err
		}
		if !own.mayGrant(member.Role) {
			return ErrRole
		}
		return end(ctx, q, batch, teamID, member, true)
	})
}

// Leave ends the actor's own membership, unless they are the last mentor.
func (s *Service) Leave(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if _, err := s.lockFor(ctx, q, actor, teamID); err != nil {
			return err
		}
		member, err := memberOf(ctx, q, teamID, actor.UserID)
		if err != nil {
			return err
		}
		return end(ctx, q, batch, teamID, member, false)
	})
}

// end must be called with the team locked.
func end(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, teamID uuid.UUID, member Member, removed bool) error {
	if member.Role == Mentor {
		if err := keepMentor(ctx, q, teamID); err != nil {
			return err
		}
	}
	if _, err := q.DeleteMembership(ctx, queries.DeleteMembershipParams{TeamID: teamID, UserID: member.UserID}); err != nil {
		return err
	}
	if err := batch.Revoke(revocation(teamID, member.UserID)); err != nil {
		return err
	}
	payload := MemberLeftPayload{TeamID: teamID, UserID: member.UserID, DisplayName: member.DisplayName, Removed: removed}
	return batch.Add(MemberLeft.On(payload, PrivateChannel(teamID)))
}

// admit makes the user a member and says so; a member stays what they are.
func (s *Service) admit(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, teamID uuid.UUID, user accounts.User, role Role) error {
	n, err := q.InsertMembership(ctx, queries.InsertMembershipParams{TeamID: teamID, UserID: user.ID, Role: string(role)})
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrMember
	}
	member := Member{UserID: user.ID, DisplayName: user.DisplayName, Role: role, JoinedAt: time.Now().UTC()}
	return batch.Add(MemberJoined.On(MemberJoinedPayload{TeamID: teamID, Member: member}, PrivateChannel(teamID)))
}

func memberOf(ctx context.Context, q *queries.Queries, teamID, userID uuid.UUID) (Member, error) {
	rows, err := q.Members(ctx, teamID)
	for _, row := range rows {
		if row.UserID == userID {
			return Member{UserID: row.UserID, DisplayName: row.DisplayName, Role: Role(row.Role), JoinedAt: row.JoinedAt}, nil
		}
	}
	if err != nil {
		return Member{}, err
	}
	return Member{}, ErrNoMember
}

func keepMentor(ctx context.Context, q *queries.Queries, teamID uuid.UUID) error {
	n, err := q.Mentors(ctx, teamID)
	if err == nil && n <= 1 {
		return ErrLastMentor
	}
	return err
}

func revocation(teamID, userID uuid.UUID) realtime.Revocation {
	return realtime.Revocation{UserID: userID.String(), Channels: []realtime.Channel{PrivateChannel(teamID), PresenceChannel(teamID)}}
}
