package realtimetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	pusher "github.com/pusher/pusher-http-go/v5"
	"golang.org/x/crypto/nacl/secretbox"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

func channelRows() []row {
	return []row{
		{name: "channel_names", check: checkNames},
		{name: "prefixes_are_anchored", check: checkPrefixes},
		{name: "public_subscription", check: func(r *rig) {
			channel := r.name("")
			if data := r.connect().join(channel, ""); data != "{}" {
				r.Errorf("data %q, want {}", data)
			}
		}},
		{name: "unsubscribe", check: func(r *rig) {
			channel := r.name("")
			a, b := r.pair(channel)
			a.leave(channel)
			a.quiet()
			r.publish(channel, "gone", "1")
			b.expect("gone")
			a.join(channel, "")
			r.publish(channel, "back", "2")
			a.expect("back")
		}},
		{name: "private_signature", check: checkPrivate},
		{name: "presence_signature", check: checkPresenceSignature},
		{name: "refusal_names_the_channel", check: func(r *rig) {
			channel, s := r.name("private-"), r.connect()
			s.tell("pusher:subscribe", map[string]string{"channel": channel, "auth": r.app.Key + ":00"})
			f := s.expect(refusedSubscribe)
			var data struct {
				Type, Error string
				Status      int
			}
			if err := json.Unmarshal([]byte(f.text()), &data); err != nil || f.Channel != channel || data.Type == "" || data.Error == "" || data.Status != 401 {
				r.Errorf("%s %s", f.Channel, f.Data)
			}
			s.quiet()
		}},
		{name: "one_order_for_everybody", check: checkOrder},
		{name: "any_text_as_data", check: func(r *rig) {
			channel := r.name("")
			a, b := r.pair(channel)
			for _, data := range []string{`{"a":"é \" \n \u0000 </script>"}`, "plain", "\x00\x1f\t\n\\", `"quoted"`, "\u2028 😀 \x7f", "[1,2]", "null"} {
				r.publish(channel, "text ü/:", data)
				a.expectText("text ü/:", data)
				b.expectText("text ü/:", data)
			}
		}},
		{name: "encrypted_channel", check: checkEncrypted},
		{name: "signed_in_presence", needs: []Feature{SignedInPresence}, check: func(r *rig) {
			channel, user := r.name("presence-"), r.name("user-")
			s := r.connect()
			s.refuses(map[string]string{"channel": channel, "auth": r.auth(s, channel, "")})
			s.signin(text(map[string]any{"id": user, "user_info": map[string]string{"name": "Ann"}}))
			if got, want := s.join(channel, ""), roster(user, `{"name":"Ann"}`); !same(got, want) {
				r.Errorf("got %s, want %s", got, want)
			}
		}},
	}
}

func checkNames(r *rig) {
	s, own := r.connect(), r.name("")
	for _, name := range []string{own, "A_-=@,.;9" + own, own + strings.Repeat("x", 164-len(own))} {
		s.join(name, "")
		r.publish(name, "n", "1")
		s.expect("n")
	}
	for _, name := range []string{"a b", "a/b", "a:b", "é", "a\nb", "#x" + own, "!" + own, own + strings.Repeat("x", 165-len(own))} {
		s.refuses(map[string]string{"channel": name})
	}
	s.quiet()
}

// checkPrefixes joins channels that only look as if they were of a kind.
func checkPrefixes(r *rig) {
	s := r.connect()
	for _, kind := range []string{"my-private-", "my-presence-", "my-cache-", "privateer-", "presences-", "cacheable-", "private.", "Private-"} {
		channel := r.name(kind)
		if data := s.join(channel, ""); data != "{}" {
			r.Errorf("%s: %s", channel, data)
		}
		r.publish(channel, "n", "1") // nothing else is said on joining, such as a cache miss
		s.expect("n")
	}
}

// auth is the signature that lets the socket join.
func (r *rig) auth(s *socket, channel, channelData string) string {
	r.Helper()
	auth, err := r.signer().Channel(s.id, realtime.Channel(channel), channelData)
	r.must(err)
	return auth
}

func checkPrivate(r *rig) {
	channel, good, bad, stranger := r.name("private-"), r.connect(), r.connect(), r.connect()
	good.join(channel, "")
	wrong := r.signer()
	wrong.Secret += "x"
	forged, err := wrong.Channel(bad.id, realtime.Channel(channel), "")
	r.must(err)
	own := r.auth(bad, channel, "")
	_, sum, _ := strings.Cut(own, ":")
	for _, auth := range []string{
		"", ":", r.app.Key + ":", sum, "another:" + sum, own + "0", forged,
		r.auth(stranger, channel, ""), r.auth(bad, r.name("private-"), ""), r.auth(bad, channel, `{"user_id":"7"}`),
	} {
		bad.refuses(map[string]string{"channel": channel, "auth": auth})
	}
	r.publish(channel, "secret", "1")
	good.expectText("secret", "1")
	bad.join(channel, "")
	r.publish(channel, "secret", "2")
	bad.expectText("secret", "2")
}

