package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/pprof" //nolint:gosec // served on METRICS_ADDR alone; nobody serves the default mux
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/webhook"
)

// metrics are the figures of a hub for each of its apps. Those that soketi has too bear its
// names, so that its dashboards work with another prefix.
type metrics struct {
	hub      *hub.Hub
	webhooks *webhook.Sender
	port     string
	traffic  map[string]*traffic // of the HTTP API, by app
	figures  []figure
	delays   *prometheus.Desc
	more     []prometheus.Collector // of other parts
}

// figure is one metric: how it reads from what is known of an app.
type figure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(*reading) int64
}

// reading is what is known of an app at one moment.
type reading struct {
	hub.Stats
	hooks webhook.Stats
	http  *traffic
}

// traffic counts the calls of the HTTP API for one app.
type traffic struct {
	calls, received, sent atomic.Int64
}

func newMetrics(prefix string, port int, apps []hub.App, h *hub.Hub, webhooks *webhook.Sender) *metrics {
	m := &metrics{hub: h, webhooks: webhooks, port: strconv.Itoa(port), traffic: map[string]*traffic{}}
	for _, app := range apps {
		m.traffic[app.ID] = &traffic{}
	}
	describe := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc(prefix+name, help, []string{"app_id", "port"}, nil)
	}
	add := func(kind prometheus.ValueType, name, help string, read func(*reading) int64) {
		m.figures = append(m.figures, figure{describe(name, help), kind, read})
	}
	const gauge, counter = prometheus.GaugeValue, prometheus.CounterValue
	add(gauge, "connected", "Sockets that are open.", func(r *reading) int64 { return int64(r.Connections) })
	add(gauge, "channels_occupied", "Channels with a subscriber.", func(r *reading) int64 { return int64(r.Channels) })
	add(gauge, "queued_bytes", "Bytes that wait for slow sockets.", func(r *reading) int64 { return r.QueuedBytes })
	add(counter, "new_connections_total", "Sockets opened.", func(r *reading) int64 { return r.Opened })
	add(counter, "new_disconnections_total", "Sockets closed.", func(r *reading) int64 { return r.Closed })
	add(counter, "slow_consumer_closes_total", "Sockets closed because they read too slowly.", func(r *reading) int64 { return r.SlowCloses })
	add(counter, "socket_received_bytes", "Bytes that clients sent by sockets.", func(r *reading) int64 { return r.BytesReceived })
	add(counter, "socket_transmitted_bytes", "Bytes sent to clients by sockets.", func(r *reading) int64 { return r.BytesSent })
	add(counter, "ws_messages_received_total", "Messages that clients sent by sockets.", func(r *reading) int64 { return r.MessagesReceived })
	add(counter, "ws_messages_sent_total", "Messages sent to clients by sockets.", func(r *reading) int64 { return r.MessagesSent })
	add(counter, "http_received_bytes", "Bytes of bodies that the HTTP API got.", func(r *reading) int64 { return r.http.received.Load() })
	add(counter, "http_transmitted_bytes", "Bytes of bodies that the HTTP API answered with.", func(r *reading) int64 { return r.http.sent.Load() })
	add(counter, "http_calls_received_total", "Calls of the HTTP API.", func(r *reading) int64 { return r.http.calls.Load() })
	add(counter, "webhook_notices_delivered_total", "Webhook notices that an endpoint took.", func(r *reading) int64 { return r.hooks.Delivered })
	add(counter, "webhook_notices_dropped_total", "Webhook notices given up.", func(r *reading) int64 { return r.hooks.Dropped })
	add(counter, "webhook_requests_failed_total", "Webhook requests that were not answered with 2xx.", func(r *reading) int64 { return r.hooks.Failed })
	add(gauge, "webhook_notices_queued", "Webhook notices that wait.", func(r *reading) int64 { return r.hooks.Queued })
	m.delays = describe("delivery_seconds", "Time from the publish of an event until it is written to the sockets of all subscribers, or in line for slow ones.")
	return m
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	for _, f := range m.figures {
		out <- f.desc
	}
	out <- m.delays
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	for id, counted := range m.traffic {
		r := &reading{Stats: m.hub.AppStats(id), hooks: m.webhooks.Stats(id), http: counted}
		for _, f := range m.figures {
			out <- prometheus.MustNewConstMetric(f.desc, f.kind, float64(f.read(r)), id, m.port)
		}
		within := map[float64]uint64{}
		for i, bound := range hub.DelayBounds() {
			within[bound.Seconds()] = uint64(r.Delays.Within[i])
		}
		out <- prometheus.MustNewConstHistogram(m.delays, uint64(r.Delays.Count), r.Delays.Sum.Seconds(), within, id, m.port)
	}
}

