package httpapi

import (
	"net/http"
	"slices"
	"strings"
)

// WithOrigins lets pages of the origins read the answers of the calls below /apps/, such
// as "https://admin.example.org"; "*" means any. Without it no page can.
func WithOrigins(origins ...string) Option {
	return func(a *api) { a.origins = origins }
}

// preflightAge is how many seconds a browser may remember the answer to a preflight.
const preflightAge = "600"

// shared answers preflights, and names the page's origin in the answers of next if pages
// of it may read them.
func (a *api) shared(next http.Handler) http.Handler {
	if len(a.origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/apps/") {
			next.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		allowed := origin != "" && a.originAllowed(origin)
		if allowed {
			header.Set("Access-Control-Allow-Origin", origin)
		}
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		if allowed {
			header.Set("Access-Control-Allow-Methods", "GET, POST")
			header.Set("Access-Control-Allow-Headers", "Content-Type, X-Pusher-Library")
			header.Set("Access-Control-Max-Age", preflightAge)
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func (a *api) originAllowed(origin string) bool {
	return slices.ContainsFunc(a.origins, func(allowed string) bool {
		return allowed == "*" || strings.EqualFold(allowed, origin)
	})
}