// checkPresenceSignature signs a text that nobody would write, so that a server which
// encodes it anew would not find the signature good.
func checkPresenceSignature(r *rig) {
	const data = "{ \"user_info\":{\"b\":1, \"a\":\"\\u00e9\"},\n \"user_id\" : \"u\\u0031\" }"
	channel, s := r.name("presence-"), r.connect()
	for _, spoiled := range []string{`{"user_id":"u1"}`, strings.ReplaceAll(data, "\n", ""), ""} {
		s.refuses(map[string]string{"channel": channel, "auth": r.auth(s, channel, data), "channel_data": spoiled})
	}
	for _, unfit := range []string{`{}`, `[]`, `7`, `{"user_id":""}`, `{"user_id":["a"]}`, `{"user_info":{}}`} {
		s.refuses(map[string]string{"channel": channel, "auth": r.auth(s, channel, unfit), "channel_data": unfit})
	}
	if got, want := s.join(channel, data), roster("u1", `{"b":1,"a":"é"}`); !same(got, want) {
		r.Errorf("got %s, want %s", got, want)
	}
}

// checkOrder has two publishers and three subscribers, who must agree.
func checkOrder(r *rig) {
	const each, inBatch = 200, 10
	channel := r.name("")
	sockets := []*socket{r.connect(), r.connect(), r.connect()}
	for _, s := range sockets {
		s.join(channel, "")
	}
	done := make(chan error, 2)
	for who := range 2 {
		go func() {
			backend := r.backend()
			var err error
			for first := 0; first < each && err == nil; first += inBatch {
				var events []pusher.Event
				for i := range inBatch {
					events = append(events, pusher.Event{Channel: channel, Name: strconv.Itoa(who), Data: strconv.Itoa(first + i)})
				}
				_, err = backend.TriggerBatch(events)
			}
			done <- err
		}()
	}
	r.must(<-done)
	r.must(<-done)
	var first []string
	for i, s := range sockets {
		var seen []string
		next := map[string]int{}
		for range 2 * each {
			f := s.next()
			if f.text() != strconv.Itoa(next[f.Event]) {
				r.Fatalf("publisher %s: got %s, want %d", f.Event, f.text(), next[f.Event])
			}
			next[f.Event]++
			seen = append(seen, f.Event+" "+f.text())
		}
		if i == 0 {
			first = seen
		} else if len(r.server.Nodes) == 1 && fmt.Sprint(seen) != fmt.Sprint(first) { // nodes agree on each publisher's order only
			r.Errorf("subscribers saw different orders:\n%v\n%v", first, seen)
		}
	}
}

// checkEncrypted lets the real library encrypt, and opens what arrives with the secret
// that the library hands out.
func checkEncrypted(r *rig) {
	const master = "a master key of 32 bytes, really"
	channel := r.name("private-encrypted-")
	s := r.connect()
	s.refuses(map[string]string{"channel": channel})
	backend := r.backend()
	backend.EncryptionMasterKeyBase64 = base64.StdEncoding.EncodeToString([]byte(master))
	raw, err := backend.AuthorizePrivateChannel([]byte("socket_id=" + s.id + "&channel_name=" + channel))
	r.must(err)
	var answer struct {
		Auth   string
		Shared string `json:"shared_secret"`
	}
	r.must(json.Unmarshal(raw, &answer))
	shared := sha256.Sum256([]byte(channel + master))
	if answer.Shared != base64.StdEncoding.EncodeToString(shared[:]) {
		r.Fatalf("the library hands out %s", answer.Shared)
	}
	s.tell("pusher:subscribe", map[string]string{"channel": channel, "auth": answer.Auth})
	s.expect(succeeded)
	r.must(backend.Trigger(channel, "secret", map[string]int{"score": 42}))
	f := s.expect("secret")
	var sealed struct{ Nonce, Ciphertext []byte }
	if err := json.Unmarshal([]byte(f.text()), &sealed); err != nil || len(sealed.Nonce) != 24 {
		r.Fatalf("no sealed message: %s", f.Data)
	}
	plain, ok := secretbox.Open(nil, sealed.Ciphertext, (*[24]byte)(sealed.Nonce), &shared)
	if !ok || string(plain) != `{"score":42}` {
		r.Errorf("opened as %q", plain)
	}
}
