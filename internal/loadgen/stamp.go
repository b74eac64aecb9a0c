package loadgen

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// A payload is text without quotes or escapes, so that it is the same bytes inside any
// JSON string: an opening mark, four numbers in hex, padding, and a closing mark.
const (
	openMark  = "=load="
	closeMark = "=end="
	fieldsLen = 2 + 8 + 16 + 4 // publisher, number, due, length

	minPayload = len(openMark) + fieldsLen + len(closeMark)
	maxPayload = 0xffff
)

// maxPublishers bounds how many publishers a ledger tells apart.
const maxPublishers = 16

// stamp is what a message says about itself.
type stamp struct {
	publisher int
	number    uint32        // from 1, counted by the publisher
	due       time.Duration // when it should have been sent, since the fleet's start
}

// appendPayload appends a payload of size bytes to dst.
func appendPayload(dst []byte, s stamp, size int) []byte {
	end := len(dst) + size - len(closeMark)
	dst = append(dst, openMark...)
	dst = fmt.Appendf(dst, "%02x%08x%016x%04x", s.publisher, s.number, int64(s.due), size)
	for len(dst) < end {
		dst = append(dst, 'x')
	}
	return append(dst, closeMark...)
}

// cutPayload reads the first payload in text and returns what follows it. It reports false
// when there is none, and an error when the one that is there is not whole.
func cutPayload(text []byte) (s stamp, rest []byte, found bool, err error) {
	at := bytes.Index(text, []byte(openMark))
	if at < 0 {
		return s, nil, false, nil
	}
	text = text[at:]
	if len(text) < minPayload {
		return s, nil, true, fmt.Errorf("message cut short: %.80q", text)
	}
	var raw [fieldsLen / 2]byte
	if _, err := hex.Decode(raw[:], text[len(openMark):len(openMark)+fieldsLen]); err != nil {
		return s, nil, true, fmt.Errorf("message damaged: %.80q", text)
	}
	s.publisher = int(raw[0])
	s.number = uint32(number(raw[1:5]))
	s.due = time.Duration(number(raw[5:13])) //nolint:gosec // written by appendPayload from a time.Duration
	size := int(number(raw[13:15]))          //nolint:gosec // two bytes
	if s.publisher >= maxPublishers || size < minPayload {
		return s, nil, true, fmt.Errorf("message damaged: %.80q", text)
	}
	if len(text) < size || string(text[size-len(closeMark):size]) != closeMark {
		return s, nil, true, fmt.Errorf("message %d of publisher %d cut short: its %s bytes do not end as sent", s.number, s.publisher, strconv.Itoa(size))
	}
	return s, text[size:], true, nil
}

func number(raw []byte) (n uint64) {
	for _, b := range raw {
		n = n<<8 | uint64(b)
	}
	return n
}
