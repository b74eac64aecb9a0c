package faults

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// Balancer is a small HTTP balancer before several nodes. It asks each node whether it is
// ready, keeps connections open, and tries no request twice: what fails at one node has
// failed.
type Balancer struct {
	server *httptest.Server
	done   chan struct{}

	mu    sync.Mutex // guards the fields below
	nodes []*url.URL
	ready []bool
	next  int
}

// NewBalancer starts a balancer that asks for readiness at the interval.
func NewBalancer(t testing.TB, interval time.Duration, urls ...string) *Balancer {
	t.Helper()
	b := &Balancer{done: make(chan struct{}), ready: make([]bool, len(urls))}
	for _, text := range urls {
		u, err := url.Parse(text)
		must(t, err)
		b.nodes = append(b.nodes, u)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) {},
		Transport:    &turns{b: b, next: &http.Transport{MaxIdleConnsPerHost: 64}},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	b.server = httptest.NewServer(proxy)
	b.look()
	var watch sync.WaitGroup
	watch.Go(func() {
		for ticker := time.NewTicker(interval); ; {
			select {
			case <-b.done:
				ticker.Stop()
				return
			case <-ticker.C:
				b.look()
			}
		}
	})
	t.Cleanup(func() { close(b.done); watch.Wait(); b.server.Close() })
	return b
}

// URL is where clients find the balancer.
func (b *Balancer) URL() string { return b.server.URL }

// knowsAll reports whether all nodes were ready when they were asked last.
func (b *Balancer) knowsAll() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !slices.Contains(b.ready, false)
}

// look asks all nodes.
func (b *Balancer) look() {
	client := &http.Client{Timeout: time.Second}
	for i, u := range b.nodes {
		response, err := client.Get(u.String() + "/ready")
		ok := err == nil && response.StatusCode == http.StatusOK
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body) // the connection is used again
			_ = response.Body.Close()
		}
		b.mu.Lock()
		b.ready[i] = ok
		b.mu.Unlock()
	}
}

// pick is the node that gets the next request: the ready ones in turn.
func (b *Balancer) pick() *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	for i := range b.nodes {
		if n := (b.next + i) % len(b.nodes); b.ready[n] {
			return b.nodes[n]
		}
	}
	return b.nodes[b.next%len(b.nodes)]
}

// turns sends each request to one node.
type turns struct {
	b    *Balancer
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *turns) RoundTrip(r *http.Request) (*http.Response, error) {
	node := t.b.pick()
	try := r.Clone(r.Context())
	try.URL.Scheme, try.URL.Host = node.Scheme, node.Host
	return t.next.RoundTrip(try)
}
