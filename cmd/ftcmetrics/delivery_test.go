package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
)

// aside is a database with the program's schema, beside the servers that share it.
func aside(t *testing.T) (url string) {
	t.Helper()
	return pgtest.URL(t)
}

// alone is a PostgreSQL of the test's own, with no schema, which several servers can share.
func alone(t *testing.T) (url string) {
	t.Helper()
	server, err := pgembed.Start(t.Context(), pgembed.Options{Dir: t.TempDir(), Unsafe: true})
	must(t, err)
	t.Cleanup(func() { must(t, server.Stop(context.Background())) })
	return server.URL()
}

// shared starts a server that shares a database.
func shared(t *testing.T, database string, environ ...string) *process {
	t.Helper()
	cmd := program(t.TempDir())
	cmd.Env = append(append(cmd.Env, "DATABASE_URL="+database, "REALTIME_APP_ID=shared", "REALTIME_APP_KEY=shared-key", "REALTIME_APP_SECRET="+sharedSecret), environ...)
	return launch(t, cmd)
}

const sharedSecret = "0123456789abcdef0123456789abcdef"

// command runs the program to its end.
func command(t *testing.T, database string, args ...string) string {
	t.Helper()
	cmd := program(t.TempDir(), args...)
	cmd.Env = append(cmd.Env, "DATABASE_URL="+database)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, log.String())
	}
	return strings.TrimSpace(out.String())
}

// scouts is a team with a token, and a way to write entries.
type scouts struct {
	t           *testing.T
	token, team string
	written     int
}

func newScouts(t *testing.T, database, url string) *scouts {
	t.Helper()
	s := &scouts{t: t, token: command(t, database, "owner", "create", "--name", "Coach")}
	var team struct{ ID string }
	_, err := ask("POST", url+"/api/user-teams", s.token, `{"teamNumber":8569}`, &team)
	must(t, err)
	s.team = team.ID
	return s
}

// write adds n entries by the server and returns the longest that one took.
func (s *scouts) write(url string, n int) (longest time.Duration) {
	s.t.Helper()
	for range n {
		s.written++
		body := fmt.Sprintf(`{"id":"0198f3a0-0000-7000-8000-%012d","scoutingTeamId":"%s","season":2025,"eventCode":"USNCRA","matchNumber":%d,"alliance":"RED","scoutedTeamNumber":8569,"data":{},"notes":"<a & b>"}`, s.written, s.team, s.written%99+1)
		start := time.Now()
		if status, err := ask("POST", url+"/api/scouting/entries", s.token, body, nil); err != nil || status != 201 {
			s.t.Fatalf("entry %d: %d, %v", s.written, status, err)
		}
		longest = max(longest, time.Since(start))
	}
	return longest
}

// listen opens a socket at the hub that is subscribed to the team's channel and the FTC
// event's; the API signs.
func (s *scouts) listen(hub, api string) *websocket.Conn {
	s.t.Helper()
	socket, id := (&process{t: s.t, hub: hub}).dialID("shared-key")
	for _, channel := range []string{"private-team-" + s.team, "event-USNCRA"} {
		data := map[string]string{}
		if strings.HasPrefix(channel, "private-") {
			request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, api+"/api/pusher/auth",
				strings.NewReader(url.Values{"socket_id": {id}, "channel_name": {channel}}.Encode()))
			must(s.t, err)
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Authorization", "Bearer "+s.token)
			response, err := http.DefaultClient.Do(request)
			must(s.t, err)
			raw, err := io.ReadAll(response.Body)
			must(s.t, err)
			must(s.t, response.Body.Close())
			must(s.t, json.Unmarshal(raw, &data))
		}
		data["channel"] = channel
		raw, err := json.Marshal(map[string]any{"event": "pusher:subscribe", "data": data})
		must(s.t, err)
		say(s.t, socket, string(raw))
		expect(s.t, socket, "subscription_succeeded")
	}
	return socket
}

// state is what a client has heard: the data of each event of each channel, in order. A
// repeat changes nothing.
type state struct {
	next map[string]int64
	text map[string]*strings.Builder
}

func newState() *state { return &state{next: map[string]int64{}, text: map[string]*strings.Builder{}} }

func (s *state) apply(t *testing.T, channel, name, data string) {
	t.Helper()
	var head struct{ Seq int64 }
	must(t, json.Unmarshal([]byte(data), &head))
	if s.text[channel] == nil {
		s.text[channel], s.next[channel] = &strings.Builder{}, head.Seq
	}
	if head.Seq < s.next[channel] {
		return
	}
	if head.Seq > s.next[channel] {
		t.Fatalf("%s: %d comes where %d should", channel, head.Seq, s.next[channel])
	}
	s.next[channel]++
	fmt.Fprintln(s.text[channel], name, data)
}

