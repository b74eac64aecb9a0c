package realtime

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// ErrSocketID is returned for a socket id that is not two numbers with a dot between.
// Signing another would let its sender choose what the signature covers.
var ErrSocketID = fault.New(fault.Malformed, "bad-socket-id", "A socket id is two numbers with a dot between.")

var socketID = regexp.MustCompile(`\A[0-9]{1,20}\.[0-9]{1,20}\z`)

// Member is a user as signed channel_data and user_data present it.
type Member struct {
	UserID   string `json:"user_id"`
	UserInfo any    `json:"user_info,omitempty"`
	Owner    string `json:"owner,omitempty"`   // OwnerOf who it is, where UserID is another name; kept as Session is
	Session  string `json:"session,omitempty"` // id of the token that asked; the hub keeps it for revocation and shows it to nobody
}

// OwnerOf stands for a user where nobody is to learn who it is: a hub that is told of the user
// knows theirs by it, and nobody finds the user from it, whose id is random.
func OwnerOf(userID string) string {
	sum := sha256.Sum256([]byte("owner of a subscription\x00" + userID))
	return hex.EncodeToString(sum[:16])
}

// Signer signs for one app, as Pusher's channel authorization and user authentication do.
type Signer struct {
	Key    string // public, sent in front of every signature
	Secret string // never leaves the server
}

// Channel returns the auth value for a subscription of the socket to the channel.
// channelData is signed verbatim; it is "" where the channel carries none.
func (s Signer) Channel(socket string, channel Channel, channelData string) (string, error) {
	if !socketID.MatchString(socket) {
		return "", ErrSocketID
	}
	return s.Key + ":" + s.sum(channelText(socket, channel, channelData)), nil
}

// VerifyChannel reports whether auth is what Channel returns for the same values.
func (s Signer) VerifyChannel(auth, socket string, channel Channel, channelData string) bool {
	return s.verify(auth, channelText(socket, channel, channelData))
}

// User returns the auth value for a sign-in of the socket with userData.
func (s Signer) User(socket, userData string) (string, error) {
	if !socketID.MatchString(socket) {
		return "", ErrSocketID
	}
	return s.Key + ":" + s.sum(socket+"::user::"+userData), nil
}

// VerifyUser reports whether auth is what User returns for the same values.
func (s Signer) VerifyUser(auth, socket, userData string) bool {
	return s.verify(auth, socket+"::user::"+userData)
}

func channelText(socket string, channel Channel, channelData string) string {
	text := socket + ":" + string(channel)
	if channelData != "" {
		text += ":" + channelData
	}
	return text
}

func (s Signer) sum(text string) string {
	mac := hmac.New(sha256.New, []byte(s.Secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// verify compares in constant time, so that a wrong signature tells nothing by its timing.
func (s Signer) verify(auth, text string) bool {
	want := s.Key + ":" + s.sum(text)
	return hmac.Equal([]byte(auth), []byte(want))
}
