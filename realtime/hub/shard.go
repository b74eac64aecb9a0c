package hub

import (
	"hash/maphash"
	"sync"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// channelShards is how many locks an app's channels share.
const channelShards = 64

// shard is a part of an app's channels: those that have subscribers.
type shard struct {
	mu       sync.RWMutex // guards channels; held while a channel is made, or found empty and removed
	channels map[realtime.Channel]*channel
}

func (a *app) shard(name realtime.Channel) *shard {
	return &a.shards[maphash.String(a.seed, string(name))%channelShards]
}

// find returns the channel, or nil when nobody is subscribed to it.
func (a *app) find(name realtime.Channel) *channel {
	sh := a.shard(name)
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	return sh.channels[name]
}

// obtain returns the channel with its lock held, and makes it if need be.
func (a *app) obtain(name realtime.Channel) *channel {
	sh := a.shard(name)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	ch := sh.channels[name]
	if ch == nil {
		ch = newChannel(a, name)
		sh.channels[name] = ch
		a.counts.channels.Add(1)
	}
	ch.mu.Lock()
	return ch
}

// release lets go of a channel that obtain returned, and forgets it if it is empty.
func (a *app) release(ch *channel) {
	empty := len(ch.subscriptions) == 0
	ch.mu.Unlock()
	if empty {
		a.removeEmpty(ch)
	}
}

// removeEmpty forgets the channel if nobody has subscribed in the meantime.
func (a *app) removeEmpty(ch *channel) {
	sh := a.shard(ch.name)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if len(ch.subscriptions) == 0 && sh.channels[ch.name] == ch {
		delete(sh.channels, ch.name)
		a.counts.channels.Add(-1)
	}
}

// eachChannel calls visit for every channel that has subscribers, with no lock held.
func (a *app) eachChannel(visit func(*channel)) {
	for i := range a.shards {
		sh := &a.shards[i]
		sh.mu.RLock()
		found := make([]*channel, 0, len(sh.channels))
		for _, ch := range sh.channels {
			found = append(found, ch)
		}
		sh.mu.RUnlock()
		for _, ch := range found {
			visit(ch)
		}
	}
}
