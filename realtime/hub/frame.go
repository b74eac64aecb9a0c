package hub

import (
	"encoding/binary"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// headroom is the space before a payload for the largest header of an unmasked frame.
const headroom = 10

// newFrame returns a buffer for a payload of about size bytes. The payload is appended,
// then the buffer goes to sealText.
func newFrame(size int) []byte { return make([]byte, headroom, headroom+size) }

// sealText turns a buffer of newFrame into a WebSocket text frame, in place.
func sealText(buf []byte) []byte { return seal(buf, ws.OpText) }

func seal(buf []byte, op ws.OpCode) []byte {
	n := len(buf) - headroom
	start := headroom - ws.HeaderSize(ws.Header{Length: int64(n)})
	buf[start] = 0x80 | byte(op)
	switch headroom - start {
	case 2:
		buf[start+1] = byte(n)
	case 4:
		buf[start+1] = 126
		binary.BigEndian.PutUint16(buf[start+2:], uint16(n))
	default:
		buf[start+1] = 127
		binary.BigEndian.PutUint64(buf[start+2:], uint64(n))
	}
	return buf[start:]
}

// boundary returns where the first of the frames in buf that ends at or after least ends.
func boundary(buf []byte, least int) int {
	end := 0
	for end < least {
		switch rest := buf[end:]; rest[1] {
		case 126:
			end += 4 + int(binary.BigEndian.Uint16(rest[2:]))
		case 127:
			end += 10 + int(binary.BigEndian.Uint64(rest[2:]))
		default:
			end += 2 + int(rest[1])
		}
	}
	return end
}

func textFrame(text string) []byte { return sealText(append(newFrame(len(text)), text...)) }

func errorFrame(code int, text string) []byte {
	return sealText(protocol.AppendError(newFrame(len(text)+64), code, text))
}

func pongFrame(payload []byte) []byte {
	return seal(append(newFrame(len(payload)), payload...), ws.OpPong)
}

// closeFrames returns the last frames of a socket: an error for the clients that read
// one, and the close.
func closeFrames(code protocol.CloseCode) []byte { return closeFramesSaying(code, code.Reason()) }

// closeFramesSaying is closeFrames with a reason of at most 123 bytes.
func closeFramesSaying(code protocol.CloseCode, reason string) []byte {
	body := ws.NewCloseFrameBody(ws.StatusCode(code), reason)
	last := seal(append(newFrame(len(body)), body...), ws.OpClose)
	if !code.Fatal() {
		return last
	}
	return append(errorFrame(int(code), reason), last...)
}
