package eventday

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// registry lists what happens in the hall.
func registry() []realtime.Described {
	return []realtime.Described{
		scouting.EntryCreated.Describe(), scouting.EntryUpdated.Describe(), scouting.EntryDeleted.Describe(), scouting.PublicEntry.Describe(),
		scouting.NoteAdded.Describe(), scouting.NoteUpdated.Describe(), scouting.NoteDeleted.Describe(),
		scouting.PitChanged.Describe(), scouting.MediaAdded.Describe(), scouting.MediaDeleted.Describe(),
		scouting.QuarantineChanged.Describe(), scouting.EntriesImported.Describe(), scouting.AssignmentsChanged.Describe(), scouting.PickListChanged.Describe(),
		live.MatchStarted.Describe(), live.MatchAborted.Describe(), live.MatchCompleted.Describe(),
		teams.MemberJoined.Describe(), teams.MemberChanged.Describe(), teams.MemberLeft.Describe(),
	}
}

// payloads are the schemas of what frames carry, by event, as the OpenAPI document's
// webhooks have them. Here they are strict: a field that they do not name is wrong.
type payloads map[string]*openapi3.Schema

func readPayloads(document []byte) (payloads, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	closed := false
	for _, s := range doc.Components.Schemas {
		if extra := s.Value.AdditionalProperties; len(s.Value.Properties) > 0 && extra.Has == nil && extra.Schema == nil {
			s.Value.AdditionalProperties.Has = &closed
		}
	}
	known := make(payloads)
	for name, item := range doc.Webhooks {
		whole := openapi3.NewObjectSchema()
		whole.AdditionalProperties.Has = &closed
		for _, part := range item.Post.RequestBody.Value.Content["application/json"].Schema.Value.AllOf {
			maps.Copy(whole.Properties, part.Value.Properties)
			whole.Required = append(whole.Required, part.Value.Required...)
		}
		known[name] = whole
	}
	return known, nil
}

// check returns how the frame differs from its description, if it does.
func (p payloads) check(f frame) error {
	schema, ok := p[f.Event]
	if !ok {
		return fmt.Errorf("%s is not in the document", f.Event)
	}
	var data any
	if err := f.inner(&data); err != nil {
		return err
	}
	if err := schema.VisitJSON(data); err != nil {
		return fmt.Errorf("%s %s is not as described: %w", f.Event, f.Data, err)
	}
	return nil
}

// TestFramesAreHeldToTheDocument proves that check can fail, once for each reason.
func TestFramesAreHeldToTheDocument(t *testing.T) {
	h := empty(t, 0)
	const stamp = `"id":"7b1f3f52-6a0c-4e0e-9d0e-2f6a3b1c9d10","seq":1,"at":"2026-01-17T15:00:00Z"`
	left := func(fields string) frame {
		return frame{Event: teams.MemberLeft.Describe().Name, Data: json.RawMessage(`{` + fields + `}`)}
	}
	user := `"teamId":"7b1f3f52-6a0c-4e0e-9d0e-2f6a3b1c9d12","userId":"7b1f3f52-6a0c-4e0e-9d0e-2f6a3b1c9d11","displayName":"Ann","removed":true`
	if err := h.payloads.check(left(stamp + "," + user)); err != nil {
		t.Error(err)
	}
	for what, f := range map[string]frame{
		"no stamp":        left(user),
		"no field":        left(stamp + "," + strings.Replace(user, `,"removed":true`, "", 1)),
		"another type":    left(stamp + "," + strings.Replace(user, `true`, `"yes"`, 1)),
		"one field more":  left(stamp + "," + user + `,"token":"x"`),
		"an unknown name": {Event: "team:member-lost", Data: json.RawMessage(`{` + stamp + `}`)},
	} {
		if h.payloads.check(f) == nil {
			t.Errorf("%s: passes", what)
		}
	}
	if names := slices.Sorted(maps.Keys(h.payloads)); len(names) != len(registry()) {
		t.Errorf("described are %q", names)
	}
}
