package firstapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

// testing.TB has methods that rapid.T lacks; these are what both have.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// shape writes a value so that two can be compared, without pointers.
func shape(t failer, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(text)
}

// view reads everything that a source has about the event.
func view(t *testing.T, s firstapi.Source, event ftc.Event) map[string]any {
	t.Helper()
	all := make(map[string]any)
	put := func(name string, rows any, err error) {
		t.Helper()
		must(t, err)
		all[name] = rows
	}
	season, err := s.CurrentSeason(t.Context())
	put("season", season, err)
	events, err := s.Events(t.Context(), event.Season, firstapi.Since{})
	put("events", events.Rows, err)
	others, err := s.Events(t.Context(), event.Season-1, firstapi.Since{})
	put("events a season before", len(others.Rows), err)
	one, err := s.Event(t.Context(), event.EventKey)
	put("event", one, err)
	teams, err := s.Teams(t.Context(), event.EventKey)
	put("teams", teams.Rows, err)
	rankings, err := s.Rankings(t.Context(), event.EventKey, firstapi.Since{})
	put("rankings", slices.Concat([]firstapi.Ranking{}, rankings.Rows), err)
	alliances, err := s.Alliances(t.Context(), event.EventKey, firstapi.Since{})
	put("alliances", slices.Concat([]firstapi.PlayoffAlliance{}, alliances.Rows), err)
	for _, level := range []ftc.Level{ftc.Practice, ftc.Qual, ftc.Playoff} {
		schedule, err := s.Schedule(t.Context(), event, level, firstapi.Since{})
		put("schedule "+string(level), slices.Concat([]firstapi.Match{}, schedule.Rows), err)
		matches, err := s.Matches(t.Context(), event, level, firstapi.Since{})
		put("matches "+string(level), slices.Concat([]firstapi.Match{}, matches.Rows), err)
		scores, err := s.Scores(t.Context(), event.EventKey, level, firstapi.Since{})
		put("scores "+string(level), slices.Concat([]firstapi.Score{}, scores.Rows), err)
	}
	return all
}

// moments draws times at which something changes, or just before or after.
func moments(r *rig) *rapid.Generator[time.Time] {
	var interesting []time.Time
	for _, m := range r.fake.Moments() {
		interesting = append(interesting, m.Loaded, m.Started, m.Posted)
	}
	midnight := r.clock.Now().Truncate(24 * time.Hour)
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "near a change") {
			return rapid.SampledFrom(interesting).Draw(t, "change").Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "seconds")) * time.Second)
		}
		return midnight.Add(time.Duration(rapid.IntRange(0, 36*3600).Draw(t, "seconds")) * time.Second)
	})
}

// TestWhateverTheClockSaysTheViewIsTheTruth compares two sources: the client, which asks the
// fake over HTTP, and the fake's file, read without it.
func TestWhateverTheClockSaysTheViewIsTheTruth(t *testing.T) {
	r := start(t, "12:00:00")
	tr := readTruth(t, r.clock.Now)
	times := moments(r)
	rapid.Check(t, func(rt *rapid.T) {
		r.clock.Set(times.Draw(rt, "now"))
		got, want := view(t, r.Client, tr.event), view(t, tr, tr.event)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if g, w := shape(rt, got[name]), shape(rt, want[name]); g != w {
				rt.Fatalf("%s at %s: the client has\n%s\nthe truth is\n%s", name, r.clock.Now(), g, w)
			}
		}
	})
}

// TestResultsAreTheMatchesThatWerePlayed compares the two lists that have results.
func TestResultsAreTheMatchesThatWerePlayed(t *testing.T) {
	r := start(t, "12:00:00")
	for _, moment := range r.fake.Moments() {
		r.clock.Set(moment.Posted)
		matches, err := r.Matches(t.Context(), r.event, moment.Level, firstapi.Since{})
		must(t, err)
		results, err := r.Results(t.Context(), r.event, moment.Level, firstapi.Since{})
		must(t, err)
		played := slices.DeleteFunc(matches.Rows, func(m firstapi.Match) bool { return m.Result == nil })
		if len(played) == 0 || len(played) != len(results.Rows) {
			t.Fatalf("%s: %d matches were played, there are %d results", moment.Posted, len(played), len(results.Rows))
		}
		for i, m := range played {
			got := results.Rows[i]
			if got.MatchKey != m.MatchKey || *got.Result != *m.Result || !got.PostedAt.Equal(*m.PostedAt) || len(got.Robots) != len(m.Robots) {
				t.Errorf("the result is %s, the match %s", shape(t, got), shape(t, m))
			}
		}
	}
}

// TestTheRankingInTheEndIsThePublishedOne compares the fake's rankings with the recorded ones.
func TestTheRankingInTheEndIsThePublishedOne(t *testing.T) {
	r := start(t, evening)
	raw, err := os.ReadFile("firstapitest/event.json")
	must(t, err)
	var f truthFile
	must(t, json.Unmarshal(raw, &f))
	var published struct {
		Rankings []struct {
			Rank, TeamNumber, Wins, Losses, Ties, DQ, MatchesPlayed, MatchesCounted int
			SortOrder1, SortOrder2, SortOrder3, SortOrder4                          float64
		}
	}
	f.decode(t, "rankings/ZZDEV1", &published)
	reply, err := r.Rankings(t.Context(), r.event.EventKey, firstapi.Since{})
	must(t, err)
	if len(reply.Rows) != 21 || len(published.Rankings) != 21 {
		t.Fatalf("%d rows, %d published", len(reply.Rows), len(published.Rankings))
	}
	for i, p := range published.Rankings {
		want := firstapi.Ranking{
			Rank: p.Rank, TeamNumber: p.TeamNumber, SortOrders: [6]float64{p.SortOrder1, p.SortOrder2, p.SortOrder3, p.SortOrder4},
			Wins: p.Wins, Losses: p.Losses, Ties: p.Ties, Disqualified: p.DQ, Played: p.MatchesPlayed, Counted: p.MatchesCounted,
		}
		if reply.Rows[i] != want {
			t.Errorf("place %d is %+v, published is %+v", i+1, reply.Rows[i], want)
		}
	}
}

