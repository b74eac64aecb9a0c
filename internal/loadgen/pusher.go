package loadgen

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // Pusher's HTTP API asks for it
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"
)

// signer writes what Pusher asks to be signed with the app's secret.
type signer struct {
	target Target
	mac    hash.Hash
	body   []byte
	query  []byte
}

func newSigner(t Target) *signer {
	return &signer{target: t, mac: hmac.New(sha256.New, []byte(t.Secret))}
}

func (s *signer) sign(parts ...[]byte) []byte {
	s.mac.Reset()
	for _, part := range parts {
		s.mac.Write(part)
	}
	return hex.AppendEncode(nil, s.mac.Sum(nil))
}

// upgrade is the request that opens a WebSocket.
func (s *signer) upgrade() []byte {
	return fmt.Appendf(nil, "GET /app/%s?protocol=7&client=loadgen&version=1 HTTP/1.1\r\nHost: %s\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: bG9hZGdlbi1sb2FkZ2VuIQ==\r\nOrigin: http://%s\r\n\r\n", s.target.Key, s.target.Address, s.target.Address)
}

// subscription is the message that subscribes a socket to a channel. Private channels are
// signed, presence channels and those of a user named for that user.
func (s *signer) subscription(socketID, channel, userID string) []byte {
	data := map[string]string{"channel": channel}
	signed := [][]byte{[]byte(socketID), []byte(":"), []byte(channel)}
	presence, private := strings.HasPrefix(channel, "presence-"), strings.HasPrefix(channel, "private-")
	switch {
	case presence || private && userID != "":
		member := fmt.Sprintf(`{"user_id":%q,"user_info":{"name":"Scout %s"}}`, userID, userID)
		data["channel_data"] = member
		data["auth"] = s.target.Key + ":" + string(s.sign(append(signed, []byte(":"), []byte(member))...))
	case private:
		data["auth"] = s.target.Key + ":" + string(s.sign(signed...))
	}
	message, err := json.Marshal(map[string]any{"event": "pusher:subscribe", "data": data})
	if err != nil {
		panic(err) // strings cannot fail
	}
	return message
}

func unsubscription(channel string) []byte {
	return fmt.Appendf(nil, `{"event":"pusher:unsubscribe","data":{"channel":%q}}`, channel)
}

// appendPublish appends the HTTP request that publishes a payload on a channel.
func (s *signer) appendPublish(dst []byte, channel string, message stamp, size int) []byte {
	s.body = append(s.body[:0], `{"name":"load","channels":["`...)
	s.body = append(s.body, channel...)
	s.body = append(s.body, `"],"data":"`...)
	s.body = append(appendPayload(s.body, message, size), `"}`...)
	sum := md5.Sum(s.body) //nolint:gosec // as above
	s.query = append(s.query[:0], "auth_key="...)
	s.query = append(s.query, s.target.Key...)
	s.query = append(s.query, "&auth_timestamp="...)
	s.query = strconv.AppendInt(s.query, time.Now().Unix(), 10)
	s.query = append(s.query, "&auth_version=1.0&body_md5="...)
	s.query = hex.AppendEncode(s.query, sum[:])
	path := "/apps/" + s.target.AppID + "/events"
	dst = fmt.Appendf(dst, "POST %s?%s&auth_signature=%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		path, s.query, s.sign([]byte("POST\n"+path+"\n"), s.query), s.target.Address, len(s.body))
	return append(dst, s.body...)
}

// question is the path and query of a signed GET of the HTTP API. Its own query is one
// field at most, whose name comes after "auth".
func (s *signer) question(path, query string) string {
	path = "/apps/" + s.target.AppID + path
	signed := fmt.Sprintf("auth_key=%s&auth_timestamp=%d&auth_version=1.0", s.target.Key, time.Now().Unix())
	if query != "" {
		signed += "&" + query
	}
	return path + "?" + signed + "&auth_signature=" + string(s.sign([]byte("GET\n"+path+"\n"+signed)))
}

var errNotJSON = errors.New("not JSON")

// event is a message of the server that is none of ours.
type event struct {
	name string
	data []byte // JSON
}

// parseEvent reads an event. Data is JSON inside a string, or plain JSON.
func parseEvent(message []byte) (event, error) {
	if name, after, ok := bytes.Cut(bytes.TrimPrefix(message, []byte(`{"event":"`)), []byte(`"`)); ok &&
		bytes.HasPrefix(name, []byte("pusher_internal:member_")) && len(after) > 0 {
		if !json.Valid(message) {
			return event{}, fmt.Errorf("%w: %.200q", errNotJSON, message)
		}
		return event{name: string(name)}, nil // there are many of these
	}
	var m struct {
		Event string
		Data  json.RawMessage
	}
	if err := json.Unmarshal(message, &m); err != nil {
		return event{}, fmt.Errorf("%w: %.200q", errNotJSON, message)
	}
	var text string
	if json.Unmarshal(m.Data, &text) == nil {
		m.Data = []byte(text)
	}
	return event{name: m.Event, data: m.Data}, nil
}
