package protocol

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The refusals of what a peer sends.
var (
	ErrMessage = fault.New(fault.Malformed, "bad-message",
		"A message is a JSON object with an event name.")
	ErrSubscribe = fault.New(fault.Malformed, "bad-subscribe",
		"A subscribe message has data with a channel, and strings where it has auth and channel_data.")
	ErrUnsubscribe = fault.New(fault.Malformed, "bad-unsubscribe",
		"An unsubscribe message has data with a channel.")
	ErrClientEvent = fault.New(fault.Malformed, "bad-client-event",
		"A client event has a name that starts with client-, at most 200 bytes long, a channel and data.")
)

// Message is one message from a client.
type Message struct {
	Event   string
	Channel string
	Data    json.RawMessage // nil when the message has none
}

// Subscribe is the data of a pusher:subscribe.
type Subscribe struct {
	Channel     string
	Auth        string
	ChannelData string // verbatim, as it was signed
}

// DecodeMessage reads a message from a client. The result does not share memory with text.
func DecodeMessage(text []byte) (Message, error) {
	var m struct {
		Event   *string         `json:"event"`
		Channel *string         `json:"channel"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return Message{}, ErrMessage.Because(err)
	}
	if m.Event == nil || *m.Event == "" {
		return Message{}, ErrMessage
	}
	out := Message{Event: *m.Event, Data: m.Data}
	if m.Channel != nil {
		out.Channel = *m.Channel
	}
	return out, nil
}

// Subscribe reads the message as a pusher:subscribe. The channel name is not checked.
func (m Message) Subscribe() (Subscribe, error) {
	var d struct {
		Channel     string `json:"channel"`
		Auth        string `json:"auth"`
		ChannelData string `json:"channel_data"`
	}
	if err := m.decodeData(&d); err != nil {
		return Subscribe{}, ErrSubscribe.Because(err)
	}
	if d.Channel == "" {
		return Subscribe{}, ErrSubscribe
	}
	return Subscribe(d), nil
}

// Unsubscribe reads the message as a pusher:unsubscribe and returns the channel's name.
func (m Message) Unsubscribe() (string, error) {
	var d struct {
		Channel string `json:"channel"`
	}
	if err := m.decodeData(&d); err != nil {
		return "", ErrUnsubscribe.Because(err)
	}
	if d.Channel == "" {
		return "", ErrUnsubscribe
	}
	return d.Channel, nil
}

// ClientEvent reports whether the message may be sent on to other clients, apart from
// who sent it.
func (m Message) ClientEvent() error {
	if !strings.HasPrefix(m.Event, ClientEventPrefix) || len(m.Event) > MaxEventName || m.Channel == "" || m.Data == nil {
		return ErrClientEvent
	}
	return nil
}

// decodeData reads the data into v. Some clients send it as text, JSON within JSON.
func (m Message) decodeData(v any) error {
	data := bytes.TrimSpace(m.Data)
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		data = []byte(text)
	}
	return json.Unmarshal(data, v)
}
