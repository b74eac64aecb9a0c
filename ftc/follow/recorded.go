package follow

import (
	"context"
	"errors"
	"slices"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
)

// Recorded reads an FTC event from a source as it is now, all of it, to be imported. Lists
// that the source does not have are empty.
func Recorded(ctx context.Context, source firstapi.Source, key ftc.EventKey) (live.Import, error) {
	var all live.Import
	event, err := source.Event(ctx, key)
	if err != nil {
		return all, err
	}
	all.Event = events([]ftc.Event{event})[0]
	list, err := source.Teams(ctx, event.EventKey)
	if err := unless(err); err != nil {
		return all, err
	}
	all.Teams = teams(list.Rows)
	for _, level := range []ftc.Level{ftc.Qual, ftc.Playoff} {
		if err := recordedAt(ctx, source, event, level, &all); err != nil {
			return all, err
		}
	}
	chosen, err := source.Alliances(ctx, event.EventKey, firstapi.Since{})
	all.Alliances = alliances(chosen.Rows)
	return all, unless(err)
}

// unless returns nil for a list that is not there.
func unless(err error) error {
	if errors.Is(err, ftc.ErrNoEvent) {
		return nil
	}
	return err
}

// recordedAt adds the matches of one level.
func recordedAt(ctx context.Context, source firstapi.Source, event ftc.Event, level ftc.Level, all *live.Import) error {
	reply, err := source.Matches(ctx, event, level, firstapi.Since{})
	if err := unless(err); err != nil {
		return err
	}
	rows, _ := matches(reply.Rows)
	scores := make(map[ftc.MatchKey]firstapi.Score)
	if slices.ContainsFunc(rows, func(m firstapi.Match) bool { return m.Result != nil }) {
		list, err := source.Scores(ctx, event.EventKey, level, firstapi.Since{})
		if err := unless(err); err != nil {
			return err
		}
		for _, s := range list.Rows {
			scores[s.MatchKey] = s
		}
	}
	found, _ := results(rows, scores)
	all.Matches, all.Results = append(all.Matches, plans(rows)...), append(all.Results, found...)
	return nil
}
