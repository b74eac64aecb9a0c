// Package web is the page that anybody at an FTC event may open: what is scouted, as it
// happens. The page is plain HTML, CSS and JavaScript modules, embedded as they are.
package web

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed static
var embedded embed.FS

// policy lets the page load and run nothing but its own files, and connect to no other
// protocol than HTTP on its own address and WebSockets.
const policy = "default-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// How long browsers keep an answer: pages are asked for again each time, which is a 304
// when nothing changed; an address that has the version in it never changes.
const (
	askAgain  = "no-cache"
	immutable = "public, max-age=31536000, immutable"
)

// Options is what a caller may decide about the pages.
type Options struct {
	Files fs.FS // index.html, not-found.html and what they load; nil means the embedded ones
}

type pages struct {
	files   map[string]file // by path below /static/
	version string          // of all files together, part of the addresses in the pages
}

// Pages returns the handler of everything that is not API. It panics when Options.Files
// cannot be read, which the embedded files always can.
func Pages(o Options) http.Handler {
	if o.Files == nil {
		o.Files, _ = fs.Sub(embedded, "static") // the path is valid
	}
	files, version, err := load(o.Files)
	if err != nil {
		panic(err)
	}
	return &pages{files: files, version: version}
}

// ServeHTTP answers "/" with the page for browsers and with OK for health checks, "/setup"
// with the first run's page, and "/static/" with the files of both.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	asset, isAsset := strings.CutPrefix(r.URL.Path, "/static/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		plain(w, http.StatusMethodNotAllowed, "Method not allowed")
	case r.URL.Path == "/":
		p.front(w, r)
	case r.URL.Path == "/setup":
		h.Set("Cache-Control", askAgain)
		serve(w, r, p.files["setup.html"])
	case r.URL.Path == "/favicon.ico":
		p.asset(w, r, "icon.svg")
	case isAsset:
		p.asset(w, r, asset)
	default:
		p.notFound(w, r)
	}
}

// front tells browsers from programs: only who asks for HTML by name gets the page.
func (p *pages) front(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	if !accepts(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Cache-Control", "no-store")
		plain(w, http.StatusOK, "OK")
		return
	}
	w.Header().Set("Cache-Control", askAgain)
	serve(w, r, p.files["index.html"])
}

// asset serves a file by its address with the version in it, which never changes, or
// without. A page of another version, as during an update of several nodes, gets what
// there is and may not keep it.
func (p *pages) asset(w http.ResponseWriter, r *http.Request, name string) {
	keep := askAgain
	if f, ok := p.files[name]; ok && path.Ext(name) != ".html" {
		w.Header().Set("Cache-Control", keep)
		serve(w, r, f)
		return
	}
	version, name, _ := strings.Cut(name, "/")
	f, ok := p.files[name]
	if !ok || path.Ext(name) == ".html" || len(version) != len(p.version) {
		p.notFound(w, r)
		return
	}
	if version == p.version {
		keep = immutable
	}
	w.Header().Set("Cache-Control", keep)
	serve(w, r, f)
}

func (p *pages) notFound(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	if !accepts(r.Header.Get("Accept"), "text/html") {
		plain(w, http.StatusNotFound, "Not found")
		return
	}
	f := p.files["not-found.html"]
	w.Header().Set("Content-Type", f.kind)
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(f.body) // the caller may have gone
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the caller may have gone
}

// serve writes the file, compressed where the caller can read that, or 304.
func serve(w http.ResponseWriter, r *http.Request, f file) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	h.Set("Content-Type", f.kind)
	body, tag := f.body, f.tag
	if f.packed != nil && accepts(r.Header.Get("Accept-Encoding"), "gzip") {
		body, tag = f.packed, f.packedTag
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body)))
		r.Header.Del("Range") // a part of a compressed file helps nobody
	}
	h.Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
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
