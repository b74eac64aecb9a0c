package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// servers are the commands whose business the whole configuration is.
var servers = []string{"serve", "hub", "demo"}

// alwaysShown are variables of the configuration that the help of every command tells of
// that looks at any: which server is meant.
var alwaysShown = []string{"DATA_DIR", "DATABASE_URL"}

const elsewhere = "The server's configuration applies, by its variables or by flags of the same names: ftcmetrics serve --help."

// describe completes the model: examples to every command, and no list of sixty variables
// where only two of them matter.
func describe(k *kong.Kong) error {
	all := examples()
	for _, leaf := range k.Model.Leaves(false) {
		path := leaf.Path()
		text, ok := all[path]
		if !ok {
			return fmt.Errorf("the command %q has no example", path)
		}
		leaf.Detail = "Examples:\n\n  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
		if !slices.Contains(servers, path) && hideConfiguration(leaf) {
			leaf.Detail += "\n\n" + elsewhere
		}
	}
	return nil
}

// hideConfiguration hides the flags of the configuration, which still work, and reports
// whether there were any.
func hideConfiguration(leaf *kong.Node) bool {
	configuration := make(map[string]bool)
	collect(reflect.TypeFor[serveConfig](), configuration)
	found := false
	for _, flag := range leaf.Flags {
		if len(flag.Envs) > 0 && configuration[flag.Envs[0]] {
			flag.Hidden, found = !slices.Contains(alwaysShown, flag.Envs[0]), true
		}
	}
	return found
}
