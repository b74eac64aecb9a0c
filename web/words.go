package web

import (
	_ "embed" // words.json
	"encoding/json"
	"fmt"
)

// The texts of the public pages stand in src/words, for the app and for the first paint:
// `npm run words` writes them to words.json.

//go:embed words.json
var wordsFile []byte

var texts = readWords(wordsFile)

// words are texts by name; a format takes in what differs.
type words map[string]string

func readWords(from []byte) words {
	var w words
	if err := json.Unmarshal(from, &w); err != nil {
		panic(fmt.Errorf("read words.json: %w", err)) // it is embedded, and checked by a test
	}
	return w
}

// say returns a text, with what it takes in.
func (w words) say(name string, parts ...any) string {
	if len(parts) == 0 {
		return w[name]
	}
	return fmt.Sprintf(w[name], parts...)
}
