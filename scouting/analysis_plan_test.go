package scouting_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// hall is 55 teams that each scouted 8 FTC events twice over, but for a robot here and there:
// 203,280 entries. Each FTC event has 63 matches of 40 robots, with results.
const hall = `
INSERT INTO users (id, display_name) SELECT md5('user' || t || s)::uuid, 'Scout ' || s FROM generate_series(1, 55) t, generate_series(1, 2) s;
INSERT INTO teams (id, team_number, name, sharing_level) SELECT md5('team' || t)::uuid, t, 'Team ' || t, 'PUBLIC' FROM generate_series(1, 55) t;
INSERT INTO memberships (team_id, user_id, role)
    SELECT md5('team' || t)::uuid, md5('user' || t || s)::uuid, 'LEADER' FROM generate_series(1, 55) t, generate_series(1, 2) s;
INSERT INTO ftc_events (season, code, name) SELECT 2025, 'EV' || e, 'Event ' || e FROM generate_series(1, 8) e;
INSERT INTO matches (season, event_code, level, number) SELECT 2025, 'EV' || e, 'qual', m FROM generate_series(1, 8) e, generate_series(1, 63) m;
INSERT INTO match_teams (season, event_code, level, series, number, alliance, station, team_number)
    SELECT 2025, 'EV' || e, 'qual', 0, m, CASE WHEN p < 2 THEN 'RED' ELSE 'BLUE' END, 1 + p % 2, 100 + (m * 7 + p * 11) % 40
    FROM generate_series(1, 8) e, generate_series(1, 63) m, generate_series(0, 3) p;
INSERT INTO match_results (season, event_code, level, series, number, alliance, total, no_foul, auto, teleop, endgame,
        fouls_committed, ranking_points, robots, details, plays, started_at, posted_at, official, rev)
    SELECT 2025, 'EV' || e, 'qual', 0, m, a, 80 + m, 80 + m, 20, 50 + m, 10, 0, '{"goalRP":true}', '[]', '{"robot1Auto":true,"robot2Auto":false}', 1,
        '2026-01-17 10:00Z'::timestamptz + m * interval '8 minutes', '2026-01-17 10:05Z'::timestamptz + m * interval '8 minutes', true, 1
    FROM generate_series(1, 8) e, generate_series(1, 63) m, unnest(ARRAY['RED', 'BLUE']) a;
INSERT INTO scouting_entries (id, team_id, scouter_id, season, event_code, level, series, match_number, alliance, scouted_team, form_version,
        data, auto_score, teleop_score, endgame_score, total_score, content_hash, created_at)
    SELECT md5(concat_ws(' ', t, e, m, p, s))::uuid, md5('team' || t)::uuid, md5('user' || t || s)::uuid, 2025, 'EV' || e, 'qual', 0, m,
        CASE WHEN p < 2 THEN 'RED' ELSE 'BLUE' END, 100 + (m * 7 + p * 11) % 40, 1,
        format('{"autoLeave":true,"autoClassifiedCount":%s,"autoOverflowCount":0,"autoPatternCount":0,"teleopClassifiedCount":%s,"teleopOverflowCount":0,"teleopDepotCount":0,"teleopPatternCount":0,"endgameBaseStatus":"PARTIAL"}', p, 8 + s)::json,
        3 + 3 * p, 3 * (8 + s), 5, 8 + 3 * p + 3 * (8 + s), decode(repeat('00', 32), 'hex'),
        '2026-01-17 10:00Z'::timestamptz + e * interval '1 week' + m * interval '8 minutes' + (t * 8 + p * 2 + s) * interval '0.7 seconds'
    FROM generate_series(1, 55) t, generate_series(1, 8) e, generate_series(1, 63) m, generate_series(0, 3) p, generate_series(1, 2) s
    WHERE p < 3 OR m % 3 > 0;
ANALYZE;`

// ear hears the statements of a pool.
type ear struct {
	mu    sync.Mutex // guards heard
	heard []pgx.TraceQueryStartData
}

func (e *ear) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, data)
	return ctx
}

