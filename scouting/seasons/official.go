package seasons

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// ErrBadAllianceScore is the answer to an official alliance score that cannot be read.
var ErrBadAllianceScore = fault.New(fault.Invalid, "bad-alliance-score", "The alliance's score does not fit the season.")

// maxCount is more than any official count; it keeps nonsense out of the sums.
const maxCount = 9999

// Official says how the official score of one alliance is computed: inputs as the
// official API names them, and parts that are sums of terms. There are no loops and no
// references forward, so every evaluation ends and gives every part.
type Official struct {
	Inputs []Input    `json:"inputs"`
	Parts  []Part     `json:"parts"`
	Fouls  FoulInputs `json:"fouls"`
}

// Input is one value of an alliance's official score. A missing one is 0, false, the
// first choice or no slots at all, unless it is required.
type Input struct {
	Key      string   `json:"key"`
	Type     Type     `json:"type"`
	Choices  []string `json:"choices,omitempty"` // of a choice, or of every slot
	Slots    int      `json:"slots,omitempty"`   // how many slots there are
	Required bool     `json:"required,omitempty"`
}

// Part is a named sum, such as autoPoints.
type Part struct {
	Key   string `json:"key"`
	Terms []Term `json:"terms"`
}

// Term is one summand. It counts when all its conditions hold, and is one of:
// Points times each of Of (counts, flags, earlier parts); By, the points of each value
// that Of may have; Points for each matching slot of a Pattern; or, without Of, just Points.
type Term struct {
	Of      []string                   `json:"of,omitempty"`
	Points  int                        `json:"points,omitempty"`
	By      map[string]int             `json:"by,omitempty"`
	Pattern *Pattern                   `json:"pattern,omitempty"`
	When    map[string]json.RawMessage `json:"when,omitempty"`
}

// Pattern compares slots with a motif that repeats itself: slot i matches when it holds
// what the letter i mod the motif's length stands for.
type Pattern struct {
	Motif   string            `json:"motif"` // key of the choice that names the motif
	Letters map[string]string `json:"letters"`
}

// FoulInputs names the inputs that count fouls, and the part they make with Season.Fouls.
type FoulInputs struct {
	Part  string `json:"part"`
	Minor string `json:"minor"`
	Major string `json:"major"`
}

// Result is an alliance's score in its parts, and the bonus ranking points it earned.
type Result struct {
	Parts         map[string]int  `json:"parts"`
	RankingPoints map[string]bool `json:"rankingPoints"`
}

// Alliance computes the official score of one alliance at an event of the level; a level
// that has no threshold of its own has the default one. Keys of the input that the season
// does not name are passed over, since the official API sends more than the score needs.
func (s *Season) Alliance(input json.RawMessage, level string) (Result, error) {
	if s.Official == nil {
		return Result{}, ErrBadAllianceScore.Saying("%s has no official score.", s.Name)
	}
	values, faults := s.Official.read(input)
	if len(faults) > 0 {
		return Result{}, ErrBadAllianceScore.At(faults...)
	}
	result := Result{Parts: map[string]int{}, RankingPoints: map[string]bool{}}
	for _, part := range s.Official.Parts {
		sum := 0
		for i := range part.Terms {
			sum += part.Terms[i].value(values)
		}
		result.Parts[part.Key] = sum
		values[part.Key] = countOf(sum)
	}
	if fouls := s.Official.Fouls; fouls.Part != "" {
		result.Parts[fouls.Part] = values[fouls.Minor].n*s.Fouls.Minor + values[fouls.Major].n*s.Fouls.Major
	}
	for _, rp := range s.RankingPoints {
		result.RankingPoints[rp.Key] = result.Parts[rp.Part] >= rp.At(level).AtLeast
	}
	return result, nil
}

// value returns what the term adds.
func (t *Term) value(values map[string]value) int {
	if !holds(t.When, values) {
		return 0
	}
	if len(t.Of) == 0 {
		return t.Points
	}
	sum := 0
	for _, key := range t.Of {
		v := values[key]
		switch {
		case t.By != nil:
			sum += t.By[v.text]
		case t.Pattern != nil:
			sum += t.Points * t.Pattern.matches(v.slots, values[t.Pattern.Motif].text)
		default:
			sum += t.Points * v.n
		}
	}
	return sum
}

// matches counts the slots that hold what the motif asks for.
func (p *Pattern) matches(slots []string, motif string) int {
	letters := strings.Split(motif, "")
	if len(letters) == 0 {
		return 0
	}
	matching := 0
	for i, slot := range slots {
		if want, ok := p.Letters[letters[i%len(letters)]]; ok && want == slot {
			matching++
		}
	}
	return matching
}

// read returns a value for every input, or what is wrong with them.
func (o *Official) read(raw []byte) (map[string]value, []fault.Field) {
	members, ok := readObject(raw)
	if !ok {
		return nil, []fault.Field{{Pointer: "", Detail: "The score of an alliance is an object."}}
	}
	values := make(map[string]value, len(o.Inputs)+len(o.Parts))
	var faults []fault.Field
	for _, m := range members {
		i := slices.IndexFunc(o.Inputs, func(in Input) bool { return in.Key == m.key })
		if i < 0 {
			continue
		}
		pointer := "/" + escape(m.key)
		if _, twice := values[m.key]; twice {
			faults = append(faults, fault.Field{Pointer: pointer, Detail: m.key + " is given more than once."})
			continue
		}
		v, ok := o.Inputs[i].read(m.value)
		if !ok {
			faults = append(faults, fault.Field{Pointer: pointer, Detail: o.Inputs[i].wants()})
		}
		values[m.key] = v
	}
	for _, in := range o.Inputs {
		if _, ok := values[in.Key]; ok {
			continue
		}
		if in.Required {
			faults = append(faults, fault.Field{Pointer: "/" + escape(in.Key), Detail: "It is missing: " + in.wants()})
		}
		values[in.Key] = in.missing()
	}
	return values, faults
}

// read checks one value of the input.
func (in *Input) read(raw []byte) (value, bool) {
	switch in.Type {
	case Count:
		return readCount(raw, 0, maxCount)
	case Flag:
		return readFlag(raw)
	case Choice:
		return readText(raw, in.Choices)
	}
	return readSlots(raw, in.Choices, in.Slots)
}

// missing is the value of an input that was not given.
func (in *Input) missing() value {
	switch in.Type {
	case Count:
		return countOf(0)
	case Flag:
		return flagOf(false)
	case Choice:
		return value{text: in.Choices[0]}
	}
	return value{}
}

// wants says in words what the input takes.
func (in *Input) wants() string {
	switch in.Type {
	case Count:
		return fmt.Sprintf("%s is a whole number from 0 to %d.", in.Key, maxCount)
	case Flag:
		return in.Key + " is true or false."
	case Choice:
		return fmt.Sprintf("%s is one of %s.", in.Key, strings.Join(in.Choices, ", "))
	}
	return fmt.Sprintf("%s is a list of at most %d, each one of %s.", in.Key, in.Slots, strings.Join(in.Choices, ", "))
}
