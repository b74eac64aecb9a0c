// Package inspect has the words of the socket service: what an operator may know of nodes,
// channels and connections, and the debug log. It knows no hub and no network, so that the
// API speaks of these things without either.
package inspect

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// The errors of the socket service.
var (
	ErrDriver       = fault.New(fault.Conflict, "driver-cannot", "The realtime server that this one publishes to does not tell that.")
	ErrNoConnection = fault.New(fault.NotFound, "no-such-connection", "No node has a connection with this id.")
	ErrNoApp        = fault.New(fault.NotFound, "no-such-app", "There is no app with this id.")
	ErrNodes        = fault.New(fault.Unavailable, "node-silent", "A node does not answer; what you ask for may be there.")
	ErrBusy         = fault.New(fault.Unavailable, "socket-service-busy", "Too many questions about sockets wait already. Ask again in a moment.")
	ErrTraces       = fault.New(fault.TooMany, "too-many-traces", "The debug log is asked for with as many different filters as it takes. Wait 15 seconds, or use a filter that is in use.")
	ErrCursor       = fault.New(fault.Malformed, "bad-socket-cursor", "This is no cursor of the socket service. Leave it out to begin anew.")
	ErrPresence     = fault.New(fault.Invalid, "members-need-presence", "Only presence channels have members. /api/socket/connections?channel= tells who is subscribed to another one.")
	ErrAddress      = fault.New(fault.Invalid, "bad-address-filter", "address is an IP address, or a network such as 10.0.0.0/8.")
)

// Overview is how the nodes are.
type Overview struct {
	At     time.Time `json:"at" description:"when the answer was made; it is no older than a second or two"`
	Driver string    `json:"driver" description:"embedded, soketi, pusher or disabled; nodes have figures with embedded alone"`
	Nodes  []Node    `json:"nodes"`
	Totals *Counts   `json:"totals" nullable:"true" description:"over all nodes that answered, each channel once; null where the driver does not tell"`
	Silent []Silent  `json:"silent"`
}

// Node is one process with a hub.
type Node struct {
	ID        string    `json:"id"`
	Host      string    `json:"host" description:"name of the machine"`
	Version   string    `json:"version"`
	StartedAt time.Time `json:"startedAt"`
	Counts
	MemoryBytes int64 `json:"memoryBytes" description:"that the process has from the system"`
	Goroutines  int   `json:"goroutines"`
}

// Counts are what there is now, and totals since the start, of which a reader makes rates.
type Counts struct {
	Connections   int   `json:"connections" description:"now"`
	Subscriptions int   `json:"subscriptions" description:"now"`
	Channels      int   `json:"channels" description:"occupied now"`
	MessagesIn    int64 `json:"messagesIn" description:"from clients, since the start"`
	MessagesOut   int64 `json:"messagesOut" description:"events given to connections, since the start"`
	BytesIn       int64 `json:"bytesIn" description:"since the start"`
	BytesOut      int64 `json:"bytesOut" description:"since the start"`
	Refused       int64 `json:"refused" description:"connections, subscriptions, their authorizations, sign-ins and messages refused since the start"`
	Errors        int64 `json:"errors" description:"connections ended since the start because the peer was too slow, mute, or broke the protocol"`
	QueueBytes    int64 `json:"queueBytes" description:"that wait for slow connections now"`
}

// Add adds the counts of another node. A channel that both have counts twice.
func (c *Counts) Add(d Counts) {
	c.Connections += d.Connections
	c.Subscriptions += d.Subscriptions
	c.Channels += d.Channels
	c.MessagesIn += d.MessagesIn
	c.MessagesOut += d.MessagesOut
	c.BytesIn += d.BytesIn
	c.BytesOut += d.BytesOut
	c.Refused += d.Refused
	c.Errors += d.Errors
	c.QueueBytes += d.QueueBytes
}

// Silent is a node that did not answer in time. What only it knows is missing.
type Silent struct {
	ID      string    `json:"id"`
	HeardAt time.Time `json:"heardAt" description:"when anything was last heard of it"`
}

// Channel is an occupied channel. What the driver does not tell is nil.
type Channel struct {
	Name          realtime.Channel `json:"name"`
	Type          string           `json:"type" enum:"public,private,private-encrypted,presence,user" description:"user is a channel of the server's to one signed-in user"`
	Cache         bool             `json:"cache" description:"it keeps its last event for newcomers"`
	App           string           `json:"app" description:"the app's id"`
	Subscriptions *int             `json:"subscriptions" nullable:"true" description:"over all nodes"`
	Members       *int             `json:"members" nullable:"true" description:"of a presence channel, over all nodes; else null"`
	Published     *int64           `json:"published" nullable:"true" description:"events since the channel was occupied; a smaller number than before means that it was left in between"`
}

// NewChannel returns the channel with what its name tells.
func NewChannel(app string, name realtime.Channel) Channel {
	return Channel{Name: name, Type: typeOf(name), Cache: name.Cache(), App: app}
}

func typeOf(name realtime.Channel) string {
	switch {
	case name.User() != "":
		return "user"
	case name.Presence():
		return "presence"
	case name.Encrypted():
		return "private-encrypted"
	case name.Private():
		return "private"
	}
	return "public"
}

// ChannelQuery asks for a page of the occupied channels, by name.
type ChannelQuery struct {
	App    string // "" is every app
	Prefix string
	After  Place // the last one of the page before; the zero Place is the start
	Limit  int
}

// ChannelPage is a page of channels.
type ChannelPage struct {
	Channels []Channel `json:"channels"`
	Silent   []Silent  `json:"silent"`
	More     bool      `json:"-"` // there are further ones
	Last     Place     `json:"-"` // how far the list was read; that channel may have been left meanwhile
}

// Place is where a channel stands in the list of all.
type Place struct {
	Name realtime.Channel
	App  string
}

// Compare orders places by name, then app.
func (p Place) Compare(q Place) int {
	if c := strings.Compare(string(p.Name), string(q.Name)); c != 0 {
		return c
	}
	return strings.Compare(p.App, q.App)
}

// String returns the place as a cursor. Neither a name nor an app has a slash.
func (p Place) String() string { return string(p.Name) + "/" + p.App }

// ParsePlace reads what String wrote; the empty text is the start.
func ParsePlace(text string) (Place, error) {
	name, app, ok := strings.Cut(text, "/")
	if text != "" && !ok {
		return Place{}, ErrCursor
	}
	return Place{realtime.Channel(name), app}, nil
}

// Place returns where the channel stands in the list of all.
func (c Channel) Place() Place { return Place{c.Name, c.App} }

// Member is a user in a presence channel, whatever their connections.
type Member struct {
	UserID string          `json:"userId"`
	Info   json.RawMessage `json:"info" description:"user_info as the channel shows it; null where the driver does not tell"`
}

// MemberQuery asks for a page of the members of a channel, by user id.
type MemberQuery struct {
	App     string
	Channel realtime.Channel
	After   string // the last user id of the page before
	Limit   int
}

// MemberPage is a page of members.
type MemberPage struct {
	Count   int      `json:"count" description:"of all members"`
	Members []Member `json:"members"`
	Silent  []Silent `json:"silent" description:"nodes whose members may be missing"`
	More    bool     `json:"-"` // there are further ones
}
