package main

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
)

// deliveryMetrics are the figures of the event log's way out.
type deliveryMetrics struct {
	delivery *delivery
	purged   *atomic.Int64
	removed  *prometheus.Desc

	published, retries *prometheus.Desc // of both kinds of relay
	leader             []leaderFigure
}

type leaderFigure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(relay.LeaderStats) float64
}

func newDeliveryMetrics(d *delivery, purged *atomic.Int64) *deliveryMetrics {
	describe := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("ftcmetrics_"+name, help, nil, nil)
	}
	const gauge, counter = prometheus.GaugeValue, prometheus.CounterValue
	published := describe("relay_published_total", "Events that the hub of this node, or the external server, took from the log.")
	retries := describe("relay_retries_total", "How often the log could not be read, or the external server did not take a request, and it was tried again.")
	return &deliveryMetrics{
		delivery: d, purged: purged, published: published, retries: retries,
		removed: describe("log_events_removed_total", "Events that this node removed because of EVENT_RETENTION."),
		leader: []leaderFigure{
			{describe("relay_leading", "1 on the node that relays events to the external server."), gauge, func(s relay.LeaderStats) float64 {
				if s.Leading {
					return 1
				}
				return 0
			}},
			{describe("relay_behind_events", "Events that the external server has not got yet, on the node that relays."), gauge, func(s relay.LeaderStats) float64 { return float64(s.Behind) }},
			{published, counter, func(s relay.LeaderStats) float64 { return float64(s.Published) }},
			{retries, counter, func(s relay.LeaderStats) float64 { return float64(s.Failed) }},
			{describe("relay_refused_total", "Events that the external server refused for good; they are dead letters."), counter, func(s relay.LeaderStats) float64 { return float64(s.Refused) }},
		},
	}
}

// Describe implements prometheus.Collector.
func (m *deliveryMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- m.removed
	for _, f := range m.leader {
		out <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (m *deliveryMetrics) Collect(out chan<- prometheus.Metric) {
	out <- prometheus.MustNewConstMetric(m.removed, prometheus.CounterValue, float64(m.purged.Load()))
	if own := m.delivery.relay; own != nil {
		stats := own.Stats()
		out <- prometheus.MustNewConstMetric(m.published, prometheus.CounterValue, float64(stats.Published))
		out <- prometheus.MustNewConstMetric(m.retries, prometheus.CounterValue, float64(stats.Failed))
	}
	if m.delivery.leader == nil {
		return
	}
	stats := m.delivery.leader.Stats()
	for _, f := range m.leader {
		out <- prometheus.MustNewConstMetric(f.desc, f.kind, f.read(stats))
	}
}
