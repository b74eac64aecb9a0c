package httpapi

import (
	"net/http"
	"net/url"
	"strings"
)

// route is what a path below /apps/ leads to. The zero value leads nowhere.
type route struct {
	method string // the only one that it takes, with HEAD beside GET
	do     call
	app    string // the id of the app
	name   string // of the channel or the user, if the path has one
}

// find returns the route of an escaped path. There is no tidying up of paths: one with
// empty parts or dots leads nowhere, as nobody's signature would fit its tidy form.
func find(path string) route {
	app, rest, _ := strings.Cut(strings.TrimPrefix(path, "/apps/"), "/")
	kind, rest, deeper := strings.Cut(rest, "/")
	if !deeper {
		switch kind {
		case "events":
			return unescape(route{method: http.MethodPost, do: (*api).events, app: app})
		case "batch_events":
			return unescape(route{method: http.MethodPost, do: (*api).batchEvents, app: app})
		case "channels":
			return unescape(route{method: http.MethodGet, do: (*api).channels, app: app})
		}
		return route{}
	}
	name, action, deeper := strings.Cut(rest, "/")
	switch {
	case name == "":
	case kind == "channels" && !deeper:
		return unescape(route{method: http.MethodGet, do: (*api).channel, app: app, name: name})
	case kind == "channels" && action == "users":
		return unescape(route{method: http.MethodGet, do: (*api).users, app: app, name: name})
	case kind == "users" && action == "terminate_connections":
		return unescape(route{method: http.MethodPost, do: (*api).terminate, app: app, name: name})
	}
	return route{}
}

// unescape turns the parts of the path that are names into what they mean.
func unescape(r route) route {
	var badApp, badName error
	r.app, badApp = url.PathUnescape(r.app)
	r.name, badName = url.PathUnescape(r.name)
	if badApp != nil || badName != nil {
		return route{}
	}
	return r
}

// takes reports whether the route takes the method.
func (r route) takes(method string) bool {
	return method == r.method || method == http.MethodHead && r.method == http.MethodGet
}

// refuseMethod answers with the method that the route takes.
func (r route) refuseMethod(w http.ResponseWriter) {
	allow := r.method
	if allow == http.MethodGet {
		allow += ", " + http.MethodHead
	}
	w.Header().Set("Allow", allow)
	write(w, http.StatusMethodNotAllowed, "method-not-allowed", "This path answers "+r.method+" only.")
}
