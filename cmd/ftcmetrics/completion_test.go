package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBashCompletion lets a real bash complete.
func TestBashCompletion(t *testing.T) {
	t.Parallel()
	code, script, _ := output(t, "", "completion", "bash")
	if code != 0 {
		t.Fatal(code)
	}
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "script"), []byte(script), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "season.json"), nil, 0o600))
	complete := func(words ...string) []string {
		t.Helper()
		cmd := exec.Command("bash", "-c", `set -u; source ./script; COMP_WORDS=(ftcmetrics "$@"); COMP_CWORD=$#; COMPREPLY=(); _ftcmetrics; printf '%s\n' "${COMPREPLY[@]}"`, "bash")
		cmd.Args = append(cmd.Args, words...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", words, err, out)
		}
		return strings.Fields(string(out))
	}
	for _, c := range []struct {
		words []string
		want  []string
		never string
	}{
		{[]string{"s"}, []string{"serve", "season", "sign"}, "hub"},
		{[]string{""}, []string{"config", "token", "tail", "--version"}, "revoke"},
		{[]string{"token", ""}, []string{"list", "create", "revoke"}, "serve"},
		{[]string{"token", "create", ""}, []string{"device", "service"}, "list"},
		{[]string{"token", "create", "device", "--t"}, []string{"--team"}, "--name"},
		{[]string{"token", "--json", "l"}, []string{"list"}, "revoke"},
		{[]string{"backup", "--data"}, []string{"--data-dir", "--database-url"}, "--json"},
		{[]string{"season", "check", "sea"}, []string{"season.json"}, "check"},
		{[]string{"tail", "token", "--si"}, []string{"--since"}, "list"},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish"}, "serve"},
	} {
		got := complete(c.words...)
		for _, word := range c.want {
			if !slices.Contains(got, word) {
				t.Errorf("%q completes to %v, want %s there", c.words, got, word)
			}
		}
		if slices.Contains(got, c.never) {
			t.Errorf("%q completes to %v, with %s", c.words, got, c.never)
		}
	}
}

// TestCompletionScripts wants every command and every visible flag in the scripts of all shells.
func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		code, script, _ := output(t, "", "completion", shell)
		if code != 0 {
			t.Fatal(shell, code)
		}
		for _, c := range completions(model(t).Model.Node) {
			for _, w := range c.next {
				if !strings.Contains(script, strings.TrimPrefix(w.word, "--")) {
					t.Errorf("the script for %s lacks %s after %q", shell, w.word, c.path)
				}
			}
		}
	}
	if code, _, errOut := output(t, "", "completion", "csh"); code != 2 || !strings.Contains(errOut, "fish") {
		t.Errorf("another shell: %d %s", code, errOut)
	}
}
