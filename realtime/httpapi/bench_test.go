package httpapi_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
)

// benchBody is an event of the size that match scores have.
const benchBody = `{"name":"match:completed","channel":"match-12","data":"{\"matchNumber\":12,\"red\":104,\"blue\":98,\"at\":\"2026-03-01T10:00:00Z\"}"}`

// BenchmarkPublish is the cost of one publish over HTTP to a channel that nobody hears:
// in the handler alone, and with net/http and a connection that is kept alive around it.
func BenchmarkPublish(b *testing.B) {
	r := newRig(b)
	signed := r.sign(raw{method: "POST", path: "/apps/1/events", body: benchBody})
	b.Run("handler", func(b *testing.B) {
		handler := httpapi.New(r.hub)
		body := strings.NewReader(benchBody)
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, signed, io.NopCloser(body))
		request.ContentLength = int64(len(benchBody))
		answer := &discard{header: http.Header{}}
		b.ReportAllocs()
		for b.Loop() {
			body.Reset(benchBody)
			clear(answer.header)
			handler.ServeHTTP(answer, request)
			if answer.status != http.StatusOK {
				b.Fatal(answer.status)
			}
		}
	})
	b.Run("connection", func(b *testing.B) { benchmarkConnection(b, r.server.Listener.Addr(), signed) })
}

// discard is an answer that nobody reads.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// benchmarkConnection sends the same bytes again and again, so that the client costs little.
func benchmarkConnection(b *testing.B, address net.Addr, signed string) {
	conn, err := net.Dial(address.Network(), address.String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	text := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", signed, len(benchBody), benchBody)
	answer := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(text); err != nil {
			b.Fatal(err)
		}
		n, err := conn.Read(answer)
		if err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200")) || !bytes.HasSuffix(answer[:n], []byte("{}")) {
			b.Fatalf("%s %v", answer[:n], err)
		}
	}
}
