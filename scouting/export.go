package scouting

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// exportPage is how many rows an export holds in memory at once.
const exportPage = 500

// ExportQuery chooses what of a team is exported.
type ExportQuery struct {
	TeamID    uuid.UUID
	Season    int    // 0: the newest
	EventCode string // "": all of the season
}

// Export is a walk over a team's entries, oldest first. Between two pages it holds neither
// a connection nor a lock, so that a slow reader costs nothing but time. What is recorded
// meanwhile comes at the end.
type Export struct {
	s      *Service
	actor  accounts.Actor
	action teams.Action
	season *seasons.Season
	team   uuid.UUID
	code   *string
	at     time.Time
	id     uuid.UUID
	done   bool
}

// ExportEntries begins an export of entries. Leads only.
func (s *Service) ExportEntries(ctx context.Context, actor accounts.Actor, q ExportQuery) (*Export, error) {
	return s.export(ctx, actor, q, teams.Export, audit.EntriesExported)
}

// ExportNotes begins an export of notes, for whoever may read them.
func (s *Service) ExportNotes(ctx context.Context, actor accounts.Actor, q ExportQuery) (*Export, error) {
	return s.export(ctx, actor, q, teams.ReadNotes, audit.NotesExported)
}

// export begins an export when its line is in the audit log; what follows may break off.
func (s *Service) export(ctx context.Context, actor accounts.Actor, q ExportQuery, action teams.Action, as audit.Action) (*Export, error) {
	e := &Export{s: s, actor: actor, action: action, team: q.TeamID}
	if q.Season == 0 {
		q.Season = s.book.Newest().Year
	}
	season, known := s.book.Season(q.Season)
	if !known {
		return nil, ErrSeason
	}
	e.season = season
	if q.EventCode != "" {
		code, err := ftc.CleanCode(q.EventCode)
		if err != nil {
			return nil, err
		}
		e.code = &code
	}
	if err := s.mayRead(ctx, actor, q.TeamID, action); err != nil {
		return nil, err
	}
	detail := map[string]string{"season": strconv.Itoa(q.Season)}
	if e.code != nil {
		detail["eventCode"] = *e.code
	}
	return e, audit.Note(ctx, s.log, actor.By(), audit.Deed{Action: as, Team: q.TeamID, Detail: detail})
}

// Season returns the season whose form the columns follow.
func (e *Export) Season() *seasons.Season { return e.season }

// Entries returns the next page; an empty one is the end. The role is looked at each time:
// an export does not outlive a membership.
func (e *Export) Entries(ctx context.Context) ([]Entry, error) {
	if err := e.s.mayRead(ctx, e.actor, e.team, e.action); err != nil || e.done {
		return nil, err
	}
	rows, err := e.s.q.ExportPage(ctx, queries.ExportPageParams{
		TeamID: e.team, Season: int32(e.season.Year), EventCode: e.code, AfterAt: e.at, AfterID: e.id, RowLimit: exportPage,
	})
	page := make([]Entry, 0, len(rows))
	for _, row := range rows {
		page = append(page, entry(row.ScoutingEntry, row.DisplayName))
		e.at, e.id = row.ScoutingEntry.CreatedAt, row.ScoutingEntry.ID
	}
	e.done = len(rows) < exportPage
	return page, eventlog.Translate(err)
}

// Notes returns the next page of notes as rows of NoteColumns; an empty one is the end.
func (e *Export) Notes(ctx context.Context) ([][]string, error) {
	if err := e.s.mayRead(ctx, e.actor, e.team, e.action); err != nil || e.done {
		return nil, err
	}
	rows, err := e.s.q.ExportNotesPage(ctx, queries.ExportNotesPageParams{
		TeamID: e.team, Season: int32(e.season.Year), EventCode: e.code, AfterAt: e.at, AfterID: e.id, RowLimit: exportPage,
	})
	page := make([][]string, 0, len(rows))
	for _, row := range rows {
		n := row.ScoutingNote
		page = append(page, []string{
			n.ID.String(), number(n.Season), text(optional(n.EventCode)), text(optional(n.Level)), optional(n.Series), optional(n.MatchNumber),
			number(n.ScoutedTeam), n.AuthorID.String(), text(row.DisplayName), optional(n.Reliability), optional(n.DriverSkill),
			optional(n.Defence), number(n.Rev), instant(n.CreatedAt), instant(n.UpdatedAt), text(n.Text),
		})
		e.at, e.id = n.CreatedAt, n.ID
	}
	e.done = len(rows) < exportPage
	return page, eventlog.Translate(err)
}

// NoteColumns are the columns of an export of notes.
func NoteColumns() []string {
	return []string{"id", "season", "eventCode", "tournamentLevel", "series", "matchNumber", "scoutedTeamNumber", "authorId", "author",
		"reliability", "driverSkill", "defence", "rev", "createdAt", "updatedAt", "text"}
}

// fixedColumns stand before the answers to the form in an export of entries; notes stand after.
var fixedColumns = [...]string{"id", "season", "eventCode", "tournamentLevel", "series", "matchNumber", "alliance", "scoutedTeamNumber",
	"scouterId", "scouter", "courierId", "source", "formVersion", "rev", "createdAt", "updatedAt",
	"autoScore", "teleopScore", "endgameScore", "totalScore"}

// answerColumn begins the columns of the form, so that no key of a future form can be
// taken for a column of ours.
const answerColumn = "data."

// EntryColumns are the columns of an export of the season's entries.
func EntryColumns(season *seasons.Season) []string {
	columns := append([]string(nil), fixedColumns[:]...)
	for _, f := range season.Form.Fields {
		columns = append(columns, answerColumn+f.Key)
	}
	return append(columns, "notes")
}

// EntryRow returns the entry as a row of EntryColumns. An answer that an older form did not
// ask for is empty.
func EntryRow(season *seasons.Season, e Entry) ([]string, error) {
	var answers map[string]json.RawMessage
	if err := json.Unmarshal(e.Data, &answers); err != nil {
		return nil, fmt.Errorf("the data of entry %s: %w", e.ID, err)
	}
	row := []string{
		e.ID.String(), number(e.Season), text(e.EventCode), text(string(e.Level)), number(e.Series), number(e.MatchNumber), text(string(e.Alliance)),
		number(e.ScoutedTeam), e.Scouter.ID.String(), text(e.Scouter.DisplayName), optional(e.CourierID), text(e.Source), number(e.FormVersion), number(e.Rev),
		instant(e.CreatedAt), instant(e.UpdatedAt), number(e.AutoScore), number(e.TeleopScore), number(e.EndgameScore), number(e.TotalScore),
	}
	for _, f := range season.Form.Fields {
		row = append(row, answerCell(answers[f.Key]))
	}
	return append(row, text(e.Notes)), nil
}

// answerCell returns a JSON value as a cell: numbers and flags bare, words safe.
func answerCell(raw json.RawMessage) string {
	var word string
	if json.Unmarshal(raw, &word) == nil {
		return text(word)
	}
	return string(raw)
}

// cellStarts are the characters that make a spreadsheet run a cell, and the quote that
// keeps it from doing so, doubled so that it can be taken off again.
const cellStarts = "=+-@\t\r\n'"

// text returns a cell of free text that no spreadsheet takes for a formula.
func text(s string) string {
	if s != "" && strings.IndexByte(cellStarts, s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// untext is text backwards.
func untext(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(cellStarts, cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

func number[N int | int32](n N) string { return strconv.FormatInt(int64(n), 10) }

func instant(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

func optional[T any](v *T) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(*v)
}
