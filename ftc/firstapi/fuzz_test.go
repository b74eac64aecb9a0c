package firstapi_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// canned answers every request with one body.
type canned []byte

func (b canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(b))}, nil
}

// FuzzAnswers reads any body as every list. What comes out must fit our tables, whatever
// went in; and what is no list must not pass for an empty one.
func FuzzAnswers(f *testing.F) {
	for _, path := range []string{"", "/2025/events", "/2025/teams", "/2025/schedule/ZZDEV1/qual/hybrid", "/2025/matches/ZZDEV1?tournamentLevel=playoff", "/2025/scores/ZZDEV1/playoff", "/2025/rankings/ZZDEV1", "/2025/alliances/ZZDEV1"} {
		fake, err := firstapitest.New(firstapitest.NewClock(day(f, evening)).Now)
		must(f, err)
		r := httptest.NewRequest(http.MethodGet, "/v2.0"+path, http.NoBody)
		r.SetBasicAuth(firstapitest.Username, firstapitest.Token)
		w := httptest.NewRecorder()
		fake.ServeHTTP(w, r)
		body := w.Body.Bytes()
		f.Add(body[:min(len(body), 4000)]) // long seeds are slow to change
		f.Add(body[:len(body)/2])
	}
	f.Add([]byte(`{"schedule":null,"Schedule":[{"matchNumber":1e3}],"teams":[{}],"pageTotal":3}`))
	f.Add([]byte(`{"matchScores":[{"matchNumber":1,"alliances":[{"alliance":"Red","totalPoints":1e400}]}]}`))
	key := ftc.EventKey{Season: 2025, Code: "A"}
	event := ftc.Event{EventKey: key, Timezone: "America/New_York"}
	book, err := seasons.Load() // once: it takes longer than an input
	must(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := firstapi.New(firstapi.Options{Username: "a", Token: "b", Transport: canned(body), Seasons: book, Spacing: time.Nanosecond, Pause: time.Nanosecond})
		must(t, err)
		known := func(err error) bool {
			t.Helper()
			if err != nil && !errors.Is(err, firstapi.ErrUnreadable) && !errors.Is(err, ftc.ErrNoEvent) {
				t.Fatal(err)
			}
			return err == nil
		}
		season, err := c.CurrentSeason(t.Context())
		if known(err) && (season < 2000 || season > 9999) {
			t.Fatalf("season %d", season)
		}
		events, err := c.Events(t.Context(), 2025, firstapi.Since{})
		known(err)
		for _, e := range events.Rows {
			if code, err := ftc.CleanCode(e.Code); err != nil || code != e.Code {
				t.Fatalf("event %+v", e)
			}
		}
		for _, level := range []ftc.Level{ftc.Qual, ftc.Playoff} {
			matches, err := c.Matches(t.Context(), event, level, firstapi.Since{})
			known(err)
			for _, m := range matches.Rows {
				checkMatch(t, m, key, level)
			}
			scores, err := c.Scores(t.Context(), key, level, firstapi.Since{})
			known(err)
			for _, s := range scores.Rows {
				checkScore(t, s)
			}
		}
		rankings, err := c.Rankings(t.Context(), key, firstapi.Since{})
		known(err)
		for _, r := range rankings.Rows {
			if r.TeamNumber <= 0 {
				t.Fatalf("ranking %+v", r)
			}
		}
		_, err = c.Alliances(t.Context(), key, firstapi.Since{})
		known(err)
	})
}

func checkMatch(t *testing.T, m firstapi.Match, key ftc.EventKey, level ftc.Level) {
	t.Helper()
	if m.EventKey != key || m.Level != level || m.Number <= 0 || m.Series < 0 || m.Series > 9999 || level == ftc.Qual && m.Series != 0 || m.Result != nil && m.StartedAt == nil && m.PostedAt == nil {
		t.Fatalf("match %+v", m)
	}
	for _, r := range m.Robots {
		if r.TeamNumber <= 0 || r.Station < 1 || r.Station > 3 || r.Alliance != ftc.Red && r.Alliance != ftc.Blue {
			t.Fatalf("robot %+v", r)
		}
	}
}

func checkScore(t *testing.T, s firstapi.Score) {
	t.Helper()
	for _, side := range s.Alliances {
		if p := side.Points; p != nil && p.NoFoul != p.Auto+p.Teleop+p.Endgame {
			t.Fatalf("points %+v", p)
		}
		if (side.Points == nil) != (len(side.Missing) > 0) || len(side.Details) == 0 {
			t.Fatalf("score %+v", side)
		}
	}
}
