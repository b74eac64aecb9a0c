package hub

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// broken is what a peer did to the WebSocket protocol, with the code that answers it.
type broken protocol.CloseCode

// Error implements error.
func (b broken) Error() string {
	return fmt.Sprintf("websocket: %d %s", b, protocol.CloseCode(b).Reason())
}

// frames cuts what a peer sends into frames, as it comes in, and joins fragments. It
// holds memory only while a frame or a message is incomplete.
type frames struct {
	begun    []byte // a frame whose end has not come
	state    ws.State
	joined   []byte // the fragments of a message whose end has not come
	deflates bool   // messages may be compressed
	deflated bool   // the one in joined is
}

// next takes the first frame off in and returns how much of in it has used. The opcode is
// that of a control frame, or text for a whole message, or ws.OpContinuation for nothing
// yet. The payload is valid until the next call, and lies in memory that may be in's. An
// error is broken.
func (f *frames) next(in []byte) (op ws.OpCode, payload []byte, used int, err error) {
	buf := in
	if len(f.begun) > 0 {
		buf = f.begun
	}
	for {
		h, size, err := f.measure(buf)
		if err != nil {
			return 0, nil, used, err
		}
		missing := size - len(buf)
		switch {
		case missing <= 0:
			if len(f.begun) == 0 {
				used = size
			}
			f.begun = nil
			op, payload, err = f.finish(h, buf[size-int(h.Length):size])
			return op, payload, used, err
		case len(f.begun) == 0:
			f.begun = append(f.begun, in...)
			return ws.OpContinuation, nil, len(in), nil
		case used == len(in):
			return ws.OpContinuation, nil, used, nil
		}
		n := min(missing, len(in)-used)
		f.begun = append(f.begun, in[used:used+n]...)
		used += n
		buf = f.begun
	}
}

// measure returns the header at the start of buf and how long header and payload are
// together. If the header is incomplete, that is how many bytes have to be there to know more.
func (f *frames) measure(buf []byte) (ws.Header, int, error) {
	size := 2
	if len(buf) < size {
		return ws.Header{}, size, nil
	}
	h := ws.Header{
		Fin: buf[0]&0x80 != 0, Rsv: buf[0] >> 4 & 7, OpCode: ws.OpCode(buf[0] & 0x0f),
		Masked: buf[1]&0x80 != 0, Length: int64(buf[1] & 0x7f),
	}
	switch h.Length {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if !h.Masked {
		return h, size, broken(protocol.CloseBroken)
	}
	size += len(h.Mask)
	if len(buf) < size {
		return h, size, nil
	}
	switch h.Length {
	case 126:
		h.Length = int64(binary.BigEndian.Uint16(buf[2:]))
	case 127:
		h.Length = int64(binary.BigEndian.Uint64(buf[2:]))
	}
	copy(h.Mask[:], buf[size-len(h.Mask):size])
	if err := f.check(h); err != nil {
		return h, size, err
	}
	return h, size + int(h.Length), nil
}

func (f *frames) check(h ws.Header) error {
	if f.compressed(h) {
		h.Rsv = 0
	}
	switch {
	case h.Length < 0, ws.CheckHeader(h, f.state|ws.StateServerSide) != nil:
		return broken(protocol.CloseBroken)
	case h.OpCode == ws.OpBinary:
		return broken(protocol.CloseBinary)
	case !h.OpCode.IsControl() && h.Length > int64(protocol.MaxMessage-len(f.joined)):
		return broken(protocol.CloseTooBig)
	}
	return nil
}

// compressed reports whether the frame begins a compressed message.
func (f *frames) compressed(h ws.Header) bool {
	return f.deflates && h.Rsv == ws.Rsv(true, false, false) && h.OpCode == ws.OpText && !f.state.Fragmented()
}

// finish unmasks the payload of a whole frame and adds it to its message.
func (f *frames) finish(h ws.Header, payload []byte) (ws.OpCode, []byte, error) {
	ws.Cipher(payload, h.Mask, 0)
	if h.OpCode.IsControl() {
		return h.OpCode, payload, nil
	}
	if !f.state.Fragmented() {
		f.deflated = f.compressed(h)
	}
	if !h.Fin || f.state.Fragmented() {
		f.joined = append(f.joined, payload...)
		f.state = f.state.Set(ws.StateFragmented)
		if !h.Fin {
			return ws.OpContinuation, nil, nil
		}
		payload, f.joined, f.state = f.joined, nil, 0
	}
	if f.deflated {
		var err error
		if payload, err = inflate(payload); err != nil {
			return 0, nil, err
		}
	}
	if !utf8.Valid(payload) {
		return 0, nil, broken(protocol.CloseNotUTF8)
	}
	return ws.OpText, payload, nil
}

// held returns how many bytes wait for their frame or message to end.
func (f *frames) held() int { return cap(f.begun) + cap(f.joined) }
