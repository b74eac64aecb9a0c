// Package teams holds workspaces: who is in a team, in which role, who may be invited, and
// who may join which channel.
package teams

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of this package. A stranger hears that a team does not exist.
var (
	ErrNoTeam     = fault.New(fault.NotFound, "no-such-team", "There is no such team, or you are not in it.")
	ErrNoMember   = fault.New(fault.NotFound, "no-such-member", "There is no such member in this team.")
	ErrNoInvite   = fault.New(fault.NotFound, "no-such-invite", "There is no such open invite in this team.")
	ErrName       = fault.New(fault.Invalid, "bad-team-name", "A team's name has 1 to 100 characters that can be written.")
	ErrRole       = fault.New(fault.Forbidden, "role-forbids", "Your role in this team does not allow that.")
	ErrLastMentor = fault.New(fault.Conflict, "last-mentor", "A team keeps at least one mentor. Make somebody else one first, or delete the team.")
	ErrBadCode    = fault.New(fault.NotFound, "bad-invite-code", "This invite code is wrong, used up or expired. Ask your team for a new one.")
	ErrInvite     = fault.New(fault.Invalid, "bad-invite", "This invite cannot be made as asked.")
	ErrFull       = fault.New(fault.Conflict, "team-full", "This team has as many members, invites or tablets as it may have. Remove some first.")
	ErrMember     = fault.New(fault.Conflict, "already-member", "You are a member of this team already.")
)

// Role is what a member may do.
type Role string

// The roles, from most to least.
const (
	Mentor  Role = "MENTOR"  // an adult; owns the workspace
	Leader  Role = "LEADER"  // leads the scouts
	Student Role = "STUDENT" // scouts
	Friend  Role = "FRIEND"  // reads
	Device  Role = "DEVICE"  // a shared tablet: nobody in particular
)

// Leads reports whether the role may change what others recorded.
func (r Role) Leads() bool { return r.Reach(EditEntry) == All }

// Team is a workspace, as one of its members sees it.
type Team struct {
	ID             uuid.UUID `json:"id"`
	TeamNumber     int       `json:"teamNumber"` // FTC team number
	Name           string    `json:"name"`
	SharingLevel   string    `json:"sharingLevel"`   // PRIVATE, EVENT or PUBLIC
	FriendChannels bool      `json:"friendChannels"` // whether friends may join the team's channels
	PublicEntries  bool      `json:"publicEntries"`  // whether the public hears that the team scouted a robot
	Role           Role      `json:"role"`           // the reader's own
	CreatedAt      time.Time `json:"createdAt"`
}

// Member is somebody in a team.
type Member struct {
	UserID      uuid.UUID `json:"userId"`
	DisplayName string    `json:"displayName"`
	Role        Role      `json:"role"`
	JoinedAt    time.Time `json:"joinedAt"`
}

// MemberJoinedPayload tells a team who a member is, when they come or have a new role.
type MemberJoinedPayload struct {
	TeamID uuid.UUID `json:"teamId"`
	Member Member    `json:"member"`
}

// MemberLeftPayload says who is no longer in the team. Removed is false when they left by
// themselves.
type MemberLeftPayload struct {
	TeamID      uuid.UUID `json:"teamId"`
	UserID      uuid.UUID `json:"userId"`
	DisplayName string    `json:"displayName"`
	Removed     bool      `json:"removed"`
}

// The realtime events of this package.
var (
	MemberJoined  = realtime.Define[MemberJoinedPayload]("team:member-joined", "Somebody joined the team.", "private-team-{teamId}")
	MemberChanged = realtime.Define[MemberJoinedPayload]("team:member-changed", "A member has a new role.", "private-team-{teamId}")
	MemberLeft    = realtime.Define[MemberLeftPayload]("team:member-left", "Somebody left the team or was removed.", "private-team-{teamId}")
)

// PrivateChannel returns the channel that carries the team's own data.
func PrivateChannel(teamID uuid.UUID) realtime.Channel {
	return realtime.Channel("private-team-" + teamID.String())
}

// PresenceChannel returns the channel that knows who of the team is online.
func PresenceChannel(teamID uuid.UUID) realtime.Channel {
	return realtime.Channel("presence-team-" + teamID.String())
}

// Service is the workspaces. It is safe for concurrent use.
type Service struct {
	pool    *pgxpool.Pool
	q       *queries.Queries
	log     *eventlog.Log
	codeKey []byte
}

// New returns the service on a database. codeKey is the secret under which invite codes
// are stored; all nodes have the same.
func New(pool *pgxpool.Pool, log *eventlog.Log, codeKey []byte) *Service {
	return &Service{pool: pool, q: queries.New(pool), log: log, codeKey: codeKey}
}

// Create makes a workspace for an FTC team number with the actor as its mentor. An empty
// name becomes "Team 8569".
func (s *Service) Create(ctx context.Context, actor accounts.Actor, number int, name string) (Team, error) {
	if err := actor.Person(); err != nil {
		return Team{}, err
	}
	if name = strings.Join(strings.Fields(name), " "); name == "" {
		name = fmt.Sprintf("Team %d", number)
	}
	name, err := cleanName(name)
	if err != nil {
		return Team{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Team{}, err
	}
	var row queries.Team
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if row, err = q.InsertTeam(ctx, queries.InsertTeamParams{ID: id, TeamNumber: int32(number), Name: name}); err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.TeamCreated, Team: id})
		return s.admit(ctx, q, batch, id, accounts.User{ID: actor.UserID, DisplayName: actor.DisplayName}, Mentor)
	})
	return team(row, Mentor), err
}

