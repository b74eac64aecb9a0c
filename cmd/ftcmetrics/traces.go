package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/internal/otlp"
)

// traceSettings send traces to a collector, by the names that OpenTelemetry has for them.
type traceSettings struct {
	TraceEndpoint string  `env:"OTEL_EXPORTER_OTLP_ENDPOINT" name:"otel-exporter-otlp-endpoint" help:"OpenTelemetry collector that gets traces by OTLP over HTTP, such as http://127.0.0.1:4318; empty traces nothing."`
	TraceHeaders  string  `env:"OTEL_EXPORTER_OTLP_HEADERS" name:"otel-exporter-otlp-headers" help:"Headers for the collector: name=value, separated by commas." secret:""`
	TraceService  string  `env:"OTEL_SERVICE_NAME" name:"otel-service-name" default:"ftcmetrics" help:"What this program is called in traces."`
	TraceShare    float64 `env:"OTEL_TRACES_SAMPLER_ARG" name:"otel-traces-sampler-arg" default:"1" help:"Share of the requests that are traced, 0 to 1; a proxy's own decision counts before it."`
}

func (s traceSettings) check() error {
	if s.TraceShare < 0 || s.TraceShare > 1 {
		return errors.New("OTEL_TRACES_SAMPLER_ARG is a share from 0 to 1")
	}
	if s.TraceEndpoint != "" && !strings.HasPrefix(s.TraceEndpoint, "http://") && !strings.HasPrefix(s.TraceEndpoint, "https://") {
		return errors.New("OTEL_EXPORTER_OTLP_ENDPOINT is an address such as http://127.0.0.1:4318")
	}
	return nil
}

// tracer returns nil where nothing is to be traced.
func (s traceSettings) tracer(logger *slog.Logger) *otlp.Tracer {
	if s.TraceEndpoint == "" {
		return nil
	}
	headers := map[string]string{}
	for pair := range strings.SplitSeq(s.TraceHeaders, ",") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			headers[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return otlp.New(otlp.Options{Endpoint: s.TraceEndpoint, Headers: headers, Service: s.TraceService, Version: version(), Share: s.TraceShare, Logger: logger})
}

// traced begins a trace for each request, or goes on with that of a proxy of ours.
func traced(tracer *otlp.Tracer, proxies []netip.Prefix, next http.Handler) http.Handler {
	if tracer == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parent := ""
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
			for _, proxy := range proxies {
				if proxy.Contains(from.Addr().Unmap()) {
					parent = r.Header.Get("Traceparent")
				}
			}
		}
		next.ServeHTTP(w, r.WithContext(tracer.Begin(r.Context(), parent)))
	})
}

// tracedRequest records a request that was answered.
func tracedRequest(ctx context.Context, tracer *otlp.Tracer, one api.Served) {
	if tracer == nil {
		return
	}
	work := otlp.Work{Name: one.Method + " " + one.Route, Kind: otlp.Server, Ended: time.Now(), Attributes: map[string]string{
		"http.request.method": one.Method, "http.route": one.Route, "http.response.status_code": strconv.Itoa(one.Status), "ftcmetrics.request_id": api.RequestID(ctx),
	}}
	work.Began = work.Ended.Add(-one.Took)
	if one.Status >= http.StatusInternalServerError {
		work.Failed = http.StatusText(one.Status)
	}
	tracer.End(ctx, work)
}
