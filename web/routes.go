package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// route is a row of the app's route table, as the build tells it, so that both sides know the
// same pages.
type route struct {
	parts    []string // of its path, split at the slashes
	files    []string // that the page needs beside the app's own
	signedIn bool     // others see the page to sign in there
	html     string   // the shell, which names files too
	page     file     // html, ready to be sent
}

// routes are the table, in the order in which its rows are tried.
type routes []route

// signInPath is the page that those see who have to sign in first.
const signInPath = "/sign-in"

// parseRoutes reads the list of paths, and what each page loads; of that a build may say nothing.
func parseRoutes(list, loads []byte) (routes, error) {
	var paths []string
	if err := json.Unmarshal(list, &paths); err != nil {
		return nil, fmt.Errorf("read routes.json: %w", err)
	}
	var pages map[string]struct {
		Files    []string `json:"files"`
		SignedIn bool     `json:"signedIn"`
	}
	if loads != nil {
		if err := json.Unmarshal(loads, &pages); err != nil {
			return nil, fmt.Errorf("read files.json: %w", err)
		}
	}
	table := make(routes, len(paths))
	for i, path := range paths {
		table[i] = route{parts: split(path), files: pages[path].Files, signedIn: pages[path].SignedIn}
	}
	return table, nil
}

// ready makes the HTML of each page of the shell: it names the page's files, so that the
// browser asks for them together with the app and not after it has run.
func (t routes) ready(shell, version string) error {
	before, after, _ := strings.Cut(shell, headEnd)
	for i := range t {
		var links strings.Builder
		for _, name := range t[i].files {
			fmt.Fprintf(&links, "<link rel=\"modulepreload\" crossorigin href=\"/static/%s/%s\">\n", version, name)
		}
		t[i].html = before + links.String() + headEnd + after
		var err error
		if t[i].page, err = ready("index.html", []byte(t[i].html), nil); err != nil {
			return err
		}
	}
	return nil
}

func split(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// find returns the row of an address, nil where the app has no page.
func (t routes) find(path string) *route {
	parts := split(path)
	for i, row := range t {
		if fits(row.parts, parts) {
			return &t[i]
		}
	}
	return nil
}

// shown is the row that a caller sees at the address that they ask for: whoever has to sign
// in first sees that page.
func (t routes) shown(r *http.Request) *route {
	row := t.find(r.URL.Path)
	if row != nil && row.signedIn && !signedIn(r) {
		return cmp.Or(t.find(signInPath), row)
	}
	return row
}

// signedIn reports whether a browser may be somebody's: the API alone knows.
func signedIn(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Cookie"), "ftc_session=")
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
