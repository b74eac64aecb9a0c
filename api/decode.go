package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-playground/validator/v10"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The errors of reading a request.
var (
	errJSON    = fault.New(fault.Malformed, "malformed-json", "The body is not valid JSON.")
	errShape   = fault.New(fault.Invalid, "bad-input", "The input has a wrong shape.")
	errTooBig  = fault.New(fault.TooLarge, "body-too-large", "The body is larger than this operation takes.")
	errMedia   = fault.New(fault.Unsupported, "unsupported-media-type", "Send application/json, not compressed.")
	errNoBody  = fault.New(fault.Malformed, "body-missing", "This operation needs a JSON body.")
	errNotText = fault.New(fault.Invalid, "not-text", "Text may not contain the NUL character.")
)

func newValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		for _, key := range []string{"json", "query", "path"} {
			if name, _, _ := strings.Cut(f.Tag.Get(key), ","); name != "" && name != "-" {
				return name
			}
		}
		return f.Name
	})
	return v
}

// decode fills in, a pointer to a struct, from path, query and body, and checks its shape.
// Every fault names its field.
func (s *server) decode(w http.ResponseWriter, r *http.Request, in any, limit int64) error {
	v := reflect.ValueOf(in).Elem()
	if err := decodeParams(r, v); err != nil {
		return err
	}
	if hasBody(v.Type()) {
		if err := decodeBody(w, r, in, limit); err != nil {
			return err
		}
	}
	return s.shape(in)
}

// shape checks the rules of the validate tags.
func (s *server) shape(in any) error {
	err := s.validate.Struct(in)
	var faults validator.ValidationErrors
	if errors.As(err, &faults) {
		fields := make([]fault.Field, 0, len(faults))
		for _, f := range faults {
			fields = append(fields, fault.Field{Pointer: pointer(f.Namespace()), Detail: sentence(f)})
		}
		return errShape.Saying("%s", fields[0].Detail).At(fields...)
	}
	return err
}

// mayBeEmpty is an input whose body may be left out, because its fields may be in the query.
type mayBeEmpty interface{ mayBeEmpty() }

func hasBody(t reflect.Type) bool {
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			return true
		}
	}
	return false
}

func decodeBody(w http.ResponseWriter, r *http.Request, in any, limit int64) error {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Header.Get("Content-Encoding") != "" || (r.Header.Get("Content-Type") != "" && (err != nil || media != "application/json")) {
		return errMedia
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return errTooBig.Saying("The body is larger than %d KiB.", limit/1024)
	case err != nil:
		return errJSON.Saying("The body broke off.").Because(err)
	case len(bytes.TrimSpace(raw)) == 0:
		if _, ok := in.(mayBeEmpty); ok {
			return nil
		}
		return errNoBody
	case bytes.Contains(raw, []byte(`\u0000`)):
		return errNotText
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(in); err != nil {
		return bodyFault(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errJSON.Saying("The body goes on after its JSON value.")
	}
	return nil
}

// bodyFault says which field of the body does not fit.
func bodyFault(err error) error {
	var typed *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typed):
		detail := fmt.Sprintf("%s is %s here and must be %s.", subject(typed.Field), typed.Value, typeName(typed.Type))
		return errShape.Saying("%s", detail).At(fault.Field{Pointer: pointer("." + typed.Field), Detail: detail})
	case errors.As(err, &syntax):
		return errJSON.Saying("The body is not valid JSON: %s at byte %d.", syntax.Error(), syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errJSON.Saying("The body is not valid JSON: it ends too early.")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name, _ = strconv.Unquote(name)
		detail := name + " is not a field of this operation."
		return errShape.Saying("%s", detail).At(fault.Field{Pointer: "/" + escape(name), Detail: detail})
	}
	return errJSON.Because(err)
}

func subject(field string) string {
	if field == "" {
		return "The body"
	}
	return field
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Pointer:
		return typeName(t.Elem())
	}
	return "a " + t.Kind().String()
}

// decodeParams fills the fields tagged path or query. They are strings, whole numbers, or
// pointers to one of them.
func decodeParams(r *http.Request, v reflect.Value) error {
	query := r.URL.Query()
	for i := range v.NumField() {
		field, tag := v.Field(i), v.Type().Field(i).Tag
		text, name, given := "", tag.Get("path"), true
		if name != "" {
			text = chi.URLParam(r, name)
		} else if name = tag.Get("query"); name != "" {
			text, given = query.Get(name), query.Has(name)
		} else {
			continue
		}
		if !given || text == "" && tag.Get("query") != "" {
			continue
		}
		if strings.ContainsRune(text, 0) {
			return errNotText.At(fault.Field{Pointer: "/" + name, Detail: errNotText.Detail})
		}
		if field.Kind() == reflect.Pointer {
			field.Set(reflect.New(field.Type().Elem()))
			field = field.Elem()
		}
		if field.Kind() == reflect.String {
			field.SetString(text)
			continue
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if field.Kind() == reflect.Int64 {
			n, err = strconv.ParseInt(text, 10, 64)
		}
		if err != nil {
			detail := name + " must be a whole number."
			return errShape.Saying("%s", detail).At(fault.Field{Pointer: "/" + name, Detail: detail})
		}
		field.SetInt(n)
	}
	return nil
}

// pointer turns a path such as "In.entries[3].alliance" into "/entries/3/alliance".
func pointer(namespace string) string {
	_, path, _ := strings.Cut(namespace, ".")
	if path == "" {
		return ""
	}
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	parts := strings.Split(path, ".")
	for i := range parts {
		parts[i] = escape(parts[i])
	}
	return "/" + strings.Join(parts, "/")
}

// escape writes a name as one step of an RFC 6901 pointer.
func escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// sentence says what a field must be.
func sentence(f validator.FieldError) string {
	name := f.Field()
	verb, unit := "be", ""
	switch f.Kind() {
	case reflect.String:
		verb, unit = "have", " characters"
	case reflect.Slice, reflect.Map:
		verb, unit = "have", " items"
	}
	switch f.Tag() {
	case "required":
		return name + " is missing."
	case "min", "gte":
		return fmt.Sprintf("%s must %s at least %s%s.", name, verb, f.Param(), unit)
	case "max", "lte":
		return fmt.Sprintf("%s must %s at most %s%s.", name, verb, f.Param(), unit)
	case "oneof":
		return fmt.Sprintf("%s must be one of %s.", name, strings.ReplaceAll(f.Param(), " ", ", "))
	case "uuid_rfc4122":
		return name + " must be a UUID."
	}
	return name + " does not fit."
}

// decodeItem reads one element of a list by the rules of a whole body.
func (s *server) decodeItem(raw []byte, in any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(in); err != nil {
		return bodyFault(err)
	}
	return s.shape(in)
}
