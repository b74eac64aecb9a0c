package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/schema"
)

// Archive is a backup that was opened and looks whole.
type Archive struct {
	Contents
	files *zip.Reader
}

// Open reads all of a file and reports what it is. It refuses what is no backup, was cut
// short, or has changed since.
func Open(from io.ReaderAt, size int64) (*Archive, error) {
	files, err := zip.NewReader(from, size)
	if err != nil {
		return nil, fmt.Errorf("this is no backup, or not all of one: %w", err)
	}
	a := &Archive{files: files}
	contents, err := files.Open(contentsName)
	if err != nil {
		return nil, fmt.Errorf("this is no backup of ours: %w", err)
	}
	defer func() { _ = contents.Close() }() // it was only read
	if err := json.NewDecoder(contents).Decode(&a.Contents); err != nil {
		return nil, fmt.Errorf("%s: %w", contentsName, err)
	}
	if a.Format != format {
		return nil, fmt.Errorf("the backup has layout %d and this program knows %d: use a newer program", a.Format, format)
	}
	for _, t := range a.Tables {
		if err := a.read(t, func(r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *Archive) read(t Table, use func(io.Reader) error) error {
	file, err := a.files.Open(t.file())
	if err == nil {
		err = errors.Join(use(file), file.Close())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", t.file(), err)
	}
	return nil
}

// Restore makes the database at url what it was when the backup was taken, all of it or
// nothing. Backups of earlier versions are migrated. Nobody else should use the database
// meanwhile. The parts that watch hears of are bytes.
func (a *Archive) Restore(ctx context.Context, url string, watch Watch) error {
	watch = watch.orNobody()
	var size int64
	for _, f := range a.files.File {
		if f.Name != contentsName {
			size += int64(f.UncompressedSize64) //nolint:gosec // no file has that many bytes
		}
	}
	watch.All(size)
	return schema.Rebuild(ctx, url, a.Schema, func(ctx context.Context, conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return a.fill(ctx, tx, watch) })
	})
}

func (a *Archive) fill(ctx context.Context, tx pgx.Tx, watch Watch) error {
	if _, err := tx.Exec(ctx, plain); err != nil {
		return err
	}
	there, err := tables(ctx, tx)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range there {
		names = append(names, t.quoted())
	}
	if _, err := tx.Exec(ctx, "TRUNCATE "+strings.Join(names, ", ")); err != nil { // what migrations put there
		return err
	}
	for _, t := range a.Tables {
		if err := a.read(t, func(r io.Reader) error { return fillTable(ctx, tx, t, byteReader{r, watch.Did}) }); err != nil {
			return err
		}
		watch.Table(t)
	}
	return countOn(ctx, tx)
}

// byteReader counts the bytes that pass.
type byteReader struct {
	io.Reader
	did func(int64)
}

// Read implements io.Reader.
func (r byteReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.did(int64(n))
	return n, err
}

func fillTable(ctx context.Context, tx pgx.Tx, t Table, from io.Reader) error {
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, bufio.NewReaderSize(from, 1<<16), "COPY "+t.quoted()+" ("+t.columns()+") FROM STDIN WITH (FORMAT csv, HEADER match)")
	if err != nil {
		return err
	}
	if tag.RowsAffected() != t.Rows {
		return fmt.Errorf("%d rows where there were %d", tag.RowsAffected(), t.Rows)
	}
	return nil
}

// countOn has each column that numbers its rows go on behind the highest number there is.
func countOn(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `DO $$ DECLARE c record; BEGIN
		FOR c IN SELECT k.relname AS t, a.attname AS n FROM pg_class k JOIN pg_attribute a ON a.attrelid = k.oid
			WHERE k.relnamespace = current_schema()::regnamespace AND k.relkind = 'r' AND a.attidentity <> '' AND k.relname <> 'goose_db_version' LOOP
			EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I', quote_ident(c.t), c.n, c.n, c.t);
		END LOOP;
	END $$`)
	return err
}

// Accounts says how many people have an account in the database at url, which may have no
// tables yet.
func Accounts(ctx context.Context, url string) (n int64, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var made bool
	if err := conn.QueryRow(ctx, "SELECT to_regclass('users') IS NOT NULL").Scan(&made); err != nil || !made {
		return 0, err
	}
	return n, conn.QueryRow(ctx, "SELECT count(*) FROM users").Scan(&n)
}
