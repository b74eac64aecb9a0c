package scouting

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// MaxImport is the most rows of one import.
const MaxImport = 2000

// maxTold is up to how many imported entries the team hears of one by one.
const maxTold = 10

// ErrImport is returned for a file that is no export of ours.
var ErrImport = fault.New(fault.Invalid, "bad-import", "This file cannot be imported.")

// EntriesImportedPayload tells a team that many entries came at once.
type EntriesImportedPayload struct {
	Count      int      `json:"count"`
	EventCodes []string `json:"eventCodes"` // up to 20
}

// EntriesImported is the realtime event of an import of more than 10 entries; fewer are told
// one by one.
var EntriesImported = realtime.Define[EntriesImportedPayload]("scouting:entries-imported",
	"Many entries were imported into the team: read the list again.", "private-team-{teamId}")

var errDryRun = errors.New("a dry run stores nothing")

// importing is one import inside its transaction.
type importing struct {
	s       *Service
	tx      pgx.Tx
	actor   accounts.Actor
	teamID  uuid.UUID
	authors map[uuid.UUID]accounts.User
	made    []Entry
}

// Import records entries that were exported before, with source "import": for the team and
// not for the public. Each row is answered by itself, and all that can be stored are stored
// together or, if the server fails, none. Rows keep the credit of scouts whom the team knows; the
// others go to the importer's. A dry run answers the same and stores nothing.
func (s *Service) Import(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, rows []NewEntry, dryRun bool) ([]Outcome, error) {
	if len(rows) > MaxImport {
		return nil, ErrImport.Saying("An import has up to %d rows.", MaxImport)
	}
	outcomes := make([]Outcome, len(rows))
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		role, err := teams.RoleForWrite(ctx, tx, actor.UserID, teamID)
		if err != nil {
			return err
		}
		if !role.May(teams.Export) {
			return ErrRole
		}
		im := &importing{s: s, tx: tx, actor: actor, teamID: teamID, authors: map[uuid.UUID]accounts.User{}}
		for _, i := range inOrderOfID(rows) {
			if outcomes[i], err = im.row(ctx, rows[i]); err != nil {
				return err
			}
		}
		if dryRun {
			return errDryRun
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.EntriesImported, Team: teamID,
			Detail: map[string]string{"rows": strconv.Itoa(len(rows)), "created": strconv.Itoa(len(im.made))}})
		return im.tell(batch)
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return outcomes, err
}

// inOrderOfID returns the places of the rows sorted by id: two imports of the same entries
// then wait for each other in one order and not in a circle. Equal ids stay in order.
func inOrderOfID(rows []NewEntry) []int {
	places := make([]int, len(rows))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return bytes.Compare(rows[a].ID[:], rows[b].ID[:]) })
	return places
}

// row stores one row or says why not. Its error is the server's trouble, which ends the import.
func (im *importing) row(ctx context.Context, e NewEntry) (Outcome, error) {
	e.ScoutingTeamID = im.teamID
	out := Outcome{ID: e.ID}
	d, err := check(im.s.book, e)
	if err == nil && e.ID == uuid.Nil {
		err = ErrEntry.Saying("A row needs its id, so that importing twice changes nothing.").At(fault.Field{Pointer: "/id", Detail: "id is missing."})
	}
	if err != nil {
		out.Err = err
		return out, nil
	}
	author, err := im.author(ctx, d.Author)
	if err != nil {
		return out, err
	}
	d.broughtBy(im.actor, author)
	d.source = sourceImport
	out.Entry, out.Created, err = im.s.insert(ctx, im.tx, im.actor, d)
	if err != nil {
		if known := fault.From(err); known.Kind == fault.Internal || known.Kind == fault.Unavailable {
			return out, err
		}
		out.Err = err
		return out, nil
	}
	if out.Created {
		im.made = append(im.made, out.Entry)
	}
	return out, nil
}

// author returns who gets the credit: the named scout if they are or were one of the team.
func (im *importing) author(ctx context.Context, id uuid.UUID) (accounts.User, error) {
	if author, known := im.authors[id]; known {
		return author, nil
	}
	author := accounts.User{ID: im.actor.UserID, DisplayName: im.actor.DisplayName}
	before, err := queries.New(im.tx).BeforeUpload(ctx, queries.BeforeUploadParams{TeamID: im.teamID, SenderID: im.actor.UserID, AuthorID: id})
	if err != nil {
		return author, err
	}
	if before.AuthorRole != "" || before.AuthorFormer {
		author = accounts.User{ID: id, DisplayName: before.AuthorName}
	}
	im.authors[id] = author
	return author, nil
}

func (im *importing) tell(batch *eventlog.Batch) error {
	if len(im.made) <= maxTold {
		for _, made := range im.made {
			if err := announce(batch, made); err != nil {
				return err
			}
		}
		return nil
	}
	p := EntriesImportedPayload{Count: len(im.made)}
	for _, made := range im.made {
		if len(p.EventCodes) < 20 && !slices.Contains(p.EventCodes, made.EventCode) {
			p.EventCodes = append(p.EventCodes, made.EventCode)
		}
	}
	return batch.Add(EntriesImported.On(p, teams.PrivateChannel(im.teamID)))
}
