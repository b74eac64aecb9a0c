package hub

import (
	"sync"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// users are the signed-in users of an app, and who watches whom. A user is online while
// any socket of theirs is, on this node or another.
type users struct {
	mu       sync.Mutex                      // guards the fields below, and of sockets user (with socket.mu) and watching
	online   map[string]int                  // sockets on this node
	others   map[string]struct{}             // who is on other nodes, of whom the bus has spoken
	watchers map[string]map[*socket]struct{} // of each watched user
}

// enter counts a socket that has been identified, and returns the sockets that have news
// in their outboxes. It must be called with mu held.
func (u *users) enter(s *socket, user protocol.User, first bool) []*socket {
	var told []*socket
	if first {
		if u.online == nil {
			u.online = make(map[string]int)
		}
		u.online[user.ID]++
		if u.online[user.ID] == 1 {
			told = u.turn(s, user.ID, true)
		}
	}
	if s.app.Watchlist {
		u.watch(s, user.Watchlist)
	}
	return told
}

// leave uncounts a socket that is closing.
func (u *users) leave(s *socket) {
	id := s.signedIn().ID // does not change any more
	if id == "" {
		return
	}
	var told []*socket
	u.mu.Lock()
	u.unwatch(s)
	u.online[id]--
	if u.online[id] == 0 {
		delete(u.online, id)
		told = u.turn(s, id, false)
	}
	u.mu.Unlock()
	for _, w := range told {
		w.settle()
	}
}

// turn notes that the user has come to this node or gone from it, and returns the sockets
// that have news. It must be called with mu held.
func (u *users) turn(s *socket, userID string, online bool) []*socket {
	if bus := s.app.hub.bus; bus != nil {
		n := 0
		if online {
			n = 1
		}
		bus.Hold(Fact{Kind: Online, App: s.app.ID, User: userID}, n, nil)
	}
	if _, elsewhere := u.others[userID]; elsewhere {
		return nil
	}
	return u.tell(userID, online)
}

// tell puts the news of the user in line for those who watch. It must be called with mu
// held, which keeps the order of news.
func (u *users) tell(userID string, online bool) []*socket {
	if len(u.watchers[userID]) == 0 {
		return nil
	}
	told := make([]*socket, 0, len(u.watchers[userID]))
	frame := sealText(protocol.AppendWatchlist(newFrame(len(userID)+128), online, userID))
	for w := range u.watchers[userID] {
		if w.line(frame) {
			told = append(told, w)
		}
	}
	return told
}

// watch replaces whom the socket watches, and puts in line who of them is online. It must
// be called with mu held.
func (u *users) watch(s *socket, list []string) {
	u.unwatch(s)
	if len(list) > protocol.MaxWatchlist {
		s.line(errorFrame(protocol.RefusedWatchlist, protocol.ErrWatchlist.Detail))
		return
	}
	if u.watchers == nil {
		u.watchers = make(map[string]map[*socket]struct{})
	}
	var online []string
	for _, id := range list {
		if _, twice := u.watchers[id][s]; twice {
			continue
		}
		if u.watchers[id] == nil {
			u.watchers[id] = make(map[*socket]struct{}, 1)
		}
		u.watchers[id][s] = struct{}{}
		s.watching = append(s.watching, id)
		if _, elsewhere := u.others[id]; elsewhere || u.online[id] > 0 {
			online = append(online, id)
		}
	}
	if len(online) > 0 {
		s.line(sealText(protocol.AppendWatchlist(newFrame(512), true, online...)))
	}
}

// unwatch forgets whom the socket watches. It must be called with mu held.
func (u *users) unwatch(s *socket) {
	for _, id := range s.watching {
		delete(u.watchers[id], s)
		if len(u.watchers[id]) == 0 {
			delete(u.watchers, id)
		}
	}
	s.watching = nil
}
