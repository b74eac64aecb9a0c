package firstapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// DefaultURL is where FIRST's server is.
const DefaultURL = "https://ftc-api.firstinspires.org"

// maxPages bounds a list of pages; all teams of a season have some 150.
const maxPages = 1000

// errNotFound is a 404; only what was asked for says what it means.
var errNotFound = ErrRefused.Because(errors.New("status 404"))

// Options say how to reach the server. Zero values stand for what is usual.
type Options struct {
	URL       string // DefaultURL
	Username  string
	Token     string
	Spacing   time.Duration // between the beginnings of two calls, 250 ms
	Pause     time.Duration // before a call is repeated for the first time, 1 s
	Timeout   time.Duration // of one try, 15 s
	Patience  time.Duration // how long a call waits while the server wants none, 1 minute
	Transport http.RoundTripper
	Seasons   *seasons.Book // what is built in
	Log       *slog.Logger
}

// Client is the Source for version 2.0 of FIRST's FTC Events API.
type Client struct {
	base      string
	authorize func(*http.Request) // a function, so that no print of a client shows the token
	http      *http.Client
	timeout   time.Duration
	pause     time.Duration
	patience  time.Duration
	seasons   *seasons.Book
	log       *slog.Logger
	pace      pace
	flights   flights
}

var _ Source = (*Client)(nil)