func (e *ear) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (e *ear) take() []pgx.TraceQueryStartData {
	e.mu.Lock()
	defer e.mu.Unlock()
	heard := e.heard
	e.heard = nil
	return heard
}

// node is a step of a plan.
type node struct {
	Type    string  `json:"Node Type"`
	Table   string  `json:"Relation Name"`
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Plans   []node
}

func (n node) each(visit func(node)) {
	visit(n)
	for _, below := range n.Plans {
		below.each(visit)
	}
}

// questions returns what a lead asks about one FTC event in the hall, by name, and the ear
// on the pool that answers.
func questions(t testing.TB) (map[string]question, *ear, *pgxpool.Pool) {
	t.Helper()
	config, err := pgxpool.ParseConfig(pgtest.URL(t))
	done(t, err)
	heard := new(ear)
	config.ConnConfig.Tracer = heard
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	done(t, err)
	t.Cleanup(pool.Close)
	for statement := range strings.SplitSeq(hall, ";\n") {
		_, err := pool.Exec(t.Context(), statement)
		done(t, err)
	}
	book, err := seasons.Load()
	done(t, err)
	service := scouting.New(pool, eventlog.New(pool, func(realtime.Channel, int64) {}), book)
	id := func(name string) (id uuid.UUID) {
		done(t, pool.QueryRow(t.Context(), `SELECT md5($1)::uuid`, name).Scan(&id))
		return id
	}
	ctx, actor := context.Background(), accounts.Actor{UserID: id("user71")}
	v := scouting.View{TeamID: id("team7"), Event: ftc.EventKey{Season: 2025, Code: "EV3"}, Limit: 1000}
	match, robot := 12, 107
	one := v
	one.MatchNumber = &match
	entry := id("7 3 3 2 1") // blue's first robot in match 3; the second one was not scouted
	return map[string]question{
		"consensus of an event": {504, func() error { _, _, err := service.Consensus(ctx, actor, v); return err }},
		"consensus of a match":  {504, func() error { _, _, err := service.Consensus(ctx, actor, one); return err }},
		"deduction":             {504, func() error { _, err := service.DeducePartner(ctx, actor, entry); return err }},
		"accuracy":              {504, func() error { _, err := service.Accuracy(ctx, actor, v); return err }},
		"summary":               {504, func() error { _, err := service.Summarize(ctx, actor, v, []int{107}); return err }},
		"comparison":            {504, func() error { _, err := service.Summarize(ctx, actor, v, []int{101, 107, 118, 123}); return err }},
		"coverage": {504, func() error {
			_, err := service.Coverage(ctx, actor, scouting.SheetKey{TeamID: v.TeamID, Event: v.Event}, nil)
			return err
		}},
		"next match": {504, func() error {
			_, err := service.Next(ctx, actor, scouting.SheetKey{TeamID: v.TeamID, Event: v.Event})
			return err
		}},
		"list": {51, func() error { return pages(ctx, service, actor, scouting.Filter{TeamID: v.TeamID, Limit: 50}) }},
		"list of an event": {3696, func() error {
			return pages(ctx, service, actor, scouting.Filter{TeamID: v.TeamID, Season: &v.Event.Season, EventCode: &v.Event.Code, Limit: 50})
		}},
		"list of a match": {504, func() error {
			return pages(ctx, service, actor, scouting.Filter{TeamID: v.TeamID, Season: &v.Event.Season, EventCode: &v.Event.Code, MatchNumber: &match, Limit: 2})
		}},
		"list of a robot": {504, func() error {
			return pages(ctx, service, actor, scouting.Filter{TeamID: v.TeamID, ScoutedTeam: &robot, Limit: 50})
		}},
		"export": {500, func() error {
			return exported(ctx, service, actor, scouting.ExportQuery{TeamID: v.TeamID, Season: 2025})
		}},
		"export of an event": {504, func() error {
			return exported(ctx, service, actor, scouting.ExportQuery{TeamID: v.TeamID, Season: 2025, EventCode: v.Event.Code})
		}},
		"shared": {150, func() error {
			page, next, err := service.Shared(ctx, actor, scouting.SharedFilter{Event: v.Event, Limit: 50})
			if err == nil && len(page) == 50 {
				_, _, err = service.Shared(ctx, actor, scouting.SharedFilter{Event: v.Event, Limit: 50, Cursor: next})
			}
			return err
		}},
		"shared about a robot":  {5000, func() error { return shared(ctx, service, actor, v.Event, robot) }},
		"shared about no robot": {25_410, func() error { return shared(ctx, service, actor, v.Event, 99_999) }},
	}, heard, pool
}

