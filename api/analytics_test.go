package api_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
)

// recorded imports the recorded event of the official API into a server that has no
// credentials, and rates it. It returns the ranking that officials published.
func recorded(t *testing.T) (*server, []firstapi.Ranking) {
	t.Helper()
	var venue *live.Service
	s := newServer(t, func(o *api.Options) { venue = o.Live })
	fake, err := firstapitest.New(firstapitest.NewClock(time.Date(2026, 1, 17, 23, 59, 0, 0, time.UTC)).Now)
	must(t, err)
	web := httptest.NewServer(fake)
	t.Cleanup(web.Close)
	client, err := firstapi.New(firstapi.Options{URL: web.URL, Username: firstapitest.Username, Token: firstapitest.Token, Spacing: time.Nanosecond})
	must(t, err)
	event, err := follow.Recorded(t.Context(), client, fake.Event())
	must(t, err)
	_, err = venue.Import(t.Context(), accounts.Actor{Operator: true}, event)
	must(t, err)
	must(t, s.ratings.RateAll(t.Context()))
	published, err := client.Rankings(t.Context(), fake.Event(), firstapi.Since{})
	must(t, err)
	return s, published.Rows
}

// get asks as anybody and sees that asking again costs nothing.
func (s *server) get(path string, data any) {
	s.t.Helper()
	a := s.call("GET", path, "", "")
	tag := a.header.Get("ETag")
	if a.status != http.StatusOK || tag == "" || a.header.Get("Cache-Control") != "public, no-cache" {
		s.t.Fatalf("%s: %d %v %s", path, a.status, a.header, a.body)
	}
	if again := s.call("GET", path, "", "", "If-None-Match", tag); again.status != http.StatusNotModified || again.body != "" {
		s.t.Errorf("%s again: %d %s", path, again.status, again.body)
	}
	a.into(s.t, data)
}

type ratedTeam struct {
	Rank, TeamNumber, N, Played, Matches                     int
	Name                                                     string
	EPA, Auto, Teleop, Endgame, OPR, OPRNoPenalty, DPR, CCWM float64
	OPRAuto                                                  *float64
	RidgeOPR, RidgeOPRNoPenalty, Shown, RankingScore, Delta  float64
	Wins, Losses, Ties, MatchesPlayed, MatchesCounted, DQ    int
	Thin, Incomplete, Tied                                   bool
	TieBreaks                                                []float64
}

type ratedEvent struct {
	Season, Rated, Unrated, Matches, Unofficial int
	EventCode, Algo                             string
	Computed, RulesKnown                        bool
	Teams                                       []ratedTeam
}

