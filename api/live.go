package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
)

// matchIn names a match. All but the path may be in the query or in the body.
type matchIn struct {
	Code   string    `path:"code" json:"-"`
	Number int       `path:"n" json:"-" validate:"min=1,max=999"`
	Season int       `query:"season" json:"season" description:"the newest when left out"`
	Level  ftc.Level `query:"level" json:"level" validate:"omitempty,oneof=qual playoff" description:"qual when left out"`
	Series int       `query:"series" json:"series" validate:"min=0,max=99" description:"of a match of the playoffs"`
}

func (*matchIn) mayBeEmpty() {}

// startIn is an operator's button.
type startIn struct {
	Code      string     `path:"code" json:"-"`
	Number    int        `path:"n" json:"-" validate:"min=1,max=999"`
	Season    int        `query:"season" json:"season" description:"the newest when left out"`
	Level     ftc.Level  `query:"level" json:"level" validate:"omitempty,oneof=qual playoff" description:"qual when left out"`
	Series    int        `query:"series" json:"series" validate:"min=0,max=99" description:"of a match of the playoffs"`
	Field     string     `query:"field" json:"field" validate:"max=40"`
	StartedAt *time.Time `json:"startedAt" description:"now when left out, in the future or more than 15 minutes ago"`
}

func (*startIn) mayBeEmpty() {}

// resultIn is a result that an operator enters.
type resultIn struct {
	Code      string         `path:"code" json:"-"`
	Number    int            `path:"n" json:"-" validate:"min=1,max=999"`
	Season    int            `query:"season" json:"season" description:"the newest when left out"`
	Level     ftc.Level      `query:"level" json:"level" validate:"omitempty,oneof=qual playoff" description:"qual when left out"`
	Series    int            `query:"series" json:"series" validate:"min=0,max=99" description:"of a match of the playoffs"`
	Red       *live.FileSide `json:"red" validate:"required"`
	Blue      *live.FileSide `json:"blue" validate:"required"`
	Winner    ftc.Alliance   `json:"winner" description:"where the points are equal and somebody won nevertheless"`
	StartedAt *time.Time     `json:"startedAt"`
}

// reported says whether a report was news.
type reported struct {
	Changed bool `json:"changed"` // false: it was known, or is about a play that is over
}

// entered is what is stored after a result was entered.
type entered struct {
	Changed bool       `json:"changed"` // false: the same was stored, or the official result is
	Result  ftc.Result `json:"result"`
}

func (s *server) matchKey(in matchIn) (ftc.MatchKey, error) {
	event, err := s.eventKey(eventIn{Code: in.Code, Season: in.Season})
	if in.Level == "" {
		in.Level = ftc.Qual
	}
	return ftc.MatchKey{EventKey: event, Level: in.Level, Series: in.Series, Number: in.Number}, err
}

// liveRoutes are for whoever operates an FTC event.
func (s *server) liveRoutes() {
	const tag = "competition"
	add(s, route[startIn, reported]{method: "POST", path: "/api/events/{code}/matches/{n}/start", tag: tag, access: signedIn,
		summary: "Say that a match has begun. The first report of a play is told on the public channels.",
		handle: func(r *http.Request, actor accounts.Actor, in startIn) (reply[reported], error) {
			key, err := s.matchKey(matchIn{in.Code, in.Number, in.Season, in.Level, in.Series})
			if err != nil {
				return reply[reported]{}, err
			}
			report := live.Report{MatchKey: key, Field: in.Field}
			if in.StartedAt != nil {
				report.At = *in.StartedAt
			}
			news, err := s.o.Live.Press(r.Context(), actor, report)
			return reply[reported]{Data: reported{news}}, err
		}})
	add(s, route[matchIn, reported]{method: "POST", path: "/api/events/{code}/matches/{n}/abort", tag: tag, access: signedIn,
		summary: "Say that a match which had begun was stopped and does not count.",
		handle: func(r *http.Request, actor accounts.Actor, in matchIn) (reply[reported], error) {
			key, err := s.matchKey(in)
			if err != nil {
				return reply[reported]{}, err
			}
			news, err := s.o.Live.Withdraw(r.Context(), actor, key)
			return reply[reported]{Data: reported{news}}, err
		}})
	add(s, route[resultIn, entered]{method: "POST", path: "/api/events/{code}/matches/{n}/result", tag: tag, access: signedIn,
		summary: "Enter or correct a result. It counts until there is an official one.",
		handle: func(r *http.Request, actor accounts.Actor, in resultIn) (reply[entered], error) {
			key, err := s.matchKey(matchIn{in.Code, in.Number, in.Season, in.Level, in.Series})
			if err != nil {
				return reply[entered]{}, err
			}
			alliances, err := live.FileResult{Red: *in.Red, Blue: *in.Blue}.Alliances()
			if err != nil {
				return reply[entered]{}, err
			}
			result, changed, err := s.o.Live.Enter(r.Context(), actor, ftc.Result{MatchKey: key, Alliances: alliances, Winner: in.Winner, StartedAt: in.StartedAt})
			return reply[entered]{Data: entered{changed, result}}, err
		}})
}

