package main

import (
	"context"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/internal/otlp"
)

// apiMetrics are the figures of the REST API: who asks for what, how it is answered, and
// what clients read to catch up.
type apiMetrics struct {
	requests *prometheus.HistogramVec
	reads    *prometheus.CounterVec
	events   *prometheus.CounterVec
	resets   *prometheus.CounterVec
}

func newAPIMetrics() *apiMetrics {
	counter := func(name, help string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"route"})
		for _, route := range []string{"channel", "sync"} {
			c.WithLabelValues(route) // 0 is a figure, too
		}
		return c
	}
	return &apiMetrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ftcmetrics_api_request_duration_seconds", Help: "Time to answer a request, by route and class of status; \"none\" are pages, files and addresses that do not exist.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		reads:  counter("ftcmetrics_sync_reads_total", "Reads of the event log by clients that were away or have no socket."),
		events: counter("ftcmetrics_sync_events_total", "Events that these reads brought."),
		resets: counter("ftcmetrics_sync_resets_total", "Channels of which a client was told to start over."),
	}
}

// observer has the API fill the figures, and record traces if there is a tracer.
func (m *apiMetrics) observer(tracer *otlp.Tracer) api.Observer {
	return api.Observer{
		Served: func(ctx context.Context, one api.Served) {
			tracedRequest(ctx, tracer, one)
			m.requests.WithLabelValues(one.Method, one.Route, strconv.Itoa(one.Status/100)+"xx").Observe(one.Took.Seconds())
		},
		CaughtUp: func(one api.CaughtUp) {
			m.reads.WithLabelValues(one.Route).Inc()
			m.events.WithLabelValues(one.Route).Add(float64(one.Events))
			m.resets.WithLabelValues(one.Route).Add(float64(one.Resets))
		},
	}
}

func (m *apiMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.requests, m.reads, m.events, m.resets}
}
