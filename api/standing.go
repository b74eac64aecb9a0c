package api

import (
	"encoding/json"
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// What a season without a file ranks by: nearly all seasons gave so many points.
const (
	usualWin = 2
	usualTie = 1
)

func (s *server) standingRoutes() {
	const tag = "competition"
	add(s, route[eventIn, ratings.Standing]{method: "GET", path: "/api/events/{code}/rankings", tag: tag, cache: always,
		summary: "The ranking of an FTC event by its qualification matches so far, worked out by the rules of the season.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[ratings.Standing], error) {
			out, err := about(s, in, func(key ftc.EventKey) (ratings.Standing, error) {
				return s.o.Ratings.Rankings(r.Context(), key, s.game(key.Season))
			})
			return reply[ratings.Standing]{Data: out}, err
		}})
	add(s, route[eventIn, ratings.Bracket]{method: "GET", path: "/api/events/{code}/bracket", tag: tag, cache: always,
		summary: "The playoffs of an FTC event: who meets whom, who is out, who has won.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[ratings.Bracket], error) {
			out, err := about(s, in, func(key ftc.EventKey) (ratings.Bracket, error) { return s.o.Ratings.Bracket(r.Context(), key) })
			return reply[ratings.Bracket]{Data: out}, err
		}})
	add(s, route[eventIn, ratings.Expectations]{method: "GET", path: "/api/events/{code}/predictions", tag: tag, cache: always,
		summary: "What the ratings expected of the matches of an FTC event before their results, and expect of those to come.",
		handle: func(r *http.Request, _ accounts.Actor, in eventIn) (reply[ratings.Expectations], error) {
			out, err := about(s, in, func(key ftc.EventKey) (ratings.Expectations, error) { return s.o.Ratings.Expected(r.Context(), key) })
			return reply[ratings.Expectations]{Data: out}, err
		}})
}

// game is what the season's file says of ranking.
func (s *server) game(year int) ratings.Game {
	season, ok := s.o.Scouting.Seasons().Season(year)
	game := ratings.Game{Known: ok, Level: seasons.EventLevel, Parts: func(json.RawMessage) map[string]int { return nil }}
	game.Rules.Win, game.Rules.Tie = usualWin, usualTie
	if ok {
		game.Rules = season.Rules()
		game.Parts = func(details json.RawMessage) map[string]int { return partsOf(season, details) }
	}
	return game
}

// partsOf works out the parts of an official score. What is drawn before the match, such as
// a motif, is no part of the details; any will do, since the parts that hang on it are there
// by name, and those hold.
func partsOf(season *seasons.Season, details json.RawMessage) map[string]int {
	var input map[string]json.RawMessage
	if season.Official == nil || json.Unmarshal(details, &input) != nil {
		return nil
	}
	for _, in := range season.Official.Inputs {
		if _, there := input[in.Key]; !there && in.Type == seasons.Choice {
			input[in.Key], _ = json.Marshal(in.Choices[0]) // a text always encodes
		}
	}
	raw, _ := json.Marshal(input)
	result, err := season.Alliance(raw, seasons.DefaultLevel)
	if err != nil {
		return nil // an older form of the score; its own names are all there is
	}
	return result.Parts
}
