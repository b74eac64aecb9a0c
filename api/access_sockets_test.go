package api_test

import (
	"fmt"

	"github.com/ftcmetrics/ftcmetrics/audit"
)

// Sockets has the rows of the socket service: a team's roles have no part in it.
func (accessRows) Sockets() []access {
	ask := func(method, route, path, body string, lines ...audit.Action) access {
		return access{method: method, route: route, path: at(path), body: fixed(body), operators: true, programs: true, audit: lines}
	}
	get := func(path string) access { return ask("GET", path, path, "") }
	closing := ask("DELETE", "/api/socket/connections/{id}", "", "", audit.ConnectionClosed)
	closing.path = func(s *stage, c caller) string {
		id := "1.1"
		if c == operator || c == program {
			id = s.connect(s.sockets(), "Tablet").id
		}
		return "/api/socket/connections/" + id
	}
	direct := ask("POST", "/api/socket/direct", "/api/socket/direct", "", audit.DirectSent)
	direct.body = func(s *stage, _ caller) string {
		return fmt.Sprintf(`{"userId":%q,"name":"n","data":{}}`, s.ids[friend])
	}
	return []access{
		get("/api/socket/overview"), get("/api/socket/channels"), get("/api/socket/connections"), get("/api/socket/log"),
		ask("GET", "/api/socket/channels/{channel}/members", "/api/socket/channels/presence-x/members", ""),
		ask("POST", "/api/socket/broadcast", "/api/socket/broadcast", `{"channel":"x","name":"n","data":{}}`, audit.BroadcastSent),
		closing, direct,
	}
}
