package consensus

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// Report is what one scout saw one robot do in one match.
type Report struct {
	ID       uuid.UUID
	Scout    uuid.UUID
	At       time.Time // when it reached the server
	Alliance string
	Data     json.RawMessage // the season's form
	Version  int             // of the form that Data was checked against; 0 if it was not
}

// Current returns the reports that count, by scout: of each scout the newest, so that who
// watches a match again replaces what they said before. lastPlay is when the match was
// started for the last time if it was played more than once, else zero; reports from
// before are of a play that does not count.
//
// A report has the time at which it reached the server. One of the first play that a
// tablet sends only after the second has begun cannot be told from one of the second; it
// shows as a conflict with the others, and a lead deletes it.
func Current(reports []Report, lastPlay time.Time) []Report {
	list := slices.DeleteFunc(slices.Clone(reports), func(r Report) bool { return r.At.Before(lastPlay) })
	slices.SortFunc(list, func(a, b Report) int {
		return cmp.Or(bytes.Compare(a.Scout[:], b.Scout[:]), b.At.Compare(a.At), bytes.Compare(b.ID[:], a.ID[:]))
	})
	return slices.CompactFunc(list, func(a, b Report) bool { return a.Scout == b.Scout })
}

// Robot is what one robot did in one match, by all reports together.
type Robot struct {
	Alliance  string
	Data      json.RawMessage // the season's form
	Score     seasons.Score   // by the season's rules on Data
	Reports   []uuid.UUID     // that it is made of; those that do not fit the season's form any more are left out
	Conflicts []Conflict
}

// Conflict is a field in which reports differ by more than they may: by more than a fifth
// or more than 2. Of counts that is the distance of the highest from the lowest, against
// the median; of answers it is how many reports differ from the one that was taken,
// against all.
type Conflict struct {
	Key    string            `json:"key"`
	Label  string            `json:"label"`
	Values []json.RawMessage `json:"values"` // each report's, from the lowest
}

// allianceKey is the conflict about the side on which a robot played.
const allianceKey = "alliance"

// Merge makes one robot of the reports, all of which count: the median of each count, the
// majority of each other answer. ok is false if there is no report that can be read.
func Merge(season *seasons.Season, reports []Report) (robot Robot, ok bool) {
	var forms []form
	var sides []string
	for _, r := range reports {
		f, err := r.form(season)
		if err != nil {
			continue
		}
		robot.Reports = append(robot.Reports, r.ID)
		robot.Data, robot.Score = f.clean, f.score(season)
		forms = append(forms, f)
		sides = append(sides, r.Alliance)
	}
	if len(forms) == 0 {
		return robot, false
	}
	slices.Sort(sides)
	robot.Alliance = most(sides)
	if len(forms) == 1 {
		return robot, true
	}
	merged := form{answers: make(map[string]string, len(season.Form.Fields))}
	if differs(count(sides, func(s string) bool { return s != robot.Alliance }), len(sides)) {
		robot.Conflicts = append(robot.Conflicts, Conflict{Key: allianceKey, Label: "Alliance", Values: quoted(sides)})
	}
	for i := range season.Form.Fields {
		field := &season.Form.Fields[i]
		answers := make([]string, len(forms))
		for j, f := range forms {
			answers[j] = f.answers[field.Key]
		}
		taken, conflict := mergeField(field, answers)
		merged.answers[field.Key] = taken
		if conflict {
			robot.Conflicts = append(robot.Conflicts, Conflict{Key: field.Key, Label: field.Label, Values: literals(answers)})
		}
	}
	robot.Data, robot.Score = merged.encode(season), merged.score(season)
	return robot, true
}

// form takes the report's data apart. Data of the form's version is as the season's check
// has left it, and is not checked again: an FTC event has hundreds of reports.
func (r Report) form(season *seasons.Season) (form, error) {
	if r.Version == season.Form.Version {
		return takeApart(r.Data)
	}
	f, _, err := readForm(season, r.Data)
	return f, err
}

