package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is the commands between two fences of a document.
type block struct {
	document string
	text     string
}

// first names a block: its document and its first command.
func (b block) first() string {
	line, _, _ := strings.Cut(b.text, "\n")
	command, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
	return b.document + ": " + command
}

var fence = regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```")

// blocks returns all commands of the documents. TestExamplesRun runs what docs/cli.md prints, TestDocument of internal/eventday
// docs/event-day.md, and TestSocketServicePage docs/socket-service.md.
func blocks(t *testing.T) []block {
	t.Helper()
	root := os.DirFS("../..")
	names := []string{"README.md", "CONTRIBUTING.md", "clients/react/README.md", "scouting/seasons/README.md", "examples/README.md"}
	found, err := fs.Glob(root, "docs/*.md")
	must(t, err)
	var all []block
	for _, name := range append(names, found...) {
		switch name {
		case "docs/cli.md", "docs/event-day.md", "docs/socket-service.md":
			continue
		}
		raw, err := fs.ReadFile(root, name)
		must(t, err)
		for _, m := range fence.FindAllStringSubmatch(string(raw), -1) {
			all = append(all, block{name, m[1]})
		}
	}
	return all
}

// elsewhereRun are commands that this test does not run, each with what does, or why
// nothing can.
func elsewhereRun() map[string]string {
	return map[string]string{
		"README.md: go run ./cmd/ftcmetrics demo":                                                           "e2e/journey-demo.test.mjs runs the demo",
		"README.md: go run ./cmd/ftcmetrics":                                                                "every test here starts the server so",
		"README.md: make test":                                                                              "runs this test",
		"docs/frontend.md: go run ./cmd/ftcmetrics demo":                                                    "e2e/journey-frontend.test.mjs walks through that part",
		"docs/frontend.md: npm --prefix clients/react ci":                                                   "e2e/journey-frontend.test.mjs",
		"docs/frontend.md: npx vite":                                                                        "e2e/journey-frontend.test.mjs",
		"CONTRIBUTING.md: go run ./cmd/ftcmetrics":                                                          "every test here starts the server so, and make test runs this one",
		"CONTRIBUTING.md: go run ./cmd/ftcmetrics demo":                                                     "npm run dev goes on until it is stopped; its build is tested by e2e",
		"docs/guide-hosting.md: go run ./cmd/ftcmetrics demo":                                               "e2e/journey-demo.test.mjs runs the demo",
		"docs/guide-hosting.md: ./ftcmetrics serve --hall":                                                  "TestHall",
		"docs/operations.md: ftcmetrics serve --hall":                                                       "TestHall",
		"docs/operations.md: ftcmetrics relay status":                                                       "delivery_test.go, with a server elsewhere and its dead letters",
		"docs/ratings.md: ftcmetrics analytics backtest season.json":                                        "analytics_test.go, with files of its own",
		"docs/performance.md: go test ./realtime/hub -run '^$' -bench 'Trace$' -count 8":                    "measures for minutes",
		"docs/performance.md: make bench-peer":                                                              "measures for minutes, beside a soketi",
		"docs/performance.md: go test ./internal/eventday -run '^$' -bench PostEntry -benchtime 4000x":      "measures for minutes",
		"docs/scaling.md: go test ./internal/faults -run '^$' -bench 'Calls|EntryOnNodes' -benchtime 3000x": "measures for minutes",
		"docs/sign-in.md: OIDC_GOOGLE_CLIENT_ID=1234-abc.apps.googleusercontent.com":                        "settings, no commands",
		"docs/sign-in.md: OIDC_SCHOOL_ISSUER=https://login.school.example":                                  "settings, no commands",
	}
}

// TestCommandsOfTheDocuments runs the commands of the documents from a clean state, in
// their order, as printed but for the address, the program and file names with a date.
func TestCommandsOfTheDocuments(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	dir := strings.TrimPrefix(p.cmd.Env[slices.IndexFunc(p.cmd.Env, func(pair string) bool { return strings.HasPrefix(pair, "DATA_DIR=") })], "DATA_DIR=")
	sh := shell{t: t, dir: dir, folder: t.TempDir(), url: p.url}
	listed := elsewhereRun()
	var online, offline []block
	for _, b := range blocks(t) {
		switch name := b.first(); {
		case listed[name] != "":
			delete(listed, name)
		case strings.HasPrefix(name, "docs/operations.md: ftcmetrics restore"):
			offline = append(offline, b)
		default:
			online = append(online, b)
		}
	}
	for name := range listed {
		t.Errorf("%s is listed and stands nowhere", name)
	}
	said := sh.run(online)
	for _, want := range []string{`"totalScore"`, `"token":"ftc_device_`, `"driver":"embedded"`, `scouting:entry-created`, " tables, "} {
		if !strings.Contains(said, want) {
			t.Errorf("the commands said nothing with %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, `"success":false`) {
		t.Errorf("a command was refused:\n%s", said)
	}
	// A machine that is new gets the backup.
	sh.dir = t.TempDir()
	sh.run(offline)
	again := serve(t, sh.dir)
	status, err := ask("GET", again.url+"/api/seasons", "", "", nil)
	if err != nil || status != 200 {
		t.Errorf("after the restore: %d, %v", status, err)
	}
}

// shell runs commands as somebody types them who follows a document.
type shell struct {
	t           *testing.T
	dir, folder string
	url         string
}

// run runs all blocks in one shell and returns what they say.
func (s shell) run(all []block) string {
	s.t.Helper()
	var script strings.Builder
	script.WriteString(`set -euo pipefail
go() { [ "$1 $2" = "run ./cmd/ftcmetrics" ] || { echo "not the program: $*" >&2; return 1; }; shift 2; ftcmetrics "$@"; }
ftcmetrics() { command "$PROGRAM" "$@"; }
ssh() { shift; sh -c "$*"; }
SERVER=$URL
`)
	for _, b := range all {
		text := strings.ReplaceAll(b.text, "http://127.0.0.1:3001", s.url)
		text = regexp.MustCompile(`ftcmetrics-\d{4}-\d\d-\d\d-\d{6}\.zip`).ReplaceAllString(text, `$(ls ftcmetrics-*.zip | head -1)`)
		script.WriteString(text + "\n")
	}
	cmd := exec.Command("bash", "-c", script.String()) //nolint:gosec // our own documents
	cmd.Dir = s.folder
	program, err := filepath.Abs(os.Args[0])
	must(s.t, err)
	cmd.Env = append(os.Environ(), asProgram+"=1", "PROGRAM="+program, "DATA_DIR="+s.dir, "URL="+s.url)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		s.t.Errorf("%v\n%s\nof\n%s", err, out.String(), script.String())
	}
	return out.String()
}
