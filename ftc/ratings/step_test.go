package ratings_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// TestIncrementalEqualsFull: real events whose results come in any order, are corrected, put
// off, taken from the schedule and brought back. After each step the state is, to the last
// bit, the one of a model that learned what is known in the order of play; and a rebuild
// changes nothing.
func TestIncrementalEqualsFull(t *testing.T) {
	all := real(t, 90)
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			random := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the same each time
			waiting := slices.Clone(all)
			random.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
			known := make(map[ftc.MatchKey]ftc.Result)
			gone := make(map[ftc.MatchKey]bool)
			for len(waiting) > 0 {
				var event string
				for range 1 + random.IntN(4) {
					event = r.happens(random, &waiting, known, gone)
				}
				if random.IntN(3) > 0 {
					event = ""
				}
				r.rate(event)
				if event == "" {
					r.holds(fmt.Sprintf("%d to come", len(waiting)), inMemory(t, counting(known, gone)))
				}
			}
			for r.rate("") {
			}
			r.holds("at the end", inMemory(t, counting(known, gone)))
			before := r.state()
			must(t, r.Rebuild(t.Context(), season))
			if r.state() != before {
				t.Error("a rebuild made other ratings, log or changes")
			}
		})
	}
}

// happens does one thing to the results and returns its FTC event.
func (r *rig) happens(random *rand.Rand, waiting *[]ftc.Result, known map[ftc.MatchKey]ftc.Result, gone map[ftc.MatchKey]bool) string {
	r.t.Helper()
	var any ftc.MatchKey
	if len(known) > 0 {
		keys := make([]ftc.MatchKey, 0, len(known))
		for k := range known {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, cmpKey)
		any = keys[random.IntN(len(keys))]
	}
	switch what := random.IntN(10); {
	case len(known) == 0 || what < 6 && len(*waiting) > 0:
		next := (*waiting)[0]
		*waiting = (*waiting)[1:]
		any = next.MatchKey
		known[any] = next
		r.put(next)
	case what < 8:
		result := known[any]
		result.Alliances = slices.Clone(result.Alliances)
		side := &result.Alliances[random.IntN(2)]
		phases := *side.Phases
		phases.Teleop += 5
		side.Phases, side.NoFoul, side.Total = &phases, side.NoFoul+5, side.Total+5
		if what == 7 { // the same match, timed otherwise
			start := result.StartedAt.Add(time.Duration(random.IntN(100)) * time.Second)
			result.StartedAt = &start
		}
		known[any] = result
		r.put(result)
	default:
		gone[any] = !gone[any]
		r.exec(`UPDATE matches SET removed_at = CASE WHEN $1 THEN now() END WHERE event_code = $2 AND number = $3`, gone[any], any.Code, any.Number)
	}
	return any.Code
}

func cmpKey(a, b ftc.MatchKey) int {
	if a.Code != b.Code {
		return len(a.Code)*1000 - len(b.Code)*1000 + slices.Compare([]byte(a.Code), []byte(b.Code))
	}
	return a.Number - b.Number
}

func counting(known map[ftc.MatchKey]ftc.Result, gone map[ftc.MatchKey]bool) []ftc.Result {
	var list []ftc.Result
	for key, result := range known {
		if !gone[key] {
			list = append(list, result)
		}
	}
	return list
}

// TestEachResultIsToldOnce: a new result with its teams, a correction with whom it moved.
func TestEachResultIsToldOnce(t *testing.T) {
	r := newRig(t)
	event := real(t, 20)
	for _, result := range event {
		r.put(result)
		if !r.rate(result.Code) || r.rate(result.Code) || r.rate("") {
			t.Fatal("a result is rated once")
		}
	}
	told := r.told("event-2015-" + event[0].Code)
	if len(told) != 20 || len(r.told("event-"+event[0].Code)) != 20 {
		t.Fatalf("%d results told, want 20", len(told))
	}
	model := inMemory(t, event)
	last := told[19]
	if last.MatchNumber != event[19].Number || last.Level != ftc.Qual || last.Algo != "epa/1" || last.Season != season || len(last.Teams) != 4 {
		t.Errorf("the last result is told as %+v", last)
	}
	for _, team := range last.Teams {
		want, _ := model.Rating(team.TeamNumber)
		if team.EPA != want.Total() || team.Auto != want.Auto || team.N != want.Matches || team.Delta == 0 {
			t.Errorf("team %+v, want %+v", team, want)
		}
	}
	first := event[0]
	first.Alliances = slices.Clone(first.Alliances)
	phases := *first.Alliances[0].Phases
	phases.Auto += 40
	first.Alliances[0].Phases = &phases
	first.Alliances[0].NoFoul += 40
	first.Alliances[0].Total += 40
	r.put(first)
	r.rate(first.Code)
	told = r.told("event-2015-" + event[0].Code)
	if len(told) != 21 || told[20].MatchNumber != first.Number || len(told[20].Teams) <= 4 {
		t.Errorf("a correction is told as %+v", told[20:])
	}
	event[0] = first
	r.holds("after a correction", inMemory(t, event))
}

