package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

type consensusIn struct {
	TeamID      string  `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season      int     `query:"season" json:"-" description:"the newest when left out"`
	EventCode   string  `query:"eventCode" json:"-" validate:"required,max=40"`
	Level       *string `query:"tournamentLevel" json:"-" validate:"omitempty,oneof=qual playoff practice"`
	LevelShort  *string `query:"level" json:"-" validate:"omitempty,oneof=qual playoff practice" description:"the same as tournamentLevel"`
	Series      *int    `query:"series" json:"-"`
	MatchNumber *int    `query:"matchNumber" json:"-"`
	ScoutedTeam *int    `query:"scoutedTeamNumber" json:"-"`
	Cursor      string  `query:"cursor" json:"-" validate:"max=200"`
	Limit       int     `query:"limit" json:"-" validate:"min=0,max=1000" description:"200 when left out"`
}

func (in consensusIn) view() scouting.View {
	v := eventView(in.TeamID, in.Season, in.EventCode)
	v.Level, v.Series, v.MatchNumber, v.ScoutedTeam, v.Cursor, v.Limit = (*ftc.Level)(in.Level), in.Series, in.MatchNumber, in.ScoutedTeam, in.Cursor, in.Limit
	if v.Level == nil {
		v.Level = (*ftc.Level)(in.LevelShort)
	}
	if v.Limit == 0 {
		v.Limit = 200
	}
	return v
}

type accuracyIn struct {
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode string `query:"eventCode" json:"-" validate:"required,max=40"`
}

type summaryIn struct {
	Number    int    `path:"number" json:"-" validate:"min=1,max=99999"`
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode string `query:"eventCode" json:"-" validate:"required,max=40"`
}

type compareIn struct {
	Teams     string `query:"teams" json:"-" validate:"required,max=100" description:"up to 10 FTC team numbers with commas between"`
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode string `query:"eventCode" json:"-" validate:"required,max=40"`
}

func (s *server) analysisRoutes() {
	const tag = "scouting"
	add(s, route[consensusIn, []scouting.RobotConsensus]{method: "GET", path: "/api/scouting/consensus", tag: tag, access: signedIn,
		summary: "What the team's scouts together saw each robot do in each match, and where they disagree.",
		handle: func(r *http.Request, actor accounts.Actor, in consensusIn) (reply[[]scouting.RobotConsensus], error) {
			list, next, err := s.o.Scouting.Consensus(r.Context(), actor, in.view())
			return reply[[]scouting.RobotConsensus]{Data: list, Next: next}, err
		}})
	deduce := func(r *http.Request, actor accounts.Actor, in entryIn) (reply[scouting.Deduction], error) {
		d, err := s.o.Scouting.DeducePartner(r.Context(), actor, uuid.MustParse(in.ID))
		return reply[scouting.Deduction]{Data: d}, err
	}
	add(s, route[entryIn, scouting.Deduction]{method: "GET", path: "/api/scouting/entries/{id}/deduct-partner", tag: tag, access: signedIn,
		summary: "What the robot's partner must have scored, from the official result and the scouts' consensus.", handle: deduce})
	add(s, route[entryIn, scouting.Deduction]{method: "POST", path: "/api/scouting/entries/{id}/deduct-partner", tag: tag, access: signedIn,
		summary: "The same as GET, for clients of the original API. Nothing is stored.", handle: deduce})
	add(s, route[accuracyIn, []scouting.ScoutAccuracy]{method: "GET", path: "/api/scouting/accuracy", tag: tag, access: signedIn,
		summary: "How far the team's scouts are from official points: all of them for mentors and leaders, oneself for students.",
		handle: func(r *http.Request, actor accounts.Actor, in accuracyIn) (reply[[]scouting.ScoutAccuracy], error) {
			list, err := s.o.Scouting.Accuracy(r.Context(), actor, eventView(in.TeamID, in.Season, in.EventCode))
			return reply[[]scouting.ScoutAccuracy]{Data: list}, err
		}})
	add(s, route[summaryIn, scouting.Summary]{method: "GET", path: "/api/scouting/team-summary/{number}", tag: tag, access: signedIn,
		summary: "How a robot did at an FTC event: scouted, deduced and official.",
		handle: func(r *http.Request, actor accounts.Actor, in summaryIn) (reply[scouting.Summary], error) {
			list, err := s.o.Scouting.Summarize(r.Context(), actor, eventView(in.TeamID, in.Season, in.EventCode), []int{in.Number})
			if err != nil {
				return reply[scouting.Summary]{}, err
			}
			return reply[scouting.Summary]{Data: list[0]}, nil
		}})
	add(s, route[compareIn, []scouting.Summary]{method: "GET", path: "/api/scouting/compare", tag: tag, access: signedIn,
		summary: "The summaries of up to 10 robots side by side.",
		handle: func(r *http.Request, actor accounts.Actor, in compareIn) (reply[[]scouting.Summary], error) {
			list, err := s.o.Scouting.Summarize(r.Context(), actor, eventView(in.TeamID, in.Season, in.EventCode), numbers(in.Teams))
			return reply[[]scouting.Summary]{Data: list}, err
		}})
}

func eventView(teamID string, season int, code string) scouting.View {
	return scouting.View{TeamID: uuid.MustParse(teamID), Event: ftc.EventKey{Season: season, Code: code}}
}

// numbers reads team numbers with commas between. What is none becomes 0, which the feature
// refuses.
func numbers(text string) []int {
	var list []int
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			n = 0
		}
		list = append(list, n)
	}
	return list
}
