package scouting

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// assignmentColumns are the columns of the file, which has a header line. In a file that
// comes in they may be in any order; match, robot and one of scoutId and scout have to be
// there. level is qual when left out, series 0. alliance and station are only read where
// the schedule does not know who plays in the match. scout is a display name, which has to
// fit exactly one scout; scoutId goes before it.
var assignmentColumns = []string{"level", "series", "match", "alliance", "station", "robot", "scoutId", "scout"}

// maxComplaints is how many lines of a bad file are told.
const maxComplaints = 20

// AssignmentsCSV writes what Assignments lists as a file.
func (s *Service) AssignmentsCSV(ctx context.Context, actor accounts.Actor, key SheetKey, f AssignmentFilter) ([]byte, error) {
	sheet, err := s.Assignments(ctx, actor, key, f)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	w.UseCRLF = true // as RFC 4180 has it
	_ = w.Write(assignmentColumns)
	for _, a := range sheet.Assignments {
		_ = w.Write([]string{string(a.Level), strconv.Itoa(a.Series), strconv.Itoa(a.MatchNumber), string(a.Alliance), strconv.Itoa(a.Station),
			strconv.Itoa(a.ScoutedTeam), a.Scout.ID.String(), text(a.Scout.DisplayName)})
	}
	w.Flush()
	return file.Bytes(), w.Error() // a buffer takes everything, so this is the only error there could be
}

// ImportAssignments replaces the assignments of every match that the file names; other
// matches stay. When one line is wrong, nothing is changed and the error says which lines.
func (s *Service) ImportAssignments(ctx context.Context, actor accounts.Actor, key SheetKey, rev int, file []byte) (Sheet, error) {
	return s.change(ctx, actor, key, func(d *desk) error {
		if err := d.seen(rev); err != nil {
			return err
		}
		in, err := newReader(ctx, d, file)
		if err != nil {
			return err
		}
		rows, err := in.all()
		if err != nil {
			return err
		}
		named := make(map[ftc.MatchKey]bool)
		for at := range rows {
			named[at.match] = true
		}
		maps.DeleteFunc(d.rows, func(at seat, _ Assignment) bool { return named[at.match] })
		maps.Copy(d.rows, rows)
		d.deed = &audit.Deed{Action: audit.AssignmentsImported, Team: d.key.TeamID, Object: fmt.Sprintf("%d/%s", d.key.Event.Season, d.key.Event.Code),
			Detail: map[string]string{"rows": strconv.Itoa(len(rows)), "matches": strconv.Itoa(len(named))}}
		return nil
	})
}

// reader reads a file of assignments line by line.
type reader struct {
	*desk
	csv        *csv.Reader
	column     map[string]int
	robots     map[ftc.MatchKey][]ftc.Robot
	byName     map[string][]accounts.User
	complaints []fault.Field
}

func newReader(ctx context.Context, d *desk, file []byte) (*reader, error) {
	file = bytes.TrimPrefix(file, []byte("\ufeff"))
	if !utf8.Valid(file) {
		return nil, ErrAssignment.Saying("The file is not UTF-8 text. Save it as CSV UTF-8.")
	}
	r := &reader{desk: d, csv: csv.NewReader(bytes.NewReader(file)), column: make(map[string]int),
		robots: make(map[ftc.MatchKey][]ftc.Robot), byName: make(map[string][]accounts.User)}
	r.csv.FieldsPerRecord = -1
	header, _, _ := bytes.Cut(file, []byte("\n"))
	if !bytes.Contains(header, []byte(",")) && bytes.Contains(header, []byte(";")) {
		r.csv.Comma = ';' // spreadsheets where the comma is in numbers
	}
	for id, m := range d.members {
		if m.Role.May(teams.CreateEntry) {
			r.byName[m.DisplayName] = append(r.byName[m.DisplayName], accounts.User{ID: id, DisplayName: m.DisplayName})
		}
	}
	matches, err := ftc.MatchesAt(ctx, queries.New(d.tx), d.key.Event, false)
	for _, m := range matches {
		r.robots[m.MatchKey] = m.Robots
	}
	return r, err
}

