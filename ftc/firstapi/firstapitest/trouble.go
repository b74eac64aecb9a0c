package firstapitest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Kind is a way to fail.
type Kind int

// The ways to fail.
const (
	Busy Kind = iota // 503, with Retry-After if the trouble has one
	Cut              // half of an answer, and the connection is closed
	Hang             // nothing at all, until the client goes away
	HTML             // a page for people, with status 200
	Huge             // JSON without an end
)

// Trouble is how the server fails, whatever it is asked.
type Trouble struct {
	Kind       Kind
	RetryAfter string // of Busy, as the header has it
	Times      int    // how many requests fail; 0 for all until Mend
}

// Fail lets requests fail from now on.
func (s *Server) Fail(t Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = &t
}

// Mend ends the trouble. Requests that hang already go on hanging.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = nil
}

// takeTrouble returns how the next request fails, nil for not at all.
func (s *Server) takeTrouble() *Trouble {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trouble
	if t != nil && t.Times > 0 {
		if t.Times--; t.Times == 0 {
			s.trouble = nil
		}
	}
	return t
}

func (t *Trouble) serve(w http.ResponseWriter, r *http.Request) {
	switch t.Kind {
	case Busy:
		if t.RetryAfter != "" {
			w.Header().Set("Retry-After", t.RetryAfter)
		}
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case Cut:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(1000))
		fmt.Fprint(w, `{"schedule":[`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case Hang:
		<-r.Context().Done()
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><html><title>FTC Events API</title><p>We will be back soon.</p></html>")
	case Huge:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"schedule":[`)
		chunk := strings.Repeat(`{"matchNumber":1},`, 4096)
		for r.Context().Err() == nil {
			if _, err := fmt.Fprint(w, chunk); err != nil {
				return
			}
		}
	}
}
