package bracket_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/bracket"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

// The recorded playoff of four alliances, read by our client: each match has the two
// alliances that the bracket says, and the winner's team wins. Only M3 has the other
// colours there.
func TestRecordedPlayoff(t *testing.T) {
	clock := firstapitest.NewClock(time.Date(2026, 1, 17, 23, 0, 0, 0, time.UTC)) // the evening of that day
	fake, err := firstapitest.New(clock.Now)
	must(t, err)
	server := httptest.NewServer(fake)
	defer server.Close()
	client, err := firstapi.New(firstapi.Options{
		URL: server.URL, Username: firstapitest.Username, Token: firstapitest.Token, Spacing: time.Nanosecond, Transport: server.Client().Transport,
	})
	must(t, err)
	event := ftc.Event{EventKey: fake.Event(), Timezone: "America/New_York"}
	teams, err := client.Teams(t.Context(), event.EventKey)
	must(t, err)
	selected, err := client.Alliances(t.Context(), event.EventKey, firstapi.Since{})
	must(t, err)
	matches, err := client.Matches(t.Context(), event, ftc.Playoff, firstapi.Since{})
	must(t, err)

	// The event has 21 teams and by the table six alliances; it was played with four.
	if bracket.Size(len(teams.Rows)) != 6 || len(selected.Rows) != 4 || len(matches.Rows) != 6 {
		t.Fatalf("got %d teams, %d alliances, %d matches", len(teams.Rows), len(selected.Rows), len(matches.Rows))
	}
	var alliances []bracket.Alliance
	for _, a := range selected.Rows {
		alliances = append(alliances, bracket.Alliance{Number: a.Number, Teams: append([]int{a.Captain}, a.Picks...)})
	}
	var results []bracket.Result
	for i, m := range matches.Rows {
		before := play(t, 4, results...).Matches[m.Series-1]
		red, blue := bracket.Which(alliances, side(m, ftc.Red)), bracket.Which(alliances, side(m, ftc.Blue))
		same := before.RedAlliance == red && before.BlueAlliance == blue
		exchanged := before.RedAlliance == blue && before.BlueAlliance == red
		if before.Status != bracket.Ready || !same && (!exchanged || m.Series != 3) {
			t.Errorf("match %d has %d against %d, the bracket has %+v", i+1, red, blue, before)
		}
		results = append(results, bracket.Result{Series: m.Series, Number: m.Number, Winner: bracket.Which(alliances, side(m, m.Result.Winner))})
	}
	p := play(t, 4, results...)
	if p.Champion != 1 || len(p.Odd) > 0 || says(p.Matches[6]) != "M7 0-0 unneeded" {
		t.Errorf("got champion %d, odd %v, last %s", p.Champion, p.Odd, says(p.Matches[6]))
	}
}

func side(m firstapi.Match, alliance ftc.Alliance) []int {
	var teams []int
	for _, r := range m.Robots {
		if r.Alliance == alliance {
			teams = append(teams, r.TeamNumber)
		}
	}
	return teams
}
