package scouting_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/media"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func (w *world) link() scouting.NewMedia {
	return scouting.NewMedia{ID: uuid.New(), ScoutingTeamID: w.team.ID, Season: 2025, ScoutedTeam: 731, Kind: "CAD", Label: "arm", URL: "https://cad.example/arm?v=1#top"}
}

func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, w, h))))
	return out.Bytes()
}

func (w *world) usage() (links, pictures int, taken int64) {
	w.t.Helper()
	must(w.t, w.pool.QueryRow(w.t.Context(), `SELECT links, pictures, bytes FROM media_usage WHERE team_id = $1`, w.team.ID).Scan(&links, &pictures, &taken))
	return links, pictures, taken
}

func TestAPicturesWay(t *testing.T) {
	w := newWorld(t)
	student, other := w.join(teams.Student), w.join(teams.Student)
	n, file := w.link(), photo(t, 400, 300)
	n.URL = ""
	made, created, err := w.scouting.AddPicture(t.Context(), student, n, file)
	must(t, err)
	if !created || made.Width != 400 || made.Height != 300 || made.Kind != "PHOTO" || !made.Picture() {
		t.Errorf("made %+v", made)
	}
	if again, created, err := w.scouting.AddPicture(t.Context(), other, n, file); err != nil || created || again != made {
		t.Errorf("a repeat: %+v, %v, %v", again, created, err)
	}
	if _, _, err := w.scouting.AddPicture(t.Context(), student, n, photo(t, 40, 30)); !errors.Is(err, scouting.ErrMediaIDTaken) {
		t.Errorf("another file: %v", err)
	}
	whole, err := w.scouting.Pixels(t.Context(), made, false)
	must(t, err)
	small, err := w.scouting.Pixels(t.Context(), made, true)
	must(t, err)
	if made.Bytes != len(whole)+len(small) || !bytes.HasPrefix(whole, []byte("\xff\xd8\xff")) || bytes.Equal(whole, small) {
		t.Errorf("%d bytes and %d of thumbnail, said to be %d", len(whole), len(small), made.Bytes)
	}
	link, _, err := w.scouting.AddLink(t.Context(), student, w.link())
	must(t, err)
	if links, pictures, taken := w.usage(); links != 1 || pictures != 1 || taken != int64(made.Bytes) {
		t.Errorf("used %d, %d, %d", links, pictures, taken)
	}
	kind := "PHOTO"
	if list, _, err := w.scouting.MediaList(t.Context(), other, scouting.MediaFilter{TeamID: w.team.ID, Kind: &kind, Limit: 10}); err != nil || len(list) != 1 || list[0] != made {
		t.Errorf("photos %+v, %v", list, err)
	}
	if list, next, err := w.scouting.MediaList(t.Context(), other, scouting.MediaFilter{TeamID: w.team.ID, Limit: 1}); err != nil || len(list) != 1 || list[0] != link || next == "" {
		t.Errorf("a page %+v, %v", list, err)
	}
	if err := w.scouting.DeleteMedia(t.Context(), other, made.ID); !errors.Is(err, scouting.ErrRole) {
		t.Errorf("another student deletes: %v", err)
	}
	must(t, w.scouting.DeleteMedia(t.Context(), student, made.ID))
	must(t, w.scouting.DeleteMedia(t.Context(), w.mentor, link.ID))
	if _, err := w.scouting.Pixels(t.Context(), made, false); !errors.Is(err, scouting.ErrNoMedia) {
		t.Errorf("the pixels are there: %v", err)
	}
	if _, _, err := w.scouting.AddPicture(t.Context(), student, n, file); !errors.Is(err, scouting.ErrMediaDeleted) {
		t.Errorf("a late repeat brings it back: %v", err)
	}
	if links, pictures, taken := w.usage(); links != 0 || pictures != 0 || taken != 0 {
		t.Errorf("still used: %d, %d, %d", links, pictures, taken)
	}
	if a, d := w.heard("scouting:media-added"), w.heard("scouting:media-deleted"); a != 2 || d != 2 {
		t.Errorf("%d added, %d deleted", a, d)
	}
}

