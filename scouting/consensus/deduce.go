package consensus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// Seat is a robot of an alliance that was on the field.
type Seat struct {
	Team    int
	Station int
	Data    json.RawMessage // the form by the scouts; nil if nobody watched it
}

// Alliance is an alliance's official points without fouls, and who scored them.
type Alliance struct {
	Official seasons.Score
	Details  json.RawMessage // as the official API names the parts; nil if not known
	Robots   []Seat
}

// Deduction is what the scouts' reports leave of an alliance's official points for the one
// robot that they are not about. In each phase Score + Scouted + Bonus = Official, exactly:
// nothing is cut off at 0, and what cannot be is told in Inconsistent.
type Deduction struct {
	Team     int             `json:"teamNumber"`
	Score    seasons.Score   `json:"score"`
	Official seasons.Score   `json:"official"` // the alliance's, without fouls
	Scouted  seasons.Score   `json:"scouted"`  // the other robots'
	Bonus    seasons.Score   `json:"bonus"`    // the alliance's, which no robot earns alone
	Answers  json.RawMessage `json:"answers"`  // what the official score says of this robot itself
	// Corrected are the fields in which the official score says something else of the other
	// robots than the scouts; it counts.
	Corrected    []string `json:"corrected"`
	Inconsistent []string `json:"inconsistent"` // why this cannot be; empty if it can
}

// Deduce computes what the robot without reports scored. ok is false unless it is the only
// one. The official points contain no fouls, so fouls play no part. Values that the official
// score gives for each robot are taken from there. An alliance bonus that depends on the
// missing robot counts if enough points are left for it and for what the robot must have
// done to earn it.
func Deduce(season *seasons.Season, a Alliance) (d Deduction, ok bool) {
	unknown := slices.IndexFunc(a.Robots, func(s Seat) bool { return s.Data == nil })
	if unknown < 0 || count(a.Robots, func(s Seat) bool { return s.Data == nil }) > 1 {
		return Deduction{}, false
	}
	target := a.Robots[unknown]
	d = Deduction{Team: target.Team, Official: a.Official, Corrected: []string{}, Inconsistent: []string{}}
	var others []form
	for i, seat := range a.Robots {
		if i == unknown {
			continue
		}
		f, score, err := d.corrected(season, a.Details, seat)
		if err != nil {
			return Deduction{}, false
		}
		others = append(others, f)
		d.Scouted = sum(d.Scouted, score)
	}
	fixed := answersOf(season, a.Details, target.Station)
	d.Answers = form{answers: fixed}.encode(season)
	limits := bounds{must: fixed, mustNot: map[string]string{}}
	d.Bonus = d.bonuses(season, others, &limits)
	d.Score = minus(minus(d.Official, d.Scouted), d.Bonus)
	for _, phase := range []seasons.Phase{seasons.Auto, seasons.Teleop, seasons.Endgame} {
		if points := part(d.Score, phase); !limits.reach(season, phase, points) {
			d.Inconsistent = append(d.Inconsistent, fmt.Sprintf("%s: no robot scores %d points that way.", phase, points))
		}
	}
	return d, true
}

// corrected returns the form of a scouted robot with the official answers laid over it.
func (d *Deduction) corrected(season *seasons.Season, details json.RawMessage, seat Seat) (form, seasons.Score, error) {
	f, score, err := readForm(season, seat.Data)
	if err != nil {
		return form{}, score, err
	}
	changed := false
	official := answersOf(season, details, seat.Station)
	for i := range season.Form.Fields {
		key := season.Form.Fields[i].Key
		if answer, ok := official[key]; ok && answer != f.answers[key] {
			f.answers[key], changed = answer, true
			d.Corrected = append(d.Corrected, key)
		}
	}
	if !changed {
		return f, score, nil
	}
	return readForm(season, f.encode(season))
}