// hear reads the socket until both channels are at these heads.
func (s *state) hear(t *testing.T, socket *websocket.Conn, heads map[string]int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !s.at(heads) {
		_, raw, err := socket.Read(ctx)
		must(t, err)
		var frame struct{ Event, Channel, Data string }
		must(t, json.Unmarshal(raw, &frame))
		if frame.Channel != "" {
			s.apply(t, frame.Channel, frame.Event, frame.Data)
		}
	}
}

func (s *state) at(heads map[string]int64) bool {
	for channel, head := range heads {
		if s.next[channel] <= head {
			return false
		}
	}
	return true
}

// answer is what /api/sync says.
type answer struct {
	Channels []struct {
		Channel string
		Events  []struct {
			Name string
			Data json.RawMessage
		}
		Head  int64
		Reset bool
		Epoch string
	}
	Next string
	More bool
}

func (s *scouts) poll(url, since string) (a answer) {
	s.t.Helper()
	status, err := ask("GET", url+"/api/sync?since="+since+"&channels=event-USNCRA,private-team-"+s.team, s.token, "", &a)
	if err != nil || status != 200 {
		s.t.Fatalf("poll: %d, %v", status, err)
	}
	return a
}

func (a answer) heads() map[string]int64 {
	heads := map[string]int64{}
	for _, c := range a.Channels {
		heads[c.Channel] = c.Head
	}
	return heads
}

// TestPollingEndsLikeSockets has two servers on one database, one with sockets and one
// without. Who polls the second knows in the end, byte for byte, what was heard on the first.
func TestPollingEndsLikeSockets(t *testing.T) {
	t.Parallel()
	database := aside(t)
	live, quiet := shared(t, database), shared(t, database, "REALTIME_DRIVER=disabled")
	s := newScouts(t, database, live.url)
	var config struct {
		Driver, Key string
		Polling     map[string]int
	}
	_, err := ask("GET", quiet.url+"/api/realtime/config", "", "", &config)
	must(t, err)
	if config.Driver != "disabled" || config.Key != "" || fmt.Sprint(config.Polling) != "map[critical:2 high:5 low:30 medium:15]" {
		t.Errorf("config %+v", config)
	}
	socket := s.listen(live.hub, live.url)
	polled, heard := newState(), newState()
	at := s.poll(quiet.url, "")
	catchUp := func() (polls int) {
		for more := true; more; polls++ {
			at = s.poll(quiet.url, at.Next)
			more = at.More
			for _, c := range at.Channels {
				if c.Reset {
					t.Fatalf("%s is reset", c.Channel)
				}
				for _, e := range c.Events {
					polled.apply(t, c.Channel, e.Name, string(e.Data))
				}
			}
		}
		return polls
	}
	for range 10 {
		s.write(live.url, 6)
		s.write(quiet.url, 6)
		catchUp()
	}
	s.write(live.url, 280) // on two channels more than one answer has
	if polls := catchUp(); polls != 2 {
		t.Errorf("560 events came in %d answers", polls)
	}
	heard.hear(t, socket, at.heads())
	for channel, text := range polled.text {
		if text.String() != heard.text[channel].String() || strings.Count(text.String(), "\n") != 400 {
			t.Errorf("%s: %s", channel, differ(text.String(), heard.text[channel].String()))
		}
	}
	if len(polled.text) != 2 {
		t.Errorf("%d channels", len(polled.text))
	}
}

