package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/analytics"
)

type analyticsCommand struct {
	Backtest backtestCommand `cmd:"" help:"Predict each match of a season before learning from it, and print how good the predictions were, as JSON."`
	OPR      oprCommand      `cmd:"" name:"opr" help:"Print the OPR family of each FTC event of a file, as JSON."`
}

type backtestCommand struct {
	File string `arg:"" help:"A season: an object with columns (names) and rows (numbers, in the order of play); - reads standard input."`
}

// Run prints the report.
func (c *backtestCommand) Run(in *invocation) error {
	var season seasonFile
	if err := readLayout(c.File, &season); err != nil {
		return err
	}
	matches, err := season.matches()
	if err != nil {
		return wrongLayout(c.File, err)
	}
	model := analytics.NewModel(analytics.Season{Prior: analytics.DefaultPrior()}, analytics.EPA1())
	var score analytics.Score
	bar := newProgress(in.err, "matches", int64(len(matches)))
	for _, m := range matches {
		score.Add(model.Learn(m).Prediction, m.Red.Points, m.Blue.Points)
		bar.add(1)
	}
	bar.end()
	return json.NewEncoder(in.out).Encode(score.Report())
}

// seasonFile is a season as a table.
type seasonFile struct {
	Columns []string     `json:"columns"`
	Rows    [][]*float64 `json:"rows"`
}

// The columns of a seasonFile, each for red and for blue. Three robots may share an alliance.
var (
	teamColumns  = []string{"1", "2", "3"}
	pointColumns = []string{"Total", "Auto", "Teleop", "Endgame", "PenaltyReceived"}
)

func (f *seasonFile) matches() ([]analytics.Match, error) {
	if f.Columns == nil || f.Rows == nil {
		return nil, errors.New(`needs "columns" and "rows"`)
	}
	places := make(map[string]int, len(f.Columns))
	for place, name := range f.Columns {
		places[name] = place
	}
	list := make([]analytics.Match, len(f.Rows))
	for i, cells := range f.Rows {
		if len(cells) != len(f.Columns) {
			return nil, fmt.Errorf("row %d has %d numbers, there are %d columns", i+1, len(cells), len(f.Columns))
		}
		r := tableRow{places: places, cells: cells}
		list[i].Red, list[i].Blue = r.alliance("red"), r.alliance("blue")
		if r.err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, r.err)
		}
	}
	return list, nil
}

// tableRow reads a row of a seasonFile by the names of its columns. The first failure stays in err.
type tableRow struct {
	places map[string]int
	cells  []*float64
	err    error
}

func (r *tableRow) value(column string) float64 {
	place, ok := r.places[column]
	switch {
	case !ok:
		r.fail("there is no column %s", column)
	case r.cells[place] == nil:
		r.fail("%s is null", column)
	default:
		return *r.cells[place]
	}
	return 0
}

func (r *tableRow) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *tableRow) alliance(side string) analytics.Alliance {
	var a analytics.Alliance
	for i, suffix := range teamColumns {
		if _, ok := r.places[side+suffix]; !ok && i > 0 {
			break
		}
		number := r.value(side + suffix)
		if number != float64(int(number)) {
			r.fail("%s is %v, which is no team number", side+suffix, number)
		}
		a.Teams = append(a.Teams, int(number))
	}
	var points [5]float64
	for i, name := range pointColumns {
		points[i] = r.value(side + name)
	}
	a.Points = analytics.Points{Total: points[0], NoFoul: points[0] - points[4], Auto: points[1], Teleop: points[2], Endgame: points[3]}
	return a
}

type oprCommand struct {
	File string `arg:"" help:"FTC events: an object with cases, each with an event and its matches; - reads standard input."`
}

// Run prints the powers of each event's teams.
func (c *oprCommand) Run(in *invocation) error {
	var file eventsFile
	if err := readLayout(c.File, &file); err != nil {
		return err
	}
	bar := newProgress(in.err, "events", int64(len(file.Cases)))
	events, err := file.powers(bar)
	bar.end()
	if err != nil {
		return wrongLayout(c.File, err)
	}
	return json.NewEncoder(in.out).Encode(events)
}

// eventsFile holds FTC events with their matches.
type eventsFile struct {
	Cases []struct {
		Event   string      `json:"event"`
		Matches []fileMatch `json:"matches"`
	} `json:"cases"`
}

type fileMatch struct {
	Level     *string    `json:"level"`
	Red       []teamName `json:"red"`
	Blue      []teamName `json:"blue"`
	RedScore  *fileScore `json:"redScore"`
	BlueScore *fileScore `json:"blueScore"`
}

// qualification reports whether the match counts. A file without levels has nothing else.
func (m fileMatch) qualification() bool {
	return m.Level == nil || slices.Contains([]string{"q", "qm", "qual", "qualification"}, strings.ToLower(*m.Level))
}

// teamName is a team as a file names it, by a number or by a text.
type teamName string

