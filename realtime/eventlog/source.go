package eventlog

import (
	"context"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// After returns the channel's next events ready to be published: it makes the log what a
// relay reads.
func (l *Log) After(ctx context.Context, channel realtime.Channel, seq int64, limit int) ([]realtime.Logged, error) {
	rows, err := l.q.EventsAfter(ctx, queries.EventsAfterParams{Channel: string(channel), After: seq, RowLimit: int32(limit)})
	return logged(rows), Translate(err)
}

// logged returns the rows ready to be published.
func logged(rows []queries.ChannelEvent) []realtime.Logged {
	entries := make([]realtime.Logged, len(rows))
	for i, row := range rows {
		e := event(row)
		entries[i] = realtime.Logged{Seq: e.Seq, Event: realtime.Event{Channel: e.Channel, Name: e.Name, Data: string(e.Data), Except: row.ExceptSocket}}
	}
	return entries
}
