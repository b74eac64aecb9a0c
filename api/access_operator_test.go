package api_test

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/audit"
)

// Operator has the rows of what the server's operators see and do. The canary of a team's own
// texts is not for them either: TestOperatorsSeeNoTeamsData.
func (accessRows) Operator() []access {
	get := func(path string) access { return access{method: "GET", route: path, operators: true} }
	letter := func(method, suffix string, line audit.Action) access {
		return access{method: method, route: "/api/operator/dead-letters/{id}" + suffix, operators: true, audit: []audit.Action{line},
			path: func(s *stage, _ caller) string {
				return fmt.Sprintf("/api/operator/dead-letters/%d%s", s.letter("hall"), suffix)
			}}
	}
	letters := func(method, suffix string, line audit.Action) access {
		return access{method: method, route: "/api/operator/dead-letters" + suffix, operators: true, audit: []audit.Action{line},
			path: at("/api/operator/dead-letters" + suffix + "?channel=nowhere")}
	}
	person := func(body string, line audit.Action, state string) access {
		return access{method: "PATCH", route: "/api/operator/users/{id}", operators: true, audit: []audit.Action{line}, body: fixed(body),
			path: func(s *stage, _ caller) string {
				_, id := s.member(s.team, "STUDENT", "Somebody else")
				_, err := s.pool.Exec(s.t.Context(), `UPDATE users SET disabled_at = `+state+` WHERE id = $1`, id)
				must(s.t, err)
				return "/api/operator/users/" + id
			}}
	}
	return []access{
		get("/api/operator/server"), get("/api/operator/relay"), get("/api/operator/dead-letters"), get("/api/operator/sync"),
		get("/api/operator/users"), get("/api/operator/teams"), get("/api/operator/tokens"),
		letter("POST", "/replay", audit.LettersReplayed), letter("DELETE", "", audit.LettersDropped),
		letters("POST", "/replay", audit.LettersReplayed), letters("DELETE", "", audit.LettersDropped),
		person(`{"disabled":true}`, audit.UserDisabled, "NULL"), person(`{"disabled":false}`, audit.UserEnabled, "now()"),
		{method: "POST", route: "/api/operator/sync/{season}/{code}", operators: true, ok: 202, audit: []audit.Action{audit.EventPolled},
			path: func(s *stage, _ caller) string {
				_, err := s.pool.Exec(s.t.Context(), `INSERT INTO ftc_events (season, code, name, listed) VALUES (2025, 'WISHED', 'Wished', true) ON CONFLICT DO NOTHING`)
				must(s.t, err)
				return "/api/operator/sync/2025/wished"
			}},
		{method: "DELETE", route: "/api/operator/tokens/{id}", operators: true, audit: []audit.Action{audit.TokenRevoked},
			path: func(s *stage, _ caller) string { return "/api/operator/tokens/" + s.tokenOf("Somebody with a token") }},
	}
}

// letter makes a dead letter on the channel and returns its number.
func (s *server) letter(channel string) (number int64) {
	s.t.Helper()
	must(s.t, s.pool.QueryRow(s.t.Context(), `WITH sink AS (INSERT INTO relay_sinks (sink) VALUES ('soketi:app') ON CONFLICT (sink) DO UPDATE SET sink = excluded.sink RETURNING sink),
		head AS (INSERT INTO channel_heads (channel, seq) VALUES ($1, 1) ON CONFLICT (channel) DO UPDATE SET seq = channel_heads.seq + 1 RETURNING channel, seq),
		event AS (INSERT INTO channel_events (channel, seq, id, name, payload, at) SELECT channel, seq, $2, 'hall:lunch', '{"text":"carried"}', now() FROM head RETURNING channel, seq)
		SELECT seq FROM event`, channel, uuid.New()).Scan(&number))
	must(s.t, s.pool.QueryRow(s.t.Context(), `INSERT INTO dead_letters (sink, channel, seq, reason) VALUES ('soketi:app', $1, $2, 'too large') RETURNING id`, channel, number).Scan(&number))
	return number
}

// tokenOf makes somebody with a device token and returns the token's id.
func (g *stage) tokenOf(name string) (id string) {
	g.t.Helper()
	_, user := g.member(g.team, "STUDENT", name)
	must(g.t, g.pool.QueryRow(g.t.Context(), `SELECT id FROM tokens WHERE user_id = $1`, user).Scan(&id))
	return id
}
