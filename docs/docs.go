// Package docs is the documents as the server shows them: Markdown made into pages, with
// navigation by reader and a search, all from the program itself.
package docs

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics"
)

//go:embed *.md decisions/*.md pictures/*.png
var own embed.FS

//go:embed page.html style.css
var looks embed.FS

// policy lets a page load nothing but its own style and pictures, and run nothing.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler returns the handler of "/docs" and everything below it. Nothing is read before
// the first request. It panics when the documents cannot be read, which a test rules out.
func Handler() http.Handler {
	return handler{sync.OnceValue(func() *library {
		l, err := open()
		if err != nil {
			panic(err)
		}
		return l
	})}
}

type handler struct {
	library func() *library
}

// library is all documents, ready to be sent.
type library struct {
	pages  map[string]*page // by path below /docs/
	groups []group
	index  index
	look   *template.Template
	files  map[string][]byte // what is sent as it is, by path below /docs/
}

// open reads and renders everything.
func open() (*library, error) {
	l := &library{pages: map[string]*page{}, files: map[string][]byte{}}
	var err error
	if l.look, err = template.ParseFS(looks, "page.html"); err != nil {
		return nil, err
	}
	if l.files["style.css"], err = looks.ReadFile("style.css"); err != nil {
		return nil, err
	}
	sources := map[string][]byte{} // by path in the repository
	for _, from := range []struct {
		files  fs.FS
		prefix string
	}{{own, "docs/"}, {ftcmetrics.Documents, ""}} {
		err := fs.WalkDir(from.files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			sources[from.prefix+name], err = fs.ReadFile(from.files, name)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read the documents: %w", err)
		}
	}
	for name, source := range sources {
		if path.Ext(name) == ".md" {
			l.files[address(name)+".md"] = source
			continue
		}
		l.files[address(name)] = source
	}
	for name, source := range sources {
		if path.Ext(name) != ".md" {
			continue
		}
		p, err := render(name, source, l.files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l.pages[p.Path] = p
	}
	l.groups = l.grouped()
	for _, p := range l.pages {
		l.index.add(p)
	}
	l.index.sort()
	return l, nil
}

// address is where below /docs/ a file of the repository is shown.
func address(name string) string {
	switch name {
	case "clients/react/README.md":
		return "react"
	case "scouting/seasons/README.md":
		return "seasons"
	}
	name = strings.TrimPrefix(name, "docs/")
	if base, ok := strings.CutSuffix(name, ".md"); ok {
		return strings.ToLower(base)
	}
	return name
}

// view is what the template shows.
type view struct {
	Title  string
	Page   *page
	Groups []group
	Start  bool
	Query  string
	Found  []result
	Search bool
}

// ServeHTTP implements http.Handler.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}
	head := w.Header()
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cache-Control", "no-cache")
	l := h.library()
	name := strings.Trim(strings.TrimPrefix(r.URL.Path, "/docs"), "/")
	v := view{Groups: l.groups}
	status := http.StatusOK
	switch {
	case name == "":
		v.Title, v.Start = "FTC Metrics: documents", true
	case name == "search":
		v.Query, v.Search = strings.TrimSpace(r.URL.Query().Get("q")), true
		v.Title, v.Found = "Search", l.index.find(v.Query)
	case l.pages[name] != nil:
		v.Page = l.pages[name]
		v.Title = v.Page.Title
	case l.files[name] != nil:
		head.Set("Content-Type", kind(name))
		send(w, r, l.files[name])
		return
	default:
		status = http.StatusNotFound
		v.Title = "There is no such document"
		v.Query = strings.NewReplacer("-", " ", ".md", "", ".html", "").Replace(path.Base(name))
		v.Search, v.Found = true, l.index.find(v.Query)
	}
	var body bytes.Buffer
	if err := l.look.Execute(&body, v); err != nil {
		http.Error(w, "The page cannot be made.", http.StatusInternalServerError)
		return
	}
	head.Set("Content-Type", "text/html; charset=utf-8")
	if status != http.StatusOK {
		w.WriteHeader(status)
		_, _ = w.Write(body.Bytes()) // the caller may have gone
		return
	}
	send(w, r, body.Bytes())
}

// send answers with the body, or with 304 to who has it.
func send(w http.ResponseWriter, r *http.Request, body []byte) {
	sum := sha256.Sum256(body)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func kind(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".png":
		return "image/png"
	case ".json":
		return "application/json"
	case ".md":
		return "text/markdown; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}
