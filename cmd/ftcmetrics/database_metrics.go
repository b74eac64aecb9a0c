package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/ftcmetrics/ftcmetrics/internal/otlp"
)

// statements are the figures of what the database is asked. Each failed one is a line for
// who debugs, with the id of its request, its name and PostgreSQL's code; never with values.
type statements struct {
	logger *slog.Logger
	tracer atomic.Pointer[otlp.Tracer] // holds nil where nothing is traced
	took   prometheus.Histogram
	failed *prometheus.CounterVec
}

func newStatements(logger *slog.Logger) *statements {
	s := &statements{
		logger: logger,
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ftcmetrics_database_statement_duration_seconds", Help: "Time that a statement, or a batch of them, took.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ftcmetrics_database_errors_total",
			Help: "Statements that failed, by the class of PostgreSQL's code, such as 23 for a constraint; timeout, canceled and connection are without one.",
		}, []string{"class"}),
	}
	for _, class := range []string{"timeout", "canceled", "connection"} {
		s.failed.WithLabelValues(class) // 0 is a figure, too
	}
	return s
}

// done counts a statement that has ended.
func (s *statements) done(ctx context.Context, sql string, began time.Time, err error) {
	ended := time.Now()
	s.took.Observe(ended.Sub(began).Seconds())
	if err == nil {
		s.tracer.Load().Within(ctx, otlp.Work{Name: statementName(sql), Kind: otlp.Client, Began: began, Ended: ended, Attributes: map[string]string{"db.system.name": "postgresql"}})
		return
	}
	class, code, constraint := "connection", "", ""
	var said *pgconn.PgError
	switch {
	case errors.As(err, &said):
		class, code, constraint = said.Code[:min(2, len(said.Code))], said.Code, said.ConstraintName
	case errors.Is(err, context.DeadlineExceeded):
		class = "timeout"
	case errors.Is(err, context.Canceled):
		class = "canceled"
	}
	s.failed.WithLabelValues(class).Inc()
	s.tracer.Load().Within(ctx, otlp.Work{Name: statementName(sql), Kind: otlp.Client, Began: began, Ended: ended, Failed: class,
		Attributes: map[string]string{"db.system.name": "postgresql", "db.response.status_code": code}})
	s.logger.DebugContext(ctx, "statement failed", slog.String("statement", statementName(sql)), slog.String("class", class), slog.String("code", code), slog.String("constraint", constraint))
}

// statementName is what queries/*.sql calls the statement.
func statementName(sql string) string {
	rest, ok := strings.CutPrefix(sql, "-- name: ")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, " ")
	return name
}

// poolMetrics are the figures of the connections to the database.
type poolMetrics struct {
	pools   map[string]*pgxpool.Pool
	figures []poolFigure
}

type poolFigure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(*pgxpool.Stat) float64
}

func newPoolMetrics(d *database) *poolMetrics {
	m := &poolMetrics{pools: map[string]*pgxpool.Pool{"requests": d.pool, "relay": d.side}}
	add := func(kind prometheus.ValueType, name, help string, read func(*pgxpool.Stat) float64) {
		m.figures = append(m.figures, poolFigure{prometheus.NewDesc("ftcmetrics_database_"+name, help, []string{"pool"}, nil), kind, read})
	}
	const gauge, counter = prometheus.GaugeValue, prometheus.CounterValue
	add(gauge, "connections_max", "Connections that the pool may have.", func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) })
	add(gauge, "connections_open", "Connections that the pool has.", func(s *pgxpool.Stat) float64 { return float64(s.TotalConns()) })
	add(gauge, "connections_busy", "Connections that are in use.", func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) })
	add(counter, "connections_opened_total", "Connections opened.", func(s *pgxpool.Stat) float64 { return float64(s.NewConnsCount()) })
	add(counter, "acquires_total", "How often a connection was taken.", func(s *pgxpool.Stat) float64 { return float64(s.AcquireCount()) })
	add(counter, "waits_total", "How often somebody had to wait for a connection.", func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) })
	add(counter, "wait_seconds_total", "Time spent waiting for connections.", func(s *pgxpool.Stat) float64 { return s.EmptyAcquireWaitTime().Seconds() })
	add(counter, "waits_given_up_total", "How often somebody waited for a connection in vain.", func(s *pgxpool.Stat) float64 { return float64(s.CanceledAcquireCount()) })
	return m
}

// Describe implements prometheus.Collector.
func (m *poolMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, f := range m.figures {
		out <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (m *poolMetrics) Collect(out chan<- prometheus.Metric) {
	for name, pool := range m.pools {
		stats := pool.Stat()
		for _, f := range m.figures {
			out <- prometheus.MustNewConstMetric(f.desc, f.kind, f.read(stats), name)
		}
	}
}
