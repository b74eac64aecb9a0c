package ratings_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const season = 2015

// day is the first day of the real season that tests play again.
var day = time.Date(2015, 11, 7, 14, 0, 0, 0, time.UTC)

// rig is a service on a database of its own.
type rig struct {
	t    testing.TB
	pool *pgxpool.Pool
	log  *eventlog.Log
	ftc  *ftc.Service
	*ratings.Service
	posted time.Time
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, pool: pgtest.New(t), posted: day}
	r.log = eventlog.New(r.pool, func(channel realtime.Channel, _ int64) {})
	r.ftc = ftc.New(r.pool)
	r.Service = r.service(day)
	return r
}

func (r *rig) service(now time.Time) *ratings.Service {
	return ratings.New(r.pool, r.log, func() time.Time { return now }, slog.New(slog.DiscardHandler))
}

// real returns the first matches of the real season 2015-16, events interleaved as they
// could have been played on one day after the other.
func real(t testing.TB, most int) []ftc.Result {
	t.Helper()
	packed, err := os.Open("../../analytics/testdata/predict-train.json.gz")
	must(t, err)
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	must(t, err)
	var file struct {
		Columns []string
		Rows    [][]float64
	}
	must(t, json.NewDecoder(plain).Decode(&file))
	column := make(map[string]int)
	for i, name := range file.Columns {
		column[name] = i
	}
	var list []ftc.Result
	for _, row := range file.Rows {
		event, number := int(row[column["eventIndex"]]), int(row[column["matchNumber"]])
		start := day.Add(time.Duration(event/3*24) * time.Hour).Add(time.Duration(number*6) * time.Minute)
		result := ftc.Result{
			MatchKey:  ftc.MatchKey{EventKey: ftc.EventKey{Season: season, Code: fmt.Sprintf("E%d", event)}, Level: ftc.Qual, Number: number},
			StartedAt: &start, PostedAt: start.Add(5 * time.Minute), Official: true,
		}
		for _, side := range []struct {
			name     string
			alliance ftc.Alliance
		}{{"red", ftc.Red}, {"blue", ftc.Blue}} {
			value := func(suffix string) int { return int(row[column[side.name+suffix]]) }
			phases := ftc.Phases{Auto: value("Auto"), Teleop: value("Teleop"), Endgame: value("Endgame")}
			sum := phases.Auto + phases.Teleop + phases.Endgame
			result.Alliances = append(result.Alliances, ftc.AllianceResult{
				Alliance: side.alliance, Total: sum + value("PenaltyReceived"), NoFoul: sum, Phases: &phases,
				Robots: []ftc.PlayedRobot{{TeamNumber: value("1"), Station: 1}, {TeamNumber: value("2"), Station: 2}},
			})
		}
		if list = append(list, result); len(list) == most {
			break
		}
	}
	return list
}

// put stores a result, posted after all before it.
func (r *rig) put(result ftc.Result) {
	r.t.Helper()
	r.posted = r.posted.Add(time.Second)
	if result.PostedAt.Before(r.posted) {
		result.PostedAt = r.posted
	}
	r.posted = result.PostedAt
	_, _, err := r.ftc.PutResult(r.t.Context(), result)
	must(r.t, err)
}

func (r *rig) rate(event string) bool {
	r.t.Helper()
	worked, err := r.Rate(r.t.Context(), season, event)
	must(r.t, err)
	return worked
}

func (r *rig) exec(sql string, args ...any) {
	r.t.Helper()
	_, err := r.pool.Exec(r.t.Context(), sql, args...)
	must(r.t, err)
}

// state writes down every bit that ratings consist of.
func (r *rig) state() string {
	r.t.Helper()
	var text string
	must(r.t, r.pool.QueryRow(r.t.Context(), `SELECT concat_ws(E'\n',
		(SELECT string_agg(x::text, E'\n' ORDER BY season, team_number) FROM ratings x),
		(SELECT string_agg(x::text, E'\n' ORDER BY season, start_at, event_code, playoff, series, number) FROM rating_log x),
		(SELECT string_agg(x::text, E'\n' ORDER BY season, start_at, event_code, playoff, series, number, team_number) FROM rating_changes x))`).Scan(&text))
	return text
}

// told returns what the channel has told of ratings.
func (r *rig) told(channel string) []ratings.Update {
	r.t.Helper()
	var list []ratings.Update
	for after := int64(0); ; {
		page, err := r.log.Read(r.t.Context(), realtime.Channel(channel), after, eventlog.MaxPage)
		must(r.t, err)
		for _, e := range page.Events {
			after = e.Seq
			if e.Name == "analytics:epa-updated" {
				if len(e.Data) > 10_000 {
					r.t.Errorf("an event of %d bytes", len(e.Data))
				}
				var u ratings.Update
				must(r.t, json.Unmarshal(e.Data, &u))
				list = append(list, u)
			}
		}
		if len(page.Events) == 0 {
			return list
		}
	}
}

// inMemory is the model that learns the results in the order of play.
func inMemory(t testing.TB, results []ftc.Result) *analytics.Model {
	t.Helper()
	matches, whole := ratings.Matches(results, nil)
	if !whole {
		t.Fatal("a result lacks its phases")
	}
	slices.SortFunc(matches, func(a, b analytics.Match) int { return a.Compare(b.Key) })
	model := analytics.NewModel(analytics.Season{Year: season, Prior: analytics.DefaultPrior()}, analytics.EPA1())
	for _, m := range matches {
		model.Learn(m)
	}
	return model
}

// holds compares the stored ratings with the model's, to the last bit.
func (r *rig) holds(what string, model *analytics.Model) {
	r.t.Helper()
	rows, err := r.pool.Query(r.t.Context(), `SELECT team_number, auto, teleop, endgame, matches FROM ratings WHERE season = $1`, season)
	must(r.t, err)
	defer rows.Close()
	want := model.Ratings()
	n := 0
	for rows.Next() {
		var team int
		var got analytics.Rating
		must(r.t, rows.Scan(&team, &got.Auto, &got.Teleop, &got.Endgame, &got.Matches))
		if n++; got != want[team] {
			r.t.Errorf("%s: team %d is %+v, want %+v", what, team, got, want[team])
		}
	}
	must(r.t, rows.Err())
	if n != len(want) {
		r.t.Errorf("%s: %d teams are rated, want %d", what, n, len(want))
	}
}

// played returns the results as package analytics takes them.
func played(results []ftc.Result) []analytics.Match {
	matches, _ := ratings.Matches(results, nil)
	slices.SortFunc(matches, func(a, b analytics.Match) int { return a.Compare(b.Key) })
	return matches
}
