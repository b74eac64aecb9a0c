package api

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	english "golang.org/x/text/message"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// payloads returns the schemas of what events carry beside what the log adds, by the names
// of the events, as the finished OpenAPI document has them.
func payloads(openAPI []byte, events []realtime.Described) (map[string]*jsonschema.Schema, error) {
	const at = "ftcmetrics:///openapi.json"
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(openAPI))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(at, document); err != nil {
		return nil, err
	}
	schemas := make(map[string]*jsonschema.Schema, len(events))
	for _, event := range events {
		schemas[event.Name], err = compiler.Compile(at + "#/webhooks/" + event.Name + "/post/requestBody/content/application~1json/schema/allOf/1")
		if err != nil {
			return nil, fmt.Errorf("the schema of %s: %w", event.Name, err)
		}
	}
	return schemas, nil
}

// payloadFaults returns where the data of an event does not fit the schema.
func payloadFaults(schema *jsonschema.Schema, data any) []fault.Field {
	var wrong *jsonschema.ValidationError
	if err := schema.Validate(data); !errors.As(err, &wrong) {
		return nil
	}
	faults := leafFaults(wrong, english.NewPrinter(language.English))
	slices.SortFunc(faults, func(x, y fault.Field) int { return strings.Compare(x.Pointer, y.Pointer) })
	return faults
}

// leafFaults returns what is wrong in the innermost places. What is missing is pointed at
// where it should be.
func leafFaults(wrong *jsonschema.ValidationError, in *english.Printer) []fault.Field {
	var faults []fault.Field
	for _, cause := range wrong.Causes {
		faults = append(faults, leafFaults(cause, in)...)
	}
	if len(wrong.Causes) > 0 {
		return faults
	}
	pointer := "/data"
	for _, key := range wrong.InstanceLocation {
		pointer += "/" + escape(key)
	}
	if missing, ok := wrong.ErrorKind.(*kind.Required); ok {
		for _, name := range missing.Missing {
			at := pointer + "/" + escape(name)
			faults = append(faults, fault.Field{Pointer: at, Detail: at[1:] + " is missing."})
		}
		return faults
	}
	return []fault.Field{{Pointer: pointer, Detail: pointer[1:] + ": " + wrong.ErrorKind.LocalizedString(in) + "."}}
}