// TestTheLastPlaceIsTakenOnce has many add at once where one more fits.
func TestTheLastPlaceIsTakenOnce(t *testing.T) {
	w := newWorld(t)
	file := photo(t, 64, 48)
	first, _, err := w.scouting.AddPicture(t.Context(), w.mentor, scouting.NewMedia{ScoutingTeamID: w.team.ID, ScoutedTeam: 731}, file)
	must(t, err)
	for name, c := range map[string]struct {
		fill string
		add  func() error
	}{
		"links": {`links = 1999`, func() error {
			_, _, err := w.scouting.AddLink(t.Context(), w.mentor, w.link())
			return err
		}},
		"pictures": {`pictures = 499, bytes = 0`, func() error {
			_, _, err := w.scouting.AddPicture(t.Context(), w.mentor, scouting.NewMedia{ScoutingTeamID: w.team.ID, ScoutedTeam: 731}, file)
			return err
		}},
		"bytes": {`pictures = 1, bytes = 200 * 1024 * 1024 - $2`, func() error {
			_, _, err := w.scouting.AddPicture(t.Context(), w.mentor, scouting.NewMedia{ScoutingTeamID: w.team.ID, ScoutedTeam: 731}, file)
			return err
		}},
	} {
		args := []any{w.team.ID}
		if strings.Contains(c.fill, "$2") {
			args = append(args, first.Bytes)
		}
		_, err := w.pool.Exec(t.Context(), `UPDATE media_usage SET `+c.fill+` WHERE team_id = $1`, args...)
		must(t, err)
		var added, refused atomic.Int64
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				switch err := c.add(); {
				case err == nil:
					added.Add(1)
				case errors.Is(err, scouting.ErrQuota):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if added.Load() != 1 || refused.Load() != 5 {
			t.Errorf("%s: %d added, %d refused", name, added.Load(), refused.Load())
		}
	}
	var rows, pixels int
	must(t, w.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM media), (SELECT count(*) FROM media_pictures)`).Scan(&rows, &pixels))
	if rows != 4 || pixels != 3 {
		t.Errorf("%d rows and %d pictures are stored", rows, pixels)
	}
}

func TestBadLinks(t *testing.T) {
	w := newWorld(t)
	for address, want := range map[string]string{
		"https://example.org/a b": "https://example.org/a%20b", " https://example.org ": "https://example.org", "HTTPS://example.org/": "https://example.org/",
		"http://example.org": "", "javascript:alert(1)": "", "https:example.org": "", "https://": "", "//example.org": "", "https://user@example.org": "",
		"https://example.org@evil.org/": "", "data:text/html,x": "", "https://exa\nmple.org": "", "https://example.org/" + strings.Repeat("x", 2000): "", "": "",
	} {
		n := w.link()
		n.URL = address
		made, _, err := w.scouting.AddLink(t.Context(), w.mentor, n)
		if want == "" && (!errors.Is(err, scouting.ErrMedia) || fault.From(err).Fields[0].Pointer != "/url") || want != "" && (err != nil || made.URL != want) {
			t.Errorf("%q: %q, %v", address, made.URL, err)
		}
	}
	for name, change := range map[string]func(n *scouting.NewMedia){
		"kind": func(n *scouting.NewMedia) { n.Kind = "GIF" }, "label": func(n *scouting.NewMedia) { n.Label = "a\x00b" },
		"long": func(n *scouting.NewMedia) { n.Label = strings.Repeat("x", 101) }, "robot": func(n *scouting.NewMedia) { n.ScoutedTeam = 0 },
	} {
		n := w.link()
		change(&n)
		if _, _, err := w.scouting.AddLink(t.Context(), w.mentor, n); !errors.Is(err, scouting.ErrMedia) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := w.scouting.AddPicture(t.Context(), w.mentor, w.link(), []byte("GIF89a")); !errors.Is(err, media.ErrUnknown) {
		t.Errorf("a GIF: %v", err)
	}
}