// differ says where what a client polled is not what another one heard.
func differ(polled, heard string) string {
	a, b := strings.Split(strings.TrimSpace(polled), "\n"), strings.Split(strings.TrimSpace(heard), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("event %d by polling:\n%s\nby socket:\n%s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d events by polling, %d by socket", len(a), len(b))
}

// TestEventsGoToAHubElsewhere has two servers relay to a hub of its own, and kills the hub
// and the server that relays.
func TestEventsGoToAHubElsewhere(t *testing.T) {
	t.Parallel()
	database := aside(t)
	startHub := func(address string) *process {
		cmd := program(t.TempDir(), "hub")
		cmd.Env = append(cmd.Env, "REALTIME_APP_ID=shared", "REALTIME_APP_KEY=shared-key", "REALTIME_APP_SECRET="+sharedSecret, "HUB_ADDR="+address)
		return launch(t, cmd)
	}
	hub := startHub(porttest.Address(t))
	address, port := hub.hub, hub.hub[strings.LastIndex(hub.hub, ":")+1:]
	environ := []string{"REALTIME_DRIVER=soketi", "SOKETI_HOST=127.0.0.1", "SOKETI_PORT=" + port, "NEXT_PUBLIC_SOKETI_HOST=sockets.example.org"}
	first := shared(t, database, environ...)
	until(t, "the first server relays", func() bool {
		return strings.Contains(get(t, "http://"+first.metrics()+"/metrics"), "ftcmetrics_relay_leading 1")
	})
	second := shared(t, database, environ...)
	var config struct {
		Driver, Key, Host string
		Port              int
	}
	_, err := ask("GET", second.url+"/api/realtime/config", "", "", &config)
	must(t, err)
	if got := fmt.Sprint(config); got != "{soketi shared-key sockets.example.org "+port+"}" {
		t.Errorf("config %s", got)
	}
	s := newScouts(t, database, first.url)
	socket := s.listen(hub.hub, first.url)
	heard := newState()
	s.write(first.url, 10)
	first.kill() // the one that relays
	s.write(second.url, 10)
	heard.hear(t, socket, s.poll(second.url, "").heads())

	hub.kill()
	if longest := s.write(second.url, 30); longest > 2*time.Second {
		t.Errorf("with the hub away, an entry took %s", longest)
	}
	var status relayStatus
	must(t, json.Unmarshal([]byte(command(t, database, "relay", "status", "--json")), &status))
	if len(status.Sinks) != 1 || status.Sinks[0].Name != "soketi:shared" || status.Sinks[0].Behind == 0 || status.Sinks[0].Leader == "" || len(status.Letters) != 0 {
		t.Errorf("status %+v", status)
	}
	startHub(address)
	until(t, "the hub has everything", func() bool {
		return json.Unmarshal([]byte(command(t, database, "relay", "status", "--json")), &status) == nil && status.Sinks[0].Behind == 0
	})
	socket = s.listen(address, second.url)
	// What came while nobody was there is read from the log, and what comes now is heard.
	for _, e := range catchUp(t, second.url, s.token, "private-team-"+s.team) {
		if e.Seq == heard.next["private-team-"+s.team] {
			heard.next["private-team-"+s.team]++
		}
	}
	for _, e := range catchUp(t, second.url, "", "event-USNCRA") {
		if e.Seq == heard.next["event-USNCRA"] {
			heard.next["event-USNCRA"]++
		}
	}
	s.write(second.url, 5)
	heard.hear(t, socket, s.poll(second.url, "").heads())
	if out := command(t, database, "relay", "replay", "--all"); !strings.HasPrefix(out, "0 will") {
		t.Errorf("replay says %s", out)
	}
	if out := command(t, database, "relay", "status"); !strings.Contains(out, "soketi:shared") {
		t.Errorf("status says %s", out)
	}
	if code := second.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, second.text())
	}
}

// TestRestore makes a backup, writes on, and restores: every client is told to start over,
// also one that comes back when the count has passed what it remembers.
func TestRestore(t *testing.T) {
	t.Parallel()
	database := aside(t)
	p := shared(t, database)
	s := newScouts(t, database, p.url)
	s.write(p.url, 20)
	before := s.poll(p.url, "")
	file := filepath.Join(t.TempDir(), "ftcmetrics.zip")
	if out := command(t, database, "backup", file); !strings.HasPrefix(out, file) {
		t.Errorf("backup says %s", out)
	}
	s.write(p.url, 100)
	after := s.poll(p.url, before.Next)
	if n := len(after.Channels[0].Events); n != 100 || after.Channels[0].Reset {
		t.Fatalf("%d events before the restore", n)
	}
	p.stop()
	refused := program(t.TempDir(), "restore", file)
	refused.Env = append(refused.Env, "DATABASE_URL="+database)
	if said, err := refused.CombinedOutput(); err == nil || !strings.Contains(string(said), "--replace") {
		t.Errorf("a database that is used is replaced without a question: %s", said)
	}
	if out := command(t, database, "restore", "--replace", file); !strings.HasPrefix(out, "restored") {
		t.Errorf("restore says %s", out)
	}
	p = shared(t, database)
	if !strings.Contains(p.text(), "restored") {
		t.Error("the log does not tell of the restore")
	}
	s.write(p.url, 130)
	for name, cursor := range map[string]string{"before the backup": before.Next, "after it": after.Next} {
		again := s.poll(p.url, cursor)
		for _, c := range again.Channels {
			if !c.Reset || len(c.Events) != 0 {
				t.Errorf("who was away since %s is not told to start over on %s", name, c.Channel)
			}
		}
		if next := s.poll(p.url, again.Next); next.Channels[0].Reset || next.Channels[0].Head != 150 {
			t.Errorf("it goes on with %+v", next.Channels[0])
		}
	}
	old := before.Channels[0].Epoch
	var page struct{ Reset bool }
	_, err := ask("GET", p.url+"/api/channels/event-USNCRA/events?after=120&epoch="+old, "", "", &page)
	must(t, err)
	if !page.Reset {
		t.Error("by the old epoch events are skipped")
	}
	p.stop()
	p = shared(t, database)
	if strings.Contains(p.text(), "restored") {
		t.Error("every start is taken for a restore")
	}
}

