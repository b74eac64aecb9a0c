package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

type teamIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

type newTeamIn struct {
	TeamNumber int    `json:"teamNumber" validate:"required,min=1,max=99999"`
	Name       string `json:"name,omitempty" validate:"max=100"`
}

type changeTeamIn struct {
	ID           string  `path:"id" json:"-" validate:"uuid_rfc4122"`
	Name         *string `json:"name,omitempty" validate:"omitempty,min=1,max=100"`
	SharingLevel *string `json:"sharingLevel,omitempty" validate:"omitempty,oneof=PRIVATE EVENT PUBLIC"`

	FriendChannels *bool `json:"friendChannels,omitempty" description:"whether friends may join the team's channels"`
	PublicEntries  *bool `json:"publicEntries,omitempty" description:"whether the public of an FTC event hears that the team has scouted a robot"`
}

type memberIn struct {
	ID     string `path:"id" json:"-" validate:"uuid_rfc4122"`
	UserID string `path:"userId" json:"-" validate:"uuid_rfc4122"`
}

type roleIn struct {
	ID     string `path:"id" json:"-" validate:"uuid_rfc4122"`
	UserID string `path:"userId" json:"-" validate:"uuid_rfc4122"`
	Role   string `json:"role" validate:"required,oneof=MENTOR LEADER STUDENT FRIEND"`
}

