package teams

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// maxMembers is how many a team may have, tablets included: far more than any team, and few
// enough to be listed at once.
const maxMembers = 500

// Members lists who is in the team, to its members only.
func (s *Service) Members(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) ([]Member, error) {
	role, err := s.RoleOf(ctx, actor.UserID, teamID)
	if err != nil {
		return nil, err
	}
	if !role.May(ReadMembers) {
		return nil, ErrRole
	}
	rows, err := s.q.Members(ctx, teamID)
	members := make([]Member, 0, len(rows))
	for _, row := range rows {
		members = append(members, Member{UserID: row.UserID, DisplayName: row.DisplayName, Role: Role(row.Role), JoinedAt: row.JoinedAt})
	}
	return members, eventlog.Translate(err)
}

// SetRole gives a member another role. Who gives it must be allowed to give the new role
// and to take the old one, and the team keeps a mentor. A shared tablet stays one, and
// nobody becomes one.
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
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.MemberRoleChanged, Team: teamID, Subject: userID,
			Detail: map[string]string{"from": string(member.Role), "to": string(role)}})
		changed, err = become(ctx, q, batch, teamID, member, role)
		return err
	})
	return changed, err
}

// become gives the member the role and takes with the old one what came of it: invites to
// roles that they can no longer give, and the channels where friends are not let in. It
// must be called with the team locked.
func become(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, teamID uuid.UUID, member Member, role Role) (Member, error) {
	if member.Role == Device || role == Device {
		return Member{}, ErrDeviceRole
	}
	if member.Role == Mentor && role != Mentor {
		if err := keepMentor(ctx, q, teamID); err != nil {
			return Member{}, err
		}
	}
	if _, err := q.SetRole(ctx, queries.SetRoleParams{TeamID: teamID, UserID: member.UserID, Role: string(role)}); err != nil {
		return Member{}, err
	}
	if err := closeInvites(ctx, q, teamID, member.UserID, role); err != nil {
		return Member{}, err
	}
	row, err := q.Team(ctx, teamID)
	if err != nil {
		return Member{}, err
	}
	if role == Friend && !row.FriendChannels {
		if err := batch.Revoke(revocation(teamID, member.UserID)); err != nil {
			return Member{}, err
		}
	}
	member.Role = role
	return member, batch.Add(MemberChanged.On(MemberJoinedPayload{TeamID: teamID, Member: member}, PrivateChannel(teamID)))
}

// closeInvites closes the invites that the user opened to roles which their own role, ""
// for none, does not let them give: otherwise they could come back as what they were.
func closeInvites(ctx context.Context, q *queries.Queries, teamID, userID uuid.UUID, role Role) error {
	return q.RevokeInvitesBy(ctx, queries.RevokeInvitesByParams{TeamID: teamID, CreatedBy: &userID, MayGive: role.grantable()})
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
		audit.Write(batch, actor.By(), removal(teamID, member))
		return end(ctx, q, batch, teamID, member, true)
	})
}

// Leave ends the actor's own membership, unless they are the last mentor. A shared tablet
// does not leave; it is taken away.
func (s *Service) Leave(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		role, err := s.lockFor(ctx, q, actor, teamID)
		if err != nil {
			return err
		}
		if !role.May(Leave) {
			return ErrRole
		}
		member, err := memberOf(ctx, q, teamID, actor.UserID)
		if err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.MemberLeft, Team: teamID, Subject: actor.UserID, Detail: map[string]string{"role": string(role)}})
		return end(ctx, q, batch, teamID, member, false)
	})
}

// removal is what the audit log says when somebody or a tablet is taken out of the team.
func removal(teamID uuid.UUID, member Member) audit.Deed {
	action := audit.MemberRemoved
	if member.Role == Device {
		action = audit.TabletRemoved
	}
	return audit.Deed{Action: action, Team: teamID, Subject: member.UserID, Detail: map[string]string{"role": string(member.Role)}}
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
	if err := closeInvites(ctx, q, teamID, member.UserID, ""); err != nil {
		return err
	}
	if member.Role == Device {
		if err := signOutDevice(ctx, q, batch, member.UserID); err != nil {
			return err
		}
	} else if err := batch.Revoke(revocation(teamID, member.UserID)); err != nil {
		return err
	}
	payload := MemberLeftPayload{TeamID: teamID, UserID: member.UserID, DisplayName: member.DisplayName, Removed: removed}
	return batch.Add(MemberLeft.On(payload, PrivateChannel(teamID)))
}

// admit makes the user a member and says so; a member stays what they are.
func (s *Service) admit(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, teamID uuid.UUID, user accounts.User, role Role) error {
	if count, err := q.CountMembers(ctx, teamID); err != nil {
		return err
	} else if count >= maxMembers {
		return ErrFull
	}
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
	row, err := q.Member(ctx, queries.MemberParams{TeamID: teamID, UserID: userID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Member{}, ErrNoMember
	}
	return Member{UserID: row.UserID, DisplayName: row.DisplayName, Role: Role(row.Role), JoinedAt: row.JoinedAt}, err
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
