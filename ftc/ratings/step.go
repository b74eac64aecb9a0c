package ratings

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// cause is a match that is not rated as its result is now.
type cause struct {
	key  analytics.Key // where it stands, or stood when it is gone
	gone bool
}

// step is one change of a season's ratings, in one transaction.
type step struct {
	*Service
	q      *queries.Queries
	season int
	whole  bool // everything is learned anew
	causes []cause
	from   analytics.Key // the first place that changes
	old    bool          // something was rated from there on

	matches []input // from there on
	teams   []int32 // whose rating may change
	before  map[int]analytics.Rating
	model   *analytics.Model
	learned []analytics.Step
	context []analytics.Context     // after each
	lost    map[string]map[int]bool // by event: teams of matches that are gone
}

// Rate brings the ratings of a season in step with the results, those of one FTC event or,
// for an empty code, of all. It reports whether there was something to do.
func (s *Service) Rate(ctx context.Context, season int, event string) (worked bool, err error) {
	if event != "" {
		due, err := s.due(ctx, s.q, season, event)
		if err != nil || len(due) == 0 {
			return false, eventlog.Translate(err)
		}
	}
	return s.rate(ctx, season, event, false)
}

// Rebuild learns a season anew from its results. It changes nothing but by the hand of
// somebody who wrote into the tables of ratings.
func (s *Service) Rebuild(ctx context.Context, season int) error {
	_, err := s.rate(ctx, season, "", true)
	return err
}

func (s *Service) rate(ctx context.Context, season int, event string, whole bool) (worked bool, err error) {
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		st := &step{Service: s, q: queries.New(tx), season: season, whole: whole}
		worked, err = st.run(ctx, event)
		if err != nil || !worked {
			return err
		}
		return st.tell(ctx, tx, batch)
	})
	return worked, err
}

// due lists the matches that are not rated as they are now, in the order of play.
func (s *Service) due(ctx context.Context, q *queries.Queries, season int, event string) ([]cause, error) {
	var rows []queries.ResultsToRateRow
	var err error
	if event != "" {
		rows, err = q.ResultsToRate(ctx, queries.ResultsToRateParams{Season: int32(season), EventCode: event})
	} else {
		var all []queries.SeasonResultsToRateRow
		all, err = q.SeasonResultsToRate(ctx, int32(season))
		for _, r := range all {
			rows = append(rows, queries.ResultsToRateRow(r))
		}
	}
	list := make([]cause, 0, len(rows))
	for _, r := range rows {
		list = append(list, cause{key: place(season, r.StartAt, r.EventCode, r.Playoff, r.Series, r.Number), gone: r.Gone})
		// Its old place changes too, if it has moved.
		if old := place(season, r.RatedAt, r.EventCode, r.Playoff, r.Series, r.Number); !r.Gone && old.Compare(list[len(list)-1].key) < 0 {
			list = append(list, cause{key: old, gone: true})
		}
	}
	slices.SortFunc(list, func(a, b cause) int { return a.key.Compare(b.key) })
	return list, err
}

// run does everything but telling.
func (st *step) run(ctx context.Context, event string) (worked bool, err error) {
	if err := st.begin(ctx); err != nil {
		return false, err
	}
	if st.whole {
		event = ""
	}
	if st.causes, err = st.due(ctx, st.q, st.season, event); err != nil || len(st.causes) == 0 && !st.whole {
		return false, err
	}
	if !st.whole {
		st.from = st.causes[0].key
	}
	if err := st.load(ctx); err != nil {
		return false, err
	}
	if err := st.learn(ctx); err != nil {
		return false, err
	}
	if err := st.store(ctx); err != nil {
		return false, err
	}
	return true, st.predict(ctx)
}

// begin locks the season and takes over what teams bring along from the one before. It
// settles whether everything has to be learned anew.
func (st *step) begin(ctx context.Context) error {
	season := int32(st.season) //nolint:gosec // a year
	if err := st.q.EnsureRatingSeason(ctx, queries.EnsureRatingSeasonParams{Season: season, Algo: st.constants.Version}); err != nil {
		return err
	}
	row, err := st.q.LockRatingSeason(ctx, season)
	if err != nil {
		return err
	}
	st.whole = st.whole || row.Algo != st.constants.Version
	last, err := st.q.ShareRatingSeason(ctx, season-1)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && last.Version == row.CarriedFrom {
		return nil
	}
	if err != nil {
		return err
	}
	changed, err := st.carry(ctx)
	st.whole = st.whole || changed
	if err == nil {
		err = st.q.KeepCarried(ctx, queries.KeepCarriedParams{Season: season, CarriedFrom: last.Version})
	}
	return err
}

// carry stores where teams stood at the end of the season before, and reports whether that
// has changed.
func (st *step) carry(ctx context.Context) (changed bool, err error) {
	rows, err := st.q.SeasonRatings(ctx, int32(st.season-1))
	if err != nil {
		return false, err
	}
	teams := make(map[int]bool, len(rows))
	for _, r := range rows {
		teams[int(r.TeamNumber)] = true
	}
	last, _, err := st.current(ctx, st.q, st.season-1, numbers(teams))
	if err != nil {
		return false, err
	}
	carried := last.NextSeason(analytics.Season{Year: st.season, Prior: analytics.DefaultPrior()}).Snapshot().Carried
	stored, err := st.q.AllCarried(ctx, int32(st.season))
	if err != nil {
		return false, err
	}
	known := make(map[int]float64, len(stored))
	for _, r := range stored {
		known[int(r.TeamNumber)] = r.Standing
	}
	if maps.Equal(known, carried) {
		return false, nil
	}
	p := queries.InsertCarriedParams{Season: int32(st.season)}
	for team, standing := range carried {
		p.Teams, p.Standings = append(p.Teams, int32(team)), append(p.Standings, standing)
	}
	if err := st.q.ClearCarried(ctx, p.Season); err != nil {
		return false, err
	}
	return true, st.q.InsertCarried(ctx, p)
}

