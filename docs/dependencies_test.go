package docs_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from the code")

// dependency is one row of dependencies.md.
type dependency struct {
	name, version, licence string
	where                  string // who uses it
	direct                 bool
}

// accepted are the licences that a program under the MIT licence may be given on with.
var accepted = []string{"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "0BSD", "MPL-2.0", "Unlicense", "BlueOak-1.0.0", "Python-2.0", "MIT OR Apache-2.0", "(MIT OR CC0-1.0)", "Apache-2.0 AND MIT"}

// stated are licences that a package tells in its README alone.
var stated = map[string]string{"only 0.0.2": "MIT"}

// signs tell a licence by a part of its text that no other has. The first that fits counts.
var signs = []struct{ licence, sign string }{
	{"Apache-2.0 AND MIT", "This project is covered by two different licenses: MIT and Apache"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"Apache-2.0", "Apache License Version 2.0"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce the above copyright notice"},
}

var space = regexp.MustCompile(`\s+`)

// licenceOf reads the licence's file in the folder of a module.
func licenceOf(dir string) string {
	entries, _ := os.ReadDir(dir) // a folder that is not there has no licence
	for _, entry := range entries {
		name := strings.ToUpper(entry.Name())
		if entry.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "UNLICENSE") || strings.Contains(name, "LIBYAML") {
			continue
		}
		raw, _ := os.ReadFile(filepath.Join(dir, entry.Name())) //nolint:gosec // of the module cache
		text := space.ReplaceAllString(string(raw), " ")
		for _, s := range signs {
			if strings.Contains(text, s.sign) {
				return s.licence
			}
		}
	}
	return "unknown"
}

// modules lists the Go modules whose packages the program or its tests are made of, from the
// module cache alone.
func modules(t *testing.T) []dependency {
	t.Helper()
	list := func(args ...string) map[string]dependency {
		cmd := exec.Command("go", append([]string{"list", "-deps", "-f", `{{with .Module}}{{.Path}} {{.Version}} {{.Indirect}} {{.Dir}}{{end}}`}, args...)...) //nolint:gosec // our own arguments
		cmd.Dir, cmd.Env = "..", append(cmd.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly")
		var out, trouble bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &trouble
		if err := cmd.Run(); err != nil {
			t.Fatalf("go list: %v\n%s", err, trouble.String())
		}
		found := make(map[string]dependency)
		for line := range strings.Lines(out.String()) {
			f := strings.Fields(line)
			if len(f) != 4 { // the standard library, and our own module, which has no version
				continue
			}
			if _, known := found[f[0]]; !known {
				found[f[0]] = dependency{name: f[0], version: f[1], direct: f[2] == "false", licence: licenceOf(f[3]), where: "tests"}
			}
		}
		return found
	}
	all := list("-test", "./...")
	for name := range list("./cmd/ftcmetrics") {
		d := all[name]
		d.where = "program"
		all[name] = d
	}
	return slices.SortedFunc(maps.Values(all), func(a, b dependency) int { return strings.Compare(a.name, b.name) })
}

// packages lists the npm packages of a folder, from its lock file.
func packages(t *testing.T, folder string) []dependency {
	t.Helper()
	var lock struct {
		Packages map[string]struct {
			Version, License string
			Dev, Optional    bool
			Dependencies     map[string]string
			DevDependencies  map[string]string
			PeerDependencies map[string]string
		}
	}
	raw, err := os.ReadFile(filepath.Join("..", folder, "package-lock.json"))
	if err == nil {
		err = json.Unmarshal(raw, &lock)
	}
	if err != nil {
		t.Fatal(err)
	}
	root := lock.Packages[""]
	found := make(map[string]dependency)
	for path, p := range lock.Packages {
		at := strings.LastIndex(path, "node_modules/")
		if at < 0 {
			continue
		}
		d := dependency{name: path[at+len("node_modules/"):], version: p.Version, licence: p.License, where: folder}
		if !p.Dev && folder == "web" {
			d.where += ", in what browsers load"
		}
		if d.licence == "" {
			d.licence = stated[d.name+" "+d.version]
		}
		top := at == 0
		d.direct = top && (root.Dependencies[d.name] != "" || root.DevDependencies[d.name] != "" || root.PeerDependencies[d.name] != "")
		found[d.name+" "+d.version] = d
	}
	return slices.SortedFunc(maps.Values(found), func(a, b dependency) int { return strings.Compare(a.name+" "+a.version, b.name+" "+b.version) })
}

const handwritten = "| name | version | licence | where | why |\n|---|---|---|---|---|\n"

// sentences reads why each direct dependency is there, which is written by hand.
func sentences(text string) map[string]string {
	why := make(map[string]string)
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) == 5 {
			why[strings.TrimSpace(cells[0])] = strings.TrimSpace(cells[4])
		}
	}
	return why
}

