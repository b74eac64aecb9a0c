package hub

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// peer is who is at the other end of a socket. Its texts are the same for many.
type peer struct {
	address       netip.Addr
	agent, origin unique.Handle[string]
}

const maxPeerText = 256 // bytes that are kept of a header

func (h *Hub) peerOf(r *http.Request) peer {
	header := func(name string) unique.Handle[string] {
		text := r.Header.Get(name)
		return unique.Make(strings.ToValidUTF8(text[:min(len(text), maxPeerText)], ""))
	}
	p := peer{agent: header("User-Agent"), origin: header("Origin")}
	if h.opts.Address != nil {
		p.address = h.opts.Address(r)
	} else if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		p.address = at.Addr().Unmap()
	}
	return p
}

// smallest keeps the first of what it is shown, in memory for few however many are shown.
type smallest[T any] struct {
	limit   int
	compare func(x, y T) int
	kept    []T
	full    bool // nothing that is not before the last of the first limit is kept any more
}

func (s *smallest[T]) show(x T) {
	if s.full && s.compare(x, s.kept[s.limit-1]) >= 0 {
		return
	}
	if s.kept = append(s.kept, x); len(s.kept) >= 2*s.limit {
		s.first()
	}
}

// first returns the first limit of all that were shown.
func (s *smallest[T]) first() []T {
	slices.SortFunc(s.kept, s.compare)
	if len(s.kept) >= s.limit {
		clear(s.kept[s.limit:])
		s.kept, s.full = s.kept[:s.limit], true
	}
	return s.kept
}

// Counts returns what the sockets of this node come to. It visits each of them.
func (h *Hub) Counts() inspect.Counts {
	var sum inspect.Counts
	for _, a := range h.byID {
		s := a.stats()
		sum.Add(inspect.Counts{
			Connections: s.Connections, Subscriptions: int(a.counts.subscriptions.Load()), Channels: s.Channels,
			MessagesIn: s.MessagesReceived, MessagesOut: s.MessagesSent, BytesIn: s.BytesReceived, BytesOut: s.BytesSent,
			Refused: a.counts.refused.Load(), Errors: a.counts.faults.Load(), QueueBytes: s.QueuedBytes,
		})
	}
	sum.Refused += h.refused.Load()
	return sum
}

// OccupiedChannels returns how many channels have a subscriber on any node.
func (h *Hub) OccupiedChannels() int {
	n := 0
	for _, a := range h.byID {
		n += int(a.counts.channels.Load())
		if h.bus != nil {
			h.bus.Each(a.ID, Subscribed, func(fact Fact, _ int) {
				if a.find(fact.Channel) == nil {
					n++
				}
			})
		}
	}
	return n
}

// ChannelPage returns a page of the channels that are occupied on any node.
func (h *Hub) ChannelPage(q inspect.ChannelQuery) (inspect.ChannelPage, error) {
	if h.state.Load() == stopped {
		return inspect.ChannelPage{}, ErrStopped
	}
	if q.App != "" && h.byID[q.App] == nil {
		return inspect.ChannelPage{}, inspect.ErrNoApp
	}
	places := smallest[inspect.Place]{limit: q.Limit + 1, compare: inspect.Place.Compare}
	for id, a := range h.byID {
		if q.App == "" || q.App == id {
			a.places(q, places.show)
		}
	}
	found := slices.Compact(places.first())
	page := inspect.ChannelPage{Channels: []inspect.Channel{}, Silent: []inspect.Silent{}, More: len(found) > q.Limit}
	for _, place := range found[:min(len(found), q.Limit)] {
		if ch, ok := h.byID[place.App].inspectChannel(place.Name); ok {
			page.Channels = append(page.Channels, ch)
		}
		page.Last = place
	}
	return page, nil
}

