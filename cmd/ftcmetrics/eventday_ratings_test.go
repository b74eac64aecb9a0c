package main

import (
	"fmt"
	"slices"
	"strings"
)

// rated waits until every spectator has heard of ratings as often as of results, and kills
// the program first, perhaps between the two, if it is told to.
func (d *eventDay) rated(kill bool) {
	d.t.Helper()
	if kill {
		d.p.kill()
		d.begin()
	}
	d.until("ratings", func() bool {
		return !slices.ContainsFunc(d.hall, func(s *spectator) bool { results, ratings := s.told(); return len(ratings) < len(results) })
	})
}

// told returns the matches of the results and of the ratings that the spectator has heard
// of, in order. Ratings do not tell the series of a match.
func (s *spectator) told() (results, ratings []string) {
	for _, line := range s.heard() {
		what, match, _ := strings.Cut(line, " ")
		var series, number, rev int
		level, rest, _ := strings.Cut(match, "-")
		if _, err := fmt.Sscanf(rest, "%d-%d %d", &series, &number, &rev); err != nil {
			s.t.Errorf("%s: %q: %v", s.name, line, err)
		}
		switch name := fmt.Sprint(level, " ", number); what {
		case "completed":
			results = append(results, name)
		case "epa-updated":
			ratings = append(ratings, name)
		}
	}
	return results, ratings
}

// compareRatings holds ratings against results: one for each, in their order.
func (d *eventDay) compareRatings() {
	d.t.Helper()
	for _, s := range d.hall {
		if results, ratings := s.told(); !slices.Equal(results, ratings) {
			d.t.Errorf("%s: heard of results %v and of ratings %v", s.name, results, ratings)
		}
	}
	var epa struct {
		Rated, Unrated int
		Teams          []struct{ N int }
	}
	_, err := ask("GET", d.p.url+"/api/analytics/epa/ZZDEV1?season=2025", "", "", &epa)
	must(d.t, err)
	if epa.Rated != 32 || epa.Unrated != 0 || len(epa.Teams) == 0 {
		d.t.Errorf("after the day: %+v", epa)
	}
	var accuracy struct{ Matches, Early int }
	_, err = ask("GET", d.p.url+"/api/analytics/accuracy?season=2025", "", "", &accuracy)
	must(d.t, err)
	if accuracy.Matches != 32 || accuracy.Early < 20 {
		d.t.Errorf("predictions: %+v", accuracy)
	}
}
