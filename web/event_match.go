package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// newestFirst puts matches in the order in which their results came, the last first.
func newestFirst(matches []matchFacts) {
	slices.SortStableFunc(matches, func(a, b matchFacts) int {
		return posted(b).Compare(posted(a))
	})
}

func posted(m matchFacts) time.Time {
	if m.Result == nil {
		return time.Time{}
	}
	return m.Result.PostedAt
}

func sortEvents(events []eventFacts, newest bool) {
	slices.SortStableFunc(events, func(a, b eventFacts) int {
		day := func(e eventFacts) string {
			if e.StartsOn == nil {
				return ""
			}
			return e.StartsOn.Format(time.DateOnly)
		}
		order := cmp.Compare(day(a), day(b))
		if newest {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.Code, b.Code))
	})
}

// showMatch is the page of one match.
func showMatch(g *given, v *view, season, code string, key matchFacts) bool {
	v.template = "match"
	var event eventFacts
	if !g.read(&event, "/api/events/%s?season=%s", code, season) {
		return false
	}
	matches := readMatches(g, event)
	i := slices.IndexFunc(matches, func(m matchFacts) bool {
		return m.Level == key.Level && m.Series == key.Series && m.Number == key.Number
	})
	if i < 0 {
		g.lost = 404
		return false
	}
	var teams []teamFacts
	g.read(&teams, "/api/events/%s/teams?season=%s", code, season)
	v.Event, v.Match, v.Teams, v.Title = &event, &matches[i], teams, matches[i].Name()+" · "+event.Title()
	return true
}

type teamFacts struct {
	Number  int    `json:"teamNumber"`
	Name    string `json:"name"`
	City    string `json:"city"`
	Region  string `json:"region"`
	Country string `json:"country"`
	Ratings []struct {
		Season int     `json:"season"`
		EPA    float64 `json:"epa"`
		N      int     `json:"n"`
	} `json:"ratings"`
	Events []attendedFacts `json:"events"`
}

type attendedFacts struct {
	eventFacts
	Record struct {
		Wins   int `json:"wins"`
		Losses int `json:"losses"`
		Ties   int `json:"ties"`
	} `json:"record"`
}

// Lead is where the team is from.
func (t teamFacts) Lead() string {
	return strings.Join(slices.DeleteFunc([]string{t.City, t.Region, t.Country}, func(part string) bool { return part == "" }), ", ")
}

// showTeam is the page of an FTC team.
func showTeam(g *given, v *view, number string) bool {
	v.template = "team"
	var team teamFacts
	if !g.read(&team, "/api/ftc-teams/%s", number) {
		return false
	}
	v.Team, v.Title = &team, fmt.Sprintf("%d %s", team.Number, team.Name)
	return true
}

// showSearch is the search for FTC teams, with what was found where something is looked for.
func showSearch(g *given, v *view, query string) bool {
	v.template, v.Title = "search", texts.say("team.title")
	v.Query = strings.TrimSpace(query)
	if v.Query != "" {
		g.read(&v.Teams, "/api/ftc-teams/search?q=%s", url.QueryEscape(v.Query))
	}
	return true
}
