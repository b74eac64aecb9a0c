package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The bounds of a broadcast.
const (
	maxBroadcastChannels = 100
	maxBroadcastData     = 10 << 10 // bytes
)

// The errors of broadcasts.
var (
	errBroadcastSize  = fault.New(fault.TooLarge, "broadcast-too-large", "The data of an event has at most 10 KiB.")
	errBroadcastName  = fault.New(fault.Invalid, "reserved-event-name", "Names that begin with pusher:, pusher_internal: or client- are the protocol's own.")
	errBroadcastShape = fault.New(fault.Invalid, "event-shape", "The event does not have the form that its name promises.")
)

// broadcastIn is an event to channels. One of channel and channels is needed.
type broadcastIn struct {
	Channel  string          `json:"channel" validate:"max=200" description:"one channel"`
	Channels []string        `json:"channels" validate:"max=100" description:"or several"`
	Name     string          `json:"name" validate:"required,min=1,max=200" description:"of the event; one that the server has documented must have its form and one of its channels"`
	Data     json.RawMessage `json:"data" validate:"required" description:"an object without id, seq and at, which the log adds"`
	SocketID string          `json:"socketId" validate:"max=100" description:"a connection that does not get it"`
}

// broadcastOut is where the event is in the log.
type broadcastOut struct {
	Channels []broadcastTo `json:"channels"`
}

type broadcastTo struct {
	Channel realtime.Channel `json:"channel"`
	Seq     int64            `json:"seq"`
}

// directIn is an event to one user or one connection.
type directIn struct {
	UserID   string          `json:"userId" validate:"max=100" description:"all connections of this user, also those to come"`
	SocketID string          `json:"socketId" validate:"max=100" description:"or this connection, once and not logged"`
	Name     string          `json:"name" validate:"required,min=1,max=200"`
	Data     json.RawMessage `json:"data" validate:"required" description:"an object; for a user without id, seq and at, which the log adds"`
}

func (s *server) broadcastRoutes(tag string) {
	add(s, route[broadcastIn, broadcastOut]{method: "POST", path: "/api/socket/broadcast", tag: tag, access: sockets,
		summary: "Publish an event on channels by the log, so that who is away catches up.", handle: s.broadcast})
	add(s, route[directIn, broadcastOut]{method: "POST", path: "/api/socket/direct", tag: tag, access: sockets,
		summary: "Send an event to all connections of a user by the log, or to one connection at once.", handle: s.direct})
}

func (s *server) broadcast(r *http.Request, actor accounts.Actor, in broadcastIn) (reply[broadcastOut], error) {
	names := in.Channels
	if in.Channel != "" {
		names = append([]string{in.Channel}, names...)
	}
	channels, err := broadcastChannels(names)
	if err == nil {
		err = s.checkEvent(in.Name, in.Data, channels, true)
	}
	if err != nil {
		return reply[broadcastOut]{}, err
	}
	return s.append(r, in.Name, in.Data, in.SocketID, channels, func(batch *eventlog.Batch) {
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.BroadcastSent, Object: in.Name, Detail: map[string]string{"channels": named(channels)}})
	})
}

// named lists channels for the audit log, which names no persons: they are forgotten there by
// other ways than their channels.
func named(channels []realtime.Channel) string {
	names := make([]string, len(channels))
	for i, channel := range channels {
		names[i] = nameless(string(channel))
	}
	return strings.Join(names, " ")
}

// nameless is a channel, or how channels begin, without the person that it is of.
func nameless(channel string) string {
	for _, prefix := range []string{"private-user-", string(realtime.ToUser(""))} {
		if strings.HasPrefix(channel, prefix) {
			return prefix
		}
	}
	return channel
}

func (s *server) direct(r *http.Request, actor accounts.Actor, in directIn) (reply[broadcastOut], error) {
	if (in.UserID == "") == (in.SocketID == "") {
		return reply[broadcastOut]{}, errShape.Saying("Name either userId or socketId.").At(fault.Field{Pointer: "/userId", Detail: "Name either userId or socketId."})
	}
	if in.SocketID != "" {
		if err := s.checkEvent(in.Name, in.Data, nil, false); err != nil {
			return reply[broadcastOut]{}, err
		}
		if err := s.o.Sockets.Send(r.Context(), in.SocketID, in.Name, compact(in.Data)); err != nil {
			return reply[broadcastOut]{}, err
		}
		deed := audit.Deed{Action: audit.DirectSent, Object: in.Name, Detail: map[string]string{"socketId": in.SocketID}}
		return reply[broadcastOut]{Data: broadcastOut{Channels: []broadcastTo{}}}, audit.Note(r.Context(), s.o.Log, actor.By(), deed)
	}
	id, err := uuid.Parse(in.UserID)
	if err != nil {
		return reply[broadcastOut]{}, errShape.Saying("userId must be a UUID.").At(fault.Field{Pointer: "/userId", Detail: "userId must be a UUID."})
	}
	if _, err := s.o.Accounts.Get(r.Context(), id); err != nil {
		return reply[broadcastOut]{}, err
	}
	channels := []realtime.Channel{realtime.Channel("private-user-" + id.String()), realtime.ToUser(id.String())}
	if err := s.checkEvent(in.Name, in.Data, channels, true); err != nil {
		return reply[broadcastOut]{}, err
	}
	return s.append(r, in.Name, in.Data, "", channels, func(batch *eventlog.Batch) {
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.DirectSent, Object: in.Name, Subject: id})
	})
}

