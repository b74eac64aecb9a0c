package seasons

import (
	"strings"
	"unicode"

	"github.com/ftcmetrics/ftcmetrics/ftc/rankings"
)

// The levels of FTC events with thresholds of their own in some season.
const (
	RegionalLevel = "regional" // the championship of a region or state
	WorldLevel    = "world"    // the FIRST Championship
)

// Rules are what the season ranks by, as package rankings takes it.
func (s *Season) Rules() rankings.Rules {
	rules := rankings.Rules{Win: s.Ranking.Win, Tie: s.Ranking.Tie}
	for _, rp := range s.RankingPoints {
		bonus := rankings.Bonus{Key: rp.Key, Part: rp.Part, AtLeast: make(map[string]int, len(rp.Thresholds))}
		for _, t := range rp.Thresholds {
			bonus.AtLeast[t.Level] = t.AtLeast
		}
		rules.Bonuses = append(rules.Bonuses, bonus)
	}
	for _, tie := range s.Ranking.TieBreaks {
		rules.TieBreaks = append(rules.TieBreaks, rankings.TieBreak{Part: tie.Part})
	}
	return rules
}

// EventLevel returns the level whose thresholds hold at FTC events of the type, which is
// named as the official API names it ("Championship", "FIRSTChampionship") or as a person
// would. Meets, qualifiers, what is new and what is empty have the default one.
func EventLevel(typeName string) string {
	letters := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, typeName)
	switch {
	case !strings.Contains(letters, "championship"):
		return DefaultLevel
	case strings.HasPrefix(letters, "first"), strings.HasPrefix(letters, "world"):
		return WorldLevel
	}
	return RegionalLevel
}