func TestRatingsOfAnEvent(t *testing.T) {
	s, _ := recorded(t)
	var opr, epa ratedEvent
	s.get("/api/analytics/opr/ZZDEV1?season=2025", &opr)
	s.get("/api/analytics/epa/zzdev1?season=2025", &epa)
	if opr.Matches != 27 || opr.Unofficial != 0 || len(opr.Teams) != 21 || epa.Rated != 33 || epa.Unrated != 0 || epa.Algo != "epa/1" || len(epa.Teams) != 21 {
		t.Fatalf("opr %+v\nepa %+v", opr, epa)
	}
	for i, team := range opr.Teams {
		if math.Abs(team.OPR-team.CCWM-team.DPR) > 1e-9 || team.OPRAuto == nil || team.Name == "" || team.Matches < 4 || team.Thin || team.Shown != team.OPRNoPenalty {
			t.Errorf("opr of %+v", team)
		}
		if i > 0 && team.Shown > opr.Teams[i-1].Shown || team.Rank != i+1 {
			t.Errorf("place %d is %+v", i, team)
		}
	}
	best := epa.Teams[0]
	if best.EPA != best.Auto+best.Teleop+best.Endgame || best.N < 4 || best.Played < best.N {
		t.Errorf("epa of %+v", best)
	}
	var history struct {
		ratedTeam
		Matches []struct {
			EPA       float64
			StartedAt *time.Time
		}
	}
	s.get("/api/analytics/team/"+number(best.TeamNumber)+"?season=2025", &history)
	if n := len(history.Matches); n != best.Played || history.Matches[n-1].EPA != best.EPA || history.EPA != best.EPA || history.Matches[0].StartedAt == nil {
		t.Errorf("the history of %+v: %+v", best, history)
	}
	var forecast struct {
		RedWins, BlueWins, Red, Blue float64
		Unknown                      []int
	}
	last := epa.Teams[len(epa.Teams)-1]
	a := s.call("POST", "/api/analytics/predict", "", `{"season":2025,"red":[`+number(best.TeamNumber)+`],"blue":[`+number(last.TeamNumber)+`]}`)
	if a.into(t, &forecast); forecast.RedWins <= 0.5 || forecast.RedWins+forecast.BlueWins != 1 || forecast.Red != best.EPA || forecast.Blue != last.EPA || len(forecast.Unknown) != 0 {
		t.Errorf("the best against the last: %s", a.body)
	}
	var compared []ratedTeam
	s.call("POST", "/api/analytics/compare", "", `{"season":2025,"teams":[`+number(last.TeamNumber)+`,99998,`+number(best.TeamNumber)+`]}`).into(t, &compared)
	if len(compared) != 3 || compared[0].EPA != last.EPA || compared[1].N != 0 || compared[2].EPA != best.EPA {
		t.Errorf("compared: %+v", compared)
	}
}

func number(n int) string { raw, _ := json.Marshal(n); return string(raw) }

// TestRankingIsTheOfficialOne: the ranking that officials published, team by team.
func TestRankingIsTheOfficialOne(t *testing.T) {
	s, published := recorded(t)
	var got ratedEvent
	s.get("/api/events/ZZDEV1/rankings?season=2025", &got)
	if !got.Computed || !got.RulesKnown || got.Matches != 27 || len(got.Teams) != len(published) {
		t.Fatalf("%+v", got)
	}
	for i, want := range published {
		team := got.Teams[i]
		have := firstapi.Ranking{
			Rank: team.Rank, TeamNumber: team.TeamNumber, Wins: team.Wins, Losses: team.Losses, Ties: team.Ties,
			Disqualified: team.DQ, Played: team.MatchesPlayed, Counted: team.MatchesCounted,
		}
		for j, v := range append([]float64{team.RankingScore}, team.TieBreaks...) {
			have.SortOrders[j] = math.Round(v*100) / 100
		}
		if have != want || team.Incomplete {
			t.Errorf("got %+v\nwant %+v", have, want)
		}
	}
}

