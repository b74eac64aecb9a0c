package eventday

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// tideworks is the recorded FTC event as if the game of 2027 had been played: the same
// matches, with scores in the fields of a game that nobody has written code for.
func tideworks(t *testing.T) []byte {
	t.Helper()
	var file map[string]any
	must(t, json.Unmarshal(bytes.ReplaceAll(firstapitest.File(), []byte("/v2.0/2025/"), []byte("/v2.0/2027/")), &file))
	file["season"] = 2027
	responses, _ := file["responses"].(map[string]any)
	for path, answer := range responses {
		if !strings.Contains(path, "/scores/") {
			continue
		}
		rows, _ := answer.(map[string]any)["matchScores"].([]any)
		for _, row := range rows {
			sides, _ := row.(map[string]any)["alliances"].([]any)
			for i, one := range sides {
				decode, _ := one.(map[string]any)
				n := func(name string) float64 { v, _ := decode[name].(float64); return v }
				sides[i] = map[string]any{
					"alliance": decode["alliance"], "team": decode["team"],
					"autonomous": n("autoPoints"), "driven": n("preFoulTotal") - n("autoPoints") - n("teleopBasePoints"), "finale": n("teleopBasePoints"),
					"afloat": 0, "finaleBonus": n("teleopBasePoints"), "grandTotal": n("totalPoints"), "small": n("foulPointsCommitted"), "large": 0,
					"tide": "CA", "waves": []string{"HIGH", "LOW", "MID"}, "shells": n("teleopClassifiedArtifacts"), "bell": false, "depth": 1, "tideRP": false,
				}
			}
		}
	}
	raw, err := json.Marshal(file)
	must(t, err)
	return raw
}

// fifth is a server that knows one season: a file of seasons.
type fifth struct {
	*testing.T
	handler http.Handler
	token   string
}

