package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

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

// listen takes the addresses of hub, metrics and API; an empty one is left out.
func listen(hubAddr, metricsAddr, httpAddr string) (*listeners, error) {
	l := &listeners{failed: make(chan error, 5)}
	for _, want := range []struct{ name, address string }{{"HUB_ADDR", hubAddr}, {"METRICS_ADDR", metricsAddr}, {"HTTP_ADDR", httpAddr}} {
		if want.address == "" {
			l.names, l.sockets = append(l.names, want.name), append(l.sockets, nil)
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

// serve answers on each address with its handler, on those that others reach by https if
// there is a certificate.
func (l *listeners) serve(logger *slog.Logger, secure *secured, handlers ...http.Handler) {
	for i, handler := range handlers {
		switch {
		case l.sockets[i] == nil:
		case secure == nil || l.names[i] == "METRICS_ADDR":
			server := newServer(handler, logger)
			l.run(i, server, func() error { return server.Serve(l.sockets[i]) })
		default:
			divided := divide(l.sockets[i])
			server, plain := newServer(secure.strict(handler), logger), newServer(secure.plain, logger)
			server.TLSConfig = secure.config.Clone()
			l.run(i, server, func() error { return server.ServeTLS(divided.secure, "", "") })
			l.run(i, plain, func() error { return plain.Serve(divided.plain) })
			go func() { _ = divided.run() }() // ends with its listener; who serves says why
		}
	}
}

// run has a server work, and tells when it fails.
func (l *listeners) run(i int, server *http.Server, work func() error) {
	l.servers = append(l.servers, server)
	go func() {
		if err := work(); !errors.Is(err, http.ErrServerClosed) {
			l.failed <- fmt.Errorf("%s: %w", l.names[i], err)
		}
	}()
}

func (l *listeners) httpAddress() string { return l.sockets[2].Addr().String() }

// hubAddress is "" where no hub listens alone.
func (l *listeners) hubAddress() string {
	if l.sockets[0] == nil {
		return ""
	}
	return l.sockets[0].Addr().String()
}

func (l *listeners) metricsAddress() string { return l.sockets[1].Addr().String() }

func (l *listeners) hubPort() int { return portAt(l.sockets[0]) }

func (l *listeners) httpPort() int { return portAt(l.sockets[2]) }

func portAt(socket net.Listener) int {
	if socket == nil {
		return 0
	}
	address, ok := socket.Addr().(*net.TCPAddr)
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
		if socket == nil {
			continue
		}
		if err := socket.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// mount puts the hub and the documents on the API's address too, so that one port is enough
// behind a proxy.
func (r *realtimePart) mount(apiHandler http.Handler) http.Handler {
	documents := docs.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		switch {
		case strings.HasPrefix(request.URL.Path, "/app/"):
			r.sockets.ServeHTTP(w, request)
		case strings.HasPrefix(request.URL.Path, "/apps/"):
			r.httpAPI.ServeHTTP(w, request)
		case request.URL.Path == "/docs" || strings.HasPrefix(request.URL.Path, "/docs/"):
			documents.ServeHTTP(w, request)
		default:
			apiHandler.ServeHTTP(w, request)
		}
	})
}

// mountHub is the hub's own address: sockets and the Pusher HTTP API, nothing else.
func (r *realtimePart) mountHub() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		switch {
		case strings.HasPrefix(request.URL.Path, "/app/"):
			r.sockets.ServeHTTP(w, request)
		case request.URL.Path == "/ready" && !r.ready():
			http.Error(w, hub.ErrStopped.Detail, http.StatusServiceUnavailable)
		default:
			r.httpAPI.ServeHTTP(w, request)
		}
	})
}
