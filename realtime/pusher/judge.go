package pusher

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const maxAnswer = 1 << 20

func newTransport(limit time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: limit / 2, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   limit / 2,
		ResponseHeaderTimeout: limit,
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       time.Minute,
	}
}

// StatusError is an answer that is no success.
type StatusError struct {
	Status int
	Text   string        // what the server says
	after  time.Duration // what Retry-After asks for
}

// Error returns status and text.
func (e *StatusError) Error() string { return fmt.Sprintf("%d: %s", e.Status, e.Text) }

// final reports whether the event itself is refused. A wrong key, an app that is not there,
// switched off or over its quota refuses every event; that is for the operator to mend, and
// the events wait.
func (e *StatusError) final() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.Status >= 400 && e.Status < 500
}

// judge makes errors of answers that are no success, and has requests end with ctx: the
// library knows no contexts and tells statuses by text.
type judge struct {
	ctx  context.Context
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (j judge) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(request.Context()) // which has the client's timeout
	defer cancel()
	defer context.AfterFunc(j.ctx, cancel)()
	response, err := j.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	status, text := response.StatusCode, string(raw[:min(len(raw), 300)])
	var said struct {
		Error string `json:"error"`
		Code  int    `json:"code"`
	}
	if json.Unmarshal(raw, &said) == nil && said.Error != "" { // soketi refuses with 200
		text = said.Error
		if status < 300 && said.Code >= 400 {
			status = said.Code
		}
	}
	if status < 200 || status > 299 {
		return nil, &StatusError{Status: status, Text: text, after: retryAfter(response.Header.Get("Retry-After"))}
	}
	response.Body = io.NopCloser(bytes.NewReader(raw))
	return response, nil
}

// retryAfter reads seconds or a date.
func retryAfter(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}

// verdict says what an error of the library means to a relay.
func verdict(err error) error {
	var answer *StatusError
	var network *url.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answer) && answer.final():
		return &realtime.RefusedError{Reason: answer.Error()}
	case errors.As(err, &answer):
		return &realtime.LaterError{After: answer.after, Cause: answer}
	case errors.As(err, &network):
		return bare(network)
	}
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &shape) { // an answer that is none, as of a proxy
		return err
	}
	return &realtime.RefusedError{Reason: err.Error()} // the library did not even send it
}

// bare leaves out the address, which has the request's signature.
func bare(err *url.Error) error { return fmt.Errorf("%s: %w", err.Op, err.Err) }
