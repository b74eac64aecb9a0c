package seasons

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// ErrBadForm is the answer to form data that breaks the season's form. Its fields name
// every fault.
var ErrBadForm = fault.New(fault.Invalid, "bad-form", "Some answers do not fit the season's form.")

// maxFaults bounds an answer: a sender of a thousand wrong keys needs no thousand sentences.
const maxFaults = 50

// Score is what one robot earned, by phase. Total is the sum of the three.
type Score struct {
	Auto    int `json:"auto"`
	Teleop  int `json:"teleop"`
	Endgame int `json:"endgame"`
	Total   int `json:"total"`
}

// add gives points to a phase and to the total.
func (s *Score) add(phase Phase, points int) {
	switch phase {
	case Auto:
		s.Auto += points
	case Teleop:
		s.Teleop += points
	case Endgame:
		s.Endgame += points
	}
	s.Total += points
}

// Check reads the form data of one robot. clean has every key of the form in the form's
// order, with the defaults of the missing ones, so equal answers are equal bytes. A
// *fault.Error like ErrBadForm names each fault with a pointer below /data.
func (s *Season) Check(data json.RawMessage) (clean json.RawMessage, score Score, err error) {
	answers, faults := s.Form.read(data, s.Name)
	if len(faults) > 0 {
		return nil, Score{}, ErrBadForm.At(faults[:min(len(faults), maxFaults)]...)
	}
	var out bytes.Buffer
	for i := range s.Form.Fields {
		f := &s.Form.Fields[i]
		v := answers[f.Key]
		score.add(f.Phase, f.score(v))
		separator := ","
		if i == 0 {
			separator = "{"
		}
		fmt.Fprintf(&out, "%s%q:", separator, f.Key)
		if f.Type == Choice {
			fmt.Fprintf(&out, "%q", v.text)
		} else {
			out.WriteString(v.text)
		}
	}
	out.WriteByte('}')
	return out.Bytes(), score, nil
}

// Bonus returns what the alliance bonuses add for these robots of one alliance, each with
// its form data. Data that Check would refuse is refused in the same way.
func (s *Season) Bonus(robots ...json.RawMessage) (Score, error) {
	forms := make([]map[string]value, len(robots))
	for i, data := range robots {
		answers, faults := s.Form.read(data, s.Name)
		if len(faults) > 0 {
			return Score{}, ErrBadForm.At(faults[:min(len(faults), maxFaults)]...)
		}
		forms[i] = answers
	}
	var score Score
	for _, bonus := range s.AllianceBonuses {
		with := 0
		for _, answers := range forms {
			if holds(bonus.When, answers) {
				with++
			}
		}
		if with >= bonus.Robots {
			score.add(bonus.Phase, bonus.Points)
		}
	}
	return score, nil
}

// read returns an answer for every field of the form, or what is wrong with the data.
func (f *Form) read(data []byte, game string) (map[string]value, []fault.Field) {
	members, ok := readObject(data)
	if !ok {
		return nil, []fault.Field{{Pointer: "/data", Detail: fmt.Sprintf("data is an object with the fields of the %s form.", game)}}
	}
	answers := make(map[string]value, len(f.Fields))
	seen := make(map[string]bool, len(members))
	var faults []fault.Field
	for _, m := range members {
		say := func(detail string) {
			faults = append(faults, fault.Field{Pointer: "/data/" + escape(m.key), Detail: detail})
		}
		if seen[m.key] {
			say(brief(m.key) + " is given more than once.")
			continue
		}
		seen[m.key] = true
		field := f.field(m.key)
		if field == nil {
			say(fmt.Sprintf("%s is not a field of the %s form.", brief(m.key), game))
			continue
		}
		v, ok := field.read(m.value)
		if !ok {
			say(field.wants())
		}
		answers[m.key] = v
	}
	return answers, append(faults, f.fill(answers)...)
}

// fill gives every missing answer its default, and names those that have none.
func (f *Form) fill(answers map[string]value) (faults []fault.Field) {
	for i := range f.Fields {
		field := &f.Fields[i]
		if _, ok := answers[field.Key]; ok {
			continue
		}
		if field.Required {
			faults = append(faults, fault.Field{Pointer: "/data/" + escape(field.Key), Detail: "It is missing: " + field.wants()})
			continue
		}
		answers[field.Key], _ = field.read(field.Default)
	}
	return faults
}

// field returns the form's field with the key, or nil.
func (f *Form) field(key string) *Field {
	i := slices.IndexFunc(f.Fields, func(field Field) bool { return field.Key == key })
	if i < 0 {
		return nil
	}
	return &f.Fields[i]
}

// brief quotes a stranger's key, shortened to what a sentence bears.
func brief(key string) string {
	const most = 60
	if runes := []rune(key); len(runes) > most {
		key = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", key)
}
