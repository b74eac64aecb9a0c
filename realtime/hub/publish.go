package hub

import (
	"context"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// Publish sends an event to the subscribers of the channels on all nodes, but for the socket whose id
// is exceptSocket. It returns when the event is in line on every channel, and waits for
// room on a channel that has very much in line already.
func (h *Hub) Publish(appID string, channels []realtime.Channel, name, data, exceptSocket string) error {
	a, err := h.app(appID)
	if err != nil {
		return err
	}
	if len(channels) > a.MaxEventChannels {
		return ErrManyChannels
	}
	if err := a.checkEvent(name, data); err != nil {
		return err
	}
	if h.bus != nil {
		h.bus.Send(Message{App: appID, Channels: channels, Name: name, Data: data, Except: exceptSocket})
	}
	a.publish(channels, event{name: name, data: data, except: exceptSocket, at: time.Now()}, true)
	return nil
}

// CheckEvent returns the error that Publish would return for the event.
func (h *Hub) CheckEvent(appID, name, data string) error {
	a, err := h.app(appID)
	if err != nil {
		return err
	}
	return a.checkEvent(name, data)
}

func (h *Hub) app(id string) (*app, error) {
	a := h.byID[id]
	if a == nil {
		return nil, ErrUnknownApp
	}
	if h.state.Load() == stopped {
		return nil, ErrStopped
	}
	return a, nil
}

func (a *app) checkEvent(name, data string) error {
	if name == "" || len(name) > protocol.MaxEventName {
		return ErrEventName
	}
	if len(data) > a.MaxEventPayloadBytes {
		return ErrEventTooBig
	}
	return nil
}

// event is what is published.
type event struct {
	name, data string
	except     string    // the id of the socket that does not get it
	at         time.Time // when that was asked for; zero when another node was asked
}

// publish puts an event in line on each of the channels that somebody hears or that keep
// their last event. If it must not wait it leaves out the channels that have no room, and
// reports whether there was any.
func (a *app) publish(channels []realtime.Channel, e event, waits bool) (everywhere bool) {
	everywhere = true
	var publication protocol.Publication
	var except *socket
	encoded := false
	for _, channel := range channels {
		ch := a.find(channel)
		if (ch != nil || waits) && a.hub.trace.On() {
			a.hub.trace.Note(inspect.Line{Kind: inspect.Event, App: a.ID, Channel: string(channel), Name: e.name, Size: len(e.data), Data: e.data})
		}
		if ch == nil && !channel.Cache() {
			continue
		}
		if !encoded {
			publication, encoded = protocol.NewPublication(e.name, e.data), true
			except = a.socket(e.except)
		}
		frame := publication.Append(newFrame(publication.Len(channel)), channel)
		m := message{frame: sealText(frame), except: except, at: e.at}
		switch {
		case channel.Cache():
			everywhere = a.publishCached(&cached{channel: channel, name: e.name, data: e.data}, m, waits) && everywhere
		case waits:
			ch.publish(m)
		default:
			everywhere = ch.offer(m) && everywhere
		}
	}
	return everywhere
}

// publisher publishes in this process on behalf of one app.
type publisher struct {
	hub   *Hub
	appID string
}

// Publisher returns the in-process publisher of the app. What it publishes reaches the
// sockets of this node only: each node has its own relay, which reads the same log.
func (h *Hub) Publisher(appID string) realtime.Publisher { return publisher{h, appID} }

// Publish implements realtime.Publisher. An app's limit on payloads is for those who reach
// the hub over the network; what is published here has been accepted before, and to refuse
// it now would hold up all that is in line behind it.
func (p publisher) Publish(ctx context.Context, events []realtime.Event) error {
	a, err := p.hub.app(p.appID)
	if err != nil {
		return err
	}
	at := time.Now()
	for i := range events {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := &events[i]
		a.publish([]realtime.Channel{e.Channel}, event{name: e.Name, data: e.Data, except: e.Except, at: at}, true)
	}
	return nil
}

// Revoke implements realtime.Publisher.
func (p publisher) Revoke(_ context.Context, revocation realtime.Revocation) error {
	a, err := p.hub.app(p.appID)
	if err != nil {
		return err
	}
	a.revoke(revocation)
	return nil
}
