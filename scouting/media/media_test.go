package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting/media"
)

// near reports whether a pixel has the colour, as far as JPEG keeps colours.
func near(m image.Image, x, y int, want color.Color) bool {
	r, g, b, _ := m.At(x, y).RGBA()
	wr, wg, wb, _ := want.RGBA()
	for _, d := range []int{int(r) - int(wr), int(g) - int(wg), int(b) - int(wb)} {
		if max(d, -d) > 20<<8 {
			return false
		}
	}
	return true
}

func develop(t *testing.T, raw []byte) (media.Picture, image.Image) {
	t.Helper()
	p, err := media.NewDarkroom().Develop(t.Context(), raw)
	must(t, err)
	m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	must(t, err)
	if m.Bounds().Dx() != p.Width || m.Bounds().Dy() != p.Height {
		t.Errorf("said to be %d x %d and is %v", p.Width, p.Height, m.Bounds())
	}
	return p, m
}

func TestEachFormat(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 6, 4))
	deep := image.NewNRGBA64(image.Rect(0, 0, 6, 4))
	deep.SetNRGBA64(0, 0, color.NRGBA64{R: 0xffff, A: 0xffff})
	table := image.NewPaletted(image.Rect(0, 0, 6, 4), color.Palette{color.White, color.RGBA{B: 255, A: 255}})
	table.SetColorIndex(0, 0, 1)
	for name, c := range map[string]struct {
		raw  []byte
		w, h int
		at   color.Color // of the first pixel, if we know it
	}{
		"JPEG":              {asJPEG(t, corners(64, 32)), 64, 32, color.RGBA{R: 255, A: 255}},
		"progressive JPEG":  {stored(t, "progressive.jpg"), 150, 103, nil},
		"CMYK JPEG":         {stored(t, "cmyk.jpg"), 150, 103, nil},
		"PNG":               {asPNG(t, corners(64, 32)), 64, 32, color.RGBA{R: 255, A: 255}},
		"transparent PNG":   {asPNG(t, clear), 6, 4, color.White},
		"PNG of 16 bits":    {asPNG(t, deep), 6, 4, nil},
		"PNG with palette":  {asPNG(t, table), 6, 4, nil},
		"one pixel":         {asPNG(t, corners(1, 1)), 1, 1, color.RGBA{R: 255, G: 255, A: 255}},
		"WebP":              {stored(t, "lossy.webp"), 150, 100, nil},
		"WebP without loss": {stored(t, "lossless.webp"), 75, 100, nil},
		"WebP with alpha":   {stored(t, "alpha.webp"), 400, 301, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, m := develop(t, c.raw)
			if p.Width != c.w || p.Height != c.h {
				t.Errorf("%d x %d, want %d x %d", p.Width, p.Height, c.w, c.h)
			}
			if c.at != nil && !near(m, 0, 0, c.at) {
				t.Errorf("the first pixel is %v", m.At(0, 0))
			}
		})
	}
}

func TestLargeOnesBecomeSmall(t *testing.T) {
	for _, c := range []struct{ w, h, wantW, wantH, thumbW, thumbH int }{
		{2400, 1800, 1600, 1200, 320, 240}, {1800, 2400, 1200, 1600, 240, 320}, {1601, 5, 1600, 5, 320, 1}, {1600, 900, 1600, 900, 320, 180}, {300, 200, 300, 200, 300, 200}, {9000, 1, 1600, 1, 320, 1},
	} {
		p, m := develop(t, asPNG(t, corners(c.w, c.h)))
		if p.Width != c.wantW || p.Height != c.wantH {
			t.Errorf("%d x %d becomes %d x %d", c.w, c.h, p.Width, p.Height)
		}
		if c.h > 100 && (!near(m, 3, 3, color.RGBA{R: 255, A: 255}) || !near(m, p.Width-3, p.Height-3, color.RGBA{R: 255, G: 255, A: 255})) {
			t.Errorf("%d x %d: the corners are %v and %v", c.w, c.h, m.At(3, 3), m.At(p.Width-3, p.Height-3))
		}
		thumb, err := jpeg.DecodeConfig(bytes.NewReader(p.Thumbnail))
		if err != nil || thumb.Width != c.thumbW || thumb.Height != c.thumbH {
			t.Errorf("%d x %d: a thumbnail of %d x %d, %v", c.w, c.h, thumb.Width, thumb.Height, err)
		}
	}
}

// TestAPixelIsTheMeanOfItsArea would see rows or columns that are left out.
func TestAPixelIsTheMeanOfItsArea(t *testing.T) {
	stripes := image.NewGray(image.Rect(0, 0, 4000, 500))
	for y := range 500 {
		for x := range 4000 {
			stripes.SetGray(x, y, color.Gray{Y: uint8(255 * ((x + y) % 2))})
		}
	}
	p, m := develop(t, asPNG(t, stripes))
	for y := 0; y < p.Height; y += 7 {
		for x := 0; x < p.Width; x += 7 {
			if !near(m, x, y, color.Gray{Y: 128}) {
				t.Fatalf("at %d, %d of a fine pattern: %v", x, y, m.At(x, y))
			}
		}
	}
}

