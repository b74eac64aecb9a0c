package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
)

type auditIn struct {
	After  *int64 `query:"after" json:"-" validate:"omitempty,min=0" description:"lines with a greater number, oldest first, to follow the log; newest first when left out"`
	Cursor string `query:"cursor" json:"-" description:"of the next page, without after"`
	Action string `query:"action" json:"-" validate:"max=81" description:"only of this action, such as member.role-changed"`
	User   string `query:"user" json:"-" validate:"omitempty,uuid_rfc4122" description:"only what this user did or what was done to them"`
	Limit  int    `query:"limit" json:"-" validate:"omitempty,min=1,max=500" description:"100 when left out"`
}

type teamAuditIn struct {
	ID     string `path:"id" json:"-" validate:"uuid_rfc4122"`
	After  *int64 `query:"after" json:"-" validate:"omitempty,min=0" description:"lines with a greater number, oldest first; newest first when left out"`
	Cursor string `query:"cursor" json:"-" description:"of the next page, without after"`
	Action string `query:"action" json:"-" validate:"max=81" description:"only of this action, such as member.role-changed"`
	User   string `query:"user" json:"-" validate:"omitempty,uuid_rfc4122" description:"only what this user did or what was done to them"`
	Limit  int    `query:"limit" json:"-" validate:"omitempty,min=1,max=500" description:"100 when left out"`
}

func (in auditIn) filter() audit.Filter {
	f := audit.Filter{After: in.After, Cursor: in.Cursor, Action: audit.Action(in.Action), Limit: in.Limit}
	if in.User != "" {
		id := uuid.MustParse(in.User)
		f.User = &id
	}
	return f
}

// auditRoutes show who did what with rights that others do not have.
func (s *server) auditRoutes() {
	add(s, route[auditIn, []audit.Line]{method: "GET", path: "/api/operator/audit", tag: "operations", access: signedIn,
		summary: "The audit log of the whole server (operators of the server).",
		handle: func(r *http.Request, actor accounts.Actor, in auditIn) (reply[[]audit.Line], error) {
			lines, next, err := s.o.Accounts.Audit(r.Context(), actor, in.filter())
			return reply[[]audit.Line]{Data: lines, Next: next}, err
		}})
	add(s, route[teamAuditIn, []audit.Line]{method: "GET", path: "/api/user-teams/{id}/audit", tag: "teams", access: signedIn,
		summary: "What the audit log says of the team, without addresses (mentors).",
		handle: func(r *http.Request, actor accounts.Actor, in teamAuditIn) (reply[[]audit.Line], error) {
			filter := auditIn{in.After, in.Cursor, in.Action, in.User, in.Limit}.filter()
			lines, next, err := s.o.Teams.Audit(r.Context(), actor, uuid.MustParse(in.ID), filter)
			return reply[[]audit.Line]{Data: lines, Next: next}, err
		}})
}
