package protocol

import (
	"slices"
	"strconv"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// Roster is the list of members that a newcomer to a presence channel receives. It keeps
// itself encoded, so that a newcomer costs one copy. The zero value is empty; it is not
// safe for concurrent use.
type Roster struct {
	members []Member // in the order of their coming
	ids     []byte   // "a","b" and
	hash    []byte   // "a":{...},"b":{...}, both escaped, of the first clean members
	clean   int      // how many members ids and hash hold
}

// Len returns the number of members.
func (r *Roster) Len() int { return len(r.members) }

// Add adds a member that is not in the list.
func (r *Roster) Add(m Member) { r.members = append(r.members, m) }

// Remove removes the member with the user id.
func (r *Roster) Remove(userID string) {
	i := slices.IndexFunc(r.members, func(m Member) bool { return m.UserID == userID })
	if i < 0 {
		return
	}
	r.members = slices.Delete(r.members, i, i+1)
	if i < r.clean {
		r.ids, r.hash, r.clean = r.ids[:0], r.hash[:0], 0
	}
}

// IDs returns the user ids in the order of their coming.
func (r *Roster) IDs() []string {
	ids := make([]string, len(r.members))
	for i, m := range r.members {
		ids[i] = m.UserID
	}
	return ids
}

// Members returns the members in the order of their coming.
func (r *Roster) Members() []Member { return slices.Clone(r.members) }

// AppendSucceeded appends the success of a subscription to the presence channel.
func (r *Roster) AppendSucceeded(dst []byte, channel realtime.Channel) []byte {
	r.encode()
	dst = slices.Grow(dst, len(r.ids)+len(r.hash)+len(channel)+192)
	dst = appendSucceeded(dst, channel)
	dst = append(dst, `{\"presence\":{\"ids\":[`...)
	dst = append(dst, r.ids...)
	dst = append(dst, `],\"hash\":{`...)
	dst = append(dst, r.hash...)
	dst = append(dst, `},\"count\":`...)
	dst = strconv.AppendInt(dst, int64(len(r.members)), 10)
	return append(dst, `}}"}`...)
}

// encode brings ids and hash up to date with the members that came since.
func (r *Roster) encode() {
	for _, m := range r.members[r.clean:] {
		if r.clean > 0 {
			r.ids = append(r.ids, ',')
			r.hash = append(r.hash, ',')
		}
		start := len(r.ids)
		r.ids = appendTwice(r.ids, m.UserID)
		r.hash = append(r.hash, r.ids[start:]...)
		r.hash = append(r.hash, ':')
		if m.Info == nil {
			r.hash = append(r.hash, "null"...)
		} else {
			r.hash = appendEscaped(r.hash, []byte(m.Info))
		}
		r.clean++
	}
}
