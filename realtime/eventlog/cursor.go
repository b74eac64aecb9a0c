package eventlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ErrCursor is returned for a text that is no cursor.
var ErrCursor = fault.New(fault.Malformed, "bad-sync-cursor", "This is no cursor of ours. Leave it out to begin anew.")

// cursorVersion is the first byte of a cursor.
const cursorVersion = 1

// Cursor is how far a reader has each of several channels. The zero Cursor knows none. A
// channel takes some 15 bytes of it, so that a hundred fit into a URL.
type Cursor struct {
	marks map[channelSum]mark
}

type channelSum [8]byte // the beginning of the SHA-256 of a channel's name

// mark is a position in one channel.
type mark struct {
	epoch [4]byte // the beginning of the channel's epoch; zero if it had no events yet
	seq   int64
}

func sumOf(channel realtime.Channel) channelSum {
	sum := sha256.Sum256([]byte(channel))
	return channelSum(sum[:8])
}

// fits reports whether the mark was made in the epoch. A channel that had no events has
// none that could be missed.
func (m mark) fits(epoch uuid.UUID) bool {
	return m.epoch == [4]byte(epoch[:4]) || m == mark{}
}

func (c *Cursor) put(channel realtime.Channel, epoch uuid.UUID, seq int64) {
	if c.marks == nil {
		c.marks = make(map[channelSum]mark)
	}
	c.marks[sumOf(channel)] = mark{epoch: [4]byte(epoch[:4]), seq: seq}
}

func (c Cursor) at(channel realtime.Channel) (mark, bool) {
	m, ok := c.marks[sumOf(channel)]
	return m, ok
}

// String returns the cursor as clients keep it.
func (c Cursor) String() string {
	raw := []byte{cursorVersion}
	for _, sum := range slices.SortedFunc(maps.Keys(c.marks), func(a, b channelSum) int { return bytes.Compare(a[:], b[:]) }) {
		m := c.marks[sum]
		raw = append(raw, sum[:]...)
		raw = append(raw, m.epoch[:]...)
		raw = binary.AppendUvarint(raw, uint64(m.seq))
	}
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseCursor reads what String wrote; the empty text is the zero Cursor. One that was
// mutilated is ErrCursor and not a position that nobody was at.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < 5 || raw[0] != cursorVersion {
		return Cursor{}, ErrCursor
	}
	body, check := raw[:len(raw)-4], binary.BigEndian.Uint32(raw[len(raw)-4:])
	if crc32.ChecksumIEEE(body) != check {
		return Cursor{}, ErrCursor
	}
	c := Cursor{marks: make(map[channelSum]mark)}
	for body = body[1:]; len(body) > 0; {
		if len(body) < 13 {
			return Cursor{}, ErrCursor
		}
		m := mark{epoch: [4]byte(body[8:12])}
		seq, n := binary.Uvarint(body[12:])
		if m.seq = int64(seq); n <= 0 || m.seq < 0 { //nolint:gosec // one that does not fit is negative
			return Cursor{}, ErrCursor
		}
		c.marks[channelSum(body[:8])] = m
		body = body[12+n:]
	}
	return c, nil
}
