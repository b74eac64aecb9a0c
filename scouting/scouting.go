package scouting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/media"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// MaxBatch is the most entries in one upload.
const MaxBatch = 200

// Service records entries. It is safe for concurrent use.
type Service struct {
	q    *queries.Queries
	log  *eventlog.Log
	book *seasons.Book

	darkroom *media.Darkroom
}

// New returns the service on a database.
func New(pool *pgxpool.Pool, log *eventlog.Log, book *seasons.Book) *Service {
	return &Service{q: queries.New(pool), log: log, book: book, darkroom: media.NewDarkroom()}
}

// Seasons returns the seasons that can be scouted.
func (s *Service) Seasons() *seasons.Book { return s.book }

// Create records an entry and tells the team and, stripped, the public of the FTC event.
// created is false when the same entry was recorded before; nobody is told again.
func (s *Service) Create(ctx context.Context, actor accounts.Actor, e NewEntry) (made Entry, created bool, err error) {
	d, err := check(s.book, e)
	if err != nil {
		return Entry{}, false, err
	}
	if d.ID == uuid.Nil {
		if d.ID, err = uuid.NewV7(); err != nil {
			return Entry{}, false, err
		}
	}
	d.by(actor)
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		made, created, err = s.insert(ctx, tx, actor, d)
		if err != nil || !created {
			return err
		}
		return announce(batch, made)
	})
	return made, created && err == nil, err
}

// announce tells the team of a new entry and, stripped, the public of the FTC event, unless
// the team keeps to itself whom it scouts. What was imported is old news to the public.
func announce(batch *eventlog.Batch, made Entry) error {
	if err := batch.Add(EntryCreated.On(payload(made), teams.PrivateChannel(made.ScoutingTeamID))); err != nil {
		return err
	}
	if !made.announced {
		return nil
	}
	key := ftc.EventKey{Season: made.Season, Code: made.EventCode}
	return batch.Add(PublicEntry.On(publicPayload(made), ftc.EventChannels(key)...))
}

// insert stores an entry that the actor may record, or finds it.
func (s *Service) insert(ctx context.Context, tx pgx.Tx, actor accounts.Actor, d draft) (Entry, bool, error) {
	known, err := s.admit(ctx, tx, actor, d)
	if err != nil {
		return Entry{}, false, err
	}
	if known != nil {
		return *known, false, nil
	}
	return s.store(ctx, tx, d)
}

// admit returns the entry if it is recorded already, nil if it may be, and an error if it
// may not.
func (s *Service) admit(ctx context.Context, tx pgx.Tx, actor accounts.Actor, d draft) (*Entry, error) {
	q := queries.New(tx)
	before, err := q.BeforeEntry(ctx, queries.BeforeEntryParams{
		ID: d.ID, Season: int32(d.Season), EventCode: d.EventCode, Level: string(d.Level), Series: int32(d.Series),
		MatchNumber: int32(d.MatchNumber), ScoutedTeam: int32(d.ScoutedTeam), Alliance: string(d.Alliance), TeamID: d.ScoutingTeamID, UserID: actor.UserID,
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, teams.ErrNoTeam
	case err != nil:
		return nil, err
	case !teams.Role(before.Role).May(teams.CreateEntry):
		return nil, ErrRole
	case before.EntryKnown:
		// A repeat is told before the rules that may have changed meanwhile, such as a new schedule.
		known, err := s.repeat(ctx, q, d)
		return &known, err
	case before.Scheduled && !before.Plays:
		return nil, inMatch(ctx, tx, d)
	case !before.EventKnown:
		return nil, ftc.Ensure(ctx, tx, d.match().EventKey)
	}
	return nil, nil
}

// store relies on the unique id: of two that come at once, the second waits for the first
// to commit and then finds its row.
func (s *Service) store(ctx context.Context, tx pgx.Tx, d draft) (Entry, bool, error) {
	q := queries.New(tx)
	row, err := q.InsertEntry(ctx, queries.InsertEntryParams{
		ID: d.ID, TeamID: d.ScoutingTeamID, ScouterID: d.scouter.ID, Season: int32(d.Season), EventCode: d.EventCode,
		Level: string(d.Level), Series: int32(d.Series), MatchNumber: int32(d.MatchNumber), Alliance: string(d.Alliance),
		ScoutedTeam: int32(d.ScoutedTeam), FormVersion: int32(d.form.Form.Version), Data: d.Data, Notes: d.Notes,
		AutoScore: int32(d.score.Auto), TeleopScore: int32(d.score.Teleop), EndgameScore: int32(d.score.Endgame),
		TotalScore: int32(d.score.Total), Source: d.source, ContentHash: d.hash[:], CourierID: d.courier,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		known, err := s.repeat(ctx, q, d)
		return known, false, err
	}
	return entry(queries.ScoutingEntry(row), d.scouter.DisplayName), err == nil, err
}

// repeat returns the entry that has the draft's id already, or an error when it is another
// entry.
func (s *Service) repeat(ctx context.Context, q *queries.Queries, d draft) (Entry, error) {
	row, err := q.EntryByID(ctx, d.ID)
	switch {
	case err != nil:
		return Entry{}, err
	case row.ScoutingEntry.TeamID != d.ScoutingTeamID, !bytes.Equal(row.ScoutingEntry.ContentHash, d.hash[:]) && !d.says(row.ScoutingEntry):
		return Entry{}, ErrIDTaken.At(fault.Field{Pointer: "/id", Detail: ErrIDTaken.Detail})
	case row.ScoutingEntry.DeletedAt != nil:
		return Entry{}, ErrDeleted
	}
	return entry(row.ScoutingEntry, row.DisplayName), nil
}

// inMatch refuses a robot that does not play in the match, or plays on the other side, as
// far as the schedule is known.
func inMatch(ctx context.Context, tx pgx.Tx, d draft) error {
	robots, err := ftc.Robots(ctx, tx, d.match())
	if err != nil || len(robots) == 0 {
		return err
	}
	numbers := make([]string, 0, len(robots))
	for _, r := range robots {
		if r.TeamNumber == d.ScoutedTeam {
			if r.Alliance == d.Alliance {
				return nil
			}
			detail := fmt.Sprintf("Team %d plays %s in this match.", r.TeamNumber, r.Alliance)
			return ErrNotThere.Saying("%s", detail).At(fault.Field{Pointer: "/alliance", Detail: detail})
		}
		numbers = append(numbers, fmt.Sprint(r.TeamNumber))
	}
	detail := fmt.Sprintf("Team %d does not play in this match; %s do.", d.ScoutedTeam, strings.Join(numbers, ", "))
	return ErrNotThere.Saying("%s", detail).At(fault.Field{Pointer: "/scoutedTeamNumber", Detail: detail})
}

// Outcome is the answer to one entry of a batch: the entry, why it waits in quarantine, or
// why not.
type Outcome struct {
	ID      uuid.UUID
	Entry   Entry
	Created bool
	Held    *Held
	Err     error
}

// CreateBatch uploads entries one by one, each in a transaction of its own: a bad one costs
// the others nothing.
func (s *Service) CreateBatch(ctx context.Context, actor accounts.Actor, entries []NewEntry) []Outcome {
	outcomes := make([]Outcome, len(entries))
	for i, e := range entries {
		outcomes[i] = s.Upload(ctx, actor, e)
	}
	return outcomes
}

func small(n *int) *int32 {
	if n == nil {
		return nil
	}
	v := int32(*n)
	return &v
}