// append puts the event into the log, from where it goes the way of all events.
func (s *server) append(r *http.Request, name string, data json.RawMessage, except string, channels []realtime.Channel, also func(*eventlog.Batch)) (reply[broadcastOut], error) {
	drafts := make([]realtime.Draft, len(channels))
	for i, channel := range channels {
		drafts[i] = realtime.Draft{Channel: channel, Name: name, Payload: json.RawMessage(compact(data)), Coarse: s.described(name).Coarse, Except: except}
	}
	heads, err := s.o.Log.Append(r.Context(), drafts, also)
	out := broadcastOut{Channels: make([]broadcastTo, len(channels))}
	for i, channel := range channels {
		out.Channels[i] = broadcastTo{channel, heads[channel]}
	}
	return reply[broadcastOut]{Data: out}, err
}

// broadcastChannels returns the channels, each once.
func broadcastChannels(names []string) ([]realtime.Channel, error) {
	wrong := func(i int, detail string) error {
		return errShape.Saying("%s", detail).At(fault.Field{Pointer: fmt.Sprintf("/channels/%d", i), Detail: detail})
	}
	if len(names) == 0 {
		return nil, errShape.Saying("channel or channels is missing.").At(fault.Field{Pointer: "/channels", Detail: "channel or channels is missing."})
	}
	if len(names) > maxBroadcastChannels {
		return nil, wrong(maxBroadcastChannels, "An event goes to no more than 100 channels.")
	}
	var channels []realtime.Channel
	for i, name := range names {
		channel, err := realtime.ParseChannel(name)
		switch {
		case err != nil:
			return nil, wrong(i, realtime.ErrChannelName.Detail)
		case channel.Encrypted():
			return nil, wrong(i, "The server cannot encrypt, so that it cannot speak on encrypted channels.")
		case channel.User() != "":
			return nil, wrong(i, "To one user send by /api/socket/direct.")
		}
		if !slices.Contains(channels, channel) {
			channels = append(channels, channel)
		}
	}
	return channels, nil
}

// checkEvent refuses what would break clients: names of the protocol, data that is no
// object, and an event of ours in another form or place than the documents promise.
func (s *server) checkEvent(name string, data json.RawMessage, channels []realtime.Channel, logged bool) error {
	for _, reserved := range []string{"pusher:", "pusher_internal:", "client-"} {
		if strings.HasPrefix(name, reserved) {
			return errBroadcastName.At(fault.Field{Pointer: "/name", Detail: errBroadcastName.Detail})
		}
	}
	if len(data) > maxBroadcastData {
		return errBroadcastSize
	}
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		return errShape.Saying("data must be an object.").At(fault.Field{Pointer: "/data", Detail: "data must be an object."})
	}
	var faults []fault.Field
	if logged {
		for _, key := range []string{"id", "seq", "at"} {
			if _, there := object[key]; there {
				faults = append(faults, fault.Field{Pointer: "/data/" + key, Detail: key + " is added by the log."})
			}
		}
	}
	if event := s.described(name); event.Name != "" {
		made, err := s.documents() // which takes a moment when it is first asked for
		if err != nil {
			return err
		}
		faults = append(faults, misplaced(event, channels)...)
		faults = append(faults, payloadFaults(made.payloads[name], object)...)
	}
	if len(faults) > 0 {
		return errBroadcastShape.Saying("%s", faults[0].Detail).At(faults[:min(len(faults), 20)]...)
	}
	return nil
}

// described returns what is known of the event; the zero Described of a free name.
func (s *server) described(name string) realtime.Described {
	for _, event := range s.o.Events {
		if event.Name == name {
			return event
		}
	}
	return realtime.Described{}
}

// misplaced returns a fault for each channel that the event does not belong on.
func misplaced(event realtime.Described, channels []realtime.Channel) []fault.Field {
	var faults []fault.Field
	for i, channel := range channels {
		if !event.Fits(channel) {
			detail := fmt.Sprintf("%s goes to %s, not to %s.", event.Name, strings.Join(event.Patterns, ", "), channel)
			faults = append(faults, fault.Field{Pointer: fmt.Sprintf("/channels/%d", i), Detail: detail})
		}
	}
	return faults
}

// compact returns JSON without the spaces between its parts.
func compact(data json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, data) != nil {
		return string(data)
	}
	return out.String()
}
