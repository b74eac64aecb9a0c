package firstapitest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// What more than one route refuses.
var (
	noSuchEvent = reply{status: http.StatusNotFound, body: "No event was found with the given code."}
	noSuchLevel = reply{status: http.StatusBadRequest, body: "The tournament level is qual or playoff."}
	noNumber    = reply{status: http.StatusBadRequest, body: "A number was expected."}
	oddMixture  = reply{status: http.StatusNotImplemented, body: "These parameters do not go together."}
)

func (s *Server) routes() {
	s.mux.HandleFunc("GET /v2.0", s.index)
	s.mux.HandleFunc("GET /v2.0/{$}", s.index)
	for path, handler := range map[string]func(*http.Request, bool) reply{
		"events": s.events, "teams": s.teams,
		"schedule/{event}": s.schedule, "schedule/{event}/{level}/hybrid": s.hybrid,
		"matches/{event}": s.results, "scores/{event}/{level}": s.scores,
		"rankings/{event}": s.rankings, "alliances/{event}": s.alliances,
	} {
		s.mux.HandleFunc("GET /v2.0/{season}/"+path, func(w http.ResponseWriter, r *http.Request) {
			s.reply(r, strings.Contains(path, "{event}"), handler).send(w)
		})
	}
}

// reply asks a handler with the lock held, unless season or event are wrong already.
func (s *Server) reply(r *http.Request, named bool, handler func(*http.Request, bool) reply) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	season, err := strconv.Atoi(r.PathValue("season"))
	if err != nil || season < 1000 || season > 9999 {
		return reply{status: http.StatusBadRequest, body: "A season has four digits."}
	}
	ours := season == s.event.key.Season
	if named && !s.knows(ours, r.PathValue("event")) {
		return noSuchEvent
	}
	return handler(r, ours)
}

// knows reports whether the code is that of the event, in the season that is ours or not.
func (s *Server) knows(ours bool, code string) bool {
	return ours && strings.EqualFold(code, s.event.key.Code)
}

func (s *Server) index(w http.ResponseWriter, _ *http.Request) {
	season := s.event.key.Season
	encoded(row{"name": "FIRST TECH CHALLENGE API", "apiVersion": "2.0", "status": nil, "currentSeason": season, "maxSeason": season}, time.Time{}).send(w)
}

// events lists the one event; a season without it has none.
func (s *Server) events(r *http.Request, ours bool) reply {
	code, team := r.FormValue("eventCode"), r.FormValue("teamNumber")
	switch {
	case code != "" && team != "":
		return oddMixture
	case code != "" && !s.knows(ours, code):
		return noSuchEvent
	}
	var parts []part
	if ours {
		parts = append(parts, part{s.event.about, s.event.opens.Add(-24 * time.Hour)})
	}
	return s.answer(r, "events", parts, time.Time{}, row{"eventCount": len(parts)})
}

func (s *Server) teams(r *http.Request, ours bool) reply {
	code := r.FormValue("eventCode")
	if code != "" && !s.knows(ours, code) {
		return noSuchEvent
	}
	number, err := optional(r, "teamNumber")
	if err != nil {
		return noNumber
	}
	page, err := optional(r, "page")
	if err != nil || page < 0 || page > 1_000_000 {
		return noNumber
	}
	if number != 0 && code != "" {
		return oddMixture
	}
	var all []part
	for _, team := range s.event.teams {
		if ours && (number == 0 || whole(team["teamNumber"]) == number) {
			all = append(all, part{team, s.event.opens.Add(-24 * time.Hour)})
		}
	}
	page = max(page, 1)
	pages := max((len(all)+s.perPage-1)/s.perPage, 1)
	from := min((page-1)*s.perPage, len(all))
	parts := all[from:min(from+s.perPage, len(all))]
	return s.answer(r, "teams", parts, time.Time{}, row{
		"teamCountTotal": len(all), "teamCountPage": len(parts), "pageCurrent": page, "pageTotal": pages,
	})
}

// schedule is the plan: it stays as it is when a match is played.
func (s *Server) schedule(r *http.Request, _ bool) reply {
	if r.FormValue("tournamentLevel") == "" && r.FormValue("teamNumber") == "" {
		return reply{status: http.StatusBadRequest, body: "A tournamentLevel or a teamNumber is needed."}
	}
	return s.matches(r, "schedule", r.FormValue("tournamentLevel"), func(m *match, _ time.Time) (row, time.Time) {
		if m.changed.After(m.shown) {
			return m.plan, m.changed
		}
		return m.plan, m.shown
	})
}

