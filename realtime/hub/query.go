package hub

import (
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ChannelInfo is what the hub knows of a channel, over all nodes. A channel without subscribers is not
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
	all, here := []ChannelInfo{}, make(map[realtime.Channel]struct{})
	a.eachChannel(func(c *channel) {
		if !strings.HasPrefix(string(c.name), prefix) {
			return
		}
		if info := c.info(); info.Occupied {
			all = append(all, info)
			here[c.name] = struct{}{}
		}
	})
	if h.bus != nil {
		h.bus.Each(a.ID, Subscribed, func(fact Fact, n int) {
			if _, seen := here[fact.Channel]; !seen && strings.HasPrefix(string(fact.Channel), prefix) {
				all = append(all, ChannelInfo{Name: fact.Channel, Occupied: true, Subscriptions: n})
			}
		})
		for i := range all {
			if _, seen := here[all[i].Name]; !seen && all[i].Name.Presence() {
				all[i].Users = len(h.bus.Members(a.ID, all[i].Name))
			}
		}
	}
	slices.SortFunc(all, func(x, y ChannelInfo) int { return strings.Compare(string(x.Name), string(y.Name)) })
	return all, nil
}

// Channel returns what the hub knows of one channel.
func (h *Hub) Channel(appID string, name realtime.Channel) (ChannelInfo, error) {
	a, err := h.app(appID)
	if err != nil {
		return ChannelInfo{}, err
	}
	info := a.channelInfo(name)
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
		c = newChannel(a, name) // with the members of other nodes
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.members.roster.IDs(), nil
}

// Listening returns the channels that sockets of this node are subscribed to, in no order.
func (h *Hub) Listening(appID string) []realtime.Channel {
	var all []realtime.Channel
	if a := h.byID[appID]; a != nil {
		a.eachChannel(func(c *channel) { all = append(all, c.name) })
	}
	return all
}

// Occupied reports whether a socket of this node is subscribed to the channel. It is cheap.
func (h *Hub) Occupied(appID string, name realtime.Channel) bool {
	a := h.byID[appID]
	return a != nil && a.find(name) != nil
}

func (a *app) channelInfo(name realtime.Channel) ChannelInfo {
	c := a.find(name)
	if c == nil && a.hub.bus == nil {
		return ChannelInfo{Name: name}
	}
	if c == nil {
		c = newChannel(a, name) // with what other nodes hold
	}
	return c.info()
}

func (c *channel) info() ChannelInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.subscriptions) + c.elsewhere()
	info := ChannelInfo{Name: c.name, Subscriptions: n, Occupied: n > 0}
	if c.members != nil {
		info.Users = c.members.roster.Len()
	}
	return info
}