// bonuses decides which alliance bonuses are part of the official points, and notes in
// limits what that says of the missing robot.
func (d *Deduction) bonuses(season *seasons.Season, others []form, limits *bounds) seasons.Score {
	var total seasons.Score
	left := minus(d.Official, d.Scouted)
	for _, b := range season.AllianceBonuses {
		with := count(others, func(f form) bool { met, _ := holds(b.When, f.answers); return met })
		met, known := holds(b.When, limits.must)
		earned := with >= b.Robots || known && met && with+1 >= b.Robots
		if !earned && !known && with+1 == b.Robots {
			least := 0
			for key, answer := range b.When {
				if field := fieldOf(season, key); field.Phase == b.Phase {
					least += pointsOf(field, strings.TrimSpace(string(answer)))
				}
			}
			earned = part(left, b.Phase)-part(total, b.Phase) >= least+b.Points
			limits.settle(b, earned)
		}
		if earned {
			total = sum(total, only(b.Phase, b.Points))
		}
	}
	return total
}

// settle notes what the missing robot must have done, or cannot have done, given that it
// decided about the bonus.
func (l *bounds) settle(b seasons.AllianceBonus, earned bool) {
	for key, answer := range b.When {
		text := strings.TrimSpace(string(answer))
		switch {
		case earned:
			l.must[key] = text
		case len(b.When) == 1: // of several conditions any may have failed
			l.mustNot[key] = text
		}
	}
}

// bounds are what is known of a robot's answers.
type bounds struct {
	must, mustNot map[string]string
}

// reach reports whether a form within the bounds scores so many points in the phase.
func (l *bounds) reach(season *seasons.Season, phase seasons.Phase, points int) bool {
	if points < 0 {
		return false
	}
	can := make([]bool, points+1) // can[n]: the fields so far can make n points
	can[0] = true
	for i := range season.Form.Fields {
		field := &season.Form.Fields[i]
		if field.Phase != phase {
			continue
		}
		next := make([]bool, points+1)
		if fixed, ok := l.must[field.Key]; ok {
			shift(next, can, pointsOf(field, fixed))
		} else if field.Type == seasons.Count {
			counts(next, can, field)
		} else {
			for _, answer := range ranked(field) {
				if l.mustNot[field.Key] != answer {
					shift(next, can, pointsOf(field, answer))
				}
			}
		}
		can = next
	}
	return can[points]
}

// shift adds to next what can be with so many points more.
func shift(next, can []bool, more int) {
	for n := more; n < len(can); n++ {
		next[n] = next[n] || can[n-more]
	}
}

// counts adds to next what can be with any count of the field.
func counts(next, can []bool, field *seasons.Field) {
	low, high, worth := *field.Min, *field.Max, field.Points
	if worth == 0 {
		shift(next, can, 0)
		return
	}
	// near[n] is the highest sum at or below n that can be and is a number of whole counts away.
	near := make([]int, len(can))
	for n := range can {
		switch {
		case can[n]:
			near[n] = n
		case n >= worth:
			near[n] = near[n-worth]
		default:
			near[n] = -1
		}
		if from := n - low*worth; from >= 0 && near[from] >= 0 && (n-near[from])/worth <= high {
			next[n] = true
		}
	}
}

func fieldOf(season *seasons.Season, key string) *seasons.Field {
	i := slices.IndexFunc(season.Form.Fields, func(f seasons.Field) bool { return f.Key == key })
	return &season.Form.Fields[i] // a season has no bonus on a field that its form lacks
}

func sum(a, b seasons.Score) seasons.Score {
	return seasons.Score{Auto: a.Auto + b.Auto, Teleop: a.Teleop + b.Teleop, Endgame: a.Endgame + b.Endgame, Total: a.Total + b.Total}
}

func minus(a, b seasons.Score) seasons.Score {
	return seasons.Score{Auto: a.Auto - b.Auto, Teleop: a.Teleop - b.Teleop, Endgame: a.Endgame - b.Endgame, Total: a.Total - b.Total}
}

func only(phase seasons.Phase, points int) seasons.Score {
	s := seasons.Score{Total: points}
	switch phase {
	case seasons.Auto:
		s.Auto = points
	case seasons.Teleop:
		s.Teleop = points
	case seasons.Endgame:
		s.Endgame = points
	}
	return s
}

func part(s seasons.Score, phase seasons.Phase) int {
	switch phase {
	case seasons.Auto:
		return s.Auto
	case seasons.Teleop:
		return s.Teleop
	}
	return s.Endgame
}
