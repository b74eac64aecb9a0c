package seasons

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The limits of a season file. They are far above any real game; they keep sums small and
// catch a slip of the finger.
const (
	maxPoints    = 1000
	maxFields    = 100
	maxLabel     = 80
	maxHelp      = 400
	firstYear    = 2000
	lastYear     = 2099
	maxAlliance  = 4
	maxThreshold = 100000
)

var (
	keyForm   = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,63}$`)
	valueForm = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,63}$`)
	levelForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
)

// phases are those of every game, in order; a Score has one number for each.
func phases() []Phase { return []Phase{Auto, Teleop, Endgame} }

// ruleCheck collects what a well-shaped season file gets wrong.
type ruleCheck struct{ faults []fault.Field }

func (c *ruleCheck) say(pointer, format string, args ...any) {
	c.faults = append(c.faults, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

func (c *ruleCheck) season(s *Season) {
	c.number("/season", s.Year, firstYear, lastYear)
	c.text("/name", s.Name, maxLabel)
	c.text("/title", s.Title, maxLabel)
	c.number("/allianceSize", s.AllianceSize, 1, maxAlliance)
	c.form(&s.Form)
	c.bonuses(s)
	c.number("/fouls/minor", s.Fouls.Minor, 0, maxPoints)
	c.number("/fouls/major", s.Fouls.Major, 0, maxPoints)
	parts := map[string]bool{}
	if s.Official != nil {
		parts = c.official(s.Official)
	}
	if s.Posted != nil {
		c.posted(s.Posted)
	}
	c.ranking(s, parts)
	if len(s.Sources) == 0 {
		c.say("/sources", "Name at least one source of these facts.")
	}
	for i, source := range s.Sources {
		c.text(fmt.Sprintf("/sources/%d", i), source, maxHelp)
	}
}

func (c *ruleCheck) form(f *Form) {
	c.number("/form/version", f.Version, 1, maxPoints)
	keys := make([]Phase, len(f.Phases))
	for i, p := range f.Phases {
		keys[i] = p.Key
		c.text(fmt.Sprintf("/form/phases/%d/label", i), p.Label, maxLabel)
	}
	if !slices.Equal(keys, phases()) {
		c.say("/form/phases", "The phases are auto, teleop and endgame, in this order.")
	}
	c.number("/form/fields", len(f.Fields), 1, maxFields)
	seen := map[string]bool{}
	for i := range f.Fields {
		at := fmt.Sprintf("/form/fields/%d", i)
		field := &f.Fields[i]
		c.key(at+"/key", field.Key, seen)
		c.field(at, field)
	}
}

func (c *ruleCheck) field(at string, f *Field) {
	c.text(at+"/label", f.Label, maxLabel)
	if f.Help != "" {
		c.text(at+"/help", f.Help, maxHelp)
	}
	if !slices.Contains(phases(), f.Phase) {
		c.say(at+"/phase", "The phase is auto, teleop or endgame.")
	}
	c.number(at+"/points", f.Points, 0, maxPoints)
	if !c.typed(at, f) {
		return // its default cannot be judged
	}
	switch {
	case f.Required && f.Default != nil:
		c.say(at+"/default", "A required field has no default.")
	case !f.Required && f.Default == nil:
		c.say(at+"/default", "Give a default, or say \"required\": true.")
	case f.Default != nil:
		if _, ok := f.read(f.Default); !ok {
			c.say(at+"/default", "The default does not fit: %s", f.wants())
		}
	}
}

// typed checks what depends on the field's type, and reports whether answers can be read.
func (c *ruleCheck) typed(at string, f *Field) bool {
	before := len(c.faults)
	isCount, isChoice := f.Type == Count, f.Type == Choice
	if !isCount && !isChoice && f.Type != Flag {
		c.say(at+"/type", "The type is count, flag or choice.")
		return false
	}
	if isCount && (f.Min == nil || f.Max == nil) {
		c.say(at, "A count has a min and a max.")
	}
	if isCount && (f.low() < 0 || f.high() > maxCount || f.low() >= f.high()) {
		c.say(at+"/max", "The range goes up from min to max, within 0 to %d.", maxCount)
	}
	if !isCount && (f.Min != nil || f.Max != nil) {
		c.say(at, "Only a count has a min and a max.")
	}
	if isChoice && f.Points != 0 {
		c.say(at+"/points", "The points of a choice belong to its choices.")
	}
	if isChoice {
		c.options(at, f.Choices)
	} else if len(f.Choices) > 0 {
		c.say(at+"/choices", "Only a choice has choices.")
	}
	return len(c.faults) == before
}

func (c *ruleCheck) options(at string, options []Option) {
	if len(options) < 2 {
		c.say(at+"/choices", "A choice has at least two choices.")
	}
	seen := map[string]bool{}
	for i, o := range options {
		at := fmt.Sprintf("%s/choices/%d", at, i)
		c.value(at+"/value", o.Value, seen)
		c.text(at+"/label", o.Label, maxLabel)
		c.number(at+"/points", o.Points, 0, maxPoints)
	}
}

func (c *ruleCheck) bonuses(s *Season) {
	seen := map[string]bool{}
	for i, b := range s.AllianceBonuses {
		at := fmt.Sprintf("/allianceBonuses/%d", i)
		c.key(at+"/key", b.Key, seen)
		c.text(at+"/label", b.Label, maxLabel)
		c.number(at+"/points", b.Points, 1, maxPoints)
		c.number(at+"/robots", b.Robots, 1, s.AllianceSize)
		if !slices.Contains(phases(), b.Phase) {
			c.say(at+"/phase", "The phase is auto, teleop or endgame.")
		}
		if len(b.When) == 0 {
			c.say(at+"/when", "A bonus needs at least one condition.")
		}
		c.conditions(at+"/when", b.When, func(key string, raw []byte) (value, bool, bool) {
			field := s.Form.field(key)
			if field == nil {
				return value{}, false, false
			}
			v, fits := field.read(raw)
			return v, fits, true
		})
	}
}

// conditions checks a set of conditions against whatever reads a key's literal: fits says
// whether the key may have it, known whether there is such a key.
func (c *ruleCheck) conditions(at string, when map[string]json.RawMessage, read func(key string, raw []byte) (v value, fits, known bool)) {
	for _, key := range sortedKeys(when) {
		switch v, fits, known := read(key, when[key]); {
		case !known:
			c.say(at+"/"+escape(key), "There is no %s to compare with.", brief(key))
		case !fits || v.text != literal(when[key]):
			c.say(at+"/"+escape(key), "%s never is %s.", brief(key), when[key])
		}
	}
}

func (c *ruleCheck) ranking(s *Season, parts map[string]bool) {
	c.number("/ranking/win", s.Ranking.Win, 0, maxPoints)
	c.number("/ranking/tie", s.Ranking.Tie, 0, maxPoints)
	for i, t := range s.Ranking.TieBreaks {
		at := fmt.Sprintf("/ranking/tieBreaks/%d", i)
		c.text(at+"/label", t.Label, maxLabel)
		c.part(at+"/part", t.Part, parts)
	}
	seen := map[string]bool{}
	for i, rp := range s.RankingPoints {
		at := fmt.Sprintf("/rankingPoints/%d", i)
		c.key(at+"/key", rp.Key, seen)
		c.text(at+"/label", rp.Label, maxLabel)
		c.text(at+"/measure", rp.Measure, maxHelp)
		c.part(at+"/part", rp.Part, parts)
		c.thresholds(at+"/thresholds", rp.Thresholds)
	}
}

func (c *ruleCheck) thresholds(at string, thresholds []Threshold) {
	seen := map[string]bool{}
	for i, t := range thresholds {
		at := fmt.Sprintf("%s/%d", at, i)
		if !levelForm.MatchString(t.Level) {
			c.say(at+"/level", "A level is lower-case letters, digits and hyphens, such as regional.")
		}
		if seen[t.Level] {
			c.say(at+"/level", "%s is given more than once.", brief(t.Level))
		}
		seen[t.Level] = true
		c.number(at+"/atLeast", t.AtLeast, 1, maxThreshold)
		c.text(at+"/source", t.Source, maxHelp)
	}
	if !seen[DefaultLevel] {
		c.say(at, "One threshold has the level %q.", DefaultLevel)
	}
}

func (c *ruleCheck) part(pointer, part string, parts map[string]bool) {
	if !parts[part] {
		c.say(pointer, "There is no official part %s.", brief(part))
	}
}

func (c *ruleCheck) number(pointer string, n, low, high int) {
	if n < low || n > high {
		c.say(pointer, "It is %d, and has to be from %d to %d.", n, low, high)
	}
}

func (c *ruleCheck) text(pointer, text string, most int) {
	if strings.TrimSpace(text) != text || text == "" || utf8.RuneCountInString(text) > most {
		c.say(pointer, "It is text of 1 to %d characters without blanks around it.", most)
	}
}

func (c *ruleCheck) key(pointer, key string, seen map[string]bool) {
	if !keyForm.MatchString(key) {
		c.say(pointer, "A key is letters and digits that begin with a small letter, such as autoLeave.")
	}
	c.once(pointer, key, seen)
}

func (c *ruleCheck) value(pointer, value string, seen map[string]bool) {
	if !valueForm.MatchString(value) {
		c.say(pointer, "A value is capital letters, digits and underscores, such as NONE.")
	}
	c.once(pointer, value, seen)
}

func (c *ruleCheck) once(pointer, name string, seen map[string]bool) {
	if seen[name] {
		c.say(pointer, "%s is there already.", brief(name))
	}
	seen[name] = true
}
