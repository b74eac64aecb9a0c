package scouting

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Patch changes parts of an entry; nil leaves a part as it is. Data may hold some keys of
// the form, the others stay. Rev is the one the editor saw.
type Patch struct {
	Rev         int
	Level       *ftc.Level
	Series      *int
	MatchNumber *int
	Alliance    *ftc.Alliance
	ScoutedTeam *int
	Data        json.RawMessage
	Notes       *string
}

// Update changes an entry. Scouts change their own while the FTC event is open, a shared
// tablet what was recorded on it just now, leaders and mentors any. When somebody
// else was faster the error is ErrStale and carries the current entry.
func (s *Service) Update(ctx context.Context, actor accounts.Actor, id uuid.UUID, p Patch) (Entry, error) {
	var changed Entry
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		current, err := editable(ctx, q, actor, id)
		if err != nil {
			return err
		}
		if p.Rev != current.Rev {
			return ErrStale.Carrying(current)
		}
		d, err := s.apply(current, p)
		if err != nil {
			return err
		}
		if err := inMatch(ctx, tx, d); err != nil {
			return err
		}
		row, err := q.UpdateEntry(ctx, queries.UpdateEntryParams{
			ID: id, Alliance: string(d.Alliance), ScoutedTeam: int32(d.ScoutedTeam), MatchNumber: int32(d.MatchNumber),
			Level: string(d.Level), Series: int32(d.Series), FormVersion: int32(d.form.Form.Version), Data: d.Data, Notes: d.Notes,
			AutoScore: int32(d.score.Auto), TeleopScore: int32(d.score.Teleop), EndgameScore: int32(d.score.Endgame), TotalScore: int32(d.score.Total),
		})
		if err != nil {
			return err
		}
		if err := q.InsertRevision(ctx, queries.InsertRevisionParams{EntryID: id, Action: "updated", EditorID: actor.UserID}); err != nil {
			return err
		}
		changed = entry(row, current.Scouter.DisplayName)
		return batch.Add(EntryUpdated.On(payload(changed), teams.PrivateChannel(changed.ScoutingTeamID)))
	})
	return changed, err
}

// apply returns the entry with the patch, checked as a new one is.
func (s *Service) apply(current Entry, p Patch) (draft, error) {
	e := NewEntry{
		ID: current.ID, ScoutingTeamID: current.ScoutingTeamID, Season: current.Season, EventCode: current.EventCode,
		Level: value(p.Level, current.Level), Series: value(p.Series, current.Series), MatchNumber: value(p.MatchNumber, current.MatchNumber),
		Alliance: value(p.Alliance, current.Alliance), ScoutedTeam: value(p.ScoutedTeam, current.ScoutedTeam),
		Data: current.Data, Notes: value(p.Notes, current.Notes),
	}
	if p.Data != nil {
		merged, err := mergeData(current.Data, p.Data)
		if err != nil {
			return draft{}, err
		}
		e.Data = merged
	}
	return check(s.book, e)
}

// mergeData lays the keys of patch over those of data.
func mergeData(data, patch json.RawMessage) (json.RawMessage, error) {
	var over map[string]json.RawMessage
	if err := json.Unmarshal(patch, &over); err != nil || over == nil {
		return nil, ErrEntry.At(fault.Field{Pointer: "/data", Detail: "data is an object with keys of the season's form."})
	}
	base := make(map[string]json.RawMessage)
	if err := json.Unmarshal(data, &base); err != nil {
		return nil, err
	}
	for key, v := range over {
		base[key] = v
	}
	return json.Marshal(base)
}

// Delete removes an entry from every list; its history stays, and its id stays taken.
func (s *Service) Delete(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if _, err := editable(ctx, q, actor, id); err != nil {
			return err
		}
		row, err := q.DeleteEntry(ctx, id)
		if err != nil {
			return err
		}
		if err := q.InsertRevision(ctx, queries.InsertRevisionParams{EntryID: id, Action: "deleted", EditorID: actor.UserID}); err != nil {
			return err
		}
		gone := EntryDeletedPayload{EntryID: id, Rev: int(row.Rev), ScoutedTeam: int(row.ScoutedTeam), MatchNumber: int(row.MatchNumber)}
		return batch.Add(EntryDeleted.On(gone, teams.PrivateChannel(row.TeamID)))
	})
}

// editable returns the entry, locked, if the actor may change it.
func editable(ctx context.Context, q *queries.Queries, actor accounts.Actor, id uuid.UUID) (Entry, error) {
	row, err := q.EntryForUpdate(ctx, queries.EntryForUpdateParams{ID: id, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Entry{}, ErrNoEntry
	}
	if err != nil {
		return Entry{}, err
	}
	role := teams.Role(row.Role)
	switch reach := role.Reach(teams.EditEntry); {
	case reach == teams.All:
	case reach == teams.None, row.ScoutingEntry.ScouterID != actor.UserID:
		return Entry{}, ErrRole
	case role == teams.Device && row.Age > deviceTime.Seconds():
		return Entry{}, ErrClosed.Saying("A shared tablet changes an entry for 15 minutes after it was saved. Ask a leader or mentor.")
	case over(row.EndsOn, row.Timezone, time.Now()):
		return Entry{}, ErrClosed
	}
	return entry(row.ScoutingEntry, row.DisplayName), nil
}

func value[T any](changed *T, current T) T {
	if changed != nil {
		return *changed
	}
	return current
}
