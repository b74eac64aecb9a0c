package hub

import "github.com/ftcmetrics/ftcmetrics/realtime/protocol"

// members are the users of a presence channel. A user is there while any socket of theirs
// is, on this node or another. The channel's mu guards it.
type members struct {
	sockets map[string]int      // on this node, of each user
	others  map[string]struct{} // users that are on other nodes; nil when there are none
	roster  protocol.Roster
}

func newMembers() *members { return &members{sockets: make(map[string]int)} }

// join adds a socket of the user. It reports whether it is the user's first here, and
// whether the user has just come.
func (m *members) join(member protocol.Member) (first, came bool) {
	m.sockets[member.UserID]++
	if m.sockets[member.UserID] > 1 {
		return false, false
	}
	if m.elsewhere(member.UserID) {
		return true, false
	}
	m.roster.Add(member)
	return true, true
}

// leave removes a socket of the user. It reports whether it was the user's last here, and
// whether the user has gone.
func (m *members) leave(userID string) (last, gone bool) {
	m.sockets[userID]--
	if m.sockets[userID] > 0 {
		return false, false
	}
	delete(m.sockets, userID)
	if m.elsewhere(userID) {
		return true, false
	}
	m.roster.Remove(userID)
	return true, true
}

func (m *members) elsewhere(userID string) bool {
	_, there := m.others[userID]
	return there
}

// arrive notes that the user is on another node, and reports whether the user has just come.
func (m *members) arrive(member protocol.Member) bool {
	if m.elsewhere(member.UserID) {
		return false
	}
	if m.others == nil {
		m.others = make(map[string]struct{})
	}
	m.others[member.UserID] = struct{}{}
	if m.sockets[member.UserID] > 0 {
		return false
	}
	m.roster.Add(member)
	return true
}

// depart notes that the user is on no other node, and reports whether the user has gone.
func (m *members) depart(userID string) bool {
	if !m.elsewhere(userID) {
		return false
	}
	delete(m.others, userID)
	if m.sockets[userID] > 0 {
		return false
	}
	m.roster.Remove(userID)
	return true
}

// full reports whether there is no place for the user among limit users.
func (m *members) full(userID string, limit int) bool {
	return m.sockets[userID] == 0 && !m.elsewhere(userID) && m.roster.Len() >= limit
}
