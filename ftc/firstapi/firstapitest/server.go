package firstapitest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// What the server asks for.
const (
	Username = "scout"
	Token    = "11111111-2222-4333-8444-555555555555" //nolint:gosec // of a server that does not exist
)

// Server is the fake, an http.Handler. It is safe for concurrent use.
type Server struct {
	now func() time.Time
	mux *http.ServeMux

	mu      sync.Mutex // guards all below
	event   *event
	trouble *Trouble // nil for none
	lists   Case
	perPage int
}

// New returns a server on the event as its file has it, by the clock.
func New(now func() time.Time) (*Server, error) { return NewAs(now, "", 0) }

// NewAs is New with another code for the event, unless it is empty, and so many days later.
func NewAs(now func() time.Time, code string, days int) (*Server, error) {
	raw := eventFile
	if code != "" {
		raw = rewritten(code, days)
	}
	return NewOf(now, raw)
}

// File is the recorded event: what New serves.
func File() []byte { return bytes.Clone(eventFile) }

// NewOf is New with another event, in a file of the same layout; it may be of another game.
func NewOf(now func() time.Time, file []byte) (*Server, error) {
	e, err := load(file)
	if err != nil {
		return nil, err
	}
	s := &Server{now: now, mux: http.NewServeMux(), event: e, perPage: 100}
	s.routes()
	return s, nil
}

// Event returns the key of the event.
func (s *Server) Event() ftc.EventKey { return s.event.key }

// Moments returns when the matches are played, in order, with the replays that were asked for.
func (s *Server) Moments() []Moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	moments := make([]Moment, len(s.event.matches))
	for i, m := range s.event.matches {
		moments[i] = m.Moment
	}
	slices.SortStableFunc(moments, func(a, b Moment) int { return a.Posted.Compare(b.Posted) })
	return moments
}

// ServeHTTP answers as the real server would, or as it was told to fail.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	if t := s.takeTrouble(); t != nil {
		t.serve(w, r)
		return
	}
	username, token, _ := r.BasicAuth()
	if username != Username || token != Token {
		w.Header().Set("WWW-Authenticate", "Basic")
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// Case is how the server writes the names of lists.
type Case int

// The cases. The real server is a mixture: "matchScores", but "Rankings".
const (
	Mixed Case = iota
	Capital
	Lower
)

// WriteLists chooses how the names of lists are written.
func (s *Server) WriteLists(c Case) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists = c
}

// PageSize sets how many teams are on a page, 100 at first.
func (s *Server) PageSize(teams int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.perPage = max(teams, 1)
}

func (c Case) write(name string) string {
	switch c {
	case Capital:
		return strings.ToUpper(name[:1]) + name[1:]
	case Lower:
		return strings.ToLower(name)
	}
	return name
}

// part is a row of a list and when it changed.
type part struct {
	row      row
	modified time.Time
}

// reply is what the server answers. It is made with the lock held and sent without it.
type reply struct {
	status   int
	modified time.Time // zero for none
	body     any       // a sentence, encoded JSON, or nil
}

func (a reply) send(w http.ResponseWriter) {
	if !a.modified.IsZero() {
		w.Header().Set("Last-Modified", a.modified.UTC().Format(http.TimeFormat))
	}
	switch body := a.body.(type) {
	case nil:
		w.WriteHeader(a.status)
	case string:
		http.Error(w, body, a.status)
	case []byte:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(a.status)
		_, _ = w.Write(body)
	}
}

// answer is a list as the request's headers ask for it. The list as a whole changed at
// least when one of its rows did, or when rows vanished from it.
func (s *Server) answer(r *http.Request, name string, parts []part, vanished time.Time, more row) reply {
	last := vanished
	for _, p := range parts {
		if p.modified.After(last) {
			last = p.modified
		}
	}
	whole, changes := r.Header.Get("If-Modified-Since"), r.Header.Get("FMS-OnlyModifiedSince")
	if whole != "" && changes != "" {
		return reply{status: http.StatusBadRequest, body: "If-Modified-Since and FMS-OnlyModifiedSince exclude each other."}
	}
	if len(parts) == 0 {
		last = time.Time{}
	} else if since, err := http.ParseTime(whole + changes); err == nil { // a bad date is no date
		changed := slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return !second(p.modified).After(since) })
		if !second(last).After(since) || changes != "" && len(changed) == 0 {
			return reply{status: http.StatusNotModified, modified: last}
		}
		if changes != "" {
			parts = changed
		}
	}
	rows := make([]row, len(parts))
	for i, p := range parts {
		rows[i] = p.row
	}
	body := row{s.lists.write(name): rows}
	for key, value := range more {
		body[s.lists.write(key)] = value
	}
	return encoded(body, last)
}

func encoded(body row, modified time.Time) reply {
	text, err := json.Marshal(body)
	if err != nil {
		return reply{status: http.StatusInternalServerError, body: "the fake cannot encode its answer: " + err.Error()}
	}
	return reply{status: http.StatusOK, modified: modified, body: text}
}

// second is the time as far as a header can say it.
func second(t time.Time) time.Time { return t.Truncate(time.Second) }
