package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/webhook"
)

func TestMetrics(t *testing.T) {
	apps := []hub.App{{ID: "a1", Key: "k1", Secret: "s1"}, {ID: "a2", Key: "k2", Secret: "s2"}}
	h, err := hub.New(hub.Options{Apps: apps})
	must(t, err)
	defer h.Shutdown(t.Context()) //nolint:errcheck // nothing is open
	webhooks, err := webhook.New(webhook.Options{})
	must(t, err)
	defer webhooks.Shutdown(t.Context()) //nolint:errcheck // nothing waits
	m := newMetrics("x_", 6001, apps, h, webhooks)
	api := m.count(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buffer := make([]byte, 100)
		n, _ := r.Body.Read(buffer)
		_, _ = w.Write(buffer[:n])
		_, _ = w.Write([]byte("!"))
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("the answer itself is out of reach: %v", err)
		}
	}))
	for _, path := range []string{"/apps/a2/events", "/apps/a2/channels", "/apps/nobody/events", "/", "/app/a1"} {
		api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, path, strings.NewReader("12345")))
	}
	server := m.handler()
	text := httptest.NewRecorder()
	server.ServeHTTP(text, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		"# TYPE x_connected gauge", `x_connected{app_id="a1",port="6001"} 0`, "# TYPE x_new_connections_total counter",
		`x_http_calls_received_total{app_id="a1",port="6001"} 0`, `x_http_calls_received_total{app_id="a2",port="6001"} 2`,
		`x_http_received_bytes{app_id="a2",port="6001"} 10`, `x_http_transmitted_bytes{app_id="a2",port="6001"} 12`, "go_goroutines",
	} {
		if !strings.Contains(text.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	for _, name := range []string{
		"connected", "new_connections_total", "new_disconnections_total", "socket_received_bytes", "socket_transmitted_bytes", "ws_messages_received_total",
		"ws_messages_sent_total", "http_received_bytes", "http_transmitted_bytes", "http_calls_received_total", "queued_bytes", "slow_consumer_closes_total", "channels_occupied",
	} {
		if !strings.Contains(text.Body.String(), "x_"+name+`{app_id="a1",port="6001"}`) {
			t.Errorf("no %s", name)
		}
	}
	asked := httptest.NewRecorder()
	server.ServeHTTP(asked, httptest.NewRequest(http.MethodGet, "/metrics?json=1", nil))
	var all []metricJSON
	must(t, json.Unmarshal(asked.Body.Bytes(), &all))
	found := false
	for _, one := range all {
		found = found || one.Name == "x_http_calls_received_total" && one.Type == "counter" && len(one.Values) == 2 && one.Values[1].Value == 2 && one.Values[1].Labels["app_id"] == "a2"
	}
	if !found {
		t.Errorf("json %s", asked.Body)
	}
}

// measured is a hub behind a listener, with its metrics.
type measured struct {
	t       *testing.T
	hub     *hub.Hub
	address string
	metrics http.Handler
}

func newMeasured(t *testing.T) measured {
	t.Helper()
	apps := []hub.App{{ID: "a1", Key: "k1", Secret: "s1"}, {ID: "a2", Key: "k2", Secret: "s2"}}
	h, err := hub.New(hub.Options{Apps: apps})
	must(t, err)
	webhooks, err := webhook.New(webhook.Options{})
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(h.ServeSocket))
	t.Cleanup(func() {
		_ = h.Shutdown(context.Background())
		_ = webhooks.Shutdown(context.Background())
		server.Close()
	})
	return measured{t, h, server.Listener.Addr().String(), newMetrics("x_", 6001, apps, h, webhooks).handler()}
}

