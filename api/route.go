package api

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
)

const (
	bodyLimit  = 64 << 10 // bytes of an ordinary body
	batchLimit = 2 << 20  // bytes of an upload of up to 200 entries
)

// access says who may call an operation at all; what they may see is the features' say.
type access int

const (
	forAll    access = iota // anybody
	signedIn                // people and shared tablets
	operators               // operators of the server
	sockets                 // operators of the server, and programs
)

// lets is the table of what tokens are good for: a program's opens the socket service and
// nothing else, an operator's everything.
func (a access) lets(actor accounts.Actor) error {
	switch {
	case a == forAll:
		return nil
	case actor.Anonymous():
		return accounts.ErrNoToken
	case actor.Kind == accounts.KindService:
		if a != sockets {
			return accounts.ErrService
		}
	case a != signedIn && !actor.Operator:
		return accounts.ErrOperator
	}
	return nil
}

// reply is what a handler answers with. Zero Status means 200.
type reply[T any] struct {
	Status  int
	Data    T
	Next    string       // the cursor of a list's next page
	Cookies *http.Cookie // to set beside the answer
}

// envelope is every successful answer.
type envelope[T any] struct {
	Success    bool   `json:"success"`
	Data       T      `json:"data"`
	NextCursor string `json:"nextCursor,omitempty"`
}

// nothing is the data of answers that say only that it is done.
type nothing struct{}

// route is one operation: what the router, the decoder and the OpenAPI document need.
type route[In, Out any] struct {
	method, path string
	tag          string
	summary      string
	access       access
	status       int    // of success; 0 means 200
	also         []int  // further statuses of success
	limit        int64  // bytes of the body; 0 means bodyLimit
	cache        string // Cache-Control of an answer with an ETag; empty means that nobody may keep it
	handle       func(r *http.Request, actor accounts.Actor, in In) (reply[Out], error)
}

// add registers the operation with the router and the document at once, so that neither
// can know one that the other does not.
func add[In, Out any](s *server, rt route[In, Out]) {
	if rt.limit == 0 {
		rt.limit = bodyLimit
	}
	if rt.status == 0 {
		rt.status = http.StatusOK
	}
	s.router.MethodFunc(rt.method, rt.path, func(w http.ResponseWriter, r *http.Request) {
		actor, err := s.admit(r, rt.access)
		if err != nil {
			s.writeProblem(w, r, err)
			return
		}
		var in In
		if err := s.decode(w, r, &in, rt.limit); err != nil {
			s.writeProblem(w, r, err)
			return
		}
		out, err := rt.handle(r, actor, in)
		if err != nil {
			s.writeProblem(w, r, err)
			return
		}
		if out.Status == 0 {
			out.Status = rt.status
		}
		if out.Cookies != nil {
			http.SetCookie(w, out.Cookies)
		}
		answer := envelope[Out]{Success: true, Data: out.Data, NextCursor: out.Next}
		if rt.cache != "" {
			writeCached(w, r, rt.cache, answer)
			return
		}
		writeJSON(w, out.Status, answer)
	})
	op := operation{
		method: rt.method, path: rt.path, tag: rt.tag, summary: rt.summary, access: rt.access,
		in: reflect.TypeFor[In](), out: new(envelope[Out]), statuses: append([]int{rt.status}, rt.also...),
	}
	if rt.cache != "" {
		op.raw = func(oc openapi.OperationContext) {
			oc.AddRespStructure(nil, openapi.WithHTTPStatus(http.StatusNotModified))
		}
	}
	s.document(op)
}

// rawRoute is an operation whose body or answer is no JSON. Its handler writes every answer
// but problems, and In has path and query only.
type rawRoute[In any] struct {
	method, path, tag, summary string
	access                     access
	out                        any   // of JSON answers, if there are any
	statuses                   []int // of out
	describe                   func(oc openapi.OperationContext)
	handle                     func(w http.ResponseWriter, r *http.Request, actor accounts.Actor, in In) error
}

// addRaw is add for a rawRoute.
func addRaw[In any](s *server, rt rawRoute[In]) {
	s.router.MethodFunc(rt.method, rt.path, func(w http.ResponseWriter, r *http.Request) {
		actor, err := s.admit(r, rt.access)
		var in In
		if err == nil {
			err = s.decode(w, r, &in, 0)
		}
		if err == nil {
			err = rt.handle(w, r, actor, in)
		}
		if err != nil {
			s.writeProblem(w, r, err)
		}
	})
	s.document(operation{
		method: rt.method, path: rt.path, tag: rt.tag, summary: rt.summary, access: rt.access,
		in: reflect.TypeFor[In](), out: rt.out, statuses: rt.statuses, raw: rt.describe,
	})
}

// admit says who is calling, where somebody has to.
func (s *server) admit(r *http.Request, who access) (accounts.Actor, error) {
	if who == forAll {
		return accounts.Actor{}, nil
	}
	actor, err := s.identity(r)
	if err == nil {
		err = who.lets(actor)
	}
	return actor, err
}

// operation is what the document says of a route.
type operation struct {
	method, path, tag, summary string
	access                     access
	in                         reflect.Type // nil: nothing to send
	out                        any          // nil: described by raw
	statuses                   []int
	raw                        func(oc openapi.OperationContext)
}

// writeCached answers with the body's ETag, or with 304 to who has that body.
func writeCached(w http.ResponseWriter, r *http.Request, cache string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		writeJSON(w, http.StatusOK, body) // breaks off in the same way
		return
	}
	sum := sha256.Sum256(raw)
	tag := fmt.Sprintf(`"%x"`, sum[:12])
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", cache)
	for one := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Type", "application/json")
	_, _ = w.Write(append(raw, '\n')) // the caller may have gone
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may have gone
}
