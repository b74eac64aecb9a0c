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

// file is a file of the page, ready to be sent.
type file struct {
	kind      string // its Content-Type
	body      []byte
	tag       string // ETag of body
	packed    []byte // body by gzip, nil where that is not smaller
	packedTag string // ETag of packed
}

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
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// load reads all files and puts their common version into the addresses that the pages
// name. One version for all keeps the imports between modules as they are written.
func load(from fs.FS) (map[string]file, string, error) {
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
		return nil, "", fmt.Errorf("read the pages: %w", err)
	}
	version := hex.EncodeToString(all.Sum(nil))[:12]
	files := make(map[string]file, len(bodies))
	for name, body := range bodies {
		if path.Ext(name) == ".html" {
			body = []byte(strings.ReplaceAll(string(body), `"/static/`, `"/static/`+version+`/`))
		}
		if files[name], err = ready(name, body); err != nil {
			return nil, "", err
		}
	}
	for _, name := range []string{"index.html", "not-found.html"} {
		if _, ok := files[name]; !ok {
			return nil, "", fmt.Errorf("read the pages: no %s", name)
		}
	}
	return files, version, nil
}

func ready(name string, body []byte) (file, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])[:16]
	f := file{kind: kind(name), body: body, tag: `"` + hash + `"`, packedTag: `"` + hash + `-gzip"`}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return file{}, fmt.Errorf("compress %s: %w", name, err)
	}
	if packed.Len() < len(body) {
		f.packed = packed.Bytes()
	}
	return f, nil
}
