package scouting

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// SheetRow is a row of a CSV file: the entry, or why it is none.
type SheetRow struct {
	Line  int // where the row begins
	Entry NewEntry
	Err   error
}

// neededColumns are what an entry cannot do without.
var neededColumns = [...]string{"id", "season", "eventCode", "matchNumber", "alliance", "scoutedTeamNumber"}

// ReadSheet reads a CSV file with the columns of an export, in any order and with the
// computed ones left out or not. It needs the line of headings. A fault of the file as a
// whole is its error, that of a row is with the row.
func (s *Service) ReadSheet(file []byte) ([]SheetRow, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	header, err := in.Read()
	if err != nil {
		return nil, sheetFault(err)
	}
	if err := checkHeader(header); err != nil {
		return nil, err
	}
	var rows []SheetRow
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, sheetFault(err)
		}
		line, _ := in.FieldPos(0)
		if len(rows) == MaxImport {
			return nil, ErrImport.Saying("An import has up to %d rows; cut the file at line %d.", MaxImport, line)
		}
		row := SheetRow{Line: line}
		if len(cells) != len(header) {
			row.Err = ErrEntry.Saying("This row has %d cells and the headings are %d.", len(cells), len(header))
		} else {
			row.Entry, row.Err = sheetEntry(s.book, header, cells)
		}
		rows = append(rows, row)
	}
}

func sheetFault(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return ErrImport.Saying("The file is empty: it begins with a line of headings.")
	case errors.As(err, &parse):
		return ErrImport.Saying("The file is no CSV: %v in line %d.", parse.Err, parse.Line)
	}
	return err
}

func checkHeader(header []string) error {
	for i, name := range header {
		known := name == "notes" || slices.Contains(fixedColumns[:], name) || strings.HasPrefix(name, answerColumn)
		if !known {
			return ErrImport.Saying("%.60q is no column of an export. The first line has to be the headings.", name)
		}
		if slices.Contains(header[:i], name) {
			return ErrImport.Saying("The column %s is there twice.", name)
		}
	}
	for _, name := range neededColumns {
		if !slices.Contains(header, name) {
			return ErrImport.Saying("The column %s is missing.", name)
		}
	}
	return nil
}

// sheetEntry reads one row and names every cell that cannot be read.
func sheetEntry(book *seasons.Book, header, cells []string) (NewEntry, error) {
	var e NewEntry
	var faults []fault.Field
	whole := func(column, cell string, into *int) {
		n, err := strconv.ParseInt(cell, 10, 32)
		if err != nil && cell != "" {
			faults = append(faults, fault.Field{Pointer: "/" + column, Detail: column + " is a whole number."})
		}
		*into = int(n)
	}
	id := func(column, cell string, into *uuid.UUID) {
		var err error
		if *into, err = uuid.Parse(cell); err != nil && cell != "" {
			faults = append(faults, fault.Field{Pointer: "/" + column, Detail: column + " is a UUID."})
		}
	}
	answers := map[string]string{}
	for i, column := range header {
		cell := cells[i]
		switch column {
		case "id":
			id(column, cell, &e.ID)
		case "scouterId":
			id(column, cell, &e.Author)
		case "season":
			whole(column, cell, &e.Season)
		case "series":
			whole(column, cell, &e.Series)
		case "matchNumber":
			whole(column, cell, &e.MatchNumber)
		case "scoutedTeamNumber":
			whole(column, cell, &e.ScoutedTeam)
		case "eventCode":
			e.EventCode = untext(cell)
		case "tournamentLevel":
			e.Level = ftc.Level(untext(cell))
		case "alliance":
			e.Alliance = ftc.Alliance(untext(cell))
		case "notes":
			e.Notes = untext(cell)
		default:
			if key, ok := strings.CutPrefix(column, answerColumn); ok && cell != "" {
				answers[key] = cell
			}
		}
	}
	if len(faults) > 0 {
		return e, ErrEntry.Saying("%s", faults[0].Detail).At(faults...)
	}
	e.Data = sheetData(book, e.Season, answers)
	return e, nil
}

// sheetData writes the answers as JSON: words where the season's form has a choice, the rest
// as it stands if it can stand in JSON. The rules of the form judge it later.
func sheetData(book *seasons.Book, year int, answers map[string]string) json.RawMessage {
	words := map[string]bool{}
	if season, known := book.Season(year); known {
		for _, f := range season.Form.Fields {
			words[f.Key] = f.Type == seasons.Choice
		}
	}
	out := make(map[string]json.RawMessage, len(answers))
	for key, cell := range answers {
		raw := json.RawMessage(strings.ToLower(cell)) // spreadsheets write TRUE
		if words[key] || !json.Valid(raw) {
			raw, _ = json.Marshal(untext(cell)) // a string always encodes
		}
		out[key] = raw
	}
	data, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Errorf("valid JSON does not encode: %w", err))
	}
	return data
}
