package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// file is a file of the app, ready to be sent in one of its forms.
type file struct {
	kind  string // its Content-Type
	forms []form // the best first; the last is plain
}

// form is a file in one encoding.
type form struct {
	encoding string // "" is plain
	body     []byte
	tag      string // ETag
}

// plain is the file's content.
func (f file) plain() []byte { return f.forms[len(f.forms)-1].body }

// kind returns the Content-Type of a file by its name.
func kind(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".webmanifest":
		return "application/manifest+json"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// read returns the content of all files by name, and their version: one hash over all. One
// version for all keeps the imports between modules as the build wrote them.
func read(from fs.FS) (map[string][]byte, string, error) {
	bodies := make(map[string][]byte)
	all := sha256.New()
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		bodies[name], err = fs.ReadFile(from, name)
		fmt.Fprintf(all, "%s\x00%d\x00%s", name, len(bodies[name]), bodies[name])
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("read the app: %w", err)
	}
	return bodies, hex.EncodeToString(all.Sum(nil))[:12], nil
}

// ready makes a file of a content. brotli is its packed form where the build wrote one; gzip
// is made here, so that no build can leave an old one behind.
func ready(name string, body, brotli []byte) (file, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])[:16]
	f := file{kind: kind(name)}
	if brotli != nil {
		f.forms = append(f.forms, form{"br", brotli, `"` + hash + `-br"`})
	}
	packed, err := pack(body)
	if err != nil {
		return file{}, fmt.Errorf("compress %s: %w", name, err)
	}
	if len(packed) < len(body) {
		f.forms = append(f.forms, form{"gzip", packed, `"` + hash + `-gzip"`})
	}
	f.forms = append(f.forms, form{"", body, `"` + hash + `"`})
	return f, nil
}

func pack(body []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(body); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

// below puts the version into the addresses that a page names. The build writes them
// relative to itself, and pages have many addresses.
func below(version string, page []byte) string {
	return strings.ReplaceAll(string(page), `="./`, `="/static/`+version+`/`)
}
