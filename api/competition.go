package api

import (
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

var errNoSeason = fault.New(fault.NotFound, "no-such-season", "This server knows no such season.")

type seasonIn struct {
	Year int `path:"year" json:"-"`
}

type eventsIn struct {
	Season  int    `query:"season" json:"-" description:"the newest when left out"`
	Text    string `query:"q" json:"-" description:"a part of code, name or city"`
	Region  string `query:"region" json:"-"`
	Country string `query:"country" json:"-"`
	From    string `query:"from" json:"-" description:"a date; events that end on it or later"`
	To      string `query:"to" json:"-" description:"a date; events that begin on it or before"`
	Limit   int    `query:"limit" json:"-" validate:"omitempty,min=1,max=500" description:"100 when left out"`
	Cursor  string `query:"cursor" json:"-"`
}

type eventIn struct {
	Code   string `path:"code" json:"-"`
	Season int    `query:"season" json:"-" description:"the newest when left out"`
}

func (s *server) competitionRoutes() {
	const tag = "competition"
	add(s, route[nothing, []*seasons.Season]{method: "GET", path: "/api/seasons", tag: tag, summary: "The seasons that can be scouted, newest first.",
		handle: func(*http.Request, accounts.Actor, nothing) (reply[[]*seasons.Season], error) {
			return reply[[]*seasons.Season]{Data: s.o.Scouting.Seasons().All()}, nil
		}})
	add(s, route[seasonIn, *seasons.Season]{method: "GET", path: "/api/seasons/{year}", tag: tag, summary: "A season's form, points and ranking points.",
		handle: func(_ *http.Request, _ accounts.Actor, in seasonIn) (reply[*seasons.Season], error) {
			season, ok := s.o.Scouting.Seasons().Season(in.Year)
			if !ok {
				return reply[*seasons.Season]{}, errNoSeason
			}
			return reply[*seasons.Season]{Data: season}, nil
		}})
	add(s, route[eventsIn, []ftc.Event]{method: "GET", path: "/api/events", tag: tag, summary: "A season's FTC events by date.",
		handle: func(r *http.Request, _ accounts.Actor, in eventsIn) (reply[[]ftc.Event], error) {
			list, next, err := s.o.FTC.Events(r.Context(), ftc.EventFilter{
				Season: s.season(in.Season), Text: in.Text, Region: in.Region, Country: in.Country, From: in.From, To: in.To, Limit: in.Limit, Cursor: in.Cursor,
			})
			return reply[[]ftc.Event]{Data: list, Next: next}, err
		}})
	add(s, route[eventIn, ftc.Event]{method: "GET", path: "/api/events/{code}", tag: tag, summary: "One FTC event.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[ftc.Event], error) {
			key, err := s.eventKey(in)
			if err != nil {
				return reply[ftc.Event]{}, err
			}
			event, err := s.o.FTC.Event(r.Context(), key)
			return reply[ftc.Event]{Data: event}, err
		}})
	add(s, route[eventIn, []ftc.Team]{method: "GET", path: "/api/events/{code}/teams", tag: tag, summary: "The teams at an FTC event.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[[]ftc.Team], error) {
			key, err := s.eventKey(in)
			if err != nil {
				return reply[[]ftc.Team]{}, err
			}
			list, err := s.o.FTC.Teams(r.Context(), key)
			return reply[[]ftc.Team]{Data: list}, err
		}})
	add(s, route[eventIn, []ftc.Match]{method: "GET", path: "/api/events/{code}/schedule", tag: tag, summary: "The matches of an FTC event with their robots.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[[]ftc.Match], error) {
			key, err := s.eventKey(in)
			if err != nil {
				return reply[[]ftc.Match]{}, err
			}
			list, err := s.o.FTC.Schedule(r.Context(), key)
			return reply[[]ftc.Match]{Data: list}, err
		}})
}

func (s *server) season(year int) int {
	if year == 0 {
		return s.o.Scouting.Seasons().Newest().Year
	}
	return year
}

func (s *server) eventKey(in eventIn) (ftc.EventKey, error) {
	code, err := ftc.CleanCode(in.Code)
	if err != nil {
		return ftc.EventKey{}, ftc.ErrNoEvent
	}
	return ftc.EventKey{Season: s.season(in.Season), Code: code}, nil
}
