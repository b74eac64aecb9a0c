package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

type seasonCommand struct {
	Check seasonCheckCommand `cmd:"" help:"Say whether a file is a season that the program would take, and if not, all that is wrong and where."`
}

type seasonCheckCommand struct {
	jsonFlag
	Files []string `arg:"" name:"file" help:"Season files, each named after its year: 2027.json."`
}

// checkedSeason is what check finds of one file.
type checkedSeason struct {
	File   string        `json:"file"`
	OK     bool          `json:"ok"`
	Faults []seasonFault `json:"faults"`
}

// seasonFault is a fault and its place.
type seasonFault struct {
	Line    int    `json:"line,omitempty"`
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Run checks all of the files before it fails.
func (c *seasonCheckCommand) Run(in *invocation) error {
	list := make([]checkedSeason, len(c.Files))
	good := true
	for i, name := range c.Files {
		raw, err := os.ReadFile(name) //nolint:gosec // the caller's own file
		if err != nil {
			return err
		}
		list[i] = checkSeason(name, raw)
		good = good && list[i].OK
	}
	err := c.print(in.out, list, func() error {
		for _, season := range list {
			if err := season.say(in); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && !good {
		return reportedError{}
	}
	return err
}

func checkSeason(name string, raw []byte) checkedSeason {
	season := checkedSeason{File: name, Faults: []seasonFault{}}
	for _, f := range seasons.CheckFile(filepath.ToSlash(name), raw) {
		season.Faults = append(season.Faults, seasonFault{Line: lineOf(raw, f.Pointer), Pointer: f.Pointer, Detail: f.Detail})
	}
	season.OK = len(season.Faults) == 0
	return season
}

func (s checkedSeason) say(in *invocation) error {
	if s.OK {
		_, err := fmt.Fprintf(in.out, "%s: ok\n", s.File)
		return err
	}
	var errs []error
	for _, f := range s.Faults {
		at := s.File
		if f.Line > 0 {
			at += ":" + strconv.Itoa(f.Line)
		}
		if f.Pointer != "" {
			at += ": " + f.Pointer
		}
		_, err := fmt.Fprintf(in.out, "%s: %s\n", at, f.Detail)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// lineOf is the line of what a JSON pointer points at, or of the nearest part around it that
// is there; in a file that is no JSON, the line where it stops to be.
func lineOf(raw []byte, pointer string) int {
	var syntax *json.SyntaxError
	if err := json.Unmarshal(raw, new(any)); errors.As(err, &syntax) {
		return line(raw, int(syntax.Offset))
	}
	found := 0
	var parts []string
	if pointer != "" {
		parts = strings.Split(pointer[1:], "/")
	}
	walk := jsonWalk{raw: raw, dec: json.NewDecoder(bytes.NewReader(raw))}
	_ = walk.value(parts, &found) // what it has found so far is the nearest
	return line(raw, found)
}

// jsonWalk goes through JSON along a pointer.
type jsonWalk struct {
	raw []byte
	dec *json.Decoder
}

var errFound = errors.New("found")

// value reads the next value. at is moved to the place of each part on the way.
func (w jsonWalk) value(parts []string, at *int) error {
	begin, err := w.dec.Token()
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		return errFound
	}
	unescaped := strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[0])
	for i := 0; w.dec.More(); i++ {
		key := strconv.Itoa(i)
		where := w.next()
		if begin == json.Delim('{') {
			name, err := w.dec.Token()
			if err != nil {
				return err
			}
			key = fmt.Sprint(name)
		}
		if key == unescaped {
			*at = where
			return w.value(parts[1:], at)
		}
		if err := w.dec.Decode(new(json.RawMessage)); err != nil {
			return err
		}
	}
	return errFound // it is missing here
}

// next is where the next key or value begins.
func (w jsonWalk) next() int {
	at := int(w.dec.InputOffset())
	return at + len(w.raw[at:]) - len(bytes.TrimLeft(w.raw[at:], ", \t\r\n"))
}