func (s *server) teamRoutes() {
	const tag = "teams"
	add(s, route[nothing, []teams.Team]{method: "GET", path: "/api/user-teams", tag: tag, access: signedIn, summary: "My teams.",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[[]teams.Team], error) {
			list, err := s.o.Teams.List(r.Context(), actor)
			return reply[[]teams.Team]{Data: list}, err
		}})
	add(s, route[newTeamIn, teams.Team]{method: "POST", path: "/api/user-teams", tag: tag, access: signedIn, status: 201, summary: "Create a workspace for an FTC team number; I become its mentor.",
		handle: func(r *http.Request, actor accounts.Actor, in newTeamIn) (reply[teams.Team], error) {
			team, err := s.o.Teams.Create(r.Context(), actor, in.TeamNumber, in.Name)
			return reply[teams.Team]{Data: team}, err
		}})
	add(s, route[teamIn, teams.Team]{method: "GET", path: "/api/user-teams/{id}", tag: tag, access: signedIn, summary: "One of my teams.",
		handle: func(r *http.Request, actor accounts.Actor, in teamIn) (reply[teams.Team], error) {
			team, err := s.o.Teams.Get(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[teams.Team]{Data: team}, err
		}})
	add(s, route[changeTeamIn, teams.Team]{method: "PATCH", path: "/api/user-teams/{id}", tag: tag, access: signedIn, summary: "Change a team's name, what it shares, and whether friends may join its channels (mentors).",
		handle: func(r *http.Request, actor accounts.Actor, in changeTeamIn) (reply[teams.Team], error) {
			team, err := s.o.Teams.Update(r.Context(), actor, uuid.MustParse(in.ID), teams.Change{Name: in.Name, SharingLevel: in.SharingLevel, FriendChannels: in.FriendChannels, PublicEntries: in.PublicEntries})
			return reply[teams.Team]{Data: team}, err
		}})
	add(s, route[teamIn, nothing]{method: "DELETE", path: "/api/user-teams/{id}", tag: tag, access: signedIn, summary: "Delete a team with all its entries (mentors).",
		handle: func(r *http.Request, actor accounts.Actor, in teamIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Teams.Delete(r.Context(), actor, uuid.MustParse(in.ID))
		}})
	add(s, route[teamIn, []teams.Member]{method: "GET", path: "/api/user-teams/{id}/members", tag: tag, access: signedIn, summary: "Who is in the team.",
		handle: func(r *http.Request, actor accounts.Actor, in teamIn) (reply[[]teams.Member], error) {
			members, err := s.o.Teams.Members(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[[]teams.Member]{Data: members}, err
		}})
	add(s, route[roleIn, teams.Member]{method: "PATCH", path: "/api/user-teams/{id}/members/{userId}", tag: tag, access: signedIn, summary: "Give a member another role.",
		handle: func(r *http.Request, actor accounts.Actor, in roleIn) (reply[teams.Member], error) {
			member, err := s.o.Teams.SetRole(r.Context(), actor, uuid.MustParse(in.ID), uuid.MustParse(in.UserID), teams.Role(in.Role))
			return reply[teams.Member]{Data: member}, err
		}})
	add(s, route[memberIn, nothing]{method: "DELETE", path: "/api/user-teams/{id}/members/{userId}", tag: tag, access: signedIn, summary: "Remove a member; their sockets lose the team's channels.",
		handle: func(r *http.Request, actor accounts.Actor, in memberIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Teams.Remove(r.Context(), actor, uuid.MustParse(in.ID), uuid.MustParse(in.UserID))
		}})
	add(s, route[teamIn, nothing]{method: "POST", path: "/api/user-teams/{id}/leave", tag: tag, access: signedIn, summary: "Leave the team.",
		handle: func(r *http.Request, actor accounts.Actor, in teamIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Teams.Leave(r.Context(), actor, uuid.MustParse(in.ID))
		}})
	s.transferRoutes()
	s.tabletRoutes()
	s.sharingRoutes()
}

type transferIn struct {
	ID     string `path:"id" json:"-" validate:"uuid_rfc4122"`
	UserID string `json:"userId" validate:"required,uuid_rfc4122" description:"the member who becomes a mentor"`
	Adult  bool   `json:"adult" validate:"required" description:"your word that this member is an adult"`
	Then   string `json:"then,omitempty" validate:"omitempty,oneof=MENTOR LEADER STUDENT FRIEND LEAVE" description:"your own role afterwards, or LEAVE; MENTOR when left out"`
}

func (s *server) transferRoutes() {
	add(s, route[transferIn, teams.Member]{method: "POST", path: "/api/user-teams/{id}/transfer", tag: "teams", access: signedIn,
		summary: "Make another adult a mentor and, if you wish, step down or leave in the same breath (mentors).",
		handle: func(r *http.Request, actor accounts.Actor, in transferIn) (reply[teams.Member], error) {
			wish := teams.Transfer{To: uuid.MustParse(in.UserID), Adult: in.Adult}
			if wish.Leave = in.Then == "LEAVE"; !wish.Leave {
				wish.Then = teams.Role(in.Then)
			}
			heir, err := s.o.Teams.HandOver(r.Context(), actor, uuid.MustParse(in.ID), wish)
			return reply[teams.Member]{Data: heir}, err
		}})
}

type newInviteIn struct {
	ID        string `path:"id" json:"-" validate:"uuid_rfc4122"`
	Role      string `json:"role" validate:"required,oneof=MENTOR LEADER STUDENT FRIEND"`
	MaxUses   int    `json:"maxUses,omitempty" validate:"omitempty,min=1,max=500" description:"25 when left out"`
	Email     string `json:"email,omitempty" validate:"max=254" description:"for whoever a sign-in provider knows by this address, once, instead of by a code"`
	ExpiresAt string `json:"expiresAt,omitempty" validate:"max=40" format:"date-time" description:"in one day when left out"`
}

type inviteIn struct {
	ID       string `path:"id" json:"-" validate:"uuid_rfc4122"`
	InviteID string `path:"inviteId" json:"-" validate:"uuid_rfc4122"`
}

type codeIn struct {
	Code string `json:"code" validate:"required,max=100"`
}

func (s *server) inviteRoutes() {
	const tag = "teams"
	add(s, route[newInviteIn, teams.Invite]{method: "POST", path: "/api/user-teams/{id}/invites", tag: tag, access: signedIn, status: 201, summary: "Make an invite code. It is shown this once.",
		handle: func(r *http.Request, actor accounts.Actor, in newInviteIn) (reply[teams.Invite], error) {
			wish := teams.NewInvite{Email: in.Email, Role: teams.Role(in.Role), MaxUses: in.MaxUses}
			if in.ExpiresAt != "" {
				at, err := time.Parse(time.RFC3339, in.ExpiresAt)
				if err != nil {
					detail := "expiresAt is a time such as 2026-01-17T18:00:00Z."
					return reply[teams.Invite]{}, errShape.Saying("%s", detail).At(fault.Field{Pointer: "/expiresAt", Detail: detail})
				}
				wish.ExpiresAt = at
			}
			invite, err := s.o.Teams.Invite(r.Context(), actor, uuid.MustParse(in.ID), wish)
			return reply[teams.Invite]{Data: invite}, err
		}})
	add(s, route[teamIn, []teams.Invite]{method: "GET", path: "/api/user-teams/{id}/invites", tag: tag, access: signedIn, summary: "The team's open invites.",
		handle: func(r *http.Request, actor accounts.Actor, in teamIn) (reply[[]teams.Invite], error) {
			list, err := s.o.Teams.Invites(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[[]teams.Invite]{Data: list}, err
		}})
	add(s, route[inviteIn, nothing]{method: "DELETE", path: "/api/user-teams/{id}/invites/{inviteId}", tag: tag, access: signedIn, summary: "Close an invite.",
		handle: func(r *http.Request, actor accounts.Actor, in inviteIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Teams.RevokeInvite(r.Context(), actor, uuid.MustParse(in.ID), uuid.MustParse(in.InviteID))
		}})
	add(s, route[codeIn, teams.Team]{method: "POST", path: "/api/user-teams/join", tag: tag, access: signedIn, summary: "Join another team with an invite code.",
		handle: func(r *http.Request, actor accounts.Actor, in codeIn) (reply[teams.Team], error) {
			var team teams.Team
			err := s.guess(r, "invite code", teams.ErrBadCode, func() (err error) {
				team, err = s.o.Teams.Join(r.Context(), actor, in.Code)
				return err
			})
			return reply[teams.Team]{Data: team}, err
		}})
}
