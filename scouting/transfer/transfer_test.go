package transfer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/scouting/transfer"
)

func book(t testing.TB) *seasons.Book {
	t.Helper()
	b, err := seasons.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func drawID(t *rapid.T, label string) uuid.UUID {
	return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
}

func drawPlace(t *rapid.T, year int) transfer.Place {
	return transfer.Place{
		Season: year, EventCode: rapid.StringMatching(`[A-Z][A-Z0-9_-]{0,12}`).Draw(t, "code"), Level: rapid.SampledFrom([]string{"qual", "playoff", "practice"}).Draw(t, "level"),
		Series: rapid.IntRange(0, 99).Draw(t, "series"), MatchNumber: rapid.IntRange(1, 999).Draw(t, "match"),
		Alliance: rapid.SampledFrom([]string{"RED", "BLUE"}).Draw(t, "alliance"), ScoutedTeam: rapid.IntRange(1, 99999).Draw(t, "robot"),
	}
}

// drawForm draws an answer to every field of the form, as the season writes it.
func drawForm(t *rapid.T, s *seasons.Season) json.RawMessage {
	data := map[string]any{}
	for _, f := range s.Form.Fields {
		switch f.Type {
		case seasons.Count:
			data[f.Key] = rapid.IntRange(*f.Min, *f.Max).Draw(t, f.Key)
		case seasons.Flag:
			data[f.Key] = rapid.Bool().Draw(t, f.Key)
		case seasons.Choice:
			data[f.Key] = rapid.SampledFrom(f.Choices).Draw(t, f.Key).Value
		}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	clean, _, err := s.Check(raw)
	if err != nil {
		t.Fatal(err)
	}
	return clean
}

func drawBundle(t *rapid.T, b *seasons.Book) transfer.Bundle {
	out := transfer.Bundle{Team: drawID(t, "team")}
	people := []uuid.UUID{drawID(t, "one"), drawID(t, "two")}
	n := rapid.IntRange(1, 25).Draw(t, "items")
	if rapid.Bool().Draw(t, "assignments") {
		for range n {
			out.Assignments = append(out.Assignments, transfer.Assignment{
				Place: drawPlace(t, 2025), Scout: rapid.SampledFrom(people).Draw(t, "scout"), Station: rapid.IntRange(1, 3).Draw(t, "station"),
			})
		}
		return out
	}
	for range n {
		s := rapid.SampledFrom(b.All()).Draw(t, "season")
		out.Entries = append(out.Entries, transfer.Entry{
			Place: drawPlace(t, s.Year), ID: drawID(t, "id"), Author: rapid.SampledFrom(people).Draw(t, "author"), FormVersion: s.Form.Version,
			Data: drawForm(t, s), Notes: rapid.StringN(0, 60, -1).Draw(t, "notes"),
		})
	}
	return out
}

func encode(t rapid.TB, b *seasons.Book, bundle transfer.Bundle, size int) []string {
	t.Helper()
	chunks, err := transfer.Encode(b, bundle, size)
	if err != nil {
		t.Fatal(err)
	}
	return chunks
}

// TestWhatGoesInComesOut: whatever is packed is unpacked the same, in any order of chunks
// and with any of them scanned twice.
func TestWhatGoesInComesOut(t *testing.T) {
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		want := drawBundle(t, b)
		size := rapid.IntRange(transfer.MinChunk, transfer.MaxChunk).Draw(t, "size")
		chunks := encode(t, b, want, size)
		for _, chunk := range chunks {
			if len(chunk) > size || strings.Trim(chunk, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") != "" {
				t.Fatalf("a chunk of %d characters: %q", len(chunk), chunk)
			}
		}
		chunks = append(chunks, chunks[:rapid.IntRange(0, len(chunks)).Draw(t, "twice")]...)
		shuffle := rand.New(rand.NewSource(rapid.Int64().Draw(t, "order"))).Shuffle
		shuffle(len(chunks), func(i, j int) { chunks[i], chunks[j] = chunks[j], chunks[i] })
		got, err := transfer.Decode(b, chunks)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v\nwant %+v", got, err, want)
		}
	})
}

// TestDamageIsRefused: no flipped bit, lost character or doubled character goes unseen.
func TestDamageIsRefused(t *testing.T) {
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		chunks := encode(t, b, drawBundle(t, b), rapid.IntRange(transfer.MinChunk, transfer.MaxChunk).Draw(t, "size"))
		i := rapid.IntRange(0, len(chunks)-1).Draw(t, "chunk")
		at := rapid.IntRange(0, len(chunks[i])-1).Draw(t, "at")
		raw := []byte(chunks[i])
		switch rapid.SampledFrom([]string{"flip", "lose", "double", "cut"}).Draw(t, "damage") {
		case "flip":
			raw[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case "lose":
			raw = append(raw[:at], raw[at+1:]...)
		case "double":
			raw = append(raw[:at+1], raw[at:]...)
		case "cut":
			raw = raw[:at]
		}
		if string(raw) == chunks[i] {
			return // doubled or cut where it makes no difference
		}
		chunks[i] = string(raw)
		if got, err := transfer.Decode(b, chunks); err == nil {
			t.Fatalf("taken: %+v", got)
		}
	})
}

