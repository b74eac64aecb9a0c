// Package web is the web app: what `make web` built from src, embedded and served. It knows
// the app's pages, not what is on them.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed all:dist
var embedded embed.FS

// policy lets the app load and run nothing but its own files, and connect to no other
// protocol than HTTP on its own address and WebSockets. blob: is for pictures that were
// just taken.
const policy = "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// How long browsers keep an answer: pages are asked for again each time, which is a 304
// when nothing changed; an address that has the version in it never changes.
const (
	askAgain  = "no-cache"
	immutable = "public, max-age=31536000, immutable"
)

// Options is what a caller may decide about the pages.
type Options struct {
	Files fs.FS        // a build of the app; nil means the embedded one
	API   http.Handler // what public pages are filled from; nil sends them out empty
}

type pages struct {
	files   map[string]file // by path below /static/
	version string          // of all files together, part of the addresses in the pages
	shell   string          // the app's HTML, with the version in its addresses
	page    file            // the shell as it is
	worker  file            // the service worker, which is told what to keep; a build may have none
	routes  routes
	public  *public // nil without an API
}

// Pages returns the handler of everything that is not API. It panics when Options.Files
// cannot be read, which the embedded files always can.
func Pages(o Options) http.Handler {
	if o.Files == nil {
		o.Files, _ = fs.Sub(embedded, "dist") // the path is valid
	}
	p, err := load(o.Files)
	if err != nil {
		panic(err)
	}
	if o.API != nil {
		p.public = newPublic(p, o.API)
	}
	return p
}

func load(from fs.FS) (*pages, error) {
	bodies, version, err := read(from)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"index.html", "routes.json", "icon.svg"} {
		if bodies[name] == nil {
			return nil, fmt.Errorf("read the app: no %s; make web builds it", name)
		}
	}
	p := &pages{version: version, shell: below(version, bodies["index.html"]), files: make(map[string]file, len(bodies))}
	if p.routes, err = parseRoutes(bodies["routes.json"], bodies["files.json"]); err != nil {
		return nil, err
	}
	if p.page, err = ready("index.html", []byte(p.shell), nil); err != nil {
		return nil, err
	}
	if err = p.routes.ready(p.shell, version); err != nil {
		return nil, err
	}
	for name, body := range bodies {
		if ext := path.Ext(name); ext == ".br" || ext == ".html" || ext == ".json" || name == workerName {
			continue // forms of others, pages, and what is not asked for below /static/
		}
		if p.files[name], err = ready(name, body, bodies[name+".br"]); err != nil {
			return nil, err
		}
	}
	p.files[shellName] = p.page
	if script := bodies[workerName]; script != nil {
		p.worker, err = worker(script, version, p.files)
	}
	return p, err
}

// ServeHTTP answers "/static/" with the app's files, the addresses of the app's pages with
// the app, and "/" with OK where it is asked as a health check.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	asset, isAsset := strings.CutPrefix(r.URL.Path, "/static/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		plain(w, http.StatusMethodNotAllowed, "Method not allowed")
	case r.URL.Path == "/favicon.ico":
		p.asset(w, r, "icon.svg")
	case r.URL.Path == "/"+workerName && p.worker.forms != nil:
		h.Set("Cache-Control", askAgain)
		serve(w, r, p.worker)
	case isAsset:
		p.asset(w, r, asset)
	default:
		p.app(w, r)
	}
}

// app tells browsers from programs: only who asks for HTML by name gets a page. Where the
// app has none for the address, its own page says so, with status 404.
func (p *pages) app(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Vary", "Accept")
	row := p.routes.shown(r)
	switch {
	case !accepts(r.Header.Get("Accept"), "text/html"):
		h.Set("Cache-Control", "no-store")
		if r.URL.Path == "/" {
			plain(w, http.StatusOK, "OK")
			return
		}
		plain(w, http.StatusNotFound, "Not found")
	case p.public != nil && p.public.serve(w, r):
	case row != nil:
		h.Set("Cache-Control", askAgain)
		h.Add("Vary", "Cookie")
		serve(w, r, row.page)
	default:
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", p.page.kind)
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(p.page.plain()) // the caller may have gone
	}
}

// asset serves a file by its address with the version in it, which never changes, or
// without. A page of another version, as during an update of several nodes, gets what
// there is and may not keep it.
func (p *pages) asset(w http.ResponseWriter, r *http.Request, name string) {
	keep := askAgain
	f, ok := p.files[name]
	if !ok {
		var version string
		version, name, _ = strings.Cut(name, "/")
		if f, ok = p.files[name]; !ok || len(version) != len(p.version) {
			w.Header().Set("Cache-Control", "no-store")
			plain(w, http.StatusNotFound, "Not found")
			return
		}
		if version == p.version {
			keep = immutable
		}
	}
	w.Header().Set("Cache-Control", keep)
	serve(w, r, f)
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the caller may have gone
}

// serve writes the file in the best form that the caller can read, or 304.
func serve(w http.ResponseWriter, r *http.Request, f file) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Type", f.kind)
	sent := f.forms[len(f.forms)-1]
	for _, form := range f.forms {
		if form.encoding != "" && accepts(r.Header.Get("Accept-Encoding"), form.encoding) {
			sent = form
			h.Set("Content-Encoding", form.encoding)
			h.Set("Content-Length", strconv.Itoa(len(form.body)))
			r.Header.Del("Range") // a part of a compressed file helps nobody
			break
		}
	}
	h.Set("ETag", sent.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(sent.body))
}

// accepts reports whether an Accept or Accept-Encoding header names the token and does
// not rule it out by q=0.
func accepts(header, token string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), token) {
			continue
		}
		_, q, found := strings.Cut(strings.ReplaceAll(params, " ", ""), "q=")
		if !found {
			return true
		}
		quality, err := strconv.ParseFloat(q, 64)
		return err == nil && quality > 0
	}
	return false
}
