package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
)

// clusterSettings join this node to others.
type clusterSettings struct {
	RedisURL    string `env:"REDIS_URL" name:"redis-url" help:"Redis that joins several nodes to one, such as redis://user:password@host:6379/0, or rediss:// over TLS; empty is one node." secret:""`
	RedisCAFile string `env:"REDIS_CA_FILE" name:"redis-ca-file" help:"PEM file of the authority that signed Redis' certificate, for rediss:// with one of your own; empty are those that this machine knows."`
	RedisPrefix string `env:"REDIS_PREFIX" name:"redis-prefix" default:"ftcmetrics" help:"What all keys in Redis begin with; nodes with the same one belong together."`
}

// newBus returns the way to the other nodes, nil without REDIS_URL.
func (s clusterSettings) newBus(logger *slog.Logger) (*redisbus.Bus, error) {
	if s.RedisURL == "" {
		return nil, nil
	}
	authorities, err := s.authorities()
	if err != nil {
		return nil, fmt.Errorf("REDIS_CA_FILE: %w", err)
	}
	bus, err := redisbus.New(redisbus.Options{URL: s.RedisURL, Authorities: authorities, Prefix: s.RedisPrefix, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return bus, nil
}

// authorities are those of REDIS_CA_FILE, nil without it.
func (s clusterSettings) authorities() (*x509.CertPool, error) {
	if s.RedisCAFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(s.RedisCAFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate as PEM", s.RedisCAFile)
	}
	return pool, nil
}

// joined is the bus as the hub wants it: no bus is nil.
func joined(bus *redisbus.Bus) hub.Bus {
	if bus == nil {
		return nil
	}
	return bus
}

// close ends what the hub has told, after the hub itself.
func (r *realtimePart) close(ctx context.Context) {
	_ = r.webhooks.Shutdown(ctx) // what it drops at the deadline it has logged
	if r.bus != nil {
		r.bus.Close()
	}
}

// busMetrics are the figures of the way to the other nodes.
type busMetrics struct {
	bus     *redisbus.Bus
	figures []busFigure
}

type busFigure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(redisbus.Stats) int64
}

func newBusMetrics(bus *redisbus.Bus) *busMetrics {
	m := &busMetrics{bus: bus}
	add := func(kind prometheus.ValueType, name, help string, read func(redisbus.Stats) int64) {
		m.figures = append(m.figures, busFigure{prometheus.NewDesc("ftcmetrics_bus_"+name, help, nil, nil), kind, read})
	}
	const gauge, counter = prometheus.GaugeValue, prometheus.CounterValue
	add(gauge, "connected", "1 while Redis answers this node.", func(s redisbus.Stats) int64 {
		if s.Connected {
			return 1
		}
		return 0
	})
	add(gauge, "nodes", "Other nodes that have subscribers.", func(s redisbus.Stats) int64 { return int64(s.Nodes) })
	add(gauge, "facts", "What other nodes hold: channels with subscribers, members and signed-in users.", func(s redisbus.Stats) int64 { return int64(s.Facts) })
	add(gauge, "queued_bytes", "Bytes of messages that wait for Redis.", func(s redisbus.Stats) int64 { return s.Queued })
	add(counter, "messages_sent_total", "Messages that Redis took.", func(s redisbus.Stats) int64 { return s.Sent })
	add(counter, "messages_heard_total", "Messages of other nodes.", func(s redisbus.Stats) int64 { return s.Heard })
	add(counter, "messages_dropped_total", "Messages given up: no room, older than 5 s, or not taken by Redis.", func(s redisbus.Stats) int64 { return s.Dropped })
	add(counter, "messages_missed_total", "Messages of other nodes for which there was no room here.", func(s redisbus.Stats) int64 { return s.Missed })
	add(counter, "reads_total", "How often all facts were read and compared.", func(s redisbus.Stats) int64 { return s.Reads })
	add(counter, "registrations_total", "How often this node told all of its facts.", func(s redisbus.Stats) int64 { return s.Registered })
	add(counter, "subscription_resets_total", "How often the subscription was dead and made anew.", func(s redisbus.Stats) int64 { return s.Resets })
	add(counter, "nodes_reaped_total", "Nodes that this one took for gone.", func(s redisbus.Stats) int64 { return s.Reaped })
	return m
}

// Describe implements prometheus.Collector.
func (m *busMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, f := range m.figures {
		out <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (m *busMetrics) Collect(out chan<- prometheus.Metric) {
	stats := m.bus.Stats()
	for _, f := range m.figures {
		out <- prometheus.MustNewConstMetric(f.desc, f.kind, float64(f.read(stats)))
	}
}
