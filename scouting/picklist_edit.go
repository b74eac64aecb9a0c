package scouting

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// maxBehind is how many versions an editor may be behind before they have to reload.
const maxBehind = 2000

// The errors of editing a pick list.
var (
	ErrPickListConflict = fault.New(fault.Conflict, "picklist-conflict", "Somebody changed the same thing on this pick list since you read it.")
	ErrOperationID      = fault.New(fault.Conflict, "operation-id-taken", "Another operation on this pick list has this id. Make a new id for each operation.")
	ErrNothingToUndo    = fault.New(fault.Conflict, "nothing-to-undo", "There is no such operation to undo on this pick list.")
)

// PickListOperation is an operation as it was done.
type PickListOperation struct {
	Version   int                `json:"version"` // of the list after it
	Operation picklist.Operation `json:"operation"`
	Undoes    int                `json:"undoes"` // the version that it takes back; 0 for none
	Editor    accounts.User      `json:"editor"`
	At        time.Time          `json:"at"`
}

// PickListEdit is what one request did. Version is the list's newest; it is higher than
// that of the last operation when the request is a repeat.
type PickListEdit struct {
	ListID     uuid.UUID           `json:"listId"`
	Version    int                 `json:"version"`
	Operations []PickListOperation `json:"operations"`
}

// PickListConflict comes with ErrPickListConflict. No conflicts: the editor is too far
// behind to tell.
type PickListConflict struct {
	Version   int                 `json:"version"` // the list's newest
	Conflicts []picklist.Conflict `json:"conflicts"`
}

// EditPickList does operations of an editor who saw version base: all, or none. Those that
// were done before, by their ids, are left as they are and answered again.
func (s *Service) EditPickList(ctx context.Context, actor accounts.Actor, id uuid.UUID, base int, operations []picklist.Operation) (PickListEdit, error) {
	asked := slices.Clone(operations)
	var fields []fault.Field
	for i := range asked {
		var faults []fault.Field
		asked[i], faults = picklist.Clean(asked[i])
		for _, f := range faults {
			fields = append(fields, fault.Field{Pointer: fmt.Sprintf("/operations/%d%s", i, f.Pointer), Detail: f.Detail})
		}
	}
	if len(fields) > 0 {
		return PickListEdit{}, picklist.ErrOperation.Saying("%s", fields[0].Detail).At(fields...)
	}
	return s.atPickList(ctx, actor, id, base, func(desk *pickListDesk) error {
		ids := make([]uuid.UUID, len(asked))
		for i, op := range asked {
			ids[i] = op.ID
		}
		known, err := desk.known(ctx, ids)
		if err != nil {
			return err
		}
		fresh := slices.DeleteFunc(slices.Clone(asked), func(op picklist.Operation) bool { _, done := known[op.ID]; return done })
		if err := desk.fits(ctx, fresh, base, ids); err != nil {
			return err
		}
		for i, op := range asked {
			if err := desk.doOnce(ctx, known, op, operationRequest{hash: hashOf(op)}); err != nil {
				return atOperation(err, i)
			}
		}
		return nil
	})
}

// UndoPickList takes back the operation that led to a version, as an operation of its own
// under the given id. Version 0 means the newest that is not undone and that an editor who
// saw base knows of. It is a conflict when something was built on it since.
func (s *Service) UndoPickList(ctx context.Context, actor accounts.Actor, id uuid.UUID, base int, operationID uuid.UUID, version int) (PickListEdit, error) {
	return s.atPickList(ctx, actor, id, base, func(desk *pickListDesk) error {
		known, err := desk.known(ctx, []uuid.UUID{operationID})
		if err != nil {
			return err
		}
		asked := operationRequest{hash: hashOf(map[string]int{"undo": version})}
		if _, done := known[operationID]; done {
			return desk.doOnce(ctx, known, picklist.Operation{ID: operationID}, asked)
		}
		row, err := desk.undoable(ctx, base, version)
		if err != nil {
			return err
		}
		var back operationInverse
		if err := json.Unmarshal(row.Inverse, &back); err != nil {
			return err
		}
		back.ID = operationID
		if err := desk.fits(ctx, []picklist.Operation{back.Operation}, int(row.Version), nil); err != nil {
			return err
		}
		asked.undoes, asked.depth, asked.heard = int(row.Version), int(row.Depth)+1, back.Heard
		return desk.doOnce(ctx, known, back.Operation, asked)
	})
}

