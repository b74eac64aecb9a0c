// Package backup writes a whole database into one file and makes a database from such a
// file. The file is a zip archive with a CSV table for each table of the database, as
// PostgreSQL writes them, and contents.json, which says what there is.
package backup

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// format is the version of the file's layout.
const format = 1

const contentsName = "contents.json"

// Contents is what a file says of itself.
type Contents struct {
	Format  int       `json:"format"`
	Schema  int64     `json:"schema"` // number of the last migration
	TakenAt time.Time `json:"takenAt"`
	Tables  []Table   `json:"tables"` // those that others refer to come first
}

// Table is one table in a file.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
}

func (t Table) file() string { return t.Name + ".csv" }

func (t Table) quoted() string { return pgx.Identifier{t.Name}.Sanitize() }

func (t Table) columns() string {
	quoted := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}

// plain has PostgreSQL write values in the one way that every server reads.
const plain = "SET LOCAL client_encoding = 'UTF8'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1"

// Watch is told how far a backup or a restore is: how much there is in all, each part of that
// when it is done, and each whole table.
type Watch struct {
	All   func(parts int64)
	Did   func(parts int64)
	Table func(Table)
}

// orNobody fills in what the caller does not want to hear.
func (w Watch) orNobody() Watch {
	if w.All == nil {
		w.All = func(int64) {}
	}
	if w.Did == nil {
		w.Did = func(int64) {}
	}
	if w.Table == nil {
		w.Table = func(Table) {}
	}
	return w
}

// rowWriter counts the rows that pass: PostgreSQL sends each by itself.
type rowWriter struct {
	io.Writer
	did func(int64)
}

// Write implements io.Writer.
func (w rowWriter) Write(row []byte) (int, error) {
	w.did(1)
	return w.Writer.Write(row)
}

// Write writes the database as it is at one moment, while others go on using it. The parts
// that watch hears of are rows.
func Write(ctx context.Context, conn *pgx.Conn, w io.Writer, watch Watch) (Contents, error) {
	watch = watch.orNobody()
	c := Contents{Format: format}
	err := pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, plain); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT now(), max(version_id) FROM goose_db_version WHERE is_applied").Scan(&c.TakenAt, &c.Schema); err != nil {
			return fmt.Errorf("read the schema's version: %w", err)
		}
		var err error
		if c.Tables, err = tables(ctx, tx); err != nil {
			return err
		}
		if err := count(ctx, tx, c.Tables, watch.All); err != nil {
			return err
		}
		archive := zip.NewWriter(w)
		var sent int64
		for i := range c.Tables {
			if err := writeTable(ctx, tx, archive, &c.Tables[i], watch.Did); err != nil {
				return err
			}
			watch.Table(c.Tables[i])
			sent += 1 + c.Tables[i].Rows
		}
		watch.All(sent) // now that it is known
		watch.Did(0)
		// Last, so that it has the numbers of rows.
		entry, err := archive.Create(contentsName)
		if err != nil {
			return err
		}
		enc := json.NewEncoder(entry)
		enc.SetIndent("", "  ")
		if err := enc.Encode(c); err != nil {
			return err
		}
		return archive.Close()
	})
	return c, err
}

// count tells roughly how many lines there will be: what the server knows without looking,
// and a heading for each table.
func count(ctx context.Context, tx pgx.Tx, list []Table, all func(int64)) error {
	var rows int64
	err := tx.QueryRow(ctx, "SELECT coalesce(sum(greatest(n_live_tup, 0)), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = current_schema()").Scan(&rows)
	all(rows + int64(len(list)))
	return err
}

func writeTable(ctx context.Context, tx pgx.Tx, archive *zip.Writer, t *Table, did func(int64)) error {
	entry, err := archive.Create(t.file())
	if err != nil {
		return err
	}
	tag, err := tx.Conn().PgConn().CopyTo(ctx, rowWriter{entry, did}, "COPY "+t.quoted()+" ("+t.columns()+") TO STDOUT WITH (FORMAT csv, HEADER)")
	if err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	t.Rows = tag.RowsAffected()
	return nil
}

// tables lists the database's tables with the columns that are not computed.
func tables(ctx context.Context, tx pgx.Tx) ([]Table, error) {
	rows, _ := tx.Query(ctx, `SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> 'goose_db_version'
			AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		GROUP BY c.relname ORDER BY c.relname`)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Table, err error) {
		return t, row.Scan(&t.Name, &t.Columns)
	})
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	rows, _ = tx.Query(ctx, `SELECT child.relname, parent.relname FROM pg_constraint k
		JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
		WHERE k.contype = 'f' AND child.relnamespace = current_schema()::regnamespace AND child.oid <> parent.oid`)
	parents := make(map[string][]string)
	var child, parent string
	_, err = pgx.ForEachRow(rows, []any{&child, &parent}, func() error {
		parents[child] = append(parents[child], parent)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the references: %w", err)
	}
	return inOrder(list, parents)
}

// inOrder puts each table behind those that it refers to.
func inOrder(list []Table, parents map[string][]string) ([]Table, error) {
	var ordered []Table
	placed := make(map[string]bool)
	for len(ordered) < len(list) {
		before := len(ordered)
		for _, t := range list {
			waits := slices.ContainsFunc(parents[t.Name], func(p string) bool { return !placed[p] })
			if !placed[t.Name] && !waits {
				ordered = append(ordered, t)
				placed[t.Name] = true
			}
		}
		if len(ordered) == before {
			return nil, fmt.Errorf("tables refer to each other in a circle: %d of %d can be put in order", before, len(list))
		}
	}
	return ordered, nil
}
