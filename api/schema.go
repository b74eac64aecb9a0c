package api

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// schemas are those of the OpenAPI document, by name. Only what the reflector writes for
// payloads of events is understood.
type schemas map[string]map[string]any

// faults returns where the value does not fit the schema.
func (s schemas) faults(schema map[string]any, value any, at string) []fault.Field {
	if ref, ok := schema["$ref"].(string); ok {
		return s.faults(s[strings.TrimPrefix(ref, schemasAt)], value, at)
	}
	wrong := func(format string, args ...any) []fault.Field {
		return []fault.Field{{Pointer: at, Detail: at[1:] + " " + fmt.Sprintf(format, args...)}}
	}
	if types := typesOf(schema); len(types) > 0 && !slices.ContainsFunc(types, func(name string) bool { return isType(value, name) }) {
		return wrong("must be %s.", strings.Join(types, " or "))
	}
	switch value := value.(type) {
	case map[string]any:
		return s.objectFaults(schema, value, at)
	case []any:
		var faults []fault.Field
		if items, ok := schema["items"].(map[string]any); ok {
			for i, item := range value {
				faults = append(faults, s.faults(items, item, fmt.Sprintf("%s/%d", at, i))...)
			}
		}
		return faults
	case string:
		if !isFormat(value, schema["format"]) {
			return wrong("must be a %v.", schema["format"])
		}
		if allowed, ok := schema["enum"].([]any); ok && !slices.Contains(allowed, any(value)) {
			return wrong("must be one of %v.", allowed)
		}
	case float64:
		if least, ok := schema["minimum"].(float64); ok && value < least {
			return wrong("must be at least %v.", least)
		}
		if most, ok := schema["maximum"].(float64); ok && value > most {
			return wrong("must be at most %v.", most)
		}
	}
	return nil
}

func (s schemas) objectFaults(schema map[string]any, object map[string]any, at string) []fault.Field {
	var faults []fault.Field
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, there := object[fmt.Sprint(name)]; !there {
			pointer := at + "/" + escape(fmt.Sprint(name))
			faults = append(faults, fault.Field{Pointer: pointer, Detail: pointer[1:] + " is missing."})
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	rest, _ := schema["additionalProperties"].(map[string]any)
	for name, value := range object {
		about, known := properties[name].(map[string]any)
		if !known {
			about = rest
		}
		faults = append(faults, s.faults(about, value, at+"/"+escape(name))...)
	}
	slices.SortFunc(faults, func(x, y fault.Field) int { return strings.Compare(x.Pointer, y.Pointer) })
	return faults
}

// typesOf returns the types that a schema allows; none is any.
func typesOf(schema map[string]any) []string {
	switch types := schema["type"].(type) {
	case string:
		return []string{types}
	case []any:
		names := make([]string, len(types))
		for i, name := range types {
			names[i] = fmt.Sprint(name)
		}
		return names
	}
	return nil
}

func isType(value any, name string) bool {
	switch value := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case float64:
		return name == "number" || name == "integer" && value == math.Trunc(value)
	}
	return false
}

func isFormat(text string, format any) bool {
	var err error
	switch format {
	case "uuid":
		err = uuid.Validate(text)
	case "date-time":
		_, err = time.Parse(time.RFC3339, text)
	}
	return err == nil
}

// payloads reads the finished document: what events carry, beside what the log adds.
func payloads(openAPI []byte, messages []message) (map[string]message, schemas, error) {
	var document struct {
		Components struct {
			Schemas schemas `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(openAPI, &document); err != nil {
		return nil, nil, err
	}
	events := make(map[string]message, len(messages))
	for _, m := range messages {
		raw, err := json.Marshal(m.payload)
		if err != nil {
			return nil, nil, err
		}
		var stamped struct {
			AllOf []map[string]any `json:"allOf"`
		}
		if err := json.Unmarshal(raw, &stamped); err != nil {
			return nil, nil, err
		}
		m.payload = stamped.AllOf[1]
		events[m.Name] = m
	}
	return events, document.Components.Schemas, nil
}
