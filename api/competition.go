package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

var errNoSeason = fault.New(fault.NotFound, "no-such-season", "This server knows no such season.")

type seasonIn struct {
	Year int `path:"year" json:"-"`
}

type eventsIn struct {
	Season  int    `query:"season" json:"-" description:"all when left out, the newest first"`
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
	s.eventRoutes()
	s.liveRoutes()
	s.operatorRoutes()
	s.analyticsRoutes()
	s.ftcTeamRoutes()
}

// Whoever keeps an answer about an FTC event asks again each time, and each answer has an
// ETag, so that asking is cheap while nothing changes.
const always = "public, no-cache"

// eventOut is an FTC event with how old the official data about its matches are.
type eventOut struct {
	ftc.Event
	SyncedAt *time.Time `json:"syncedAt"` // when its matches were last read from the official API; null for an event that is not followed
	Stale    bool       `json:"stale"`    // the event goes on and the official API has not answered for minutes
}

// staleAfter is how old the data of an event that goes on may be.
const staleAfter = 5 * time.Minute

func (s *server) eventRoutes() {
	const tag = "competition"
	add(s, route[eventsIn, []ftc.Event]{method: "GET", path: "/api/events", tag: tag, cache: always, summary: "FTC events by season and date.",
		handle: func(r *http.Request, _ accounts.Actor, in eventsIn) (reply[[]ftc.Event], error) {
			list, next, err := s.o.FTC.Events(r.Context(), ftc.EventFilter{
				Season: in.Season, Text: in.Text, Region: in.Region, Country: in.Country, From: in.From, To: in.To, Limit: in.Limit, Cursor: in.Cursor,
			})
			return reply[[]ftc.Event]{Data: list, Next: next}, err
		}})
	add(s, route[eventIn, eventOut]{method: "GET", path: "/api/events/{code}", tag: tag, cache: always, summary: "One FTC event, and how old the official data are.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[eventOut], error) {
			out, err := about(s, in, func(key ftc.EventKey) (eventOut, error) { return s.event(r.Context(), key) })
			return reply[eventOut]{Data: out}, err
		}})
	add(s, route[eventIn, []ftc.Team]{method: "GET", path: "/api/events/{code}/teams", tag: tag, cache: always, summary: "The teams at an FTC event.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[[]ftc.Team], error) {
			list, err := about(s, in, func(key ftc.EventKey) ([]ftc.Team, error) { return s.o.FTC.Teams(r.Context(), key) })
			return reply[[]ftc.Team]{Data: list}, err
		}})
	add(s, route[eventIn, []ftc.Match]{method: "GET", path: "/api/events/{code}/schedule", tag: tag, cache: always, summary: "The matches of an FTC event with their robots.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[[]ftc.Match], error) {
			list, err := about(s, in, func(key ftc.EventKey) ([]ftc.Match, error) { return s.o.FTC.Schedule(r.Context(), key) })
			return reply[[]ftc.Match]{Data: list}, err
		}})
	add(s, route[eventIn, []live.MatchState]{method: "GET", path: "/api/events/{code}/matches", tag: tag, cache: always,
		summary: "The matches of an FTC event with state and result, also those that the schedule has lost (removedAt).",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[[]live.MatchState], error) {
			list, err := about(s, in, func(key ftc.EventKey) ([]live.MatchState, error) {
				if _, err := s.o.FTC.Event(r.Context(), key); err != nil {
					return nil, err
				}
				return s.o.Live.Matches(r.Context(), key, true)
			})
			return reply[[]live.MatchState]{Data: list}, err
		}})
	add(s, route[eventIn, []ftc.Result]{method: "GET", path: "/api/events/{code}/results", tag: tag, cache: always, summary: "The results of an FTC event so far.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[[]ftc.Result], error) {
			list, err := about(s, in, func(key ftc.EventKey) ([]ftc.Result, error) { return s.o.FTC.Results(r.Context(), key) })
			return reply[[]ftc.Result]{Data: list}, err
		}})
	add(s, route[eventIn, []ftc.PlayoffAlliance]{method: "GET", path: "/api/events/{code}/alliances", tag: tag, cache: always, summary: "The alliances of the playoffs.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[[]ftc.PlayoffAlliance], error) {
			list, err := about(s, in, func(key ftc.EventKey) ([]ftc.PlayoffAlliance, error) { return s.o.FTC.Alliances(r.Context(), key) })
			return reply[[]ftc.PlayoffAlliance]{Data: list}, err
		}})
}

// about reads something of the FTC event that a request names.
func about[T any](s *server, in eventIn, read func(ftc.EventKey) (T, error)) (out T, err error) {
	key, err := s.eventKey(in)
	if err != nil {
		return out, err
	}
	return read(key)
}

func (s *server) event(ctx context.Context, key ftc.EventKey) (eventOut, error) {
	event, err := s.o.FTC.Event(ctx, key)
	if err != nil {
		return eventOut{}, err
	}
	out := eventOut{Event: event}
	out.SyncedAt, err = s.o.FTC.SyncedAt(ctx, key)
	out.Stale = out.SyncedAt != nil && event.ActiveAt(time.Now()) && time.Since(*out.SyncedAt) > staleAfter
	return out, err
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
