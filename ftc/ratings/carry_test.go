package ratings_test

import (
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// TestTheNextSeasonCarriesOver: teams begin where they stood, and a result of the season
// before that comes late moves them, as if it had been there from the start.
func TestTheNextSeasonCarriesOver(t *testing.T) {
	r := newRig(t)
	first := real(t, 120)
	for _, result := range first[:119] {
		r.put(result)
	}
	must(t, r.RateAll(t.Context()))
	var second []ftc.Result
	for _, result := range first[:40] {
		start := result.StartedAt.AddDate(1, 0, 0)
		result.Season, result.StartedAt, result.PostedAt = season+1, &start, start.Add(time.Minute)
		second = append(second, result)
		r.put(result)
	}
	must(t, r.RateAll(t.Context()))
	r.carried("at first", inMemory(t, first[:119]), second)
	late := first[119]
	r.put(late)
	must(t, r.RateAll(t.Context()))
	r.carried("after a late result", inMemory(t, first), second)
	if due, err := r.Rate(t.Context(), season+1, ""); due || err != nil {
		t.Errorf("something is left: %v, %v", due, err)
	}
}

// carried compares the second season's ratings with those of a model that follows the first's.
func (r *rig) carried(what string, first *analytics.Model, second []ftc.Result) {
	r.t.Helper()
	model := first.NextSeason(analytics.Season{Year: season + 1, Prior: analytics.DefaultPrior()})
	matches := played(second)
	for _, m := range matches {
		model.Learn(m)
	}
	for team, want := range model.Ratings() {
		list, err := r.Compare(r.t.Context(), season+1, []int{team})
		must(r.t, err)
		if list[0].EPA != want.Total() || list[0].N != want.Matches {
			r.t.Fatalf("%s: team %d has %+v, want %+v", what, team, list[0], want)
		}
	}
}

// TestWhatWasSaidBeforeStays: matches on the schedule are predicted before they are played,
// anew after each result until their own, and then no more.
func TestWhatWasSaidBeforeStays(t *testing.T) {
	r := newRig(t)
	event := real(t, 10)
	key := event[0].EventKey
	starts := day.Truncate(24 * time.Hour)
	c := ftc.Competition{Event: ftc.Event{EventKey: key, Name: "Event", Timezone: "UTC", StartsOn: &starts, EndsOn: &starts}}
	for _, result := range event {
		m := ftc.Match{MatchKey: result.MatchKey, ScheduledAt: result.StartedAt}
		for _, a := range result.Alliances {
			for _, robot := range a.Robots {
				m.Robots = append(m.Robots, ftc.Robot{Alliance: a.Alliance, Station: robot.Station, TeamNumber: robot.TeamNumber})
			}
		}
		c.Matches = append(c.Matches, m)
	}
	must(t, r.ftc.Put(t.Context(), c))
	must(t, r.RateAll(t.Context()))
	said := func() (list []float64, early int) {
		rows, err := r.pool.Query(t.Context(), `SELECT red_wins, early FROM predictions WHERE season = $1 ORDER BY number`, season)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var p float64
			var before bool
			must(t, rows.Scan(&p, &before))
			if list = append(list, p); before {
				early++
			}
		}
		return list, early
	}
	before, early := said()
	if len(before) != 10 || early != 10 {
		t.Fatalf("before the first match: %v, %d early", before, early)
	}
	model := analytics.NewModel(analytics.Season{Year: season, Prior: analytics.DefaultPrior()}, analytics.EPA1())
	matches := played(event)
	for n, m := range matches {
		now, early := said()
		if want := model.Predict(m.Red.Teams, m.Blue.Teams).RedWins; now[n] != want || early != 10 {
			t.Errorf("match %d: %v was said, want %v; %d early", n+1, now[n], want, early)
		}
		model.Learn(m)
		r.put(event[n])
		r.rate(key.Code)
		if after, _ := said(); after[n] != now[n] {
			t.Errorf("match %d: the result made %v of %v", n+1, after[n], now[n])
		}
	}
	other := event[9]
	other.Alliances = []ftc.AllianceResult{event[9].Alliances[1], event[9].Alliances[0]}
	other.Alliances[0].Alliance, other.Alliances[1].Alliance = ftc.Red, ftc.Blue
	last, _ := said()
	r.put(other) // other robots in the seats: what was said is of no use
	r.rate(key.Code)
	if after, early := said(); after[9] == last[9] || early != 9 {
		t.Errorf("after other robots played: %v of %v, %d early", after[0], last[0], early)
	}
	accuracy, err := r.Accuracy(t.Context(), season, "")
	if err != nil || accuracy.Matches != 10 || accuracy.Early != 9 {
		t.Errorf("accuracy %+v, %v", accuracy, err)
	}
}

// TestOnlyTheOfficialWordIsRated where the official list has the FTC event.
func TestOnlyTheOfficialWordIsRated(t *testing.T) {
	r := newRig(t)
	result := real(t, 1)[0]
	result.Official = false
	r.put(result)
	if !r.rate("") {
		t.Error("what the operators of an event entered that no list has is not rated")
	}
	r.exec(`UPDATE ftc_events SET listed = true`)
	if !r.rate("") || len(r.state()) != 0 {
		t.Errorf("a listed event is rated without the official word: %s", r.state())
	}
	result.Official = true
	r.put(result)
	if !r.rate("") || len(r.state()) == 0 {
		t.Error("the official word is not rated")
	}
}
