package protocol

// CloseCode is the WebSocket close code that tells a Pusher client how to go on.
type CloseCode uint16

// The close codes. A client must not come back after 4000-4099, should wait before it
// comes back after 4100-4199, and may come back at once after 4200-4299.
const (
	CloseNormal      CloseCode = 1000 // the peer said goodbye first
	CloseBroken      CloseCode = 1002 // breaks RFC 6455
	CloseBinary      CloseCode = 1003 // a binary message: the protocol is text
	CloseNotUTF8     CloseCode = 1007 // a text message that is no UTF-8
	CloseTooBig      CloseCode = 1009 // over MaxMessage
	CloseTLSOnly     CloseCode = 4000 // the app takes encrypted connections only
	CloseUnknownApp  CloseCode = 4001 // no app has this key
	CloseDisabled    CloseCode = 4003 // the app is switched off
	CloseOverQuota   CloseCode = 4004 // the app has as many connections as it may have
	ClosePath        CloseCode = 4005 // no app's path
	CloseBadVersion  CloseCode = 4006 // the protocol version is no number
	CloseUnsupported CloseCode = 4007 // a protocol version that we do not speak
	CloseNoVersion   CloseCode = 4008 // the protocol parameter is there, but empty
	CloseForbidden   CloseCode = 4009 // what the socket was allowed has ended
	CloseSlow        CloseCode = 4100 // the peer reads slower than its channels speak
	CloseStopping    CloseCode = 4101 // the server stops: come back in a moment
	CloseReconnect   CloseCode = 4200 // come back at once
	CloseMute        CloseCode = 4201 // no pong within the time
	CloseInactive    CloseCode = 4202 // nothing but pings for a day
)

// RefusedClientEvent is the code of the pusher:error that refuses a client event; the
// socket stays open.
const RefusedClientEvent = 4301

// RefusedWatchlist is the code of the pusher:error that refuses the watchlist of a
// sign-in, which succeeds without it.
const RefusedWatchlist = 4302

// Reason returns one sentence for people, at most 123 bytes long.
func (c CloseCode) Reason() string {
	switch c {
	case CloseBroken:
		return "This breaks the WebSocket protocol."
	case CloseBinary:
		return "Binary messages are not supported."
	case CloseNotUTF8:
		return "The message is not UTF-8."
	case CloseTooBig:
		return "The message is larger than 64 KiB."
	case CloseTLSOnly:
		return "This app takes encrypted connections only: use wss."
	case CloseUnknownApp:
		return "There is no app with this key."
	case CloseDisabled:
		return "This app is switched off."
	case CloseOverQuota:
		return "This app has reached its limit of connections."
	case ClosePath:
		return "Connect to /app/ followed by the app's key."
	case CloseBadVersion:
		return "The protocol version is not a number."
	case CloseUnsupported:
		return "This protocol version is not supported; use 7."
	case CloseNoVersion:
		return "The protocol version is empty."
	case CloseForbidden:
		return "This connection is no longer authorized."
	case CloseSlow:
		return "This connection reads too slowly."
	case CloseStopping:
		return "The server is stopping. Come back in a moment."
	case CloseReconnect:
		return "Please reconnect."
	case CloseMute:
		return "No pong was received in time."
	case CloseInactive:
		return "Nothing was said for 24 hours."
	}
	return ""
}

// Fatal reports whether a pusher:error frame goes before the close, so that clients
// which read either learn of it.
func (c CloseCode) Fatal() bool { return c >= 4000 }
