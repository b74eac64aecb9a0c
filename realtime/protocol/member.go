package protocol

import (
	"bytes"
	"encoding/json"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ErrMember is the refusal of channel_data that presents no user.
var ErrMember = fault.New(fault.Invalid, "bad-channel-data",
	"channel_data is a JSON object whose user_id is a string of 1 to 128 bytes or a whole number.")

// ErrMemberTooLarge is the refusal of a user_info that is over the app's limit.
var ErrMemberTooLarge = fault.New(fault.TooLarge, "user-info-too-large",
	"The user_info is larger than this app allows.")

// Member is a user as signed channel_data presents it.
type Member struct {
	UserID  string
	Owner   string // realtime.OwnerOf who it is, where UserID is another name
	Session string
	Info    json.RawMessage // compact; nil when there is none
}

// DecodeMember reads channel_data. A numeric user_id becomes its digits.
func DecodeMember(channelData string, maxInfo int) (Member, error) {
	var d struct {
		UserID  json.RawMessage `json:"user_id"`
		Info    json.RawMessage `json:"user_info"`
		Owner   string          `json:"owner"`
		Session string          `json:"session"`
	}
	if err := json.Unmarshal([]byte(channelData), &d); err != nil {
		return Member{}, ErrMember.Because(err)
	}
	id, ok := decodeUserID(d.UserID)
	if !ok {
		return Member{}, ErrMember
	}
	m := Member{UserID: id, Owner: d.Owner, Session: d.Session}
	if len(d.Info) == 0 || string(d.Info) == "null" {
		return m, nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, d.Info); err != nil {
		return Member{}, ErrMember.Because(err)
	}
	if compact.Len() > maxInfo {
		return Member{}, ErrMemberTooLarge
	}
	m.Info = compact.Bytes()
	return m, nil
}

func decodeUserID(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 {
		return "", false
	}
	if raw[0] == '"' {
		var id string
		err := json.Unmarshal(raw, &id)
		return id, err == nil && id != "" && len(id) <= MaxUserID
	}
	digits := raw
	if digits[0] == '-' {
		digits = digits[1:]
	}
	for _, b := range digits {
		if b < '0' || b > '9' {
			return "", false
		}
	}
	return string(raw), len(digits) > 0 && len(raw) <= MaxUserID
}

// AppendMemberAdded appends what the others of a channel hear when a user comes.
func AppendMemberAdded(dst []byte, channel realtime.Channel, m Member) []byte {
	dst = appendMemberHead(dst, EventMemberAdded, channel, m.UserID)
	if m.Info != nil {
		dst = append(dst, `,\"user_info\":`...)
		dst = appendEscaped(dst, []byte(m.Info))
	}
	return append(dst, `}"}`...)
}

// AppendMemberRemoved appends what the others of a channel hear when a user has gone.
func AppendMemberRemoved(dst []byte, channel realtime.Channel, userID string) []byte {
	return append(appendMemberHead(dst, EventMemberRemoved, channel, userID), `}"}`...)
}

func appendMemberHead(dst []byte, event string, channel realtime.Channel, userID string) []byte {
	dst = append(dst, `{"event":"`...)
	dst = append(dst, event...)
	dst = append(dst, `","channel":"`...)
	dst = append(dst, channel...)
	dst = append(dst, `","data":"{\"user_id\":`...)
	return appendTwice(dst, userID)
}

// appendTwice appends s as a JSON string within a JSON string.
func appendTwice(dst []byte, s string) []byte {
	return appendEscaped(dst, appendQuoted(make([]byte, 0, 64), s))
}
