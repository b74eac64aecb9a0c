package inspect

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// Kind says what a line of the debug log tells.
type Kind string

// The kinds of lines.
const (
	Connect     Kind = "connect"      // a socket was opened
	Disconnect  Kind = "disconnect"   // a socket has ended
	Subscribe   Kind = "subscribe"    // a socket joined a channel
	Unsubscribe Kind = "unsubscribe"  // a socket left a channel and stayed open
	Refused     Kind = "refused"      // a connection, a subscription, a sign-in, a message or its authorization was refused
	Signin      Kind = "signin"       // a user signed in on a socket
	Event       Kind = "event"        // an event was published; with a socket id it was given to that socket
	ClientEvent Kind = "client-event" // a client sent an event to others
)

var kinds = [...]Kind{Connect, Disconnect, Subscribe, Unsubscribe, Refused, Signin, Event, ClientEvent}

// ErrKind is returned for a kind that no line has.
var ErrKind = fault.New(fault.Invalid, "bad-log-kind",
	"kind is one or more of connect, disconnect, subscribe, unsubscribe, refused, signin, event and client-event, with commas between.")

// Kinds is a set of kinds. The zero value is all of them.
type Kinds uint16

// ParseKinds reads names with commas between.
func ParseKinds(text string) (Kinds, error) {
	var set Kinds
	if text == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		i := slices.Index(kinds[:], Kind(name))
		if i < 0 {
			return 0, ErrKind
		}
		set |= 1 << i
	}
	return set, nil
}

func (s Kinds) has(kind Kind) bool {
	if s == 0 {
		return true
	}
	i := slices.Index(kinds[:], kind)
	return i >= 0 && s&(1<<i) != 0
}

// What is kept of a text in a line.
const (
	maxData = 2 << 10 // bytes
	maxText = 256     // bytes of everything else
)

// Line is one line of the debug log. What a kind does not tell is empty.
type Line struct {
	At       time.Time `json:"at"`
	Node     string    `json:"node"`
	Kind     Kind      `json:"kind" enum:"connect,disconnect,subscribe,unsubscribe,refused,signin,event,client-event"`
	App      string    `json:"app,omitempty"`
	SocketID string    `json:"socketId,omitempty"`
	UserID   string    `json:"userId,omitempty"`
	Address  string    `json:"address,omitempty"`
	Channel  string    `json:"channel,omitempty"`
	Name     string    `json:"name,omitempty" description:"of the event"`
	Size     int       `json:"size,omitempty" description:"bytes of the data"`
	Data     string    `json:"data,omitempty" description:"of the event, cut at 2 KiB"`
	Withheld bool      `json:"withheld,omitempty" description:"the data is of a channel that you may not read"`
	Reason   string    `json:"reason,omitempty" description:"of a refusal, or of the end of a connection"`
	Number   int64     `json:"number" description:"counts the lines of a node"`
}

// cut shortens what would make the line large, and lets go of the texts that it is from.
func (l *Line) cut() {
	l.Data = shortened(l.Data, maxData)
	for _, text := range []*string{&l.SocketID, &l.UserID, &l.Channel, &l.Name, &l.Reason} {
		*text = shortened(*text, maxText)
	}
}

// size is how many bytes of text the line has.
func (l *Line) size() int {
	return len(l.SocketID) + len(l.UserID) + len(l.Channel) + len(l.Name) + len(l.Data) + len(l.Reason)
}

func shortened(text string, limit int) string {
	if len(text) > limit {
		text = text[:limit]
	}
	return strings.Clone(strings.ToValidUTF8(text, "\uFFFD"))
}

// Filter says which lines are wanted. The zero Filter wants all.
type Filter struct {
	Kinds   Kinds  `json:"kinds,omitempty"`
	User    string `json:"user,omitempty"`
	Channel string `json:"channel,omitempty"` // a name, or the beginning of names with * behind it
}

func (f Filter) fits(l *Line) bool {
	return f.Kinds.has(l.Kind) && (f.User == "" || f.User == l.UserID) && f.fitsChannel(l.Channel)
}

func (f Filter) fitsChannel(name string) bool {
	if start, several := strings.CutSuffix(f.Channel, "*"); several {
		return strings.HasPrefix(name, start)
	}
	return f.Channel == "" || f.Channel == name
}

// LogQuery asks for lines of all nodes.
type LogQuery struct {
	Filter
	After Cursor // where the answer before ended; the zero Cursor is the newest lines
	Limit int
}

// LogPage is lines of all nodes in the order of their times.
type LogPage struct {
	Lines  []Line   `json:"lines"`
	Next   string   `json:"next" description:"pass as after, within 15 seconds"`
	Lost   int64    `json:"lost" description:"lines that made room for newer ones before they were asked for"`
	Silent []Silent `json:"silent"`
}

// Cursor is how far each node's log was read, by the node's id.
type Cursor map[string]int64

// The bounds of a cursor.
const (
	maxCursor = 4 << 10 // bytes as text
	maxNodes  = 64
)

// String returns the cursor as clients keep it.
func (c Cursor) String() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseCursor reads what String wrote; the empty text is the zero Cursor.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > maxCursor {
		return nil, ErrCursor
	}
	var c Cursor
	if err := json.Unmarshal(raw, &c); err != nil || c == nil || len(c) > maxNodes {
		return nil, ErrCursor
	}
	for _, n := range c {
		if n < 0 {
			return nil, ErrCursor
		}
	}
	return c, nil
}
