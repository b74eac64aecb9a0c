package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// problem is an error on the wire: RFC 9457, with success and error beside it, by which
// clients of the original API know one.
type problem struct {
	Type     string        `json:"type"`               // a row of docs/errors.md
	Title    string        `json:"title"`              // the status in words
	Status   int           `json:"status"`             // the HTTP status
	Detail   string        `json:"detail"`             // a sentence for a person
	Instance string        `json:"instance,omitempty"` // the request's id, for the log
	Errors   []fault.Field `json:"errors,omitempty"`   // faults of single fields
	Current  any           `json:"current,omitempty"`  // what is stored, after a conflict
	Success  bool          `json:"success"`            // always false
	Error    string        `json:"error"`              // the same as detail
}

func status(kind fault.Kind) int {
	switch kind {
	case fault.Malformed:
		return http.StatusBadRequest
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.NotAllowed:
		return http.StatusMethodNotAllowed
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// problemOf puts an error into words for the caller; an unknown one without its text.
func problemOf(err error, requestID string) problem {
	e := fault.From(err)
	code := status(e.Kind)
	p := problem{
		Type: "/docs/errors#" + e.Code, Title: http.StatusText(code), Status: code, Detail: e.Detail,
		Errors: e.Fields, Current: e.Extra, Error: e.Detail,
	}
	if requestID != "" {
		p.Instance = "urn:request:" + requestID
	}
	return p
}

// writeProblem is the only place where an error becomes HTTP.
func (s *server) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	if kind := fault.From(err).Kind; r.Context().Err() != nil && (kind == fault.Internal || kind == fault.Unavailable) {
		return // the caller has gone; nobody reads an answer
	}
	p := problemOf(err, requestID(r.Context()))
	if p.Status >= http.StatusInternalServerError {
		s.logger.ErrorContext(r.Context(), "request failed", slog.Int("status", p.Status), slog.String("error", err.Error()))
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="ftcmetrics"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	case http.StatusTooManyRequests:
		if wait := callerOf(r).wait; wait > 0 {
			h.Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
		}
	}
	if strings.EqualFold(r.Header.Get("Connection"), "close") || p.Status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller may have gone
}