// count counts the calls of the HTTP API that name an app of ours.
func (m *metrics) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, _ := strings.CutPrefix(r.URL.Path, "/apps/")
		id, _, _ := strings.Cut(rest, "/")
		t := m.traffic[id]
		if t == nil {
			next.ServeHTTP(w, r)
			return
		}
		t.calls.Add(1)
		// A copy: the server looks at its own request's body to know whether it was read.
		r = r.WithContext(r.Context())
		r.Body = countedBody{r.Body, t}
		next.ServeHTTP(countedAnswer{w, t}, r)
	})
}

type countedBody struct {
	io.ReadCloser
	to *traffic
}

// Read implements io.Reader.
func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.to.received.Add(int64(n))
	return n, err
}

type countedAnswer struct {
	http.ResponseWriter
	to *traffic
}

// Write implements io.Writer.
func (a countedAnswer) Write(p []byte) (int, error) {
	n, err := a.ResponseWriter.Write(p)
	a.to.sent.Add(int64(n))
	return n, err
}

// Unwrap lets http.ResponseController reach the answer itself.
func (a countedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// handler serves the process's and the hub's figures: GET /metrics as Prometheus reads
// them, with ?json=1 as JSON, GET /usage, the memory alone, and Go's profiles.
func (m *metrics) handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(buildInfo(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m)
	registry.MustRegister(m.more...)
	text := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("json") == "" {
			text.ServeHTTP(w, r)
			return
		}
		families, err := registry.Gather()
		if err != nil {
			http.Error(w, "The figures cannot be read.", http.StatusInternalServerError)
			return
		}
		writeJSON(w, asJSON(families))
	})
	mux.HandleFunc("GET /usage", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{"memory": memoryUse()})
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index) // heap, goroutine and the others
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// buildInfo says which program this is.
func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "ftcmetrics_build_info", Help: "1, with the version of the program and of Go.",
		ConstLabels: prometheus.Labels{"version": version(), "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // the reader may be gone
}

// metricJSON is a metric as ?json=1 tells it.
type metricJSON struct {
	Name   string      `json:"name"`
	Help   string      `json:"help"`
	Type   string      `json:"type"`
	Values []valueJSON `json:"values"`
}

type valueJSON struct {
	Value  float64           `json:"value"`
	Labels map[string]string `json:"labels"`
}

// asJSON leaves out what is no single number.
func asJSON(families []*dto.MetricFamily) []metricJSON {
	all := make([]metricJSON, 0, len(families))
	for _, family := range families {
		one := metricJSON{Name: family.GetName(), Help: family.GetHelp(), Type: strings.ToLower(family.GetType().String())}
		for _, metric := range family.GetMetric() {
			value := valueJSON{Labels: map[string]string{}}
			switch {
			case metric.Gauge != nil:
				value.Value = metric.GetGauge().GetValue()
			case metric.Counter != nil:
				value.Value = metric.GetCounter().GetValue()
			default:
				continue
			}
			for _, label := range metric.GetLabel() {
				value.Labels[label.GetName()] = label.GetValue()
			}
			one.Values = append(one.Values, value)
		}
		if one.Values != nil {
			all = append(all, one)
		}
	}
	return all
}
