package scouting

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
)

// Pick is what a team's leads heard in the alliance selection: what became of one robot.
// Without a strike it takes back what was said before.
type Pick struct {
	ScoutingTeamID uuid.UUID
	Season         int // zero: the newest
	EventCode      string
	TeamNumber     int
	Strike         *picklist.Strike
}

// PickResult says which lists a pick changed. Doing the same pick again changes none.
type PickResult struct {
	Season     int              `json:"season"`
	EventCode  string           `json:"eventCode"`
	TeamNumber int              `json:"teamNumber"`
	Struck     *picklist.Strike `json:"struck,omitempty"`
	Lists      []PickListEdit   `json:"lists"`
}

// RecordPick strikes a robot on all of the team's lists for the FTC event at once, and on
// those that it comes onto later.
func (s *Service) RecordPick(ctx context.Context, actor accounts.Actor, p Pick) (PickResult, error) {
	key, err := s.pickListEvent(p.Season, p.EventCode)
	if err != nil {
		return PickResult{}, err
	}
	op := picklist.Operation{ID: uuid.New(), Kind: picklist.Unstrike, TeamNumber: p.TeamNumber, Strike: p.Strike}
	if p.Strike != nil {
		op.Kind = picklist.StrikeIt
	}
	if _, faults := picklist.Clean(op); len(faults) > 0 {
		for i := range faults {
			if faults[i].Pointer == "/strike" {
				faults[i] = fault.Field{Pointer: "/alliance", Detail: "alliance is the alliance's number, 1 to 16, and has no place beside declined."}
			}
		}
		return PickResult{}, ErrPickList.Saying("%s", faults[0].Detail).At(faults...)
	}
	result := PickResult{Season: key.Season, EventCode: key.Code, TeamNumber: p.TeamNumber, Struck: p.Strike}
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		result.Lists = []PickListEdit{}
		if err := s.lockPickListEvent(ctx, tx, actor, p.ScoutingTeamID, key); err != nil {
			return err
		}
		if err := keepPick(ctx, queries.New(tx), p, key); err != nil {
			return err
		}
		ids, err := queries.New(tx).PickListsOfEvent(ctx, queries.PickListsOfEventParams{TeamID: p.ScoutingTeamID, Season: int32(key.Season), EventCode: key.Code})
		if err != nil {
			return err
		}
		for _, id := range ids {
			edit, err := strikeOn(ctx, tx, batch, actor, id, op)
			if err != nil {
				return err
			}
			if len(edit.Operations) > 0 {
				result.Lists = append(result.Lists, edit)
			}
		}
		return nil
	})
	return result, err
}

func keepPick(ctx context.Context, q *queries.Queries, p Pick, key ftc.EventKey) error {
	if p.Strike == nil {
		return q.DeletePick(ctx, queries.DeletePickParams{TeamID: p.ScoutingTeamID, Season: int32(key.Season), EventCode: key.Code, TeamNumber: int32(p.TeamNumber)})
	}
	return q.PutPick(ctx, queries.PutPickParams{
		TeamID: p.ScoutingTeamID, Season: int32(key.Season), EventCode: key.Code, TeamNumber: int32(p.TeamNumber),
		Reason: string(p.Strike.Reason), Alliance: int32(p.Strike.Alliance),
	})
}

// strikeOn does the operation on one list, unless the robot is not on it or is struck so
// already.
func strikeOn(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, actor accounts.Actor, id uuid.UUID, op picklist.Operation) (PickListEdit, error) {
	desk, err := openPickList(ctx, tx, actor, id)
	if err != nil {
		return PickListEdit{}, err
	}
	item, there := desk.list.Item(op.TeamNumber)
	if !there || sameStrike(item.Struck, op.Strike) {
		return PickListEdit{}, nil
	}
	if err := desk.do(ctx, op, operationRequest{hash: hashOf(op)}); err != nil {
		return PickListEdit{}, err
	}
	return PickListEdit{ListID: id, Version: desk.version, Operations: desk.done}, desk.close(ctx, batch)
}
