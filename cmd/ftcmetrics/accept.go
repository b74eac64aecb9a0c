package main

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// acceptPatience is how long a client may wait for its turn to open a socket.
const acceptPatience = 5 * time.Second

// acceptLimit lets so many sockets a second pass, and twice as many at once. After a
// network comes back, all clients come at the same moment; those over the limit wait for
// their turn, before the handshake costs anything. Those for whom it would come too late
// are told at once to try again.
func acceptLimit(perSecond int, sockets http.Handler) http.Handler {
	if perSecond <= 0 {
		return sockets
	}
	limiter := rate.NewLimiter(rate.Limit(perSecond), 2*perSecond)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), acceptPatience)
		err := limiter.Wait(ctx)
		cancel()
		if err != nil {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "Too many clients connect at the moment.", http.StatusServiceUnavailable)
			return
		}
		sockets.ServeHTTP(w, r)
	})
}
