// Package venue listens to the scoring computer of an FTC event (FTCLive), which tells of
// each match as it is loaded, started, aborted and posted. No official API tells of a match
// that is being played.
package venue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

const (
	maxFrame    = 1 << 20
	dialLimit   = 15 * time.Second
	probeEach   = 20 * time.Second // a socket that answers no ping is given up
	firstPause  = time.Second
	longPause   = 30 * time.Second
	lastedLong  = time.Minute // a socket that lived so long begins anew with short pauses
	maxNumber   = 999
	maxSeries   = 99
	pingTimeout = 10 * time.Second
)

// Kind is what happened to a match.
type Kind string

// The kinds. Others that the computer tells of do not matter here.
const (
	Started Kind = "MATCH_START"
	Aborted Kind = "MATCH_ABORT"
	Saved   Kind = "MATCH_COMMIT"
	Posted  Kind = "MATCH_POST"
)

// Update is what the scoring computer tells of a match.
type Update struct {
	Kind   Kind
	Level  ftc.Level
	Series int  // 0 for a qualification match, and when Final is set
	Final  bool // a match of the finals, whose series depends on how many alliances play
	Number int
	Field  string
	At     time.Time
}

// Options say which computer to listen to.
type Options struct {
	URL    string // http://HOST or https://HOST
	Code   string // of the FTC event
	Client *http.Client
	Pause  time.Duration // before the first new try, 1 s when it is 0
	Log    *slog.Logger
}

// Listen hands over what the computer tells until ctx ends. It connects again whenever the
// socket breaks; what happened in between is not told.
func Listen(ctx context.Context, o Options, handle func(context.Context, Update)) {
	if o.Pause == 0 {
		o.Pause = firstPause
	}
	pause := o.Pause
	for ctx.Err() == nil {
		began := time.Now()
		err := listen(ctx, o, handle)
		if ctx.Err() != nil {
			return
		}
		o.Log.WarnContext(ctx, "the stream of a venue broke off", slog.String("event", o.Code), slog.Any("error", err))
		if time.Since(began) > lastedLong {
			pause = o.Pause
		}
		timer := time.NewTimer(pause/2 + rand.N(pause/2+1)) //nolint:gosec // nobody gains from guessing it
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		pause = min(2*pause, longPause)
	}
}

// listen reads one socket to its end.
func listen(ctx context.Context, o Options, handle func(context.Context, Update)) error {
	dialing, stop := context.WithTimeout(ctx, dialLimit)
	defer stop()
	address := strings.Replace(o.URL, "http", "ws", 1) + "/api/v2/stream/?" + url.Values{"code": {o.Code}}.Encode()
	socket, _, err := websocket.Dial(dialing, address, &websocket.DialOptions{HTTPClient: o.Client}) //nolint:bodyclose // the library's body needs no close
	if err != nil {
		return err
	}
	defer socket.CloseNow() //nolint:errcheck // it is given up
	socket.SetReadLimit(maxFrame)
	o.Log.InfoContext(ctx, "listening to a venue", slog.String("event", o.Code))
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	go probe(reading, cancel, socket)
	for {
		kind, raw, err := socket.Read(reading)
		if err != nil {
			return err
		}
		if kind != websocket.MessageText || string(raw) == "pong" {
			continue
		}
		update, err := parse(raw)
		if err != nil {
			o.Log.DebugContext(ctx, "a venue tells of something else", slog.String("event", o.Code), slog.Any("error", err))
			continue
		}
		handle(ctx, update)
	}
}

// probe ends the reading when the computer has gone without a word.
func probe(ctx context.Context, end context.CancelFunc, socket *websocket.Conn) {
	ticker := time.NewTicker(probeEach)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		limit, cancel := context.WithTimeout(ctx, pingTimeout)
		err := socket.Ping(limit)
		cancel()
		if err != nil {
			end()
			return
		}
	}
}

var errOther = errors.New("no update of a match")

// parse reads one frame.
func parse(raw []byte) (Update, error) {
	var frame struct {
		UpdateTime int64
		UpdateType Kind
		Payload    struct {
			Number    int
			ShortName string
			Field     json.RawMessage // a number, or a name
		}
	}
	if err := json.Unmarshal(raw, &frame); err != nil {
		return Update{}, err
	}
	switch frame.UpdateType {
	case Started, Aborted, Saved, Posted:
	default:
		return Update{}, fmt.Errorf("%w: %.40q", errOther, frame.UpdateType)
	}
	u := Update{Kind: frame.UpdateType, Field: strings.Trim(string(frame.Payload.Field), `"`)}
	if u.Field == "null" || u.Field == "0" || len(u.Field) > 40 {
		u.Field = ""
	}
	if frame.UpdateTime > 0 {
		u.At = time.UnixMilli(frame.UpdateTime).UTC()
	}
	if !u.name(frame.Payload.ShortName) {
		return Update{}, fmt.Errorf("%w: %.40q", errOther, frame.Payload.ShortName)
	}
	return u, nil
}

// shortName is how the computer names matches: Q12; M3 or M3-2, also E and SF, for a match
// of the playoffs and its repetition; F-1 for one of the finals.
var shortName = regexp.MustCompile(`\A(Q|M|E|SF|F)-?(\d{1,3})(?:-(\d{1,3}))?\z`)

func (u *Update) name(text string) bool {
	parts := shortName.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(text)))
	if parts == nil {
		return false
	}
	first, _ := strconv.Atoi(parts[2]) // digits
	second, _ := strconv.Atoi(parts[3])
	switch parts[1] {
	case "Q":
		u.Level, u.Number = ftc.Qual, first
		return second == 0 && first > 0
	case "F":
		u.Level, u.Final, u.Number = ftc.Playoff, true, max(first, second)
	default:
		u.Level, u.Series, u.Number = ftc.Playoff, first, max(1, second)
	}
	return first > 0 && u.Series <= maxSeries && u.Number <= maxNumber
}
