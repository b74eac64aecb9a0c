package rankings_test

import (
	"encoding/json"
	"math"
	"net/http/httptest"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/ftc/rankings"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func season(t testing.TB, year int) *seasons.Season {
	t.Helper()
	book, err := seasons.Load()
	must(t, err)
	s, ok := book.Season(year)
	if !ok {
		t.Fatalf("there is no season %d", year)
	}
	return s
}

// correction is so many points more for the alliances of a qualification match.
type correction struct{ match, red, blue int }

// recorded reads the recorded DECODE event with our client: its matches as rankings takes
// them, and the published ranking. Referees correct before that.
func recorded(t testing.TB, s *seasons.Season, corrections ...correction) (rankings.Event, []firstapi.Ranking) {
	t.Helper()
	clock := firstapitest.NewClock(time.Date(2026, 1, 17, 23, 0, 0, 0, time.UTC)) // the evening of that day
	fake, err := firstapitest.New(clock.Now)
	must(t, err)
	for _, c := range corrections {
		must(t, fake.Correct(ftc.MatchKey{EventKey: fake.Event(), Level: ftc.Qual, Number: c.match}, c.red, c.blue))
	}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	client, err := firstapi.New(firstapi.Options{
		URL: server.URL, Username: firstapitest.Username, Token: firstapitest.Token, Spacing: time.Nanosecond, Transport: server.Client().Transport,
	})
	must(t, err)
	key := fake.Event()
	matches, err := client.Matches(t.Context(), ftc.Event{EventKey: key, Timezone: "America/New_York"}, ftc.Qual, firstapi.Since{})
	must(t, err)
	scores, err := client.Scores(t.Context(), key, ftc.Qual, firstapi.Since{})
	must(t, err)
	published, err := client.Rankings(t.Context(), key, firstapi.Since{})
	must(t, err)

	byNumber := make(map[int]firstapi.Score)
	for _, score := range scores.Rows {
		byNumber[score.Number] = score
	}
	var event rankings.Event
	for _, m := range matches.Rows {
		match := rankings.Match{Number: m.Number}
		for _, side := range byNumber[m.Number].Alliances {
			a := alliance(t, s, side, byNumber[m.Number].Randomization)
			for _, r := range m.Robots {
				if r.Alliance == side.Alliance {
					a.Robots = append(a.Robots, rankings.Robot{Team: r.TeamNumber, Surrogate: r.Surrogate, Disqualified: r.Disqualified, NoShow: r.NoShow})
				}
			}
			if side.Alliance == ftc.Red {
				match.Red = a
			} else {
				match.Blue = a
			}
		}
		event.Matches = append(event.Matches, match)
	}
	return event, published.Rows
}

// alliance makes the parts by the season's rules, and checks them with what the server says.
func alliance(t testing.TB, s *seasons.Season, side firstapi.AllianceScore, randomization int) rankings.Alliance {
	t.Helper()
	said, bonuses, err := rankings.Details(side.Details)
	must(t, err)
	var input map[string]any
	must(t, json.Unmarshal(side.Details, &input))
	input["motif"] = []string{"GPP", "PGP", "PPG"}[randomization-1]
	raw, err := json.Marshal(input)
	must(t, err)
	result, err := s.Alliance(raw, rankings.DefaultLevel)
	must(t, err)
	for name, n := range said {
		if ours, ok := result.Parts[name]; ok && ours != n {
			t.Errorf("%s is %d by the rules, %d by the server", name, ours, n)
		}
	}
	return rankings.Alliance{Points: side.Points.Total, Parts: result.Parts, Bonuses: bonuses}
}

// The published ranking of the recorded event, team by team and number by number: with the
// bonus ranking points as officials gave them, and once more with the thresholds alone.
func TestRecordedEvent(t *testing.T) {
	s := season(t, 2025)
	event, published := recorded(t, s)
	rows := rankings.Rank(s.Rules(), event)
	for i := range event.Matches {
		event.Matches[i].Red.Bonuses, event.Matches[i].Blue.Bonuses = nil, nil
	}
	if again := rankings.Rank(s.Rules(), event); !reflect.DeepEqual(again, rows) {
		t.Error("the thresholds make another ranking than the flags")
	}
	if len(rows) != 21 || len(published) != len(rows) {
		t.Fatalf("got %d rows, %d are published", len(rows), len(published))
	}
	compare(t, rows, published)
	for _, r := range rows {
		if r.Incomplete || r.Tied {
			t.Errorf("team %d is %+v", r.Team, r)
		}
	}
}

