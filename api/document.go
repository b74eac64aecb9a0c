package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	compiled "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const (
	schemasAt   = "#/components/schemas/"
	stampSchema = "EventStamp"
	alwaysKey   = "x-always" // notes of noteAlways, gone when the document is served
)

// EventStamp is what the event log adds to every payload.
type EventStamp struct {
	ID  uuid.UUID `json:"id"`
	Seq int64     `json:"seq" description:"gapless in its channel, from 1"`
	At  time.Time `json:"at"`
}

// description is what the documents are made of.
type description struct {
	operations []operation
	events     []realtime.Described
}

// documents are what the description says to others: the routes and events in both formats,
// and what broadcasts are held to.
type documents struct {
	byPath   map[string][]byte
	payloads map[string]*compiled.Schema // of the events, by name
}

// serveDocuments serves both formats. They are made when somebody first asks: that takes
// longer than the rest of a start, and most never ask.
func (s *server) serveDocuments() {
	s.documents = sync.OnceValues(func() (documents, error) { return s.description.write() })
	for _, path := range []string{"/openapi.json", "/asyncapi.json"} {
		s.router.Get(path, func(w http.ResponseWriter, r *http.Request) {
			made, err := s.documents()
			if err != nil {
				s.writeProblem(w, r, err)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(made.byPath[path]) // the caller may have gone
		})
	}
}

func (d description) write() (documents, error) {
	r := newReflector()
	for _, op := range d.operations {
		describe(r, op)
	}
	messages := documentEvents(r, d.events)
	if err := requireAlways(r.Spec); err != nil {
		return documents{}, err
	}
	openAPI, err := json.MarshalIndent(r.Spec, "", " ")
	if err != nil {
		return documents{}, err
	}
	asyncAPI, err := json.MarshalIndent(asyncDocument(r.Spec, messages), "", " ")
	if err != nil {
		return documents{}, err
	}
	made := documents{byPath: map[string][]byte{"/openapi.json": openAPI, "/asyncapi.json": asyncAPI}}
	made.payloads, err = payloads(openAPI, d.events)
	return made, err
}

// message is an event with its payload's schema.
type message struct {
	realtime.Described
	payload map[string]any
}

// documentEvents puts the realtime events into the document's webhooks, and returns them
// for the other document.
func documentEvents(r *openapi31.Reflector, events []realtime.Described) []message {
	r.Spec.ComponentsEns().WithSchemasItem(stampSchema, schemaOf(r, EventStamp{}))
	messages := make([]message, 0, len(events))
	for _, event := range events {
		oc, err := r.NewOperationContext(http.MethodPost, event.Name)
		if err != nil {
			panic(err)
		}
		oc.SetSummary(event.Doc)
		oc.SetDescription("Published on " + strings.Join(event.Patterns, " and ") + ".")
		stamped := func(cor openapi.ContentOrReference) {
			body, ok := cor.(*openapi31.RequestBodyOrReference)
			if !ok || body.RequestBody == nil {
				panic("the payload of " + event.Name + " is not an object")
			}
			body.RequestBody.WithRequired(true)
			content := body.RequestBody.Content["application/json"]
			content.Schema = map[string]any{"allOf": []any{map[string]any{"$ref": schemasAt + stampSchema}, content.Schema}}
			body.RequestBody.Content["application/json"] = content
			messages = append(messages, message{event, content.Schema})
		}
		oc.AddReqStructure(reflect.New(event.Payload).Elem().Interface(), openapi.WithCustomize(stamped))
		oc.AddRespStructure(nil, openapi.WithHTTPStatus(http.StatusOK))
		if err := r.AddWebhook(oc); err != nil {
			panic(fmt.Errorf("describe %s: %w", event.Name, err))
		}
		item := r.Spec.Webhooks[event.Name]
		item.PathItem.Post.WithMapOfAnythingItem("x-channels", event.Patterns)
	}
	return messages
}

// schemaOf returns the schema of a flat type, its fields in place.
func schemaOf(r *openapi31.Reflector, v any) map[string]any {
	schema, err := r.Reflect(v, jsonschema.InlineRefs)
	if err != nil {
		panic(err)
	}
	simple, err := schema.ToSchemaOrBool().ToSimpleMap()
	if err != nil {
		panic(err)
	}
	return simple
}

// noteAlways notes in the schema of a struct which fields encoding/json always writes.
// Whether they are required can be said once it is known who uses the struct.
func noteAlways(p jsonschema.InterceptPropParams) {
	_, options, _ := strings.Cut(p.Field.Tag.Get("json"), ",")
	if strings.Contains(options, "omit") {
		return
	}
	names, _ := p.ParentSchema.ExtraProperties[alwaysKey].([]string)
	p.ParentSchema.WithExtraPropertiesItem(alwaysKey, append(names, p.Name))
}

// requireAlways makes what is always written required, in the schemas of answers and
// events. What callers send is left to the rules of the validate tags.
func requireAlways(spec *openapi31.Spec) error {
	raw, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	var whole struct {
		Paths map[string]map[string]struct {
			RequestBody any `json:"requestBody"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(raw, &whole); err != nil {
		return err
	}
	schemas := spec.ComponentsEns().Schemas
	sent := make(map[string]bool)
	for _, item := range whole.Paths {
		for _, operation := range item {
			reach(operation.RequestBody, schemas, sent)
		}
	}
	for name, schema := range schemas {
		always, ok := schema[alwaysKey]
		delete(schema, alwaysKey)
		if ok && !sent[name] {
			schema["required"] = joined(schema["required"], always)
		}
	}
	return nil
}

// joined returns two lists of names as one, sorted and each name once.
func joined(lists ...any) []string {
	var names []string
	for _, list := range lists {
		switch list := list.(type) {
		case []string:
			names = append(names, list...)
		case []any:
			for _, name := range list {
				names = append(names, fmt.Sprint(name))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// reach adds the names of all schemas that node refers to, directly or not.
func reach(node any, schemas map[string]map[string]any, found map[string]bool) {
	switch node := node.(type) {
	case map[string]any:
		ref, _ := node["$ref"].(string)
		if name, ok := strings.CutPrefix(ref, schemasAt); ok && !found[name] {
			found[name] = true
			reach(schemas[name], schemas, found)
		}
		for _, part := range node {
			reach(part, schemas, found)
		}
	case []any:
		for _, part := range node {
			reach(part, schemas, found)
		}
	}
}