// visual says where on the upright picture a stored pixel is seen: EXIF names the sides on
// which the first row and the first column are.
func visual(orientation, row, column, w, h int) (x, y int) {
	switch orientation {
	case 1: // top, left
		return column, row
	case 2: // top, right
		return w - 1 - column, row
	case 3: // bottom, right
		return w - 1 - column, h - 1 - row
	case 4: // bottom, left
		return column, h - 1 - row
	case 5: // left, top
		return row, column
	case 6: // right, top
		return w - 1 - row, column
	case 7: // right, bottom
		return w - 1 - row, h - 1 - column
	}
	return row, h - 1 - column // 8: left, bottom
}

func TestPicturesAreUpright(t *testing.T) {
	const w, h = 64, 32
	want := corners(w, h)
	for o := 1; o <= 8; o++ {
		size := image.Rect(0, 0, w, h)
		if o >= 5 {
			size = image.Rect(0, 0, h, w)
		}
		held := image.NewRGBA(size)
		for row := range size.Dy() {
			for column := range size.Dx() {
				held.Set(column, row, want.At(visual(o, row, column, w, h)))
			}
		}
		for name, raw := range map[string][]byte{
			"JPEG":         segment(asJPEG(t, held), 0xe1, "Exif\x00\x00"+string(exif(binary.BigEndian, o))),
			"JPEG, little": segment(segment(asJPEG(t, held), 0xe1, "Exif\x00\x00"+string(exif(binary.LittleEndian, o))), 0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
			"PNG":          pngChunk(asPNG(t, held), "eXIf", string(exif(binary.BigEndian, o))),
		} {
			p, m := develop(t, raw)
			if p.Width != w || p.Height != h {
				t.Errorf("%s held as %d: %d x %d", name, o, p.Width, p.Height)
				continue
			}
			for _, at := range []image.Point{{4, 4}, {w - 4, 4}, {4, h - 4}, {w - 4, h - 4}} {
				if !near(m, at.X, at.Y, want.At(at.X, at.Y)) {
					t.Errorf("%s held as %d: %v is %v", name, o, at, m.At(at.X, at.Y))
				}
			}
		}
	}
	raw := stored(t, "lossy.webp")
	if p, _ := develop(t, riffChunk(raw, "EXIF", string(exif(binary.LittleEndian, 6)))); p.Width != 100 || p.Height != 150 {
		t.Errorf("a WebP held as 6: %d x %d", p.Width, p.Height)
	}
}

// TestNothingOfTheFileIsLeft hides a place in every part of a file that carries more than
// pixels, and a document behind its end.
func TestNothingOfTheFileIsLeft(t *testing.T) {
	behind := "PK\x03\x04<script>" + canary
	tiff := string(exif(binary.BigEndian, 1))
	photo := asJPEG(t, corners(64, 32))
	for name, raw := range map[string][]byte{
		"EXIF":       segment(photo, 0xe1, "Exif\x00\x00"+tiff),
		"XMP":        segment(photo, 0xe1, "http://ns.adobe.com/xap/1.0/\x00"+canary),
		"profile":    segment(photo, 0xe2, "ICC_PROFILE\x00\x01\x01"+canary),
		"comment":    segment(photo, 0xfe, canary),
		"behind":     append(bytes.Clone(photo), behind...),
		"PNG text":   pngChunk(asPNG(t, corners(64, 32)), "tEXt", "Comment\x00"+canary),
		"PNG EXIF":   pngChunk(asPNG(t, corners(64, 32)), "eXIf", tiff),
		"behind PNG": append(asPNG(t, corners(64, 32)), behind...),
		"WebP EXIF":  append(riffChunk(stored(t, "lossy.webp"), "EXIF", tiff), behind...),
	} {
		if !bytes.Contains(raw, []byte(canary)) {
			t.Fatalf("%s: the file is without what it should hide", name)
		}
		p, _ := develop(t, raw)
		for part, out := range map[string][]byte{"picture": p.JPEG, "thumbnail": p.Thumbnail} {
			for _, secret := range []string{canary, "Exif", "GPS", "PK\x03\x04", "<script>", "ICC_PROFILE"} {
				if bytes.Contains(out, []byte(secret)) {
					t.Errorf("%s: the %s has %q", name, part, secret)
				}
			}
			if !bytes.HasSuffix(out, []byte{0xff, 0xd9}) {
				t.Errorf("%s: the %s goes on after its end", name, part)
			}
		}
	}
}

func TestRefusedBeforeAnythingIsDecoded(t *testing.T) {
	photo := asJPEG(t, corners(64, 32))
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":                  {nil, media.ErrUnknown},
		"a GIF":                    {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), media.ErrUnknown},
		"a page":                   {[]byte("<html><script>alert(1)</script>"), media.ErrUnknown},
		"an SVG":                   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), media.ErrUnknown},
		"a photo behind a page":    {append([]byte("<html>"), photo...), media.ErrUnknown},
		"only a JPEG's head":       {photo[:3], media.ErrBroken},
		"half a JPEG":              {photo[:len(photo)/2], media.ErrBroken},
		"half a PNG":               {asPNG(t, corners(64, 32))[:60], media.ErrBroken},
		"half a WebP":              {stored(t, "lossy.webp")[:200], media.ErrBroken},
		"9 MiB":                    {append(bytes.Clone(photo), make([]byte, media.MaxBytes)...), media.ErrHuge},
		"PNG of 400 million":       {header(20000, 20000, 8, 0), media.ErrHuge},
		"PNG of 41 million":        {header(8200, 5000, 8, 0), media.ErrHuge},
		"deep PNG of 40 million":   {header(8000, 5000, 16, 0), media.ErrHuge},
		"laced PNG of 40 million":  {header(8000, 5000, 8, 1), media.ErrHuge},
		"a PNG's line":             {header(40000, 1, 8, 0), media.ErrHuge},
		"a PNG without end":        {header(1<<31-1, 1<<31-1, 8, 0), media.ErrBroken},
		"JPEG of 4 billion":        {jpegHeader(65535, 65535, 0xc0, 0x22, 0x11, 0x11), media.ErrHuge},
		"JPEG of 40 million, slow": {jpegHeader(8000, 5000, 0xc2, 0x11, 0x11, 0x11), media.ErrHuge},
		"JPEG of no height":        {jpegHeader(8000, 0, 0xc0, 0x11), media.ErrBroken},
		"WebP of 268 million":      {webpHeader(16384, 16384), media.ErrHuge},
		"WebP canvas":              {webpHeader(1<<24, 100), media.ErrHuge},
		"PNG's body is elsewhere":  {header(8000, 5000, 8, 0), media.ErrBroken},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := media.NewDarkroom().Develop(t.Context(), c.raw)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if errors.Is(c.want, media.ErrHuge) && after.TotalAlloc-before.TotalAlloc > 1<<20 {
			t.Errorf("%s took %d bytes", name, after.TotalAlloc-before.TotalAlloc)
		}
	}
}

