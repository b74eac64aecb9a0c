package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

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
