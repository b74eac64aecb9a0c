package protocol

import (
	"strconv"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// The frames without a variable part.
const (
	Ping = `{"event":"` + EventPing + `","data":"{}"}`
	Pong = `{"event":"` + EventPong + `","data":"{}"}`
)

// AppendEstablished appends the first frame of a connection.
func AppendEstablished(dst []byte, socketID string, activitySeconds int) []byte {
	dst = append(dst, `{"event":"`+EventEstablished+`","data":"{\"socket_id\":\"`...)
	dst = append(dst, socketID...)
	dst = append(dst, `\",\"activity_timeout\":`...)
	dst = strconv.AppendInt(dst, int64(activitySeconds), 10)
	return append(dst, `}"}`...)
}

// AppendError appends a pusher:error. Code 0 is sent as null: an error of no kind that
// clients act on.
func AppendError(dst []byte, code int, message string) []byte {
	dst = append(dst, `{"event":"`+EventError+`","data":{"code":`...)
	if code == 0 {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendInt(dst, int64(code), 10)
	}
	dst = append(dst, `,"message":`...)
	dst = appendQuoted(dst, message)
	return append(dst, `}}`...)
}

// AppendSubscriptionError appends the refusal of a subscription. The channel's name is
// the peer's and need not be valid.
func AppendSubscriptionError(dst []byte, channel, message string, status int) []byte {
	dst = append(dst, `{"event":"`+EventSubscriptionError+`","channel":`...)
	dst = appendQuoted(dst, channel)
	dst = append(dst, `,"data":{"type":"AuthError","error":`...)
	dst = appendQuoted(dst, message)
	dst = append(dst, `,"status":`...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	return append(dst, `}}`...)
}

// AppendSucceeded appends the success of a subscription to a channel without members.
func AppendSucceeded(dst []byte, channel realtime.Channel) []byte {
	return append(appendSucceeded(dst, channel), `{}"}`...)
}

// appendSucceeded appends the frame up to the opening quote of its data.
func appendSucceeded(dst []byte, channel realtime.Channel) []byte {
	dst = append(dst, `{"event":"`+EventSucceeded+`","channel":"`...)
	dst = append(dst, channel...)
	return append(dst, `","data":"`...)
}

// AppendSubscriptionCount appends how many subscribers the channel has.
func AppendSubscriptionCount(dst []byte, channel realtime.Channel, count int) []byte {
	dst = append(dst, `{"event":"`+EventSubscriptionCount+`","channel":"`...)
	dst = append(dst, channel...)
	dst = append(dst, `","data":"{\"subscription_count\":`...)
	dst = strconv.AppendInt(dst, int64(count), 10)
	return append(dst, `}"}`...)
}

// AppendCacheMiss appends what a newcomer to a cache channel hears when nothing is cached.
func AppendCacheMiss(dst []byte, channel realtime.Channel) []byte {
	dst = append(dst, `{"event":"`+EventCacheMiss+`","channel":"`...)
	dst = append(dst, channel...)
	return append(dst, `","data":"{}"}`...)
}

// AppendDirect appends an event to one socket, of no channel.
func AppendDirect(dst []byte, name, data string) []byte {
	dst = append(dst, `{"event":`...)
	dst = appendQuoted(dst, name)
	dst = append(dst, `,"data":`...)
	dst = appendQuoted(dst, data)
	return append(dst, '}')
}

// AppendClientEvent appends a client event as other clients receive it, with data as its
// sender wrote it. userID is "" where the channel has no members.
func AppendClientEvent(dst []byte, m Message, userID string) []byte {
	dst = append(dst, `{"event":`...)
	dst = appendQuoted(dst, m.Event)
	dst = append(dst, `,"channel":`...)
	dst = appendQuoted(dst, m.Channel)
	dst = append(dst, `,"data":`...)
	dst = append(dst, m.Data...)
	if userID != "" {
		dst = append(dst, `,"user_id":`...)
		dst = appendQuoted(dst, userID)
	}
	return append(dst, '}')
}

// Publication is an event on its way to clients, with its text escaped once for all of
// its channels.
type Publication struct {
	head []byte // {"event":"name","channel":"
	tail []byte // ","data":"..."}
}

// NewPublication returns the event with the name and the data.
func NewPublication(name, data string) Publication {
	text := make([]byte, 0, len(name)+len(data)+len(data)/8+48)
	text = append(text, `{"event":`...)
	text = appendQuoted(text, name)
	text = append(text, `,"channel":"`...)
	cut := len(text)
	text = append(text, `","data":`...)
	text = appendQuoted(text, data)
	text = append(text, '}')
	return Publication{head: text[:cut:cut], tail: text[cut:]}
}

// Len returns the length of the frame for the channel.
func (p Publication) Len(channel realtime.Channel) int {
	return len(p.head) + len(channel) + len(p.tail)
}

// Append appends the frame for the channel.
func (p Publication) Append(dst []byte, channel realtime.Channel) []byte {
	dst = append(dst, p.head...)
	dst = append(dst, channel...)
	return append(dst, p.tail...)
}
