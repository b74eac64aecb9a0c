package transfer

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// most bounds every number of a payload, far above what any of them means.
const most = 1 << 20

// Decode returns what the chunks carry. They may come in any order and more than once; all
// have to be there.
func Decode(book *seasons.Book, chunks []string) (Bundle, error) {
	payload, err := join(chunks)
	if err != nil {
		return Bundle{}, err
	}
	return decodePayload(book, payload)
}

// reader takes a payload apart. After a fault every read returns zeros, so that callers
// check once.
type reader struct {
	rest   []byte
	bad    bool
	people []uuid.UUID
	events []event
}

func decodePayload(book *seasons.Book, payload []byte) (Bundle, error) {
	r := reader{rest: payload}
	version, kind := r.byte(), r.byte()
	if version != payloadVersion && !r.bad {
		return Bundle{}, ErrVersion
	}
	b := Bundle{Team: r.id()}
	for range r.count(len(uuid.UUID{})) {
		r.people = append(r.people, r.id())
	}
	for range r.count(3) {
		e := event{season: r.number(), formVersion: r.number()}
		e.code = r.text()
		r.events = append(r.events, e)
	}
	n := r.count(1)
	if r.bad || n == 0 || n > MaxItems {
		return Bundle{}, ErrContent
	}
	for range n {
		switch kind {
		case kindEntries:
			e, err := r.entry(book)
			if err != nil {
				return Bundle{}, err
			}
			b.Entries = append(b.Entries, e)
		case kindAssignments:
			b.Assignments = append(b.Assignments, r.assignment())
		default:
			r.bad = true
		}
	}
	if r.bad || len(r.rest) > 0 {
		return Bundle{}, ErrContent
	}
	return b, nil
}

func (r *reader) entry(book *seasons.Book) (Entry, error) {
	e := Entry{ID: r.id()}
	bits, who, where := r.place(&e.Place)
	if r.bad || bits&^allBits != 0 {
		return e, ErrContent
	}
	e.Author, e.FormVersion = r.people[who], r.events[where].formVersion
	season, ok := book.Season(e.Season)
	if !ok || season.Form.Version != e.FormVersion {
		return e, ErrForm.Saying("This transfer was made with version %d of the form of season %d, which this server does not know.", e.FormVersion, e.Season)
	}
	e.Data = r.form(season.Form)
	if bits&bitNotes != 0 {
		if e.Notes = r.text(); e.Notes == "" {
			r.bad = true
		}
	}
	if r.bad {
		return e, ErrContent
	}
	return e, nil
}

func (r *reader) assignment() Assignment {
	var a Assignment
	bits, who, _ := r.place(&a.Place)
	a.Station = int(r.byte())
	if r.bad || bits&^allBits != 0 || bits&bitNotes != 0 || a.Station < 1 || a.Station > 3 {
		r.bad = true
		return a
	}
	a.Scout = r.people[who]
	return a
}

// place reads what entries and assignments have in common. who and where are valid indexes
// unless the reader is bad.
func (r *reader) place(p *Place) (bits byte, who, where int) {
	bits, who, where = r.byte(), r.number(), r.number()
	level := int(bits/bitLevel) & 3
	if r.bad || who >= len(r.people) || where >= len(r.events) || level >= len(levels) {
		r.bad = true
		return 0, 0, 0
	}
	p.Season, p.EventCode, p.Level, p.Alliance = r.events[where].season, r.events[where].code, levels[level], "RED"
	if bits&bitBlue != 0 {
		p.Alliance = "BLUE"
	}
	if bits&bitSeries != 0 {
		if p.Series = r.number(); p.Series == 0 {
			r.bad = true
		}
	}
	p.MatchNumber, p.ScoutedTeam = r.number(), r.number()
	return bits, who, where
}

// form reads the answers and writes them as the season's form does.
func (r *reader) form(form seasons.Form) json.RawMessage {
	var out strings.Builder
	separator := "{"
	for _, f := range form.Fields {
		text, ok := answer(f, r.number())
		if !ok {
			r.bad = true
			return nil
		}
		fmt.Fprintf(&out, "%s%q:%s", separator, f.Key, text)
		separator = ","
	}
	out.WriteByte('}')
	return json.RawMessage(out.String())
}

func (r *reader) take(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return nil
	}
	part := r.rest[:n]
	r.rest = r.rest[n:]
	return part
}

func (r *reader) byte() byte {
	if part := r.take(1); part != nil {
		return part[0]
	}
	return 0
}

func (r *reader) id() uuid.UUID {
	if part := r.take(len(uuid.UUID{})); part != nil {
		return uuid.UUID(part)
	}
	return uuid.Nil
}

// number reads a varint in its shortest form.
func (r *reader) number() int {
	n, size := binary.Uvarint(r.rest)
	if r.bad || size <= 0 || n > most || size > 1 && r.rest[size-1] == 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

// count reads how many parts follow, each of at least size bytes, so that a short payload
// cannot ask for much memory.
func (r *reader) count(size int) int {
	n := r.number()
	if n*size > len(r.rest) {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) text() string {
	part := r.take(r.number())
	if !utf8.Valid(part) {
		r.bad = true
		return ""
	}
	return string(part)
}
