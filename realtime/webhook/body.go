package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// body is what a request carries.
type body struct {
	TimeMS int64   `json:"time_ms"`
	Events []event `json:"events"`
}

// event is one notice on the wire. Each type of event has its own fields.
type event struct {
	Name              string  `json:"name"`
	Channel           string  `json:"channel"`
	Event             string  `json:"event,omitempty"`
	Data              *string `json:"data,omitempty"`
	SocketID          string  `json:"socket_id,omitempty"`
	UserID            string  `json:"user_id,omitempty"`
	SubscriptionCount *int    `json:"subscription_count,omitempty"`
}

func wire(n hub.Notice) event {
	e := event{Name: n.Event, Channel: string(n.Channel)}
	switch n.Event {
	case hub.NoticeMemberAdded, hub.NoticeMemberRemoved:
		e.UserID = n.UserID
	case hub.NoticeClientEvent:
		e.Event, e.Data, e.SocketID, e.UserID = n.Name, &n.Data, n.SocketID, n.UserID
	case hub.NoticeSubscriptionCount:
		e.SubscriptionCount = &n.Count
	}
	return e
}

// encode returns the body of a request that is made at the time now.
func encode(batch []queued, now time.Time) []byte {
	b := body{TimeMS: now.UnixMilli(), Events: make([]event, len(batch))}
	for i := range batch {
		b.Events[i] = wire(batch[i].Notice)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(b) // strings and numbers always encode
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// sign returns the signature of a body.
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
