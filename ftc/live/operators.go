package live

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// EventOperator is somebody who may start matches and enter results of one FTC event.
type EventOperator struct {
	UserID      uuid.UUID `json:"userId"`
	DisplayName string    `json:"displayName"`
	GrantedAt   time.Time `json:"grantedAt"`
}

// operates returns ErrNotOperator unless the actor is an operator of the server or of the
// FTC event. A right that is taken away is gone before this transaction commits.
func operates(ctx context.Context, tx pgx.Tx, actor accounts.Actor, key ftc.EventKey) error {
	if actor.Operator {
		return nil
	}
	_, err := queries.New(tx).OperatesEvent(ctx, queries.OperatesEventParams{Season: int32(key.Season), EventCode: key.Code, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotOperator
	}
	return err
}

// Press takes an operator's report that a match began.
func (s *Service) Press(ctx context.Context, actor accounts.Actor, r Report) (news bool, err error) {
	r.Source = Operator
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		if err := operates(ctx, tx, actor, r.EventKey); err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.MatchStarted, Object: play(r.MatchKey)})
		news, err = s.start(ctx, tx, batch, r)
		return err
	})
	return news, err
}

// Withdraw takes an operator's report that a match which had begun was stopped.
func (s *Service) Withdraw(ctx context.Context, actor accounts.Actor, key ftc.MatchKey) (news bool, err error) {
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		if err := operates(ctx, tx, actor, key.EventKey); err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.MatchAborted, Object: play(key)})
		news, err = s.abort(ctx, tx, batch, Report{MatchKey: key, Source: Operator})
		return err
	})
	return news, err
}

// Enter stores a result that an operator has. The match's start is taken from whoever saw
// it; an official result stays what it is.
func (s *Service) Enter(ctx context.Context, actor accounts.Actor, r ftc.Result) (stored ftc.Result, changed bool, err error) {
	r.Official, r.PostedAt = false, s.now()
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if err := operates(ctx, tx, actor, r.EventKey); err != nil {
			return err
		}
		if _, err := q.Event(ctx, queries.EventParams{Season: int32(r.Season), Code: r.Code}); errors.Is(err, pgx.ErrNoRows) {
			return ftc.ErrNoEvent
		} else if err != nil {
			return err
		}
		if err := planned(ctx, q, r.MatchKey); err != nil {
			return err
		}
		start, err := starts(ctx, q, r.MatchKey)
		if err != nil {
			return err
		}
		if r.StartedAt == nil && start != nil && !start.Aborted && Source(start.Source) != Schedule {
			r.StartedAt = &start.StartedAt
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.ResultEntered, Object: play(r.MatchKey)})
		stored, changed, err = s.Record(ctx, tx, batch, r)
		return err
	})
	return stored, changed, err
}

// planned returns ErrNoMatch for a qualification match that is not on the schedule, if the
// FTC event has one: that is a slip of the finger. Matches of playoffs come as they come.
func planned(ctx context.Context, q *queries.Queries, key ftc.MatchKey) error {
	if key.Level != ftc.Qual {
		return nil
	}
	matches, err := ftc.MatchesAt(ctx, q, key.EventKey, false)
	if err != nil {
		return err
	}
	last := 0
	for _, m := range matches {
		if m.MatchKey == key {
			return nil
		}
		if m.Level == ftc.Qual && (m.ScheduledAt != nil || len(m.Robots) > 0) {
			last = max(last, m.Number)
		}
	}
	if last == 0 {
		return nil
	}
	return ErrNoMatch.Saying("The schedule has no qualification match %d; the last one is %d.", key.Number, last)
}

// Grant makes somebody an operator of the FTC event.
func (s *Service) Grant(ctx context.Context, actor accounts.Actor, key ftc.EventKey, user uuid.UUID) error {
	if !actor.Operator {
		return ErrOperator
	}
	return s.onEvent(ctx, key, func(q *queries.Queries, batch *eventlog.Batch) error {
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.EventOperatorGranted, Subject: user, Object: named(key)})
		n, err := q.GrantEvent(ctx, queries.GrantEventParams{Season: int32(key.Season), EventCode: key.Code, UserID: user, GrantedBy: &actor.UserID})
		if err == nil && n == 0 {
			return accounts.ErrNoUser
		}
		return err
	})
}

