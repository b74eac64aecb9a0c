package hub

import (
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The bounds of what waits for a sweep.
const (
	maxPending = 4 << 20   // bytes in line on one channel before publishers wait
	maxSweep   = 256 << 10 // bytes that one sweep gives each subscriber, unless one message is larger
)

// channel is a channel that has subscribers.
type channel struct {
	app  *app
	name realtime.Channel

	mu            sync.Mutex // guards the fields below
	subscriptions []*subscription
	members       *members    // nil unless it is a presence channel
	countedAt     time.Time   // when the subscribers were told how many they are
	countLater    *time.Timer // tells them again; nil when nothing has changed

	published int64 // events since it was occupied
	pending   []message
	bytes     int       // of pending
	first     uint64    // the number of pending[0]; messages are numbered from 1
	scheduled bool      // it is in the run queue, or a sweeper has it
	room      sync.Cond // signalled when a sweep has taken from pending
}

// message is one frame in line for the subscribers of a channel.
type message struct {
	frame  []byte
	except *socket   // the one that does not get it, or nil
	at     time.Time // when it was published; zero for what the hub itself tells
}

// subscription is one socket's part in a channel.
type subscription struct {
	socket  *socket
	channel *channel
	member  protocol.Member // as its channel_data says; zero without
	from    uint64          // the first message that it gets; set by join
	index   int             // its place in channel.subscriptions; channel.mu guards it
	gone    bool            // it has ended: nothing more is delivered; socket.mu guards it
}

func newChannel(a *app, name realtime.Channel) *channel {
	ch := &channel{app: a, name: name, first: 1}
	ch.room.L = &ch.mu
	if name.Presence() {
		ch.members = newMembers()
		if a.hub.bus != nil {
			for _, member := range a.hub.bus.Members(a.ID, name) {
				ch.members.arrive(member)
			}
		}
	}
	return ch
}

// publish puts a message in line. It waits for room.
func (c *channel) publish(m message) {
	c.mu.Lock()
	for c.bytes > maxPending {
		c.room.Wait()
	}
	c.published++
	c.append(m)
	c.mu.Unlock()
}

// offer puts a message in line if there is room, for those who must not wait. It reports
// whether there was.
func (c *channel) offer(m message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bytes > maxPending {
		return false
	}
	c.published++
	c.append(m)
	return true
}

// append puts a message in line. It must be called with mu held.
func (c *channel) append(m message) {
	c.pending = append(c.pending, m)
	c.bytes += len(m.frame)
	if !c.scheduled && len(c.subscriptions) > 0 {
		c.scheduled = true
		c.app.hub.queue.push(c)
	}
}

// add enters a subscription. It must be called with mu held.
func (c *channel) add(sub *subscription) {
	if len(c.subscriptions) == 0 && !c.scheduled {
		c.skip()
	}
	sub.from = c.first + uint64(len(c.pending))
	sub.index = len(c.subscriptions)
	c.subscriptions = append(c.subscriptions, sub)
	c.app.counts.subscriptions.Add(1)
}

// skip forgets messages that nobody was there to hear. It must be called with mu held.
func (c *channel) skip() {
	c.first += uint64(len(c.pending))
	c.pending, c.bytes = nil, 0
}

// remove takes a subscription out. It must be called with mu held.
func (c *channel) remove(sub *subscription) {
	c.app.counts.subscriptions.Add(-1)
	last := len(c.subscriptions) - 1
	moved := c.subscriptions[last]
	c.subscriptions[sub.index], moved.index = moved, sub.index
	c.subscriptions[last] = nil
	c.subscriptions = c.subscriptions[:last]
	if cap(c.subscriptions) > 64 && last < cap(c.subscriptions)/4 {
		c.subscriptions = append(make([]*subscription, 0, last*2), c.subscriptions...)
	}
}

// leave ends a subscription that its socket has given up already.
func (c *channel) leave(sub *subscription) {
	c.mu.Lock()
	c.remove(sub)
	empty := len(c.subscriptions) == 0
	if c.members != nil {
		last, gone := c.members.leave(sub.member.UserID)
		if last {
			c.hold(Present, sub.member.UserID, 0, nil)
		}
		if gone {
			c.turned(Notice{Event: NoticeMemberRemoved, UserID: sub.member.UserID})
		}
		if gone && !empty {
			c.append(message{frame: sealText(protocol.AppendMemberRemoved(newFrame(128), c.name, sub.member.UserID))})
		}
	}
	c.hold(Subscribed, "", len(c.subscriptions), nil)
	c.counted(true)
	if empty {
		c.turned(Notice{Event: NoticeVacated})
	}
	c.mu.Unlock()
	if empty {
		c.app.removeEmpty(c)
	}
}
