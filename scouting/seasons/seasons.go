// Package seasons knows the games: what a scout counts, what it is worth, and when an
// alliance earns a ranking point. A game is one JSON file; the code knows no game.
//
// README.md beside this file says how to write one.
package seasons

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

//go:embed *.json
var embedded embed.FS

// Book holds the seasons of one folder. It never changes after Read, so any number of
// goroutines may use it.
type Book struct {
	newestFirst []*Season
}

// Load returns the seasons that are built into the binary.
func Load() (*Book, error) { return Read(embedded) }

// Read returns the seasons of a folder: every *.json in its root is one. A file with any
// fault fails the whole book, so that a mistake is found at start and not during a match.
func Read(fsys fs.FS) (*Book, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list season files: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("no season files found")
	}
	var (
		book     Book
		problems []error
	)
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read season file: %w", err)
		}
		season, faults := parse(name, raw)
		for _, f := range faults {
			problems = append(problems, fmt.Errorf("season file %s: %s: %s", path.Base(name), f.Pointer, f.Detail))
		}
		book.newestFirst = append(book.newestFirst, season)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	slices.SortFunc(book.newestFirst, func(a, b *Season) int { return b.Year - a.Year })
	return &book, nil
}

// Season returns the season that kicked off in the year.
func (b *Book) Season(year int) (*Season, bool) {
	for _, s := range b.newestFirst {
		if s.Year == year {
			return s, true
		}
	}
	return nil, false
}

// Newest returns the season with the latest kick-off.
func (b *Book) Newest() *Season { return b.newestFirst[0] }

// All returns every season, the newest first.
func (b *Book) All() []*Season { return slices.Clone(b.newestFirst) }
