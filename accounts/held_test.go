package accounts

import (
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// notOfPersons are references to users that are shared tablets, which export nothing.
var notOfPersons = map[string]bool{"invites.device_id": true}

// TestAnExportKnowsEveryTable holds the nouns of an export against the schema: each column
// that refers to users is one by which some noun finds its rows.
func TestAnExportKnowsEveryTable(t *testing.T) {
	known := make(map[string]bool)
	for _, h := range everythingHeld() {
		for _, column := range h.columns {
			known[column] = true
		}
	}
	rows, err := pgtest.New(t).Query(t.Context(), `
		SELECT DISTINCT c.conrelid::regclass::text || '.' || a.attname
		FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass`)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			t.Fatal(err)
		}
		found++
		if !known[column] && !notOfPersons[column] {
			t.Errorf("%s refers to users: add a query to queries/held.sql and a row to everythingHeld", column)
		}
	}
	if rows.Err() != nil || found < 8 {
		t.Errorf("%d references, %v", found, rows.Err())
	}
}
