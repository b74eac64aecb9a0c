package firstapitest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is the fake at 12:00 of its day, when 12 qualification matches are posted.
type rig struct {
	*firstapitest.Server
	clock *firstapitest.Clock
}

func start(t *testing.T) *rig {
	t.Helper()
	clock := firstapitest.NewClock(time.Date(2026, 1, 17, 17, 0, 0, 0, time.UTC))
	s, err := firstapitest.New(clock.Now)
	must(t, err)
	return &rig{s, clock}
}

// get asks with the right token, and with headers given as name, value, name, value.
func (r *rig) get(path string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	request.SetBasicAuth(firstapitest.Username, firstapitest.Token)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return w
}

// rows returns a list of an answer.
func rows(t *testing.T, w *httptest.ResponseRecorder, name string) []map[string]any {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var body map[string]json.RawMessage
	must(t, json.Unmarshal(w.Body.Bytes(), &body))
	var list []map[string]any
	must(t, json.Unmarshal(body[name], &list))
	return list
}

func TestStatuses(t *testing.T) {
	r := start(t)
	for path, want := range map[string]int{
		"/v2.0": 200, "/v2.0/": 200, "/v3.0": 404,
		"/v2.0/2025/events": 200, "/v2.0/2019/events": 200, "/v2.0/25/events": 400, "/v2.0/now/events": 400,
		"/v2.0/2025/events?eventCode=zzdev1": 200, "/v2.0/2025/events?eventCode=NOPE": 404, "/v2.0/2025/events?eventCode=ZZDEV1&teamNumber=1": 501,
		"/v2.0/2025/teams": 200, "/v2.0/2025/teams?page=99": 200, "/v2.0/2025/teams?page=x": 400, "/v2.0/2025/teams?page=9223372036854775807": 400,
		"/v2.0/2025/teams?teamNumber=731": 200, "/v2.0/2025/teams?teamNumber=731&eventCode=ZZDEV1": 501, "/v2.0/2025/teams?eventCode=NOPE": 404,
		"/v2.0/2025/schedule/ZZDEV1": 400, "/v2.0/2025/schedule/ZZDEV1?tournamentLevel=qual": 200, "/v2.0/2025/schedule/ZZDEV1?teamNumber=731": 200,
		"/v2.0/2025/schedule/NOPE?tournamentLevel=qual": 404, "/v2.0/2019/schedule/ZZDEV1?tournamentLevel=qual": 404,
		"/v2.0/2025/schedule/ZZDEV1/qual/hybrid": 200, "/v2.0/2025/schedule/ZZDEV1/final/hybrid": 400,
		"/v2.0/2025/matches/ZZDEV1": 200, "/v2.0/2025/matches/ZZDEV1?matchNumber=1": 501, "/v2.0/2025/matches/ZZDEV1?start=2": 501,
		"/v2.0/2025/matches/ZZDEV1?tournamentLevel=qual&matchNumber=1&teamNumber=731": 501, "/v2.0/2025/matches/ZZDEV1?tournamentLevel=qual&matchNumber=1&end=2": 501,
		"/v2.0/2025/scores/ZZDEV1/qual": 200, "/v2.0/2025/scores/ZZDEV1/nope": 400, "/v2.0/2025/scores/ZZDEV1/qual?matchNumber=one": 400,
		"/v2.0/2025/rankings/ZZDEV1": 200, "/v2.0/2025/rankings/ZZDEV1?top=3&teamNumber=731": 501, "/v2.0/2025/alliances/ZZDEV1": 200,
	} {
		if w := r.get(path); w.Code != want {
			t.Errorf("%s: %d, wanted %d: %s", path, w.Code, want, w.Body)
		}
	}
}

func TestAuthentication(t *testing.T) {
	r := start(t)
	for _, pair := range [][2]string{{"", ""}, {firstapitest.Username, "x"}, {"x", firstapitest.Token}} {
		request := httptest.NewRequest(http.MethodGet, "/v2.0", http.NoBody)
		if pair[0] != "" {
			request.SetBasicAuth(pair[0], pair[1])
		}
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%v: %d", pair, w.Code)
		}
	}
}

func TestFilters(t *testing.T) {
	r := start(t)
	for path, want := range map[string]int{
		"schedule/ZZDEV1?tournamentLevel=qual": 27, "schedule/ZZDEV1?tournamentLevel=playoff": 0, "schedule/ZZDEV1?teamNumber=731": 5,
		"schedule/ZZDEV1?tournamentLevel=QUAL&start=3&end=5": 3,
	} {
		if got := len(rows(t, r.get("/v2.0/2025/"+path), "schedule")); got != want {
			t.Errorf("%s: %d rows, wanted %d", path, got, want)
		}
	}
	if got := rows(t, r.get("/v2.0/2025/matches/ZZDEV1?tournamentLevel=qual&matchNumber=7"), "matches"); len(got) != 1 || got[0]["matchNumber"] != 7.0 {
		t.Errorf("%v", got)
	}
	if got := rows(t, r.get("/v2.0/2025/rankings/ZZDEV1?top=3"), "Rankings"); len(got) != 3 || got[2]["rank"] != 3.0 {
		t.Errorf("%v", got)
	}
}

