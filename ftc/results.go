package ftc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// ErrResult is the answer to a result that contradicts itself.
var ErrResult = fault.New(fault.Invalid, "bad-result", "This result of a match contradicts itself.")

// shortestPlay is less than a match takes. A start that is later by this much belongs to
// another play of the match; one that is later by less is a correction.
const shortestPlay = 150 * time.Second

// maxPoints is more than any score has.
const maxPoints = 1_000_000

// Result is what a match ended with. Plays and Rev are told by the server: they are of no
// meaning in what is put.
type Result struct {
	MatchKey
	Alliances []AllianceResult `json:"alliances"` // red before blue; one alone at a remote event
	StartedAt *time.Time       `json:"startedAt"` // nil where nobody knows
	PostedAt  time.Time        `json:"postedAt"`
	Official  bool             `json:"official"` // from the official API, not from somebody at the venue
	Winner    Alliance         `json:"winner"`   // where the officials say who won in spite of equal points; see Won
	Plays     int              `json:"plays"`    // how often the match was played; this is the last one's result
	Rev       int              `json:"rev"`      // 1 when new, one more with each correction
}

// AllianceResult is one alliance's side of a result.
type AllianceResult struct {
	Alliance       Alliance        `json:"alliance"`
	Total          int             `json:"total"`                  // decides the match; contains what the opponent's fouls gave
	NoFoul         int             `json:"noFoul"`                 // the total without that
	Phases         *Phases         `json:"phases" nullable:"true"` // nil where only the totals are known
	FoulsCommitted int             `json:"foulPointsCommitted"`
	RankingPoints  map[string]bool `json:"rankingPoints"`
	Robots         []PlayedRobot   `json:"robots"`            // nobody where it is not known who played
	Details        json.RawMessage `json:"details,omitempty"` // as the official API names the parts
}

// Phases are the parts of an alliance's points without fouls.
type Phases struct {
	Auto    int `json:"auto"`
	Teleop  int `json:"teleop"` // without the endgame
	Endgame int `json:"endgame"`
}

// PlayedRobot is what became of a robot in a match.
type PlayedRobot struct {
	TeamNumber   int  `json:"teamNumber"`
	Station      int  `json:"station"`
	NoShow       bool `json:"noShow"`
	Disqualified bool `json:"disqualified"`
	Absent       bool `json:"absent"` // not on the field, with or without being announced
}

// Won returns the alliance that won, or "" for a tie.
func (r Result) Won() Alliance {
	if len(r.Alliances) != 2 || r.Alliances[0].Total == r.Alliances[1].Total {
		return r.Winner
	}
	best := r.Alliances[0]
	if r.Alliances[1].Total > best.Total {
		best = r.Alliances[1]
	}
	return best.Alliance
}

// PutResult stores a result inside the caller's transaction, and the match where nobody
// has planned it. It returns what is stored now and whether that has changed: the same
// content once more changes nothing, another content raises rev. A result that starts
// later by a match's length is of another play, and only the last play's is kept. What is
// older than the stored result is passed over, and so is what somebody at the venue says
// of a play whose official result is there.
func PutResult(ctx context.Context, tx pgx.Tx, r Result) (stored Result, changed bool, err error) {
	if r, err = r.normal(); err != nil {
		return Result{}, false, err
	}
	q := queries.New(tx)
	if err := Ensure(ctx, tx, r.EventKey); err != nil {
		return Result{}, false, err
	}
	match := queries.EnsureMatchParams{Season: int32(r.Season), EventCode: r.Code, Level: string(r.Level), Series: int32(r.Series), Number: int32(r.Number)}
	if err := q.EnsureMatch(ctx, match); err != nil {
		return Result{}, false, err
	}
	if err := q.LockMatch(ctx, queries.LockMatchParams(match)); err != nil {
		return Result{}, false, err
	}
	rows, err := q.MatchResults(ctx, queries.MatchResultsParams(match))
	if err != nil {
		return Result{}, false, err
	}
	r.Plays, r.Rev = 1, 1
	if len(rows) > 0 {
		known, err := results(rows)
		if err != nil {
			return Result{}, false, err
		}
		if r = r.after(known[0]); r.Rev == known[0].Rev {
			return known[0], false, nil
		}
	}
	if err := q.ClearResult(ctx, queries.ClearResultParams(match)); err != nil {
		return Result{}, false, err
	}
	for _, a := range r.Alliances {
		if err := q.InsertResult(ctx, r.row(a)); err != nil {
			return Result{}, false, err
		}
	}
	return r, true, nil
}

