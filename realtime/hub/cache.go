package hub

import (
	"container/list"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The bounds of an app's cache. When it is full, the events that were published longest
// ago make room.
const (
	cacheAge       = 30 * time.Minute
	maxCached      = 10_000   // events
	maxCachedBytes = 64 << 20 // of all events together
	cachedOverhead = 256      // bytes that an event takes beside its text
)

// cache holds the last server event of each cache channel, whether or not anybody is
// subscribed to it.
type cache struct {
	mu     sync.Mutex // guards the fields below
	byName map[realtime.Channel]*list.Element
	order  list.List // of *cached, the oldest first
	bytes  int
}

// cached is the last event of a channel.
type cached struct {
	channel    realtime.Channel
	name, data string
	at         time.Time
}

func (e *cached) size() int { return len(e.channel) + len(e.name) + len(e.data) + cachedOverhead }

func (e *cached) expired(now time.Time) bool { return now.Sub(e.at) >= cacheAge }

// frame returns the event as its subscribers got it.
func (e *cached) frame() []byte {
	p := protocol.NewPublication(e.name, e.data)
	return sealText(p.Append(newFrame(p.Len(e.channel)), e.channel))
}

func (c *cache) put(e *cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byName == nil {
		c.byName = make(map[realtime.Channel]*list.Element)
	}
	if old := c.byName[e.channel]; old != nil {
		c.remove(old)
	}
	c.byName[e.channel] = c.order.PushBack(e)
	c.bytes += e.size()
	for len(c.byName) > maxCached || c.bytes > maxCachedBytes {
		c.remove(c.order.Front())
	}
}

// remove must be called with mu held.
func (c *cache) remove(element *list.Element) {
	e := c.order.Remove(element).(*cached)
	delete(c.byName, e.channel)
	c.bytes -= e.size()
}

// get returns the last event of the channel, or nil.
func (c *cache) get(channel realtime.Channel, now time.Time) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	element := c.byName[channel]
	if element == nil {
		return nil
	}
	if e := element.Value.(*cached); !e.expired(now) {
		return e
	}
	return nil
}

// expire forgets what is too old.
func (c *cache) expire(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for front := c.order.Front(); front != nil && front.Value.(*cached).expired(now); front = c.order.Front() {
		c.remove(front)
	}
}

// publishCached puts an event in line on a cache channel and caches it, at one moment: a
// socket that subscribes gets it either way, and once. If it must not wait and there is no
// room it reports false; then the event is only cached.
func (a *app) publishCached(e *cached, m message, waits bool) bool {
	ch := a.obtain(e.channel)
	for ch.bytes > maxPending && waits {
		ch.room.Wait()
		ch.mu.Unlock() // it may have been left and removed in the meantime
		ch = a.obtain(e.channel)
	}
	e.at = time.Now()
	a.cache.put(e)
	room := ch.bytes <= maxPending
	if room {
		ch.published++
		ch.append(m)
	}
	a.release(ch)
	return room
}

// lastEvent returns what a newcomer to the cache channel hears first. It must be called
// with mu held.
func (c *channel) lastEvent() []byte {
	if e := c.app.cache.get(c.name, time.Now()); e != nil {
		return e.frame()
	}
	c.note(Notice{Event: NoticeCacheMiss})
	return sealText(protocol.AppendCacheMiss(newFrame(128), c.name))
}
