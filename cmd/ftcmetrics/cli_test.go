package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// model is the command line as the program has it.
func model(t *testing.T) *kong.Kong {
	t.Helper()
	parser, err := newParser(new(commands), nil, sources{}, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	must(t, err)
	return parser
}

// TestCommandLineReference fails when docs/cli.md is not what the code says.
func TestCommandLineReference(t *testing.T) {
	const path = "../../docs/cli.md"
	raw, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := reference(model(t).Model)
	if *update {
		must(t, os.WriteFile(path, []byte(want), 0o644)) //nolint:gosec // a document
		return
	}
	if string(raw) != want {
		t.Error("docs/cli.md is old; run: go test ./cmd/ftcmetrics -run TestCommandLineReference -update")
	}
}

// cliHead is what the reference says before the commands.
const cliHead = `# The command line

Made from the code by ` + "`go test ./cmd/ftcmetrics -run TestCommandLineReference -update`" + `; do not write here.

` + "`ftcmetrics`" + ` is the server and what looks after it. Commands that need the database use the one that the configuration names; with the embedded one
they join the running server of the same ` + "`DATA_DIR`" + `, or start PostgreSQL for the moment. What a command is asked for goes to standard output, all else
to standard error, and so ` + "`--json`" + ` may be piped. The variables of the [configuration](../README.md#configuration) apply to every command. On a terminal long
work shows how far it is.

| exit code | meaning |
|---|---|
| 0 | done; a server that was told to stop has stopped |
| 1 | it failed, or a fault was found (` + "`doctor`, `config check`, `season check`, `migrate --status`" + `) |
| 2 | the command line or a variable cannot be read, or parts of it do not go together; nothing was done |
| 3 | a server, the database or Redis does not answer: the same command may work later |
| 130 | interrupted before it was done |

| command | |
|---|---|
`

func reference(app *kong.Application) string {
	var b strings.Builder
	b.WriteString(cliHead)
	leaves := app.Leaves(true)
	for _, leaf := range leaves {
		b.WriteString("| [`" + leaf.Path() + "`](#" + strings.ReplaceAll(leaf.Path(), " ", "-") + ") | " + leaf.Help + " |\n")
	}
	for _, leaf := range leaves {
		b.WriteString("\n## " + leaf.Path() + "\n\n" + leaf.Help + "\n\n```sh\n" + strings.TrimSpace(examples()[leaf.Path()]) + "\n```\n")
		writeArguments(&b, leaf)
	}
	return b.String()
}

func writeArguments(b *strings.Builder, leaf *kong.Node) {
	var rows []string
	for _, arg := range leaf.Positional {
		rows = append(rows, "| `"+strings.NewReplacer("<", "", ">", "", "[", "", "]", "").Replace(strings.ToUpper(arg.Summary()))+"` | "+escapeCell(arg.Help)+" |\n")
	}
	configuration := false
	for _, flag := range leaf.Flags {
		if flag.Hidden || len(flag.Envs) > 0 && flag.Name != "token" {
			configuration = true
			continue
		}
		name := "--" + flag.Name
		if !flag.IsBool() {
			name += "=" + flag.FormatPlaceHolder()
		}
		if flag.Short != 0 {
			name = "-" + string(flag.Short) + ", " + name
		}
		help := flag.Help
		if len(flag.Envs) > 0 {
			help += " Also `" + flag.Envs[0] + "`."
		}
		if flag.Required {
			help += " Needed."
		}
		rows = append(rows, "| `"+name+"` | "+escapeCell(help)+" |\n")
	}
	if len(rows) > 0 {
		b.WriteString("\n| | |\n|---|---|\n" + strings.Join(rows, ""))
	}
	if configuration {
		b.WriteString("\nThe [configuration](../README.md#configuration) applies.\n")
	}
}

func escapeCell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// exampleCommand finds the command line in a line of an example.
var exampleCommand = regexp.MustCompile(`(?:^|[\s(])ftcmetrics((?: +(?:'[^']*'|"[^"]*"|[^\s|<>#()'"]+)+)*)`)

// TestExamplesAreCommandLines parses each example, and wants it to be of its command.
func TestExamplesAreCommandLines(t *testing.T) {
	t.Parallel()
	// A parser takes half a second to make, and remembers of a line which flags it had. So there is one for the first
	// example of every command, one for the second, and so on.
	var parsers []*kong.Kong
	for path, text := range examples() {
		for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
			if i == len(parsers) {
				parsers = append(parsers, model(t))
			}
			found := exampleCommand.FindStringSubmatch(line)
			if found == nil {
				t.Errorf("%s: no command in %q", path, line)
				continue
			}
			parsed, err := parsers[i].Parse(words(found[1]))
			if err != nil {
				t.Errorf("%s: %q: %v", path, line, err)
				continue
			}
			if got := parsed.Selected().Path(); got != path {
				t.Errorf("%q stands by %s and is %s", line, path, got)
			}
		}
	}
}

// words splits as a shell does, as far as the examples need it.
func words(line string) []string {
	var list []string
	for _, word := range regexp.MustCompile(`(?:'[^']*'|"[^"]*"|[^\s'"])+`).FindAllString(line, -1) {
		word = strings.NewReplacer("'", "", `"`, "", "$TOKEN", "ftc_x").Replace(word)
		list = append(list, word)
	}
	return list
}

// TestHelpOfEachCommand asks the program for it.
func TestHelpOfEachCommand(t *testing.T) {
	for _, leaf := range model(t).Model.Leaves(false) {
		t.Run(leaf.Path(), func(t *testing.T) {
			t.Parallel()
			code, out, _ := output(t, "", append(strings.Fields(leaf.Path()), "--help")...)
			if code != 0 || !strings.Contains(out, "Usage: ftcmetrics "+leaf.Path()) || !strings.Contains(out, "Examples:") {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			configured := strings.Contains(out, "--hub-max-held-mb")
			if serves := leaf.Path() == "serve" || leaf.Path() == "hub" || leaf.Path() == "demo"; configured != serves {
				t.Errorf("it tells of the whole configuration: %v", configured)
			}
		})
	}
}

func TestVersionFlag(t *testing.T) {
	if code, out, _ := output(t, "", "--version"); code != 0 || !regexp.MustCompile(`^ftcmetrics \S+\n$`).MatchString(out) {
		t.Errorf("exit code %d: %q", code, out)
	}
}
