package archtest

import (
	"slices"
	"strconv"
	"strings"
)

// rule says what the packages whose folder matches may import.
type rule struct {
	folder string   // a folder, or "folder/..." for it and all below; the first match counts
	ours   []string // packages of this module, in the same notation
	denied []string // import paths of others, in the same notation
	tests  []string // packages of this module that its test files may use besides
}

// anything matches every package of this module.
const anything = "..."

// What several rows share.
var (
	sql      = []string{"database/sql/...", "github.com/jackc/...", "github.com/pressly/goose/..."}
	httpSide = []string{"net/http/...", "github.com/go-chi/..."}
	allIO    = []string{"os/...", "io/fs", "net/...", "database/...", "syscall", "log/...", "github.com/jackc/...", "github.com/go-chi/..."}

	words    = []string{"realtime", "fault"}
	hubParts = []string{"realtime/hub", "realtime/protocol", "realtime/inspect", "realtime", "fault"}
	storage  = []string{"audit", "realtime/eventlog", "queries", "analytics", "realtime", "fault"}

	// Tests of a feature build their world with the other features over a real database.
	featureTests = []string{"scouting/...", "teams", "accounts", "ftc", "queries", "schema", "realtime/...", "internal/..."}
	hubTests     = []string{"realtime/...", "internal/..."}
)

// rules is the drawing in docs/architecture.md, outermost packages first. Imports point
// downwards: cmd, api, features, event log and queries, vocabulary; and cmd, the parts
// around the hub, the hub, the protocol, vocabulary.
var rules = []rule{
	{folder: "cmd/...", ours: []string{anything}},
	{folder: "api", ours: []string{"scouting", "scouting/seasons", "scouting/picklist", "teams", "accounts", "accounts/provider", "audit", "ftc", "ftc/live", "ftc/follow", "ftc/ratings", "analytics", "realtime/eventlog", "realtime/inspect", "realtime", "fault", "web"},
		denied: sql, tests: []string{anything}},
	{folder: "web", tests: []string{"internal/..."}},

	// Features. The actor of accounts is the only thing that they all know.
	{folder: "scouting", ours: slices.Concat([]string{"teams", "ftc", "scouting/seasons", "scouting/media", "scouting/consensus", "scouting/transfer", "scouting/assignments", "scouting/picklist", "accounts"}, storage), denied: httpSide, tests: featureTests},
	{folder: "scouting/assignments", denied: allIO, tests: []string{"internal/..."}},
	{folder: "scouting/consensus", ours: []string{"scouting/seasons"}, denied: allIO, tests: []string{"internal/..."}},
	{folder: "scouting/media", ours: []string{"fault"}, denied: allIO, tests: []string{"internal/..."}},
	{folder: "scouting/picklist", ours: []string{"fault"}, denied: allIO, tests: []string{"internal/..."}},
	// A season's file gives the rules that rankings, which knows no game, ranks by.
	{folder: "scouting/seasons", ours: []string{"ftc/rankings", "fault"}, denied: slices.Concat(httpSide, sql), tests: []string{"internal/..."}},
	{folder: "scouting/transfer", ours: []string{"scouting/seasons", "fault"}, denied: allIO, tests: []string{"internal/..."}},
	{folder: "teams", ours: slices.Concat([]string{"accounts"}, storage), denied: httpSide, tests: featureTests},
	// Sign-in providers speak HTTP; whom they vouch for is accounts' matter.
	{folder: "accounts/provider", ours: []string{"accounts", "fault"}, denied: sql, tests: []string{"internal/..."}},
	{folder: "accounts", ours: storage, denied: httpSide, tests: featureTests},
	{folder: "ftc/bracket", denied: allIO, tests: []string{"ftc/...", "internal/..."}},
	{folder: "ftc/rankings", denied: allIO, tests: []string{"ftc/...", "scouting/seasons", "internal/..."}},
	{folder: "ftc/live/venue", ours: []string{"ftc", "fault"}, denied: sql, tests: []string{"internal/..."}},
	{folder: "ftc/live", ours: slices.Concat([]string{"ftc", "accounts"}, storage), denied: httpSide, tests: featureTests},
	{folder: "ftc/ratings", ours: slices.Concat([]string{"ftc", "ftc/rankings", "ftc/bracket"}, storage), denied: httpSide, tests: slices.Concat([]string{"ftc/..."}, featureTests)},
	{folder: "ftc/follow", ours: slices.Concat([]string{"ftc", "accounts", "ftc/live", "ftc/live/venue", "ftc/firstapi"}, storage), denied: httpSide, tests: slices.Concat([]string{"ftc/..."}, featureTests)},
	// Where a game's points are in the official API's answers is in the season's file.
	{folder: "ftc/firstapi", ours: []string{"ftc", "scouting/seasons", "fault"}, denied: sql, tests: slices.Concat([]string{"ftc/firstapi/firstapitest"}, featureTests)},
	{folder: "ftc/firstapi/firstapitest", ours: []string{"ftc"}, denied: sql, tests: []string{"internal/..."}},
	{folder: "ftc", ours: slices.Concat([]string{"accounts"}, storage), denied: httpSide, tests: featureTests},
	// What the features write down of privileged actions.
	{folder: "audit", ours: storage, denied: httpSide, tests: featureTests},
	{folder: "analytics", denied: allIO, tests: []string{"internal/..."}},

	// Storage. Only here and in the features is there SQL.
	{folder: "realtime/eventlog", ours: slices.Concat([]string{"queries"}, words), denied: httpSide, tests: featureTests},
	{folder: "queries", ours: words, denied: httpSide, tests: []string{"schema", "internal/..."}},
	{folder: "schema", denied: httpSide, tests: []string{"internal/..."}},
	{folder: "schema/backup", ours: []string{"schema"}, denied: httpSide, tests: []string{"internal/..."}},

	// The hub half knows no feature and no SQL.
	{folder: "realtime", ours: []string{"fault"}, denied: slices.Concat(httpSide, sql), tests: hubTests},
	{folder: "realtime/protocol", ours: words, denied: slices.Concat([]string{"os/..."}, httpSide, sql), tests: hubTests},
	{folder: "realtime/inspect", ours: words, denied: slices.Concat([]string{"os/..."}, httpSide, sql), tests: hubTests},
	// The suite knows servers from outside only; its tests hold the real hub to it.
	{folder: "realtime/realtimetest", ours: []string{"realtime"}, denied: sql, tests: hubTests},
	{folder: "realtime/...", ours: hubParts, denied: sql, tests: hubTests},
	{folder: "docs", ours: []string{"."}, tests: []string{anything}},
	{folder: "."},
	{folder: "fault", denied: slices.Concat(httpSide, sql)},

	// The demo plays an FTC event through the features, as a client of them; only cmd uses it.
	{folder: "internal/demo", ours: []string{"scouting", "scouting/seasons", "teams", "accounts", "ftc", "ftc/firstapi/firstapitest", "realtime/client", "realtime/protocol", "realtime", "fault"},
		denied: sql, tests: []string{anything}},
	// The load generator knows servers from outside only; its tests try it on the real hub.
	{folder: "internal/loadgen/...", ours: []string{"internal/loadgen"}, denied: sql, tests: []string{"realtime/...", "internal/..."}},
	// Two teams at one FTC event, on everything at once.
	{folder: "internal/eventday", tests: []string{anything}},
	// Faults of the real program: it knows the program from outside only.
	{folder: "internal/faults", ours: []string{"internal/pgembed", "internal/porttest"}, tests: []string{anything}},
	// The doctor asks the real things around a server, as a client of them.
	{folder: "internal/doctor", ours: []string{"realtime/client", "realtime/protocol", "realtime/pusher", "realtime", "schema"}, tests: []string{"internal/..."}},
	{folder: "internal/pgtest", ours: []string{"internal/pgembed", "schema"}},
	{folder: "internal/redistest", ours: []string{"internal/porttest"}},
	{folder: "internal/...", tests: []string{"internal/..."}},
}