func (s *Server) hybrid(r *http.Request, _ bool) reply {
	return s.matches(r, "schedule", r.PathValue("level"), func(m *match, now time.Time) (row, time.Time) {
		if m.played(now) {
			return m.hybrid, m.modified(now)
		}
		return m.unplayed(), m.modified(now)
	})
}

func (s *Server) results(r *http.Request, _ bool) reply {
	return s.matches(r, "matches", r.FormValue("tournamentLevel"), func(m *match, now time.Time) (row, time.Time) {
		if !m.played(now) {
			return nil, time.Time{}
		}
		return m.result, m.modified(now)
	})
}

func (s *Server) scores(r *http.Request, _ bool) reply {
	return s.matches(r, "matchScores", r.PathValue("level"), func(m *match, now time.Time) (row, time.Time) {
		if !m.played(now) {
			return nil, time.Time{}
		}
		return m.score, m.modified(now)
	})
}

// matches answers with a list of matches; view gives each one's row, nil for none yet.
func (s *Server) matches(r *http.Request, list, level string, view func(*match, time.Time) (row, time.Time)) reply {
	f, refused, ok := readFilter(r, level)
	if !ok {
		return refused
	}
	now := s.now()
	var parts []part
	var vanished time.Time
	for _, m := range s.event.matches {
		if m.shown.After(now) || !f.takes(m) {
			continue
		}
		if one, modified := view(m, now); one != nil {
			parts = append(parts, part{one, modified})
		}
	}
	for l, at := range s.event.vanished {
		if (f.level == "" || f.level == l) && at.After(vanished) {
			vanished = at
		}
	}
	return s.answer(r, list, parts, vanished, nil)
}

// filter is which matches a request is about. Zero values take all.
type filter struct {
	level                    ftc.Level
	team, number, start, end int
}

// readFilter reads a filter by the real server's rules on what goes together.
func readFilter(r *http.Request, level string) (f filter, refused reply, ok bool) {
	f = filter{level: ftc.Level(strings.ToLower(level))}
	if f.level != "" && f.level != ftc.Qual && f.level != ftc.Playoff {
		return f, noSuchLevel, false
	}
	for name, into := range map[string]*int{"teamNumber": &f.team, "matchNumber": &f.number, "start": &f.start, "end": &f.end} {
		n, err := optional(r, name)
		if err != nil {
			return f, noNumber, false
		}
		*into = n
	}
	ranged := f.start != 0 || f.end != 0
	if f.level == "" && (f.number != 0 || ranged) || f.number != 0 && (f.team != 0 || ranged) {
		return f, oddMixture, false
	}
	return f, reply{}, true
}

func (f filter) takes(m *match) bool {
	return (f.level == "" || f.level == m.Level) && (f.number == 0 || f.number == m.Number) &&
		m.Number >= f.start && (f.end == 0 || m.Number <= f.end) && (f.team == 0 || m.has(f.team))
}

func (m *match) has(team int) bool {
	for _, one := range list(m.plan["teams"]) {
		if whole(one["teamNumber"]) == team {
			return true
		}
	}
	return false
}

func (s *Server) rankings(r *http.Request, _ bool) reply {
	team, err := optional(r, "teamNumber")
	if err != nil {
		return noNumber
	}
	top, err := optional(r, "top")
	if err != nil {
		return noNumber
	}
	if team != 0 && top != 0 {
		return oddMixture
	}
	rows, modified := s.event.ranking(s.now())
	var parts []part
	for i, one := range rows {
		if (team == 0 || whole(one["teamNumber"]) == team) && (top == 0 || i < top) {
			parts = append(parts, part{one, modified})
		}
	}
	return s.answer(r, "Rankings", parts, time.Time{}, nil)
}

func (s *Server) alliances(r *http.Request, _ bool) reply {
	var parts []part
	if !s.event.selected.After(s.now()) {
		for _, one := range s.event.alliances {
			parts = append(parts, part{one, s.event.selected})
		}
	}
	return s.answer(r, "alliances", parts, time.Time{}, row{"count": len(parts)})
}

// optional reads a number of the query, 0 when it is not there.
func optional(r *http.Request, name string) (int, error) {
	text := r.FormValue(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}
