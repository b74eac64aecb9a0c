package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ftcmetrics/ftcmetrics/docs"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// listeners are the addresses of a node. They are taken first of all, so that a second
// server on the same ports ends before it touches anything.
type listeners struct {
	names   []string
	sockets []net.Listener
	servers []*http.Server
	failed  chan error // gets the first listener that fails
}

// listen takes the addresses of hub, metrics and, if it is not empty, API.
func listen(hubAddr, metricsAddr, httpAddr string) (*listeners, error) {
	l := &listeners{failed: make(chan error, 3)}
	for _, want := range []struct{ name, address string }{{"HUB_ADDR", hubAddr}, {"METRICS_ADDR", metricsAddr}, {"HTTP_ADDR", httpAddr}} {
		if want.name == "HTTP_ADDR" && want.address == "" {
			continue
		}
		socket, err := net.Listen("tcp", want.address)
		if err != nil {
			_ = l.close(context.Background())
			return nil, fmt.Errorf("%s=%s cannot be used (is another server running?): %w", want.name, want.address, err)
		}
		l.names = append(l.names, want.name)
		l.sockets = append(l.sockets, socket)
	}
	return l, nil
}

// serve answers on each address with its handler.
func (l *listeners) serve(logger *slog.Logger, handlers ...http.Handler) {
	for i, handler := range handlers {
		server := &http.Server{
			Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second,
			IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		}
		l.servers = append(l.servers, server)
		go func() {
			if err := server.Serve(l.sockets[i]); !errors.Is(err, http.ErrServerClosed) {
				l.failed <- fmt.Errorf("%s: %w", l.names[i], err)
			}
		}()
	}
}

func (l *listeners) httpAddress() string    { return l.sockets[2].Addr().String() }
func (l *listeners) hubAddress() string     { return l.sockets[0].Addr().String() }
func (l *listeners) metricsAddress() string { return l.sockets[1].Addr().String() }

func (l *listeners) hubPort() int {
	address, ok := l.sockets[0].Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return address.Port
}

// close lets requests that are under way finish, until ctx ends.
func (l *listeners) close(ctx context.Context) error {
	var errs []error
	for _, server := range l.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	for _, socket := range l.sockets {
		if err := socket.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// mount puts the hub on the API's address too, so that one port is enough behind a proxy.
func mount(apiHandler http.Handler, h *hub.Hub, httpAPI http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/app/"):
			h.ServeSocket(w, r)
		case strings.HasPrefix(r.URL.Path, "/apps/"):
			httpAPI.ServeHTTP(w, r)
		case r.URL.Path == "/docs/errors":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write(docs.Errors) // the caller may have gone
		default:
			apiHandler.ServeHTTP(w, r)
		}
	})
}

// mountHub is the hub's own address: sockets and the Pusher HTTP API, nothing else.
func mountHub(h *hub.Hub, httpAPI http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/app/") {
			h.ServeSocket(w, r)
			return
		}
		httpAPI.ServeHTTP(w, r)
	})
}

// metricsHandler serves the process's and the hub's figures to Prometheus.
func metricsHandler(h *hub.Hub) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, read func(hub.Stats) float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "ftcmetrics", Name: name, Help: help}, func() float64 { return read(h.Stats()) }))
	}
	gauge("connected", "Sockets that are open.", func(s hub.Stats) float64 { return float64(s.Connections) })
	gauge("channels_occupied", "Channels with a subscriber.", func(s hub.Stats) float64 { return float64(s.Channels) })
	gauge("queued_bytes", "Bytes that wait for slow sockets.", func(s hub.Stats) float64 { return float64(s.QueuedBytes) })
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}
