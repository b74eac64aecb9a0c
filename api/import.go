package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

const importLimit = 8 << 20 // bytes of an import of up to 2000 rows

// importEntriesIn is an export as it was saved, with or without what every answer has around it.
type importEntriesIn struct {
	TeamID  string            `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	DryRun  string            `query:"dryRun" json:"-" validate:"omitempty,oneof=true false" description:"true checks everything and stores nothing"`
	Success bool              `json:"success,omitempty"`
	Data    *importData       `json:"data,omitempty"`
	Format  string            `json:"format,omitempty"`
	Season  int               `json:"season,omitempty"`
	Entries []json.RawMessage `json:"entries,omitempty"`
}

type importData struct {
	Format  string            `json:"format"`
	Season  int               `json:"season,omitempty"`
	Entries []json.RawMessage `json:"entries"`
}

// importedEntry is what an import reads of an exported entry. Scores, rev and times are the
// server's to say; it leaves them out.
type importedEntry struct {
	ID                string          `json:"id" validate:"required,uuid_rfc4122"`
	Season            int             `json:"season" validate:"required"`
	EventCode         string          `json:"eventCode" validate:"required"`
	TournamentLevel   string          `json:"tournamentLevel" validate:"omitempty,oneof=qual playoff practice"`
	Series            int             `json:"series"`
	MatchNumber       int             `json:"matchNumber" validate:"required"`
	Alliance          string          `json:"alliance" validate:"required,oneof=RED BLUE"`
	ScoutedTeamNumber int             `json:"scoutedTeamNumber" validate:"required"`
	Scouter           importedScouter `json:"scouter"`
	Data              json.RawMessage `json:"data" validate:"required"`
	Notes             string          `json:"notes" validate:"max=2000"`
}

type importedScouter struct {
	ID string `json:"id" validate:"omitempty,uuid_rfc4122"`
}

// importRow answers one row.
type importRow struct {
	Row     int      `json:"row"`            // from 1
	Line    int      `json:"line,omitempty"` // of a CSV file
	ID      string   `json:"id"`
	Status  int      `json:"status"` // 201 new, 200 known, else refused
	Problem *problem `json:"problem,omitempty"`
}

type importOut struct {
	Created int         `json:"created"`
	Known   int         `json:"known"`
	Refused int         `json:"refused"`
	DryRun  bool        `json:"dryRun"`
	Rows    []importRow `json:"rows"`
}

type importCSVIn struct {
	TeamID string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	DryRun string `query:"dryRun" json:"-" validate:"omitempty,oneof=true false" description:"true checks everything and stores nothing"`
}

func (e importedEntry) entry() scouting.NewEntry {
	out := scouting.NewEntry{
		ID: uuid.MustParse(e.ID), Season: e.Season, EventCode: e.EventCode, Level: ftc.Level(e.TournamentLevel), Series: e.Series,
		MatchNumber: e.MatchNumber, Alliance: ftc.Alliance(e.Alliance), ScoutedTeam: e.ScoutedTeamNumber, Data: e.Data, Notes: e.Notes,
	}
	if e.Scouter.ID != "" {
		out.Author = uuid.MustParse(e.Scouter.ID)
	}
	return out
}

func (s *server) importRoutes() {
	const tag = "scouting"
	add(s, route[importEntriesIn, importOut]{method: "POST", path: "/api/scouting/import", tag: tag, access: signedIn, limit: importLimit,
		summary: "Import what export.json gave, up to 2000 entries, each answered by itself (leads). Importing twice changes nothing.",
		handle: func(r *http.Request, actor accounts.Actor, in importEntriesIn) (reply[importOut], error) {
			rows, err := s.importedRows(in)
			if err != nil {
				return reply[importOut]{}, err
			}
			out, err := s.importRows(r, actor, uuid.MustParse(in.TeamID), rows, in.DryRun == "true")
			return reply[importOut]{Data: out}, err
		}})
	s.router.Post("/api/scouting/import.csv", s.importCSV)
	s.document(operation{method: "POST", path: "/api/scouting/import.csv", tag: tag, access: signedIn, in: typeOf[importCSVIn](),
		summary: "Import what export.csv gave with its headings, up to 2000 rows, each answered by itself (leads).",
		out:     new(envelope[importOut]), statuses: []int{200},
		raw: func(oc openapi.OperationContext) {
			oc.AddReqStructure(new(string), openapi.WithContentType("text/csv"))
		}})
}

// importedRows reads each entry of a saved export by itself.
func (s *server) importedRows(in importEntriesIn) ([]scouting.SheetRow, error) {
	format, entries := in.Format, in.Entries
	if in.Data != nil {
		format, entries = in.Data.Format, in.Data.Entries
	}
	if format != exportFormat {
		return nil, scouting.ErrImport.Saying("The format is %q and must be %q.", format, exportFormat)
	}
	if len(entries) > scouting.MaxImport {
		return nil, scouting.ErrImport.Saying("An import has up to %d rows.", scouting.MaxImport)
	}
	rows := make([]scouting.SheetRow, len(entries))
	for i, raw := range entries {
		var item importedEntry
		err := json.Unmarshal(raw, &item)
		if err != nil {
			err = bodyFault(err)
		} else {
			err = s.shape(&item)
		}
		if err != nil {
			rows[i].Err = err
			continue
		}
		rows[i].Entry = item.entry()
	}
	return rows, nil
}

func (s *server) importCSV(w http.ResponseWriter, r *http.Request) {
	var in importCSVIn
	actor, err := s.actor(r)
	if err == nil && actor.Anonymous() {
		err = accounts.ErrNoToken
	}
	if err == nil {
		err = s.decode(w, r, &in, 0)
	}
	var out importOut
	if err == nil {
		out, err = s.importSheet(w, r, actor, in)
	}
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, envelope[importOut]{Success: true, Data: out})
}

func (s *server) importSheet(w http.ResponseWriter, r *http.Request, actor accounts.Actor, in importCSVIn) (importOut, error) {
	team := uuid.MustParse(in.TeamID)
	// Who may not import has no business sending megabytes.
	if _, err := s.o.Scouting.Import(r.Context(), actor, team, nil, true); err != nil {
		return importOut{}, err
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "text/csv" || r.Header.Get("Content-Encoding") != "" {
		return importOut{}, errMedia.Saying("Send text/csv, not compressed.")
	}
	file, err := io.ReadAll(http.MaxBytesReader(w, r.Body, importLimit))
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return importOut{}, errTooBig.Saying("The body is larger than %d KiB.", importLimit/1024)
	case err != nil:
		return importOut{}, scouting.ErrImport.Saying("The file broke off.").Because(err)
	case !utf8.Valid(file):
		return importOut{}, scouting.ErrImport.Saying("The file is not in UTF-8: save it as CSV UTF-8.")
	}
	rows, err := s.o.Scouting.ReadSheet(file)
	if err != nil {
		return importOut{}, err
	}
	return s.importRows(r, actor, team, rows, in.DryRun == "true")
}

// importRows imports what could be read and answers every row.
func (s *server) importRows(r *http.Request, actor accounts.Actor, team uuid.UUID, rows []scouting.SheetRow, dryRun bool) (importOut, error) {
	out := importOut{DryRun: dryRun, Rows: make([]importRow, len(rows))}
	var good []scouting.NewEntry
	var places []int
	for i, row := range rows {
		out.Rows[i] = importRow{Row: i + 1, Line: row.Line}
		if row.Err == nil {
			good, places = append(good, row.Entry), append(places, i)
			continue
		}
		out.refuse(i, problemOf(row.Err, requestID(r.Context())))
	}
	outcomes, err := s.o.Scouting.Import(r.Context(), actor, team, good, dryRun)
	if err != nil {
		return importOut{}, err
	}
	for n, outcome := range outcomes {
		row := &out.Rows[places[n]]
		if outcome.ID != uuid.Nil {
			row.ID = outcome.ID.String()
		}
		row.Status = entryStatus(outcome.Created)
		switch {
		case outcome.Err != nil:
			out.refuse(places[n], problemOf(outcome.Err, requestID(r.Context())))
		case outcome.Created:
			out.Created++
		default:
			out.Known++
		}
	}
	return out, nil
}

func (out *importOut) refuse(i int, p problem) {
	out.Rows[i].Status, out.Rows[i].Problem = p.Status, &p
	out.Refused++
}