func TestPlayoffsAndPredictions(t *testing.T) {
	s, _ := recorded(t)
	var bracket struct {
		State              string
		Champion, Unplaced int
		Alliances          []struct{ Number, Place, Captain int }
		Matches            []struct {
			Series, Winner int
			Status         string
		}
	}
	s.get("/api/events/ZZDEV1/bracket?season=2025", &bracket)
	if bracket.State == "odd" || bracket.State == "unselected" || bracket.Unplaced != 0 || len(bracket.Alliances) == 0 {
		t.Errorf("the playoffs: %+v", bracket)
	}
	var accuracy struct {
		Matches, Early  int
		Accuracy, Brier *float64
		Calibration     []struct{ Matches int }
		Events          []struct {
			EventCode string
			Matches   int
		}
	}
	s.get("/api/analytics/accuracy?season=2025", &accuracy)
	sum := 0
	for _, bin := range accuracy.Calibration {
		sum += bin.Matches
	}
	if accuracy.Matches != 33 || sum != 33 || len(accuracy.Calibration) != 10 || accuracy.Brier == nil || len(accuracy.Events) != 1 || accuracy.Events[0].Matches != 33 {
		t.Errorf("accuracy: %+v", accuracy)
	}
	var said struct {
		Matches []struct {
			Level               string
			Series, MatchNumber int
			RedWins, Red, Blue  float64
			Early               bool
		}
	}
	s.get("/api/events/zzdev1/predictions?season=2025", &said)
	brier, red := 0.0, make(map[string]bool)
	for _, m := range winners(t, s) {
		red[m.name] = m.red
	}
	for _, m := range said.Matches {
		won, ok := red[fmt.Sprint(m.Level, m.Series, m.MatchNumber)]
		if !ok || m.RedWins <= 0 || m.RedWins >= 1 || m.Red <= 0 || m.Early {
			t.Errorf("said of a match: %+v", m)
		}
		happened := 0.0
		if won {
			happened = 1
		}
		brier += (m.RedWins - happened) * (m.RedWins - happened) / 33
	}
	if len(said.Matches) != 33 || math.Abs(brier-*accuracy.Brier) > 1e-9 {
		t.Errorf("%d predictions of Brier %v, the accuracy says %v", len(said.Matches), brier, *accuracy.Brier)
	}
	var one struct{ Matches int }
	if s.get("/api/analytics/accuracy?season=2025&eventCode=NOWHERE", &one); one.Matches != 0 {
		t.Errorf("of an event without matches: %+v", one)
	}
}

type winner struct {
	name string
	red  bool
}

// winners reads who won the recorded matches, of which none was a tie.
func winners(t *testing.T, s *server) []winner {
	t.Helper()
	var list []winner
	var matches []struct {
		TournamentLevel     string
		Series, MatchNumber int
		Result              struct{ Alliances []struct{ Total int } }
	}
	s.get("/api/events/ZZDEV1/matches?season=2025", &matches)
	for _, m := range matches {
		list = append(list, winner{fmt.Sprint(m.TournamentLevel, m.Series, m.MatchNumber), m.Result.Alliances[0].Total > m.Result.Alliances[1].Total})
	}
	return list
}

func TestFTCTeams(t *testing.T) {
	s, published := recorded(t)
	first := published[0]
	var profile struct {
		TeamNumber int
		Name       string
		Ratings    []struct{ Season, N int }
		Events     []struct {
			EventCode string
			Record    struct{ Wins, Losses, Ties int }
		}
	}
	s.get("/api/ftc-teams/"+number(first.TeamNumber), &profile)
	if profile.TeamNumber != first.TeamNumber || profile.Name == "" || len(profile.Ratings) != 1 || len(profile.Events) != 1 || profile.Events[0].Record.Wins < first.Wins {
		t.Errorf("the first team: %+v, published %+v", profile, first)
	}
	var found []ratedTeam
	s.get("/api/ftc-teams/search?q="+number(first.TeamNumber), &found)
	if len(found) == 0 || found[0].TeamNumber != first.TeamNumber {
		t.Errorf("by number: %+v", found)
	}
	for query, want := range map[string]int{"": 0, "%25": 0, "_": 0, "zzzzzz": 0} {
		if s.get("/api/ftc-teams/search?q="+query, &found); len(found) != want {
			t.Errorf("%q finds %+v", query, found)
		}
	}
	for path, status := range map[string]int{
		"/api/ftc-teams/99998": 404, "/api/ftc-teams/0": 404, "/api/ftc-teams/99999999999": 422, "/api/analytics/team/99998": 404,
		"/api/analytics/opr/NOWHERE": 404, "/api/analytics/epa/NOWHERE": 404, "/api/events/NOWHERE/rankings": 404, "/api/events/NOWHERE/bracket": 404, "/api/events/NOWHERE/predictions": 404,
		"/api/ftc-teams/search?q=" + strings.Repeat("a", 81): 422, "/api/ftc-teams/search?q=%00": 422,
	} {
		if a := s.call("GET", path, "", ""); a.status != status {
			t.Errorf("%s: %d %s, want %d", path, a.status, a.body, status)
		}
	}
	for _, body := range []string{`{"red":[],"blue":[1]}`, `{"red":[1,2,3,4],"blue":[5]}`, `{"red":[1],"blue":[1]}`, `{"red":[0],"blue":[1]}`, `{"blue":[1]}`} {
		if a := s.call("POST", "/api/analytics/predict", "", body); a.status != 422 {
			t.Errorf("predict %s: %d %s", body, a.status, a.body)
		}
	}
	if a := s.call("POST", "/api/analytics/compare", "", `{"teams":[7,7]}`); a.status != 422 {
		t.Errorf("a team twice: %d %s", a.status, a.body)
	}
}

