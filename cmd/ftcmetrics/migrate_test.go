package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestMigrate brings an empty database to the program's schema, once, and refuses a newer one.
func TestMigrate(t *testing.T) {
	t.Parallel()
	url := alone(t)
	exec := func(sql string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), url)
		must(t, err)
		defer func() { must(t, conn.Close(t.Context())) }()
		_, err = conn.Exec(t.Context(), sql)
		must(t, err)
	}
	exec("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	run := func(args ...string) (int, string) {
		cmd := program(t.TempDir(), append([]string{"migrate"}, args...)...)
		cmd.Env = append(cmd.Env, "DATABASE_URL="+url)
		code, out, errOut := outcome(cmd)
		return code, out + errOut
	}
	if code, out := run("--status"); code != 1 || !strings.Contains(out, "schema 0") {
		t.Errorf("an empty database: %d %s", code, out)
	}
	var done migration
	code, out := run("--json")
	decode(t, out, &done)
	if code != 0 || done.Before != 0 || done.Now != done.Program || done.Now < 10 {
		t.Errorf("migrated: %d %s", code, out)
	}
	if code, out := run(); code != 0 || !strings.Contains(out, "which is this program's") {
		t.Errorf("again: %d %s", code, out)
	}
	exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	if code, out := run("--status"); code != 1 || !strings.Contains(out, "newer program") {
		t.Errorf("a newer database: %d %s", code, out)
	}
	if code, out := run(); code != 1 || !strings.Contains(out, "newer program") {
		t.Errorf("to migrate a newer database: %d %s", code, out)
	}
}
