package protocol_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The frames as they go over the wire, byte for byte.
func TestGoldenFrames(t *testing.T) {
	info := json.RawMessage(`{"name":"A \"n\""}`)
	var roster protocol.Roster
	empty := string(roster.AppendSucceeded(nil, "presence-pit"))
	roster.Add(protocol.Member{UserID: "ann", Info: info})
	roster.Add(protocol.Member{UserID: `b"o`})
	for got, want := range map[string]string{
		string(protocol.AppendEstablished(nil, "1.2", 30)): `{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\",\"activity_timeout\":30}"}`,
		protocol.Ping: `{"event":"pusher:ping","data":"{}"}`,
		protocol.Pong: `{"event":"pusher:pong","data":"{}"}`,
		string(protocol.AppendError(nil, 4301, `no "x"`)):                            `{"event":"pusher:error","data":{"code":4301,"message":"no \"x\""}}`,
		string(protocol.AppendError(nil, 0, "no")):                                   `{"event":"pusher:error","data":{"code":null,"message":"no"}}`,
		string(protocol.AppendSubscriptionError(nil, "a\nb", "no", 401)):             `{"event":"pusher:subscription_error","channel":"a\nb","data":{"type":"AuthError","error":"no","status":401}}`,
		string(protocol.AppendSucceeded(nil, "c")):                                   `{"event":"pusher_internal:subscription_succeeded","channel":"c","data":"{}"}`,
		string(protocol.AppendMemberRemoved(nil, "presence-pit", "a")):               `{"event":"pusher_internal:member_removed","channel":"presence-pit","data":"{\"user_id\":\"a\"}"}`,
		string(protocol.AppendMemberAdded(nil, "p", protocol.Member{UserID: `a"b`})): `{"event":"pusher_internal:member_added","channel":"p","data":"{\"user_id\":\"a\\\"b\"}"}`,
		string(protocol.AppendMemberAdded(nil, "p", protocol.Member{UserID: "a", Info: info})): `{"event":"pusher_internal:member_added","channel":"p","data":"{\"user_id\":\"a\",` +
			`\"user_info\":{\"name\":\"A \\\"n\\\"\"}}"}`,
		empty: `{"event":"pusher_internal:subscription_succeeded","channel":"presence-pit","data":"{\"presence\":{\"ids\":[],\"hash\":{},\"count\":0}}"}`,
		string(roster.AppendSucceeded(nil, "p")): `{"event":"pusher_internal:subscription_succeeded","channel":"p","data":"{\"presence\":{\"ids\":[\"ann\",\"b\\\"o\"],` +
			`\"hash\":{\"ann\":{\"name\":\"A \\\"n\\\"\"},\"b\\\"o\":null},\"count\":2}}"}`,
		string(protocol.NewPublication("n\x01", "{\"a\":\"é\\n\"}\t\xff").Append(nil, "c")): `{"event":"n\u0001","channel":"c","data":"{\"a\":\"é\\n\"}\t` + "\ufffd" + `"}`,
		string(protocol.AppendClientEvent(nil, protocol.Message{Event: "client-x", Channel: "private-c", Data: json.RawMessage(`{"a": 1}`)}, "")): `{"event":"client-x",` +
			`"channel":"private-c","data":{"a": 1}}`,
		string(protocol.AppendClientEvent(nil, protocol.Message{Event: "client-x", Channel: "p", Data: json.RawMessage(`1`)}, "u")): `{"event":"client-x","channel":"p","data":1,"user_id":"u"}`,
	} {
		if got != want {
			t.Errorf("\ngot  %s\nwant %s", got, want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("no JSON: %s", got)
		}
	}
}

func TestPublicationLen(t *testing.T) {
	p := protocol.NewPublication("n", "d")
	if n := len(p.Append(nil, "channel")); n != p.Len("channel") {
		t.Errorf("%d, not %d", p.Len("channel"), n)
	}
}

func TestRosterRemoves(t *testing.T) {
	var r protocol.Roster
	for _, id := range []string{"a", "b", "c"} {
		r.Add(protocol.Member{UserID: id})
		r.AppendSucceeded(nil, "p")
	}
	r.Remove("nobody")
	r.Remove("b")
	r.Add(protocol.Member{UserID: "d"})
	if got := string(r.AppendSucceeded(nil, "p")); !strings.Contains(got, `[\"a\",\"c\",\"d\"]`) || !strings.Contains(got, `\"count\":3`) {
		t.Error(got)
	}
	if ids := strings.Join(r.IDs(), ""); ids != "acd" || r.Len() != 3 {
		t.Error(ids)
	}
}

func TestCloseCodes(t *testing.T) {
	for code := protocol.CloseCode(1000); code < 5000; code++ {
		if len(code.Reason()) > 123 {
			t.Errorf("%d: the reason does not fit in a close frame", code)
		}
	}
	if protocol.CloseTooBig.Fatal() || !protocol.CloseSlow.Fatal() || protocol.CloseUnknownApp.Reason() == "" {
		t.Error("codes")
	}
}

func TestDecodeMember(t *testing.T) {
	for data, want := range map[string]string{
		`{"user_id":"a"}`:                                "a",
		`{"user_id":10}`:                                 "10",
		`{"user_id":-10}`:                                "-10",
		"\t" + `{"user_id" : "a", "other": [1]} `:        "a",
		`{"user_id":"` + strings.Repeat("x", 128) + `"}`: strings.Repeat("x", 128),
	} {
		if m, err := protocol.DecodeMember(data, 100); err != nil || m.UserID != want {
			t.Errorf("%s: %+v %v", data, m, err)
		}
	}
	m, err := protocol.DecodeMember(`{"user_id":"a","user_info": { "b" : 1 },"session":"s"}`, 100)
	if err != nil || string(m.Info) != `{"b":1}` || m.Session != "s" {
		t.Errorf("%+v %v", m, err)
	}
	for _, data := range []string{``, `null`, `[]`, `1`, `{}`, `{"user_id":1.5}`, `{"user_id":1e3}`, `{"user_id":true}`, `{"user_id":"a","session":1}`, `{"user_id":"a"} x`} {
		if _, err := protocol.DecodeMember(data, 100); !errors.Is(err, protocol.ErrMember) {
			t.Errorf("%s: %v", data, err)
		}
	}
	if _, err := protocol.DecodeMember(`{"user_id":"a","user_info":"12345678"}`, 9); !errors.Is(err, protocol.ErrMemberTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func typed(t *testing.T, err error) {
	t.Helper()
	var f *fault.Error
	if err != nil && (!errors.As(err, &f) || f.Kind == fault.Internal) {
		t.Fatalf("not typed: %v", err)
	}
}

// FuzzMessage: whatever a peer sends, there is a value or a typed error, and what is sent
// on is JSON.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"event":"pusher:subscribe","data":{"channel":"c","auth":"k:s","channel_data":"{}"}}`,
		`{"event":"pusher:unsubscribe","data":"{\"channel\":\"c\"}"}`,
		`{"event":"client-x","channel":"private-c","data":{"a":[1,2,"\ud800"]}}`,
		`{"event":"pusher:ping"}`, `null`, `[]`, `{"event":5}`, `{"data":"\""}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := protocol.DecodeMessage(text)
		typed(t, err)
		if err != nil {
			return
		}
		s, err := m.Subscribe()
		typed(t, err)
		if err == nil && s.Channel == "" {
			t.Fatal("no channel")
		}
		_, err = m.Unsubscribe()
		typed(t, err)
		_, err = m.Signin()
		typed(t, err)
		err = m.ClientEvent()
		typed(t, err)
		if err == nil && !json.Valid(protocol.AppendClientEvent(nil, m, "u")) {
			t.Fatalf("sent on: %s", protocol.AppendClientEvent(nil, m, "u"))
		}
	})
}

// FuzzFrames: whatever an event or a member holds, the frame says the same.
func FuzzFrames(f *testing.F) {
	f.Add("name", `{"a":1}`, `{"user_id":"u","user_info":{"x":"é\u0000"}}`)
	f.Add("\x00\"\\", "\xff\u2028", `{"user_id":10}`)
	f.Fuzz(func(t *testing.T, name, data, channelData string) {
		var got struct{ Event, Channel, Data string }
		if err := json.Unmarshal(protocol.NewPublication(name, data).Append(nil, "c"), &got); err != nil {
			t.Fatal(err)
		}
		if got.Event != strings.ToValidUTF8(name, "\ufffd") && len([]rune(name)) != len([]rune(got.Event)) {
			t.Fatalf("%q became %q", name, got.Event)
		}
		if string([]rune(data)) != got.Data {
			t.Fatalf("%q became %q", data, got.Data)
		}
		m, err := protocol.DecodeMember(channelData, 1000)
		typed(t, err)
		if err != nil {
			return
		}
		var roster protocol.Roster
		roster.Add(m)
		for _, frame := range [][]byte{roster.AppendSucceeded(nil, "p"), protocol.AppendMemberAdded(nil, realtime.Channel("p"), m)} {
			if err := json.Unmarshal(frame, &got); err != nil || !json.Valid([]byte(got.Data)) || !strings.HasPrefix(got.Event, "pusher_internal:") {
				t.Fatalf("%s: %v", frame, err)
			}
		}
	})
}
