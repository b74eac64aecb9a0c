package api

import (
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
)

type pollIn struct {
	Season int    `path:"season" json:"-" validate:"min=2000,max=2100"`
	Code   string `path:"code" json:"-"`
}

// followRoutes are about what is read from the official API.
func (s *server) followRoutes() {
	const tag = "operations"
	add(s, route[nothing, follow.State]{method: "GET", path: "/api/operator/sync", tag: tag, access: operators,
		summary: "How FIRST's API is followed: what is read, when it was and will be, and what keeps it from being read.",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[follow.State], error) {
			state, err := s.o.Follow.State(r.Context(), actor)
			return reply[follow.State]{Data: state}, err
		}})
	add(s, route[pollIn, nothing]{method: "POST", path: "/api/operator/sync/{season}/{code}", tag: tag, access: operators, status: http.StatusAccepted,
		summary: "Have an FTC event read now by the node that follows, within seconds; at most every 15 seconds.",
		handle: func(r *http.Request, actor accounts.Actor, in pollIn) (reply[nothing], error) {
			code, err := ftc.CleanCode(in.Code)
			if err != nil {
				return reply[nothing]{}, err
			}
			return reply[nothing]{}, s.o.Follow.Poll(r.Context(), actor, ftc.EventKey{Season: in.Season, Code: code})
		}})
}