// TestThinAndEmpty: a league meet typed by hand, before its first result, after one, and
// with totals alone. A season without a file has the usual rules.
func TestThinAndEmpty(t *testing.T) {
	s := newServer(t)
	put := func(body string) {
		t.Helper()
		if a := s.call("POST", "/api/events", s.owner, body); a.status != http.StatusOK {
			t.Fatal(a.body)
		}
		must(t, s.ratings.RateAll(t.Context()))
	}
	const plan = `{"season":2015,"eventCode":"MEET","name":"Meet","matches":[{"matchNumber":1,"red":[1,2],"blue":[3,4]RESULT},{"matchNumber":2,"red":[1,3],"blue":[2,4]}]}`
	put(strings.Replace(plan, "RESULT", "", 1))
	var event ratedEvent
	var bracket struct {
		State   string
		Matches []struct{ Status string }
	}
	s.get("/api/analytics/opr/MEET?season=2015", &event)
	if event.Matches != 0 || event.Teams == nil || len(event.Teams) != 0 {
		t.Errorf("opr before the first result: %+v", event)
	}
	s.get("/api/analytics/epa/MEET?season=2015", &event)
	if event.Rated != 0 || len(event.Teams) != 4 || event.Teams[0].N != 0 || event.Teams[0].EPA <= 0 {
		t.Errorf("epa before the first result: %+v", event)
	}
	s.get("/api/events/MEET/bracket?season=2015", &bracket)
	if bracket.State != "unselected" || len(bracket.Matches) != 1 || bracket.Matches[0].Status != "waiting" {
		t.Errorf("playoffs before the selection: %+v", bracket)
	}
	put(strings.Replace(plan, "RESULT", `,"result":{"red":{"total":30},"blue":{"total":20}}`, 1))
	s.get("/api/analytics/epa/MEET?season=2015", &event)
	if event.Rated != 0 || event.Unrated != 1 {
		t.Errorf("epa of totals alone: %+v", event)
	}
	s.get("/api/analytics/opr/MEET?season=2015", &event)
	if event.Matches != 1 || event.Unofficial != 1 || len(event.Teams) != 4 || !event.Teams[0].Thin || event.Teams[0].Shown != event.Teams[0].RidgeOPRNoPenalty || event.Teams[0].OPRAuto != nil {
		t.Errorf("opr of totals alone: %+v", event)
	}
	s.get("/api/events/MEET/rankings?season=2015", &event)
	if event.RulesKnown || event.Teams[0].RankingScore != 2 || event.Teams[0].Wins != 1 {
		t.Errorf("a ranking by the usual rules: %+v", event)
	}
	put(strings.Replace(plan, "RESULT", `,"result":{"red":{"total":30,"auto":10,"teleop":15,"endgame":5},"blue":{"total":20,"auto":10,"teleop":10,"endgame":0}}`, 1))
	s.get("/api/analytics/epa/MEET?season=2015", &event)
	names, _ := s.channel("event-2015-MEET")
	if event.Rated != 1 || event.Unrated != 0 || event.Teams[0].N != 1 || !strings.Contains(strings.Join(names, " "), "analytics:epa-updated") {
		t.Errorf("epa of phases: %+v, told %v", event, names)
	}
}