// TestManyResultsAreToldOnce: an import tells of its event once, within the limit.
func TestManyResultsAreToldOnce(t *testing.T) {
	r := newRig(t)
	event := wide(160)
	for _, result := range event {
		r.put(result)
	}
	r.rate("")
	if told := r.told("event-2015-" + event[0].Code); len(told) != 1 || len(told[0].Teams) != 48 {
		t.Errorf("an import is told as %+v", told)
	}
	r.holds("an import", inMemory(t, event))
}

// TestWhatCannotBeToldIsNotRated: state, log, predictions and events are one transaction. A
// step that ends anywhere leaves nothing, and the next one does all of it.
func TestWhatCannotBeToldIsNotRated(t *testing.T) {
	r := newRig(t)
	event := real(t, 12)
	for _, result := range event[:8] {
		r.put(result)
		r.rate(result.Code)
	}
	before := r.state()
	r.put(event[8])
	r.exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`)
	for _, table := range []string{"rating_log", "rating_changes", "ratings", "predictions", "channel_events"} {
		r.exec(`CREATE TRIGGER refuse BEFORE INSERT ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION refuse()`)
		if _, err := r.Rate(t.Context(), season, event[8].Code); err == nil {
			t.Errorf("a step succeeds without %s", table)
		}
		if r.state() != before || len(r.told("event-2015-"+event[0].Code)) != 8 {
			t.Errorf("a step that fails at %s leaves something", table)
		}
		r.exec(`DROP TRIGGER refuse ON ` + table)
	}
	r.rate(event[8].Code)
	r.holds("at last", inMemory(t, event[:9]))
	if n := len(r.told("event-2015-" + event[0].Code)); n != 9 {
		t.Errorf("%d results told, want 9", n)
	}
}

// TestManyNodes: nodes that race, each with news of another FTC event, make one state.
func TestManyNodes(t *testing.T) {
	r := newRig(t)
	var event []ftc.Result
	for i, result := range real(t, 90) { // as if of three events at once
		result.Code, result.Number = fmt.Sprintf("N%d", i%3), i/3+1
		start := day.Add(time.Duration(i) * time.Minute)
		result.StartedAt, result.PostedAt = &start, start.Add(time.Minute)
		event = append(event, result)
	}
	var nodes [3]*ratings.Service
	failed := make(chan error, len(nodes))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for i := range nodes {
		nodes[i] = r.service(day)
		go func() {
			var err error
			for err == nil && ctx.Err() == nil {
				_, err = nodes[i].Rate(t.Context(), season, fmt.Sprintf("N%d", i))
			}
			failed <- err
		}()
	}
	for _, result := range event {
		r.put(result)
	}
	stop()
	for range nodes {
		must(t, <-failed)
	}
	must(t, r.RateAll(t.Context()))
	r.holds("three nodes", inMemory(t, event))
	for i := range nodes {
		seen := make(map[int]bool)
		for _, u := range r.told(fmt.Sprintf("event-2015-N%d", i)) {
			if seen[u.MatchNumber] {
				t.Errorf("match %d of N%d is told twice", u.MatchNumber, i)
			}
			seen[u.MatchNumber] = true
		}
	}
}

// TestAHintIsEnough: who waits long between two looks rates at once what a hint tells of.
func TestAHintIsEnough(t *testing.T) {
	r := newRig(t)
	event := real(t, 2)
	r.put(event[0])
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx, time.Hour) }()
	rated := func(want int) {
		t.Helper()
		limit := time.After(time.Minute)
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for n := 0; n < want; {
			select {
			case <-limit:
				t.Fatalf("%d results are rated, want %d", n, want)
			case <-ticker.C:
			}
			must(t, r.pool.QueryRow(t.Context(), `SELECT count(*) FROM rating_log`).Scan(&n))
		}
	}
	rated(1) // the first look
	r.put(event[1])
	for _, channel := range []realtime.Channel{"event-2015-E0", "match-E0-1", "private-team-1", realtime.Channel(fmt.Sprintf("match-2015-%s-Q0-%d", event[1].Code, event[1].Number))} {
		r.Hint(channel)
	}
	rated(2)
	stop()
	<-done
}
