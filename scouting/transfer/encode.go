package transfer

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// The first bytes of a payload.
const (
	payloadVersion  = 1
	kindEntries     = 1
	kindAssignments = 2
)

// The bits of an item's first byte.
const (
	bitBlue   = 1 << 0
	bitLevel  = 1 << 1 // two bits: an index of levels
	bitSeries = 1 << 3
	bitNotes  = 1 << 4
	allBits   = 1<<5 - 1
)

// levels are the levels of matches by their number on the wire.
var levels = [...]string{"qual", "playoff", "practice"}

// event is what the items of one FTC event share.
type event struct {
	season, formVersion int
	code                string
}

// writer collects a payload: the people and FTC events that items refer to come before them.
type writer struct {
	people []uuid.UUID
	events []event
	items  []byte
}

// Encode returns the chunks of a transfer, each of at most size characters.
func Encode(book *seasons.Book, b Bundle, size int) ([]string, error) {
	payload, err := encodePayload(book, b)
	if err != nil {
		return nil, err
	}
	return split(payload, min(max(size, MinChunk), MaxChunk))
}

func encodePayload(book *seasons.Book, b Bundle) ([]byte, error) {
	n := len(b.Entries) + len(b.Assignments)
	if n > MaxItems {
		return nil, ErrTooBig
	}
	if n == 0 || len(b.Entries) > 0 && len(b.Assignments) > 0 {
		return nil, ErrContent.Saying("A transfer carries entries or assignments, at least one and not both.")
	}
	var w writer
	kind := byte(kindEntries)
	for _, e := range b.Entries {
		if err := w.entry(book, e); err != nil {
			return nil, err
		}
	}
	for _, a := range b.Assignments {
		kind = kindAssignments
		w.place(a.Place, a.Scout, 0, 0)
		w.items = append(w.items, byte(a.Station))
	}
	out := append([]byte{payloadVersion, kind}, b.Team[:]...)
	out = binary.AppendUvarint(out, uint64(len(w.people)))
	for _, id := range w.people {
		out = append(out, id[:]...)
	}
	out = binary.AppendUvarint(out, uint64(len(w.events)))
	for _, e := range w.events {
		out = binary.AppendUvarint(out, uint64(e.season))
		out = binary.AppendUvarint(out, uint64(e.formVersion))
		out = binary.AppendUvarint(out, uint64(len(e.code)))
		out = append(out, e.code...)
	}
	out = binary.AppendUvarint(out, uint64(n))
	return append(out, w.items...), nil
}

func (w *writer) entry(book *seasons.Book, e Entry) error {
	season, ok := book.Season(e.Season)
	if !ok || season.Form.Version != e.FormVersion {
		return ErrForm
	}
	w.items = append(w.items, e.ID[:]...)
	var bits byte
	if e.Notes != "" {
		bits = bitNotes
	}
	w.place(e.Place, e.Author, e.FormVersion, bits)
	if err := w.form(season.Form, e.Data); err != nil {
		return err
	}
	if e.Notes != "" {
		w.items = binary.AppendUvarint(w.items, uint64(len(e.Notes)))
		w.items = append(w.items, e.Notes...)
	}
	return nil
}

// place writes what entries and assignments have in common.
func (w *writer) place(p Place, person uuid.UUID, formVersion int, bits byte) {
	bits |= byte(max(0, slices.Index(levels[:], p.Level))) * bitLevel
	if p.Alliance == "BLUE" {
		bits |= bitBlue
	}
	if p.Series != 0 {
		bits |= bitSeries
	}
	w.items = append(w.items, bits)
	w.items = binary.AppendUvarint(w.items, uint64(indexOf(&w.people, person)))
	w.items = binary.AppendUvarint(w.items, uint64(indexOf(&w.events, event{p.Season, formVersion, p.EventCode})))
	if p.Series != 0 {
		w.items = binary.AppendUvarint(w.items, uint64(p.Series))
	}
	w.items = binary.AppendUvarint(w.items, uint64(p.MatchNumber))
	w.items = binary.AppendUvarint(w.items, uint64(p.ScoutedTeam))
}

// indexOf returns the place of the value in the table, where it is put if it is new.
func indexOf[T comparable](table *[]T, v T) int {
	if i := slices.Index(*table, v); i >= 0 {
		return i
	}
	*table = append(*table, v)
	return len(*table) - 1
}

// form writes one number for each field, in the form's order.
func (w *writer) form(form seasons.Form, data json.RawMessage) error {
	var answers map[string]any
	if err := json.Unmarshal(data, &answers); err != nil {
		return fmt.Errorf("the data of a checked entry: %w", err)
	}
	for _, f := range form.Fields {
		n, ok := number(f, answers[f.Key])
		if !ok {
			return fmt.Errorf("the data of a checked entry: no %s", f.Key)
		}
		w.items = binary.AppendUvarint(w.items, uint64(n))
	}
	return nil
}

// number returns an answer as it is written: how far a count is above its least, 0 or 1 for
// a flag, the place of a choice.
func number(f seasons.Field, answer any) (int, bool) {
	switch v := answer.(type) {
	case float64:
		n := int(v) - least(f)
		return n, f.Type == seasons.Count && n >= 0
	case bool:
		if v {
			return 1, f.Type == seasons.Flag
		}
		return 0, f.Type == seasons.Flag
	case string:
		n := slices.IndexFunc(f.Choices, func(o seasons.Option) bool { return o.Value == v })
		return n, f.Type == seasons.Choice && n >= 0
	}
	return 0, false
}

// answer is number backwards, as JSON.
func answer(f seasons.Field, n int) (string, bool) {
	switch f.Type {
	case seasons.Count:
		return strconv.Itoa(n + least(f)), f.Max == nil || n <= *f.Max-least(f)
	case seasons.Flag:
		return strconv.FormatBool(n == 1), n <= 1
	case seasons.Choice:
		if n < len(f.Choices) {
			return strconv.Quote(f.Choices[n].Value), true
		}
	}
	return "", false
}

func least(f seasons.Field) int {
	if f.Min == nil {
		return 0
	}
	return *f.Min
}
