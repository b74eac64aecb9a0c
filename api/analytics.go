package api

import (
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
)

type ratedTeamIn struct {
	Number int `path:"number" json:"-"`
	Season int `query:"season" json:"-" description:"the newest when left out"`
}

type predictIn struct {
	Season int   `json:"season" description:"the newest when left out"`
	Red    []int `json:"red" validate:"required,min=1,max=3" description:"1 to 3 team numbers"`
	Blue   []int `json:"blue" validate:"required,min=1,max=3" description:"1 to 3 team numbers, none of which is red"`
}

type compareTeamsIn struct {
	Season int   `json:"season" description:"the newest when left out"`
	Teams  []int `json:"teams" validate:"required,min=1,max=24" description:"1 to 24 team numbers"`
}

type predictionsIn struct {
	Season int    `query:"season" json:"-" description:"the newest when left out"`
	Event  string `query:"eventCode" json:"-" description:"of one FTC event only"`
}

type searchTeamsIn struct {
	Text string `query:"q" json:"-" validate:"max=80" description:"the beginning of a number, or a part of name or city"`
}

func (s *server) analyticsRoutes() {
	const tag = "analytics"
	add(s, route[eventIn, ratings.Powers]{method: "GET", path: "/api/analytics/opr/{code}", tag: tag, cache: always,
		summary: "The OPR family of an FTC event from its qualification matches, the best first. thin marks teams of less than 4 matches, of which ridge OPR is shown.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[ratings.Powers], error) {
			out, err := about(s, in, func(key ftc.EventKey) (ratings.Powers, error) { return s.o.Ratings.OPR(r.Context(), key) })
			return reply[ratings.Powers]{Data: out}, err
		}})
	add(s, route[eventIn, ratings.EventRatings]{method: "GET", path: "/api/analytics/epa/{code}", tag: tag, cache: always,
		summary: "The EPA of the teams at an FTC event, the best first.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[ratings.EventRatings], error) {
			out, err := about(s, in, func(key ftc.EventKey) (ratings.EventRatings, error) { return s.o.Ratings.AtEvent(r.Context(), key) })
			return reply[ratings.EventRatings]{Data: out}, err
		}})
	add(s, route[ratedTeamIn, ratings.History]{method: "GET", path: "/api/analytics/team/{number}", tag: tag, cache: always,
		summary: "A team's EPA through a season, match by match.",
		handle: func(r *http.Request, _ accounts.Actor, in ratedTeamIn) (reply[ratings.History], error) {
			out, err := s.o.Ratings.Team(r.Context(), s.season(in.Season), in.Number)
			return reply[ratings.History]{Data: out}, err
		}})
	add(s, route[predictIn, ratings.Forecast]{method: "POST", path: "/api/analytics/predict", tag: tag,
		summary: "What the ratings expect of a match between two alliances.",
		handle: func(r *http.Request, _ accounts.Actor, in predictIn) (reply[ratings.Forecast], error) {
			out, err := s.o.Ratings.Predict(r.Context(), s.season(in.Season), in.Red, in.Blue)
			return reply[ratings.Forecast]{Data: out}, err
		}})
	add(s, route[compareTeamsIn, []ratings.Rating]{method: "POST", path: "/api/analytics/compare", tag: tag,
		summary: "The EPA of some teams as it is now, in the order given.",
		handle: func(r *http.Request, _ accounts.Actor, in compareTeamsIn) (reply[[]ratings.Rating], error) {
			list, err := s.o.Ratings.Compare(r.Context(), s.season(in.Season), in.Teams)
			return reply[[]ratings.Rating]{Data: list}, err
		}})
	add(s, route[predictionsIn, ratings.Accuracy]{method: "GET", path: "/api/analytics/accuracy", tag: tag, cache: always,
		summary: "How good the predictions of a season were, in all and by FTC event, with calibration.",
		handle: func(r *http.Request, _ accounts.Actor, in predictionsIn) (reply[ratings.Accuracy], error) {
			code := ""
			if in.Event != "" {
				key, err := s.eventKey(eventIn{Code: in.Event, Season: in.Season})
				if err != nil {
					return reply[ratings.Accuracy]{}, err
				}
				code = key.Code
			}
			out, err := s.o.Ratings.Accuracy(r.Context(), s.season(in.Season), code)
			return reply[ratings.Accuracy]{Data: out}, err
		}})
	s.standingRoutes()
}

func (s *server) ftcTeamRoutes() {
	const tag = "competition"
	add(s, route[searchTeamsIn, []ftc.Team]{method: "GET", path: "/api/ftc-teams/search", tag: tag, cache: always,
		summary: "FTC teams by the beginning of their number or a part of name or city, at most 25.",
		handle: func(r *http.Request, _ accounts.Actor, in searchTeamsIn) (reply[[]ftc.Team], error) {
			list, err := s.o.Ratings.Search(r.Context(), in.Text)
			return reply[[]ftc.Team]{Data: list}, err
		}})
	add(s, route[profileIn, ratings.Profile]{method: "GET", path: "/api/ftc-teams/{number}", tag: tag, cache: always,
		summary: "An FTC team with its FTC events, its record there and its EPA by season.",
		handle: func(r *http.Request, _ accounts.Actor, in profileIn) (reply[ratings.Profile], error) {
			out, err := s.o.Ratings.Profile(r.Context(), in.Number)
			return reply[ratings.Profile]{Data: out}, err
		}})
}

type profileIn struct {
	Number int `path:"number" json:"-"`
}
