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
	leader   []leaderFigure
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
	return &deliveryMetrics{
		delivery: d, purged: purged,
		removed: describe("log_events_removed_total", "Events that this node removed because of EVENT_RETENTION."),
		leader: []leaderFigure{
			{describe("relay_leading", "1 on the node that relays events to the external server."), gauge, func(s relay.LeaderStats) float64 {
				if s.Leading {
					return 1
				}
				return 0
			}},
			{describe("relay_behind_events", "Events that the external server has not got yet, on the node that relays."), gauge, func(s relay.LeaderStats) float64 { return float64(s.Behind) }},
			{describe("relay_published_total", "Events that the external server took."), counter, func(s relay.LeaderStats) float64 { return float64(s.Published) }},
			{describe("relay_retries_total", "Requests to the external server that failed and were tried again."), counter, func(s relay.LeaderStats) float64 { return float64(s.Failed) }},
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
	if m.delivery.leader == nil {
		return
	}
	stats := m.delivery.leader.Stats()
	for _, f := range m.leader {
		out <- prometheus.MustNewConstMetric(f.desc, f.kind, f.read(stats))
	}
}
