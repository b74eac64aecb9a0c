package live

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Import is an FTC event with all that somebody knows of it.
type Import struct {
	ftc.Competition
	Results   []ftc.Result
	Alliances []ftc.PlayoffAlliance
	Stored    func() // if not nil, called after each result
}

// Imported says what an import held and what was new in it.
type Imported struct {
	ftc.EventKey
	Teams      int `json:"teams"`
	Matches    int `json:"matches"`
	Results    int `json:"results"`
	NewResults int `json:"newResults"` // results that were not stored or said something else
	Alliances  int `json:"alliances"`
}

// Import stores an FTC event, all of it or nothing, and tells of the results that are new.
// Doing it twice changes nothing. It is for operators of the server.
func (s *Service) Import(ctx context.Context, actor accounts.Actor, i Import) (done Imported, err error) {
	if !actor.Operator {
		return done, ErrOperator
	}
	done = Imported{EventKey: i.Event.EventKey, Teams: len(i.Teams), Matches: len(i.Matches), Results: len(i.Results), Alliances: len(i.Alliances)}
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.EventImported, Object: named(i.Event.EventKey),
			Detail: map[string]string{"matches": strconv.Itoa(done.Matches), "results": strconv.Itoa(done.Results)}})
		if err := ftc.Put(ctx, tx, i.Competition); err != nil {
			return err
		}
		if err := ftc.PutAlliances(ctx, tx, i.Event.EventKey, i.Alliances); err != nil {
			return err
		}
		for _, r := range i.Results {
			if r.PostedAt.IsZero() {
				r.PostedAt = s.now()
			}
			_, changed, err := s.Record(ctx, tx, batch, r)
			if err != nil {
				return fmt.Errorf("result of %s match %d: %w", r.Level, r.Number, err)
			}
			if changed {
				done.NewResults++
			}
			if i.Stored != nil {
				i.Stored()
			}
		}
		return nil
	})
	return done, err
}
