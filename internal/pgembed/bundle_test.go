package pgembed

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// archive packs entries as npm does. A name that ends in "@" is a symbolic link to the text.
func archive(t *testing.T, entries ...[2]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	zipped := gzip.NewWriter(&buffer)
	packed := tar.NewWriter(zipped)
	for _, entry := range entries {
		header := &tar.Header{Name: entry[0], Mode: 0o755, Size: int64(len(entry[1])), Typeflag: tar.TypeReg}
		if name, ok := strings.CutSuffix(entry[0], "@"); ok {
			header = &tar.Header{Name: name, Linkname: entry[1], Typeflag: tar.TypeSymlink}
			entry[1] = ""
		}
		if err := packed.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := packed.Write([]byte(entry[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestUnpack(t *testing.T) {
	dir := t.TempDir()
	err := unpack(archive(t,
		[2]string{"package/package.json", "{}"},
		[2]string{"package/native/bin/postgres", "server"},
		[2]string{"package/native/lib/libx.so.60.2", "library"},
		[2]string{"package/native/pg-symlinks.json", `[{"source":"native/lib/libx.so.60.2","target":"native/lib/libx.so.60"}]`},
	), dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"bin/postgres": "server", "lib/libx.so.60": "library"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "bin/postgres")); err != nil || info.Mode()&0o111 == 0 {
		t.Error("bin/postgres cannot be run")
	}
	if _, err := os.Stat(filepath.Join(dir, "package.json")); err == nil {
		t.Error("unpacked what is not native")
	}
}

// An archive with the right sum has none of this. It is refused all the same.
func TestUnpackRefuses(t *testing.T) {
	links := func(text string) [2]string { return [2]string{"package/native/pg-symlinks.json", text} }
	tests := map[string][]byte{
		"upwards":        archive(t, [2]string{"package/native/../../../evil", "x"}),
		"absolute":       archive(t, [2]string{"package/native//evil", "x"}),
		"link":           archive(t, [2]string{"package/native/lib@", "/etc"}),
		"twice":          archive(t, [2]string{"package/native/a", "x"}, [2]string{"package/native/a", "y"}),
		"listed upwards": archive(t, links(`[{"source":"native/../../evil","target":"native/a"}]`)),
		"listed outside": archive(t, links(`[{"source":"native/a","target":"/evil"}]`)),
		"bad list":       archive(t, links(`{`)),
		"no gzip":        []byte("no gzip"),
		"cut short":      archive(t, [2]string{"package/native/a", strings.Repeat("x", 4096)})[:40],
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "in", "in")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := unpack(text, dir); err == nil {
				t.Error("accepted")
			}
			if found, _ := filepath.Glob(filepath.Join(parent, "*", "evil")); len(found) > 0 {
				t.Error("wrote outside its folder")
			}
		})
	}
}

func TestPins(t *testing.T) {
	for _, machine := range [][2]string{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}} {
		b := pinnedBundle(machine[0], machine[1])
		if b.major() < oldest || len(b.integrity) != len("sha512-")+88 {
			t.Errorf("%v: %+v", machine, b)
		}
		if err := b.check([]byte("something else")); err == nil {
			t.Errorf("%v: any content is accepted", machine)
		}
	}
	if b := pinnedBundle("plan9", "386"); b.major() != 0 {
		t.Errorf("%+v", b)
	}
}
