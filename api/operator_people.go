package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

type peopleIn struct {
	Search string `query:"search" json:"-" validate:"max=100" description:"a part of a display name, or a user id"`
	Only   string `query:"only" json:"-" validate:"omitempty,oneof=disabled" description:"everybody when left out"`
	After  string `query:"after" json:"-" validate:"max=500" description:"nextCursor of the page before"`
	Limit  int    `query:"limit" json:"-" validate:"min=0,max=500" description:"50 when left out"`
}

type personIn struct {
	ID       string `path:"id" json:"-" validate:"uuid_rfc4122"`
	Disabled *bool  `json:"disabled" validate:"required"`
}

type tokensIn struct {
	User  string        `query:"user" json:"-" validate:"omitempty,uuid_rfc4122" description:"only of this user"`
	Kind  accounts.Kind `query:"kind" json:"-" validate:"omitempty,oneof=session device owner service" description:"only of this kind"`
	After string        `query:"after" json:"-" validate:"omitempty,uuid_rfc4122" description:"nextCursor of the page before"`
	Limit int           `query:"limit" json:"-" validate:"min=0,max=500" description:"50 when left out"`
}

type endTokenIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

type standingsIn struct {
	Search string `query:"search" json:"-" validate:"max=100" description:"a team number, a part of a name, or an id"`
	After  string `query:"after" json:"-" validate:"max=100" description:"nextCursor of the page before"`
	Limit  int    `query:"limit" json:"-" validate:"min=0,max=500" description:"50 when left out"`
}

// peopleRoutes are about who uses the server, and how much; nothing of what they record.
func (s *server) peopleRoutes() {
	const tag = "operations"
	add(s, route[peopleIn, []accounts.Person]{method: "GET", path: "/api/operator/users", tag: tag, access: operators,
		summary: "Everybody by name: their teams, where they are signed in, and when they were last seen.", handle: s.people})
	add(s, route[personIn, nothing]{method: "PATCH", path: "/api/operator/users/{id}", tag: tag, access: operators,
		summary: "Disable somebody, which closes their sockets, or let them in again. What they did stays.",
		handle: func(r *http.Request, actor accounts.Actor, in personIn) (reply[nothing], error) {
			set := s.o.Accounts.Enable
			if *in.Disabled {
				set = s.o.Accounts.Disable
			}
			return reply[nothing]{}, set(r.Context(), actor, uuid.MustParse(in.ID))
		}})
	add(s, route[standingsIn, []teams.Standing]{method: "GET", path: "/api/operator/teams", tag: tag, access: operators,
		summary: "All teams by number: how many members and entries they have, when something last happened, and what they share.",
		handle: func(r *http.Request, actor accounts.Actor, in standingsIn) (reply[[]teams.Standing], error) {
			list, next, err := s.o.Teams.Standings(r.Context(), actor, teams.StandingFilter{Search: in.Search, After: in.After, Limit: pageSize(in.Limit)})
			return reply[[]teams.Standing]{Data: list, Next: next}, err
		}})
	add(s, route[tokensIn, []accounts.TokenInfo]{method: "GET", path: "/api/operator/tokens", tag: tag, access: operators,
		summary: "All tokens that are neither revoked nor expired, the newest first; never the tokens themselves.", handle: s.tokens})
	add(s, route[endTokenIn, nothing]{method: "DELETE", path: "/api/operator/tokens/{id}", tag: tag, access: operators,
		summary: "Revoke anybody's token, which closes the sockets that were opened with it.",
		handle: func(r *http.Request, actor accounts.Actor, in endTokenIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Accounts.EndToken(r.Context(), actor, uuid.MustParse(in.ID))
		}})
}

func (s *server) people(r *http.Request, actor accounts.Actor, in peopleIn) (reply[[]accounts.Person], error) {
	list, next, err := s.o.Accounts.People(r.Context(), actor, accounts.PeopleFilter{
		Search: in.Search, Disabled: in.Only == "disabled", After: in.After, Limit: pageSize(in.Limit),
	})
	return reply[[]accounts.Person]{Data: list, Next: next}, err
}

func (s *server) tokens(r *http.Request, actor accounts.Actor, in tokensIn) (reply[[]accounts.TokenInfo], error) {
	f := accounts.TokenFilter{Kind: in.Kind, Limit: pageSize(in.Limit)}
	if in.User != "" {
		id := uuid.MustParse(in.User)
		f.User = &id
	}
	if in.After != "" {
		id := uuid.MustParse(in.After)
		f.After = &id
	}
	list, more, err := s.o.Accounts.TokensOfAll(r.Context(), actor, f)
	out := reply[[]accounts.TokenInfo]{Data: list}
	if more {
		out.Next = list[len(list)-1].ID.String()
	}
	return out, err
}
