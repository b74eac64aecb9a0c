package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestServiceUnit has systemd itself judge the unit, where there is one, and holds it to
// what the program needs.
func TestServiceUnit(t *testing.T) {
	unit := changed(t, "systemd/ftcmetrics.service", "ExecStart=/usr/local/bin/ftcmetrics", "ExecStart="+os.Args[0])
	if analyze, err := exec.LookPath("systemd-analyze"); err == nil {
		if out, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput(); err != nil || len(out) > 0 { //nolint:gosec // our own file
			t.Errorf("systemd-analyze verify: %v\n%s", err, out)
		}
		// The control: a word that systemd does not know.
		wrong := changed(t, "systemd/ftcmetrics.service", "KillMode=mixed", "KilMode=mixed", "ExecStart=/usr/local/bin/ftcmetrics", "ExecStart="+os.Args[0])
		if out, _ := exec.Command(analyze, "verify", "--man=no", wrong).CombinedOutput(); !strings.Contains(string(out), "KilMode") { //nolint:gosec // our own file
			t.Errorf("systemd-analyze finds nothing wrong: %s", out)
		}
	}
	raw, err := os.ReadFile("../../deploy/systemd/ftcmetrics.service")
	must(t, err)
	for line := range strings.Lines(string(raw)) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "Environment=")
		if !ok {
			continue
		}
		for pair := range strings.FieldsSeq(rest) {
			name, _, _ := strings.Cut(pair, "=")
			if name != "TMPDIR" && !reads(name) {
				t.Errorf("nothing reads %s", name)
			}
		}
	}
}

// reads reports whether serve has a setting of the name, or a secret that may be in a file.
func reads(name string) bool {
	known := map[string]bool{}
	collect(reflect.TypeFor[serveConfig](), known)
	return known[name] || known[strings.TrimSuffix(name, "_FILE")]
}

// TestImageHasWhatItIsBuiltFrom: .dockerignore leaves out no file that the build reads.
func TestImageHasWhatItIsBuiltFrom(t *testing.T) {
	raw, err := os.ReadFile("../../.dockerignore")
	must(t, err)
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,CgoFiles,EmbedFiles,Standard,Module", ".").Output()
	must(t, err)
	root, err := filepath.Abs("../..")
	must(t, err)
	files := []string{"go.mod", "go.sum", "Makefile"}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p struct {
			Dir                 string
			GoFiles, EmbedFiles []string
			Module              *struct{ Main bool }
		}
		must(t, decoder.Decode(&p))
		if p.Module == nil || !p.Module.Main {
			continue
		}
		folder, err := filepath.Rel(root, p.Dir)
		must(t, err)
		for _, file := range slices.Concat(p.GoFiles, p.EmbedFiles) {
			files = append(files, path.Join(filepath.ToSlash(folder), file))
		}
	}
	if len(files) < 200 {
		t.Fatalf("the build reads %d files", len(files))
	}
	for _, file := range files {
		if rule := ignored(string(raw), file); rule != "" {
			t.Errorf("the image is built without %s, because of %q", file, rule)
		}
	}
	for _, secret := range []string{".env", ".env.local", "data/secrets.json", ".git/config", "web/node_modules/react/index.js"} {
		if ignored(string(raw), secret) == "" {
			t.Errorf("%s gets into the image's build", secret)
		}
	}
}

// ignored returns the rule of a .dockerignore that leaves the file out; the last that
// fits counts.
func ignored(rules, file string) string {
	by := ""
	for line := range strings.Lines(rules) {
		line = strings.TrimSpace(line)
		pattern, again := strings.CutPrefix(line, "!")
		if line == "" || strings.HasPrefix(line, "#") || !fitsIgnore(pattern, file) {
			continue
		}
		by = line
		if again {
			by = ""
		}
	}
	return by
}

// fitsIgnore matches a file, or a folder that it is in, as Docker does.
func fitsIgnore(pattern, file string) bool {
	rest, deep := strings.CutPrefix(pattern, "**/")
	for at := file; at != "."; at = path.Dir(at) {
		name := at
		if deep {
			name = path.Base(at)
		}
		if ok, _ := path.Match(rest, name); ok {
			return true
		}
	}
	return false
}

// TestComposeFile has Compose judge the file where there is one, and holds its variables
// to .env.example and to the program.
func TestComposeFile(t *testing.T) {
	compose, err := os.ReadFile("../../docker-compose.yml")
	must(t, err)
	example, err := os.ReadFile("../../.env.example")
	must(t, err)
	for _, name := range []string{"PUBLIC_URL", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "REALTIME_APP_ID", "REALTIME_APP_KEY", "REALTIME_APP_SECRET"} {
		if !strings.Contains(string(compose), "${"+name+":?") {
			t.Errorf("docker-compose.yml does not ask for %s", name)
		}
		if !strings.Contains(string(example), "\n"+name+"=") {
			t.Errorf(".env.example has no %s", name)
		}
	}
	docker, err := exec.LookPath("docker")
	if err != nil || exec.Command(docker, "compose", "version").Run() != nil { //nolint:gosec // found on the path
		return // no Compose here: the checks above have to do
	}
	cmd := exec.Command(docker, "compose", "-f", "docker-compose.yml", "config", "--quiet") //nolint:gosec // our own file
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "PUBLIC_URL=https://x.example", "POSTGRES_PASSWORD=x", "REDIS_PASSWORD=x", "REALTIME_APP_ID=x", "REALTIME_APP_KEY=x", "REALTIME_APP_SECRET=x")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("docker compose config: %v\n%s", err, out)
	}
}