// TestEveryBitOfACode flips each bit of one code.
func TestEveryBitOfACode(t *testing.T) {
	b := book(t)
	chunks := encode(t, b, fifteen(b, 2025, ""), transfer.MaxChunk)
	for at := range len(chunks[0]) * 8 {
		raw := []byte(chunks[0])
		raw[at/8] ^= 1 << (at % 8)
		if _, err := transfer.Decode(b, append([]string{string(raw)}, chunks[1:]...)); err == nil {
			t.Errorf("bit %d flipped and taken", at)
		}
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	b := book(t)
	one, other := encode(t, b, fifteen(b, 2025, ""), 200), encode(t, b, fifteen(b, 2024, ""), 200)
	twin := encode(t, b, fifteen(b, 2025, "b"), 200)
	for name, c := range map[string]struct {
		chunks []string
		want   error
		says   string
	}{
		"a twin's chunk":   {append([]string{twin[0]}, encode(t, b, fifteen(b, 2025, "a"), 200)[1:]...), transfer.ErrMixed, ""},
		"nothing":          {nil, transfer.ErrMissing, ""},
		"two missing":      {[]string{one[0], one[3], one[0]}, transfer.ErrMissing, fmt.Sprintf("Of %d chunks these are missing: 2, 3, 5", len(one))},
		"mixed":            {append([]string{other[0]}, one...), transfer.ErrMixed, ""},
		"another text":     {[]string{"https://example.org/"}, transfer.ErrChunk, ""},
		"lower case":       {[]string{strings.ToLower(one[0])}, transfer.ErrChunk, ""},
		"a newer version":  {[]string{"FM2:" + one[0][4:]}, transfer.ErrVersion, ""},
		"an empty one":     {[]string{""}, transfer.ErrChunk, ""},
		"only its prefix":  {[]string{"FM1:"}, transfer.ErrChunk, ""},
		"a very long text": {[]string{"FM1:" + strings.Repeat("0", 1<<16)}, transfer.ErrChunk, ""},
	} {
		if _, err := transfer.Decode(b, c.chunks); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestTheDamagedCodeIsNamed says which one to scan again.
func TestTheDamagedCodeIsNamed(t *testing.T) {
	b := book(t)
	chunks := encode(t, b, fifteen(b, 2025, ""), 200)
	last := []byte(chunks[2])
	last[100] = map[bool]byte{true: 'B', false: 'A'}[last[100] == 'A']
	chunks[2] = string(last)
	_, err := transfer.Decode(b, chunks)
	if fields := fault.From(err).Fields; !errors.Is(err, transfer.ErrChunk) || len(fields) != 1 || fields[0].Pointer != "/chunks/2" {
		t.Errorf("%v at %v", err, fields)
	}
}

func TestAnUnknownFormIsNamed(t *testing.T) {
	b := book(t)
	bundle := fifteen(b, 2025, "")
	bundle.Entries[0].FormVersion = 99
	if _, err := transfer.Encode(b, bundle, transfer.MaxChunk); !errors.Is(err, transfer.ErrForm) {
		t.Errorf("packed: %v", err)
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	b := book(t)
	bundle := fifteen(b, 2025, strings.Repeat("long notes, ", 160))
	for len(bundle.Entries) < 60 {
		bundle.Entries = append(bundle.Entries, bundle.Entries...)
	}
	if _, err := transfer.Encode(b, bundle, transfer.MaxChunk); !errors.Is(err, transfer.ErrTooBig) {
		t.Errorf("packed: %v", err)
	}
	if _, err := transfer.Encode(b, transfer.Bundle{}, transfer.MaxChunk); err == nil {
		t.Error("nothing was packed")
	}
}

// fifteen is what one scout records at an event: 15 matches with busy robots.
func fifteen(b *seasons.Book, year int, notes string) transfer.Bundle {
	random := rand.New(rand.NewSource(1))
	id := func() uuid.UUID { return uuid.Must(uuid.NewRandomFromReader(random)) }
	bundle, author := transfer.Bundle{Team: id()}, id()
	season, _ := b.Season(year)
	for n := range 15 {
		data := map[string]any{}
		for _, f := range season.Form.Fields {
			switch f.Type {
			case seasons.Count:
				data[f.Key] = *f.Min + random.Intn(min(*f.Max-*f.Min, 40)+1)
			case seasons.Flag:
				data[f.Key] = random.Intn(2) == 1
			case seasons.Choice:
				data[f.Key] = f.Choices[random.Intn(len(f.Choices))].Value
			}
		}
		raw, _ := json.Marshal(data)
		clean, _, err := season.Check(raw)
		if err != nil {
			panic(err)
		}
		bundle.Entries = append(bundle.Entries, transfer.Entry{
			Place: transfer.Place{Season: year, EventCode: "USNCRA", Level: "qual", MatchNumber: 3 + 5*n, Alliance: "RED", ScoutedTeam: 10000 + random.Intn(20000)},
			ID:    id(), Author: author, FormVersion: season.Form.Version, Data: clean, Notes: notes,
		})
	}
	return bundle
}

func FuzzDecode(f *testing.F) {
	b := book(f)
	for _, year := range []int{2023, 2024, 2025, 2026} {
		chunks, err := transfer.Encode(b, fifteen(b, year, "fast"), 300)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.Join(chunks, "\n"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		bundle, err := transfer.Decode(b, strings.Split(text, "\n"))
		if err != nil {
			return
		}
		again, err := transfer.Encode(b, bundle, transfer.MaxChunk)
		if err != nil {
			t.Fatalf("taken and cannot be packed: %v", err)
		}
		if same, err := transfer.Decode(b, again); err != nil || !reflect.DeepEqual(same, bundle) {
			t.Fatalf("%+v came back as %+v, %v", bundle, same, err)
		}
	})
}
