package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

type listHeldIn struct {
	TeamID string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	State  string `query:"state" json:"-" validate:"omitempty,oneof=open discarded" description:"open when left out"`
	Cursor string `query:"cursor" json:"-" validate:"max=200"`
	Limit  int    `query:"limit" json:"-" validate:"min=0,max=200" description:"50 when left out"`
}

type heldIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

// acceptHeldIn corrects what a lead knows better; {} accepts the entry as it is.
type acceptHeldIn struct {
	ID                string  `path:"id" json:"-" validate:"uuid_rfc4122"`
	TournamentLevel   *string `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice"`
	Series            *int    `json:"series,omitempty"`
	MatchNumber       *int    `json:"matchNumber,omitempty"`
	Alliance          *string `json:"alliance,omitempty" validate:"omitempty,oneof=RED BLUE"`
	ScoutedTeamNumber *int    `json:"scoutedTeamNumber,omitempty"`
	ScouterID         *string `json:"scouterId,omitempty" validate:"omitempty,uuid_rfc4122"`
}

func (in acceptHeldIn) fix() scouting.Fix {
	f := scouting.Fix{
		Level: (*ftc.Level)(in.TournamentLevel), Series: in.Series, MatchNumber: in.MatchNumber,
		Alliance: (*ftc.Alliance)(in.Alliance), ScoutedTeam: in.ScoutedTeamNumber,
	}
	if in.ScouterID != nil {
		id := uuid.MustParse(*in.ScouterID)
		f.Author = &id
	}
	return f
}

func (s *server) quarantineRoutes() {
	const tag = "scouting"
	add(s, route[listHeldIn, []scouting.HeldEntry]{method: "GET", path: "/api/scouting/quarantine", tag: tag, access: signedIn,
		summary: "Entries that wait for the team's leads, newest first.",
		handle: func(r *http.Request, actor accounts.Actor, in listHeldIn) (reply[[]scouting.HeldEntry], error) {
			if in.Limit == 0 {
				in.Limit = 50
			}
			list, next, err := s.o.Scouting.Quarantine(r.Context(), actor, uuid.MustParse(in.TeamID), in.State == "discarded", in.Cursor, in.Limit)
			return reply[[]scouting.HeldEntry]{Data: list, Next: next}, err
		}})
	add(s, route[acceptHeldIn, scouting.Entry]{method: "POST", path: "/api/scouting/quarantine/{id}/accept", tag: tag, access: signedIn,
		summary: "Record an entry from the quarantine, as it is or corrected.",
		handle: func(r *http.Request, actor accounts.Actor, in acceptHeldIn) (reply[scouting.Entry], error) {
			entry, err := s.o.Scouting.AcceptHeld(r.Context(), actor, uuid.MustParse(in.ID), in.fix())
			return reply[scouting.Entry]{Data: entry}, err
		}})
	add(s, route[heldIn, nothing]{method: "POST", path: "/api/scouting/quarantine/{id}/discard", tag: tag, access: signedIn,
		summary: "Discard an entry in quarantine. It can be restored for 30 days.",
		handle: func(r *http.Request, actor accounts.Actor, in heldIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Scouting.DiscardHeld(r.Context(), actor, uuid.MustParse(in.ID))
		}})
	add(s, route[heldIn, nothing]{method: "POST", path: "/api/scouting/quarantine/{id}/restore", tag: tag, access: signedIn,
		summary: "Put a discarded entry back into the quarantine.",
		handle: func(r *http.Request, actor accounts.Actor, in heldIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Scouting.RestoreHeld(r.Context(), actor, uuid.MustParse(in.ID))
		}})
}
