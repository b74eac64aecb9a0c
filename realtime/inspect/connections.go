package inspect

import (
	"net/netip"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// MaxListed is how many subscriptions of one connection are listed by name.
const MaxListed = 100

// Connection is one open socket.
type Connection struct {
	ID          string             `json:"id" description:"the socket id"`
	Node        string             `json:"node"`
	App         string             `json:"app"`
	UserID      string             `json:"userId,omitempty" description:"who has signed in or is named by a subscription"`
	DisplayName string             `json:"displayName,omitempty" description:"where the client's signed data has one"`
	Address     string             `json:"address" description:"of the client, past trusted proxies"`
	UserAgent   string             `json:"userAgent,omitempty" description:"cut at 256 bytes"`
	Origin      string             `json:"origin,omitempty" description:"of the page"`
	Since       time.Time          `json:"since"`
	Held        int                `json:"subscriptionCount"`
	Channels    []realtime.Channel `json:"subscriptions" description:"names, up to 100"`
	LastHeard   time.Time          `json:"lastHeard" description:"when the client last sent anything"`
	QueueBytes  int                `json:"queueBytes" description:"that wait for it"`
}

// ConnectionQuery asks for a page of the connections that fit, by id.
type ConnectionQuery struct {
	User    string           `json:"user,omitempty"`    // "" is anybody
	Channel realtime.Channel `json:"channel,omitempty"` // "" is any
	Address string           `json:"address,omitempty"` // an address or a network; "" is any
	After   string           `json:"after,omitempty"`   // the last id of the page before
	Limit   int              `json:"limit"`
}

// Network returns the addresses that fit, and false for all of them.
func (q ConnectionQuery) Network() (netip.Prefix, bool, error) {
	if q.Address == "" {
		return netip.Prefix{}, false, nil
	}
	network, err := netip.ParsePrefix(q.Address)
	if err == nil {
		return network.Masked(), true, nil
	}
	address, err := netip.ParseAddr(q.Address)
	if err != nil {
		return netip.Prefix{}, false, ErrAddress
	}
	address = address.Unmap().WithZone("")
	return netip.PrefixFrom(address, address.BitLen()), true, nil
}

// ConnectionPage is how many connections fit, and a page of them.
type ConnectionPage struct {
	Count       int          `json:"count" description:"of all connections that fit, on the nodes that answered"`
	Connections []Connection `json:"connections"`
	Silent      []Silent     `json:"silent"`
	More        bool         `json:"-"` // there are further ones
}
