package media_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"testing"
)

// canary stands in whatever a file may carry besides its pixels.
const canary = "canary-52.5200N-13.4050E"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}))
	return out.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, png.Encode(&out, m))
	return out.Bytes()
}

func stored(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	must(t, err)
	return raw
}

// corners is a picture with another colour in each quarter.
func corners(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	quarter := func(x0, y0, x1, y1 int, c color.RGBA) {
		draw.Draw(m, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	quarter(0, 0, w/2, h/2, color.RGBA{R: 255, A: 255})
	quarter(w/2, 0, w, h/2, color.RGBA{G: 255, A: 255})
	quarter(0, h/2, w/2, h, color.RGBA{B: 255, A: 255})
	quarter(w/2, h/2, w, h, color.RGBA{R: 255, G: 255, A: 255})
	return m
}

// exif is a TIFF with an orientation and a place.
func exif(order binary.AppendByteOrder, orientation int) []byte {
	head := "II*\x00"
	if order.String() == "BigEndian" {
		head = "MM\x00*"
	}
	out := order.AppendUint32([]byte(head), 8)
	out = order.AppendUint16(out, 3)
	entry := func(tag, kind uint16, count uint32, value []byte) {
		out = order.AppendUint16(out, tag)
		out = order.AppendUint16(out, kind)
		out = order.AppendUint32(out, count)
		out = append(out, value...)
	}
	entry(0x010f, 2, uint32(len(canary)), order.AppendUint32(nil, 50)) // the camera's maker
	entry(0x0112, 3, 1, append(order.AppendUint16(nil, uint16(orientation)), 0, 0))
	entry(0x8825, 4, 1, order.AppendUint32(nil, 80)) // where GPS data are
	return append(append(out, 0, 0, 0, 0), canary...)
}

// segment puts a segment behind the start of a JPEG.
func segment(raw []byte, marker byte, body string) []byte {
	out := append([]byte{0xff, 0xd8, 0xff, marker}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), raw[2:]...)
}

// pngChunk puts a chunk behind the head of a PNG.
func pngChunk(raw []byte, name, body string) []byte {
	const head = 8 + 25 // signature and IHDR
	out := append([]byte(nil), raw[:head]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, name+body...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+body)))
	return append(out, raw[head:]...)
}

// riffChunk puts a chunk at the end of a WebP.
func riffChunk(raw []byte, name, body string) []byte {
	out := append(append([]byte(nil), raw...), name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// header is a PNG that says how large it is and has nothing more.
func header(w, h uint32, depth, interlace byte) []byte {
	body := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	body = append(binary.BigEndian.AppendUint32(body, h), depth, 2, 0, 0, interlace)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
}

// jpegHeader is a JPEG that says how large it is and has nothing more.
func jpegHeader(w, h uint16, marker byte, factors ...byte) []byte {
	body := binary.BigEndian.AppendUint16([]byte{8}, h)
	body = append(binary.BigEndian.AppendUint16(body, w), byte(len(factors)))
	for i, f := range factors {
		body = append(body, byte(i+1), f, 0)
	}
	return append(segment([]byte{0xff, 0xd8}, marker, string(body)), 0xff, 0xda, 0, 2)
}

// webpHeader is a WebP that says how large it is and has nothing more.
func webpHeader(w, h uint32) []byte {
	body := []byte{0x10, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), byte((w - 1) >> 16), byte(h - 1), byte((h - 1) >> 8), byte((h - 1) >> 16)}
	return riffChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", string(body))
}

// manyScans is a JPEG whose scans say, in a few bytes each, that nothing changes in all of
// its pixels.
func manyScans(side uint16, scans int) []byte {
	out := jpegHeader(side, side, 0xc2, 0x11)
	out = out[:len(out)-4] // the scan that ends it
	table := append([]byte{0x10, 1}, make([]byte, 15)...)
	table = append(table, 0xe0) // the only symbol: 14 bits say how many blocks more are over
	out = append(out, 0xff, 0xc4, 0, byte(len(table)+2))
	out = append(out, table...)
	scan := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0}
	var bits, n uint
	for blocks := int(side/8) * int(side/8); blocks > 0; blocks -= 1<<15 - 1 {
		bits, n = bits<<15|1<<14-1, n+15
		for ; n >= 8; n -= 8 {
			scan = append(scan, byte(bits>>(n-8)))
			if scan[len(scan)-1] == 0xff {
				scan = append(scan, 0)
			}
		}
	}
	scan = append(scan, byte(bits<<(8-n))) // the bits that fill the byte are 0, so that it is no marker
	return append(append(out, bytes.Repeat(scan, scans)...), 0xff, 0xd9)
}