// PutResult stores a result as the function of that name does, in a transaction of its own.
func (s *Service) PutResult(ctx context.Context, r Result) (stored Result, changed bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		stored, changed, err = PutResult(ctx, tx, r)
		return err
	})
	return stored, changed, eventlog.Translate(err)
}

// after returns what is to be stored when r comes after what is known: of the known rev if
// nothing is to change.
func (r Result) after(known Result) Result {
	later := func(a, b *time.Time) bool { return a != nil && b != nil && a.Sub(*b) >= shortestPlay }
	replay := later(r.StartedAt, known.StartedAt)
	outdated := r.PostedAt.Before(known.PostedAt) && (r.Official == known.Official || later(known.StartedAt, r.StartedAt))
	if outdated || known.Official && !r.Official && !replay {
		return known
	}
	r.Plays, r.Rev = known.Plays, known.Rev
	if replay {
		r.Plays++
	}
	if r.StartedAt == nil {
		r.StartedAt = known.StartedAt
	}
	if replay || !r.says(known) {
		r.Rev++
	}
	return r
}

// says reports whether both say the same. The time of posting is left out: officials post
// again without changing anything.
func (r Result) says(other Result) bool {
	return r.Official == other.Official && r.Winner == other.Winner && (r.StartedAt == nil) == (other.StartedAt == nil) &&
		(r.StartedAt == nil || r.StartedAt.Equal(*other.StartedAt)) &&
		slices.EqualFunc(r.Alliances, other.Alliances, func(a, b AllianceResult) bool {
			return a.Alliance == b.Alliance && a.Total == b.Total && a.NoFoul == b.NoFoul && a.FoulsCommitted == b.FoulsCommitted &&
				(a.Phases == nil) == (b.Phases == nil) && (a.Phases == nil || *a.Phases == *b.Phases) &&
				maps.Equal(a.RankingPoints, b.RankingPoints) && slices.Equal(a.Robots, b.Robots) && bytes.Equal(a.Details, b.Details)
		})
}

// normal returns the result as it is stored, so that equal ones are equal, or what is
// wrong with it.
func (r Result) normal() (Result, error) {
	r.Alliances = slices.Clone(r.Alliances)
	slices.SortFunc(r.Alliances, func(a, b AllianceResult) int { return bytes.Compare([]byte(b.Alliance), []byte(a.Alliance)) })
	if len(r.Alliances) == 0 || len(r.Alliances) > 2 || len(r.Alliances) == 2 && r.Alliances[0].Alliance == r.Alliances[1].Alliance {
		return r, ErrResult.Saying("A result has one row for each alliance.")
	}
	if r.Number < 1 || r.Number > 999 || r.Series < 0 || r.Series > 99 || !slices.Contains([]Level{Practice, Qual, Playoff}, r.Level) || r.PostedAt.IsZero() {
		return r, ErrResult.Saying("A result names its match and when it was posted.")
	}
	for i := range r.Alliances {
		if err := r.Alliances[i].normalize(); err != nil {
			return r, err
		}
	}
	if r.Winner != "" && (r.Winner != Red && r.Winner != Blue || len(r.Alliances) == 2 && r.Alliances[0].Total != r.Alliances[1].Total) {
		return r, ErrResult.Saying("A winner is named where the points are equal, and is RED or BLUE.")
	}
	r.PostedAt = r.PostedAt.UTC().Truncate(time.Microsecond)
	if r.StartedAt != nil {
		started := r.StartedAt.UTC().Truncate(time.Microsecond)
		r.StartedAt = &started
	}
	return r, nil
}

func (a *AllianceResult) normalize() error {
	switch p := a.Phases; {
	case a.Alliance != Red && a.Alliance != Blue:
		return ErrResult.Saying("An alliance is RED or BLUE.")
	case p != nil && a.NoFoul != p.Auto+p.Teleop+p.Endgame:
		return ErrResult.Saying("The phases of %s make %d points, not %d.", a.Alliance, p.Auto+p.Teleop+p.Endgame, a.NoFoul)
	case max(a.Total, -a.Total, a.NoFoul, -a.NoFoul, a.FoulsCommitted) > maxPoints || a.FoulsCommitted < 0:
		return ErrResult.Saying("No alliance has such points.")
	}
	if a.RankingPoints == nil {
		a.RankingPoints = map[string]bool{}
	}
	a.Robots = append([]PlayedRobot{}, a.Robots...)
	slices.SortFunc(a.Robots, func(x, y PlayedRobot) int { return x.Station - y.Station })
	if len(a.Details) == 0 || string(bytes.TrimSpace(a.Details)) == "null" {
		a.Details = nil
		return nil
	}
	details, err := sorted(a.Details)
	if err != nil {
		return ErrResult.Saying("The details of %s are no JSON.", a.Alliance).Because(err)
	}
	a.Details = details
	return nil
}

