package firstapi

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// Points are the parts of an alliance's score that all games share. NoFoul is Auto and
// Teleop and Endgame; Total is NoFoul and FoulsReceived.
type Points struct {
	Total, NoFoul         int
	Auto, Teleop, Endgame int
	FoulsCommitted        int // what the alliance gave away
	FoulsReceived         int // what it was given
	RankingPoints         map[string]bool
}

// wireScore is the score of a match. Its alliances differ by season.
type wireScore struct {
	MatchLevel                              string
	MatchSeries, MatchNumber, Randomization int32
	Alliances                               []json.RawMessage
}

func scoreRow(book *seasons.Book, event ftc.EventKey, level ftc.Level) func([]byte) (Score, error) {
	season, known := book.Season(event.Season)
	return func(raw []byte) (Score, error) {
		var w wireScore
		if err := json.Unmarshal(raw, &w); err != nil {
			return Score{}, err
		}
		key, ok := matchKey(event, level, w.MatchLevel, w.MatchSeries, w.MatchNumber)
		if !ok {
			return Score{}, errNoKey
		}
		s := Score{MatchKey: key, Randomization: int(w.Randomization)}
		for _, one := range w.Alliances {
			side, ok := allianceScore(one)
			if !ok {
				return Score{}, errNoKey
			}
			if known && season.Posted != nil {
				side.Points, side.Missing = points(season, one)
			}
			s.Alliances = append(s.Alliances, side)
		}
		exchangeFouls(s.Alliances)
		return s, nil
	}
}

func allianceScore(raw json.RawMessage) (AllianceScore, bool) {
	var w struct{ Alliance string }
	if json.Unmarshal(raw, &w) != nil {
		return AllianceScore{}, false
	}
	side := ftc.Alliance(strings.ToUpper(w.Alliance))
	return AllianceScore{Alliance: side, Details: raw}, side == ftc.Red || side == ftc.Blue
}

// exchangeFouls gives each alliance what the other one committed.
func exchangeFouls(sides []AllianceScore) {
	if len(sides) != 2 || sides[0].Points == nil || sides[1].Points == nil {
		return
	}
	sides[0].Points.FoulsReceived = sides[1].Points.FoulsCommitted
	sides[1].Points.FoulsReceived = sides[0].Points.FoulsCommitted
}

// points reads the shared parts from an alliance's score, as the season's file says, or
// names the fields it lacks: a wrong name never becomes a zero.
func points(season *seasons.Season, raw json.RawMessage) (*Points, []string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil, nil
	}
	r := fieldReader{fields: small(members)}
	where := season.Posted
	p := &Points{
		Total: r.sum(where.Total), NoFoul: r.sum(where.NoFoul), Auto: r.sum(where.Auto), Endgame: r.sum(where.Endgame),
		FoulsCommitted: r.sum(where.FoulsCommitted), RankingPoints: make(map[string]bool, len(season.RankingPoints)),
	}
	p.Teleop = p.NoFoul - p.Auto - p.Endgame
	for _, rp := range season.RankingPoints {
		p.RankingPoints[rp.Key] = r.flag(rp.Key)
	}
	if len(r.missing) > 0 {
		slices.Sort(r.missing)
		return nil, slices.Compact(r.missing)
	}
	return p, nil
}

// fieldReader reads fields of a score and remembers those that are not there.
type fieldReader struct {
	fields  map[string]json.RawMessage // by names in small letters
	missing []string
}

func (r *fieldReader) sum(s seasons.Times) int {
	total := 0
	for name, times := range s {
		total += times * r.number(name)
	}
	return total
}

// maxPoints is more than any score has.
const maxPoints = 1_000_000

func (r *fieldReader) number(name string) int {
	var n *float64
	if json.Unmarshal(r.fields[strings.ToLower(name)], &n) != nil || n == nil || *n != math.Trunc(*n) || math.Abs(*n) > maxPoints {
		r.missing = append(r.missing, name)
		return 0
	}
	return int(*n)
}

func (r *fieldReader) flag(name string) bool {
	var set *bool
	if json.Unmarshal(r.fields[strings.ToLower(name)], &set) != nil || set == nil {
		r.missing = append(r.missing, name)
		return false
	}
	return *set
}