// PickListHistory returns up to limit operations after a version, oldest first. more is
// true when there are further ones.
func (s *Service) PickListHistory(ctx context.Context, actor accounts.Actor, id uuid.UUID, after, limit int) (list []PickListOperation, more bool, err error) {
	if _, err := s.PickList(ctx, actor, id); err != nil {
		return nil, false, err
	}
	rows, err := s.q.PickListOperations(ctx, queries.PickListOperationsParams{ListID: id, After: int32(after), RowLimit: int32(limit) + 1})
	if err != nil {
		return nil, false, eventlog.Translate(err)
	}
	if more = len(rows) > limit; more {
		rows = rows[:limit]
	}
	list = make([]PickListOperation, 0, len(rows))
	for _, row := range rows {
		op, err := recordedOperation(row.PicklistOperation, row.DisplayName)
		if err != nil {
			return nil, false, err
		}
		list = append(list, op)
	}
	return list, more, nil
}

func (s *Service) atPickList(ctx context.Context, actor accounts.Actor, id uuid.UUID, base int, work func(desk *pickListDesk) error) (PickListEdit, error) {
	var edit PickListEdit
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		desk, err := openPickList(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if base > desk.version {
			detail := fmt.Sprintf("This pick list is at version %d.", desk.version)
			return picklist.ErrOperation.Saying("%s", detail).At(fault.Field{Pointer: "/baseVersion", Detail: detail})
		}
		if err := work(desk); err != nil {
			return err
		}
		edit = PickListEdit{ListID: id, Version: desk.version, Operations: desk.done}
		return desk.close(ctx, batch)
	})
	return edit, err
}

// pickListDesk is a list while its row is locked for an editor.
type pickListDesk struct {
	q       *queries.Queries
	actor   accounts.Actor
	head    PickListHead
	list    picklist.List
	before  int // the version at the beginning
	version int
	touched []int // teams whose items are to be stored
	fresh   []uuid.UUID
	done    []PickListOperation
}

// openPickList locks the list for an editor.
func openPickList(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) (*pickListDesk, error) {
	q := queries.New(tx)
	list, err := readPickList(ctx, q, actor, id)
	if err != nil {
		return nil, err
	}
	role, err := teams.RoleForWrite(ctx, tx, actor.UserID, list.ScoutingTeamID)
	switch {
	case errors.Is(err, teams.ErrNoTeam):
		return nil, ErrNoPickList
	case err != nil:
		return nil, err
	case !role.May(teams.EditPickLists):
		return nil, ErrRole
	}
	if _, err := q.LockPickList(ctx, id); errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNoPickList
	} else if err != nil {
		return nil, err
	}
	// Once more: another editor may have had the lock.
	if list, err = readPickList(ctx, q, actor, id); err != nil {
		return nil, err
	}
	return &pickListDesk{
		q: q, actor: actor, head: list.PickListHead, list: picklist.List{Name: list.Name, Items: list.Items},
		before: list.Version, version: list.Version, done: []PickListOperation{},
	}, nil
}

// operationRequest is what the editor asked for: its hash tells a repeat from another operation
// under the same id.
type operationRequest struct {
	hash          [sha256.Size]byte
	undoes, depth int
	heard         *picklist.Strike // by an undo: see operationInverse
}

// operationInverse is what takes an operation back. Heard is the pick that was known when a robot
// was taken off the list: it comes back as it was, unless another was heard of since.
type operationInverse struct {
	picklist.Operation
	Heard *picklist.Strike `json:"heard,omitempty"`
}

func hashOf(asked any) [sha256.Size]byte {
	raw, err := json.Marshal(asked)
	if err != nil {
		panic(err) // plain values always encode
	}
	return sha256.Sum256(raw)
}

