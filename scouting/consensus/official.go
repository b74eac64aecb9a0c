package consensus

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// answersOf returns what the official score of an alliance says of the robot at a station,
// as answers of the season's form. The official API gives some values robot by robot, such
// as robot1Teleop for the robot at the first station.
//
// Which input is about which field follows from the season itself: the two inputs of a
// pair are named alike but for the 1 and the 2, their values earn points in one term, and
// the form has one field of the same kind whose answers earn the same.
func answersOf(season *seasons.Season, details json.RawMessage, station int) map[string]string {
	answers := map[string]string{}
	if season.Official == nil || len(details) == 0 || station < 1 || station > 2 {
		return answers
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(details, &members) != nil {
		return answers
	}
	for _, p := range pairs(season) {
		field := p.field(&season.Form)
		if field == nil {
			continue
		}
		if text := string(members[p.inputs[station-1]]); slices.Contains(ranked(field), text) {
			answers[field.Key] = text
		}
	}
	return answers
}

// pair is an input of the official score for each of the two robots.
type pair struct {
	inputs [2]string
	kind   seasons.Type
	points map[string]int // by the value as JSON has it
}

func pairs(season *seasons.Season) []pair {
	var list []pair
	for _, first := range season.Official.Inputs {
		if first.Type != seasons.Flag && first.Type != seasons.Choice {
			continue
		}
		for place, letter := range first.Key {
			if letter != '1' {
				continue
			}
			second := first.Key[:place] + "2" + first.Key[place+1:]
			p := pair{inputs: [2]string{first.Key, second}, kind: first.Type}
			if p.points = worth(season.Official, first, second); p.points != nil {
				list = append(list, p)
			}
		}
	}
	return list
}

// worth returns the points of each value of a pair of inputs, or nil if they are no pair.
func worth(official *seasons.Official, first seasons.Input, second string) map[string]int {
	for _, part := range official.Parts {
		for _, term := range part.Terms {
			if len(term.Of) != 2 || !slices.Contains(term.Of, first.Key) || !slices.Contains(term.Of, second) || len(term.When) > 0 || term.Pattern != nil {
				continue
			}
			if first.Type == seasons.Flag && term.By == nil {
				return map[string]int{"false": 0, "true": term.Points}
			}
			points := map[string]int{}
			for _, choice := range first.Choices {
				points[strconv.Quote(choice)] = term.By[choice]
			}
			return points
		}
	}
	return nil
}

// field returns the one field of the form that the pair is about, or nil. Of several
// choices that fit it is the one with the most answers: a shorter one lacks some of them.
func (p pair) field(f *seasons.Form) *seasons.Field {
	var found *seasons.Field
	tied := false
	for i := range f.Fields {
		field := &f.Fields[i]
		if field.Type != p.kind || !p.fits(field) {
			continue
		}
		switch {
		case found == nil || len(field.Choices) > len(found.Choices):
			found, tied = field, false
		case len(field.Choices) == len(found.Choices):
			tied = true
		}
	}
	if tied {
		return nil
	}
	return found
}

func (p pair) fits(field *seasons.Field) bool {
	for _, answer := range ranked(field) {
		if points, ok := p.points[answer]; !ok || points != pointsOf(field, answer) {
			return false
		}
	}
	return true
}

// pointsOf returns what an answer is worth.
func pointsOf(field *seasons.Field, answer string) int {
	switch field.Type {
	case seasons.Count:
		return number(answer) * field.Points
	case seasons.Flag:
		if answer == "true" {
			return field.Points
		}
		return 0
	}
	for _, c := range field.Choices {
		if strconv.Quote(c.Value) == answer {
			return c.Points
		}
	}
	return 0
}

// holds reports whether the answers meet all conditions; known is false if one of them is
// not answered.
func holds(when map[string]json.RawMessage, answers map[string]string) (met, known bool) {
	met, known = true, true
	for key, want := range when {
		answer, ok := answers[key]
		known = known && ok
		if ok && answer != strings.TrimSpace(string(want)) {
			return false, true // one that is not met settles it
		}
		met = met && ok
	}
	return met, known
}
