package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// limitWindow is the time that RATE_LIMIT is for.
const limitWindow = time.Minute

// limit holds callers of the API to the rate and tells them how they stand, in the headers
// of the IETF's draft and in those that front ends of the original read. It counts in this
// process, so it holds whatever else is away. Pages are left out: a hall behind one address
// loads many.
func (s *server) limit(next http.Handler) http.Handler {
	policy := fmt.Sprintf(`"api";q=%d;w=%d`, s.o.RateLimit, wholeSeconds(limitWindow))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		over := s.answers.OnLimit(w, r, s.limitKey(r)) // writes X-RateLimit-*
		reset := limitWindow
		if at, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil && !over {
			reset = time.Until(time.Unix(at, 0))
		}
		h.Set("RateLimit-Policy", policy)
		h.Set("RateLimit", fmt.Sprintf(`"api";r=%s;t=%d`, h.Get("X-RateLimit-Remaining"), wholeSeconds(reset)))
		if over {
			callerOf(r).wait = limitWindow
			s.writeProblem(w, r, errTooMany)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limitKey counts by token where there is one, so that a hall behind one address is not
// one client. An unknown token gives no new bucket.
func (s *server) limitKey(r *http.Request) string {
	actor, err := s.identity(r)
	switch {
	case err != nil || actor.Anonymous():
		return clientAddress(r)
	case actor.TokenID == uuid.Nil: // whom a proxy has named
		return actor.UserID.String()
	}
	return actor.TokenID.String()
}

// wholeSeconds is the time in seconds, rounded up and at least 1.
func wholeSeconds(d time.Duration) int {
	return max(1, int((d+time.Second-1)/time.Second))
}
