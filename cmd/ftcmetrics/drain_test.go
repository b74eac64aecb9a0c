package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

const stopGrace = 5 * time.Second

// TestStopUnderLoad stops the program while sockets are open and events are published, as
// an operator or a cluster's scheduler does it.
func TestStopUnderLoad(t *testing.T) {
	for _, c := range []struct {
		command string
		sockets int
	}{{"hub", 200}, {"serve", 200}, {"hub", 0}} {
		t.Run(fmt.Sprintf("%s with %d", c.command, c.sockets), func(t *testing.T) {
			t.Parallel()
			cmd := program(pgtest.Folder(t), c.command)
			cmd.Env = append(append(cmd.Env, soketiApp...), "HUB_SHUTDOWN_GRACE="+stopGrace.String())
			d := &departure{t: t, p: launch(t, cmd), gone: make([]gone, c.sockets)}
			d.connect()
			late := d.halfPublish()
			stopLoad := d.load()
			signalled := time.Now()
			must(t, d.p.cmd.Process.Signal(syscall.SIGTERM))
			d.notReady(signalled)
			finishing := time.Now()
			d.finishPublish(late)
			<-d.p.done
			took := time.Since(signalled)
			stopLoad()
			d.readers.Wait()
			if code := d.p.cmd.ProcessState.ExitCode(); code != 0 || took > 2*stopGrace { // 1 is a stop that did not end in its time
				t.Errorf("exit code %d after %s:\n%s", code, took, d.p.text())
			}
			d.checkSockets(signalled, finishing)
			fmt.Printf("stop_seconds %.2f %.2f\n", took.Seconds(), stopGrace.Seconds())
		})
	}
}

// departure is a stop of the program and those who see it.
type departure struct {
	t       *testing.T
	p       *process
	readers sync.WaitGroup
	gone    []gone // by socket; its reader writes it
}

// gone is how a socket ended.
type gone struct {
	at        time.Time
	code      websocket.StatusCode
	announced bool // an error frame with the code came before
	heardLate bool // the event of the publish that was under way came before
}

// connect opens and subscribes the sockets, and has each read until it is closed.
func (d *departure) connect() {
	for i := range d.gone {
		socket := d.p.dial("some-key")
		say(d.t, socket, `{"event":"pusher:subscribe","data":{"channel":"load"}}`)
		expect(d.t, socket, "subscription_succeeded")
		d.readers.Go(func() {
			g := &d.gone[i]
			for {
				_, raw, err := socket.Read(d.t.Context())
				if err != nil {
					g.at, g.code = time.Now(), websocket.CloseStatus(err)
					return
				}
				var frame struct{ Event string }
				if json.Unmarshal(raw, &frame) == nil {
					g.heardLate = g.heardLate || frame.Event == "late"
					g.announced = g.announced || frame.Event == "pusher:error" && strings.Contains(string(raw), "4200")
				}
			}
		})
	}
}

// client is a backend of the app.
func (d *departure) client() *pusher.Client {
	return &pusher.Client{AppID: "some-id", Key: "some-key", Secret: "some-secret", Host: d.p.hub, HTTPClient: &http.Client{Timeout: 10 * time.Second}}
}

// load publishes until the returned function is called. Up to the signal nothing fails.
func (d *departure) load() (stop func()) {
	var workers sync.WaitGroup
	done, warm := make(chan struct{}), make(chan struct{}, 1000)
	for range 4 {
		client := d.client()
		workers.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(5 * time.Millisecond):
				}
				if client.Trigger("load", "tick", "x") == nil {
					select {
					case warm <- struct{}{}:
					default:
					}
				}
			}
		})
	}
	for range 100 {
		select {
		case <-warm:
		case <-time.After(patience):
			d.t.Fatal("the load does not get through")
		}
	}
	return func() {
		close(done)
		workers.Wait()
	}
}

