package ratings

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

const (
	tellable  = 0.05 // points; less is told with a team's next match
	mostTeams = 48   // in one event, so that it stays under 10 KB
	mostEach  = 8    // results of one FTC event that are told of one by one
)

// tell puts the news into the batch: for each result its teams, and whom else at the FTC
// event the replay moved; many results at once are told of once. FTC events that go on
// elsewhere hear of teams of theirs that were moved.
func (st *step) tell(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch) error {
	played := make(map[string]map[int]bool) // by event: who played in what was learned
	of := make(map[analytics.Key]analytics.Step)
	for _, one := range st.learned {
		of[named(one.Key)] = one
		teams := played[one.Key.Event]
		if teams == nil {
			teams = make(map[int]bool)
			played[one.Key.Event] = teams
		}
		for _, c := range one.Changes {
			teams[c.Team] = true
		}
	}
	byEvent := make(map[string][]cause)
	for _, c := range st.causes {
		// A match that has moved is told of at its new place.
		if _, there := of[named(c.key)]; there && c.gone {
			continue
		}
		byEvent[c.key.Event] = append(byEvent[c.key.Event], c)
	}
	moved := st.moved()
	fresh := make(map[int]bool)
	for _, event := range slices.Sorted(maps.Keys(byEvent)) {
		there := played[event]
		if there == nil {
			there = make(map[int]bool)
		}
		maps.Copy(there, st.lost[event])
		for _, u := range st.updates(byEvent[event], of, st.at(moved, there), fresh) {
			if err := st.add(ctx, tx, batch, u); err != nil {
				return err
			}
		}
	}
	return st.tellElsewhere(ctx, tx, batch, byEvent, moved, fresh)
}

// moved lists the teams that are rated otherwise than before, those that changed most first.
func (st *step) moved() []Change {
	delta := make(map[int]float64)
	for _, one := range st.learned {
		for _, c := range one.Changes {
			delta[c.Team] += c.Delta
		}
	}
	var list []Change
	for _, number := range st.teams {
		team := int(number)
		now, rated := st.model.Rating(team)
		before, known := st.before[team]
		d := now.Total() - before.Total()
		if !known {
			d = delta[team]
		}
		if rated != known || math.Abs(d) >= tellable {
			list = append(list, change(team, now, d))
		}
	}
	slices.SortStableFunc(list, func(a, b Change) int { return cmp.Compare(math.Abs(b.Delta), math.Abs(a.Delta)) })
	return list
}

func (st *step) at(moved []Change, teams map[int]bool) []Change {
	var list []Change
	for _, c := range moved {
		if teams[c.TeamNumber] {
			list = append(list, c)
		}
	}
	return list
}

// updates makes the events of one FTC event, and notes in fresh the teams of its results.
func (st *step) updates(causes []cause, of map[analytics.Key]analytics.Step, moved []Change, fresh map[int]bool) []Update {
	var list []Update
	for i, c := range causes {
		last := i == len(causes)-1
		if len(causes) > mostEach && !last {
			continue
		}
		u := st.update(c.key)
		told := make(map[int]bool)
		if one, ok := of[named(c.key)]; ok && !c.gone {
			for _, ch := range one.Changes {
				now, _ := st.model.Rating(ch.Team)
				u.Teams = append(u.Teams, change(ch.Team, now, ch.Delta))
				told[ch.Team] = true
			}
		}
		maps.Copy(fresh, told)
		for _, m := range moved {
			already := told[m.TeamNumber] || fresh[m.TeamNumber] && len(causes) <= mostEach
			if last && !already && len(u.Teams) < mostTeams {
				u.Teams = append(u.Teams, m)
			}
		}
		list = append(list, u)
	}
	return list
}

func (st *step) update(k analytics.Key) Update {
	return Update{
		Season: st.season, EventCode: k.Event, Level: levelOf(k.Level == analytics.Playoff), MatchNumber: k.Number,
		Algo: st.constants.Version, Teams: []Change{},
	}
}

// tellElsewhere tells FTC events that go on, and had no result in this step, of their teams.
func (st *step) tellElsewhere(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, done map[string][]cause, moved []Change, fresh map[int]bool) error {
	others := make(map[int]bool)
	for _, c := range moved {
		if !fresh[c.TeamNumber] {
			others[c.TeamNumber] = true
		}
	}
	if len(others) == 0 {
		return nil
	}
	rows, err := st.q.TeamsNowAt(ctx, queries.TeamsNowAtParams{Season: int32(st.season), Teams: numbers(others), Today: st.now().UTC().Format(time.DateOnly)})
	if err != nil {
		return err
	}
	there := make(map[string]map[int]bool)
	for _, r := range rows {
		if done[r.EventCode] != nil {
			continue
		}
		if there[r.EventCode] == nil {
			there[r.EventCode] = make(map[int]bool)
		}
		there[r.EventCode][int(r.Number)] = true
	}
	for _, event := range slices.Sorted(maps.Keys(there)) {
		last, err := st.q.LastRatedAt(ctx, queries.LastRatedAtParams{Season: int32(st.season), EventCode: event})
		if errors.Is(err, pgx.ErrNoRows) {
			continue // its page shows no rating of the event yet
		}
		if err != nil {
			return err
		}
		u := st.update(place(st.season, time.Time{}, event, last.Playoff, last.Series, last.Number))
		list := st.at(moved, there[event])
		u.Teams = append(u.Teams, list[:min(len(list), mostTeams)]...)
		if err := st.add(ctx, tx, batch, u); err != nil {
			return err
		}
	}
	return nil
}

func (st *step) add(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, u Update) error {
	// Without a level these are the channels of the FTC event alone.
	channels, err := ftc.MatchChannels(ctx, tx, ftc.MatchKey{EventKey: ftc.EventKey{Season: u.Season, Code: u.EventCode}})
	if err != nil {
		return err
	}
	return batch.Add(Updated.On(u, channels...))
}