// TestAPictureThatIsWorkWithoutEnd has 2 MB that would keep a decoder busy for minutes.
func TestAPictureThatIsWorkWithoutEnd(t *testing.T) {
	raw := manyScans(4096, 60_000)
	room := media.NewDarkroom()
	room.Limit(40_000_000, 200*time.Millisecond)
	start := time.Now()
	_, err := room.Develop(t.Context(), raw)
	if !errors.Is(err, media.ErrBroken) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	if _, err := room.Develop(t.Context(), asJPEG(t, corners(64, 32))); err != nil {
		t.Errorf("and the next one: %v", err)
	}
}

// TestSharesOfMemory has many enter at once, small and large.
func TestSharesOfMemory(t *testing.T) {
	room := media.NewDarkroom()
	var inside, most atomic.Int64
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			shares := 1 + i%media.Shares
			leave, err := room.Enter(t.Context(), shares)
			if err != nil {
				t.Error(err)
				return
			}
			now := inside.Add(int64(shares))
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			runtime.Gosched()
			inside.Add(-int64(shares))
			leave()
		})
	}
	all.Wait()
	if most.Load() > media.Shares || most.Load() < 2 {
		t.Errorf("%d shares in use, of %d", most.Load(), media.Shares)
	}
}

func TestWhoWaitsInVainTakesNothing(t *testing.T) {
	room := media.NewDarkroom()
	leave, err := room.Enter(t.Context(), 1)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := room.Enter(ctx, media.Shares); !errors.Is(err, media.ErrBusy) {
		t.Errorf("no room: %v", err)
	}
	leave()
	leave, err = room.Enter(t.Context(), media.Shares)
	must(t, err)
	leave()
}

func FuzzDevelop(f *testing.F) {
	for _, name := range []string{"progressive.jpg", "lossy.webp", "lossless.webp"} {
		f.Add(stored(f, name))
	}
	tiff := string(exif(binary.LittleEndian, 6))
	f.Add(segment(asJPEG(f, corners(16, 8)), 0xe1, "Exif\x00\x00"+tiff))
	f.Add(pngChunk(asPNG(f, corners(16, 8)), "eXIf", tiff))
	f.Add(riffChunk(stored(f, "lossy.webp"), "EXIF", tiff))
	f.Add(header(16, 16, 16, 1))
	f.Add(jpegHeader(16, 16, 0xc2, 0x11, 0x22))
	f.Add(webpHeader(16, 16))
	room := media.NewDarkroom()
	room.Limit(100_000, 5*time.Second)
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := room.Develop(t.Context(), raw)
		if err != nil {
			var known *fault.Error
			if !errors.As(err, &known) || strings.Contains(err.Error(), "panicked") {
				t.Fatalf("%v", err)
			}
			return
		}
		m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || m.Bounds().Dx() > media.MaxSide || m.Bounds().Dy() > media.MaxSide || p.Width != m.Bounds().Dx() {
			t.Fatalf("%v, %v", m.Bounds(), err)
		}
		again, err := room.Develop(t.Context(), p.JPEG)
		if err != nil || again.Width != p.Width || again.Height != p.Height {
			t.Fatalf("what was kept is read as %d x %d, %v", again.Width, again.Height, err)
		}
	})
}
