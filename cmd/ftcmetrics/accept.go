package main

import (
	"net/http"

	"golang.org/x/time/rate"
)

// acceptLimit lets so many sockets a second pass, and twice as many at once. After a
// network comes back, all clients come at the same moment; those over the limit are told
// to try again a second later, before the handshake costs anything.
func acceptLimit(perSecond int, sockets http.Handler) http.Handler {
	if perSecond <= 0 {
		return sockets
	}
	limiter := rate.NewLimiter(rate.Limit(perSecond), 2*perSecond)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !limiter.Allow() {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "Too many clients connect at the moment.", http.StatusServiceUnavailable)
			return
		}
		sockets.ServeHTTP(w, r)
	})
}
