package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ftcmetrics/ftcmetrics/internal/otlp"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// collector receives traces as OpenTelemetry's own types read them, and refuses what they
// do not know.
type collector struct {
	t      *testing.T
	server *httptest.Server

	mu    sync.Mutex // guards the fields below
	spans []*trace.Span
	away  bool
}

// collectorKey is what the collector knows the program by; it is nobody else's to see.
const collectorKey = "canary-of-the-collector"

// environ has the program send its traces there.
func (c *collector) environ() []string {
	return []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.server.URL, "OTEL_EXPORTER_OTLP_HEADERS=X-Key=" + collectorKey, "OTEL_SERVICE_NAME=scouting"}
}

// text is everything that all spans tell.
func (c *collector) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all strings.Builder
	for _, span := range c.spans {
		all.WriteString(span.String() + "\n")
	}
	return all.String()
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{t: t}
	c.server = httptest.NewServer(c)
	t.Cleanup(c.server.Close)
	return c
}

// ServeHTTP implements http.Handler.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("X-Key") != collectorKey {
		c.t.Errorf("%s %s %v %v", r.Method, r.URL, r.Header, err)
	}
	// OTLP's JSON has ids in hex, where protobuf's own has base64.
	var data trace.TracesData
	if err := protojson.Unmarshal(idsInBase64(c.t, raw), &data); err != nil {
		c.t.Errorf("OpenTelemetry cannot read %s: %v", raw, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, resource := range data.GetResourceSpans() {
		if got := resource.GetResource().GetAttributes()[0]; got.GetKey() != "service.name" || got.GetValue().GetStringValue() != "scouting" {
			c.t.Errorf("the service is %v", got)
		}
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	_, _ = io.WriteString(w, "{}") // the program reads on
}

func idsInBase64(t *testing.T, raw []byte) []byte {
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for key, one := range v {
				if text, ok := one.(string); ok && (key == "traceId" || key == "spanId" || key == "parentSpanId") {
					id, err := hex.DecodeString(text)
					if err != nil {
						t.Errorf("%s %q is no hex", key, text)
					}
					v[key] = base64.StdEncoding.EncodeToString(id)
				}
				walk(one)
			}
		}
	}
	var all any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Errorf("%s: %v", raw, err)
	}
	walk(all)
	out, err := json.Marshal(all)
	if err != nil {
		t.Error(err)
	}
	return out
}

// found returns the spans of the name.
func (c *collector) found(name string) []*trace.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []*trace.Span
	for _, span := range c.spans {
		if span.GetName() == name {
			list = append(list, span)
		}
	}
	return list
}

func attributeOf(span *trace.Span, key string) string {
	for _, one := range span.GetAttributes() {
		if one.GetKey() == key {
			return one.GetValue().GetStringValue()
		}
	}
	return ""
}

// TestTraces: a request with its statements is one trace that goes on with a proxy's; a
// collector that is away costs nobody anything.
func TestTraces(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	dir := pgtest.Folder(t)
	cmd := program(dir)
	cmd.Env = append(append(cmd.Env, c.environ()...), "TRUSTED_PROXIES=127.0.0.1", "LOG_LEVEL=debug")
	p := launch(t, cmd)
	token := owner(t, dir)
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	request := func(header string) string {
		r, err := http.NewRequestWithContext(t.Context(), "POST", p.url+"/api/user-teams", strings.NewReader(`{"teamNumber":8569,"name":"canary-of-a-name"}`))
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Traceparent", header)
		response, err := http.DefaultClient.Do(r)
		must(t, err)
		must(t, response.Body.Close())
		if response.StatusCode != http.StatusCreated {
			t.Fatal(response.Status)
		}
		return response.Header.Get("X-Request-Id")
	}
	id := request(parent)
	request(strings.TrimSuffix(parent, "1") + "0") // the proxy does not want this one traced
	var served *trace.Span
	until(t, "the request's span is there", func() bool {
		for _, one := range c.found("POST /api/user-teams") {
			served = one
		}
		return served != nil
	})
	if hex.EncodeToString(served.GetTraceId()) != "0af7651916cd43dd8448eb211c80319c" || hex.EncodeToString(served.GetParentSpanId()) != "b7ad6b7169203331" ||
		attributeOf(served, "ftcmetrics.request_id") != id || attributeOf(served, "http.response.status_code") != "201" || served.GetKind() != trace.Span_SPAN_KIND_SERVER {
		t.Errorf("the span is %v", served)
	}
	appended := c.found("AppendEvents")
	if len(appended) != 1 || string(appended[0].GetParentSpanId()) != string(served.GetSpanId()) || appended[0].GetKind() != trace.Span_SPAN_KIND_CLIENT {
		t.Errorf("the statement is not part of it: %v", appended)
	}
	if n := len(c.found("POST /api/user-teams")); n != 1 {
		t.Errorf("%d requests were traced", n)
	}
	c.mu.Lock()
	for _, span := range c.spans {
		if text := span.String(); strings.Contains(text, "canary") || strings.Contains(text, token) {
			t.Errorf("a span tells a secret: %s", text)
		}
	}
	c.away = true
	c.mu.Unlock()
	request("")
	until(t, "the log tells once that the collector is away", func() bool {
		return len(p.logged(map[string]any{"msg": "the collector does not take traces; they are dropped until it does"})) == 1
	})
	if strings.Contains(p.text(), "canary") {
		t.Error("the log tells a secret")
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
}

// TestTracesAreOffAndBounded: nothing is recorded where nobody asked for it, a share is a
// share, and a collector that hangs fills no memory.
func TestTracesAreOffAndBounded(t *testing.T) {
	var off *otlp.Tracer
	if ctx := t.Context(); off.Begin(ctx, "") != ctx {
		t.Error("a context is made for nothing")
	}
	off.End(t.Context(), otlp.Work{})
	off.Close(t.Context())
	hanging := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hanging }))
	defer server.Close()
	defer close(hanging)
	tracer := otlp.New(otlp.Options{Endpoint: server.URL, Share: 0.25, Service: "x", Logger: slog.New(slog.DiscardHandler)})
	traced := 0
	for range 40_000 {
		if ctx := tracer.Begin(t.Context(), "nonsense"); ctx != t.Context() {
			traced++
			tracer.End(ctx, otlp.Work{Name: uuid.NewString()})
		}
	}
	if traced < 8_000 || traced > 12_000 {
		t.Errorf("%d of 40000 are traced, want a quarter", traced)
	}
	if tracer.Dropped() == 0 {
		t.Error("nothing was dropped")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tracer.Close(ended)
}