// tables writes the direct dependencies with their sentences and the others in short. A
// package that several folders have in one version is one row.
func tables(list []dependency, why map[string]string) string {
	var direct, others strings.Builder
	merged := make(map[string]dependency)
	var order []string
	for _, d := range list {
		key := d.name + " " + d.version
		if old, twice := merged[key]; twice {
			d.where, d.direct = old.where+"; "+d.where, d.direct || old.direct
		} else {
			order = append(order, key)
		}
		merged[key] = d
	}
	slices.Sort(order)
	for _, key := range order {
		d := merged[key]
		if d.direct {
			fmt.Fprintf(&direct, "| %s | %s | %s | %s | %s |\n", d.name, d.version, d.licence, d.where, why[d.name])
		} else {
			fmt.Fprintf(&others, "| %s | %s | %s | %s |\n", d.name, d.version, d.licence, d.where)
		}
	}
	return handwritten + direct.String() + "\nThey bring along:\n\n| name | version | licence | where |\n|---|---|---|---|\n" + others.String()
}

// TestDependencies holds dependencies.md to go.mod, the lock files and the licences as they
// lie in the module cache; it needs no network.
func TestDependencies(t *testing.T) {
	const path = "dependencies.md"
	text := document(t, path)
	why := sentences(text)
	goModules := modules(t)
	var npm []dependency
	for _, folder := range []string{"web", "clients/react", "e2e"} {
		npm = append(npm, packages(t, folder)...)
	}
	want := text
	for mark, list := range map[string][]dependency{"go": goModules, "npm": npm} {
		begin, end := "<!-- "+mark+" -->\n", "<!-- end of "+mark+" -->"
		before, rest, ok1 := strings.Cut(want, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("%s has lost the marks of %s", path, mark)
		}
		want = before + begin + tables(list, why) + end + after
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	} else if want != text {
		t.Error("dependencies.md is old; run: make licences")
	}
	for _, problem := range unfit(append(goModules, npm...), sentences(want)) {
		t.Error(problem)
	}
}

// unfit names what may not be: a licence that is unknown or not accepted, and a direct
// dependency without a reason.
func unfit(list []dependency, why map[string]string) (problems []string) {
	for _, d := range list {
		if !slices.Contains(accepted, d.licence) {
			problems = append(problems, fmt.Sprintf("%s %s has the licence %q", d.name, d.version, d.licence))
		}
		if d.direct && why[d.name] == "" {
			problems = append(problems, d.name+" is there for no reason: write one into dependencies.md")
		}
	}
	return problems
}

// TestDependenciesControl proves that each problem is found.
func TestDependenciesControl(t *testing.T) {
	good, copyleft, unasked := dependency{name: "a", licence: "MIT", direct: true}, dependency{name: "b", licence: "AGPL-3.0"}, dependency{name: "c", licence: "ISC", direct: true}
	why := sentences(handwritten + "| a | 1 | MIT | web | it is good |\n| c | 1 | ISC | web |  |\n")
	got := unfit([]dependency{good, copyleft, unasked}, why)
	if len(got) != 2 || !strings.Contains(got[0], "AGPL") || !strings.Contains(got[1], "c is there for no reason") {
		t.Errorf("%q", got)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "LICENSE"), []byte("All rights reserved."), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := licenceOf(dir); got != "unknown" {
		t.Errorf("nobody's licence is taken for %s", got)
	}
}
