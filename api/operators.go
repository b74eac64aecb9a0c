package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
)

type newOperatorIn struct {
	UserID string `json:"userId" validate:"required,uuid_rfc4122"`
}

type operatorIn struct {
	UserID string `path:"userId" json:"-" validate:"uuid_rfc4122"`
}

// serverRoutes are about who runs the server. Who operates one FTC event is another matter.
func (s *server) serverRoutes() {
	const tag, all = "operations", "/api/operators"
	add(s, route[nothing, []accounts.User]{method: "GET", path: all, tag: tag, access: signedIn, summary: "Who runs this server (its operators).",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[[]accounts.User], error) {
			list, err := s.o.Accounts.Operators(r.Context(), actor)
			return reply[[]accounts.User]{Data: list}, err
		}})
	add(s, route[newOperatorIn, nothing]{method: "POST", path: all, tag: tag, access: signedIn, summary: "Let somebody run this server, too; they are signed out and sign in again as an operator (operators).",
		handle: func(r *http.Request, actor accounts.Actor, in newOperatorIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Accounts.MakeOperator(r.Context(), actor, uuid.MustParse(in.UserID))
		}})
	add(s, route[operatorIn, nothing]{method: "DELETE", path: all + "/{userId}", tag: tag, access: signedIn, summary: "Take that right away, which may be my own; the last operator stays (operators).",
		handle: func(r *http.Request, actor accounts.Actor, in operatorIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Accounts.EndOperator(r.Context(), actor, uuid.MustParse(in.UserID))
		}})
}