// sorted writes JSON with its keys in order, so that a server may send them in any.
func sorted(raw json.RawMessage) (json.RawMessage, error) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // as they were written
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// Results lists the results of an FTC event, as the matches are played.
func (s *Service) Results(ctx context.Context, key EventKey) ([]Result, error) {
	if _, err := s.Event(ctx, key); err != nil {
		return nil, err
	}
	list, err := ResultsAt(ctx, s.q, key)
	return list, eventlog.Translate(err)
}

// ResultsAt lists the results of an FTC event through the caller's connection; none where
// the event is not known. A match that the schedule has lost does not count.
func ResultsAt(ctx context.Context, q *queries.Queries, key EventKey) ([]Result, error) {
	return resultsAt(ctx, q, key, false)
}

// EveryResultAt is ResultsAt with the results of matches that the schedule has lost.
func EveryResultAt(ctx context.Context, q *queries.Queries, key EventKey) ([]Result, error) {
	return resultsAt(ctx, q, key, true)
}

func resultsAt(ctx context.Context, q *queries.Queries, key EventKey, removed bool) ([]Result, error) {
	rows, err := q.EventResults(ctx, queries.EventResultsParams{Season: int32(key.Season), EventCode: key.Code, Removed: removed})
	if err != nil {
		return nil, err
	}
	return results(rows)
}

// results joins the rows of alliances, which come match by match.
func results(rows []queries.MatchResult) ([]Result, error) {
	list := make([]Result, 0, len(rows)/2+1)
	for _, row := range rows {
		key := MatchKey{EventKey{int(row.Season), row.EventCode}, Level(row.Level), int(row.Series), int(row.Number)}
		if len(list) == 0 || list[len(list)-1].MatchKey != key {
			r := Result{MatchKey: key, PostedAt: row.PostedAt.UTC(), Official: row.Official, Plays: int(row.Plays), Rev: int(row.Rev)}
			r.StartedAt = utc(row.StartedAt)
			if row.Winner != nil {
				r.Winner = Alliance(*row.Winner)
			}
			list = append(list, r)
		}
		a, err := allianceResult(row)
		if err != nil {
			return nil, fmt.Errorf("result of %s match %d: %w", row.Level, row.Number, err)
		}
		last := &list[len(list)-1]
		last.Alliances = append(last.Alliances, a)
	}
	return list, nil
}

func allianceResult(row queries.MatchResult) (AllianceResult, error) {
	a := AllianceResult{
		Alliance: Alliance(row.Alliance), Total: int(row.Total), NoFoul: int(row.NoFoul),
		FoulsCommitted: int(row.FoulsCommitted), Details: row.Details,
	}
	if row.Auto != nil && row.Teleop != nil && row.Endgame != nil {
		a.Phases = &Phases{int(*row.Auto), int(*row.Teleop), int(*row.Endgame)}
	}
	if err := json.Unmarshal(row.RankingPoints, &a.RankingPoints); err != nil {
		return a, err
	}
	return a, json.Unmarshal(row.Robots, &a.Robots)
}

func (r Result) row(a AllianceResult) queries.InsertResultParams {
	p := queries.InsertResultParams{
		Season: int32(r.Season), EventCode: r.Code, Level: string(r.Level), Series: int32(r.Series), Number: int32(r.Number),
		Alliance: string(a.Alliance), Total: int32(a.Total), NoFoul: int32(a.NoFoul), FoulsCommitted: int32(a.FoulsCommitted),
		Details: a.Details, Plays: int32(r.Plays), StartedAt: r.StartedAt, PostedAt: r.PostedAt, Official: r.Official, Rev: int32(r.Rev),
	}
	if a.Phases != nil {
		auto, teleop, endgame := int32(a.Phases.Auto), int32(a.Phases.Teleop), int32(a.Phases.Endgame)
		p.Auto, p.Teleop, p.Endgame = &auto, &teleop, &endgame
	}
	if r.Winner != "" {
		winner := string(r.Winner)
		p.Winner = &winner
	}
	p.RankingPoints, _ = json.Marshal(a.RankingPoints) // flags and numbers always encode
	p.Robots, _ = json.Marshal(a.Robots)
	return p
}
