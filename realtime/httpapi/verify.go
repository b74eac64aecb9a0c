package httpapi

import (
	"errors"
	"io"
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// The refusals of a request whose sender is known.
var (
	errDisabled    = fault.New(fault.Forbidden, "app-disabled", "This app is switched off.")
	errBodyTooBig  = fault.New(fault.TooLarge, "body-too-large", "The body is larger than this call allows.")
	errBodyLost    = fault.New(fault.Malformed, "body-lost", "The body could not be read to its end.")
	errBodyEncoded = fault.New(fault.Unsupported, "body-encoded", "A body with a Content-Encoding is not read.")
)

// verify proves that the request comes from the app's backend, and reads its body.
func (a *api) verify(w http.ResponseWriter, r *http.Request, to route) (*request, error) {
	t := a.tenants[to.app]
	if t == nil {
		return nil, hub.ErrUnknownApp
	}
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	// Libraries differ in whether they sign the path as it is sent or as it is meant.
	paths := []string{r.URL.Path}
	if escaped := r.URL.EscapedPath(); escaped != r.URL.Path {
		paths = append(paths, escaped)
	}
	if err := checkAuth(r.Method, paths, query, t.Key, t.Secret, a.now()); err != nil {
		return nil, err
	}
	if t.Disabled {
		return nil, errDisabled
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, errBodyEncoded
	}
	body, err := readBody(w, r, t.maxBody)
	if err != nil {
		return nil, err
	}
	if err := checkBody(body, query[bodyMD5]); err != nil {
		return nil, err
	}
	delete(query, bodyMD5)
	return &request{tenant: t, name: to.name, query: query, body: body}, nil
}

// readBody reads at most limit bytes.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // rather than read it to its end
		return nil, errBodyTooBig
	}
	body := make([]byte, max(0, r.ContentLength))
	_, err := io.ReadFull(r.Body, body)
	if r.ContentLength < 0 {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	}
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return nil, errBodyTooBig
	}
	if err != nil {
		return nil, errBodyLost.Because(err)
	}
	return body, nil
}
