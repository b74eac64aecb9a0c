package redisbus

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

var errWire = errors.New("redisbus: a message that this version cannot read")

// netstrings are texts with their lengths in front, one after the other.
type netstrings struct{ rest string }

func (n *netstrings) next() (string, error) {
	size, rest, ok := strings.Cut(n.rest, ":")
	length, err := strconv.Atoi(size)
	if !ok || err != nil || length < 0 || length > len(rest) {
		return "", errWire
	}
	n.rest = rest[length:]
	return rest[:length], nil
}

// take reads as many texts as there are places for them.
func (n *netstrings) take(into ...*string) error {
	for _, text := range into {
		var err error
		if *text, err = n.next(); err != nil {
			return err
		}
	}
	return nil
}

func appendNetstring(dst []byte, text string) []byte {
	dst = strconv.AppendInt(dst, int64(len(text)), 10)
	return append(append(dst, ':'), text...)
}

// factText is a fact as Redis has it. The user comes last, because it may be any text.
func factText(f hub.Fact) string {
	return string(f.Kind) + f.App + "\n" + string(f.Channel) + "\n" + f.User
}

func parseFact(text string) (hub.Fact, error) {
	parts := strings.SplitN(text, "\n", 3)
	if len(parts) != 3 || parts[0] == "" {
		return hub.Fact{}, errWire
	}
	return hub.Fact{Kind: hub.Kind(parts[0][0]), App: parts[0][1:], Channel: realtime.Channel(parts[1]), User: parts[2]}, nil
}

// messageText is a message as it crosses.
func messageText(m hub.Message) string {
	channels := make([]string, len(m.Channels))
	size := len(m.Name) + len(m.Data) + len(m.Frame) + 128
	for i, channel := range m.Channels {
		channels[i] = string(channel)
		size += len(channel) + 1
	}
	dst := make([]byte, 0, size)
	for _, text := range []string{m.App, strings.Join(channels, "\n"), m.Name, m.Data, m.Except, string(m.Frame), m.Terminate} {
		dst = appendNetstring(dst, text)
	}
	return string(dst)
}

func parseMessage(text string) (hub.Message, error) {
	var m hub.Message
	var channels, frame string
	n := netstrings{text}
	if err := n.take(&m.App, &channels, &m.Name, &m.Data, &m.Except, &frame, &m.Terminate); err != nil {
		return m, err
	}
	for channel := range strings.SplitSeq(channels, "\n") {
		m.Channels = append(m.Channels, realtime.Channel(channel))
	}
	if frame != "" {
		m.Frame = []byte(frame)
	}
	return m, nil
}

// heard is a message of the stream, taken apart.
type heard struct {
	epoch, node string
	version     int64
	changes     bool // it raised the version
	at          time.Time
	parts       []part
}

// part is one thing that a message says; see common.
type part struct {
	kind       byte
	a, b, info string
}

// places is how many texts follow the letter of a part.
func places(kind byte) int {
	switch kind {
	case 'f':
		return 3
	case 't', 'h':
		return 2
	case 'e', 'g':
		return 1
	}
	return 0
}

func parseHeard(text string) (heard, error) {
	var h heard
	var version, changes, at string
	n := netstrings{text}
	err := n.take(&h.epoch, &version, &h.node, &changes, &at)
	if err != nil {
		return h, err
	}
	if h.version, err = strconv.ParseInt(version, 10, 64); err != nil {
		return h, errWire
	}
	milli, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return h, errWire
	}
	h.changes, h.at = changes == "1", time.UnixMilli(milli)
	h.parts, err = parseParts(n.rest)
	return h, err
}

func parseParts(text string) ([]part, error) {
	var parts []part
	for n := (netstrings{text}); n.rest != ""; {
		kind, err := n.next()
		if err != nil || len(kind) != 1 {
			return nil, errWire
		}
		p := part{kind: kind[0]}
		if err := n.take([]*string{&p.a, &p.b, &p.info}[:places(p.kind)]...); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}
