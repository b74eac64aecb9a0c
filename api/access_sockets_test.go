package api_test

import "net/http"

// Sockets has the rows of the socket service: a team's roles have no part in it.
func (accessRows) Sockets() []access {
	refused := func(method, route, path, body string) access {
		return access{method: method, route: route, path: at(path), body: fixed(body), ok: http.StatusForbidden}
	}
	get := func(path string) access { return refused("GET", path, path, "") }
	return []access{
		get("/api/socket/overview"), get("/api/socket/channels"), get("/api/socket/connections"), get("/api/socket/log"),
		refused("GET", "/api/socket/channels/{channel}/members", "/api/socket/channels/presence-x/members", ""),
		refused("DELETE", "/api/socket/connections/{id}", "/api/socket/connections/1.1", ""),
		refused("POST", "/api/socket/broadcast", "/api/socket/broadcast", `{"channel":"x","name":"n","data":{}}`),
		refused("POST", "/api/socket/direct", "/api/socket/direct", `{"socketId":"1.1","name":"n","data":{}}`),
	}
}
