package scouting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// maxPickLists is the most lists of a team for one FTC event.
const maxPickLists = 20

// The errors of pick lists.
var (
	ErrNoPickList       = fault.New(fault.NotFound, "no-such-picklist", "There is no such pick list, or it is not your team's.")
	ErrPickList         = fault.New(fault.Invalid, "bad-picklist", "This pick list breaks a rule.")
	ErrPickListID       = fault.New(fault.Conflict, "picklist-id-taken", "Another pick list has this id. Make a new id for each list.")
	ErrTooManyPickLists = fault.New(fault.Conflict, "too-many-picklists", "The team has 20 pick lists for this FTC event already.")
)

// PickListHead is a pick list without its items.
type PickListHead struct {
	ID             uuid.UUID     `json:"id"`
	ScoutingTeamID uuid.UUID     `json:"scoutingTeamId"`
	Season         int           `json:"season"`
	EventCode      string        `json:"eventCode"`
	Name           string        `json:"name"`
	DependsOn      *uuid.UUID    `json:"dependsOn,omitempty"`  // the list of the pick before
	WhenPicked     *int          `json:"whenPicked,omitempty"` // the team that this list is meant for after
	Version        int           `json:"version"`              // 1 when new, one more with each operation
	TeamCount      int           `json:"teamCount"`
	CreatedBy      accounts.User `json:"createdBy"`
	CreatedAt      time.Time     `json:"createdAt"`
	UpdatedAt      time.Time     `json:"updatedAt"`
}

// PickList is a list of whom a team would pick, best first.
type PickList struct {
	PickListHead
	Items []picklist.Item `json:"items"`
}

// PickListChangedPayload says that a list has another version, without what is on it: all
// members hear it, also friends and tablets, who may not read pick lists. Whoever may, and
// has PreviousVersion, reads the operations after it from the list's history; whoever has
// an older one reads from there.
type PickListChangedPayload struct {
	ListID          uuid.UUID   `json:"listId"`
	Change          string      `json:"change"` // created, changed or deleted
	Version         int         `json:"version"`
	PreviousVersion int         `json:"previousVersion"`
	OperationIDs    []uuid.UUID `json:"operationIds"` // by which an editor knows their own
}

// PickListChanged is the realtime event of pick lists.
var PickListChanged = realtime.Define[PickListChangedPayload]("scouting:picklist-changed",
	"A pick list of the team was made, changed or deleted.", "private-team-{teamId}")

// NewPickList is what an editor begins with. TeamNumbers are in their order, as by ranking
// or rating; AllTeams adds those of the FTC event's teams that are not among them, by number.
// Zero ID: the server makes one. Zero Season: the newest.
type NewPickList struct {
	ID             uuid.UUID
	ScoutingTeamID uuid.UUID
	Season         int
	EventCode      string
	Name           string
	DependsOn      *uuid.UUID
	WhenPicked     *int
	TeamNumbers    []int
	AllTeams       bool
}

// CreatePickList makes a list. created is false when the id was used for a list of the same
// team and FTC event before, which is returned as it is now.
func (s *Service) CreatePickList(ctx context.Context, actor accounts.Actor, n NewPickList) (made PickList, created bool, err error) {
	if n, err = s.checkPickList(n); err != nil {
		return PickList{}, false, err
	}
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if err := s.lockPickListEvent(ctx, tx, actor, n.ScoutingTeamID, ftc.EventKey{Season: n.Season, Code: n.EventCode}); err != nil {
			return err
		}
		if made, err = readPickList(ctx, q, actor, n.ID); !errors.Is(err, ErrNoPickList) {
			if err == nil && (made.ScoutingTeamID != n.ScoutingTeamID || made.Season != n.Season || made.EventCode != n.EventCode) {
				return ErrPickListID
			}
			return err
		}
		if err := insertPickList(ctx, q, actor, n); err != nil {
			return err
		}
		if made, err = readPickList(ctx, q, actor, n.ID); err != nil {
			return err
		}
		created = true
		payload := PickListChangedPayload{ListID: n.ID, Change: "created", Version: made.Version, OperationIDs: []uuid.UUID{}}
		return batch.Add(PickListChanged.On(payload, teams.PrivateChannel(n.ScoutingTeamID)))
	})
	return made, created && err == nil, err
}