// all reads the whole file, or says what is wrong with it.
func (r *reader) all() (map[seat]Assignment, error) {
	rows, lines := make(map[seat]Assignment), make(map[seat]int)
	r.header()
	for len(r.complaints) < maxComplaints && len(r.column) > 0 {
		record, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.complain(lineOf(err), "it is no CSV: quotes have to come in pairs around a whole cell.")
			break
		}
		line, _ := r.csv.FieldPos(0)
		a, complaint := r.read(record)
		at := seat{a.match(r.key.Event), a.Scout.ID}
		if before, twice := lines[at]; complaint == "" && twice {
			complaint = fmt.Sprintf("%s is in %s on line %d already.", a.Scout.DisplayName, matchName(at.match), before)
		}
		if complaint != "" {
			r.complain(line, complaint)
			continue
		}
		rows[at], lines[at] = a, line
	}
	if len(rows) == 0 && len(r.complaints) == 0 {
		r.complain(1, "there are no assignments below it.")
	}
	if len(r.complaints) > 0 {
		return nil, ErrAssignment.Saying("Nothing was changed. %s", r.complaints[0].Detail).At(r.complaints...)
	}
	return rows, nil
}

func lineOf(err error) int {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return bad.Line
	}
	return 0
}

func (r *reader) complain(line int, detail string) {
	r.complaints = append(r.complaints, fault.Field{Pointer: fmt.Sprintf("/lines/%d", line), Detail: fmt.Sprintf("Line %d: %s", line, detail)})
}

// header reads the first line. Without a usable one there are no columns.
func (r *reader) header() {
	record, err := r.csv.Read()
	if err != nil {
		r.complain(1, "the first line has to name the columns: "+strings.Join(assignmentColumns, ",")+".")
		return
	}
	found := make(map[string]int)
	for i, name := range record {
		known := slices.IndexFunc(assignmentColumns, func(c string) bool { return strings.EqualFold(c, strings.TrimSpace(name)) })
		if known < 0 {
			r.complain(1, fmt.Sprintf("there is no column %.40q; there are %s.", name, strings.Join(assignmentColumns, ", ")))
			return
		}
		if _, twice := found[assignmentColumns[known]]; twice {
			r.complain(1, fmt.Sprintf("the column %s is there twice.", assignmentColumns[known]))
			return
		}
		found[assignmentColumns[known]] = i
	}
	for _, either := range [][]string{{"match"}, {"robot"}, {"scoutId", "scout"}} {
		if !slices.ContainsFunc(either, func(name string) bool { _, ok := found[name]; return ok }) {
			r.complain(1, "the column "+strings.Join(either, " or ")+" is missing.")
			return
		}
	}
	r.column = found
}

// read makes an assignment of a line, or says in words what is wrong.
func (r *reader) read(record []string) (a Assignment, complaint string) {
	if len(record) != len(r.column) {
		return a, fmt.Sprintf("it has %d cells and the first line %d.", len(record), len(r.column))
	}
	cell := func(name, otherwise string) string {
		if i, ok := r.column[name]; ok && strings.TrimSpace(record[i]) != "" {
			return strings.TrimSpace(record[i])
		}
		return otherwise
	}
	var err error
	a.Level, a.Alliance, a.Manual = ftc.Level(strings.ToLower(cell("level", "qual"))), ftc.Alliance(strings.ToUpper(cell("alliance", ""))), true
	for _, number := range []struct {
		name string
		into *int
	}{{"series", &a.Series}, {"match", &a.MatchNumber}, {"station", &a.Station}, {"robot", &a.ScoutedTeam}} {
		digits := cell(number.name, "0")
		if *number.into, err = strconv.Atoi(digits); err != nil {
			return a, fmt.Sprintf("%s has to be a whole number and is %.40q.", number.name, digits)
		}
	}
	if complaint := r.who(&a, cell("scoutId", ""), untext(cell("scout", ""))); complaint != "" {
		return a, complaint
	}
	if err := a.place(r.robots[a.match(r.key.Event)]); err != nil {
		return a, fault.From(err).Detail
	}
	return a, ""
}

// who finds the scout by id, else by name.
func (r *reader) who(a *Assignment, id, name string) string {
	if id != "" {
		parsed, err := uuid.Parse(id)
		if err != nil {
			return fmt.Sprintf("scoutId is no UUID: %.40q.", id)
		}
		if a.Scout, err = r.scout(parsed, ""); err != nil {
			return fmt.Sprintf("%s cannot scout for the team: they are no member or may not record entries.", id)
		}
		return ""
	}
	switch found := r.byName[name]; {
	case name == "":
		return "nobody is named."
	case len(found) == 0:
		return fmt.Sprintf("the team has no scout %.60q.", name)
	case len(found) > 1:
		return fmt.Sprintf("the team has %d scouts %.60q; use the column scoutId.", len(found), name)
	default:
		a.Scout = found[0]
	}
	return ""
}