// known returns which of the operations were done before.
func (d *pickListDesk) known(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]queries.PickListOperationsByIDRow, error) {
	rows, err := d.q.PickListOperationsByID(ctx, queries.PickListOperationsByIDParams{ListID: d.head.ID, Ids: ids})
	found := make(map[uuid.UUID]queries.PickListOperationsByIDRow, len(rows))
	for _, row := range rows {
		found[row.PicklistOperation.ID] = row
	}
	return found, err
}

// since returns what changed after a version, without the editor's own operations.
func (d *pickListDesk) since(ctx context.Context, version int, own []uuid.UUID) ([]picklist.Change, error) {
	if d.version-version > maxBehind {
		return nil, d.conflict(nil)
	}
	rows, err := d.q.PickListOperations(ctx, queries.PickListOperationsParams{ListID: d.head.ID, After: int32(version), RowLimit: maxBehind})
	if err != nil {
		return nil, err
	}
	var changes []picklist.Change
	for _, row := range rows {
		op, err := recordedOperation(row.PicklistOperation, row.DisplayName)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(own, op.Operation.ID) {
			changes = append(changes, picklist.Change{Version: op.Version, Op: op.Operation, Undoes: op.Undoes})
		}
	}
	return changes, nil
}

// fits refuses operations of an editor who saw version base and asks for ids, if they touch
// what changed since.
func (d *pickListDesk) fits(ctx context.Context, operations []picklist.Operation, base int, ids []uuid.UUID) error {
	if len(operations) == 0 {
		return nil
	}
	since, err := d.since(ctx, base, ids)
	if err != nil {
		return err
	}
	var conflicts []picklist.Conflict
	for _, op := range operations {
		conflicts = append(conflicts, picklist.Conflicts(op, since)...)
	}
	if len(conflicts) > 0 {
		return d.conflict(conflicts)
	}
	return nil
}

func (d *pickListDesk) conflict(found []picklist.Conflict) error {
	if len(found) == 0 {
		found = []picklist.Conflict{}
	}
	return ErrPickListConflict.Carrying(PickListConflict{Version: d.before, Conflicts: found})
}

// undoable finds the operation to take back.
func (d *pickListDesk) undoable(ctx context.Context, base, version int) (row queries.PicklistOperation, err error) {
	if version > base {
		return row, ErrNothingToUndo
	}
	if version == 0 {
		row, err = d.q.PickListUndoable(ctx, queries.PickListUndoableParams{ListID: d.head.ID, UpTo: int32(base)})
	} else {
		row, err = d.q.PickListOperation(ctx, queries.PickListOperationParams{ListID: d.head.ID, Version: int32(version)})
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return row, ErrNothingToUndo
	}
	return row, err
}

// doOnce does the operation unless it was done before, and notes it for the answer.
func (d *pickListDesk) doOnce(ctx context.Context, known map[uuid.UUID]queries.PickListOperationsByIDRow, op picklist.Operation, asked operationRequest) error {
	row, done := known[op.ID]
	if !done {
		if slices.Contains(d.fresh, op.ID) {
			return ErrOperationID // twice in one request
		}
		return d.do(ctx, op, asked)
	}
	if !bytes.Equal(row.PicklistOperation.RequestHash, asked.hash[:]) {
		return ErrOperationID
	}
	before, err := recordedOperation(row.PicklistOperation, row.DisplayName)
	d.done = append(d.done, before)
	return err
}

