package api_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

// parsed is JSON, and the walks through it that tests of documents need.
type parsed struct{ v any }

func (s *server) parsed(path string) parsed {
	s.t.Helper()
	var v any
	must(s.t, json.Unmarshal([]byte(s.call("GET", path, "", "").body), &v))
	return parsed{v}
}

// at follows the keys, and has nil where one is missing.
func (p parsed) at(keys ...string) parsed {
	for _, key := range keys {
		object, _ := p.v.(map[string]any)
		p.v = object[key]
	}
	return p
}

func (p parsed) keys() []string {
	object, _ := p.v.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}

func (p parsed) text() string {
	raw, _ := json.Marshal(p.v)
	return string(raw)
}

// refs are all places that the document refers to.
func (p parsed) refs() []string {
	var found []string
	switch v := p.v.(type) {
	case map[string]any:
		for key, part := range v {
			if text, ok := part.(string); ok && key == "$ref" {
				found = append(found, text)
			}
			found = append(found, parsed{part}.refs()...)
		}
	case []any:
		for _, part := range v {
			found = append(found, parsed{part}.refs()...)
		}
	}
	return found
}

// TestTheDocumentsAgree: both documents have every event of the registry with one and the
// same payload, name its channels, and refer to nothing that is not there.
func TestTheDocumentsAgree(t *testing.T) {
	events := []realtime.Described{scouting.EntryCreated.Describe(), scouting.PublicEntry.Describe(), live.MatchCompleted.Describe()}
	s := newServer(t, func(o *api.Options) { o.Events = events })
	open, async := s.parsed("/openapi.json"), s.parsed("/asyncapi.json")
	if n := len(open.at("webhooks").keys()); n != len(events) || len(async.at("components", "messages").keys()) != n {
		t.Fatalf("%d webhooks and %d messages for %d events", n, len(async.at("components", "messages").keys()), len(events))
	}
	for _, event := range events {
		webhook := open.at("webhooks", event.Name, "post")
		payload := webhook.at("requestBody", "content", "application/json", "schema")
		id := strings.NewReplacer(":", "_", "-", "_").Replace(event.Name)
		said := async.at("components", "messages", id)
		if payload.v == nil || payload.text() != said.at("payload").text() || said.at("name").v != event.Name {
			t.Errorf("%s is %s in one document and %s in the other", event.Name, payload.text(), said.text())
		}
		if channels := webhook.at("x-channels").text(); channels != (parsed{anys(event.Patterns)}).text() {
			t.Errorf("%s is on %s, not %s", event.Name, event.Patterns, channels)
		}
		for _, pattern := range event.Patterns {
			channel := async.at("channels", strings.Trim(strings.NewReplacer("-{", "_", "}-{", "_", "-", "_").Replace(pattern), "}"))
			if channel.at("address").v != pattern || channel.at("messages", id).v == nil {
				t.Errorf("%s is not among the messages of %s: %s", event.Name, pattern, channel.text())
			}
		}
	}
	for name, document := range map[string]parsed{"openapi": open, "asyncapi": async} {
		for _, ref := range document.refs() {
			if document.at(strings.Split(ref, "/")[1:]...).v == nil {
				t.Errorf("%s refers to %s, which is not there", name, ref)
			}
		}
		if strings.Contains(document.text(), "x-always") {
			t.Errorf("%s has notes of its making", name)
		}
	}
}

func anys(list []string) any {
	var out []any
	for _, text := range list {
		out = append(out, text)
	}
	return out
}

// TestWhatIsAlwaysThereIsRequired: of answers and events the document promises every field
// that is always written, and it asks of callers no more than the decoder does.
func TestWhatIsAlwaysThereIsRequired(t *testing.T) {
	schemas := newServer(t).parsed("/openapi.json").at("components", "schemas")
	for name, want := range map[string]string{
		"EventStamp":      `["at","id","seq"]`,
		"EventlogPage":    `["epoch","events","head","next","reset"]`,
		"AccountsUser":    `["displayName","id"]`,
		"DeniedChannel":   `["code","detail","status"]`,
		"TeamsTeamAnswer": `["data","success"]`,
		"NewTeamIn":       `["teamNumber"]`,
		"PatchEntryIn":    `["rev"]`,
	} {
		if got := schemas.at(name, "required").text(); got != want {
			t.Errorf("%s requires %s, not %s", name, got, want)
		}
	}
	for _, field := range []string{"scouter", "totalScore", "rev", "data"} {
		if required := schemas.at("ScoutingEntry", "required").text(); !strings.Contains(required, `"`+field+`"`) {
			t.Errorf("an entry need not have %s: %s", field, required)
		}
	}
}