// read returns a metric of the first app as Prometheus reads it.
func (m measured) read(name string) float64 {
	m.t.Helper()
	text := httptest.NewRecorder()
	m.metrics.ServeHTTP(text, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(text.Body.String()) {
		labeled, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if labeled == "x_"+name {
			number, err := strconv.ParseFloat(value, 64)
			must(m.t, err)
			return number
		}
	}
	m.t.Fatalf("no metric %s in\n%s", name, text.Body)
	return 0
}

// await reads the metric until it is as wanted.
func (m measured) await(name string, wanted func(float64) bool) {
	m.t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for end := time.Now().Add(time.Minute); ; <-again.C {
		v := m.read(name)
		if wanted(v) {
			return
		}
		if time.Now().After(end) {
			m.t.Fatalf("%s is %g", name, v)
		}
	}
}

func (m measured) publish(channel realtime.Channel, data string) {
	m.t.Helper()
	must(m.t, m.hub.Publish("a1", []realtime.Channel{channel}, "n", data, ""))
}

func is(want float64) func(float64) bool { return func(got float64) bool { return got == want } }

const ofA1 = `{app_id="a1",port="6001"`

// TestMetricsOfDelivery: an event that reached somebody is in the histogram, and in that of
// its own app alone; an event that nobody hears is not.
func TestMetricsOfDelivery(t *testing.T) {
	m := newMeasured(t)
	m.publish("hall", "nobody hears this")
	socket, _, err := websocket.Dial(t.Context(), "ws://"+m.address+"/app/k1", nil)
	must(t, err)
	defer socket.CloseNow() //nolint:errcheck // it has served
	must(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"hall"}}`)))
	for range 2 { // the greeting, the success
		_, _, err := socket.Read(t.Context())
		must(t, err)
	}
	if n := m.read("delivery_seconds_count" + ofA1); n != 0 {
		t.Fatalf("%g deliveries before the first", n)
	}
	began := time.Now()
	for range 3 {
		m.publish("hall", "score")
		_, _, err := socket.Read(t.Context())
		must(t, err)
	}
	m.await("delivery_seconds_count"+ofA1, is(3))
	if n := m.read("delivery_seconds_bucket" + ofA1 + `,le="10"`); n != 3 {
		t.Errorf("%g deliveries took up to 10 s", n)
	}
	if sum, most := m.read("delivery_seconds_sum"+ofA1), time.Since(began).Seconds(); sum <= 0 || sum > most {
		t.Errorf("3 deliveries took %g s together, and the test %g", sum, most)
	}
	if n := m.read(`delivery_seconds_count{app_id="a2",port="6001"`); n != 0 {
		t.Errorf("another app has %g deliveries", n)
	}
}

// TestMetricsOfStuckReader: what waits for a socket that does not read is seen while it
// waits, and is gone with the socket.
func TestMetricsOfStuckReader(t *testing.T) {
	m := newMeasured(t)
	conn, err := net.Dial("tcp", m.address)
	must(t, err)
	defer conn.Close()
	must(t, conn.(*net.TCPConn).SetReadBuffer(16<<10))
	subscribe := `{"event":"pusher:subscribe","data":{"channel":"hall"}}`
	_, err = conn.Write([]byte("GET /app/k1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bG9hZGdlbi1sb2FkZ2VuIQ==\r\n\r\n" +
		"\x81" + string([]byte{0x80 | byte(len(subscribe)), 0, 0, 0, 0}) + subscribe))
	must(t, err)
	m.await("channels_occupied"+ofA1, is(1))
	data := strings.Repeat("7", 10_000)
	for end := time.Now().Add(time.Minute); m.read("queued_bytes"+ofA1) == 0; m.publish("hall", data) {
		if time.Now().After(end) {
			t.Fatal("nothing waits for a reader that is stuck")
		}
	}
	if n := m.read("slow_consumer_closes_total" + ofA1); n != 0 {
		t.Fatalf("%g sockets were closed already", n)
	}
	for end := time.Now().Add(time.Minute); m.read("slow_consumer_closes_total"+ofA1) == 0; m.publish("hall", data) {
		if time.Now().After(end) {
			t.Fatal("a reader that is stuck stays")
		}
	}
	m.await("connected"+ofA1, is(0))
	m.await("queued_bytes"+ofA1, is(0))
}

// TestAcceptLimit has 100 clients come at once: 20 pass, 50 more have their turn within 5
// seconds, and for the rest it would come too late.
func TestAcceptLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var through, refused atomic.Int64
		var clients sync.WaitGroup
		storm := func(handler http.Handler) {
			for range 100 {
				clients.Go(func() {
					w := httptest.NewRecorder()
					handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/app/k1", http.NoBody))
					if w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "1" {
						refused.Add(1)
					}
				})
			}
			synctest.Wait()
		}
		pass := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { through.Add(1) })
		storm(acceptLimit(10, pass))
		if through.Load() != 20 || refused.Load() != 30 {
			t.Errorf("at once %d pass and %d are refused", through.Load(), refused.Load())
		}
		clients.Wait()
		if through.Load() != 70 || refused.Load() != 30 {
			t.Errorf("in the end %d pass and %d are refused", through.Load(), refused.Load())
		}
		storm(acceptLimit(0, pass))
		if through.Load() != 170 {
			t.Errorf("without a limit %d are left", 170-through.Load())
		}
	})
}