func TestConditionalRequests(t *testing.T) {
	const path, whole, changes = "/v2.0/2025/matches/ZZDEV1?tournamentLevel=qual", "If-Modified-Since", "FMS-OnlyModifiedSince"
	r := start(t)
	last := r.get(path).Header().Get("Last-Modified")
	if last != "Sat, 17 Jan 2026 16:22:53 GMT" { // qualification match 12 was posted at 11:22:53
		t.Errorf("last modified %s", last)
	}
	before := "Sat, 17 Jan 2026 16:22:52 GMT"
	for _, c := range []struct {
		headers []string
		status  int
		rows    int
	}{
		{[]string{whole, last}, 304, 0}, {[]string{changes, last}, 304, 0}, {[]string{whole, before}, 200, 12}, {[]string{changes, before}, 200, 1},
		{[]string{whole, "yesterday"}, 200, 12}, {[]string{changes, "yesterday"}, 200, 12}, {[]string{whole, last, changes, last}, 400, 0},
	} {
		w := r.get(path, c.headers...)
		if w.Code != c.status || w.Code == 200 && len(rows(t, w, "matches")) != c.rows || w.Code == 304 && w.Body.Len() > 0 {
			t.Errorf("%v: %d with %d bytes", c.headers, w.Code, w.Body.Len())
		}
	}
	if empty := r.get("/v2.0/2025/alliances/ZZDEV1", whole, last); empty.Code != 200 || empty.Header().Get("Last-Modified") != "" {
		t.Errorf("an empty list: %d, %v", empty.Code, empty.Header())
	}
}

func TestAMatchInProgressIsNotVisible(t *testing.T) {
	r := start(t)
	moment := r.Moments()[12]
	for name, c := range map[string]struct {
		now    time.Time
		posted bool
	}{"loaded": {moment.Loaded, false}, "started": {moment.Started, false}, "just before": {moment.Posted.Add(-time.Millisecond), false}, "posted": {moment.Posted, true}} {
		r.clock.Set(c.now)
		row := rows(t, r.get("/v2.0/2025/schedule/ZZDEV1/qual/hybrid"), "schedule")[12]
		results := len(rows(t, r.get("/v2.0/2025/matches/ZZDEV1?tournamentLevel=qual"), "matches"))
		if (row["scoreRedFinal"] != nil) != c.posted || (row["actualStartTime"] != nil) != c.posted || (results == 13) != c.posted {
			t.Errorf("%s: %v, %d results", name, row, results)
		}
	}
}

// TestEachServerStartsAnew changes one fake and looks at another.
func TestEachServerStartsAnew(t *testing.T) {
	one, other := start(t), start(t)
	before := other.get("/v2.0/2025/schedule/ZZDEV1/qual/hybrid").Body.String()
	moments := one.Moments()
	must(t, one.Correct(moments[0].MatchKey, 5, 5))
	must(t, one.Vanish(moments[1].MatchKey))
	_, err := one.Replay(moments[2].MatchKey, moments[3].Started, moments[3].Posted, 1, 1)
	must(t, err)
	if other.get("/v2.0/2025/schedule/ZZDEV1/qual/hybrid").Body.String() != before {
		t.Error("the other fake changed as well")
	}
	unknown := moments[0].MatchKey
	unknown.Number = 99
	if _, err := one.Replay(unknown, time.Time{}, time.Time{}, 0, 0); err == nil || one.Correct(unknown, 1, 1) == nil {
		t.Error("a match that is not there was changed")
	}
}

func TestMomentsAreInOrder(t *testing.T) {
	moments := start(t).Moments()
	if len(moments) != 33 || !slices.IsSortedFunc(moments, func(a, b firstapitest.Moment) int { return a.Posted.Compare(b.Posted) }) {
		t.Errorf("%d moments", len(moments))
	}
	for _, m := range moments {
		if !m.Loaded.Before(m.Started) || !m.Started.Before(m.Posted) {
			t.Errorf("%+v", m)
		}
	}
}

func TestTroubleEnds(t *testing.T) {
	r := start(t)
	r.Fail(firstapitest.Trouble{Kind: firstapitest.Busy, RetryAfter: "7", Times: 2})
	statuses := ""
	for range 3 {
		w := r.get("/v2.0")
		statuses += fmt.Sprint(w.Code, w.Header().Get("Retry-After"), " ")
	}
	if statuses != "5037 5037 200 " {
		t.Error(statuses)
	}
	r.Fail(firstapitest.Trouble{Kind: firstapitest.HTML})
	if w := r.get("/v2.0"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "<!DOCTYPE html>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	r.Mend()
	if w := r.get("/v2.0"); w.Code != 200 || !strings.Contains(w.Body.String(), `"currentSeason":2025`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
