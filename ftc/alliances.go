package ftc

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// PlayoffAlliance is an alliance of the playoffs.
type PlayoffAlliance struct {
	Number  int    `json:"number"`
	Name    string `json:"name"`
	Captain int    `json:"captain"`
	Picks   []int  `json:"picks"`  // in the order they were picked
	Backup  int    `json:"backup"` // 0 for none
	Left    int    `json:"left"`   // whom the backup stands in for, or 0
}

// Alliances lists the alliances of the playoffs; none before the selection.
func (s *Service) Alliances(ctx context.Context, key EventKey) ([]PlayoffAlliance, error) {
	if _, err := s.Event(ctx, key); err != nil {
		return nil, err
	}
	rows, err := s.q.PlayoffAlliances(ctx, queries.PlayoffAlliancesParams{Season: int32(key.Season), EventCode: key.Code})
	list := make([]PlayoffAlliance, 0, len(rows))
	for _, r := range rows {
		a := PlayoffAlliance{Number: int(r.Number), Name: r.Name, Captain: int(r.Captain), Picks: []int{}, Backup: int(r.Backup), Left: int(r.Departed)}
		for _, team := range r.Picks {
			a.Picks = append(a.Picks, int(team))
		}
		list = append(list, a)
	}
	return list, eventlog.Translate(err)
}

// PutAlliances stores the alliances of an FTC event inside the caller's transaction, in
// place of those that were there. None at all leaves them.
func PutAlliances(ctx context.Context, tx pgx.Tx, key EventKey, list []PlayoffAlliance) error {
	if len(list) == 0 {
		return nil
	}
	q := queries.New(tx)
	numbers := make([]int32, 0, len(list))
	for _, a := range list {
		numbers = append(numbers, int32(a.Number))
		p := queries.PutPlayoffAllianceParams{
			Season: int32(key.Season), EventCode: key.Code, Number: int32(a.Number), Name: a.Name, Captain: int32(a.Captain),
			Picks: []int32{}, Backup: int32(a.Backup), Departed: int32(a.Left),
		}
		for _, team := range a.Picks {
			p.Picks = append(p.Picks, int32(team))
		}
		if err := q.PutPlayoffAlliance(ctx, p); err != nil {
			return fmt.Errorf("alliance %d: %w", a.Number, err)
		}
	}
	return q.DropPlayoffAlliances(ctx, queries.DropPlayoffAlliancesParams{Season: int32(key.Season), EventCode: key.Code, Numbers: numbers})
}
