// Package fault is the one error type of the system: what went wrong, in words that a
// caller may read, with the private cause kept apart from them.
//
// Features declare their errors as values of this type; package api turns them into
// problem+json and package protocol into Pusher close codes. An error of any other type
// is an internal one, and nothing of its text leaves the server.
package fault

import (
	"errors"
	"fmt"
)

// Kind says who has to act on an error, and so decides its HTTP status.
type Kind uint8

// The kinds. The zero value is Internal, so that an error nobody classified is never
// blamed on the caller.
const (
	Internal        Kind = iota // our fault; 500
	Malformed                   // cannot be read at all; 400
	Invalid                     // was read, breaks a rule; 422
	Unauthenticated             // nobody is signed in; 401
	Forbidden                   // somebody is, who may not; 403
	NotFound                    // is not there, or not for this caller; 404
	NotAllowed                  // the address does not take this method; 405
	Conflict                    // contradicts what is stored; 409
	TooLarge                    // over a size limit; 413
	Unsupported                 // a media type or encoding we do not read; 415
	TooMany                     // over a rate limit; 429
	Unavailable                 // a part we need does not answer; 503
)

var kindNames = [...]string{"internal", "malformed", "invalid", "unauthenticated", "forbidden", "not-found", "not-allowed", "conflict", "too-large", "unsupported", "too-many", "unavailable"}

// String returns the kind's name as docs/errors.md writes it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Field is one fault of one part of an input.
type Field struct {
	Pointer string `json:"pointer"` // RFC 6901 JSON pointer into the body, such as "/data/autoLeave"
	Detail  string `json:"detail"`  // a sentence for the person who sent it
}

// Error is an error that may be shown. Code and Detail are public, the cause is not.
type Error struct {
	Kind   Kind
	Code   string  // stable, kebab-case, one row of docs/errors.md
	Detail string  // one sentence, safe for strangers
	Fields []Field // the faults of single fields, if any
	Extra  any     // what the caller needs to go on, such as the current entry of a conflict; encoded as "current"
	cause  error
}

// New returns an error of the kind. The code names it for machines, the detail for people.
func New(kind Kind, code, detail string) *Error {
	return &Error{Kind: kind, Code: code, Detail: detail}
}

// Error returns the detail, with the private cause behind it: it is for logs.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.Detail + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.Detail
}

// Unwrap returns the private cause, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target has the same code, so that errors.Is works on the declared
// values and on copies of them that carry a cause or fields.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

// Because returns a copy of the error with a private cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Saying returns a copy of the error with another detail.
func (e *Error) Saying(format string, args ...any) *Error {
	c := *e
	c.Detail = fmt.Sprintf(format, args...)
	return &c
}

// At returns a copy of the error that names faults of fields as well.
func (e *Error) At(fields ...Field) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), fields...)
	return &c
}

// Carrying returns a copy of the error with what the caller needs to go on.
func (e *Error) Carrying(extra any) *Error {
	c := *e
	c.Extra = extra
	return &c
}

// ErrInternal stands for every error that is not a fault.Error.
var ErrInternal = New(Internal, "internal", "Something went wrong on our side. It has been logged.")

// From returns err as an *Error: err itself when it is one, else ErrInternal with err as its cause.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return ErrInternal.Because(err)
}
