package live

import (
	"context"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// State is where a match is.
type State string

// The states of a match. A match that is played again is Playing although it has a result.
const (
	Waiting State = "scheduled"
	Playing State = "started"
	Over    State = "completed"
)

// MatchState is a match with all that is known of it.
type MatchState struct {
	ftc.Match
	State     State       `json:"state"`
	StartedAt *time.Time  `json:"startedAt"`              // of the newest play
	Source    Source      `json:"source,omitempty"`       // who told that; empty when the officials did
	Aborted   bool        `json:"aborted"`                // it began, was stopped, and will begin again
	Result    *ftc.Result `json:"result" nullable:"true"` // of the last play that is over
}

// Matches lists the matches of an FTC event in the order they are played; those that the
// schedule has lost only with removed.
func (s *Service) Matches(ctx context.Context, key ftc.EventKey, removed bool) ([]MatchState, error) {
	matches, err := ftc.MatchesAt(ctx, s.q, key, removed)
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	rows, err := s.q.MatchStartsAt(ctx, queries.MatchStartsAtParams{Season: int32(key.Season), EventCode: key.Code})
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	begun := make(map[ftc.MatchKey]queries.MatchStart, len(rows))
	for _, r := range rows {
		begun[ftc.MatchKey{EventKey: key, Level: ftc.Level(r.Level), Series: int(r.Series), Number: int(r.Number)}] = r
	}
	results, err := ftc.EveryResultAt(ctx, s.q, key)
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	over := make(map[ftc.MatchKey]*ftc.Result, len(results))
	for i := range results {
		over[results[i].MatchKey] = &results[i]
	}
	list := make([]MatchState, 0, len(matches))
	for _, m := range matches {
		one := MatchState{Match: m, State: Waiting, Result: over[m.MatchKey]}
		if one.Result != nil {
			one.State, one.StartedAt = Over, one.Result.StartedAt
		}
		if start, ok := begun[m.MatchKey]; ok {
			one.begun(start)
		}
		list = append(list, one)
	}
	return list, nil
}

func (m *MatchState) begun(start queries.MatchStart) {
	switch {
	case m.Result != nil && int(start.Play) <= m.Result.Plays:
		if m.StartedAt == nil {
			m.StartedAt, m.Source = &start.StartedAt, Source(start.Source)
		}
	case start.Aborted:
		m.Aborted = true
	default:
		m.State, m.StartedAt, m.Source = Playing, &start.StartedAt, Source(start.Source)
	}
	if m.StartedAt != nil {
		at := m.StartedAt.UTC()
		m.StartedAt = &at
	}
}
