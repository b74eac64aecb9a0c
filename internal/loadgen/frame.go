package loadgen

import (
	"encoding/binary"
	"fmt"
)

// The opcodes of WebSocket frames that a Pusher server sends.
const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

// maxFrame is the longest frame that is believed.
const maxFrame = 16 << 20

// frame is one whole WebSocket frame; its payload is part of the buffer it was read from.
type frame struct {
	op      byte
	payload []byte
}

// nextFrame reads the frame that b begins with, as a client does. A size of 0 means that
// more bytes are needed.
func nextFrame(b []byte) (f frame, size int, err error) {
	if len(b) < 2 {
		return f, 0, nil
	}
	if b[0]&0xF0 != 0x80 || b[1]&0x80 != 0 {
		return f, 0, fmt.Errorf("frame in parts, masked or with reserved bits: % x", b[:2])
	}
	head, length := 2, uint64(b[1])
	switch length {
	case 126:
		head = 4
	case 127:
		head = 10
	}
	if len(b) < head {
		return f, 0, nil
	}
	switch head {
	case 4:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		length = binary.BigEndian.Uint64(b[2:])
	}
	if length > maxFrame {
		return f, 0, fmt.Errorf("frame of %d bytes", length)
	}
	size = head + int(length) //nolint:gosec // at most maxFrame
	if len(b) < size {
		return f, 0, nil
	}
	f = frame{op: b[0] & 0x0F, payload: b[head:size]}
	if f.op != opText && f.op < opClose || f.op > opPong {
		return f, 0, fmt.Errorf("frame with opcode %d", f.op)
	}
	return f, size, nil
}

// appendFrame appends a masked frame, as clients send them.
func appendFrame(dst []byte, op byte, mask [4]byte, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n < 1<<16:
		dst = append(dst, 0x80|126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n)) //nolint:gosec // fits
	default:
		dst = append(dst, 0x80|127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n)) //nolint:gosec // a length
	}
	dst = append(dst, mask[:]...)
	for i, b := range payload {
		dst = append(dst, b^mask[i&3])
	}
	return dst
}
