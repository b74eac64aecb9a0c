package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	workerName = "sw.js"
	shellName  = "shell.html" // the app without a page, which a service worker falls back to
)

// worker is the service worker with its first line: the version and all files that it
// keeps for the time without a network. Another version is another file, which is how
// browsers notice.
func worker(script []byte, version string, files map[string]file) (file, error) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasPrefix(name, "vendor/") { // for pages of others
			names = append(names, "/static/"+version+"/"+name)
		}
	}
	told, err := json.Marshal(struct {
		Version string   `json:"version"`
		Files   []string `json:"files"`
		Shell   string   `json:"shell"`
	}{version, names, "/static/" + version + "/" + shellName})
	if err != nil {
		return file{}, fmt.Errorf("list the files of the app: %w", err)
	}
	line := append([]byte("self.build = "), told...)
	return ready(workerName, bytes.Join([][]byte{line, script}, []byte(";\n")), nil)
}
