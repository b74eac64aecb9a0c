package seasons

import (
	"bytes"
	"encoding/json"
	"strings"
)

// member is one key of a JSON object with its value as it was sent.
type member struct {
	key   string
	value json.RawMessage
}

// readObject returns the members of a JSON object in the order they were sent, repeated
// keys included; encoding/json alone would keep the last and say nothing. ok is false for
// anything that is not exactly one object.
func readObject(raw []byte) (members []member, ok bool) {
	if !json.Valid(raw) {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, false
		}
		name, isText := key.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil || !isText {
			return nil, false
		}
		members = append(members, member{name, value})
	}
	return members, true
}

// isNull reports whether the value is JSON null, which Unmarshal would take for anything.
func isNull(raw []byte) bool { return string(bytes.TrimSpace(raw)) == "null" }

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escape makes a key fit into a JSON pointer (RFC 6901).
func escape(key string) string { return pointerEscapes.Replace(key) }