// checkImports compares what the file imports with its package's row.
func (t *tree) checkImports(f *file) {
	row := slices.IndexFunc(rules, func(r rule) bool { return matches(r.folder, f.folder) })
	if row < 0 {
		t.report(f.Name, "imports", "package %s has no row in internal/archtest/imports.go", f.folder)
		return
	}
	r := rules[row]
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the compiler says so
		}
		if ours, ok := t.ours(path); ok {
			if ours != f.folder && !allowed(r, ours, f.test) {
				t.report(spec, "imports", "%s may not import %s", f.folder, ours)
			}
		} else if !f.test && matchesAny(r.denied, path) {
			t.report(spec, "imports", "%s may not import %s", f.folder, path)
		}
	}
}

// ours returns the folder of an import path that belongs to this module.
func (t *tree) ours(path string) (string, bool) {
	if path == t.module {
		return ".", true
	}
	return strings.CutPrefix(path, t.module+"/")
}

func allowed(r rule, ours string, test bool) bool {
	return matchesAny(r.ours, ours) || test && matchesAny(r.tests, ours)
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, path) })
}

// matches reports whether the path is the pattern, or lies below a pattern that ends in
// "/...". A pattern never matches a mere beginning of a name.
func matches(pattern, path string) bool {
	if pattern == anything {
		return true
	}
	base, below := strings.CutSuffix(pattern, "/...")
	return path == base || below && strings.HasPrefix(path, base+"/")
}