// places shows where the app's occupied channels stand that are asked for. It reads names
// alone, because there may be very many.
func (a *app) places(q inspect.ChannelQuery, show func(inspect.Place)) {
	wanted := func(name realtime.Channel) {
		p := inspect.Place{Name: name, App: a.ID}
		if strings.HasPrefix(string(name), q.Prefix) && p.Compare(q.After) > 0 {
			show(p)
		}
	}
	for i := range a.shards {
		sh := &a.shards[i]
		sh.mu.RLock()
		for name := range sh.channels {
			wanted(name)
		}
		sh.mu.RUnlock()
	}
	if bus := a.hub.bus; bus != nil {
		bus.Each(a.ID, Subscribed, func(fact Fact, _ int) {
			if a.find(fact.Channel) == nil {
				wanted(fact.Channel)
			}
		})
	}
}

// inspectChannel returns what is known of the channel, and false if it was left meanwhile.
func (a *app) inspectChannel(name realtime.Channel) (inspect.Channel, bool) {
	info, published := a.channelInfo(name), int64(0)
	if c := a.find(name); c != nil {
		c.mu.Lock()
		published = c.published
		c.mu.Unlock()
	}
	ch := inspect.NewChannel(a.ID, name)
	ch.Subscriptions, ch.Published = &info.Subscriptions, &published
	if name.Presence() {
		ch.Members = &info.Users
	}
	return ch, info.Occupied
}

// MemberPage returns a page of the members of a presence channel on all nodes.
func (h *Hub) MemberPage(q inspect.MemberQuery) (inspect.MemberPage, error) {
	a := h.byID[q.App]
	switch {
	case a == nil:
		return inspect.MemberPage{}, inspect.ErrNoApp
	case !q.Channel.Presence():
		return inspect.MemberPage{}, inspect.ErrPresence
	}
	c := a.find(q.Channel)
	if c == nil {
		c = newChannel(a, q.Channel) // with the members of other nodes
	}
	c.mu.Lock()
	all := c.members.roster.Members()
	c.mu.Unlock()
	slices.SortFunc(all, func(x, y protocol.Member) int { return cmp.Compare(x.UserID, y.UserID) })
	page := inspect.MemberPage{Count: len(all), Members: []inspect.Member{}, Silent: []inspect.Silent{}}
	for _, m := range all {
		switch {
		case m.UserID <= q.After:
		case len(page.Members) == q.Limit:
			page.More = true
		default:
			page.Members = append(page.Members, inspect.Member{UserID: m.UserID, Info: m.Info})
		}
	}
	return page, nil
}

// ConnectionPage returns how many sockets of this node fit, and a page of them.
func (h *Hub) ConnectionPage(q inspect.ConnectionQuery) (inspect.ConnectionPage, error) {
	network, some, err := q.Network()
	if err != nil {
		return inspect.ConnectionPage{}, err
	}
	page := inspect.ConnectionPage{Connections: []inspect.Connection{}, Silent: []inspect.Silent{}}
	first := smallest[*socket]{limit: q.Limit + 1, compare: func(x, y *socket) int { return cmp.Compare(x.id, y.id) }}
	for _, a := range h.byID {
		for _, s := range a.everySocket() {
			if some && !network.Contains(s.peer.address) || !s.isOf(q.User, q.Channel) {
				continue
			}
			if page.Count++; s.id > q.After {
				first.show(s)
			}
		}
	}
	found := first.first()
	page.More = len(found) > q.Limit
	for _, s := range found[:min(len(found), q.Limit)] {
		page.Connections = append(page.Connections, s.inspect())
	}
	return page, nil
}

// isOf reports whether the socket is open, is the user's and is subscribed to the channel,
// where these are named.
func (s *socket) isOf(user string, channel realtime.Channel) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || channel != "" && s.subscriptions[channel] == nil {
		return false
	}
	return user == "" || s.named(func(m protocol.Member) bool { return m.UserID == user })
}

