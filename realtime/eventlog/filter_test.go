package eventlog_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// TestFilteredReads holds what a reader with a filter is given, page by page and by polls,
// against what one without would keep of all.
func TestFilteredReads(t *testing.T) {
	log := eventlog.New(pgtest.New(t), func(realtime.Channel, int64) {})
	_, empty, err := log.ReadMany(t.Context(), []realtime.Channel{"event-A", "event-B"}, eventlog.Cursor{}, 1, eventlog.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var drafts []realtime.Draft
	add := func(name, payload string) {
		drafts = append(drafts, realtime.Draft{Channel: "event-A", Name: name, Payload: json.RawMessage(payload)})
	}
	for i := range 60 {
		add([]string{"scouting:new-entry", "match:started", "hall:lunch"}[i%3], fmt.Sprintf(`{"scoutedTeamNumber":%d,"matchNumber":%d}`, 1+i%5, 1+i%4))
	}
	add("scouting:entries-imported", `{"count":12}`)
	for range 11 * eventlog.MaxPage { // more than one request looks at
		add("far", `{"scoutedTeamNumber":99}`)
	}
	add("match:started", `{"scoutedTeamNumber":"odd","matchNumber":2}`)
	add("hall:lunch", `{"scoutedTeamNumber":3}`)
	if _, err := log.Append(t.Context(), drafts, func(*eventlog.Batch) {}); err != nil {
		t.Fatal(err)
	}
	keeps := map[string]struct {
		eventlog.Filter
		keep func(name string, team, match any) bool
	}{
		"all":   {eventlog.Filter{}, func(string, any, any) bool { return true }},
		"names": {eventlog.Filter{Names: []string{"match:started", "hall:lunch"}}, func(name string, _, _ any) bool { return name == "match:started" || name == "hall:lunch" }},
		"team":  {eventlog.Filter{Team: 3}, func(_ string, team, _ any) bool { return team == 3.0 || team == nil || team == "odd" }},
		"match": {eventlog.Filter{Match: 2}, func(_ string, _, match any) bool { return match == 2.0 || match == nil }},
		"both": {eventlog.Filter{Names: []string{"hall:lunch"}, Team: 3, Match: 2}, func(name string, team, match any) bool {
			return name == "hall:lunch" && team == 3.0 && (match == 2.0 || match == nil)
		}},
		"none": {eventlog.Filter{Names: []string{"nothing"}}, func(string, any, any) bool { return false }},
	}
	for name, c := range keeps {
		var want []int64
		for i, d := range drafts {
			var p struct {
				Team  any `json:"scoutedTeamNumber"`
				Match any `json:"matchNumber"`
			}
			if err := json.Unmarshal(d.Payload, &p); err != nil {
				t.Fatal(err)
			}
			if c.keep(d.Name, p.Team, p.Match) {
				want = append(want, int64(i+1))
			}
		}
		for _, limit := range []int{7, 500} {
			if got := byPages(t, log, c.Filter, limit); !slices.Equal(got, want) {
				t.Errorf("%s, %d a page: %d events, want %d", name, limit, len(got), len(want))
			}
			if got := byPolls(t, log, empty, c.Filter, limit); !slices.Equal(got, want) {
				t.Errorf("%s, %d a poll: %d events, want %d", name, limit, len(got), len(want))
			}
		}
	}
}

// byPages reads the channel to its head. Each page gets on.
func byPages(t *testing.T, log *eventlog.Log, f eventlog.Filter, limit int) (seqs []int64) {
	t.Helper()
	for after := int64(0); ; {
		page, err := log.ReadIn(t.Context(), "event-A", uuid.Nil, after, limit, f)
		if err != nil || page.Reset || len(page.Events) > limit {
			t.Fatalf("after %d: %d events, reset %t, %v", after, len(page.Events), page.Reset, err)
		}
		for _, e := range page.Events {
			seqs = append(seqs, e.Seq)
		}
		if page.Next == page.Head {
			return seqs
		}
		if page.Next <= after {
			t.Fatalf("after %d comes %d", after, page.Next)
		}
		after = page.Next
	}
}

// byPolls does so by cursors, beside another channel.
func byPolls(t *testing.T, log *eventlog.Log, from eventlog.Cursor, f eventlog.Filter, limit int) (seqs []int64) {
	t.Helper()
	for {
		pages, next, err := log.ReadMany(t.Context(), []realtime.Channel{"event-A", "event-B"}, from, limit, f)
		if err != nil || pages[0].Reset {
			t.Fatalf("reset %t, %v", pages[0].Reset, err)
		}
		for _, e := range pages[0].Events {
			seqs = append(seqs, e.Seq)
		}
		if pages[0].Next == pages[0].Head {
			return seqs
		}
		if next.String() == from.String() {
			t.Fatal("a poll that does not get on")
		}
		from = next
	}
}