// The alliances of the disqualified team and of the one that did not come win: both have
// the win in their record and nothing else of it.
func TestWinWithoutPoints(t *testing.T) {
	s := season(t, 2025)
	event, _ := recorded(t, s)
	before := rankings.Rank(s.Rules(), event)
	for team, c := range map[int]correction{731: {match: 5, blue: 100}, 5270: {match: 10, red: 60}} {
		event, published := recorded(t, s, c)
		rows := rankings.Rank(s.Rules(), event)
		compare(t, rows, published)
		was, is := row(t, before, team), row(t, rows, team)
		if is.Wins != was.Wins+1 || is.Losses != was.Losses-1 || is.Score != was.Score || !reflect.DeepEqual(is.TieBreaks, was.TieBreaks) {
			t.Errorf("before %+v\nafter %+v", was, is)
		}
	}
}

// compare holds our rows against the published ranking, number by number.
func compare(t *testing.T, rows []rankings.Row, published []firstapi.Ranking) {
	t.Helper()
	for i, r := range rows {
		got := firstapi.Ranking{
			Rank: r.Rank, TeamNumber: r.Team, Wins: r.Wins, Losses: r.Losses, Ties: r.Ties,
			Disqualified: r.Disqualified, Played: r.Played, Counted: r.Counted,
		}
		for j, v := range append([]float64{r.Score}, r.TieBreaks...) {
			got.SortOrders[j] = math.Round(v*100) / 100
		}
		if got != published[i] {
			t.Errorf("got %+v\nwant %+v", got, published[i])
		}
	}
}

// early are the rules of 2016-17: points of the record in total, then the losing
// alliances' own points in total, then the highest score.
func early() rankings.Rules {
	return rankings.Rules{Win: 2, Tie: 1, Score: rankings.Total, TieBreaks: []rankings.TieBreak{
		{Part: "own", Measure: rankings.Total, Losing: true}, {Part: "total", Measure: rankings.Highest},
	}}
}

// A real FTC event with surrogates and ties, against the ranking that was published.
func TestRealEventOf2017(t *testing.T) {
	type score struct{ Total, PenaltyReceived int }
	var file struct {
		Cases []struct {
			Matches []struct {
				Level               string
				Red, Blue           []int
				Surrogates          []int
				RedScore, BlueScore score
			}
			Published map[string]struct{ Rank, QP, RP, High, MatchesPlayed int }
		}
	}
	raw, err := os.ReadFile("../../analytics/testdata/opr-example.json")
	must(t, err)
	must(t, json.Unmarshal(raw, &file))
	var event rankings.Event
	surrogates := 0
	for i, m := range file.Cases[0].Matches {
		if m.Level != "Q" {
			continue
		}
		side := func(teams []int, s score) rankings.Alliance {
			a := rankings.Alliance{Points: s.Total, Parts: map[string]int{"own": s.Total - s.PenaltyReceived, "total": s.Total}}
			for _, team := range teams {
				robot := rankings.Robot{Team: team}
				for _, other := range m.Surrogates {
					robot.Surrogate = robot.Surrogate || other == team
				}
				a.Robots = append(a.Robots, robot)
			}
			return a
		}
		surrogates += len(m.Surrogates)
		event.Matches = append(event.Matches, rankings.Match{Number: i + 1, Red: side(m.Red, m.RedScore), Blue: side(m.Blue, m.BlueScore)})
	}
	rows := rankings.Rank(early(), event)
	if len(rows) != 21 || surrogates != 3 {
		t.Fatalf("got %d rows, %d surrogates", len(rows), surrogates)
	}
	for _, r := range rows {
		want := file.Cases[0].Published[strconv.Itoa(r.Team)]
		got := struct{ Rank, QP, RP, High, MatchesPlayed int }{r.Rank, int(r.Score), int(r.TieBreaks[0]), int(r.TieBreaks[1]), r.Counted}
		if got != want {
			t.Errorf("team %d: got %+v, want %+v", r.Team, got, want)
		}
	}
}
