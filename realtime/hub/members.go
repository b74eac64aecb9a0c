package hub

import "github.com/ftcmetrics/ftcmetrics/realtime/protocol"

// members are the users of a presence channel. A user is there while any socket of theirs
// is. The channel's mu guards it.
type members struct {
	sockets map[string]int // of each user
	roster  protocol.Roster
}

func newMembers() *members { return &members{sockets: make(map[string]int)} }

// join adds a socket of the user and reports whether the user has just come.
func (m *members) join(member protocol.Member) bool {
	m.sockets[member.UserID]++
	if m.sockets[member.UserID] > 1 {
		return false
	}
	m.roster.Add(member)
	return true
}

// leave removes a socket of the user and reports whether the user has gone.
func (m *members) leave(userID string) bool {
	m.sockets[userID]--
	if m.sockets[userID] > 0 {
		return false
	}
	delete(m.sockets, userID)
	m.roster.Remove(userID)
	return true
}

// full reports whether there is no place for the user among limit users.
func (m *members) full(userID string, limit int) bool {
	return m.sockets[userID] == 0 && m.roster.Len() >= limit
}
