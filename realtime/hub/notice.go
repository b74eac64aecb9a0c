package hub

import (
	"bytes"
	"encoding/json"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// The events that a Notice tells of, by the names that Pusher's webhooks have for them.
const (
	NoticeOccupied          = "channel_occupied"
	NoticeVacated           = "channel_vacated"
	NoticeMemberAdded       = "member_added"
	NoticeMemberRemoved     = "member_removed"
	NoticeClientEvent       = "client_event"
	NoticeCacheMiss         = "cache_miss"
	NoticeSubscriptionCount = "subscription_count"
)

// Notice is something that happened on a channel and that an app's backend may want to
// hear of. A field that the event does not name is zero. There are none of the
// server-to-user channels, which are the library's own.
type Notice struct {
	Event    string // one of the Notice constants
	Channel  realtime.Channel
	UserID   string    // member_added, member_removed; client_event on a presence channel
	SocketID string    // client_event: who sent it
	Name     string    // client_event: its name
	Data     string    // client_event: its data, JSON text unless it was a string
	Count    int       // subscription_count: how many subscribers there are
	At       time.Time // when it happened

	// Elsewhere is set when another node tells the backend. This one only needs to know,
	// because a return takes back a leave that is not told yet.
	Elsewhere bool
}

// notices carries what happens from under the locks to Options.Notify, in its order.
type notices struct {
	notify func(appID string, n Notice) // nil when nobody wants to know

	mu     sync.Mutex // guards the fields below
	more   sync.Cond
	line   []posted
	closed bool
}

// posted is a notice on its way.
type posted struct {
	appID  string
	notice Notice
}

func (q *notices) init(notify func(string, Notice)) {
	q.notify = notify
	q.more.L = &q.mu
}

func (q *notices) post(appID string, n Notice) {
	q.mu.Lock()
	q.line = append(q.line, posted{appID, n})
	q.mu.Unlock()
	q.more.Signal()
}

// carry hands the notices over until the queue is closed and empty.
func (q *notices) carry() {
	var batch []posted
	for {
		q.mu.Lock()
		for len(q.line) == 0 && !q.closed {
			q.more.Wait()
		}
		batch, q.line = q.line, batch[:0]
		q.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		for _, p := range batch {
			q.notify(p.appID, p.notice)
		}
		clear(batch)
	}
}

func (q *notices) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.more.Broadcast()
}

// note posts a notice of the channel. Called with mu held, it keeps the order in which
// things happened on the channel.
func (c *channel) note(n Notice) {
	q := &c.app.hub.notices
	if q.notify == nil || c.name.User() != "" {
		return
	}
	n.Channel, n.At = c.name, time.Now()
	q.post(c.app.ID, n)
}

// turned notes that the channel was occupied or left, or a member came or went. Among
// several nodes only their bus knows whether that is so. It must be called with mu held.
func (c *channel) turned(n Notice) {
	if c.app.hub.bus == nil {
		c.note(n)
	}
}

// plainData returns the data of a client event out of its string, if it is one.
func plainData(data json.RawMessage) string {
	var text string
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '"' && json.Unmarshal(data, &text) == nil {
		return text
	}
	return string(data)
}