// mergeField returns the answer that is taken and whether the reports are in conflict. It
// sorts the answers, the lowest first.
func mergeField(field *seasons.Field, answers []string) (string, bool) {
	if field.Type == seasons.Count {
		counts := make([]int, len(answers))
		for i, a := range answers {
			counts[i] = number(a)
		}
		slices.Sort(counts)
		for i, n := range counts {
			answers[i] = strconv.Itoa(n)
		}
		middle := median(counts)
		return strconv.Itoa(middle), differs(counts[len(counts)-1]-counts[0], middle)
	}
	order := ranked(field)
	slices.SortFunc(answers, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	taken, tied := order[0], 0
	for _, answer := range order {
		n := count(answers, func(a string) bool { return a == answer })
		if n > tied || n == tied && n > 0 && answer == string(bytes.TrimSpace(field.Default)) {
			taken, tied = answer, n
		}
	}
	return taken, differs(len(answers)-tied, len(answers))
}

// ranked returns the answers that a flag or a choice may have, the lowest value first.
func ranked(field *seasons.Field) []string {
	if field.Type == seasons.Flag {
		return []string{"false", "true"}
	}
	choices := slices.Clone(field.Choices)
	slices.SortStableFunc(choices, func(a, b seasons.Option) int { return a.Points - b.Points })
	list := make([]string, len(choices))
	for i, c := range choices {
		list[i] = strconv.Quote(c.Value)
	}
	return list
}

// differs reports whether a difference is more than 2 or more than a fifth of the whole.
func differs(difference, whole int) bool { return difference > 2 || 5*difference > whole }

// median of sorted counts; of an even number the mean of the middle two, rounded down.
func median(sorted []int) int {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// most returns the text that comes most often in a sorted list, the first of several.
func most(sorted []string) string {
	best, run, longest := sorted[0], 0, 0
	for i, text := range sorted {
		if run++; i > 0 && text != sorted[i-1] {
			run = 1
		}
		if run > longest {
			best, longest = text, run
		}
	}
	return best
}

func count[T any](list []T, ok func(T) bool) (n int) {
	for _, v := range list {
		if ok(v) {
			n++
		}
	}
	return n
}

// form is a robot's form as text: each answer as JSON has it.
type form struct {
	clean   json.RawMessage
	answers map[string]string
}

// readForm checks form data and takes it apart.
func readForm(season *seasons.Season, data json.RawMessage) (form, seasons.Score, error) {
	clean, score, err := season.Check(data)
	if err != nil {
		return form{}, seasons.Score{}, err
	}
	f, err := takeApart(clean)
	return f, score, err
}

// takeApart reads form data that was checked.
func takeApart(clean json.RawMessage) (form, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(clean, &members); err != nil {
		return form{}, err
	}
	f := form{clean: clean, answers: make(map[string]string, len(members))}
	for key, raw := range members {
		f.answers[key] = string(raw)
	}
	return f, nil
}

// score is what the season's rules give for the answers.
func (f form) score(season *seasons.Season) (total seasons.Score) {
	for i := range season.Form.Fields {
		field := &season.Form.Fields[i]
		total = sum(total, only(field.Phase, pointsOf(field, f.answers[field.Key])))
	}
	return total
}

// encode writes the answers in the form's order.
func (f form) encode(season *seasons.Season) json.RawMessage {
	var out strings.Builder
	separator := "{"
	for i := range season.Form.Fields {
		key := season.Form.Fields[i].Key
		if answer, ok := f.answers[key]; ok {
			out.WriteString(separator + strconv.Quote(key) + ":" + answer)
			separator = ","
		}
	}
	if separator == "{" {
		return json.RawMessage("{}")
	}
	return json.RawMessage(out.String() + "}")
}

func number(text string) int {
	n, _ := strconv.Atoi(text) // the season has checked it
	return n
}

func literals(answers []string) []json.RawMessage {
	list := make([]json.RawMessage, len(answers))
	for i, a := range answers {
		list[i] = json.RawMessage(a)
	}
	return list
}

func quoted(texts []string) []json.RawMessage {
	list := make([]json.RawMessage, len(texts))
	for i, t := range texts {
		list[i] = json.RawMessage(strconv.Quote(t))
	}
	return list
}
