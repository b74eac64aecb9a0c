package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// notRun are the examples of commands that TestExamplesRun does not run, by their path or, for one of
// them alone, as they stand there; each with what runs it, or why nothing can.
func notRun() map[string]string {
	return map[string]string{
		"serve":                               "goes on until it is stopped; every test of the program starts it",
		"hub":                                 "the same",
		"demo":                                "e2e/journey-demo.test.mjs plays it",
		"ftcmetrics completion fish | source": "a line for fish; TestCompletionScripts looks at what it reads",
	}
}

// exitCodes are those of examples that are not to end with 0.
func exitCodes() map[string][]int {
	return map[string][]int{
		"ftcmetrics doctor":        {0, 1}, // what it finds depends on the machine
		"ftcmetrics doctor --json": {0, 1},
		"ftcmetrics doctor --public-url=https://scouting.example.org --clock-url=https://www.example.org": {0, 1},
		"APP_ENV=production ftcmetrics config check --strict --json":                                      {1}, // the secrets are those of a test
		"ftcmetrics relay replay --id=7":                                                                  {1}, // this server relays to nobody else, and so has refused nothing
		"ftcmetrics relay forget soketi:ftcmetrics":                                                       {1},
	}
}

// exampleRig is where the examples are run: beside a server, in a folder with the files that they name.
type exampleRig struct {
	p               *process
	folder, stopped string // stopped is the data folder of a server that does not run
	team, device    string // a team's id, that of its tablet's token
	token           string
}

func newExampleRig(t *testing.T) *exampleRig {
	t.Helper()
	dir := t.TempDir()
	r := &exampleRig{p: serve(t, dir), folder: t.TempDir(), stopped: t.TempDir()}
	made := func(args ...string) string {
		t.Helper()
		code, out, errOut := outcome(r.p.at(args...))
		if code != 0 {
			t.Fatalf("%q: %d %s", args, code, errOut)
		}
		return strings.TrimSpace(out)
	}
	r.token = made("owner", "create", "--name=Coach")
	var team struct{ ID string }
	if status, err := ask("POST", r.p.url+"/api/user-teams", r.token, `{"teamNumber":8569}`, &team); err != nil || status != 201 {
		t.Fatal(status, err)
	}
	r.team = team.ID
	var tokens []struct{ ID, Kind string }
	leaked := made("token", "create", "service", "--name=Leaked")
	made("token", "create", "device", "--team="+r.team)
	decode(t, made("token", "list", "--json"), &tokens)
	for _, token := range tokens {
		if token.Kind == "device" {
			r.device = token.ID
		}
	}
	const recorded, ratings = "../../ftc/firstapi/firstapitest/event.json", ratingFiles
	for name, source := range map[string]string{
		"meet.json": recorded, "events.json": ratings + "opr-example.json", "season.json.gz": ratings + "predict-train.json.gz",
		"2026.json": seasonFiles + "2026.json", "2027.json": seasonFiles + "testdata/fifth/2027.json", "scouting/seasons/2027.json": seasonFiles + "testdata/fifth/2027.json",
	} {
		raw, err := os.ReadFile(source)
		must(t, err)
		r.write(t, name, string(raw))
	}
	r.write(t, "season.json", read(t, "predict-train.json.gz"))
	r.write(t, "notice.json", `{"text":"Lunch until one"}`)
	r.write(t, "leaked-token.txt", leaked+"\n")
	r.write(t, ".zfunc/.keep", "")
	return r
}

func (r *exampleRig) write(t *testing.T, name, text string) {
	t.Helper()
	at := filepath.Join(r.folder, name)
	must(t, os.MkdirAll(filepath.Dir(at), 0o700))
	must(t, os.WriteFile(at, []byte(text), 0o600))
}

// shell is a command that runs an example, with the addresses, ids and dates of this machine.
func (r *exampleRig) shell(path, line string) *exec.Cmd {
	id := r.team
	if path == "token revoke" {
		id = r.device
	}
	line = strings.NewReplacer("http://127.0.0.1:6001", "http://"+r.p.hub, "https://scouting.example.org", r.p.url, "https://www.example.org", r.p.url,
		"019f0000-0000-7000-8000-000000000001", id, "ftcmetrics-2026-11-21-140530.zip", "$(ls ftcmetrics-2*.zip | head -1)").Replace(line)
	cmd := exec.Command("bash", "-c", `set -euo pipefail; ftcmetrics() { "$PROGRAM" "$@"; }; ssh() { shift; sh -c "$*"; }
`+line) //nolint:gosec // our own examples
	cmd.Dir = r.folder
	cmd.Env = slices.Concat(r.p.at().Env, []string{"PROGRAM=" + os.Args[0], "TOKEN=" + r.token, "HOME=" + r.folder})
	if path == "restore" {
		cmd.Env = append(cmd.Env, "DATA_DIR="+r.stopped)
	}
	return cmd
}

// TestExamplesRun runs the examples of docs/cli.md and --help as they stand there, in their order.
func TestExamplesRun(t *testing.T) {
	t.Parallel()
	r := newExampleRig(t)
	left, codes := notRun(), exitCodes()
	skips := func(name string) bool {
		_, listed := notRun()[name]
		delete(left, name)
		return listed
	}
	for _, leaf := range model(t).Model.Leaves(true) {
		path := leaf.Path()
		if skips(path) {
			continue
		}
		for line := range strings.Lines(strings.TrimSpace(examples()[path])) {
			line = strings.TrimSpace(line)
			command, _, _ := strings.Cut(line, "  ")
			if skips(command) {
				continue
			}
			want, odd := codes[command]
			delete(codes, command)
			if !odd {
				want = []int{0}
			}
			if path == "tail" {
				r.tail(t, line)
				continue
			}
			code, out, errOut := outcome(r.shell(path, line))
			if !slices.Contains(want, code) {
				t.Errorf("%s: exit code %d\n%s%s", line, code, out, errOut)
			}
		}
	}
	for name := range left {
		t.Errorf("%s is listed as not run and stands nowhere", name)
	}
	for name := range codes {
		t.Errorf("%s has an exit code and stands nowhere", name)
	}
}

// tail runs an example that goes on: it hears what is published on its channels.
func (r *exampleRig) tail(t *testing.T, line string) {
	t.Helper()
	command, _, _ := strings.Cut(line, "  ")
	channel := strings.NewReplacer("019f0000-0000-7000-8000-000000000001", r.team).Replace(command[strings.LastIndex(command, " ")+1:])
	heard := background(t, r.shell("tail", "exec "+strings.Replace(line, "ftcmetrics", `"$PROGRAM"`, 1)))
	until(t, line+" listens", func() bool {
		select {
		case <-heard.done:
			t.Fatalf("%s: %s%s", line, heard.printed(), heard.told())
		default:
		}
		return strings.Contains(heard.told(), "listening on "+channel+"\n") || heard.printed() != ""
	})
	if code, _, errOut := outcome(r.p.at("publish", channel, "notice", `{"text":"heard"}`)); code != 0 {
		t.Fatal(errOut)
	}
	until(t, line+" prints what is published", func() bool { return heard.printed() != "" })
}
