package ratings

import (
	"context"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/queries"
)

// store writes what was learned in place of what was known from there on.
func (st *step) store(ctx context.Context) error {
	if st.old {
		if err := st.q.ForgetRatedFrom(ctx, queries.ForgetRatedFromParams(st.after())); err != nil {
			return err
		}
		if err := st.q.ForgetChangesFrom(ctx, queries.ForgetChangesFromParams(st.after())); err != nil {
			return err
		}
	}
	log, changes := st.rowsToStore()
	if len(log.Events) > 0 {
		if err := st.q.InsertRated(ctx, log); err != nil {
			return err
		}
		if err := st.q.InsertChanges(ctx, changes); err != nil {
			return err
		}
	}
	if err := st.storeRatings(ctx); err != nil {
		return err
	}
	row, err := st.q.LockRatingSeason(ctx, int32(st.season))
	if err != nil {
		return err
	}
	return st.q.MoveRatingSeason(ctx, queries.MoveRatingSeasonParams{Season: int32(st.season), Algo: st.constants.Version, CarriedFrom: row.CarriedFrom})
}

func (st *step) rowsToStore() (queries.InsertRatedParams, queries.InsertChangesParams) {
	log := queries.InsertRatedParams{Season: int32(st.season)}
	changes := queries.InsertChangesParams{Season: int32(st.season)}
	for i, m := range st.matches {
		learned, c := st.learned[i], st.context[i]
		playoff := m.Level == analytics.Playoff
		log.Starts, log.Events, log.Playoffs = append(log.Starts, m.Start), append(log.Events, m.Event), append(log.Playoffs, playoff)
		log.Serieses, log.Numbers = append(log.Serieses, int32(m.Series)), append(log.Numbers, int32(m.Number))
		log.Revs, log.Planned = append(log.Revs, m.rev), append(log.Planned, m.planned)
		log.RedTotals, log.RedNoFouls = append(log.RedTotals, int32(m.Red.Points.Total)), append(log.RedNoFouls, int32(m.Red.Points.NoFoul))
		log.BlueTotals, log.BlueNoFouls = append(log.BlueTotals, int32(m.Blue.Points.Total)), append(log.BlueNoFouls, int32(m.Blue.Points.NoFoul))
		log.RedWins, log.Reds, log.Blues = append(log.RedWins, learned.Prediction.RedWins), append(log.Reds, learned.Prediction.Red), append(log.Blues, learned.Prediction.Blue)
		log.Weights, log.Totals, log.Squares = append(log.Weights, c.Weight), append(log.Totals, c.Total), append(log.Squares, c.Squares)
		log.Autos, log.Teleops, log.Endgames = append(log.Autos, c.Components[0]), append(log.Teleops, c.Components[1]), append(log.Endgames, c.Components[2])
		for _, one := range learned.Changes {
			changes.Starts, changes.Events, changes.Playoffs = append(changes.Starts, m.Start), append(changes.Events, m.Event), append(changes.Playoffs, playoff)
			changes.Serieses, changes.Numbers = append(changes.Serieses, int32(m.Series)), append(changes.Numbers, int32(m.Number))
			changes.Teams, changes.Matches = append(changes.Teams, int32(one.Team)), append(changes.Matches, int32(one.After.Matches))
			changes.Autos, changes.Teleops = append(changes.Autos, one.After.Auto), append(changes.Teleops, one.After.Teleop)
			changes.Endgames, changes.Deltas = append(changes.Endgames, one.After.Endgame), append(changes.Deltas, one.Delta)
		}
	}
	return log, changes
}

// storeRatings writes the ratings that are others now. A team whose matches are all gone
// has none.
func (st *step) storeRatings(ctx context.Context) error {
	put := queries.PutRatingsParams{Season: int32(st.season)}
	drop := queries.DropRatingsParams{Season: int32(st.season)}
	for _, team := range st.teams {
		now, rated := st.model.Rating(int(team))
		before, known := st.before[int(team)]
		switch {
		case !rated && known:
			drop.Teams = append(drop.Teams, team)
		case rated && (!known || now != before):
			put.Teams, put.Matches = append(put.Teams, team), append(put.Matches, int32(now.Matches))
			put.Autos, put.Teleops, put.Endgames = append(put.Autos, now.Auto), append(put.Teleops, now.Teleop), append(put.Endgames, now.Endgame)
		}
	}
	if len(drop.Teams) > 0 {
		if err := st.q.DropRatings(ctx, drop); err != nil {
			return err
		}
	}
	if len(put.Teams) == 0 {
		return nil
	}
	return st.q.PutRatings(ctx, put)
}
