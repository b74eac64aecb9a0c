package seasons

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// officialCheck checks the terms of the official score: what may they refer to so far?
type officialCheck struct {
	*ruleCheck
	inputs map[string]*Input
	parts  map[string]bool
}

// official checks the official score and returns the names of its parts.
func (c *ruleCheck) official(o *Official) map[string]bool {
	oc := officialCheck{ruleCheck: c, inputs: map[string]*Input{}, parts: map[string]bool{}}
	seen := map[string]bool{}
	for i := range o.Inputs {
		at := fmt.Sprintf("/official/inputs/%d", i)
		c.key(at+"/key", o.Inputs[i].Key, seen)
		c.input(at, &o.Inputs[i])
		oc.inputs[o.Inputs[i].Key] = &o.Inputs[i]
	}
	for i, part := range o.Parts {
		at := fmt.Sprintf("/official/parts/%d", i)
		c.key(at+"/key", part.Key, seen)
		if len(part.Terms) == 0 {
			c.say(at+"/terms", "A part has at least one term.")
		}
		for j := range part.Terms {
			oc.term(fmt.Sprintf("%s/terms/%d", at, j), &part.Terms[j])
		}
		oc.parts[part.Key] = true
	}
	c.key("/official/fouls/part", o.Fouls.Part, seen)
	oc.foulInput("/official/fouls/minor", o.Fouls.Minor)
	oc.foulInput("/official/fouls/major", o.Fouls.Major)
	oc.parts[o.Fouls.Part] = true
	return oc.parts
}

func (c *ruleCheck) input(at string, in *Input) {
	row := in.Type == Slots
	switch in.Type {
	case Count, Flag:
		if len(in.Choices) > 0 {
			c.say(at+"/choices", "Only a choice or slots have choices.")
		}
	case Choice, Slots:
		if len(in.Choices) < 2 {
			c.say(at+"/choices", "There are at least two choices.")
		}
	default:
		c.say(at+"/type", "The type is count, flag, choice or slots.")
	}
	if row != (in.Slots > 0) || in.Slots < 0 || in.Slots > maxFields {
		c.say(at+"/slots", "Slots, and nothing else, say how many they are, from 1 to %d.", maxFields)
	}
	seen := map[string]bool{}
	for i, value := range in.Choices {
		c.value(fmt.Sprintf("%s/choices/%d", at, i), value, seen)
	}
}

func (c *officialCheck) foulInput(at, key string) {
	if in := c.inputs[key]; in == nil || in.Type != Count {
		c.say(at, "There is no count %s among the inputs.", brief(key))
	}
}

// term checks that a term is one of the four shapes and refers backwards only.
func (c *officialCheck) term(at string, t *Term) {
	c.number(at+"/points", t.Points, -maxPoints, maxPoints)
	if (t.By == nil) != (t.Points != 0) {
		c.say(at, "A term has either points, which are not 0, or by.")
	}
	if len(t.Of) == 0 && (len(t.When) == 0 || t.By != nil || t.Pattern != nil) {
		c.say(at+"/of", "Say what the points are for; only a term of points and when can do without.")
	}
	if t.By != nil && t.Pattern != nil {
		c.say(at, "A term has either by or a pattern.")
	}
	seen := map[string]bool{}
	for i, key := range t.Of {
		place := fmt.Sprintf("%s/of/%d", at, i)
		c.once(place, key, seen)
		c.reference(at, place, key, t)
	}
	for _, text := range sortedKeys(t.By) {
		c.number(at+"/by/"+escape(text), t.By[text], -maxPoints, maxPoints)
	}
	if t.Pattern != nil {
		c.pattern(at+"/pattern", t)
	}
	c.conditions(at+"/when", t.When, func(key string, raw []byte) (value, bool, bool) {
		in := c.inputs[key]
		if in == nil || in.Type == Slots {
			return value{}, false, false
		}
		v, fits := in.read(raw)
		return v, fits, true
	})
}

// reference checks one key that the term at a pointer is about; place is the key's own.
func (c *officialCheck) reference(at, place, key string, t *Term) {
	in := c.inputs[key]
	if in == nil {
		switch {
		case !c.parts[key]:
			c.say(place, "There is no input and no earlier part %s.", brief(key))
		case t.By != nil || t.Pattern != nil:
			c.say(place, "%s is a part; a part takes points.", brief(key))
		}
		return
	}
	switch {
	case t.Pattern != nil:
		if in.Type != Slots {
			c.say(place, "A pattern is about slots, and %s is not.", brief(key))
		}
	case t.By != nil:
		c.possible(at+"/by", in, t.By)
	case in.Type == Choice || in.Type == Slots:
		c.say(place, "%s is no number: use by for a choice, a pattern for slots.", brief(key))
	}
}

// possible checks that the input can have every value that earns points.
func (c *officialCheck) possible(at string, in *Input, by map[string]int) {
	for _, text := range sortedKeys(by) {
		raw := []byte(text)
		if in.Type == Choice {
			raw, _ = json.Marshal(text)
		}
		if v, ok := in.read(raw); !ok || in.Type == Slots || v.text != text {
			c.say(at+"/"+escape(text), "%s never is %s.", brief(in.Key), brief(text))
		}
	}
}

func (c *officialCheck) pattern(at string, t *Term) {
	motif := c.inputs[t.Pattern.Motif]
	if motif == nil || motif.Type != Choice {
		c.say(at+"/motif", "The motif is a choice among the inputs.")
		return
	}
	for _, word := range motif.Choices {
		for _, letter := range strings.Split(word, "") {
			if _, ok := t.Pattern.Letters[letter]; !ok {
				c.say(at+"/letters", "The letter %s of the motif %s stands for nothing.", letter, word)
			}
		}
	}
	for _, letter := range sortedKeys(t.Pattern.Letters) {
		for _, key := range t.Of {
			if in := c.inputs[key]; in != nil && !slices.Contains(in.Choices, t.Pattern.Letters[letter]) {
				c.say(at+"/letters/"+escape(letter), "%s never has %s.", brief(key), brief(t.Pattern.Letters[letter]))
			}
		}
	}
}
