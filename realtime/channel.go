package realtime

import (
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// MaxChannelName is the longest channel name that a client may subscribe to, in bytes
// (Pusher's documented limit; its server libraries accept 200).
const MaxChannelName = 164

// serverToUser opens the channels that only the server publishes to, one for each user.
const serverToUser = "#server-to-user-"

// ErrChannelName is returned for a name that is no channel's.
var ErrChannelName = fault.New(fault.Malformed, "bad-channel-name",
	"A channel name has 1 to 164 of the characters A-Z a-z 0-9 _ - = @ , . ; and nothing else.")

// Channel is a valid channel name. Its kind is read from anchored prefixes, so that
// "my-private-x" is a public channel.
type Channel string

// ParseChannel returns name as a Channel, or ErrChannelName.
func ParseChannel(name string) (Channel, error) {
	rest := strings.TrimPrefix(name, serverToUser)
	if rest == "" || len(name) > MaxChannelName {
		return "", ErrChannelName
	}
	for i := range len(rest) {
		if !channelByte(rest[i]) {
			return "", ErrChannelName
		}
	}
	return Channel(name), nil
}

func channelByte(b byte) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9':
		return true
	}
	return strings.IndexByte("_-=@,.;", b) >= 0
}

// Private reports whether a subscription needs a signature, which is so for private,
// private-encrypted and presence channels.
func (c Channel) Private() bool {
	return strings.HasPrefix(string(c), "private-") || c.Presence()
}

// Presence reports whether the channel has members.
func (c Channel) Presence() bool { return strings.HasPrefix(string(c), "presence-") }

// Encrypted reports whether the payloads of the channel are opaque to the server.
func (c Channel) Encrypted() bool { return strings.HasPrefix(string(c), "private-encrypted-") }

// Cache reports whether the channel keeps its last event for newcomers.
func (c Channel) Cache() bool {
	for _, prefix := range [...]string{"cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-"} {
		if strings.HasPrefix(string(c), prefix) {
			return true
		}
	}
	return false
}

// User returns the id of the user whose server-to-user channel this is, or "".
func (c Channel) User() string {
	user, ok := strings.CutPrefix(string(c), serverToUser)
	if !ok {
		return ""
	}
	return user
}

// ToUser returns the channel whose events reach every socket that is signed in as the user.
func ToUser(userID string) Channel { return Channel(serverToUser + userID) }