// checkPickList applies the rules that need no database.
func (s *Service) checkPickList(n NewPickList) (NewPickList, error) {
	var fields []fault.Field
	wrong := func(bad bool, pointer, detail string) {
		if bad {
			fields = append(fields, fault.Field{Pointer: pointer, Detail: detail})
		}
	}
	key, err := s.pickListEvent(n.Season, n.EventCode)
	if err != nil {
		return n, err
	}
	n.Season, n.EventCode = key.Season, key.Code
	name, ok := picklist.CleanText(n.Name, picklist.MaxName)
	n.Name = name
	wrong(!ok || name == "", "/name", "name is text on one line of 1 to 60 characters.")
	wrong(n.WhenPicked != nil && (*n.WhenPicked < 1 || *n.WhenPicked > 99999), "/whenPicked", "whenPicked is an FTC team number, 1 to 99999.")
	wrong(n.WhenPicked != nil && n.DependsOn == nil, "/whenPicked", "whenPicked goes with dependsOn.")
	wrong(len(n.TeamNumbers) > picklist.MaxItems, "/teamNumbers", fmt.Sprintf("A pick list has up to %d teams.", picklist.MaxItems))
	seen := make(map[int]bool)
	for i, number := range n.TeamNumbers {
		pointer := fmt.Sprintf("/teamNumbers/%d", i)
		wrong(number < 1 || number > 99999, pointer, "A team number is 1 to 99999.")
		wrong(seen[number], pointer, fmt.Sprintf("Team %d is on the list twice.", number))
		seen[number] = true
	}
	if n.ID == uuid.Nil {
		if n.ID, err = uuid.NewV7(); err != nil {
			return n, err
		}
	}
	if len(fields) > 0 {
		return n, ErrPickList.Saying("%s", fields[0].Detail).At(fields...)
	}
	return n, nil
}

func (s *Service) pickListEvent(season int, code string) (ftc.EventKey, error) {
	if season == 0 {
		season = s.book.Newest().Year
	}
	if _, known := s.book.Season(season); !known {
		return ftc.EventKey{}, ErrSeason.At(fault.Field{Pointer: "/season", Detail: ErrSeason.Detail})
	}
	clean, err := ftc.CleanCode(code)
	if err != nil {
		return ftc.EventKey{}, ftc.ErrCode.At(fault.Field{Pointer: "/eventCode", Detail: ftc.ErrCode.Detail})
	}
	return ftc.EventKey{Season: season, Code: clean}, nil
}

// lockPickListEvent admits an editor and holds all of the team's lists of an FTC event
// together until the transaction ends: no list is made while a pick strikes out a team, and
// none goes. It comes before the lock of any single list.
func (s *Service) lockPickListEvent(ctx context.Context, tx pgx.Tx, actor accounts.Actor, teamID uuid.UUID, key ftc.EventKey) error {
	role, err := teams.RoleForWrite(ctx, tx, actor.UserID, teamID)
	if err != nil {
		return err
	}
	if !role.May(teams.EditPickLists) {
		return ErrRole
	}
	if err := ftc.Ensure(ctx, tx, key); err != nil {
		return err
	}
	return queries.New(tx).LockPickListEvent(ctx, fmt.Sprintf("%s %d %s", teamID, key.Season, key.Code))
}

