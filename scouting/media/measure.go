package media

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"image/png"
	"iter"

	"golang.org/x/image/webp"
)

// format is what a file is, by its content.
type format int

const (
	isJPEG format = iota + 1
	isPNG
	isWebP
)

const pngHead = "\x89PNG\r\n\x1a\n"

// sniff looks at the first bytes; names and headers are claims.
func sniff(raw []byte) (format, error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xd8, 0xff}):
		return isJPEG, nil
	case bytes.HasPrefix(raw, []byte(pngHead)):
		return isPNG, nil
	case len(raw) >= 12 && string(raw[:4]) == "RIFF" && string(raw[8:12]) == "WEBP":
		return isWebP, nil
	}
	return 0, ErrUnknown
}

// size is what a file's head says of its pixels, and what decoding them takes.
type size struct {
	format        format
	width, height int
	perPixel      float64 // bytes of memory
}

func (s size) memory() int { return int(float64(s.width) * float64(s.height) * s.perPixel) }

// measure reads the head of a file, before anything is decoded.
func measure(raw []byte) (size, error) {
	f, err := sniff(raw)
	if err != nil {
		return size{}, err
	}
	s := size{format: f}
	switch f {
	case isJPEG:
		config, err := jpeg.DecodeConfig(bytes.NewReader(raw))
		if err != nil {
			return s, ErrBroken.Because(err)
		}
		s.width, s.height, s.perPixel = config.Width, config.Height, jpegCost(raw)
	case isPNG:
		config, err := png.DecodeConfig(bytes.NewReader(raw))
		if err != nil {
			return s, ErrBroken.Because(err)
		}
		s.width, s.height, s.perPixel = config.Width, config.Height, pngCost(raw)
	case isWebP:
		config, err := webp.DecodeConfig(bytes.NewReader(raw))
		if err != nil {
			return s, ErrBroken.Because(err)
		}
		// Four bytes without loss; with loss less, but an alpha channel takes as much again.
		s.width, s.height, s.perPixel = config.Width, config.Height, 6
	}
	if s.width < 1 || s.height < 1 {
		return s, ErrBroken
	}
	return s, nil
}

// pngCost is the memory of a pixel: four channels of the file's depth, and as much again
// where passes are decoded one by one.
func pngCost(raw []byte) float64 {
	const depth, interlace = 24, 28 // offsets in the file
	cost := 4.0
	if len(raw) > depth && raw[depth] == 16 {
		cost = 8
	}
	if len(raw) > interlace && raw[interlace] != 0 {
		cost *= 2
	}
	return cost
}

// jpegCost is the memory of a pixel: its samples, and the coefficients where the file comes
// in several scans.
func jpegCost(raw []byte) float64 {
	const dearest = 24
	for marker, body := range jpegSegments(raw) {
		if marker != 0xc0 && marker != 0xc1 && marker != 0xc2 {
			continue
		}
		if len(body) < 6 || len(body) < 6+3*int(body[5]) {
			return dearest
		}
		samples, most := 0, 1
		for i := range int(body[5]) {
			factors := body[6+3*i+1]
			blocks := int(factors>>4) * int(factors&15)
			samples, most = samples+blocks, max(most, blocks)
		}
		cost := float64(samples) / float64(most)
		if marker == 0xc2 {
			cost *= 5
		}
		if body[5] == 4 {
			cost += 4 // inks become colours in another picture
		}
		return cost
	}
	return dearest
}

// jpegSegments goes through the segments in front of the pixels.
func jpegSegments(raw []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at+4 <= len(raw); {
			if raw[at] != 0xff || raw[at+1] == 0xff {
				at++ // what lies between segments is skipped, as decoders do
				continue
			}
			marker := raw[at+1]
			if marker == 0 || marker >= 0xd0 && marker <= 0xd7 {
				at += 2
				continue
			}
			end := at + 2 + int(binary.BigEndian.Uint16(raw[at+2:]))
			if marker == 0xd9 || marker == 0xda || end < at+4 || end > len(raw) || !yield(marker, raw[at+4:end]) {
				return
			}
			at = end
		}
	}
}
