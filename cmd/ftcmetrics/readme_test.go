package main

import (
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from the code")

// TestREADMEConfigurationTable fails when the README's table is not what the code says.
func TestREADMEConfigurationTable(t *testing.T) {
	const path = "../../README.md"
	raw, err := os.ReadFile(path)
	must(t, err)
	before, rest, ok1 := strings.Cut(string(raw), "-update -->\n")
	_, after, ok2 := strings.Cut(rest, "<!-- end of configuration -->")
	if !ok1 || !ok2 {
		t.Fatal("the README has lost the marks around its configuration table")
	}
	var table strings.Builder
	table.WriteString("| variable | default | meaning |\n|---|---|---|\n")
	rows(&table, reflect.TypeFor[serveConfig]())
	want := before + "-update -->\n" + table.String() + "<!-- end of configuration -->" + after
	if *update {
		must(t, os.WriteFile(path, []byte(want), 0o644)) //nolint:gosec // a document
		return
	}
	if string(raw) != want {
		t.Error("the configuration table is old; run: go test ./cmd/ftcmetrics -run TestREADME -update")
	}
}

func rows(table *strings.Builder, t reflect.Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous {
			rows(table, field.Type)
			continue
		}
		names := strings.Split(field.Tag.Get("env"), ",")
		meaning := field.Tag.Get("help")
		if also := append(soketiAliases(names[0]), names[1:]...); len(also) > 0 {
			meaning += " Also `" + strings.Join(also, "`, `") + "`."
		}
		table.WriteString("| `" + names[0] + "` | " + field.Tag.Get("default") + " | " + meaning + " |\n")
	}
}