type grantIn struct {
	Code   string `path:"code" json:"-"`
	Season int    `query:"season" json:"season" description:"the newest when left out"`
	UserID string `json:"userId" validate:"required,uuid_rfc4122"`
}

type revokeIn struct {
	Code   string `path:"code" json:"-"`
	User   string `path:"userId" json:"-" validate:"uuid_rfc4122"`
	Season int    `query:"season" json:"-" description:"the newest when left out"`
}

type venueIn struct {
	Code   string `path:"code" json:"-"`
	Season int    `query:"season" json:"season" description:"the newest when left out"`
	URL    string `json:"url" description:"of the venue's scoring computer, such as http://10.0.0.5; empty for none"`
}

// operatorRoutes are for operators of the server.
func (s *server) operatorRoutes() {
	const tag = "competition"
	add(s, route[live.File, live.Imported]{method: "POST", path: "/api/events", tag: tag, access: signedIn, limit: batchLimit,
		summary: "Store an FTC event with its teams, schedule and results, all of it or nothing. Doing it twice changes nothing.",
		handle: func(r *http.Request, actor accounts.Actor, in live.File) (reply[live.Imported], error) {
			if !actor.Operator {
				return reply[live.Imported]{}, live.ErrOperator
			}
			parsed, err := in.Import()
			if err != nil {
				return reply[live.Imported]{}, err
			}
			done, err := s.o.Live.Import(r.Context(), actor, parsed)
			return reply[live.Imported]{Data: done}, err
		}})
	add(s, route[eventIn, []live.EventOperator]{method: "GET", path: "/api/events/{code}/operators", tag: tag, access: signedIn, summary: "Who operates an FTC event, besides the server's operators.",
		handle: func(r *http.Request, actor accounts.Actor, in eventIn) (reply[[]live.EventOperator], error) {
			list, err := about(s, in, func(key ftc.EventKey) ([]live.EventOperator, error) {
				return s.o.Live.Operators(r.Context(), actor, key)
			})
			return reply[[]live.EventOperator]{Data: list}, err
		}})
	add(s, route[grantIn, nothing]{method: "POST", path: "/api/events/{code}/operators", tag: tag, access: signedIn, summary: "Let somebody start matches and enter results of an FTC event.",
		handle: func(r *http.Request, actor accounts.Actor, in grantIn) (reply[nothing], error) {
			return done(about(s, eventIn{in.Code, in.Season}, func(key ftc.EventKey) (nothing, error) {
				return nothing{}, s.o.Live.Grant(r.Context(), actor, key, uuid.MustParse(in.UserID))
			}))
		}})
	add(s, route[revokeIn, nothing]{method: "DELETE", path: "/api/events/{code}/operators/{userId}", tag: tag, access: signedIn, summary: "Take that right away.",
		handle: func(r *http.Request, actor accounts.Actor, in revokeIn) (reply[nothing], error) {
			return done(about(s, eventIn{in.Code, in.Season}, func(key ftc.EventKey) (nothing, error) {
				return nothing{}, s.o.Live.Revoke(r.Context(), actor, key, uuid.MustParse(in.User))
			}))
		}})
	add(s, route[venueIn, nothing]{method: "POST", path: "/api/events/{code}/venue", tag: tag, access: signedIn, summary: "Name the venue's scoring computer, whose stream tells when matches begin.",
		handle: func(r *http.Request, actor accounts.Actor, in venueIn) (reply[nothing], error) {
			return done(about(s, eventIn{in.Code, in.Season}, func(key ftc.EventKey) (nothing, error) {
				return nothing{}, s.o.Live.SetVenue(r.Context(), actor, live.Venue{EventKey: key, URL: in.URL})
			}))
		}})
}

func done(data nothing, err error) (reply[nothing], error) { return reply[nothing]{Data: data}, err }
