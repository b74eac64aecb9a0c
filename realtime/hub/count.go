package hub

import (
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// How often the subscribers of a channel hear how many they are: up to countAtOnce of
// them at every change, more of them at most every countPace.
const (
	countAtOnce = 100
	countPace   = 5 * time.Second
)

// counted is called when the number of subscribers has changed, by one of this node if
// here is set, and tells them, now or later. It must be called with mu held.
func (c *channel) counted(here bool) {
	if !c.app.SubscriptionCount || c.members != nil || c.name.User() != "" {
		return
	}
	wait, others := countPace-time.Since(c.countedAt), c.elsewhere()
	switch n := len(c.subscriptions); {
	case n == 0:
		c.stopCount()
	case n+others <= countAtOnce, wait <= 0:
		c.tellCount(n+others, here)
	case c.countLater == nil:
		c.countLater = time.AfterFunc(wait, c.countLate)
	}
}

// tellCount must be called with mu held.
func (c *channel) tellCount(n int, here bool) {
	c.stopCount()
	c.countedAt = time.Now()
	c.append(message{frame: sealText(protocol.AppendSubscriptionCount(newFrame(len(c.name)+128), c.name, n))})
	if here {
		c.note(Notice{Event: NoticeSubscriptionCount, Count: n})
	}
}

// stopCount must be called with mu held.
func (c *channel) stopCount() {
	if c.countLater != nil {
		c.countLater.Stop()
		c.countLater = nil
	}
}

func (c *channel) countLate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.countLater != nil && len(c.subscriptions) > 0 {
		c.tellCount(len(c.subscriptions)+c.elsewhere(), true)
	}
}
