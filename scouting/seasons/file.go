package seasons

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

var fileName = regexp.MustCompile(`^20[0-9][0-9]\.json$`)

// CheckFile returns everything that is wrong with a season file, in words; nothing when a
// Book would take it. The name may have a path before it.
func CheckFile(name string, raw []byte) []fault.Field {
	_, faults := parse(name, raw)
	return faults
}

// parse reads a season file. The season is whole only when there are no faults.
func parse(name string, raw []byte) (*Season, []fault.Field) {
	if !json.Valid(raw) {
		detail := "The file is not JSON."
		if err := json.Unmarshal(raw, new(any)); err != nil {
			detail = "The file is not JSON: " + err.Error() + "."
		}
		return nil, []fault.Field{{Detail: detail}}
	}
	var shape shapeCheck
	shape.check(raw, reflect.TypeFor[Season](), "")
	if len(shape.faults) > 0 {
		return nil, shape.faults
	}
	var season Season
	if err := json.Unmarshal(raw, &season); err != nil {
		return nil, []fault.Field{{Detail: "The file cannot be read: " + err.Error() + "."}}
	}
	var rules ruleCheck
	if base := path.Base(name); !fileName.MatchString(base) || base != fmt.Sprintf("%d.json", season.Year) {
		rules.say("/season", "The file is named after the year of the kick-off: season %d belongs into %d.json.", season.Year, season.Year)
	}
	rules.season(&season)
	return &season, rules.faults
}

// shapeCheck compares JSON with a Go type more strictly than encoding/json does: keys are
// exact, known, given once and, unless they say omitempty, given at all; null is nothing.
type shapeCheck struct{ faults []fault.Field }

func (c *shapeCheck) say(pointer, format string, args ...any) {
	c.faults = append(c.faults, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// check compares one value with the type.
func (c *shapeCheck) check(raw json.RawMessage, t reflect.Type, pointer string) {
	switch {
	case isNull(raw):
		c.say(pointer, "It is null; leave the key out instead.")
	case t == reflect.TypeFor[json.RawMessage]():
	case t.Kind() == reflect.Pointer:
		c.check(raw, t.Elem(), pointer)
	case t.Kind() == reflect.Struct:
		c.object(raw, t, pointer)
	case t.Kind() == reflect.Map:
		for _, m := range c.members(raw, pointer) {
			c.check(m.value, t.Elem(), pointer+"/"+escape(m.key))
		}
	case t.Kind() == reflect.Slice:
		var all []json.RawMessage
		if json.Unmarshal(raw, &all) != nil {
			c.say(pointer, "It is not a list.")
		}
		for i, one := range all {
			c.check(one, t.Elem(), pointer+"/"+strconv.Itoa(i))
		}
	default:
		if json.Unmarshal(raw, reflect.New(t).Interface()) != nil {
			c.say(pointer, "It is not %s.", kindWords(t.Kind()))
		}
	}
}

func kindWords(k reflect.Kind) string {
	switch k {
	case reflect.Int:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	}
	return "text"
}

// object compares a JSON object with a struct.
func (c *shapeCheck) object(raw json.RawMessage, t reflect.Type, pointer string) {
	before := len(c.faults)
	members := c.members(raw, pointer)
	if len(members) == 0 && len(c.faults) > before {
		return // no object at all
	}
	given := map[string]bool{}
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[key] = t.Field(i).Type
	}
	for _, m := range members {
		given[m.key] = true
		if inner, ok := known[m.key]; ok {
			c.check(m.value, inner, pointer+"/"+escape(m.key))
		} else {
			c.say(pointer+"/"+escape(m.key), "%s is not a key of a season file here.", brief(m.key))
		}
	}
	for i := range t.NumField() {
		key, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if !given[key] && options != "omitempty" {
			c.say(pointer+"/"+key, "It is missing.")
		}
	}
}

// members returns an object's members without repeats, and names the repeats.
func (c *shapeCheck) members(raw json.RawMessage, pointer string) []member {
	all, ok := readObject(raw)
	if !ok {
		c.say(pointer, "It is not an object.")
		return nil
	}
	seen := map[string]bool{}
	once := all[:0]
	for _, m := range all {
		if seen[m.key] {
			c.say(pointer+"/"+escape(m.key), "%s is given more than once.", brief(m.key))
			continue
		}
		seen[m.key] = true
		once = append(once, m)
	}
	return once
}
