package follow

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// readMatches reads the matches of one level and, if anything about them has changed, what
// their results are made of. The scores are read after the matches, so that they hold at
// least what the matches do.
func (f *Follower) readMatches(ctx context.Context, event ftc.Event, level ftc.Level, c cursor) error {
	if err := f.take(); err != nil {
		return err
	}
	since := c.since(f.o.Now(), fullEach)
	reply, err := f.o.Source.Matches(ctx, event, level, since)
	if err != nil {
		return err
	}
	if reply.Unchanged {
		return f.write(ctx, c, since, reply.Modified, nothing)
	}
	scores := make(map[ftc.MatchKey]firstapi.Score)
	if slices.ContainsFunc(reply.Rows, func(m firstapi.Match) bool { return m.Result != nil }) {
		if err := f.take(); err != nil {
			return err
		}
		list, err := f.o.Source.Scores(ctx, event.EventKey, level, firstapi.Since{})
		if err != nil {
			return err
		}
		for _, s := range list.Rows {
			scores[s.MatchKey] = s
		}
	}
	rows, left := matches(reply.Rows)
	results, agree := results(rows, scores)
	modified := reply.Modified
	if !agree {
		modified = time.Time{} // one of the lists was behind the other: read everything again soon
	}
	return f.write(ctx, c, since, modified, func(tx pgx.Tx, batch *eventlog.Batch) error {
		if err := ftc.Lock(ctx, tx, event.EventKey); err != nil {
			return err
		}
		if err := ftc.PutSchedule(ctx, tx, event.EventKey, level, plans(rows), reply.Unread == 0 && left == 0, f.o.Now()); err != nil {
			return err
		}
		return f.record(ctx, tx, batch, results)
	})
}

// record stores the results in the order in which they were posted. One that contradicts
// itself is left out; the others count.
func (f *Follower) record(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, results []ftc.Result) error {
	for _, r := range results {
		_, _, err := f.o.Live.Record(ctx, tx, batch, r)
		if errors.Is(err, ftc.ErrResult) {
			f.o.Logger.WarnContext(ctx, "an official result is left out", slog.String("event", r.Code), slog.String("level", string(r.Level)),
				slog.Int("series", r.Series), slog.Int("number", r.Number), slog.Any("error", err))
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// matches returns the rows that can be stored, each match once, and how many are left out.
func matches(rows []firstapi.Match) ([]firstapi.Match, int) {
	known := make(map[ftc.MatchKey]bool, len(rows))
	var list []firstapi.Match
	for _, m := range slices.Backward(rows) { // the last one of two counts
		if known[m.MatchKey] || m.Number < 1 || m.Number > 999 || m.Series < 0 || m.Series > 99 {
			continue
		}
		known[m.MatchKey] = true
		m.Robots = robots(m.Robots)
		list = append(list, m)
	}
	slices.Reverse(list)
	return list, len(rows) - len(list)
}

// robots returns each team and each station once.
func robots(rows []firstapi.Robot) []firstapi.Robot {
	type place struct {
		alliance ftc.Alliance
		station  int
	}
	teams, places := make(map[int]bool), make(map[place]bool)
	return slices.DeleteFunc(slices.Clone(rows), func(r firstapi.Robot) bool {
		at := place{r.Alliance, r.Station}
		if r.TeamNumber < 1 || r.TeamNumber > 99999 || teams[r.TeamNumber] || places[at] {
			return true
		}
		teams[r.TeamNumber], places[at] = true, true
		return false
	})
}

func plans(rows []firstapi.Match) []ftc.Match {
	list := make([]ftc.Match, 0, len(rows))
	for _, m := range rows {
		plan := ftc.Match{MatchKey: m.MatchKey, Description: m.Description, Field: m.Field, ScheduledAt: m.ScheduledAt}
		for _, r := range m.Robots {
			plan.Robots = append(plan.Robots, r.Robot)
		}
		list = append(list, plan)
	}
	return list
}

// results returns the results so far, and whether the scores say the same as the matches.
func results(rows []firstapi.Match, scores map[ftc.MatchKey]firstapi.Score) ([]ftc.Result, bool) {
	var list []ftc.Result
	agree := true
	for _, m := range rows {
		if m.Result == nil {
			continue
		}
		r := ftc.Result{MatchKey: m.MatchKey, StartedAt: m.StartedAt, Official: true}
		if r.PostedAt = posted(m); r.PostedAt.IsZero() {
			continue
		}
		score, there := scores[m.MatchKey]
		if !there || !says(score, m) {
			score, agree = firstapi.Score{}, false
		}
		r.Alliances = alliancesOf(m, score)
		if len(r.Alliances) == 2 && r.Alliances[0].Total == r.Alliances[1].Total {
			r.Winner = m.Result.Winner
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b ftc.Result) int {
		return cmp.Or(a.PostedAt.Compare(b.PostedAt), cmp.Compare(a.Series, b.Series), cmp.Compare(a.Number, b.Number))
	})
	return list, agree
}

// posted is when the result was, or, where that is not told, when the match began.
func posted(m firstapi.Match) time.Time {
	switch {
	case m.PostedAt != nil:
		return *m.PostedAt
	case m.StartedAt != nil:
		return *m.StartedAt
	}
	return time.Time{}
}

// says reports whether the score is of the same result as the match. One of a season whose
// parts are not known may be.
func says(score firstapi.Score, m firstapi.Match) bool {
	for _, a := range score.Alliances {
		total := m.Result.Red.Points
		if a.Alliance == ftc.Blue {
			total = m.Result.Blue.Points
		}
		if a.Points != nil && a.Points.Total != total {
			return false
		}
	}
	return true
}

// alliancesOf puts the two rows of a match together. Without a score only totals are known.
func alliancesOf(m firstapi.Match, score firstapi.Score) []ftc.AllianceResult {
	var list []ftc.AllianceResult
	for _, side := range []ftc.Alliance{ftc.Red, ftc.Blue} {
		own, other := m.Result.Red, m.Result.Blue
		if side == ftc.Blue {
			own, other = other, own
		}
		a := ftc.AllianceResult{Alliance: side, Total: own.Points, NoFoul: own.Points - own.Fouls, FoulsCommitted: max(other.Fouls, 0)}
		for _, r := range m.Robots {
			if r.Alliance == side {
				a.Robots = append(a.Robots, ftc.PlayedRobot{
					TeamNumber: r.TeamNumber, Station: r.Station, NoShow: r.NoShow, Disqualified: r.Disqualified, Absent: r.Absent,
				})
			}
		}
		at := slices.IndexFunc(score.Alliances, func(s firstapi.AllianceScore) bool { return s.Alliance == side })
		if at >= 0 {
			parts(&a, score.Alliances[at])
		}
		if len(a.Robots) == 0 && len(m.Robots) > 0 && at < 0 {
			continue // the empty side of a remote event
		}
		list = append(list, a)
	}
	return list
}

func parts(a *ftc.AllianceResult, s firstapi.AllianceScore) {
	a.Details = s.Details
	if p := s.Points; p != nil {
		a.Total, a.NoFoul, a.FoulsCommitted, a.RankingPoints = p.Total, p.NoFoul, max(p.FoulsCommitted, 0), p.RankingPoints
		a.Phases = &ftc.Phases{Auto: p.Auto, Teleop: p.Teleop, Endgame: p.Endgame}
	}
}
