package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

type newTabletIn struct {
	ID    string `path:"id" json:"-" validate:"uuid_rfc4122"`
	Label string `json:"label,omitempty" validate:"max=60" description:"such as Tablet 3, which is also made up when left out"`
}

type tabletIn struct {
	ID       string `path:"id" json:"-" validate:"uuid_rfc4122"`
	DeviceID string `path:"deviceId" json:"-" validate:"uuid_rfc4122"`
}

type renameTabletIn struct {
	ID       string `path:"id" json:"-" validate:"uuid_rfc4122"`
	DeviceID string `path:"deviceId" json:"-" validate:"uuid_rfc4122"`
	Label    string `json:"label" validate:"required,max=60"`
}

// tabletRoutes are the shared tablets of a team. One's own sign-ins are /api/me/devices.
func (s *server) tabletRoutes() {
	const tag, all, one = "teams", "/api/user-teams/{id}/devices", "/api/user-teams/{id}/devices/{deviceId}"
	add(s, route[newTabletIn, teams.Pairing]{method: "POST", path: all, tag: tag, access: signedIn, status: 201,
		summary: "Make a shared tablet. Its token and the code that it may send to /api/join instead are shown this once.",
		handle: func(r *http.Request, actor accounts.Actor, in newTabletIn) (reply[teams.Pairing], error) {
			made, err := s.o.Teams.AddDevice(r.Context(), actor, uuid.MustParse(in.ID), in.Label)
			return reply[teams.Pairing]{Data: made}, err
		}})
	add(s, route[teamIn, []teams.SharedDevice]{method: "GET", path: all, tag: tag, access: signedIn, summary: "The team's shared tablets.",
		handle: func(r *http.Request, actor accounts.Actor, in teamIn) (reply[[]teams.SharedDevice], error) {
			list, err := s.o.Teams.SharedDevices(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[[]teams.SharedDevice]{Data: list}, err
		}})
	add(s, route[renameTabletIn, teams.Member]{method: "PATCH", path: one, tag: tag, access: signedIn, summary: "Give a shared tablet another label.",
		handle: func(r *http.Request, actor accounts.Actor, in renameTabletIn) (reply[teams.Member], error) {
			member, err := s.o.Teams.RenameDevice(r.Context(), actor, uuid.MustParse(in.ID), uuid.MustParse(in.DeviceID), in.Label)
			return reply[teams.Member]{Data: member}, err
		}})
	add(s, route[tabletIn, teams.Pairing]{method: "POST", path: one + "/pair", tag: tag, access: signedIn, status: 201,
		summary: "Sign a shared tablet out and make a new token and code for it; its entries stay its own.",
		handle: func(r *http.Request, actor accounts.Actor, in tabletIn) (reply[teams.Pairing], error) {
			made, err := s.o.Teams.PairAgain(r.Context(), actor, uuid.MustParse(in.ID), uuid.MustParse(in.DeviceID))
			return reply[teams.Pairing]{Data: made}, err
		}})
	add(s, route[tabletIn, nothing]{method: "DELETE", path: one, tag: tag, access: signedIn, summary: "Take a shared tablet away; its token and sockets end, its entries stay.",
		handle: func(r *http.Request, actor accounts.Actor, in tabletIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Teams.RemoveDevice(r.Context(), actor, uuid.MustParse(in.ID), uuid.MustParse(in.DeviceID))
		}})
}
