package live

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The schedule supposes that a match began when its time, put off by how late the event
// is, was that long ago and nobody has told of it.
const (
	patience = 2 * time.Minute
	hopeless = 20 * time.Minute // later than this nothing is supposed
)

// Suppose starts matches of active FTC events whose time has come, in the order of the
// schedule. A match that anything real is known of is left alone.
func (s *Service) Suppose(ctx context.Context) error {
	events, err := ftc.Active(ctx, s.q, s.now(), 0)
	if err != nil {
		return eventlog.Translate(err)
	}
	var failed []error
	for _, event := range events {
		failed = append(failed, s.supposeAt(ctx, event.EventKey))
	}
	return errors.Join(failed...)
}

func (s *Service) supposeAt(ctx context.Context, event ftc.EventKey) error {
	matches, err := s.Matches(ctx, event, false)
	if err != nil {
		return err
	}
	now, late := s.now(), lateness(matches)
	for _, m := range matches {
		if m.ScheduledAt == nil || m.State != Waiting || m.Aborted || m.Level == ftc.Practice {
			continue
		}
		due := m.ScheduledAt.Add(late)
		if now.Before(due.Add(patience)) || now.After(due.Add(hopeless)) {
			continue
		}
		if _, err := s.Start(ctx, Report{MatchKey: m.MatchKey, At: due, Source: Schedule}); err != nil {
			return err
		}
	}
	return nil
}

// lateness is how late the last match began whose beginning is really known. An event that
// is ahead of its schedule waits.
func lateness(matches []MatchState) time.Duration {
	known := slices.DeleteFunc(slices.Clone(matches), func(m MatchState) bool {
		return m.ScheduledAt == nil || m.StartedAt == nil || m.Source == Schedule
	})
	if len(known) == 0 {
		return 0
	}
	last := slices.MaxFunc(known, func(a, b MatchState) int { return cmp.Compare(a.StartedAt.UnixNano(), b.StartedAt.UnixNano()) })
	return max(0, last.StartedAt.Sub(*last.ScheduledAt))
}