// UnmarshalJSON takes a number or a text.
func (n *teamName) UnmarshalJSON(raw []byte) error {
	var number json.Number // a text that is a number, or a number
	if err := json.Unmarshal(raw, &number); err == nil && number != "" {
		*n = teamName(number)
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || text == "" {
		return fmt.Errorf("%s is no team", raw)
	}
	*n = teamName(text)
	return nil
}

// fileScore is an alliance's score: a number, or an object with its parts.
type fileScore struct {
	Total    *float64 `json:"total"`
	Auto     *float64 `json:"auto"`
	Teleop   *float64 `json:"teleop"`
	Endgame  *float64 `json:"endgame"`
	Received *float64 `json:"penaltyReceived"`
}

// UnmarshalJSON takes both forms.
func (s *fileScore) UnmarshalJSON(raw []byte) error {
	var total float64
	if json.Unmarshal(raw, &total) == nil {
		s.Total = &total
		return nil
	}
	type parts fileScore // has no UnmarshalJSON
	return json.Unmarshal(raw, (*parts)(s))
}

// power is what is printed of a team. What the file cannot tell is left out.
type power struct {
	OPR        *float64 `json:"opr,omitempty"`
	NoPenalty  *float64 `json:"oprNoPenalty,omitempty"`
	OPRAuto    *float64 `json:"oprAuto,omitempty"`
	OPRTeleop  *float64 `json:"oprTeleop,omitempty"`
	OPREndgame *float64 `json:"oprEndgame,omitempty"`
	DPR        *float64 `json:"dpr,omitempty"`
	CCWM       *float64 `json:"ccwm,omitempty"`
}

func (f *eventsFile) powers(bar *progress) (map[string]map[teamName]power, error) {
	if f.Cases == nil {
		return nil, errors.New(`needs "cases"`)
	}
	events := make(map[string]map[teamName]power, len(f.Cases))
	for i, c := range f.Cases {
		if c.Event == "" || c.Matches == nil {
			return nil, fmt.Errorf(`case %d needs "event" and "matches"`, i+1)
		}
		if _, twice := events[c.Event]; twice {
			return nil, fmt.Errorf("case %d: the event %s comes twice", i+1, c.Event)
		}
		teams, err := powersOf(c.Matches)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", c.Event, err)
		}
		events[c.Event] = teams
		bar.add(1)
	}
	return events, nil
}

func powersOf(list []fileMatch) (map[teamName]power, error) {
	numbers := make(map[teamName]int)
	var names []teamName
	number := func(name teamName) int {
		if _, ok := numbers[name]; !ok {
			numbers[name] = len(names)
			names = append(names, name)
		}
		return numbers[name]
	}
	known := scoreParts{noPenalty: true, auto: true, teleop: true, endgame: true}
	var matches []analytics.Match
	for i, m := range list {
		if !m.qualification() {
			continue
		}
		if err := m.check(); err != nil {
			return nil, fmt.Errorf("match %d %w", i+1, err)
		}
		known.restrict(m.RedScore)
		known.restrict(m.BlueScore)
		matches = append(matches, analytics.Match{Red: m.RedScore.alliance(m.Red, number), Blue: m.BlueScore.alliance(m.Blue, number)})
	}
	teams := make(map[teamName]power, len(names))
	for _, p := range analytics.OPR(matches) {
		teams[names[p.Team]] = known.print(p)
	}
	return teams, nil
}

func (m fileMatch) check() error {
	switch {
	case len(m.Red) == 0 || len(m.Blue) == 0:
		return errors.New(`needs teams in "red" and "blue"`)
	case m.RedScore == nil || m.RedScore.Total == nil || m.BlueScore == nil || m.BlueScore.Total == nil:
		return errors.New(`needs "redScore" and "blueScore", each a number or an object with "total"`)
	}
	return nil
}

// scoreParts says which parts all scores of an event have.
type scoreParts struct{ noPenalty, auto, teleop, endgame bool }

func (k *scoreParts) restrict(s *fileScore) {
	k.noPenalty = k.noPenalty && s.Received != nil
	k.auto = k.auto && s.Auto != nil
	k.teleop = k.teleop && s.Teleop != nil
	k.endgame = k.endgame && s.Endgame != nil
}

func (k scoreParts) print(p analytics.Power) power {
	return power{
		OPR: &p.OPR, DPR: &p.DPR, CCWM: &p.CCWM,
		NoPenalty: only(k.noPenalty, p.NoFoul),
		OPRAuto:   only(k.auto, p.Auto), OPRTeleop: only(k.teleop, p.Teleop), OPREndgame: only(k.endgame, p.Endgame),
	}
}

func only(known bool, value float64) *float64 {
	if !known {
		return nil
	}
	return &value
}

// alliance uses 0 for parts that the file lacks; scoreParts keeps them from being printed.
func (s *fileScore) alliance(teams []teamName, number func(teamName) int) analytics.Alliance {
	part := func(p *float64) float64 {
		if p == nil {
			return 0
		}
		return *p
	}
	a := analytics.Alliance{Points: analytics.Points{
		Total: *s.Total, NoFoul: *s.Total - part(s.Received),
		Auto: part(s.Auto), Teleop: part(s.Teleop), Endgame: part(s.Endgame),
	}}
	for _, name := range teams {
		a.Teams = append(a.Teams, number(name))
	}
	return a
}

// readLayout reads a JSON file, or standard input for "-".
func readLayout(name string, into any) error {
	raw, err := readInput(name)
	if err != nil {
		return err // names the file
	}
	err = json.Unmarshal(raw, into)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("%s is not JSON: %w, at byte %d", name, err, syntax.Offset)
	}
	if err != nil {
		return wrongLayout(name, err)
	}
	return nil
}

func readInput(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name) //nolint:gosec // the caller's own file
}

func wrongLayout(name string, err error) error {
	return fmt.Errorf("%s has another layout: %w", name, err)
}
