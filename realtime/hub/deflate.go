package hub

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"strings"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// minDeflate is from how many bytes on the payload of an event is compressed. Below, what is
// saved on the air is not worth the time.
const minDeflate = 512

// deflateTail ends every compressed message and is not sent (RFC 7692, 7.2.1). What follows
// it here is an empty last block, so that a reader finds an end.
const (
	deflateTail = "\x00\x00\xff\xff"
	deflateEnd  = deflateTail + "\x01\x00\x00\xff\xff"
)

// deflateOffer is permessage-deflate with no memory of earlier messages on either side, so
// that a socket needs none and all of a channel's subscribers can share the same bytes.
func deflateOffer() wsflate.Extension {
	return wsflate.Extension{Parameters: wsflate.Parameters{ServerNoContextTakeover: true, ClientNoContextTakeover: true}}
}

var inflaters = sync.Pool{New: func() any { return flate.NewReader(strings.NewReader("")) }}

// inflate returns the text of a compressed message. An error is broken.
func inflate(payload []byte) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	source := io.MultiReader(bytes.NewReader(payload), strings.NewReader(deflateEnd))
	if err := r.(flate.Resetter).Reset(source, nil); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, protocol.MaxMessage+1))
	switch {
	case len(text) > protocol.MaxMessage:
		return nil, broken(protocol.CloseTooBig)
	case err != nil:
		return nil, broken(protocol.CloseNotUTF8)
	}
	return text, nil
}

// deflater compresses frames. It is a sweeper's own, and made when it is first needed.
type deflater struct {
	w   *flate.Writer
	out bytes.Buffer
}

// frame returns the text frame with its payload compressed, or as it is where that would not
// make it smaller.
func (d *deflater) frame(frame []byte) []byte {
	payload := payloadOf(frame)
	if len(payload) < minDeflate {
		return frame
	}
	if d.w == nil {
		d.w, _ = flate.NewWriter(nil, flate.BestSpeed) // the level is valid
	}
	d.out.Reset()
	d.w.Reset(&d.out)
	_, _ = d.w.Write(payload) // a buffer takes everything
	_ = d.w.Flush()
	small := bytes.TrimSuffix(d.out.Bytes(), []byte(deflateTail))
	if len(small) >= len(payload) {
		return frame
	}
	sealed := seal(append(newFrame(len(small)), small...), ws.OpText)
	sealed[0] |= 0x40 // RSV1: this message is compressed
	return sealed
}

// payloadOf returns the payload of one unmasked frame.
func payloadOf(frame []byte) []byte {
	switch frame[1] {
	case 126:
		return frame[4 : 4+int(binary.BigEndian.Uint16(frame[2:]))]
	case 127:
		return frame[10:]
	}
	return frame[2:]
}
