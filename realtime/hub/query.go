package hub

import (
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ChannelInfo is what the hub knows of a channel. A channel without subscribers is not
// occupied, and has no counts. Cached is set by Hub.Channel only, nil when nothing is
// cached.
type ChannelInfo struct {
	Name          realtime.Channel
	Occupied      bool
	Subscriptions int
	Users         int // of a presence channel
	Cached        *Cached
}

// Cached is the last event of a cache channel.
type Cached struct {
	Data string
	TTL  time.Duration // how long the hub will still know it
}

// Channels returns the occupied channels whose names begin with prefix, sorted by name.
func (h *Hub) Channels(appID, prefix string) ([]ChannelInfo, error) {
	a, err := h.app(appID)
	if err != nil {
		return nil, err
	}
	all := []ChannelInfo{}
	a.eachChannel(func(c *channel) {
		if !strings.HasPrefix(string(c.name), prefix) {
			return
		}
		if info := c.info(); info.Occupied {
			all = append(all, info)
		}
	})
	slices.SortFunc(all, func(x, y ChannelInfo) int { return strings.Compare(string(x.Name), string(y.Name)) })
	return all, nil
}

// Channel returns what the hub knows of one channel.
func (h *Hub) Channel(appID string, name realtime.Channel) (ChannelInfo, error) {
	a, err := h.app(appID)
	if err != nil {
		return ChannelInfo{}, err
	}
	info := ChannelInfo{Name: name}
	if c := a.find(name); c != nil {
		info = c.info()
	}
	now := time.Now()
	if e := a.cache.get(name, now); e != nil {
		info.Cached = &Cached{Data: e.data, TTL: cacheAge - now.Sub(e.at)}
	}
	return info, nil
}

// Users returns the ids of the members of a presence channel, in the order of their coming.
func (h *Hub) Users(appID string, name realtime.Channel) ([]string, error) {
	a, err := h.app(appID)
	if err != nil {
		return nil, err
	}
	if !name.Presence() {
		return nil, ErrNotPresence
	}
	c := a.find(name)
	if c == nil {
		return []string{}, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.members.roster.IDs(), nil
}

// Occupied reports whether anybody is subscribed to the channel. It is cheap.
func (h *Hub) Occupied(appID string, name realtime.Channel) bool {
	a := h.byID[appID]
	return a != nil && a.find(name) != nil
}

func (c *channel) info() ChannelInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	info := ChannelInfo{Name: c.name, Subscriptions: len(c.subscriptions), Occupied: len(c.subscriptions) > 0}
	if c.members != nil {
		info.Users = c.members.roster.Len()
	}
	return info
}
