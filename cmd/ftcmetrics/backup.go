package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/schema/backup"
)

type backupCommand struct {
	serveConfig
	jsonFlag
	File string `arg:"" optional:"" help:"Where to write; ftcmetrics-DATE.zip in this folder if left out, - for standard output."`
}

// Run writes a file of its own and gives it its name when it is whole.
func (c *backupCommand) Run(in *invocation) (err error) {
	d, url, err := reachDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if c.File == "-" {
		_, err := writeBackup(in.ctx, url, in.out, io.Discard)
		return err
	}
	name := c.File
	if name == "" {
		name = "ftcmetrics-" + time.Now().Format("2006-01-02-150405") + ".zip"
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".ftcmetrics-backup-*") // only for its owner: it has everything
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // has another name by then, if all went well
	contents, err := writeBackup(in.ctx, url, file, in.err)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	info, err := os.Stat(file.Name())
	if err != nil {
		return err
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return err
	}
	written := written{File: name, Bytes: info.Size(), Rows: rowsOf(contents), Contents: contents}
	return c.print(in.out, written, func() error {
		_, err := fmt.Fprintf(in.out, "%s: %d tables, %d rows, %d KiB\n", name, len(contents.Tables), written.Rows, (written.Bytes+1023)/1024)
		return err
	})
}

// written is what backup prints as JSON.
type written struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
	Rows  int64  `json:"rows"`
	backup.Contents
}

func writeBackup(ctx context.Context, url string, w, progress io.Writer) (contents backup.Contents, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return contents, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tell, end := watch(progress)
	defer end()
	return backup.Write(ctx, conn, w, tell)
}

// watch returns what says how far a backup or a restore is: a bar on a terminal, elsewhere a
// line for each table. end takes the bar away.
func watch(w io.Writer) (told backup.Watch, end func()) {
	if terminal(w) {
		bar := newProgress(w, "database", 0)
		return backup.Watch{All: bar.of, Did: bar.add}, bar.end
	}
	return backup.Watch{Table: func(t backup.Table) {
		if t.Rows > 0 {
			_, _ = fmt.Fprintf(w, "  %-24s %9d rows\n", t.Name, t.Rows)
		}
	}}, func() {}
}

func rowsOf(c backup.Contents) (n int64) {
	for _, t := range c.Tables {
		n += t.Rows
	}
	return n
}

type restoreCommand struct {
	serveConfig
	jsonFlag
	File    string `arg:"" help:"A file that the backup command wrote."`
	Replace bool   `help:"Replace what is in the database now."`
}

// Run makes the database of the file, all of it or nothing.
func (c *restoreCommand) Run(in *invocation) (err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	archive, err := backup.Open(file, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	_, _ = fmt.Fprintf(in.err, "%s: taken %s, %d rows\n", c.File, archive.TakenAt.Local().Format("2006-01-02 15:04:05"), rowsOf(archive.Contents))
	d, url, err := reachDatabase(in.ctx, c.serveConfig, c.logger(in.err), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if !c.Replace {
		if err := wantEmpty(in.ctx, url); err != nil {
			return err
		}
	}
	tell, end := watch(in.err)
	err = archive.Restore(in.ctx, url, tell)
	end()
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	return c.print(in.out, archive.Contents, func() error {
		_, err := fmt.Fprintln(in.out, "restored; start the server, and clients will load everything again")
		return err
	})
}

// wantEmpty refuses a database in which somebody has an account.
func wantEmpty(ctx context.Context, url string) error {
	accounts, err := backup.Accounts(ctx, url)
	if err == nil && accounts > 0 {
		err = fmt.Errorf("the database has %d accounts: --replace replaces them and all else", accounts)
	}
	return err
}
