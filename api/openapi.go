package api

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/google/uuid"
	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"
)

func newReflector() *openapi31.Reflector {
	r := openapi31.NewReflector()
	r.Spec.SetTitle("FTC Metrics")
	r.Spec.SetVersion("1")
	r.Spec.SetDescription("Live scouting for FTC teams. Errors are application/problem+json. Realtime events are under webhooks: subscribe to their channel with any Pusher client.")
	r.Spec.SetHTTPBearerTokenSecurity("bearer", "opaque", "A token from POST /api/setup, /api/sessions or /api/join.")
	r.Spec.SetHTTPBearerTokenSecurity("service", "opaque", "A program's token from ftcmetrics token create service. It opens the socket service and nothing else.")
	r.Spec.SetAPIKeySecurity("cookie", "ftc_session", openapi.InCookie, "The cookie that the same operations set when asked to.")
	r.Spec.SetAPIKeySecurity("xUserId", "X-User-Id", openapi.InHeader, "The same token, where an original front end sends it.")
	r.DefaultOptions = append(r.DefaultOptions,
		jsonschema.InterceptProp(fromValidator),
		jsonschema.InterceptDefName(defName),
	)
	r.AddTypeMapping(uuid.UUID{}, jsonUUID(""))
	r.AddTypeMapping(json.RawMessage{}, anyJSON{})
	r.AddTypeMapping(rawEntry{}, newEntryIn{})
	return r
}

// jsonUUID stands for a UUID in the document.
type jsonUUID string

// PrepareJSONSchema says what a UUID looks like.
func (jsonUUID) PrepareJSONSchema(s *jsonschema.Schema) error {
	s.WithFormat("uuid")
	return nil
}

// anyJSON stands for JSON whose form is the season's or the event's say.
type anyJSON struct{}

// PrepareJSONSchema leaves the type open.
func (anyJSON) PrepareJSONSchema(s *jsonschema.Schema) error {
	s.Type = nil
	return nil
}

// defName gives types readable names: envelope[[]scouting.Entry] becomes
// ScoutingEntryListAnswer, and our own have no prefix.
func defName(t reflect.Type, name string) string {
	if t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "envelope[") {
		data := t.Field(1).Type
		suffix := "Answer"
		if data.Kind() == reflect.Slice {
			data, suffix = data.Elem(), "ListAnswer"
		}
		if data.Kind() == reflect.Pointer {
			data = data.Elem()
		}
		return owner(data) + titled(data.Name()) + suffix
	}
	return strings.TrimPrefix(name, "Api")
}

// owner is the package of a type as names in the document begin with it; ours is left out.
func owner(t reflect.Type) string {
	if folder := path.Base(t.PkgPath()); folder != "api" && folder != "." {
		return titled(folder)
	}
	return ""
}

func titled(name string) string {
	if name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// fromValidator copies the rules of the validate tag into the schema, so that the document
// promises just what the decoder checks.
func fromValidator(p jsonschema.InterceptPropParams) error {
	if !p.Processed || p.PropertySchema == nil {
		return nil
	}
	noteAlways(p)
	schema := p.PropertySchema
	for rule := range strings.SplitSeq(p.Field.Tag.Get("validate"), ",") {
		key, arg, _ := strings.Cut(rule, "=")
		number := 0.0
		_, _ = fmt.Sscan(arg, &number) // rules without a number do not use it
		text := schema.HasType(jsonschema.String)
		switch key {
		case "required":
			p.ParentSchema.Required = append(p.ParentSchema.Required, p.Name)
		case "min":
			if text {
				schema.MinLength = int64(number)
			} else if !schema.HasType(jsonschema.Array) {
				schema.WithMinimum(number)
			}
		case "max":
			if text {
				schema.WithMaxLength(int64(number))
			} else if !schema.HasType(jsonschema.Array) {
				schema.WithMaximum(number)
			}
		case "oneof":
			schema.Enum = nil
			for word := range strings.FieldsSeq(arg) {
				schema.Enum = append(schema.Enum, word)
			}
		case "uuid_rfc4122":
			schema.WithFormat("uuid")
		}
	}
	return nil
}

// document says what a route is.
func (s *server) document(op operation) {
	s.description.operations = append(s.description.operations, op)
}

// describe puts an operation into the OpenAPI document. A type that cannot be described is a
// programming error.
func describe(r *openapi31.Reflector, op operation) {
	oc, err := r.NewOperationContext(op.method, op.path)
	if err != nil {
		panic(err)
	}
	oc.SetSummary(op.summary)
	oc.SetTags(op.tag)
	if op.in != nil && op.in.NumField() > 0 {
		oc.AddReqStructure(reflect.New(op.in).Interface())
	}
	for _, status := range op.statuses {
		oc.AddRespStructure(op.out, openapi.WithHTTPStatus(status))
	}
	if op.raw != nil {
		op.raw(oc)
	}
	oc.AddRespStructure(problem{}, openapi.WithContentType("application/problem+json"), func(cu *openapi.ContentUnit) { cu.IsDefault = true })
	if op.access != forAll {
		oc.AddSecurity("bearer")
		oc.AddSecurity("cookie")
		oc.AddSecurity("xUserId")
	}
	if op.access == sockets {
		oc.AddSecurity("service")
	}
	if err := r.AddOperation(oc); err != nil {
		panic(fmt.Errorf("describe %s %s: %w", op.method, op.path, err))
	}
}