// named reports whether the signed-in user or a member of a subscription fits. It must be
// called with mu held.
func (s *socket) named(fits func(protocol.Member) bool) bool {
	if s.user.ID != "" && fits(s.user.Member()) {
		return true
	}
	for _, sub := range s.subscriptions {
		if sub.member.UserID != "" && fits(sub.member) {
			return true
		}
	}
	return false
}

// who returns in whose name the socket is: that of the signed-in user, of a private channel,
// or of a presence channel, where it may be a name for that channel alone. It must be called
// with mu held.
func (s *socket) who() protocol.Member {
	best := s.user.Member()
	if best.UserID != "" {
		return best
	}
	var at realtime.Channel
	for name, sub := range s.subscriptions {
		if sub.member.UserID == "" {
			continue
		}
		better := best.UserID == "" || at.Presence() && !name.Presence()
		if better || at.Presence() == name.Presence() && name < at {
			best, at = sub.member, name
		}
	}
	for _, sub := range s.subscriptions {
		if best.Info == nil && sub.member.UserID == best.UserID {
			best.Info = sub.member.Info // a private channel tells no name, a presence channel of the same user does
		}
	}
	return best
}

// inspect returns what an operator may know of the socket.
func (s *socket) inspect() inspect.Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.who()
	names := smallest[realtime.Channel]{limit: inspect.MaxListed, compare: cmp.Compare[realtime.Channel]}
	for name := range s.subscriptions {
		names.show(name)
	}
	c := inspect.Connection{
		ID: s.id, App: s.app.ID, UserID: who.UserID, DisplayName: displayName(who.Info),
		UserAgent: s.peer.agent.Value(), Origin: s.peer.origin.Value(), Since: s.since.UTC(),
		Held: len(s.subscriptions), Channels: append([]realtime.Channel{}, names.first()...),
		LastHeard: time.Unix(0, s.heard.Load()).UTC(), QueueBytes: s.outbox.queued,
	}
	if s.peer.address.IsValid() {
		c.Address = s.peer.address.String()
	}
	return c
}

// displayName returns the name in a user_info, "" without one.
func displayName(info json.RawMessage) string {
	var d struct{ DisplayName, Name string }
	if len(info) == 0 || json.Unmarshal(info, &d) != nil {
		return ""
	}
	return cmp.Or(d.DisplayName, d.Name)
}

// socketOf returns the open socket with the id, of whatever app.
func (h *Hub) socketOf(id string) *socket {
	for _, a := range h.byID {
		if s := a.socket(id); s != nil {
			return s
		}
	}
	return nil
}

// closedByOperator is what a client reads when its connection was closed by hand.
const closedByOperator = "An operator has closed this connection."

// CloseConnection closes a socket of this node with 4009, after which clients do not come
// back by themselves. It reports whether there was such a socket.
func (h *Hub) CloseConnection(id string) bool {
	s := h.socketOf(id)
	return s != nil && s.closeSaying(protocol.CloseForbidden, closedByOperator, false)
}

// SendTo gives an event, of no channel, to one socket of this node. It reports whether there
// is such a socket.
func (h *Hub) SendTo(id, name, data string) bool {
	s := h.socketOf(id)
	if s == nil {
		return false
	}
	frame := sealText(protocol.AppendDirect(newFrame(len(name)+len(data)+len(data)/8+32), name, data))
	if !s.deliver(nil, frame) {
		return false
	}
	s.note(inspect.Line{Kind: inspect.Event, Name: name, Size: len(data), Data: data})
	s.app.counts.sent.Add(1)
	s.app.counts.sentBytes.Add(int64(len(frame)))
	return true
}

// Published returns how many events this node has seen on each of the channels since it has
// subscribers on it.
func (h *Hub) Published(places []inspect.Place) []int64 {
	list := make([]int64, len(places))
	for i, place := range places {
		a := h.byID[place.App]
		if a == nil {
			continue
		}
		if c := a.find(place.Name); c != nil {
			c.mu.Lock()
			list[i] = c.published
			c.mu.Unlock()
		}
	}
	return list
}
