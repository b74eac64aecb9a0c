package hub

import (
	"errors"
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

// frames reads WebSocket messages from an input and joins their fragments.
type frames struct {
	in      *input
	scratch [ws.MaxHeaderSize]byte
	state   ws.State
	joined  []byte // the fragments of a message whose end has not come
}

// next returns the next control frame, or the next whole text message. The payload is
// valid until the next call. A broken error names the code to close with; any other is
// the connection's.
func (f *frames) next() (ws.OpCode, []byte, error) {
	for {
		f.in.idle()
		h, err := ws.ReadHeaderBuffer(f.in, f.scratch[:])
		if errors.Is(err, ws.ErrHeaderLengthMSB) || errors.Is(err, ws.ErrHeaderLengthUnexpected) {
			return 0, nil, broken(protocol.CloseBroken)
		}
		if err != nil {
			return 0, nil, err
		}
		if err := f.check(h); err != nil {
			return 0, nil, err
		}
		payload, err := f.in.next(int(h.Length))
		if err != nil {
			return 0, nil, err
		}
		ws.Cipher(payload, h.Mask, 0)
		if h.OpCode.IsControl() {
			return h.OpCode, payload, nil
		}
		if text, whole := f.join(h, payload); whole {
			if !utf8.Valid(text) {
				return 0, nil, broken(protocol.CloseNotUTF8)
			}
			return ws.OpText, text, nil
		}
	}
}

func (f *frames) check(h ws.Header) error {
	switch {
	case ws.CheckHeader(h, f.state|ws.StateServerSide) != nil:
		return broken(protocol.CloseBroken)
	case h.OpCode == ws.OpBinary:
		return broken(protocol.CloseBinary)
	case !h.OpCode.IsControl() && h.Length > int64(protocol.MaxMessage-len(f.joined)):
		return broken(protocol.CloseTooBig)
	}
	return nil
}

// join adds a data frame to its message and reports whether the message is whole.
func (f *frames) join(h ws.Header, payload []byte) ([]byte, bool) {
	if h.Fin && !f.state.Fragmented() {
		return payload, true
	}
	f.joined = append(f.joined, payload...)
	if !h.Fin {
		f.state = f.state.Set(ws.StateFragmented)
		return nil, false
	}
	text := f.joined
	f.joined, f.state = nil, 0
	return text, true
}
