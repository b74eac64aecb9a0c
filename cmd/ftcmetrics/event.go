package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

type eventCommand struct {
	Import eventImportCommand `cmd:"" help:"Store an FTC event from a file: teams, schedule, results. Works while the server runs; doing it twice changes nothing."`
}

type eventImportCommand struct {
	serveConfig
	jsonFlag
	File string `arg:"" help:"JSON: the layout of docs/events.md, or recorded answers of FIRST's FTC Events API."`
}

// Run imports the file, all of it or nothing.
func (c *eventImportCommand) Run(in *invocation) (err error) {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	parsed, err := parseEvent(in.ctx, raw)
	if err != nil {
		return explain(c.File, err)
	}
	key := parsed.Event.EventKey
	if !c.JSON {
		fmt.Fprintf(in.out, "%s: FTC event %d %s %q with %d teams, %d matches, %d results\n", c.File, key.Season, key.Code, parsed.Event.Name, len(parsed.Teams), len(parsed.Matches), len(parsed.Results))
	}
	d, err := openDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	log := eventlog.New(d.pool, func(realtime.Channel, int64) {}) // the server's poll finds what is appended here
	bar := newProgress(in.err, "results", int64(len(parsed.Results)))
	parsed.Stored = func() { bar.add(1) }
	done, err := live.New(d.pool, log, in.pace.clock()).Import(in.ctx, accounts.Actor{Operator: true, Kind: audit.KindCommand}, parsed)
	bar.end()
	if err != nil {
		return explain(c.File, err)
	}
	return c.print(in.out, done, func() error {
		_, err := fmt.Fprintf(in.out, "stored; %d results are new or have changed\n", done.NewResults)
		return err
	})
}

// explain names the places of a file that are wrong.
func explain(file string, err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", file, err)
	}
	text := file + ": " + e.Detail
	for _, f := range e.Fields {
		if len(e.Fields) == 1 && f.Detail == e.Detail {
			return fmt.Errorf("%s: %s: %s", file, f.Pointer, f.Detail)
		}
		text += "\n  " + f.Pointer + ": " + f.Detail
	}
	return errors.New(text)
}

// parseEvent reads either layout.
func parseEvent(ctx context.Context, raw []byte) (live.Import, error) {
	var r recording
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(raw, &r); {
	case errors.As(err, &syntax):
		return live.Import{}, fmt.Errorf("no JSON: line %d: %w", line(raw, int(syntax.Offset)), err)
	case err == nil && r.Responses != nil:
		return r.read(ctx)
	}
	var file live.File
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return live.Import{}, misfit(raw, err)
	}
	return file.Import()
}

// misfit says in words, and with the line, what of the file does not fit the layout.
func misfit(raw []byte, err error) error {
	var typed *json.UnmarshalTypeError
	var moment *time.ParseError
	switch {
	case errors.As(err, &typed):
		return fmt.Errorf("line %d: %s is not meant to be a %s", line(raw, int(typed.Offset)), typed.Field, typed.Value)
	case errors.As(err, &moment):
		value := strings.Trim(moment.Value, `"`)
		return fmt.Errorf("line %d: %q is no time such as 2026-01-17T15:00:00Z or 2026-01-17T10:00:00-05:00", line(raw, bytes.Index(raw, []byte(value))), value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("line %d: %s is no field of the layout here; docs/events.md has them all", line(raw, bytes.Index(raw, []byte(name))), name)
	}
	return err
}

// line is the number of the line that the byte is on.
func line(raw []byte, at int) int {
	return 1 + bytes.Count(raw[:max(0, min(at, len(raw)))], []byte("\n"))
}

// recording is answers of FIRST's FTC Events API by path and query. It answers requests as
// the server would, so that the client itself reads them.
type recording struct {
	Season    int                        `json:"season"`
	EventCode string                     `json:"eventCode"`
	Responses map[string]json.RawMessage `json:"responses"`
}

func (r *recording) read(ctx context.Context) (live.Import, error) {
	code, err := ftc.CleanCode(r.EventCode)
	if err != nil {
		return live.Import{}, err
	}
	source, err := firstapi.New(firstapi.Options{Username: "file", Token: "file", Transport: r, Spacing: time.Nanosecond})
	if err != nil {
		return live.Import{}, err
	}
	return follow.Recorded(ctx, source, ftc.EventKey{Season: r.Season, Code: code})
}

// RoundTrip answers from the file. What it lacks is not found.
func (r *recording) RoundTrip(request *http.Request) (*http.Response, error) {
	body, ok := r.Responses[request.URL.RequestURI()]
	response := &http.Response{StatusCode: http.StatusOK, Header: make(http.Header), Body: io.NopCloser(bytes.NewReader(body)), Request: request}
	if !ok {
		response.StatusCode = http.StatusNotFound
	}
	return response, nil
}
