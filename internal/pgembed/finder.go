package pgembed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first PostgreSQL that has everything we use.
const oldest = 15

// programs are the parts of one PostgreSQL installation.
type programs struct {
	postgres, initdb string
	version          string // such as "15.18"
	major            int
}

// finder knows where PostgreSQL may be. Its fields are what tests replace.
type finder struct {
	pgbin  string   // the only folder to use, if not empty
	path   []string // folders of PATH
	globs  []string // folders where installers put it
	bundle bundle   // what npm has, as the last resort
}

// systemFinder searches this machine.
func systemFinder() finder {
	f := finder{
		pgbin: os.Getenv("PGBIN"),
		path:  filepath.SplitList(os.Getenv("PATH")),
		globs: []string{
			"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
			"/usr/pgsql-*/bin",          // PostgreSQL's own packages for Red Hat
			"/usr/libexec/postgresql*",  // Alpine
			"/usr/lib/postgresql*/bin",  // SUSE
			"/usr/local/pgsql/bin",      // built from source
			"/opt/homebrew/opt/postgresql*/bin",
			"/usr/local/opt/postgresql*/bin", // Homebrew on Intel
			"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
			"/Applications/Postgres.app/Contents/Versions/*/bin",
			"/opt/local/lib/postgresql*/bin", // MacPorts
			"/run/current-system/sw/bin",     // NixOS
			"/nix/var/nix/profiles/default/bin",
		},
		bundle: pinnedBundle(runtime.GOOS, runtime.GOARCH),
	}
	if cache, err := os.UserCacheDir(); err == nil {
		f.globs = append(f.globs, filepath.Join(cache, "ftcmetrics", "postgres", "*", "bin")) // fetched for this user before
	}
	return f
}

// find returns the programs for the cluster: of exactly its version if it exists, of any we
// support otherwise.
func (f finder) find(ctx context.Context, c cluster, cacheDir string, log *slog.Logger) (programs, error) {
	var others []string // versions that do not fit
	for _, dir := range f.folders(ctx) {
		bin, err := inspect(ctx, dir)
		switch {
		case err != nil && dir == f.pgbin:
			return programs{}, fmt.Errorf("PGBIN does not name a folder with PostgreSQL's programs: %w", err)
		case err != nil:
		case bin.fits(c):
			return bin, nil
		case !slices.Contains(others, bin.version):
			others = append(others, bin.version)
		}
	}
	var fetchErr error
	if f.pgbin == "" && (!c.exists || c.major == f.bundle.major()) {
		bin, err := f.bundle.get(ctx, cacheDir, log)
		if err == nil {
			return bin, nil
		}
		fetchErr = err
	}
	return programs{}, missing(c, others, fetchErr)
}

// missing is the error for people: what to type next.
func missing(c cluster, others []string, cause error) error {
	major, have := 17, ""
	if len(others) > 0 {
		have = " (found: " + strings.Join(others, ", ") + ")"
	}
	what := fmt.Sprintf("no PostgreSQL %d or newer on this machine%s", oldest, have)
	debian := "postgresql"
	if c.exists {
		major = c.major
		what = fmt.Sprintf("the database in %s was made by PostgreSQL %d, which is not on this machine%s", c.path, c.major, have)
		debian = fmt.Sprintf("postgresql-%d", major)
	}
	err := fmt.Errorf("%s; install it with `apt-get install %s` or `brew install postgresql@%d`, or set DATABASE_URL", what, debian, major)
	if cause != nil {
		return fmt.Errorf("%w; npm could not supply it either: %w", err, cause)
	}
	return err
}

func (p programs) fits(c cluster) bool {
	if c.exists {
		return p.major == c.major
	}
	return p.major >= oldest
}

// folders lists the candidates, best first, each once.
func (f finder) folders(ctx context.Context) []string {
	if f.pgbin != "" {
		return []string{f.pgbin}
	}
	var dirs []string
	add := func(dir string) {
		if real, err := filepath.EvalSymlinks(dir); err == nil && !slices.Contains(dirs, real) {
			dirs = append(dirs, real)
		}
	}
	for _, dir := range f.path {
		// A link in PATH stands for its target: initdb and the libraries are there.
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			add(filepath.Dir(real))
		}
	}
	for _, dir := range f.path {
		config := filepath.Join(dir, "pg_config")
		if output, err := exec.CommandContext(ctx, config, "--bindir").Output(); err == nil {
			add(strings.TrimSpace(string(output)))
		}
	}
	for _, glob := range f.globs {
		found, _ := filepath.Glob(glob) // the patterns are constants and valid
		slices.SortFunc(found, func(a, b string) int { return lastNumber(b) - lastNumber(a) })
		for _, dir := range found {
			add(dir)
		}
	}
	return dirs
}

// lastNumber returns the last number in a path, which there is the version.
func lastNumber(path string) int {
	fields := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(fields[len(fields)-1])
	return n
}

var versionText = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// inspect makes sure that a folder has a server that works: client packages come with some
// of the programs and not with others.
func inspect(ctx context.Context, dir string) (programs, error) {
	bin := programs{postgres: filepath.Join(dir, "postgres"), initdb: filepath.Join(dir, "initdb")}
	if _, err := os.Stat(bin.initdb); err != nil {
		return bin, err
	}
	cmd := exec.CommandContext(ctx, bin.postgres, "--version")
	cmd.Env = cleanEnvironment()
	output, err := cmd.Output()
	if err != nil {
		return bin, fmt.Errorf("%s --version: %w", bin.postgres, err)
	}
	match := versionText.FindStringSubmatch(string(output))
	if match == nil {
		return bin, errors.New(bin.postgres + " does not say its version")
	}
	bin.version = match[1]
	bin.major, err = strconv.Atoi(match[2])
	return bin, err
}