// question is what somebody asks, and how many entries one statement may touch to answer:
// the page or what the team has of the event (504 at most), of the season (3,696) or what all teams
// have of the event (25,410), whichever it walks through.
type question struct {
	most float64
	ask  func() error
}

// pages reads the first two pages of a list.
func pages(ctx context.Context, service *scouting.Service, actor accounts.Actor, f scouting.Filter) error {
	page, next, err := service.List(ctx, actor, f)
	if err != nil || len(page) != f.Limit {
		return errors.Join(err, fmt.Errorf("a page of %d entries", len(page)))
	}
	f.Cursor = next
	_, _, err = service.List(ctx, actor, f)
	return err
}

func shared(ctx context.Context, service *scouting.Service, actor accounts.Actor, event ftc.EventKey, robot int) error {
	_, _, err := service.Shared(ctx, actor, scouting.SharedFilter{Event: event, ScoutedTeam: &robot, Limit: 50})
	return err
}

// exported reads the first two pages of an export.
func exported(ctx context.Context, service *scouting.Service, actor accounts.Actor, q scouting.ExportQuery) error {
	export, err := service.ExportEntries(ctx, actor, q)
	for range 2 {
		if err == nil {
			_, err = export.Entries(ctx)
		}
	}
	return err
}

func done(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnalysisReadsOnlyItsEvent looks at the plans of every statement behind the analysis
// among 200,000 entries, and of lists, coverage, exports and what is shared: nothing that
// grows is read from end to end, and no more entries are touched than the question says.
// Times are in the log.
func TestAnalysisReadsOnlyItsEvent(t *testing.T) {
	asks, heard, pool := questions(t)
	for name, q := range asks {
		heard.take()
		must(t, q.ask())
		statements := heard.take()
		start := time.Now()
		must(t, q.ask())
		t.Logf("%s: %v for %d statements", name, time.Since(start).Round(100*time.Microsecond), len(statements))
		for _, s := range statements {
			if s.SQL == "commit" {
				continue // of the line that an export leaves in the audit log
			}
			explain(t, pool, name, q.most, s)
		}
	}
}

// BenchmarkAnalysis measures each question among 200,000 entries.
func BenchmarkAnalysis(b *testing.B) {
	asks, _, _ := questions(b)
	for name, q := range asks {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				done(b, q.ask())
			}
		})
	}
}

// explain runs the statement again and fails the test if its plan reads too much.
func explain(t *testing.T, pool *pgxpool.Pool, name string, most float64, s pgx.TraceQueryStartData) {
	t.Helper()
	var raw []byte
	must(t, pool.QueryRow(t.Context(), "EXPLAIN (ANALYZE, FORMAT JSON) "+s.SQL, s.Args...).Scan(&raw))
	var plans []struct {
		Plan node
		Time float64 `json:"Execution Time"`
	}
	must(t, json.Unmarshal(raw, &plans))
	query, _, _ := strings.Cut(strings.TrimPrefix(s.SQL, "-- name: "), " ")
	touched := 0.0
	plans[0].Plan.each(func(n node) {
		if grows := n.Table == "scouting_entries" || n.Table == "match_results" || n.Table == "match_teams"; grows && n.Type == "Seq Scan" {
			t.Errorf("%s: %s reads all of %s", name, query, n.Table)
		}
		if n.Table == "scouting_entries" {
			touched += (n.Rows + n.Removed) * n.Loops
		}
	})
	if touched > most {
		t.Errorf("%s: %s touches %.0f entries and may touch %.0f", name, query, touched, most)
	}
	t.Logf("  %s: %.1f ms, %.0f entries", query, plans[0].Time, touched)
}
