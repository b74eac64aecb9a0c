// Package media turns what somebody sends as a picture into one that may be kept and shown:
// decoded within bounds, upright, small, and encoded anew, so that nothing of the file that
// was sent is left. It does no I/O.
package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"time"

	"golang.org/x/image/webp"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The errors of this package.
var (
	ErrUnknown = fault.New(fault.Unsupported, "unsupported-picture", "This is no JPEG, PNG or WebP picture.")
	ErrBroken  = fault.New(fault.Invalid, "broken-picture", "This picture cannot be read.")
	ErrHuge    = fault.New(fault.TooLarge, "picture-too-large", "This picture has too many pixels.")
	ErrBusy    = fault.New(fault.Unavailable, "pictures-busy", "Too many pictures are being worked on. Try again in a moment.")
)

const (
	// MaxBytes is the most that a picture may have when it is sent.
	MaxBytes = 8 << 20
	// MaxSide is the most pixels that each side of what is kept has.
	MaxSide = 1600
	// ThumbnailSide is the same of the thumbnail.
	ThumbnailSide = 320

	maxPixels = 40_000_000
	maxLength = 16384     // pixels of one side of what is sent
	maxMemory = 300 << 20 // bytes that all decoding at one time may take

	share    = maxMemory / 4    // bytes; what a picture takes is counted in these
	patience = 20 * time.Second // for a turn
	effort   = 15 * time.Second // for one picture

	quality, thumbnailQuality = 82, 75
)

// Picture is what is kept of a picture: two JPEGs without anything but pixels.
type Picture struct {
	JPEG          []byte
	Thumbnail     []byte
	Width, Height int // of JPEG
}

// Darkroom works on pictures, on few at a time, so that memory stays flat however many are
// sent. It is safe for concurrent use.
type Darkroom struct {
	pixels int           // the most of one picture
	effort time.Duration // the most for one picture
	turn   chan struct{} // held by who collects shares, so that two never wait for each other's
	shares chan struct{} // of maxMemory
}

// NewDarkroom returns a darkroom for one process.
func NewDarkroom() *Darkroom {
	return &Darkroom{pixels: maxPixels, effort: effort, turn: make(chan struct{}, 1), shares: make(chan struct{}, maxMemory/share)}
}

// Develop reads a picture, whatever its name or sender says it is, and returns what to keep.
func (d *Darkroom) Develop(ctx context.Context, raw []byte) (Picture, error) {
	if len(raw) > MaxBytes {
		return Picture{}, ErrHuge.Saying("A picture may have up to %d MiB.", MaxBytes>>20)
	}
	n, err := measure(raw)
	if err != nil {
		return Picture{}, err
	}
	if n.width > maxLength || n.height > maxLength || n.width*n.height > d.pixels || n.memory() > maxMemory {
		return Picture{}, ErrHuge.Saying("This picture has %d x %d pixels, which is too many; a side may have %d, and all of it %d million, less in formats that take much memory to read.",
			n.width, n.height, maxLength, maxPixels/1_000_000)
	}
	leave, err := d.enter(ctx, 1+(n.memory()-1)/share)
	if err != nil {
		return Picture{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, d.effort)
	defer cancel()
	return develop(ctx, raw, n.format)
}

// enter waits for the shares of memory that a picture needs. Its result gives them back.
func (d *Darkroom) enter(ctx context.Context, shares int) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return nil, ErrBusy.Because(ctx.Err())
	}
	for taken := range shares {
		select {
		case d.shares <- struct{}{}:
		case <-ctx.Done():
			d.giveBack(taken)
			return nil, ErrBusy.Because(ctx.Err())
		}
	}
	return func() { d.giveBack(shares) }, nil
}

func (d *Darkroom) giveBack(shares int) {
	for range shares {
		<-d.shares
	}
}

func develop(ctx context.Context, raw []byte, f format) (Picture, error) {
	whole, err := decode(ctx, raw, f)
	if err != nil {
		return Picture{}, err
	}
	small := turn(shrink(whole, MaxSide), orientation(raw, f))
	p := Picture{Width: small.Rect.Dx(), Height: small.Rect.Dy()}
	if p.JPEG, err = encode(small, quality); err != nil {
		return Picture{}, err
	}
	p.Thumbnail, err = encode(shrink(small, ThumbnailSide), thumbnailQuality)
	return p, err
}

// decode reads the pixels. A file can make a decoder work for minutes, or fail in ways that
// its authors did not think of: both end here.
func decode(ctx context.Context, raw []byte, f format) (m image.Image, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			m, err = nil, ErrBroken.Because(fmt.Errorf("the decoder panicked: %v", cause))
		}
	}()
	in := &supply{ctx: ctx, raw: bytes.NewReader(raw)}
	switch f {
	case isJPEG:
		m, err = jpeg.Decode(in)
	case isPNG:
		m, err = png.Decode(in)
	case isWebP:
		m, err = webp.Decode(in)
	}
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	return m, nil
}

// supply hands out the file in small pieces and stops when the time is over. Some files say
// over and over, in a few bytes each, that all pixels be gone through again.
type supply struct {
	ctx context.Context
	raw *bytes.Reader
}

// Read implements io.Reader.
func (s *supply) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.raw.Read(p[:min(len(p), 512)])
}

func encode(m image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}