// Revoke takes the right away.
func (s *Service) Revoke(ctx context.Context, actor accounts.Actor, key ftc.EventKey, user uuid.UUID) error {
	if !actor.Operator {
		return ErrOperator
	}
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.EventOperatorRevoked, Subject: user, Object: named(key)})
		n, err := queries.New(tx).RevokeEvent(ctx, queries.RevokeEventParams{Season: int32(key.Season), EventCode: key.Code, UserID: user})
		if err == nil && n == 0 {
			return accounts.ErrNoUser
		}
		return err
	})
}

// named is the FTC event in the audit log.
func named(key ftc.EventKey) string { return fmt.Sprintf("%d/%s", key.Season, key.Code) }

// play is the match in the audit log.
func play(key ftc.MatchKey) string {
	return fmt.Sprintf("%s/%s/%d/%d", named(key.EventKey), key.Level, key.Series, key.Number)
}

// Operators lists who operates the FTC event, for operators of the server.
func (s *Service) Operators(ctx context.Context, actor accounts.Actor, key ftc.EventKey) ([]EventOperator, error) {
	if !actor.Operator {
		return nil, ErrOperator
	}
	rows, err := s.q.EventOperators(ctx, queries.EventOperatorsParams{Season: int32(key.Season), EventCode: key.Code})
	list := make([]EventOperator, 0, len(rows))
	for _, r := range rows {
		list = append(list, EventOperator{r.UserID, r.DisplayName, r.GrantedAt.UTC()})
	}
	return list, eventlog.Translate(err)
}

// Venue is an FTC event's scoring computer.
type Venue struct {
	ftc.EventKey
	URL string `json:"url"`
}

func (v Venue) deed() audit.Deed {
	return audit.Deed{Action: audit.EventVenueSet, Object: named(v.EventKey), Detail: map[string]string{"url": v.URL}}
}

// SetVenue says where the FTC event's scoring computer is. An empty URL means that there is
// none to follow.
func (s *Service) SetVenue(ctx context.Context, actor accounts.Actor, v Venue) error {
	if !actor.Operator {
		return ErrOperator
	}
	if v.URL == "" {
		return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
			audit.Write(batch, actor.By(), v.deed())
			_, err := queries.New(tx).DeleteVenueStream(ctx, queries.DeleteVenueStreamParams{Season: int32(v.Season), EventCode: v.Code})
			return err
		})
	}
	u, err := url.Parse(v.URL)
	if err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" || len(v.URL) > 300 {
		return ErrVenue
	}
	return s.onEvent(ctx, v.EventKey, func(q *queries.Queries, batch *eventlog.Batch) error {
		audit.Write(batch, actor.By(), v.deed())
		return q.PutVenueStream(ctx, queries.PutVenueStreamParams{Season: int32(v.Season), EventCode: v.Code, Url: u.Scheme + "://" + u.Host})
	})
}

// Venues lists the scoring computers of the FTC events that go on now.
func (s *Service) Venues(ctx context.Context) ([]Venue, error) {
	events, err := ftc.Active(ctx, s.q, s.now(), 0)
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	rows, err := s.q.VenueStreams(ctx)
	var list []Venue
	for _, r := range rows {
		key := ftc.EventKey{Season: int(r.Season), Code: r.EventCode}
		if slices.ContainsFunc(events, func(e ftc.Event) bool { return e.EventKey == key }) {
			list = append(list, Venue{key, r.Url})
		}
	}
	return list, eventlog.Translate(err)
}

// onEvent runs a change about an FTC event that is known.
func (s *Service) onEvent(ctx context.Context, key ftc.EventKey, change func(*queries.Queries, *eventlog.Batch) error) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if _, err := q.Event(ctx, queries.EventParams{Season: int32(key.Season), Code: key.Code}); errors.Is(err, pgx.ErrNoRows) {
			return ftc.ErrNoEvent
		} else if err != nil {
			return err
		}
		return change(q, batch)
	})
}