func insertPickList(ctx context.Context, q *queries.Queries, actor accounts.Actor, n NewPickList) error {
	count, err := q.CountPickLists(ctx, queries.CountPickListsParams{TeamID: n.ScoutingTeamID, Season: int32(n.Season), EventCode: n.EventCode})
	if err != nil {
		return err
	}
	if count >= maxPickLists {
		return ErrTooManyPickLists
	}
	if n.DependsOn != nil {
		there, err := q.PickListExists(ctx, queries.PickListExistsParams{ID: *n.DependsOn, TeamID: n.ScoutingTeamID, Season: int32(n.Season), EventCode: n.EventCode})
		if err != nil {
			return err
		}
		if !there {
			detail := "dependsOn is another list of the team for the same FTC event."
			return ErrPickList.Saying("%s", detail).At(fault.Field{Pointer: "/dependsOn", Detail: detail})
		}
	}
	standing := smallAll(n.TeamNumbers)
	if n.AllTeams {
		known, err := q.EventTeamNumbers(ctx, queries.EventTeamNumbersParams{Season: int32(n.Season), EventCode: n.EventCode})
		if err != nil {
			return err
		}
		for _, number := range known {
			if !slices.Contains(standing, number) {
				standing = append(standing, number)
			}
		}
	}
	if len(standing) > picklist.MaxItems {
		detail := fmt.Sprintf("A pick list has up to %d teams, and this FTC event has more. Name those that matter.", picklist.MaxItems)
		return ErrPickList.Saying("%s", detail).At(fault.Field{Pointer: "/allTeams", Detail: detail})
	}
	_, err = q.InsertPickList(ctx, queries.InsertPickListParams{
		ID: n.ID, TeamID: n.ScoutingTeamID, Season: int32(n.Season), EventCode: n.EventCode, Name: n.Name, DependsOn: n.DependsOn,
		WhenPicked: small(n.WhenPicked), Standing: standing, CreatedBy: actor.UserID,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrPickListID
	}
	if err != nil {
		return err
	}
	return q.InsertPickListTeams(ctx, n.ID)
}

// PickList returns a list of one of the actor's teams.
func (s *Service) PickList(ctx context.Context, actor accounts.Actor, id uuid.UUID) (PickList, error) {
	list, err := readPickList(ctx, s.q, actor, id)
	return list, eventlog.Translate(err)
}

// readPickList returns the list, if the actor may read it.
func readPickList(ctx context.Context, q *queries.Queries, actor accounts.Actor, id uuid.UUID) (PickList, error) {
	row, err := q.PickList(ctx, queries.PickListParams{ID: id, UserID: actor.UserID})
	switch {
	case errors.Is(err, pgx.ErrNoRows), err == nil && row.Role == "":
		return PickList{}, ErrNoPickList
	case err != nil:
		return PickList{}, err
	case !teams.Role(row.Role).May(teams.ReadPickLists):
		return PickList{}, ErrRole
	}
	list := PickList{PickListHead: pickListHead(row.Picklist, row.DisplayName)}
	return list, json.Unmarshal(row.Items, &list.Items)
}

// PickListFilter chooses lists of a team; nil leaves a part open.
type PickListFilter struct {
	TeamID    uuid.UUID
	Season    *int
	EventCode *string
	Cursor    string // from the page before; "" is the start
	Limit     int    // 1 to 100
}

// PickLists returns the team's lists, newest first, and the cursor of the next page, which
// is "" at the end.
func (s *Service) PickLists(ctx context.Context, actor accounts.Actor, f PickListFilter) ([]PickListHead, string, error) {
	role, err := s.q.RoleIn(ctx, queries.RoleInParams{TeamID: f.TeamID, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", teams.ErrNoTeam
	}
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	if !teams.Role(role).May(teams.ReadPickLists) {
		return nil, "", ErrRole
	}
	p := queries.PickListsParams{TeamID: f.TeamID, Season: small(f.Season), EventCode: f.EventCode, RowLimit: int32(f.Limit) + 1}
	if f.Cursor != "" {
		if p.BeforeAt, p.BeforeID, err = parseCursor(f.Cursor); err != nil {
			return nil, "", err
		}
	}
	rows, err := s.q.PickLists(ctx, p)
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	next := ""
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[len(rows)-1].Picklist
		next = cursor(last.CreatedAt, last.ID)
	}
	list := make([]PickListHead, 0, len(rows))
	for _, row := range rows {
		list = append(list, pickListHead(row.Picklist, row.DisplayName))
	}
	return list, next, nil
}

// DeletePickList removes a list with its history. Lists that depend on it stay and depend
// on none.
func (s *Service) DeletePickList(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		list, err := readPickList(ctx, q, actor, id)
		if err != nil {
			return err
		}
		if err := s.lockPickListEvent(ctx, tx, actor, list.ScoutingTeamID, ftc.EventKey{Season: list.Season, Code: list.EventCode}); err != nil {
			return err
		}
		desk, err := openPickList(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := q.DeletePickList(ctx, id); err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.PickListDeleted, Team: list.ScoutingTeamID, Object: id.String()})
		payload := PickListChangedPayload{ListID: id, Change: "deleted", Version: desk.before, PreviousVersion: desk.before, OperationIDs: []uuid.UUID{}}
		return batch.Add(PickListChanged.On(payload, teams.PrivateChannel(list.ScoutingTeamID)))
	})
}

func pickListHead(row queries.Picklist, creator string) PickListHead {
	head := PickListHead{
		ID: row.ID, ScoutingTeamID: row.TeamID, Season: int(row.Season), EventCode: row.EventCode, Name: row.Name, DependsOn: row.DependsOn,
		Version: int(row.Version), TeamCount: len(row.Standing), CreatedBy: accounts.User{ID: row.CreatedBy, DisplayName: creator},
		CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC(),
	}
	if row.WhenPicked != nil {
		number := int(*row.WhenPicked)
		head.WhenPicked = &number
	}
	return head
}

func smallAll(numbers []int) []int32 {
	all := make([]int32, len(numbers))
	for i, number := range numbers {
		all[i] = int32(number)
	}
	return all
}