// List returns the actor's teams.
func (s *Service) List(ctx context.Context, actor accounts.Actor) ([]Team, error) {
	rows, err := s.q.TeamsOf(ctx, actor.UserID)
	list := make([]Team, 0, len(rows))
	for _, row := range rows {
		list = append(list, team(row.Team, Role(row.Role)))
	}
	return list, eventlog.Translate(err)
}

// Get returns the team, to its members only.
func (s *Service) Get(ctx context.Context, actor accounts.Actor, id uuid.UUID) (Team, error) {
	row, err := s.q.TeamFor(ctx, queries.TeamForParams{TeamID: id, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Team{}, ErrNoTeam
	}
	return team(row.Team, Role(row.Role)), eventlog.Translate(err)
}

// Change is what a mentor may change of a team; nil leaves a part as it is.
type Change struct {
	Name           *string
	SharingLevel   *string
	FriendChannels *bool
	PublicEntries  *bool
}

// detail says what is changed, without the name, which is of the team's own choice.
func (c Change) detail() map[string]string {
	detail := make(map[string]string)
	if c.Name != nil {
		detail["name"] = "changed"
	}
	if c.SharingLevel != nil {
		detail["sharingLevel"] = *c.SharingLevel
	}
	if c.FriendChannels != nil {
		detail["friendChannels"] = strconv.FormatBool(*c.FriendChannels)
	}
	if c.PublicEntries != nil {
		detail["publicEntries"] = strconv.FormatBool(*c.PublicEntries)
	}
	return detail
}

// Update changes the team. When its friends may no longer join its channels, those who are
// there lose them.
func (s *Service) Update(ctx context.Context, actor accounts.Actor, id uuid.UUID, change Change) (Team, error) {
	if change.Name != nil {
		name, err := cleanName(*change.Name)
		if err != nil {
			return Team{}, err
		}
		change.Name = &name
	}
	var changed Team
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		role, err := s.lockFor(ctx, q, actor, id)
		if err != nil {
			return err
		}
		if !role.May(ChangeTeam) {
			return ErrRole
		}
		row, err := q.UpdateTeam(ctx, queries.UpdateTeamParams{
			ID: id, Name: change.Name, SharingLevel: change.SharingLevel, FriendChannels: change.FriendChannels, PublicEntries: change.PublicEntries,
		})
		if err != nil {
			return err
		}
		changed = team(row, role)
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.TeamChanged, Team: id, Detail: change.detail()})
		if change.FriendChannels == nil || *change.FriendChannels {
			return nil
		}
		friends, err := q.UsersWithRole(ctx, queries.UsersWithRoleParams{TeamID: id, Role: string(Friend)})
		for _, userID := range friends {
			if err := batch.Revoke(revocation(id, userID)); err != nil {
				return err
			}
		}
		return err
	})
	return changed, err
}

// Delete removes the team with everything in it, its tablets too.
func (s *Service) Delete(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		role, err := s.lockFor(ctx, q, actor, id)
		if err != nil {
			return err
		}
		if !role.May(DeleteTeam) {
			return ErrRole
		}
		if err := q.LockMembers(ctx, id); err != nil {
			return err
		}
		members, err := q.Members(ctx, id)
		if err != nil {
			return err
		}
		for _, member := range members {
			if err := batch.Revoke(revocation(id, member.UserID)); err != nil {
				return err
			}
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.TeamDeleted, Team: id})
		_, err = q.DeleteTeam(ctx, id)
		return err
	})
}

// RoleOf returns the user's role in the team, or ErrNoTeam.
func (s *Service) RoleOf(ctx context.Context, userID, teamID uuid.UUID) (Role, error) {
	role, err := s.q.RoleIn(ctx, queries.RoleInParams{TeamID: teamID, UserID: userID})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoTeam
	}
	return Role(role), eventlog.Translate(err)
}

// roleForWrite returns the user's role in the team inside the caller's transaction and
// holds the membership until its end, or returns ErrNoTeam.
func roleForWrite(ctx context.Context, q *queries.Queries, userID, teamID uuid.UUID) (Role, error) {
	role, err := q.RoleForWrite(ctx, queries.RoleForWriteParams{TeamID: teamID, UserID: userID})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoTeam
	}
	return Role(role), err
}

// lockFor locks the team against other changes of its members, then reads the actor's role.
func (s *Service) lockFor(ctx context.Context, q *queries.Queries, actor accounts.Actor, id uuid.UUID) (Role, error) {
	if _, err := q.LockTeam(ctx, id); errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoTeam
	} else if err != nil {
		return "", err
	}
	return roleForWrite(ctx, q, actor.UserID, id)
}

func team(row queries.Team, role Role) Team {
	return Team{ID: row.ID, TeamNumber: int(row.TeamNumber), Name: row.Name, SharingLevel: row.SharingLevel, FriendChannels: row.FriendChannels,
		PublicEntries: row.PublicEntries, Role: role, CreatedAt: row.CreatedAt}
}

// cleanName returns a team's name without surrounding space, or ErrName.
func cleanName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if n := utf8.RuneCountInString(name); n < 1 || n > 100 || !accounts.Written(name) {
		return "", ErrName.At(fault.Field{Pointer: "/name", Detail: ErrName.Detail})
	}
	return name, nil
}
