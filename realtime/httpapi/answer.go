package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// problem is the body of every answer that is no success.
type problem struct {
	Error  string `json:"error"` // a sentence for people
	Code   string `json:"code"`  // stable, for machines
	Status int    `json:"status"`
}

// writeError is the one place that turns an error into an answer.
func writeError(w http.ResponseWriter, err error) {
	if fast := (tooFast{}); errors.As(err, &fast) {
		w.Header().Set("Retry-After", strconv.Itoa(fast.seconds()))
	}
	f := fault.From(err)
	write(w, status(f.Kind), f.Code, f.Detail)
}

func write(w http.ResponseWriter, status int, code, detail string) {
	writeJSON(w, status, problem{Error: detail, Code: code, Status: status})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil { // no answer of ours is of a type that cannot be encoded
		status, text = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// status returns the status that the Pusher libraries expect for a kind: they know no 422.
func status(k fault.Kind) int {
	switch k {
	case fault.Malformed, fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
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
	}
	return http.StatusInternalServerError
}
