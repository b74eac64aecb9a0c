package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

const (
	family   = "FM"   // what every version begins with
	prefix   = "FM1:" // of this version
	idSize   = 8      // bytes of the payload's SHA-256
	overhead = idSize + 1 + 1 + crc32.Size
)

// chunk is one code: its number, from 0, how many there are, and its part of the payload.
type chunk struct {
	id           [idSize]byte
	index, count int
	part         []byte
}

// split cuts the payload into chunks of nearly equal length, so that no code is denser than
// it must be.
func split(payload []byte, most int) ([]string, error) {
	room := (most-len(prefix))/3*2 - overhead
	count := (len(payload) + room - 1) / room
	if count > MaxChunks {
		return nil, ErrTooBig
	}
	size := (len(payload) + count - 1) / count
	c := chunk{id: idOf(payload), count: count}
	texts := make([]string, 0, count)
	for ; c.index < count; c.index++ {
		c.part = payload[min(c.index*size, len(payload)):min((c.index+1)*size, len(payload))]
		texts = append(texts, c.text())
	}
	return texts, nil
}

func idOf(payload []byte) [idSize]byte {
	sum := sha256.Sum256(payload)
	return [idSize]byte(sum[:idSize])
}

func (c chunk) text() string {
	raw := append(c.id[:], byte(c.index), byte(c.count))
	raw = append(raw, c.part...)
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return prefix + encode45(raw)
}

func parseChunk(text string) (chunk, error) {
	if len(text) > MaxChunk {
		return chunk{}, ErrChunk
	}
	body, ours := strings.CutPrefix(text, prefix)
	if !ours {
		if rest, ok := strings.CutPrefix(text, family); ok && len(rest) > 2 && rest[0] >= '0' && rest[0] <= '9' && rest[1] == ':' {
			return chunk{}, ErrVersion
		}
		return chunk{}, ErrChunk
	}
	raw, ok := decode45(body)
	if !ok || len(raw) <= overhead {
		return chunk{}, ErrChunk
	}
	end := len(raw) - crc32.Size
	if crc32.ChecksumIEEE(raw[:end]) != binary.BigEndian.Uint32(raw[end:]) {
		return chunk{}, ErrChunk
	}
	c := chunk{id: [idSize]byte(raw[:idSize]), index: int(raw[idSize]), count: int(raw[idSize+1]), part: raw[idSize+2 : end]}
	if c.index >= c.count || c.count > MaxChunks {
		return chunk{}, ErrChunk
	}
	return c, nil
}

// join puts chunks together, in any order and however often each was scanned.
func join(texts []string) ([]byte, error) {
	var parts [][]byte
	var first chunk
	for i, text := range texts {
		at := fmt.Sprintf("/chunks/%d", i)
		c, err := parseChunk(text)
		if err != nil {
			return nil, fault.From(err).At(fault.Field{Pointer: at, Detail: fault.From(err).Detail})
		}
		if i == 0 {
			first, parts = c, make([][]byte, c.count)
		}
		if c.id != first.id || c.count != first.count || parts[c.index] != nil && !bytes.Equal(parts[c.index], c.part) {
			return nil, ErrMixed.At(fault.Field{Pointer: at, Detail: "This chunk is of another transfer than the first one."})
		}
		parts[c.index] = c.part
	}
	if err := complete(parts); err != nil {
		return nil, err
	}
	payload := bytes.Join(parts, nil)
	if idOf(payload) != first.id {
		return nil, ErrContent
	}
	return payload, nil
}

// complete names the chunks that are missing, counted from 1 as people do.
func complete(parts [][]byte) error {
	var missing []string
	for i, part := range parts {
		if part == nil {
			missing = append(missing, fmt.Sprint(i+1))
		}
	}
	if len(parts) == 0 {
		return ErrMissing
	}
	if len(missing) > 0 {
		detail := fmt.Sprintf("Of %d chunks these are missing: %s.", len(parts), strings.Join(missing, ", "))
		return ErrMissing.Saying("%s", detail).At(fault.Field{Pointer: "/chunks", Detail: detail})
	}
	return nil
}