// call asks the API and reads the data of its answer.
func (f *fifth) call(method, path, body string, out any) {
	f.Helper()
	r := httptest.NewRequestWithContext(f.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+f.token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	answer := struct{ Data any }{out}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code >= http.StatusMultipleChoices {
		f.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
}

// TestAFifthSeasonIsOneFile plays a game that is a JSON file and nothing else, from an entry
// to official results, ranking and ratings.
func TestAFifthSeasonIsOneFile(t *testing.T) {
	book, err := seasons.Read(os.DirFS("../../scouting/seasons/testdata/fifth"))
	must(t, err)
	clock := firstapitest.NewClock(time.Date(2026, 1, 17, 23, 0, 0, 0, time.UTC)) // the evening of that day
	fake, err := firstapitest.NewOf(clock.Now, tideworks(t))
	must(t, err)
	official := httptest.NewServer(fake)
	t.Cleanup(official.Close)
	source, err := firstapi.New(firstapi.Options{
		URL: official.URL, Username: firstapitest.Username, Token: firstapitest.Token, Spacing: time.Nanosecond, Seasons: book,
	})
	must(t, err)
	pool, quiet := pgtest.New(t), slog.New(slog.DiscardHandler)
	log := eventlog.New(pool, func(realtime.Channel, int64) {})
	people, feed, rated := accounts.New(pool, log), live.New(pool, log, clock.Now), ratings.New(pool, log, clock.Now, quiet)
	handler := api.New(api.Options{
		Accounts: people, Teams: teams.New(pool, log, []byte(appSecret)), Scouting: scouting.New(pool, log, book), FTC: ftc.New(pool),
		Live: feed, Ratings: rated, Log: log, Events: registry(), Signer: realtime.Signer{Key: appKey, Secret: appSecret},
		Realtime: api.RealtimeConfig{Driver: "disabled"}, Ready: func(context.Context) error { return nil }, Logger: quiet,
	})
	grant, err := people.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Coach"})
	must(t, err)
	f := &fifth{T: t, handler: handler, token: grant.Token}

	follower := follow.New(follow.Options{Pool: pool, Log: log, Live: feed, Source: source, Now: clock.Now, Budget: 1000, Logger: quiet})
	must(t, follower.Round(t.Context()))
	_, err = rated.Rate(t.Context(), 2027, "ZZDEV1")
	must(t, err)
	f.entry()
	f.results()
	f.standings()
}

// entry scouts a robot: the form and its points are the file's.
func (f *fifth) entry() {
	f.Helper()
	var team struct{ ID string }
	f.call("POST", "/api/user-teams", `{"teamNumber":8569}`, &team)
	var matches []ftc.Match
	f.call("GET", "/api/events/ZZDEV1/schedule?season=2027", "", &matches)
	var made scouting.Entry
	f.call("POST", "/api/scouting/entries", fmt.Sprintf(`{"id":"0192d3a8-7c1e-4d53-9f0a-3b6f8f0e1a11","scoutingTeamId":"%s","eventCode":"ZZDEV1","matchNumber":%d,
		"alliance":"%s","scoutedTeamNumber":%d,"data":{"startPlace":"REEF","endgameAfloat":true}}`,
		team.ID, matches[0].Number, matches[0].Robots[0].Alliance, matches[0].Robots[0].TeamNumber), &made)
	if made.Season != 2027 || made.AutoScore != 4 || made.TeleopScore != 7 || made.EndgameScore != 11 || made.TotalScore != 22 || made.FormVersion != 4 {
		f.Errorf("the entry is %+v", made)
	}
}

// results have phases, and fouls of the points that the file gives them.
func (f *fifth) results() {
	f.Helper()
	var results []ftc.Result
	f.call("GET", "/api/events/ZZDEV1/results?season=2027", "", &results)
	endgame, fouls := 0, 0
	for _, r := range results {
		for _, a := range r.Alliances {
			if a.Phases == nil || a.Phases.Auto+a.Phases.Teleop+a.Phases.Endgame != a.NoFoul {
				f.Fatalf("%v: phases %+v of %d", r.MatchKey, a.Phases, a.NoFoul)
			}
			if _, there := a.RankingPoints["tideRP"]; !there || len(a.RankingPoints) != 1 {
				f.Errorf("%v: ranking points %v", r.MatchKey, a.RankingPoints)
			}
			endgame, fouls = endgame+a.Phases.Endgame, fouls+a.FoulsCommitted
		}
	}
	if len(results) != 33 || endgame == 0 || fouls == 0 {
		f.Errorf("%d results, %d points in the end game, %d of fouls", len(results), endgame, fouls)
	}
}

// standings are by the file's points for a win and its tie-break; ratings by its phases.
func (f *fifth) standings() {
	f.Helper()
	var ranking ratings.Standing
	f.call("GET", "/api/events/ZZDEV1/rankings?season=2027", "", &ranking)
	if !ranking.Known || len(ranking.Teams) != 21 || fmt.Sprint(ranking.TieBreaks) != "[total]" {
		f.Fatalf("the ranking is %+v", ranking)
	}
	for _, p := range ranking.Teams {
		points := 2*(p.Wins) + p.Ties // and no bonus
		if forfeits := p.Disqualified + p.NoShows; forfeits == 0 && (p.RankingPoints != points || p.Incomplete || p.TieBreaks[0] < 6+5) {
			f.Errorf("place %+v", p) // 6 of waves and 5 of depth are in every score
		}
	}
	var epa ratings.EventRatings
	f.call("GET", "/api/analytics/epa/ZZDEV1?season=2027", "", &epa)
	endgame := 0.0
	for _, r := range epa.Teams {
		endgame += r.Endgame
		if math.Abs(r.Auto+r.Teleop+r.Endgame-r.EPA) > 1e-9 {
			f.Errorf("rating %+v", r)
		}
	}
	if len(epa.Teams) != 21 || epa.Unrated != 0 || epa.Rated != 33 || endgame <= 0 {
		f.Errorf("%d teams, %d rated, %d not, end game %v", len(epa.Teams), epa.Rated, epa.Unrated, endgame)
	}
}
