package api

import (
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

type sharedIn struct {
	Season      int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode   string `query:"eventCode" json:"-" validate:"required,max=40"`
	ScoutedTeam *int   `query:"scoutedTeamNumber" json:"-"`
	Cursor      string `query:"cursor" json:"-" validate:"max=200"`
	Limit       int    `query:"limit" json:"-" validate:"min=0,max=200" description:"50 when left out"`
}

func (s *server) sharingRoutes() {
	add(s, route[sharedIn, []scouting.SharedEntry]{method: "GET", path: "/api/scouting/shared", tag: "scouting",
		summary: "What other teams let me see at an FTC event, newest first: PUBLIC entries to everybody, those shared with the EVENT to members of its teams.",
		handle: func(r *http.Request, _ accounts.Actor, in sharedIn) (reply[[]scouting.SharedEntry], error) {
			actor, err := s.reader(r)
			if err != nil {
				return reply[[]scouting.SharedEntry]{}, err
			}
			key, err := s.eventKey(eventIn{Code: in.EventCode, Season: in.Season})
			if err != nil {
				return reply[[]scouting.SharedEntry]{}, err
			}
			f := scouting.SharedFilter{Event: key, ScoutedTeam: in.ScoutedTeam, Cursor: in.Cursor, Limit: in.Limit}
			if f.Limit == 0 {
				f.Limit = 50
			}
			list, next, err := s.o.Scouting.Shared(r.Context(), actor, f)
			return reply[[]scouting.SharedEntry]{Data: list, Next: next}, err
		}})
}
