package realtime_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

func TestParseChannel(t *testing.T) {
	for name, want := range map[string]string{
		"event-USNCRA": "", "my-private-x": "", "private-team-1": "private", "presence-team-1": "private presence",
		"private-encrypted-x": "private encrypted", "cache-x": "cache", "private-cache-x": "private cache", "presence-cache-x": "private presence cache",
		"private-encrypted-cache-x": "private encrypted cache", "my-cache-x": "", "cacheable": "", "privateer": "", "presence": "",
		"#server-to-user-12": "user", "A_-=@,.;9": "", strings.Repeat("x", 164): "",
	} {
		channel, err := realtime.ParseChannel(name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		var got []string
		for _, kind := range []struct {
			is   bool
			name string
		}{{channel.Private(), "private"}, {channel.Presence(), "presence"}, {channel.Encrypted(), "encrypted"}, {channel.Cache(), "cache"}, {channel.User() != "", "user"}} {
			if kind.is {
				got = append(got, kind.name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q is %v, want %q", name, got, want)
		}
	}
	for _, name := range []string{"", " ", "a b", "a\n", "a\x00", "é", "a/b", "a:b", "#x", "#server-to-user-", "!control", strings.Repeat("x", 165)} {
		if _, err := realtime.ParseChannel(name); !errors.Is(err, realtime.ErrChannelName) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func FuzzParseChannel(f *testing.F) {
	for _, seed := range []string{"event-A", "#server-to-user-1", "presence-", "private-team-a:b", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		channel, err := realtime.ParseChannel(name)
		if err != nil {
			return
		}
		if string(channel) != name || len(name) > realtime.MaxChannelName || strings.ContainsAny(name, " :/\\\"'\n\x00") {
			t.Errorf("%q became %q", name, channel)
		}
		if channel.Presence() && !channel.Private() {
			t.Errorf("%q has members without a signature", name)
		}
	})
}

// TestSignatures holds the signer against the examples in Pusher's documentation of
// authentication signatures.
func TestSignatures(t *testing.T) {
	s := realtime.Signer{Key: "278d425bdf160c739803", Secret: "7ad3773142a6692b25b8"}
	const member = `{"user_id":10,"user_info":{"name":"Mr. Channels"}}`
	private, err := s.Channel("1234.1234", "private-foobar", "")
	if want := s.Key + ":58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"; err != nil || private != want {
		t.Errorf("private: %s, %v", private, err)
	}
	presence, err := s.Channel("1234.1234", "presence-foobar", member)
	if want := s.Key + ":31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"; err != nil || presence != want {
		t.Errorf("presence: %s, %v", presence, err)
	}
	user, err := s.User("1234.1234", `{"id":"12345"}`)
	if want := s.Key + ":4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"; err != nil || user != want {
		t.Errorf("user: %s, %v", user, err)
	}
	if !s.VerifyChannel(private, "1234.1234", "private-foobar", "") || !s.VerifyChannel(presence, "1234.1234", "presence-foobar", member) || !s.VerifyUser(user, "1234.1234", `{"id":"12345"}`) {
		t.Error("a good signature is refused")
	}
	for name, ok := range map[string]bool{
		"another socket":  s.VerifyChannel(private, "1234.1235", "private-foobar", ""),
		"another channel": s.VerifyChannel(private, "1234.1234", "private-foobaz", ""),
		"added data":      s.VerifyChannel(private, "1234.1234", "private-foobar", member),
		"dropped data":    s.VerifyChannel(presence, "1234.1234", "presence-foobar", ""),
		"upper case":      s.VerifyChannel(strings.ToUpper(private), "1234.1234", "private-foobar", ""),
		"another app":     realtime.Signer{Key: "k", Secret: s.Secret}.VerifyChannel(private, "1234.1234", "private-foobar", ""),
		"empty":           s.VerifyChannel("", "1234.1234", "private-foobar", ""),
	} {
		if ok {
			t.Errorf("%s is accepted", name)
		}
	}
	for _, socket := range []string{"", "1", "1.", ".1", "1.1:private-team-x", "1.1\n", "a.b", "1.1.1", "-1.1"} {
		if _, err := s.Channel(socket, "private-x", ""); !errors.Is(err, realtime.ErrSocketID) {
			t.Errorf("signed for socket %q", socket)
		}
	}
}

func TestDefinitionsGuardTheirChannels(t *testing.T) {
	type payload struct {
		N int `json:"n"`
	}
	event := realtime.Define[payload]("test:event", "An event.", "private-team-{teamId}", "event-{code}")
	drafts, err := event.On(payload{N: 7}, "private-team-1", "event-A")
	if err != nil || len(drafts) != 2 || string(drafts[0].Payload) != `{"n":7}` || drafts[1].Channel != "event-A" {
		t.Errorf("%+v, %v", drafts, err)
	}
	for _, channel := range []realtime.Channel{"event-", "presence-team-1", "private-teams"} {
		if _, err := event.On(payload{}, channel); err == nil {
			t.Errorf("published on %s", channel)
		}
	}
	if _, err := realtime.Define[[]int]("test:list", "", "x{y}").On(nil, "xy"); err == nil {
		t.Error("a payload that cannot carry id, seq and at")
	}
}

// FuzzSigner looks for a signature that holds for anything but what was signed.
func FuzzSigner(f *testing.F) {
	f.Add("1234.1234", "private-foobar", "", "")
	f.Add("1.2", "presence-x", `{"user_id":"1"}`, ":user::{}")
	f.Add("1.2", "#server-to-user-1", ":", "key:00")
	s := realtime.Signer{Key: "key", Secret: "secret"}
	f.Fuzz(func(t *testing.T, socket, name, data, other string) {
		channel, err := realtime.ParseChannel(name)
		if err != nil {
			return
		}
		if s.VerifyChannel(other, socket, channel, data) || s.VerifyUser(other, socket, data) {
			t.Fatalf("%q is taken for a signature", other)
		}
		auth, err := s.Channel(socket, channel, data)
		user, userErr := s.User(socket, data)
		if err != nil || userErr != nil {
			if !errors.Is(err, realtime.ErrSocketID) || !errors.Is(userErr, realtime.ErrSocketID) {
				t.Fatalf("%q: %v, %v", socket, err, userErr)
			}
			return
		}
		if !s.VerifyChannel(auth, socket, channel, data) || !s.VerifyUser(user, socket, data) {
			t.Fatal("what was signed is refused")
		}
		if s.VerifyUser(auth, socket, other) || s.VerifyChannel(user, socket, channel, other) {
			t.Fatal("a subscription is a sign-in, or the other way round")
		}
		if other != data && s.VerifyChannel(auth, socket, channel, other) || s.VerifyChannel(auth, "9"+socket, channel, data) || s.VerifyChannel(auth, socket, channel+"x", data) {
			t.Fatal("it holds for what was not signed")
		}
		if (realtime.Signer{Key: "key", Secret: "other"}).VerifyChannel(auth, socket, channel, data) {
			t.Fatal("it holds for another secret")
		}
	})
}