// load reads the matches to learn: those that changed and all after the first of them.
func (st *step) load(ctx context.Context) error {
	for {
		rows, err := st.rows(ctx)
		if err != nil {
			return err
		}
		if st.matches, err = inputs(rows); err != nil {
			return err
		}
		// A result may have moved to the front since it was looked at.
		if len(st.matches) == 0 || st.whole || st.matches[0].Compare(st.from) >= 0 {
			return nil
		}
		st.from = st.matches[0].Key
	}
}

func (st *step) rows(ctx context.Context) ([]queries.RatableResult, error) {
	rated, err := st.q.RatedFrom(ctx, st.after())
	if err != nil {
		return nil, err
	}
	st.old = len(rated) > 0
	if st.whole {
		return st.q.SeasonRatingInput(ctx, int32(st.season))
	}
	p := queries.RatingInputParams{Season: int32(st.season)}
	seen := make(map[analytics.Key]bool)
	add := func(k analytics.Key) {
		if name := named(k); !seen[name] {
			seen[name] = true
			p.Events, p.Playoffs = append(p.Events, k.Event), append(p.Playoffs, k.Level == analytics.Playoff)
			p.Serieses, p.Numbers = append(p.Serieses, int32(k.Series)), append(p.Numbers, int32(k.Number))
		}
	}
	for _, r := range rated {
		add(place(st.season, st.from.Start, r.EventCode, r.Playoff, r.Series, r.Number))
	}
	for _, c := range st.causes {
		add(c.key)
	}
	return st.q.RatingInput(ctx, p)
}

// after is the first place that changes, as queries take it.
func (st *step) after() queries.RatedFromParams {
	return queries.RatedFromParams{
		Season: int32(st.season), StartAt: st.from.Start, EventCode: st.from.Event, Playoff: st.from.Level == analytics.Playoff,
		Series: int32(st.from.Series), Number: int32(st.from.Number),
	}
}

// learn brings the model to where the first change is and has it learn from there.
func (st *step) learn(ctx context.Context) error {
	if err := st.touched(ctx); err != nil {
		return err
	}
	at := st.after()
	var begin *analytics.Context
	row, err := st.q.ContextBefore(ctx, queries.ContextBeforeParams(at))
	if err == nil {
		begin = contextOf(row)
	} else if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	rows, err := st.q.RatingsBefore(ctx, queries.RatingsBeforeParams{
		Season: at.Season, Teams: st.teams, StartAt: at.StartAt, EventCode: at.EventCode, Playoff: at.Playoff, Series: at.Series, Number: at.Number,
	})
	if err != nil {
		return err
	}
	known := make(map[int]analytics.Rating, len(rows))
	for _, r := range rows {
		known[int(r.TeamNumber)] = analytics.Rating{Auto: r.Auto, Teleop: r.Teleop, Endgame: r.Endgame, Matches: int(r.Matches)}
	}
	if st.model, err = st.stand(ctx, begin, known); err != nil {
		return err
	}
	for _, m := range st.matches {
		st.learned = append(st.learned, st.model.Learn(m.Match))
		st.context = append(st.context, st.model.Context())
	}
	return nil
}

func (st *step) stand(ctx context.Context, begin *analytics.Context, known map[int]analytics.Rating) (*analytics.Model, error) {
	carried, err := carriedBy(ctx, st.q, st.season, st.teams)
	if err != nil {
		return nil, err
	}
	return st.Service.model(st.season, begin, known, carried)
}

// touched finds the teams whose rating may change, and what was told of them.
func (st *step) touched(ctx context.Context) error {
	teams := make(map[int]bool)
	if st.old {
		list, err := st.q.RatedTeamsFrom(ctx, queries.RatedTeamsFromParams(st.after()))
		if err != nil {
			return err
		}
		for _, team := range list {
			teams[int(team)] = true
		}
	}
	for _, m := range st.matches {
		for _, team := range slices.Concat(m.Red.Teams, m.Blue.Teams) {
			teams[team] = true
		}
	}
	st.teams = numbers(teams)
	if err := st.vanished(ctx); err != nil {
		return err
	}
	var err error
	_, st.before, err = st.current(ctx, st.q, st.season, st.teams)
	return err
}

// vanished notes the teams of matches that are gone while the log still knows them.
func (st *step) vanished(ctx context.Context) error {
	st.lost = make(map[string]map[int]bool)
	for _, c := range st.causes {
		if !c.gone || st.lost[c.key.Event] != nil {
			continue
		}
		rows, err := st.q.EventChanges(ctx, queries.EventChangesParams{Season: int32(st.season), EventCode: c.key.Event})
		if err != nil {
			return fmt.Errorf("teams of a match that is gone: %w", err)
		}
		st.lost[c.key.Event] = make(map[int]bool)
		for _, r := range rows {
			st.lost[c.key.Event][int(r.TeamNumber)] = true
		}
	}
	return nil
}