// TestRetentionOfTheProgram keeps events for a second.
func TestRetentionOfTheProgram(t *testing.T) {
	t.Parallel()
	database := aside(t)
	p := shared(t, database, "EVENT_RETENTION=1s")
	s := newScouts(t, database, p.url)
	at := s.poll(p.url, "")
	s.write(p.url, 3)
	until(t, "who was away for long starts over", func() bool {
		a := s.poll(p.url, at.Next)
		return a.Channels[0].Reset && a.Channels[0].Head == 3
	})
	until(t, "the metrics tell of it", func() bool { // once the look at all channels has ended
		text := get(t, "http://"+p.metrics()+"/metrics")
		return strings.Contains(text, "ftcmetrics_log_events_removed_total ") && !strings.Contains(text, "ftcmetrics_log_events_removed_total 0")
	})
}

func TestRealtimeConfig(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    string
	}{
		{nil, "embedded key= host= port=6001 tls=false cluster="},
		{[]string{"PUBLIC_URL=https://scout.example.org"}, "embedded key= host=scout.example.org port=443 tls=true cluster="},
		{[]string{"PUBLIC_URL=http://pit.local:8080/"}, "embedded key= host=pit.local port=8080 tls=false cluster="},
		{[]string{"REALTIME_DRIVER=soketi", "SOKETI_APP_KEY=k"}, "soketi key=k host= port=6001 tls=false cluster="},
		{[]string{"REALTIME_DRIVER=soketi", "SOKETI_APP_KEY=k", "SOKETI_HOST=soketi.local"}, "soketi key=k host=soketi.local port=6001 tls=false cluster="},
		{[]string{"REALTIME_DRIVER=soketi", "SOKETI_APP_KEY=k", "SOKETI_HOST=soketi", "SOKETI_PORT=7001", "NEXT_PUBLIC_SOKETI_HOST=s.example.org", "NEXT_PUBLIC_SOKETI_PORT=443", "NEXT_PUBLIC_SOKETI_USE_TLS=true"},
			"soketi key=k host=s.example.org port=443 tls=true cluster="},
		{[]string{"REALTIME_DRIVER=pusher", "PUSHER_KEY=k", "PUSHER_CLUSTER=eu"}, "pusher key=k host= port=0 tls=true cluster=eu"},
		{[]string{"REALTIME_DRIVER=disabled"}, "disabled key= host= port=0 tls=false cluster="},
	} {
		var environ sync.Map // what kong reads itself
		for _, pair := range c.environ {
			name, value, _ := strings.Cut(pair, "=")
			environ.Store(name, value)
		}
		t.Run(c.want, func(t *testing.T) {
			environ.Range(func(name, value any) bool {
				t.Setenv(name.(string), value.(string))
				return true
			})
			cli, err := parse(c.environ)
			must(t, err)
			got := cli.Serve.realtimeConfig(6001)
			if text := fmt.Sprintf("%s key=%s host=%s port=%d tls=%t cluster=%s", got.Driver, got.Key, got.Host, got.Port, got.TLS, got.Cluster); text != c.want {
				t.Errorf("%s", text)
			}
		})
	}
	for environ, say := range map[string]string{"REALTIME_DRIVER=soketi": "REALTIME_APP_ID", "EVENT_RETENTION=-1h": "EVENT_RETENTION"} {
		cmd := program(t.TempDir())
		cmd.Env = append(cmd.Env, environ)
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), say) {
			t.Errorf("%s: %v\n%s", environ, err, out)
		}
	}
}
