package follow_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
)

// story is what the channel has to tell of the matches that are over: each started and
// completed once, in that order.
func story(t *testing.T, lines []string, matches int) {
	t.Helper()
	state := make(map[string]string)
	for _, l := range lines {
		words := strings.Fields(l)
		key := words[1]
		switch was := state[key]; {
		case words[0] == "started" && was == "":
			state[key] = "started"
		case words[0] == "completed" && was == "started" && words[3] == "1":
			state[key] = "over"
		default:
			t.Errorf("%q although the match is %q", l, was)
		}
	}
	over := 0
	for _, s := range state {
		if s == "over" {
			over++
		}
	}
	if over != matches {
		t.Errorf("%d matches are over, want %d: %s", over, matches, strings.Join(lines, "\n"))
	}
}

func TestAWholeEvent(t *testing.T) {
	r := start(t)
	f := follow.New(r.options())
	r.look(f)
	r.until(f, "16:00:00")
	lines := r.told("event-2025-ZZDEV1")
	story(t, lines, 33)
	if short := r.told("event-ZZDEV1"); !slices.Equal(short, lines) {
		t.Errorf("the channel without a season tells something else: %v", short)
	}
	if got := r.told("match-ZZDEV1-1"); fmt.Sprint(got) != "[started qual-0-1 schedule completed qual-0-1 rev 1 101:62]" {
		t.Errorf("match 1: %v", got)
	}
	if got := r.told("match-2025-ZZDEV1-P1-1"); len(got) != 2 {
		t.Errorf("the first match of the playoffs: %v", got)
	}
	teams, err := r.ftc.Teams(t.Context(), r.key)
	must(t, err)
	alliances, err := r.ftc.Alliances(t.Context(), r.key)
	must(t, err)
	results, err := r.ftc.Results(t.Context(), r.key)
	must(t, err)
	schedule, err := r.ftc.Schedule(t.Context(), r.key)
	must(t, err)
	if len(schedule) != 33 || schedule[0].Field == "" {
		t.Errorf("%d matches, the first on field %q", len(schedule), schedule[0].Field)
	}
	if len(teams) != 21 || len(alliances) != 4 || len(results) != 33 || results[0].Alliances[0].Phases == nil {
		t.Errorf("%d teams, %d alliances, %d results, the first %+v", len(teams), len(alliances), len(results), results[0])
	}
}

// TestWhatHasNotChangedIsNotSent looks at the requests of a quiet minute.
func TestWhatHasNotChangedIsNotSent(t *testing.T) {
	r := start(t)
	f := follow.New(r.options())
	r.clock.Set(at("12:00:00")) // lunch
	r.look(f)
	before := r.told("event-2025-ZZDEV1")
	r.seen()
	r.clock.Advance(time.Minute)
	r.look(f)
	if got := fmt.Sprint(r.seen()); got != "[schedule/ZZDEV1/qual/hybrid+ schedule/ZZDEV1/playoff/hybrid]" {
		t.Errorf("requests of a quiet minute: %s", got) // an empty list has no time to ask with
	}
	if after := r.told("event-2025-ZZDEV1"); !slices.Equal(before, after) {
		t.Errorf("a quiet minute tells %v", after[len(before):])
	}
	synced, err := r.ftc.SyncedAt(t.Context(), r.key)
	if err != nil || synced == nil || !synced.Equal(r.clock.Now()) {
		t.Errorf("synced at %v, %v", synced, err)
	}
}

func TestCorrectionReplayAndAVanishedRow(t *testing.T) {
	r := start(t)
	f := follow.New(r.options())
	r.look(f)
	r.until(f, "10:20:00")
	first := r.match(ftc.Qual, 0, 1)
	must(t, r.fake.Correct(first, 10, 0))
	r.until(f, "10:22:00")
	if got := r.told("match-ZZDEV1-1"); got[len(got)-1] != "completed qual-0-1 rev 2 111:62" {
		t.Errorf("after a correction: %v", got)
	}
	second := r.match(ftc.Qual, 0, 2)
	_, err := r.fake.Replay(second, at("11:40:00"), at("11:45:00"), 7, 7)
	must(t, err)
	must(t, r.fake.Vanish(r.match(ftc.Qual, 0, 27)))
	r.until(f, "10:24:00")
	if got := r.told("match-ZZDEV1-2"); len(got) != 2 {
		t.Errorf("before the replay: %v", got)
	}
	r.until(f, "11:50:00")
	if got := r.told("match-ZZDEV1-2"); len(got) != 4 || got[2] != "started qual-0-2 schedule" || !strings.HasPrefix(got[3], "completed qual-0-2 rev 2") {
		t.Errorf("after the replay: %v", got)
	}
	matches, err := r.live.Matches(t.Context(), r.key, true)
	must(t, err)
	schedule, err := r.ftc.Schedule(t.Context(), r.key)
	must(t, err)
	removed := 0
	for _, m := range matches {
		if m.RemovedAt != nil {
			removed++
		}
		if m.MatchKey == second && (m.Result == nil || m.Result.Plays != 2 || m.Result.Rev != 2) {
			t.Errorf("the replayed match: %+v", m.Result)
		}
	}
	if removed != 1 || len(matches) != 27 || len(schedule) != 26 {
		t.Errorf("%d matches, %d of them removed, %d on the schedule", len(matches), removed, len(schedule))
	}
}

// TestAnOutage: what is known stays, nothing is lost, and nothing comes twice.
func TestAnOutage(t *testing.T) {
	for name, kind := range map[string]firstapitest.Kind{"busy": firstapitest.Busy, "pages for people": firstapitest.HTML, "broken answers": firstapitest.Cut} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			f := follow.New(r.options())
			r.look(f)
			r.until(f, "10:10:00")
			r.fake.Fail(firstapitest.Trouble{Kind: kind})
			down, failed := r.clock.Now(), 0
			for range 14 { // seven minutes, over the end of match 2 at 10:15:31
				r.clock.Advance(30 * time.Second)
				if err := f.Round(t.Context()); err != nil {
					failed++
					if !errors.Is(err, firstapi.ErrUnavailable) && !errors.Is(err, firstapi.ErrUnreadable) {
						t.Error(err)
					}
				}
			}
			list, err := r.ftc.Results(t.Context(), r.key)
			if err != nil || len(list) != 1 || failed == 0 {
				t.Errorf("%d results, %v; %d rounds failed", len(list), err, failed)
			}
			if synced, err := r.ftc.SyncedAt(t.Context(), r.key); err != nil || synced.After(down) {
				t.Errorf("synced at %v in spite of the outage, %v", synced, err)
			}
			r.fake.Mend()
			r.until(f, "10:30:00")
			story(t, r.told("event-2025-ZZDEV1"), 4)
		})
	}
}

// TestTwoReadersAtOnce: two nodes that both take themselves for the leader tell nothing twice.
func TestTwoReadersAtOnce(t *testing.T) {
	r := start(t)
	one, other := follow.New(r.options()), follow.New(r.options())
	r.clock.Set(at("13:00:00"))
	done := make(chan error, 2)
	for range 20 {
		r.clock.Advance(time.Minute)
		for _, f := range []*follow.Follower{one, other} {
			go func() { done <- f.Round(t.Context()) }()
		}
		must(t, errors.Join(<-done, <-done))
	}
	lines := r.told("event-2025-ZZDEV1")
	seen := make(map[string]bool)
	for _, l := range lines {
		if seen[l] {
			t.Errorf("told twice: %s", l)
		}
		seen[l] = true
	}
	if len(lines) < 20 {
		t.Errorf("told only %v", lines)
	}
}
