package eventlog

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/ftcmetrics/ftcmetrics/queries"
)

// Filter says which events a reader wants. The zero Filter wants all. What an event does not
// say it is not left out for: an import of many entries is wanted by who follows one team.
type Filter struct {
	Names []string // of events; none is any
	Team  int      // nothing that was scouted of another team; 0 is any
	Match int      // nothing about a match of another number; 0 is any
}

func (f Filter) all() bool { return len(f.Names) == 0 && f.Team == 0 && f.Match == 0 }

func (f Filter) fits(row queries.ChannelEvent) bool {
	if len(f.Names) > 0 && !slices.Contains(f.Names, row.Name) {
		return false
	}
	if f.Team == 0 && f.Match == 0 {
		return true
	}
	var about struct {
		Team  json.RawMessage `json:"scoutedTeamNumber"`
		Match json.RawMessage `json:"matchNumber"`
	}
	if json.Unmarshal(row.Payload, &about) != nil {
		return true
	}
	return isOr(about.Team, f.Team) && isOr(about.Match, f.Match)
}

// isOr reports whether the field is the number, or no other, or any will do.
func isOr(field json.RawMessage, want int) bool {
	var n int
	return want == 0 || len(field) == 0 || json.Unmarshal(field, &n) != nil || n == want
}

// maxScanned is how many events one request of a reader with a filter looks at.
const maxScanned = 10 * MaxPage

// scan is one reader's way through the log, over several channels.
type scan struct {
	Filter
	left int // events that may still be looked at
}

func newScan(f Filter) *scan { return &scan{f, maxScanned} }

// rows returns up to limit events that fit, and how far the channel was looked through. Gone
// is set when the next event is not there any more.
func (s *scan) rows(ctx context.Context, q *queries.Queries, channel string, after, head int64, limit int) (found []queries.ChannelEvent, next int64, gone bool, err error) {
	for next = after; ; {
		size := min(limit-len(found), MaxPage)
		if !s.all() {
			size = min(MaxPage, s.left)
		}
		if size <= 0 {
			return found, next, false, nil
		}
		rows, err := q.EventsAfter(ctx, queries.EventsAfterParams{Channel: channel, After: next, RowLimit: int32(size)})
		if err != nil {
			return nil, 0, false, Translate(err)
		}
		if len(rows) > 0 && rows[0].Seq != next+1 || len(rows) == 0 && next < head {
			return found, next, true, nil // what came next was removed between the two reads
		}
		s.left -= len(rows)
		for _, row := range rows {
			if !s.fits(row) {
				next = row.Seq
				continue
			}
			if len(found) == limit {
				return found, next, false, nil
			}
			found, next = append(found, row), row.Seq
		}
		if s.all() || len(rows) < size || len(found) == limit {
			return found, next, false, nil
		}
	}
}