// copyOf is what somebody keeps who asks for changes only.
type copyOf[T any] struct {
	rows  map[ftc.MatchKey]T
	since firstapi.Since
}

// take merges a reply into the copy. Since a list of changes names no row that is gone,
// whole lists replace the copy.
func (c *copyOf[T]) take(reply firstapi.Reply[T], key func(T) ftc.MatchKey) {
	if reply.Unchanged {
		return
	}
	if !c.since.OnlyChanged || c.since.Modified.IsZero() {
		c.rows = make(map[ftc.MatchKey]T)
	}
	for _, row := range reply.Rows {
		c.rows[key(row)] = row
	}
	c.since.Modified = reply.Modified
}

// TestAskingForChangesMissesNone lets the event go on in steps, also several within one
// second, while results are corrected, and keeps copies by both ways of asking.
func TestAskingForChangesMissesNone(t *testing.T) {
	r := start(t, "10:06:00")
	rapid.Check(t, func(rt *rapid.T) {
		var err error
		r.clock.Set(day(t, "10:06:00"))
		r.fake, err = firstapitest.New(r.clock.Now) // as it was before
		must(t, err)
		matches, scores := &copyOf[firstapi.Match]{}, &copyOf[firstapi.Score]{}
		matches.since.OnlyChanged = rapid.Bool().Draw(rt, "only changed matches")
		scores.since.OnlyChanged = rapid.Bool().Draw(rt, "only changed scores")
		for range rapid.IntRange(2, 8).Draw(rt, "steps") {
			step(t, rt, r)
			reply, err := r.Matches(t.Context(), r.event, ftc.Qual, matches.since)
			must(t, err)
			matches.take(reply, func(m firstapi.Match) ftc.MatchKey { return m.MatchKey })
			all, err := r.Scores(t.Context(), r.event.EventKey, ftc.Qual, scores.since)
			must(t, err)
			scores.take(all, func(s firstapi.Score) ftc.MatchKey { return s.MatchKey })
		}
		whole, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{})
		must(t, err)
		for _, m := range whole.Rows {
			if got, want := shape(rt, matches.rows[m.MatchKey]), shape(rt, m); got != want {
				rt.Fatalf("the copy has\n%s\nthe server has\n%s", got, want)
			}
		}
		details, err := r.Scores(t.Context(), r.event.EventKey, ftc.Qual, firstapi.Since{})
		must(t, err)
		for _, s := range details.Rows {
			if got, want := shape(rt, scores.rows[s.MatchKey]), shape(rt, s); got != want {
				rt.Fatalf("the copy has\n%s\nthe server has\n%s", got, want)
			}
		}
	})
}

// step moves the clock or corrects a result.
func step(t *testing.T, rt *rapid.T, r *rig) {
	t.Helper()
	switch rapid.SampledFrom([]string{"soon", "later", "correct"}).Draw(rt, "step") {
	case "soon":
		r.clock.Advance(time.Duration(rapid.IntRange(0, 900).Draw(rt, "milliseconds")) * time.Millisecond)
	case "later":
		r.clock.Advance(time.Duration(rapid.IntRange(1, 3600).Draw(rt, "seconds")) * time.Second)
	default:
		number := rapid.IntRange(1, 27).Draw(rt, "match")
		must(t, r.fake.Correct(r.key(ftc.Qual, 0, number), rapid.IntRange(0, 9).Draw(rt, "red"), rapid.IntRange(0, 9).Draw(rt, "blue")))
	}
}

// TestTheTimeOfAChangeInTheSecondOfTheAnswer is what the test above looks for, by hand: two
// results within one second, with a question between them.
func TestTheTimeOfAChangeInTheSecondOfTheAnswer(t *testing.T) {
	for _, only := range []bool{false, true} {
		t.Run(fmt.Sprint("only changed ", only), func(t *testing.T) {
			r := start(t, "10:07:00")
			must(t, r.fake.Correct(r.key(ftc.Qual, 0, 1), 1, 0))
			first, err := r.Scores(t.Context(), r.event.EventKey, ftc.Qual, firstapi.Since{})
			must(t, err)
			r.clock.Advance(300 * time.Millisecond)
			must(t, r.fake.Correct(r.key(ftc.Qual, 0, 1), 1, 0))
			second, err := r.Scores(t.Context(), r.event.EventKey, ftc.Qual, firstapi.Since{Modified: first.Modified, OnlyChanged: only})
			must(t, err)
			if second.Unchanged || len(second.Rows) != 1 || second.Rows[0].Alliances[1].Points.Total != 103 {
				t.Errorf("the second correction is missing: %s", shape(t, second))
			}
			r.clock.Advance(2 * time.Second)
			third, err := r.Scores(t.Context(), r.event.EventKey, ftc.Qual, firstapi.Since{Modified: second.Modified, OnlyChanged: only})
			must(t, err)
			r.clock.Advance(time.Second)
			last, err := r.Scores(t.Context(), r.event.EventKey, ftc.Qual, firstapi.Since{Modified: third.Modified, OnlyChanged: only})
			must(t, err)
			if !last.Unchanged || !last.Modified.Equal(third.Modified) {
				t.Errorf("a list that stays the same is sent again and again: %s", shape(t, last))
			}
		})
	}
}
