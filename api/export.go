package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

// exportFormat names the JSON of an export, so that an import knows it.
const exportFormat = "ftcmetrics-entries/1"

// exportPatience is how long a reader of an export may take for one page.
const exportPatience = 60 * time.Second

type exportIn struct {
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode string `query:"eventCode" json:"-" validate:"max=40" description:"all of the season when left out"`
}

type exportCSVIn struct {
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out; its form decides the columns"`
	EventCode string `query:"eventCode" json:"-" validate:"max=40" description:"all of the season when left out"`
	Header    string `query:"header" json:"-" validate:"omitempty,oneof=true false" description:"false leaves out the line of headings"`
	BOM       string `query:"bom" json:"-" validate:"omitempty,oneof=true false" description:"true begins with a byte order mark, for spreadsheets that guess"`
}

func (in exportIn) query() scouting.ExportQuery {
	return scouting.ExportQuery{TeamID: uuid.MustParse(in.TeamID), Season: in.Season, EventCode: in.EventCode}
}

// exported is the JSON of an export. The document shows it; the server streams it.
type exported struct {
	Format  string           `json:"format"`
	Season  int              `json:"season"`
	Entries []scouting.Entry `json:"entries"`
}

func (s *server) exportRoutes() {
	const tag = "scouting"
	file := func(path, summary string, handle http.HandlerFunc) {
		s.router.Get(path, handle)
		s.document(operation{method: "GET", path: path, tag: tag, access: signedIn, summary: summary, in: typeOf[exportCSVIn](),
			raw: func(oc openapi.OperationContext) {
				oc.AddRespStructure(new(string), openapi.WithHTTPStatus(http.StatusOK), openapi.WithContentType("text/csv"))
			}})
	}
	file("/api/scouting/export.csv", "A team's entries as a spreadsheet, oldest first (leads).", s.exportCSV)
	file("/api/scouting/export-notes.csv", "A team's notes as a spreadsheet, oldest first.", s.exportNotes)
	s.router.Get("/api/scouting/export.json", s.exportJSON)
	s.document(operation{method: "GET", path: "/api/scouting/export.json", tag: tag, access: signedIn, summary: "A team's entries for an import, oldest first (leads).",
		in: typeOf[exportIn](), out: new(envelope[exported]), statuses: []int{200}})
}

// beginExport reads the request; after it the answer is 200 and can only break off.
func beginExport[In any](s *server, w http.ResponseWriter, r *http.Request, in *In, begin func(actor accounts.Actor) (*scouting.Export, error)) *scouting.Export {
	actor, err := s.actor(r)
	if err == nil && actor.Anonymous() {
		err = accounts.ErrNoToken
	}
	if err == nil {
		err = s.decode(w, r, in, 0)
	}
	var export *scouting.Export
	if err == nil {
		export, err = begin(actor)
	}
	if err != nil {
		s.writeProblem(w, r, err)
		return nil
	}
	return export
}

func (s *server) exportCSV(w http.ResponseWriter, r *http.Request) {
	var in exportCSVIn
	export := beginExport(s, w, r, &in, func(actor accounts.Actor) (*scouting.Export, error) {
		return s.o.Scouting.ExportEntries(r.Context(), actor, exportIn{in.TeamID, in.Season, in.EventCode}.query())
	})
	if export == nil {
		return
	}
	s.sheet(w, r, in, fmt.Sprintf("entries-%d", export.Season().Year), scouting.EntryColumns(export.Season()), func(ctx context.Context) ([][]string, error) {
		page, err := export.Entries(ctx)
		rows := make([][]string, 0, len(page))
		for _, entry := range page {
			row, err := scouting.EntryRow(export.Season(), entry)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
		return rows, err
	})
}

func (s *server) exportNotes(w http.ResponseWriter, r *http.Request) {
	var in exportCSVIn
	export := beginExport(s, w, r, &in, func(actor accounts.Actor) (*scouting.Export, error) {
		return s.o.Scouting.ExportNotes(r.Context(), actor, exportIn{in.TeamID, in.Season, in.EventCode}.query())
	})
	if export != nil {
		s.sheet(w, r, in, fmt.Sprintf("notes-%d", export.Season().Year), scouting.NoteColumns(), export.Notes)
	}
}

// sheet streams pages of rows until an empty one.
func (s *server) sheet(w http.ResponseWriter, r *http.Request, in exportCSVIn, name string, columns []string, next func(context.Context) ([][]string, error)) {
	attach(w, "text/csv; charset=utf-8", name+".csv")
	out := csv.NewWriter(w)
	if in.BOM == "true" {
		_, _ = w.Write([]byte("\ufeff")) // a caller who has gone shows at the next page
	}
	var failed error
	if in.Header != "false" {
		failed = out.Write(columns)
	}
	s.pages(w, r, func(ctx context.Context) (bool, error) {
		rows, err := next(ctx)
		if err == nil {
			err = errors.Join(failed, out.WriteAll(rows)) // it flushes
		}
		return len(rows) > 0, err
	})
}

func (s *server) exportJSON(w http.ResponseWriter, r *http.Request) {
	var in exportIn
	export := beginExport(s, w, r, &in, func(actor accounts.Actor) (*scouting.Export, error) {
		return s.o.Scouting.ExportEntries(r.Context(), actor, in.query())
	})
	if export == nil {
		return
	}
	attach(w, "application/json", fmt.Sprintf("entries-%d.json", export.Season().Year))
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `{"success":true,"data":{"format":%q,"season":%d,"entries":[`, exportFormat, export.Season().Year)
	separator := "\n"
	s.pages(w, r, func(ctx context.Context) (bool, error) {
		page, err := export.Entries(ctx)
		if err != nil {
			return false, err
		}
		for _, entry := range page {
			raw, err := json.Marshal(entry)
			if err != nil {
				return false, err
			}
			_, _ = out.WriteString(separator) // its error comes again with Flush
			_, _ = out.Write(raw)
			separator = ",\n"
		}
		if len(page) == 0 {
			_, _ = out.WriteString("\n]}}\n")
		}
		return len(page) > 0, out.Flush()
	})
}

func attach(w http.ResponseWriter, mediaType, name string) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
}

// pages writes page after page, each with its own deadline, until there are no more. When
// one fails the connection is cut: a file that ended politely would pass for whole.
func (s *server) pages(w http.ResponseWriter, r *http.Request, write func(context.Context) (more bool, err error)) {
	control := http.NewResponseController(w)
	for {
		_ = control.SetWriteDeadline(time.Now().Add(exportPatience)) // a writer of a test may have none
		more, err := write(r.Context())
		if err != nil {
			if r.Context().Err() == nil {
				s.logger.WarnContext(r.Context(), "an export broke off", "error", err.Error())
			}
			panic(http.ErrAbortHandler)
		}
		if !more {
			return
		}
	}
}