// New returns a client. It calls nobody yet.
func New(o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(or(o.URL, DefaultURL), "/"))
	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("the address of FIRST's server is no http or https URL")
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("the address of FIRST's server has more than host and path")
	case o.Username == "" || o.Token == "":
		return nil, ErrCredentials.Saying("FIRST's server needs a user name and a token.")
	}
	book := o.Seasons
	if book == nil {
		if book, err = seasons.Load(); err != nil {
			return nil, err
		}
	}
	return &Client{
		base:      strings.TrimSuffix(base.String(), "/v2.0") + "/v2.0",
		authorize: func(r *http.Request) { r.SetBasicAuth(o.Username, o.Token) },
		http: &http.Client{
			Transport: o.Transport,
			// The token goes to the server that was named and to no other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		timeout: or(o.Timeout, 15*time.Second), pause: or(o.Pause, time.Second), patience: or(o.Patience, time.Minute),
		seasons: book, log: or(o.Log, slog.New(slog.DiscardHandler)),
		pace:    pace{spacing: or(o.Spacing, 250*time.Millisecond)},
		flights: flights{open: make(map[string]*flight)},
	}, nil
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// CurrentSeason returns the season that is played now.
func (c *Client) CurrentSeason(ctx context.Context) (int, error) {
	got, err := c.get(ctx, request{})
	if err != nil {
		return 0, err
	}
	return decodeSeason(got.body)
}

// Events lists the season's FTC events.
func (c *Client) Events(ctx context.Context, season int, since Since) (Reply[ftc.Event], error) {
	return read(ctx, c, request{path: seasonPath(season, "events"), since: since}, "events", eventRow(season))
}

// Event returns one FTC event, or ftc.ErrNoEvent.
func (c *Client) Event(ctx context.Context, key ftc.EventKey) (ftc.Event, error) {
	code, err := ftc.CleanCode(key.Code)
	if err != nil {
		return ftc.Event{}, err
	}
	r := request{path: seasonPath(key.Season, "events"), query: url.Values{"eventCode": {code}}}
	reply, err := read(ctx, c, r, "events", eventRow(key.Season))
	if err != nil {
		return ftc.Event{}, noEvent(err)
	}
	for _, event := range reply.Rows {
		if event.Code == code {
			return event, nil
		}
	}
	return ftc.Event{}, ftc.ErrNoEvent
}

// Teams lists the teams at an FTC event, or of the whole season if the key has no code. A
// list of several pages has no common time of change, so all of it is read each time.
func (c *Client) Teams(ctx context.Context, key ftc.EventKey) (Reply[ftc.Team], error) {
	query := url.Values{}
	if key.Code != "" {
		code, err := ftc.CleanCode(key.Code)
		if err != nil {
			return Reply[ftc.Team]{}, err
		}
		query.Set("eventCode", code)
	}
	var all Reply[ftc.Team]
	known := make(map[int]bool) // a team may move to the next page between two calls
	for page := 1; ; page++ {
		query.Set("page", strconv.Itoa(page))
		got, err := c.get(ctx, request{path: seasonPath(key.Season, "teams"), query: query})
		if err != nil {
			if key.Code != "" {
				err = noEvent(err)
			}
			return Reply[ftc.Team]{}, err
		}
		rows, unread, err := rowsOf(c, got.body, "teams", teamRow)
		if err != nil {
			return Reply[ftc.Team]{}, err
		}
		all.Unread += unread
		for _, team := range rows {
			if !known[team.Number] {
				known[team.Number] = true
				all.Rows = append(all.Rows, team)
			}
		}
		pages := pagesOf(got.body)
		if pages > maxPages {
			return Reply[ftc.Team]{}, ErrUnreadable.Because(fmt.Errorf("%d pages", pages))
		}
		if page >= pages {
			return all, nil
		}
	}
}

// Schedule lists the matches that are planned, with their fields and without results.
func (c *Client) Schedule(ctx context.Context, event ftc.Event, level ftc.Level, since Since) (Reply[Match], error) {
	return atLevel(ctx, c, event.EventKey, level, since, place{folder: "schedule", list: "schedule", inQuery: true}, matchRow(event, level))
}

// Matches lists the matches that are planned or played, with the results so far.
func (c *Client) Matches(ctx context.Context, event ftc.Event, level ftc.Level, since Since) (Reply[Match], error) {
	return atLevel(ctx, c, event.EventKey, level, since, place{folder: "schedule", list: "schedule", tail: "/hybrid"}, matchRow(event, level))
}

// Results lists the matches that were played, without when they were planned and who was a
// surrogate. Matches has it all; this list is shorter while an event is going on.
func (c *Client) Results(ctx context.Context, event ftc.Event, level ftc.Level, since Since) (Reply[Match], error) {
	return atLevel(ctx, c, event.EventKey, level, since, place{folder: "matches", list: "matches", inQuery: true}, matchRow(event, level))
}

// Scores lists what the results of the matches are made of.
func (c *Client) Scores(ctx context.Context, key ftc.EventKey, level ftc.Level, since Since) (Reply[Score], error) {
	return atLevel(ctx, c, key, level, since, place{folder: "scores", list: "matchScores"}, scoreRow(c.seasons, key, level))
}

// Rankings lists the teams by their rank; nobody before the first result.
func (c *Client) Rankings(ctx context.Context, key ftc.EventKey, since Since) (Reply[Ranking], error) {
	return atEvent(ctx, c, key, "rankings", since, rankingRow)
}

// Alliances lists the alliances of the playoffs; none before the selection.
func (c *Client) Alliances(ctx context.Context, key ftc.EventKey, since Since) (Reply[PlayoffAlliance], error) {
	return atEvent(ctx, c, key, "alliances", since, allianceRow)
}

// place is where a list of one level is kept. The level is a part of the path or of the query.
type place struct {
	folder, list, tail string
	inQuery            bool
}

// atLevel reads a list of matches. Nobody publishes practice matches, so there are none.
func atLevel[T any](ctx context.Context, c *Client, key ftc.EventKey, level ftc.Level, since Since, p place, row func([]byte) (T, error)) (Reply[T], error) {
	if level != ftc.Qual && level != ftc.Playoff {
		return Reply[T]{}, nil
	}
	code, err := ftc.CleanCode(key.Code)
	if err != nil {
		return Reply[T]{}, err
	}
	r := request{path: seasonPath(key.Season, p.folder, code), since: since}
	if p.inQuery {
		r.query = url.Values{"tournamentLevel": {string(level)}}
	} else {
		r.path += "/" + string(level) + p.tail
	}
	reply, err := read(ctx, c, r, p.list, row)
	return reply, noEvent(err)
}

// atEvent reads a list of an FTC event.
func atEvent[T any](ctx context.Context, c *Client, key ftc.EventKey, list string, since Since, row func([]byte) (T, error)) (Reply[T], error) {
	code, err := ftc.CleanCode(key.Code)
	if err != nil {
		return Reply[T]{}, err
	}
	reply, err := read(ctx, c, request{path: seasonPath(key.Season, list, code), since: since}, list, row)
	return reply, noEvent(err)
}

// read makes a call and decodes the list in its answer.
func read[T any](ctx context.Context, c *Client, r request, list string, row func([]byte) (T, error)) (Reply[T], error) {
	got, err := c.get(ctx, r)
	if err != nil || got.unchanged {
		return Reply[T]{Modified: got.modified, Unchanged: got.unchanged}, err
	}
	rows, unread, err := rowsOf(c, got.body, list, row)
	if err != nil {
		return Reply[T]{}, err
	}
	return Reply[T]{Rows: rows, Modified: got.modified, Unread: unread}, nil
}

// noEvent says what a 404 means where an event was asked for.
func noEvent(err error) error {
	var e *fault.Error
	if errors.As(err, &e) && e == errNotFound {
		return ftc.ErrNoEvent
	}
	return err
}

func seasonPath(season int, parts ...string) string {
	return "/" + strconv.Itoa(season) + "/" + strings.Join(parts, "/")
}
