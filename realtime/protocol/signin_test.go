package protocol_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

func TestGoldenUserFrames(t *testing.T) {
	for got, want := range map[string]string{
		string(protocol.AppendSigninSuccess(nil, `{"id":"a\"b"}`)): `{"event":"pusher:signin_success","data":"{\"user_data\":\"{\\\"id\\\":\\\"a\\\\\\\"b\\\"}\"}"}`,
		string(protocol.AppendWatchlist(nil, true, "a", `b"`)):     `{"event":"pusher_internal:watchlist_events","data":"{\"events\":[{\"name\":\"online\",\"user_ids\":[\"a\",\"b\\\"\"]}]}"}`,
		string(protocol.AppendWatchlist(nil, false, "a")):          `{"event":"pusher_internal:watchlist_events","data":"{\"events\":[{\"name\":\"offline\",\"user_ids\":[\"a\"]}]}"}`,
		string(protocol.AppendSubscriptionCount(nil, "c", 100)):    `{"event":"pusher_internal:subscription_count","channel":"c","data":"{\"subscription_count\":100}"}`,
		string(protocol.AppendCacheMiss(nil, "cache-c")):           `{"event":"pusher:cache_miss","channel":"cache-c","data":"{}"}`,
	} {
		var outer struct{ Data string }
		if got != want || json.Unmarshal([]byte(got), &outer) != nil || !json.Valid([]byte(outer.Data)) {
			t.Errorf("\ngot  %s\nwant %s", got, want)
		}
	}
}

func TestDecodeSignin(t *testing.T) {
	for _, text := range []string{
		`{"event":"pusher:signin","data":{"auth":"k:s","user_data":"{}"}}`,
		`{"event":"pusher:signin","data":"{\"auth\":\"k:s\",\"user_data\":\"{}\"}"}`,
	} {
		m, err := protocol.DecodeMessage([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Signin(); err != nil || got.Auth != "k:s" || got.UserData != "{}" {
			t.Errorf("%s: %+v %v", text, got, err)
		}
	}
	for _, data := range []string{``, `null`, `5`, `[]`, `"x"`, `{}`, `{"auth":"a"}`, `{"user_data":"{}"}`, `{"auth":1,"user_data":"{}"}`, `{"auth":"a","user_data":{}}`} {
		if _, err := (protocol.Message{Data: json.RawMessage(data)}).Signin(); !errors.Is(err, protocol.ErrSignin) {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestDecodeUser(t *testing.T) {
	u, err := protocol.DecodeUser(`{"id":"7","user_info":{ "name" : "A" },"session":"s","watchlist":["8","9"],"more":1}`)
	if err != nil || u.ID != "7" || string(u.Info) != `{"name":"A"}` || u.Session != "s" || !slices.Equal(u.Watchlist, []string{"8", "9"}) {
		t.Errorf("%+v %v", u, err)
	}
	if m := u.Member(); m.UserID != "7" || m.Session != "s" || string(m.Info) != string(u.Info) {
		t.Errorf("%+v", m)
	}
	if u, err := protocol.DecodeUser(`{"id":"` + strings.Repeat("x", 128) + `","user_info":null}`); err != nil || u.Info != nil {
		t.Errorf("%+v %v", u, err)
	}
	for _, data := range []string{
		``, `null`, `[]`, `1`, `{}`, `{"id":""}`, `{"id":null}`, `{"id":7}`, `{"id":["7"]}`, `{"user_id":"7"}`, `{"id":"7"} x`, `{"id":"7","session":1}`,
		`{"id":"7","watchlist":"8"}`, `{"id":"7","watchlist":[8]}`, `{"id":"` + strings.Repeat("x", 129) + `"}`,
	} {
		if _, err := protocol.DecodeUser(data); !errors.Is(err, protocol.ErrUser) {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// FuzzUser: whatever user_data holds, there is a user or a typed error, and the frames
// made of it say the same.
func FuzzUser(f *testing.F) {
	f.Add(`{"id":"7","user_info":{"a":1},"watchlist":["a","\u0000\""],"session":"s"}`)
	f.Add(`{"id":7}`)
	f.Add("{\"id\":\"\xff\"}")
	f.Fuzz(func(t *testing.T, userData string) {
		u, err := protocol.DecodeUser(userData)
		typed(t, err)
		var outer struct{ Data string }
		var success struct {
			UserData string `json:"user_data"`
		}
		if json.Unmarshal(protocol.AppendSigninSuccess(nil, userData), &outer) != nil || json.Unmarshal([]byte(outer.Data), &success) != nil {
			t.Fatalf("no JSON: %q", userData)
		}
		if success.UserData != string([]rune(userData)) {
			t.Fatalf("%q became %q", userData, success.UserData)
		}
		if err != nil {
			return
		}
		var list struct {
			Events []struct {
				Name    string
				UserIDs []string `json:"user_ids"`
			}
		}
		if json.Unmarshal(protocol.AppendWatchlist(nil, true, append(u.Watchlist, u.ID)...), &outer) != nil ||
			json.Unmarshal([]byte(outer.Data), &list) != nil || !slices.Equal(list.Events[0].UserIDs, append(u.Watchlist, u.ID)) {
			t.Fatalf("watchlist of %q: %q", userData, outer.Data)
		}
	})
}
