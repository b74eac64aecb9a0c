package main

import (
	"encoding/json"
	"io"
)

// jsonFlag is for commands whose output scripts read.
type jsonFlag struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// print writes the value as JSON if that is wanted, and otherwise what text writes.
func (f jsonFlag) print(out io.Writer, value any, text func() error) error {
	if !f.JSON {
		return text()
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
