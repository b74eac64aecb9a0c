package hub

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// Bus joins the hubs of several nodes, so that they look like one. None of its methods
// but Settle waits for anything outside this process, and they may be called with the locks
// of the hub held. A hub without a bus is alone.
type Bus interface {
	// Join says who hears what the other nodes say. It is called once, before all else.
	Join(Node)
	// Hold says that sockets of this node make a fact true n times; 0 is no more. Of a
	// Present fact, info is the user_info.
	Hold(fact Fact, n int, info json.RawMessage)
	// Send gives a message to the other nodes: at most once, after the facts that were
	// told before it.
	Send(Message)
	// Held returns how many times the other nodes make the fact true.
	Held(Fact) int
	// Members returns who the other nodes have on the channel, in the order of coming.
	Members(appID string, channel realtime.Channel) []protocol.Member
	// Each visits the facts of a kind that the other nodes make true for the app.
	Each(appID string, kind Kind, visit func(fact Fact, n int))
	// Settle waits until the other nodes have been told everything, or ctx ends.
	Settle(ctx context.Context)
}

// Kind is what a fact is about.
type Kind byte

// The kinds of facts.
const (
	Subscribed Kind = 's' // sockets that are subscribed to Channel
	Present    Kind = 'p' // User is a member of Channel
	Online     Kind = 'o' // User is signed in
)

// Fact is something that is true because of sockets.
type Fact struct {
	Kind    Kind
	App     string
	Channel realtime.Channel
	User    string
}

// Message is what a node tells the others once. It is one of three: an event on Channels,
// the finished frame of a client event on the only one of them, or the end of all sockets
// of a user.
type Message struct {
	App       string
	Channels  []realtime.Channel
	Name      string
	Data      string
	Except    string // the id of the socket that does not get the event
	Frame     []byte
	Terminate string // a user id
}

// Node is a hub as its bus sees it. No method may be called with a lock of the bus held.
type Node interface {
	// Hear takes a message of another node. It does not wait, and reports false when there
	// was no room for it.
	Hear(Message) bool
	// Change says that what Held returns for the fact has changed.
	Change(Fact)
	// Turn says that a fact became true, or ceased to be, over all nodes. Mine is set on
	// the one node whose webhooks have to tell of it. At is when, by one clock for all nodes.
	Turn(fact Fact, holds, mine bool, at time.Time)
	// Remember puts the last event of a cache channel where newcomers find it, if nothing
	// newer is there.
	Remember(appID string, channel realtime.Channel, name, data string, at time.Time)
}

// busNode is the hub in the hands of its bus.
type busNode struct{ hub *Hub }

// Hear implements Node.
func (n busNode) Hear(m Message) bool {
	a := n.hub.byID[m.App]
	if a == nil || n.hub.state.Load() == stopped {
		return true // not ours
	}
	switch {
	case m.Terminate != "":
		a.terminate(m.Terminate)
		return true
	case m.Frame != nil:
		ch := a.find(m.Channels[0])
		return ch == nil || ch.offer(message{frame: m.Frame})
	}
	return a.publish(m.Channels, event{name: m.Name, data: m.Data, except: m.Except}, false)
}

// Change implements Node. What the channel or the users have been told is compared with
// what the bus says now, so that a change which was seen on the way is none.
func (n busNode) Change(fact Fact) {
	a := n.hub.byID[fact.App]
	if a == nil {
		return
	}
	if fact.Kind == Online {
		a.users.elsewhere(a.hub.bus, fact)
		return
	}
	ch := a.find(fact.Channel)
	if ch == nil {
		return
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	switch {
	case len(ch.subscriptions) == 0:
	case fact.Kind == Subscribed:
		ch.counted(false)
	case ch.members != nil:
		ch.meet(fact.User)
	}
}

// Turn implements Node.
func (n busNode) Turn(fact Fact, holds, mine bool, at time.Time) {
	q := &n.hub.notices
	if n.hub.byID[fact.App] == nil || q.notify == nil || fact.Channel.User() != "" {
		return
	}
	notice := Notice{Channel: fact.Channel, UserID: fact.User, At: at, Elsewhere: !mine}
	switch {
	case fact.Kind == Subscribed && holds:
		notice.Event = NoticeOccupied
	case fact.Kind == Subscribed:
		notice.Event = NoticeVacated
	case fact.Kind == Present && holds:
		notice.Event = NoticeMemberAdded
	case fact.Kind == Present:
		notice.Event = NoticeMemberRemoved
	default:
		return
	}
	q.post(fact.App, notice)
}

// Remember implements Node.
func (n busNode) Remember(appID string, channel realtime.Channel, name, data string, at time.Time) {
	a := n.hub.byID[appID]
	if a == nil {
		return
	}
	ch := a.obtain(channel)
	defer a.release(ch)
	if last := a.cache.get(channel, time.Now()); last == nil || last.at.Before(at) {
		a.cache.put(&cached{channel: channel, name: name, data: data, at: at})
	}
}

// hold tells the bus of a fact of the channel. It must be called with mu held, which keeps
// the order of what it is told.
func (c *channel) hold(kind Kind, userID string, n int, info json.RawMessage) {
	if bus := c.app.hub.bus; bus != nil {
		bus.Hold(Fact{Kind: kind, App: c.app.ID, Channel: c.name, User: userID}, n, info)
	}
}

// elsewhere returns how many are subscribed on other nodes.
func (c *channel) elsewhere() int {
	bus := c.app.hub.bus
	if bus == nil {
		return 0
	}
	return bus.Held(Fact{Kind: Subscribed, App: c.app.ID, Channel: c.name})
}

// meet compares the member with what the other nodes hold, and tells the difference. It
// must be called with mu held.
func (c *channel) meet(userID string) {
	var member protocol.Member
	held := c.app.hub.bus.Held(Fact{Kind: Present, App: c.app.ID, Channel: c.name, User: userID}) > 0
	if held {
		here := func(m protocol.Member) bool { return m.UserID == userID }
		others := c.app.hub.bus.Members(c.app.ID, c.name)
		i := slices.IndexFunc(others, here)
		if held = i >= 0; held {
			member = others[i]
		}
	}
	switch {
	case held && c.members.arrive(member):
		size := 2*len(member.Info) + 192
		c.append(message{frame: sealText(protocol.AppendMemberAdded(newFrame(size), c.name, member))})
	case !held && c.members.depart(userID):
		c.append(message{frame: sealText(protocol.AppendMemberRemoved(newFrame(128), c.name, userID))})
	}
}

// elsewhere compares the user with what the other nodes hold, and tells who watches.
func (u *users) elsewhere(bus Bus, fact Fact) {
	u.mu.Lock()
	_, was := u.others[fact.User]
	is := bus.Held(fact) > 0
	switch {
	case is && u.others == nil:
		u.others = map[string]struct{}{fact.User: {}}
	case is:
		u.others[fact.User] = struct{}{}
	default:
		delete(u.others, fact.User)
	}
	var told []*socket
	if is != was && u.online[fact.User] == 0 {
		told = u.tell(fact.User, is)
	}
	u.mu.Unlock()
	for _, w := range told {
		w.settle()
	}
}
