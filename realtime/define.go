package realtime

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Definition is a typed realtime event: its name, where it is published, what it carries.
// Features declare one for each of their events and cannot publish anything else.
type Definition[P any] struct {
	name     string
	patterns []string
	doc      string
	coarse   bool
}

// Define declares an event. The patterns are the channels that it may go to, with
// parameters in braces: "private-team-{teamId}".
func Define[P any](name, doc string, patterns ...string) Definition[P] {
	return Definition[P]{name: name, patterns: patterns, doc: doc}
}

// Coarse returns the definition of an event that tells its time by the minute only, so
// that the public cannot tell who is writing right now.
func (d Definition[P]) Coarse() Definition[P] {
	d.coarse = true
	return d
}

// Draft is an event that waits for its commit. The event log gives it seq, id and time.
type Draft struct {
	Channel Channel
	Name    string
	Payload json.RawMessage // a JSON object; id, seq and at are added when it is read
	Coarse  bool
	Except  string // the id of a socket that must not receive it, or ""
}

// On returns a draft of the event for each channel. It fails when a channel fits none of
// the definition's patterns or the payload is not an object.
func (d Definition[P]) On(payload P, channels ...Channel) ([]Draft, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", d.name, err)
	}
	if len(raw) == 0 || raw[0] != '{' {
		return nil, fmt.Errorf("encode %s: the payload is no object", d.name)
	}
	drafts := make([]Draft, 0, len(channels))
	for _, channel := range channels {
		if !d.fits(string(channel)) {
			return nil, fmt.Errorf("%s may not be published on %s", d.name, channel)
		}
		drafts = append(drafts, Draft{Channel: channel, Name: d.name, Payload: raw, Coarse: d.coarse})
	}
	return drafts, nil
}

// ForUser returns drafts of the event for both ways to a user: their private channel, and
// the sockets that are signed in as them. A client uses one of the two. The definition has
// both patterns: "private-user-{userId}" and "#server-to-user-{userId}".
func (d Definition[P]) ForUser(payload P, userID string) ([]Draft, error) {
	private, err := ParseChannel("private-user-" + userID)
	if err != nil {
		return nil, err
	}
	return d.On(payload, private, ToUser(userID))
}

func (d Definition[P]) fits(channel string) bool { return fitsAny(d.patterns, channel) }

func fitsAny(patterns []string, channel string) bool {
	for _, pattern := range patterns {
		fixed, _, _ := strings.Cut(pattern, "{")
		if strings.HasPrefix(channel, fixed) && len(channel) > len(fixed) {
			return true
		}
	}
	return false
}

// Described is a definition without its type, for documents made from the registry.
type Described struct {
	Name     string
	Doc      string
	Patterns []string
	Payload  reflect.Type
	Coarse   bool // it tells its time by the minute only
}

// Fits reports whether the event may go to the channel.
func (d Described) Fits(channel Channel) bool { return fitsAny(d.Patterns, string(channel)) }

// Describe returns what documents say of the event.
func (d Definition[P]) Describe() Described {
	return Described{Name: d.name, Doc: d.doc, Patterns: d.patterns, Payload: reflect.TypeFor[P](), Coarse: d.coarse}
}
