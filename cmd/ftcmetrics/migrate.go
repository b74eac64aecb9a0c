package main

import (
	"errors"
	"fmt"

	"github.com/ftcmetrics/ftcmetrics/schema"
)

type migrateCommand struct {
	serveConfig
	jsonFlag
	Status bool `help:"Change nothing: only say how far the database is. The exit code is 1 if there is something to do."`
}

// migration is what migrate prints as JSON.
type migration struct {
	Before  int64 `json:"before"`  // version of the schema that was found
	Now     int64 `json:"now"`     // and that there is now
	Program int64 `json:"program"` // the newest that this program knows
}

// Run migrates the database.
func (c *migrateCommand) Run(in *invocation) (err error) {
	d, url, err := reachDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	var m migration
	if m.Before, m.Program, err = schema.Version(in.ctx, url); err != nil {
		return err
	}
	if m.Now = m.Before; !c.Status {
		if err := schema.Migrate(in.ctx, url); err != nil {
			return err
		}
		m.Now = m.Program
	}
	if err := c.print(in.out, m, func() error { return m.say(in) }); err != nil {
		return err
	}
	if m.Now != m.Program {
		return reportedError{}
	}
	return nil
}

func (m migration) say(in *invocation) error {
	text := fmt.Sprintf("the database has schema %d, which is this program's", m.Now)
	switch {
	case m.Now > m.Program:
		text = fmt.Sprintf("the database has schema %d and this program knows %d: use the newer program", m.Now, m.Program)
	case m.Now < m.Program:
		text = fmt.Sprintf("the database has schema %d and this program %d: ftcmetrics migrate, or a start of the server, brings it there", m.Now, m.Program)
	case m.Before != m.Now:
		text = fmt.Sprintf("migrated from schema %d to %d", m.Before, m.Now)
	}
	_, err := fmt.Fprintln(in.out, text)
	return err
}
