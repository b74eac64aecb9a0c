package seasons

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// value is a checked answer or input: its text as a condition compares it, and its number
// when it has one (a flag counts 0 or 1).
type value struct {
	text  string
	n     int
	slots []string
}

func countOf(n int) value { return value{text: strconv.Itoa(n), n: n} }

func flagOf(set bool) value {
	if set {
		return value{text: "true", n: 1}
	}
	return value{text: "false"}
}

// readCount reads a whole number within the range. 3.0 is whole, 3.5 and 3e0 are not.
func readCount(raw []byte, low, high int) (value, bool) {
	text := string(bytes.TrimSpace(raw))
	if whole, rest, found := strings.Cut(text, "."); found && rest != "" && strings.Trim(rest, "0") == "" {
		text = whole
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return value{}, false
	}
	return countOf(n), true
}

func readFlag(raw []byte) (value, bool) {
	switch string(bytes.TrimSpace(raw)) {
	case "true":
		return flagOf(true), true
	case "false":
		return flagOf(false), true
	}
	return value{}, false
}

func readText(raw []byte, allowed []string) (value, bool) {
	var text string
	if isNull(raw) || json.Unmarshal(raw, &text) != nil || !slices.Contains(allowed, text) {
		return value{}, false
	}
	return value{text: text}, true
}

func readSlots(raw []byte, allowed []string, length int) (value, bool) {
	var all []json.RawMessage
	if isNull(raw) || json.Unmarshal(raw, &all) != nil || len(all) > length {
		return value{}, false
	}
	v := value{slots: make([]string, 0, len(all))}
	for _, one := range all {
		slot, ok := readText(one, allowed)
		if !ok {
			return value{}, false
		}
		v.slots = append(v.slots, slot.text)
	}
	return v, true
}

// read checks one answer to the field.
func (f *Field) read(raw []byte) (value, bool) {
	switch f.Type {
	case Count:
		return readCount(raw, f.low(), f.high())
	case Flag:
		return readFlag(raw)
	case Choice:
		return readText(raw, f.values())
	}
	return value{}, false
}

// wants says in words what the field takes.
func (f *Field) wants() string {
	switch f.Type {
	case Count:
		return fmt.Sprintf("%s is a whole number from %d to %d.", f.Key, f.low(), f.high())
	case Flag:
		return f.Key + " is true or false."
	}
	return fmt.Sprintf("%s is one of %s.", f.Key, strings.Join(f.values(), ", "))
}

// score returns the points of a checked answer.
func (f *Field) score(v value) int {
	if f.Type != Choice {
		return v.n * f.Points
	}
	for _, c := range f.Choices {
		if c.Value == v.text {
			return c.Points
		}
	}
	return 0
}

func (f *Field) low() int  { return valueOr(f.Min, 0) }
func (f *Field) high() int { return valueOr(f.Max, 0) }

func (f *Field) values() []string {
	values := make([]string, len(f.Choices))
	for i, c := range f.Choices {
		values[i] = c.Value
	}
	return values
}

func valueOr(p *int, otherwise int) int {
	if p == nil {
		return otherwise
	}
	return *p
}

// literal returns the text of a condition's JSON literal, to compare with value.text.
func literal(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil && !isNull(raw) {
		return text
	}
	return string(bytes.TrimSpace(raw))
}

// holds reports whether every condition is met by the values.
func holds(when map[string]json.RawMessage, values map[string]value) bool {
	for key, want := range when {
		if v, ok := values[key]; !ok || v.text != literal(want) {
			return false
		}
	}
	return true
}
