package httpapi

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// The refusals of events.
var (
	errBody       = fault.New(fault.Malformed, "bad-body", "The body is not the JSON object that this call takes.")
	errNoChannel  = fault.New(fault.Invalid, "no-channel", "An event needs a channel, or a list of channels.")
	errTwoWays    = fault.New(fault.Invalid, "channel-and-channels", "An event has either channel or channels.")
	errNoData     = fault.New(fault.Invalid, "no-data", "An event needs data, which is a string.")
	errBatch      = fault.New(fault.Invalid, "bad-batch", "A batch has at least one event, and no more than this app allows.")
	errBatchMulti = fault.New(fault.Invalid, "batch-channels", "An event of a batch goes to one channel.")
	errReserved   = fault.New(fault.Invalid, "reserved-event-name", "Names that start with pusher: or pusher_internal: are the server's own.")
)

var socketID = regexp.MustCompile(`\A[0-9]{1,20}\.[0-9]{1,20}\z`)

// event is an event as a backend sends it.
type event struct {
	Name     string   `json:"name"`
	Data     *string  `json:"data"`
	Channel  string   `json:"channel"`
	Channels []string `json:"channels"`
	SocketID string   `json:"socket_id"`
	Info     string   `json:"info"`

	to []realtime.Channel // set by address
}

// events answers POST /apps/{app}/events.
func (a *api) events(r *request) (any, error) {
	var e *event
	if err := decode(r.body, &e); err != nil {
		return nil, err
	}
	if e == nil {
		return nil, errBody
	}
	if err := a.check(r.tenant, e); err != nil {
		return nil, err
	}
	if err := r.tenant.mayPublish(len(e.to), a.now()); err != nil {
		return nil, err
	}
	if err := a.hub.Publish(r.tenant.ID, e.to, e.Name, *e.Data, e.SocketID); err != nil {
		return nil, err
	}
	if e.Info == "" {
		return struct{}{}, nil
	}
	infos := make(map[realtime.Channel]any, len(e.to))
	for _, channel := range e.to {
		info, err := a.describe(r.tenant.ID, channel, e.Info)
		if err != nil {
			return nil, err
		}
		infos[channel] = info
	}
	return map[string]any{"channels": infos}, nil
}

// batchEvents answers POST /apps/{app}/batch_events: all of the events or none.
func (a *api) batchEvents(r *request) (any, error) {
	var body *struct {
		Batch []*event `json:"batch"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	if body == nil {
		return nil, errBody
	}
	if n := len(body.Batch); n == 0 || n > r.tenant.MaxEventBatch {
		return nil, errBatch.Saying("A batch has 1 to %d events.", r.tenant.MaxEventBatch)
	}
	withInfo := false
	for _, e := range body.Batch {
		switch {
		case e == nil:
			return nil, errBody
		case e.Channels != nil:
			return nil, errBatchMulti
		}
		if err := a.check(r.tenant, e); err != nil {
			return nil, err
		}
		withInfo = withInfo || e.Info != ""
	}
	if err := r.tenant.mayPublish(len(body.Batch), a.now()); err != nil {
		return nil, err
	}
	infos := make([]any, len(body.Batch))
	for i, e := range body.Batch {
		if err := a.hub.Publish(r.tenant.ID, e.to, e.Name, *e.Data, e.SocketID); err != nil {
			return nil, err
		}
		info, err := a.describe(r.tenant.ID, e.to[0], e.Info)
		if err != nil {
			return nil, err
		}
		infos[i] = info
	}
	if !withInfo {
		return struct{}{}, nil
	}
	return map[string]any{"batch": infos}, nil
}

// check refuses an event that cannot be published as a whole.
func (a *api) check(t *tenant, e *event) error {
	names := e.Channels
	switch {
	case e.Channel != "" && names != nil:
		return errTwoWays
	case e.Channel != "":
		names = []string{e.Channel}
	case len(names) == 0:
		return errNoChannel
	case len(names) > t.MaxEventChannels:
		return hub.ErrManyChannels.Saying("An event goes to at most %d channels.", t.MaxEventChannels)
	}
	if e.Data == nil {
		return errNoData
	}
	if err := a.hub.CheckEvent(t.ID, e.Name, *e.Data); err != nil {
		return err
	}
	if strings.HasPrefix(e.Name, "pusher:") || strings.HasPrefix(e.Name, "pusher_internal:") {
		return errReserved
	}
	if e.SocketID != "" && !socketID.MatchString(e.SocketID) {
		return realtime.ErrSocketID
	}
	return e.address(names)
}

// address sets where the event goes: to each channel once.
func (e *event) address(names []string) error {
	e.to = make([]realtime.Channel, 0, len(names))
	seen := make(map[realtime.Channel]bool, len(names)) // an app without limits may send very many
	for _, name := range names {
		channel, err := realtime.ParseChannel(name)
		if err != nil {
			return err
		}
		if err := checkInfo(channel, e.Info); err != nil {
			return err
		}
		if !seen[channel] {
			seen[channel] = true
			e.to = append(e.to, channel)
		}
	}
	return nil
}

// decode reads one JSON value and nothing behind it.
func decode(body []byte, v any) error {
	if err := json.Unmarshal(body, v); err != nil {
		return errBody.Because(err)
	}
	return nil
}
