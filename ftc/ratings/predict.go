package ratings

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// mostEvents is of how many FTC events one step says anew what it expects of matches to
// come. A step of more is an import of what is long over.
const mostEvents = 50

// predict stores what the ratings expect: of the matches that the step is about, in case
// that nobody had said it before, and anew of those to come at their FTC events.
func (st *step) predict(ctx context.Context) error {
	caused := make(map[analytics.Key]bool, len(st.causes))
	var events []string
	for _, c := range st.causes {
		caused[named(c.key)] = !c.gone || caused[named(c.key)]
		events = append(events, c.key.Event)
	}
	p := st.predictions(int32(st.season), false)
	for i, m := range st.matches {
		if caused[named(m.Key)] {
			addPrediction(&p, m.Event, m.Level == analytics.Playoff, int32(m.Series), int32(m.Number), m.teams, st.learned[i].Prediction)
		}
	}
	if len(p.Events) > 0 {
		if err := st.q.PutPredictions(ctx, p); err != nil {
			return err
		}
	}
	slices.Sort(events)
	if events = slices.Compact(events); len(events) > mostEvents {
		return nil
	}
	for _, event := range events {
		if err := st.foresee(ctx, st.q, st.season, event); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) predictions(season int32, early bool) queries.PutPredictionsParams {
	return queries.PutPredictionsParams{Season: season, Algo: s.constants.Version, Early: early, MadeAt: s.now()}
}

func addPrediction(p *queries.PutPredictionsParams, event string, playoff bool, series, number int32, teams string, said analytics.Prediction) {
	p.Events, p.Playoffs = append(p.Events, event), append(p.Playoffs, playoff)
	p.Serieses, p.Numbers, p.Teams = append(p.Serieses, series), append(p.Numbers, number), append(p.Teams, teams)
	p.RedWins, p.Reds, p.Blues = append(p.RedWins, said.RedWins), append(p.Reds, said.Red), append(p.Blues, said.Blue)
}

// foresee stores what is expected of the matches to come at an FTC event.
func (s *Service) foresee(ctx context.Context, q *queries.Queries, season int, event string) error {
	rows, err := q.MatchesToPredict(ctx, queries.MatchesToPredictParams{Season: int32(season), EventCode: event})
	if err != nil || len(rows) == 0 {
		return err
	}
	teams := make(map[int]bool)
	for _, r := range rows {
		red, blue := sides(r.Teams)
		for _, team := range slices.Concat(red, blue) {
			teams[team] = true
		}
	}
	model, _, err := s.current(ctx, q, season, numbers(teams))
	if err != nil {
		return err
	}
	p := s.predictions(int32(season), true)
	for _, r := range rows {
		red, blue := sides(r.Teams)
		addPrediction(&p, event, r.Playoff, r.Series, r.Number, r.Teams, model.Predict(red, blue))
	}
	return q.PutPredictions(ctx, p)
}

// Foresee says what is expected of matches that are planned and of which nothing is said
// yet, at the FTC events that go on.
func (s *Service) Foresee(ctx context.Context) error {
	events, err := s.q.EventsToPredict(ctx, s.now().UTC().Format(time.DateOnly))
	if err != nil {
		return eventlog.Translate(err)
	}
	for _, e := range events {
		err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			q := queries.New(tx)
			if err := q.EnsureRatingSeason(ctx, queries.EnsureRatingSeasonParams{Season: e.Season, Algo: s.constants.Version}); err != nil {
				return err
			}
			if _, err := q.LockRatingSeason(ctx, e.Season); err != nil {
				return err
			}
			return s.foresee(ctx, q, int(e.Season), e.Code)
		})
		if err != nil {
			return eventlog.Translate(err)
		}
	}
	return nil
}

// Expected is what was said of a match, as it was last said before its result was known.
type Expected struct {
	Level       ftc.Level `json:"level"`
	Series      int       `json:"series"`
	MatchNumber int       `json:"matchNumber"`
	RedWins     float64   `json:"redWins"` // probability
	Red         float64   `json:"red"`     // points without fouls
	Blue        float64   `json:"blue"`
	Early       bool      `json:"early"` // false where the result came first: it is what earlier matches alone made expect
}

// Expectations are what was said of the matches of an FTC event, played or to come.
type Expectations struct {
	ftc.EventKey
	Matches []Expected `json:"matches"` // those that something was said of
}

// Expected lists what was said of the matches of an FTC event.
func (s *Service) Expected(ctx context.Context, key ftc.EventKey) (Expectations, error) {
	out := Expectations{EventKey: key, Matches: []Expected{}}
	if _, err := s.ftc.Event(ctx, key); err != nil {
		return out, err
	}
	rows, err := s.q.EventPredictions(ctx, queries.EventPredictionsParams{Season: int32(key.Season), EventCode: key.Code})
	for _, r := range rows {
		out.Matches = append(out.Matches, Expected{
			Level: levelOf(r.Playoff), Series: int(r.Series), MatchNumber: int(r.Number), RedWins: r.RedWins, Red: r.Red, Blue: r.Blue, Early: r.Early,
		})
	}
	return out, eventlog.Translate(err)
}
