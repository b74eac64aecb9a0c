package seasons

import "encoding/json"

// Season is one game, as its file has it and as GET /api/seasons/{year} serves it.
// Seasons of a Book are shared: read them, never change them.
type Season struct {
	Year            int             `json:"season"` // the year of the kick-off
	Name            string          `json:"name"`   // such as "DECODE"
	Title           string          `json:"title"`  // the name in full, with its presenter
	AllianceSize    int             `json:"allianceSize"`
	Form            Form            `json:"form"`
	AllianceBonuses []AllianceBonus `json:"allianceBonuses"`
	Fouls           Fouls           `json:"fouls"`
	Ranking         Ranking         `json:"ranking"`
	RankingPoints   []RankingPoint  `json:"rankingPoints"`
	Official        *Official       `json:"official,omitempty"`
	Posted          *Posted         `json:"posted,omitempty"`
	Sources         []string        `json:"sources"`
	Notes           string          `json:"notes,omitempty"` // what is doubtful about the facts
}

// Phase is a part of a match.
type Phase string

// The phases of every game, in the order they are played.
const (
	Auto    Phase = "auto"
	Teleop  Phase = "teleop"
	Endgame Phase = "endgame"
)

// Type says what a field or an input holds.
type Type string

// The types. Slots is for official inputs only: a row of places, each with one choice.
const (
	Count  Type = "count"
	Flag   Type = "flag"
	Choice Type = "choice"
	Slots  Type = "slots"
)

// Form is what a scout fills in for one robot in one match.
type Form struct {
	Version int          `json:"version"` // raised whenever a key or a range changes
	Phases  []PhaseLabel `json:"phases"`
	Fields  []Field      `json:"fields"`
}

// PhaseLabel is the heading of a phase.
type PhaseLabel struct {
	Key   Phase  `json:"key"`
	Label string `json:"label"`
}

// Field is one question of a form. A field without points is kept but scores nothing.
type Field struct {
	Key      string          `json:"key"`
	Label    string          `json:"label"`
	Help     string          `json:"help,omitempty"`
	Phase    Phase           `json:"phase"`
	Type     Type            `json:"type"`
	Min      *int            `json:"min,omitempty"`     // of a count
	Max      *int            `json:"max,omitempty"`     // of a count
	Points   int             `json:"points,omitempty"`  // for each one of a count; for a flag that is set
	Choices  []Option        `json:"choices,omitempty"` // of a choice, the usual answer first
	Default  json.RawMessage `json:"default,omitempty"` // what a missing key means
	Required bool            `json:"required,omitempty"`
}

// Option is one answer to a choice.
type Option struct {
	Value  string `json:"value"`
	Label  string `json:"label"`
	Points int    `json:"points"`
}

// AllianceBonus is worth points to an alliance when enough of its robots have the same
// answers in their forms. No robot earns it alone, so it is in no robot's score.
type AllianceBonus struct {
	Key    string                     `json:"key"`
	Label  string                     `json:"label"`
	Phase  Phase                      `json:"phase"`
	When   map[string]json.RawMessage `json:"when"`   // form key to the answer it needs
	Robots int                        `json:"robots"` // how many robots need it
	Points int                        `json:"points"`
}

// Fouls are the points that one foul gives to the opponent.
type Fouls struct {
	Minor int `json:"minor"`
	Major int `json:"major"`
}

// Ranking is how qualification matches make a rank: ranking points averaged over the
// matches that count, then the tie-breaks in order.
type Ranking struct {
	Win       int        `json:"win"`
	Tie       int        `json:"tie"`
	TieBreaks []TieBreak `json:"tieBreaks"`
}

// TieBreak orders teams of equal ranking points by the average of an official part.
type TieBreak struct {
	Part  string `json:"part"`
	Label string `json:"label"`
}

// RankingPoint is a bonus ranking point: one more for an alliance whose part reaches the
// threshold of the event's level.
type RankingPoint struct {
	Key        string      `json:"key"`
	Label      string      `json:"label"`
	Part       string      `json:"part"`
	Measure    string      `json:"measure"` // the part in words
	Thresholds []Threshold `json:"thresholds"`
}

// DefaultLevel is the event level whose threshold holds where no other is known.
const DefaultLevel = "default"

// Threshold is what a ranking point takes at one level of event.
type Threshold struct {
	Level   string `json:"level"`
	AtLeast int    `json:"atLeast"`
	Source  string `json:"source"`
}

// At returns the threshold for the level, or the default one when the level has none.
func (p RankingPoint) At(level string) Threshold {
	var usual Threshold
	for _, t := range p.Thresholds {
		if t.Level == level {
			return t
		}
		if t.Level == DefaultLevel {
			usual = t
		}
	}
	return usual
}
