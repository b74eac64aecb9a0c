package web

import (
	"encoding/json"
	"fmt"
	"strings"
)

// routes are the paths of the app's route table, split at their slashes. The build takes
// them from the table itself, so that both sides know the same pages.
type routes [][]string

func parseRoutes(list []byte) (routes, error) {
	var paths []string
	if err := json.Unmarshal(list, &paths); err != nil {
		return nil, fmt.Errorf("read routes.json: %w", err)
	}
	table := make(routes, len(paths))
	for i, path := range paths {
		table[i] = split(path)
	}
	return table, nil
}

func split(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// know reports whether a page of the app has the address.
func (t routes) know(path string) bool {
	parts := split(path)
	for _, pattern := range t {
		if fits(pattern, parts) {
			return true
		}
	}
	return false
}

// fits compares an address with a pattern: ":name" is any one part, ":name?" may be missing
// at the end, and a last "*" is everything below.
func fits(pattern, parts []string) bool {
	for i, want := range pattern {
		switch {
		case want == "*":
			return true
		case i >= len(parts):
			return strings.HasPrefix(want, ":") && strings.HasSuffix(want, "?") && i == len(pattern)-1
		case parts[i] == "":
			return false
		case !strings.HasPrefix(want, ":") && want != parts[i]:
			return false
		}
	}
	return len(parts) <= len(pattern)
}