// do does the operation and records it. A team that comes onto the list is struck if it
// was picked meanwhile.
func (d *pickListDesk) do(ctx context.Context, op picklist.Operation, asked operationRequest) error {
	heard, err := d.heard(ctx, op)
	if err != nil {
		return err
	}
	if op.Kind == picklist.Insert && (asked.undoes == 0 || !sameStrike(heard, asked.heard)) {
		op.Strike = heard
	}
	done, err := d.list.Apply(op)
	if err != nil {
		return err
	}
	operation, err := json.Marshal(done.Op)
	if err != nil {
		return err
	}
	back, err := json.Marshal(operationInverse{done.Inverse, heard})
	if err != nil {
		return err
	}
	at, err := d.q.InsertPickListOperation(ctx, queries.InsertPickListOperationParams{
		ListID: d.head.ID, Version: int32(d.version) + 1, ID: op.ID, EditorID: d.actor.UserID, Operation: operation, Inverse: back,
		RequestHash: asked.hash[:], Undoes: int32(asked.undoes), Depth: int32(asked.depth),
	})
	if err != nil {
		return err
	}
	d.list = done.List
	d.version++
	d.fresh = append(d.fresh, op.ID)
	if op.TeamNumber != 0 && !slices.Contains(d.touched, op.TeamNumber) {
		d.touched = append(d.touched, op.TeamNumber)
	}
	d.done = append(d.done, PickListOperation{
		Version: d.version, Operation: done.Op, Undoes: asked.undoes, At: at.UTC(),
		Editor: accounts.User{ID: d.actor.UserID, DisplayName: d.actor.DisplayName},
	})
	return nil
}

// heard returns the pick of a robot that comes onto the list or leaves it; nil if there is none.
func (d *pickListDesk) heard(ctx context.Context, op picklist.Operation) (*picklist.Strike, error) {
	if op.Kind != picklist.Insert && op.Kind != picklist.Remove {
		return nil, nil
	}
	pick, err := d.q.Pick(ctx, queries.PickParams{TeamID: d.head.ScoutingTeamID, Season: int32(d.head.Season), EventCode: d.head.EventCode, TeamNumber: int32(op.TeamNumber)})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &picklist.Strike{Reason: picklist.Reason(pick.Reason), Alliance: int(pick.Alliance)}, err
}

func sameStrike(a, b *picklist.Strike) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// close stores the list as it is now and tells the team. Without a new operation it does
// nothing.
func (d *pickListDesk) close(ctx context.Context, batch *eventlog.Batch) error {
	if len(d.fresh) == 0 {
		return nil
	}
	for _, number := range d.touched {
		if err := d.store(ctx, number); err != nil {
			return err
		}
	}
	err := d.q.UpdatePickList(ctx, queries.UpdatePickListParams{ID: d.head.ID, Name: d.list.Name, Standing: smallAll(d.list.Numbers()), Version: int32(d.version)})
	if err != nil {
		return err
	}
	payload := PickListChangedPayload{ListID: d.head.ID, Change: "changed", Version: d.version, PreviousVersion: d.before, OperationIDs: d.fresh}
	return batch.Add(PickListChanged.On(payload, teams.PrivateChannel(d.head.ScoutingTeamID)))
}

func (d *pickListDesk) store(ctx context.Context, number int) error {
	item, there := d.list.Item(number)
	if !there {
		return d.q.DeletePickListItem(ctx, queries.DeletePickListItemParams{ListID: d.head.ID, TeamNumber: int32(number)})
	}
	row := queries.PutPickListItemParams{ListID: d.head.ID, TeamNumber: int32(number), Tier: int32(item.Tier), Tags: item.Tags, Note: item.Note}
	if item.Struck != nil {
		reason := string(item.Struck.Reason)
		row.Struck, row.Alliance = &reason, int32(item.Struck.Alliance)
	}
	return d.q.PutPickListItem(ctx, row)
}

func recordedOperation(row queries.PicklistOperation, editor string) (PickListOperation, error) {
	op := PickListOperation{Version: int(row.Version), Undoes: int(row.Undoes), Editor: accounts.User{ID: row.EditorID, DisplayName: editor}, At: row.At.UTC()}
	return op, json.Unmarshal(row.Operation, &op.Operation)
}

// atOperation says which of the operations an error is about.
func atOperation(err error, i int) error {
	var known *fault.Error
	if !errors.As(err, &known) || len(known.Fields) > 0 {
		return err
	}
	return known.At(fault.Field{Pointer: fmt.Sprintf("/operations/%d", i), Detail: known.Detail})
}
