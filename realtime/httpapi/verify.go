package httpapi

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

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

// request is a request that is known to come from the app's backend. It is used again for
// a later one, so that nobody may keep any of its buffers.
type request struct {
	tenant *tenant
	at     time.Time // when it came
	name   string    // of the channel or user in the path
	query  query
	body   []byte
	event  event // room for the one that the body may be

	text, sum []byte // room for the signature
}

// What a request keeps for a later one: bytes of buffers, and parameters and channels.
const (
	maxKept      = 64 << 10
	maxKeptParts = 100
)

// release lets the request be used again.
func (a *api) release(r *request) {
	if cap(r.body)+cap(r.text) > maxKept || cap(r.query) > maxKeptParts || cap(r.event.to) > maxKeptParts {
		return
	}
	clear(r.query)
	*r = request{query: r.query[:0], body: r.body[:0], event: event{to: r.event.to[:0]}, text: r.text[:0], sum: r.sum[:0]}
	a.requests.Put(r)
}

// verify proves that the request comes from the app's backend, and reads its body.
func (a *api) verify(w http.ResponseWriter, r *http.Request, to route, into *request) error {
	into.tenant, into.at, into.name = a.tenants[to.app], a.now(), to.name
	if into.tenant == nil {
		return hub.ErrUnknownApp
	}
	var err error
	if into.query, err = into.query.parse(r.URL.RawQuery); err != nil {
		return err
	}
	if err := into.checkAuth(r.Method, r.URL); err != nil {
		return err
	}
	if into.tenant.Disabled {
		return errDisabled
	}
	if r.Header.Get("Content-Encoding") != "" {
		return errBodyEncoded
	}
	if err := into.readBody(w, r); err != nil {
		return err
	}
	return checkBody(into.body, into.query.get(bodyMD5))
}

// readBody reads at most as much as the app's limits allow.
func (r *request) readBody(w http.ResponseWriter, from *http.Request) error {
	length, limit := from.ContentLength, r.tenant.maxBody
	if length > limit {
		w.Header().Set("Connection", "close") // rather than read it to its end
		return errBodyTooBig
	}
	var err error
	if length >= 0 {
		r.body = slices.Grow(r.body[:0], int(length))[:length]
		_, err = io.ReadFull(from.Body, r.body)
	} else {
		r.body, err = io.ReadAll(http.MaxBytesReader(w, from.Body, limit))
	}
	if err == nil {
		return nil
	}
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return errBodyTooBig
	}
	return errBodyLost.Because(err)
}