// halfPublish sends a publish but for the end of its body, and returns once the server is
// at it.
func (d *departure) halfPublish() net.Conn {
	var request *http.Request
	client := d.client()
	client.HTTPClient.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		request = r
		return nil, errors.New("only looked at")
	})
	_ = client.Trigger("load", "late", "x") // fails as above
	body, err := io.ReadAll(request.Body)
	must(d.t, err)
	conn, err := net.Dial("tcp", d.p.hub)
	must(d.t, err)
	d.t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		request.URL.RequestURI(), d.p.hub, len(body), body[:len(body)-1])
	must(d.t, err)
	address := d.p.metrics()
	_, port, _ := net.SplitHostPort(d.p.hub)
	until(d.t, "the server has the call", func() bool {
		return strings.Contains(get(d.t, "http://"+address+"/metrics"), `http_calls_received_total{app_id="some-id",port="`+port+`"} 1`)
	})
	return conn
}

// finishPublish sends the rest, and the publish succeeds.
func (d *departure) finishPublish(conn net.Conn) {
	d.t.Helper()
	_, err := io.WriteString(conn, "}")
	must(d.t, err)
	must(d.t, conn.SetReadDeadline(time.Now().Add(stopGrace)))
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		d.t.Errorf("the publish that was under way: %v", err)
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		d.t.Errorf("the publish that was under way: %s", response.Status)
	}
}

// notReady asks until the node says that it is going. It must say so and not just be gone.
func (d *departure) notReady(signalled time.Time) {
	d.t.Helper()
	addresses := []string{"http://" + d.p.hub + "/ready"}
	if d.p.url != "" {
		addresses = append(addresses, d.p.url+"/ready")
	}
	for _, address := range addresses {
		until(d.t, address+" is 503", func() bool {
			response, err := http.Get(address) //nolint:gosec,noctx // the test's own server
			must(d.t, err)
			defer response.Body.Close()
			return response.StatusCode == http.StatusServiceUnavailable
		})
	}
	// It is still there: the publish that is under way has to be answered, and no socket may
	// have been closed before that.
	fmt.Printf("stop_not_ready_seconds %.2f %.2f\n", time.Since(signalled).Seconds(), stopGrace.Seconds()/10)
}

// checkSockets wants each told to come back, none before the publish that was under way is
// through, and not all at once. That publish is answered when it is in line for every
// socket, so that the few that go first may miss it.
func (d *departure) checkSockets(signalled, finishing time.Time) {
	var times []time.Duration
	missed := 0
	for i, g := range d.gone {
		if g.code != 4200 || !g.announced || g.at.Before(finishing) {
			d.t.Errorf("socket %d: %+v, %s after the publish went on", i, g, g.at.Sub(finishing))
		}
		if !g.heardLate {
			missed++
		}
		times = append(times, g.at.Sub(signalled))
	}
	if missed > len(times)/20 {
		d.t.Errorf("%d of %d have not heard what was published", missed, len(times))
	}
	if len(times) == 0 {
		return
	}
	slices.Sort(times)
	early, _ := slices.BinarySearch(times, stopGrace/10)
	if early > len(times)/2 {
		d.t.Errorf("%d of %d closed in the first tenth, the last after %s", early, len(times), times[len(times)-1])
	}
	d.t.Logf("closed between %s and %s", times[0], times[len(times)-1])
}

// TestStopCutsTheMute has a client that reads nothing not hold the stop up, nor make it fail.
func TestStopCutsTheMute(t *testing.T) {
	t.Parallel()
	cmd := program(t.TempDir(), "hub")
	cmd.Env = append(append(cmd.Env, soketiApp...), "HUB_SHUTDOWN_GRACE=1s")
	p := launch(t, cmd)
	mute, err := net.Dial("tcp", p.hub)
	must(t, err)
	defer mute.Close()
	_, err = io.WriteString(mute, "GET /app/some-key?protocol=7 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	must(t, err)
	until(t, "the socket is open", func() bool { return p.connected() == 1 })
	signalled := time.Now()
	if code := p.stop(); code != 0 || time.Since(signalled) > patience { // forever, if it waited for who reads nothing
		t.Errorf("exit code %d after %s:\n%s", code, time.Since(signalled), p.text())
	}
}

// connected is how many sockets the program says are open.
func (p *process) connected() int {
	n := 0
	for line := range strings.Lines(get(p.t, "http://"+p.metrics()+"/metrics")) {
		if _, value, ok := strings.Cut(line, "} "); ok && strings.HasPrefix(line, "ftcmetrics_connected{") {
			var one int
			_, _ = fmt.Sscan(value, &one) // 0 if it is no number
			n += one
		}
	}
	return n
}

// until asks again and again, for ten seconds.
func until(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !check(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
