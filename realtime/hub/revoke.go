package hub

import (
	"slices"
	"sync"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// maxRevocations is how many revocations an app remembers.
const maxRevocations = 1024

// revocation is a Revocation with the sockets that it concerns: those that were open
// when it came. A later socket has a signature of its own, which nobody gave it wrongly.
type revocation struct {
	realtime.Revocation
	owner string // OwnerOf the user
	last  uint64 // the youngest socket that it concerns
}

func (r revocation) covers(channel realtime.Channel, member protocol.Member) bool {
	switch {
	case !r.concerns(member):
		return false
	case len(r.Channels) == 0:
		return channel.Private() || channel.User() != ""
	}
	return slices.Contains(r.Channels, channel)
}

// concerns reports whether the member is the user. A session is of one user, so it is enough by
// itself. On channels that strangers share users appear under other names, with an owner.
func (r revocation) concerns(m protocol.Member) bool {
	if r.Session != "" {
		return m.Session == r.Session
	}
	return m.UserID != "" && m.UserID == r.UserID || m.Owner != "" && m.Owner == r.owner
}

// key is what a revocation is found by.
func (r revocation) key() string {
	if r.Session != "" {
		return "session " + r.Session
	}
	return "owner " + r.owner
}

// keys are what revocations of a member are found by.
func keys(m protocol.Member) []string {
	var list []string
	if m.UserID != "" {
		list = append(list, "owner "+realtime.OwnerOf(m.UserID))
	}
	if m.Owner != "" {
		list = append(list, "owner "+m.Owner)
	}
	if m.Session != "" {
		list = append(list, "session "+m.Session)
	}
	return list
}

// revocations are remembered because a signature has no end: a socket could use one that
// it has from before.
type revocations struct {
	mu    sync.RWMutex // guards the fields below
	byKey map[string][]revocation
	count int
}

// add remembers a revocation. When there are too many it forgets the oldest, and returns
// the last socket of that one: such sockets have to be sent away instead.
func (r *revocations) add(added revocation) (forgotten uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byKey == nil {
		r.byKey = make(map[string][]revocation)
	}
	same := func(old revocation) bool {
		return slices.Equal(old.Channels, added.Channels)
	}
	list := slices.DeleteFunc(r.byKey[added.key()], same)
	r.count += len(list) + 1 - len(r.byKey[added.key()])
	r.byKey[added.key()] = append(list, added)
	if r.count <= maxRevocations {
		return 0
	}
	forgotten = added.last
	for _, list := range r.byKey {
		forgotten = min(forgotten, list[0].last)
	}
	r.forgetLocked(forgotten)
	return forgotten
}

// forget drops the revocations that concern no socket from oldest on.
func (r *revocations) forget(oldest uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count > 0 && oldest > 0 {
		r.forgetLocked(oldest - 1)
	}
}

func (r *revocations) forgetLocked(last uint64) {
	for key, list := range r.byKey {
		before := len(list)
		list = slices.DeleteFunc(list, func(old revocation) bool { return old.last <= last })
		r.count -= before - len(list)
		if len(list) == 0 {
			delete(r.byKey, key)
			continue
		}
		r.byKey[key] = list
	}
}

// covers reports whether a subscription by the socket with the number has been revoked.
func (r *revocations) covers(born uint64, channel realtime.Channel, member protocol.Member) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.count == 0 {
		return false
	}
	for _, key := range keys(member) {
		for _, old := range r.byKey[key] {
			if born <= old.last && old.covers(channel, member) {
				return true
			}
		}
	}
	return false
}

// remember keeps a revocation for signatures from before it. It comes before the sockets are
// gone through, and a socket looks at what is remembered with its mu held as it enters a
// subscription: so either of the two sees the other.
func (a *app) remember(r realtime.Revocation) (added revocation, forgotten uint64) {
	a.mu.RLock()
	added = revocation{Revocation: r, owner: realtime.OwnerOf(r.UserID), last: a.births}
	a.mu.RUnlock()
	added.Channels = slices.Clone(r.Channels)
	return added, a.revoked.add(added)
}

// revoke ends what the user was allowed to hear.
func (a *app) revoke(r realtime.Revocation) {
	added, forgotten := a.remember(r)
	for _, s := range a.everySocket() {
		switch {
		case s.holds(added.covers):
			s.cut(protocol.CloseForbidden)
		case s.born <= forgotten:
			s.close(protocol.CloseReconnect)
		}
	}
}

// Terminate closes every socket that is signed in as the user or holds a subscription in
// the user's name, and returns how many of this node. It is how a server elsewhere says that
// a user has lost a right, so signatures from before are no longer good for open sockets.
func (h *Hub) Terminate(appID, userID string) int {
	a := h.byID[appID]
	if a == nil || userID == "" {
		return 0
	}
	if h.bus != nil {
		h.bus.Send(Message{App: appID, Terminate: userID})
	}
	return a.terminate(userID)
}

func (a *app) terminate(userID string) int {
	added, forgotten := a.remember(realtime.Revocation{UserID: userID})
	n := 0
	for _, s := range a.everySocket() {
		switch {
		case s.holds(added.covers):
			if s.close(protocol.CloseForbidden) {
				n++
			}
		case s.born <= forgotten:
			s.close(protocol.CloseReconnect)
		}
	}
	return n
}

// holds reports whether any subscription of the socket matches, in the name that it has or
// in that of the signed-in user. Whoever is signed in counts as on the user's own channel.
func (s *socket) holds(match func(realtime.Channel, protocol.Member) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.user.Member()
	if user.UserID != "" && match(realtime.ToUser(user.UserID), user) {
		return true
	}
	for name, sub := range s.subscriptions {
		if match(name, sub.member) || match(name, user) {
			return true
		}
	}
	return false
}
