package api

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/picklist"
)

type newPickListIn struct {
	ID             string `json:"id,omitempty" validate:"omitempty,uuid_rfc4122" description:"made by the client, so that sending twice makes one list"`
	ScoutingTeamID string `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season         int    `json:"season,omitempty" description:"the newest when left out"`
	EventCode      string `json:"eventCode" validate:"required"`
	Name           string `json:"name" validate:"required"`
	DependsOn      string `json:"dependsOn,omitempty" validate:"omitempty,uuid_rfc4122" description:"the list of the pick before this one"`
	WhenPicked     *int   `json:"whenPicked,omitempty" description:"the first pick after which this list is meant; goes with dependsOn"`
	TeamNumbers    []int  `json:"teamNumbers,omitempty" validate:"max=200" description:"whom to begin with, best first: by ranking, rating, or as you like"`
	AllTeams       bool   `json:"allTeams,omitempty" description:"add the FTC event's teams that are not among teamNumbers, by number"`
}

type pickListIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

type listPickListsIn struct {
	TeamID    string  `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    *int    `query:"season" json:"-"`
	EventCode *string `query:"eventCode" json:"-" validate:"omitempty,max=40"`
	Cursor    string  `query:"cursor" json:"-" validate:"max=200"`
	Limit     int     `query:"limit" json:"-" validate:"min=0,max=100" description:"50 when left out"`
}

// renamePickListIn is one operation among the others, so that it has a place in the history.
type renamePickListIn struct {
	ID          string `path:"id" json:"-" validate:"uuid_rfc4122"`
	OperationID string `json:"operationId,omitempty" validate:"omitempty,uuid_rfc4122" description:"made by the client, so that sending twice changes nothing"`
	BaseVersion int    `json:"baseVersion" validate:"required,min=1" description:"the version you saw"`
	Name        string `json:"name" validate:"required"`
}

// strikeIn says why a robot is out of the choice.
type strikeIn struct {
	Reason   string `json:"reason" validate:"required,oneof=picked captain declined"`
	Alliance int    `json:"alliance,omitempty" description:"the alliance's number, from 1; none with declined"`
}

type pickListOperationIn struct {
	ID         string    `json:"id" validate:"required,uuid_rfc4122" description:"made by the client, so that sending twice changes nothing"`
	Kind       string    `json:"kind" validate:"required,oneof=insert remove move set strike unstrike rename"`
	TeamNumber int       `json:"teamNumber,omitempty" description:"whose item; all kinds but rename need it"`
	After      *int      `json:"after,omitempty" description:"of insert and move: the team before; 0 is the start, the end when left out"`
	Tier       *int      `json:"tier,omitempty" description:"of insert and set: 1 to 9, 1 is the best; 0 is none"`
	Tags       *[]string `json:"tags,omitempty" description:"of insert and set: up to 10 of up to 30 characters"`
	Note       *string   `json:"note,omitempty" description:"of insert and set: one line of up to 500 characters"`
	Strike     *strikeIn `json:"strike,omitempty" description:"of strike"`
	Name       *string   `json:"name,omitempty" description:"of rename"`
}

func (in pickListOperationIn) operation() picklist.Operation {
	op := picklist.Operation{
		ID: uuid.MustParse(in.ID), Kind: picklist.Kind(in.Kind), TeamNumber: in.TeamNumber, After: in.After, Tier: in.Tier, Tags: in.Tags,
		Note: in.Note, Name: in.Name,
	}
	if in.Strike != nil {
		op.Strike = &picklist.Strike{Reason: picklist.Reason(in.Strike.Reason), Alliance: in.Strike.Alliance}
	}
	return op
}

type editPickListIn struct {
	ID          string                `path:"id" json:"-" validate:"uuid_rfc4122"`
	BaseVersion int                   `json:"baseVersion" validate:"required,min=1" description:"the version you saw"`
	Operations  []pickListOperationIn `json:"operations" validate:"required,min=1,max=100,dive"`
}

type undoPickListIn struct {
	ID          string `path:"id" json:"-" validate:"uuid_rfc4122"`
	OperationID string `json:"operationId" validate:"required,uuid_rfc4122" description:"of the undo; made by the client, so that sending twice undoes once"`
	BaseVersion int    `json:"baseVersion" validate:"required,min=1" description:"the version you saw"`
	Version     int    `json:"version,omitempty" validate:"min=0" description:"which operation to take back; the newest that is not undone when left out"`
}

type pickListHistoryIn struct {
	ID    string `path:"id" json:"-" validate:"uuid_rfc4122"`
	After int    `query:"after" json:"-" validate:"min=0" description:"the version you have; 0 is the start"`
	Limit int    `query:"limit" json:"-" validate:"min=0,max=200" description:"100 when left out"`
}

// pickIn is what was heard in the hall. Neither alliance nor declined takes it back.
type pickIn struct {
	ScoutingTeamID string `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season         int    `json:"season,omitempty" description:"the newest when left out"`
	EventCode      string `json:"eventCode" validate:"required"`
	TeamNumber     int    `json:"teamNumber" validate:"required"`
	Alliance       int    `json:"alliance,omitempty" validate:"min=0,max=16" description:"the alliance's number, from 1"`
	Captain        bool   `json:"captain,omitempty" description:"leads the alliance"`
	Declined       bool   `json:"declined,omitempty" description:"said no to an invitation"`
}

func (in pickIn) pick() scouting.Pick {
	p := scouting.Pick{ScoutingTeamID: uuid.MustParse(in.ScoutingTeamID), Season: in.Season, EventCode: in.EventCode, TeamNumber: in.TeamNumber}
	if in.Alliance == 0 && !in.Captain && !in.Declined {
		return p
	}
	p.Strike = &picklist.Strike{Reason: picklist.Picked, Alliance: in.Alliance}
	if in.Captain {
		p.Strike.Reason = picklist.Captain
	}
	if in.Declined {
		p.Strike.Reason = picklist.Declined
	}
	return p
}

func (s *server) pickListRoutes() {
	const tag, all, one = "pick lists", "/api/scouting/picklists", "/api/scouting/picklists/{id}"
	add(s, route[newPickListIn, scouting.PickList]{method: "POST", path: all, tag: tag, access: signedIn, status: 201, also: []int{200},
		summary: "Make a pick list. 200 when the same id made one before.",
		handle: func(r *http.Request, actor accounts.Actor, in newPickListIn) (reply[scouting.PickList], error) {
			list, created, err := s.o.Scouting.CreatePickList(r.Context(), actor, in.list())
			return reply[scouting.PickList]{Data: list, Status: entryStatus(created)}, err
		}})
	add(s, route[listPickListsIn, []scouting.PickListHead]{method: "GET", path: all, tag: tag, access: signedIn, summary: "A team's pick lists without their items, newest first.",
		handle: func(r *http.Request, actor accounts.Actor, in listPickListsIn) (reply[[]scouting.PickListHead], error) {
			list, next, err := s.o.Scouting.PickLists(r.Context(), actor, in.filter())
			return reply[[]scouting.PickListHead]{Data: list, Next: next}, err
		}})
	add(s, route[pickIn, scouting.PickResult]{method: "POST", path: all + "/picks", tag: tag, access: signedIn,
		summary: "Strike a robot on all of the team's lists of an FTC event: picked, captain or declined; or take that back.",
		handle: func(r *http.Request, actor accounts.Actor, in pickIn) (reply[scouting.PickResult], error) {
			result, err := s.o.Scouting.RecordPick(r.Context(), actor, in.pick())
			return reply[scouting.PickResult]{Data: result}, err
		}})
	add(s, route[pickListIn, scouting.PickList]{method: "GET", path: one, tag: tag, access: signedIn, summary: "One pick list, best first.",
		handle: func(r *http.Request, actor accounts.Actor, in pickListIn) (reply[scouting.PickList], error) {
			list, err := s.o.Scouting.PickList(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[scouting.PickList]{Data: list}, err
		}})
	add(s, route[pickListIn, nothing]{method: "DELETE", path: one, tag: tag, access: signedIn, summary: "Delete a pick list with its history.",
		handle: func(r *http.Request, actor accounts.Actor, in pickListIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Scouting.DeletePickList(r.Context(), actor, uuid.MustParse(in.ID))
		}})
	s.pickListEdits(tag, one)
	s.router.Get(one+"/export.csv", s.exportPickList)
	s.document(operation{method: "GET", path: one + "/export.csv", tag: tag, access: signedIn, summary: "The pick list as CSV, best first.",
		in: typeOf[pickListIn](), raw: func(oc openapi.OperationContext) {
			oc.AddRespStructure(nil, openapi.WithHTTPStatus(http.StatusOK), openapi.WithContentType("text/csv"))
		}})
}

// pickListEdits are the routes whose answers are operations.
func (s *server) pickListEdits(tag, one string) {
	add(s, route[renamePickListIn, scouting.PickListEdit]{method: "PATCH", path: one, tag: tag, access: signedIn, summary: "Rename a pick list: an operation as any other.",
		handle: func(r *http.Request, actor accounts.Actor, in renamePickListIn) (reply[scouting.PickListEdit], error) {
			op := picklist.Operation{ID: uuid.New(), Kind: picklist.Rename, Name: &in.Name}
			if in.OperationID != "" {
				op.ID = uuid.MustParse(in.OperationID)
			}
			edit, err := s.o.Scouting.EditPickList(r.Context(), actor, uuid.MustParse(in.ID), in.BaseVersion, []picklist.Operation{op})
			return reply[scouting.PickListEdit]{Data: edit}, err
		}})
	add(s, route[editPickListIn, scouting.PickListEdit]{method: "POST", path: one + "/operations", tag: tag, access: signedIn,
		summary: "Edit a pick list: all of the operations or none. 409 with what stands in the way when they touch what changed since baseVersion.",
		handle: func(r *http.Request, actor accounts.Actor, in editPickListIn) (reply[scouting.PickListEdit], error) {
			operations := make([]picklist.Operation, len(in.Operations))
			for i, op := range in.Operations {
				operations[i] = op.operation()
			}
			edit, err := s.o.Scouting.EditPickList(r.Context(), actor, uuid.MustParse(in.ID), in.BaseVersion, operations)
			return reply[scouting.PickListEdit]{Data: edit}, err
		}})
	add(s, route[undoPickListIn, scouting.PickListEdit]{method: "POST", path: one + "/undo", tag: tag, access: signedIn,
		summary: "Take an operation back by one that does the opposite.",
		handle: func(r *http.Request, actor accounts.Actor, in undoPickListIn) (reply[scouting.PickListEdit], error) {
			edit, err := s.o.Scouting.UndoPickList(r.Context(), actor, uuid.MustParse(in.ID), in.BaseVersion, uuid.MustParse(in.OperationID), in.Version)
			return reply[scouting.PickListEdit]{Data: edit}, err
		}})
	add(s, route[pickListHistoryIn, []scouting.PickListOperation]{method: "GET", path: one + "/history", tag: tag, access: signedIn,
		summary: "The operations after a version, oldest first. nextCursor is the version to go on after.",
		handle: func(r *http.Request, actor accounts.Actor, in pickListHistoryIn) (reply[[]scouting.PickListOperation], error) {
			if in.Limit == 0 {
				in.Limit = 100
			}
			list, more, err := s.o.Scouting.PickListHistory(r.Context(), actor, uuid.MustParse(in.ID), in.After, in.Limit)
			next := ""
			if more {
				next = strconv.Itoa(list[len(list)-1].Version)
			}
			return reply[[]scouting.PickListOperation]{Data: list, Next: next}, err
		}})
}

func (in newPickListIn) list() scouting.NewPickList {
	n := scouting.NewPickList{
		ScoutingTeamID: uuid.MustParse(in.ScoutingTeamID), Season: in.Season, EventCode: in.EventCode, Name: in.Name,
		WhenPicked: in.WhenPicked, TeamNumbers: in.TeamNumbers, AllTeams: in.AllTeams,
	}
	if in.ID != "" {
		n.ID = uuid.MustParse(in.ID)
	}
	if in.DependsOn != "" {
		id := uuid.MustParse(in.DependsOn)
		n.DependsOn = &id
	}
	return n
}

func (in listPickListsIn) filter() scouting.PickListFilter {
	f := scouting.PickListFilter{TeamID: uuid.MustParse(in.TeamID), Season: in.Season, EventCode: in.EventCode, Cursor: in.Cursor, Limit: in.Limit}
	if f.Limit == 0 {
		f.Limit = 50
	}
	if in.EventCode != nil {
		if code, err := ftc.CleanCode(*in.EventCode); err == nil {
			f.EventCode = &code
		}
	}
	return f
}

func (s *server) exportPickList(w http.ResponseWriter, r *http.Request) {
	var in pickListIn
	actor, err := s.actor(r)
	if err == nil && actor.Anonymous() {
		err = accounts.ErrNoToken
	}
	if err == nil {
		err = s.decode(w, r, &in, 0)
	}
	var list scouting.PickList
	if err == nil {
		list, err = s.o.Scouting.PickList(r.Context(), actor, uuid.MustParse(in.ID))
	}
	if err == nil {
		err = audit.Note(r.Context(), s.o.Log, actor.By(), audit.Deed{Action: audit.PickListExported, Team: list.ScoutingTeamID, Object: list.ID.String()})
	}
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="picklist-`+list.ID.String()+`.csv"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(pickListCSV(list)) // the caller may have gone
}

func pickListCSV(list scouting.PickList) []byte {
	var out bytes.Buffer
	sheet := csv.NewWriter(&out)
	rows := [][]string{{"place", "teamNumber", "tier", "tags", "note", "struck", "alliance"}}
	for i, item := range list.Items {
		row := []string{strconv.Itoa(i + 1), strconv.Itoa(item.TeamNumber), strconv.Itoa(item.Tier), plainCell(strings.Join(item.Tags, "; ")), plainCell(item.Note), "", ""}
		if item.Struck != nil {
			row[5] = string(item.Struck.Reason)
		}
		if item.Struck != nil && item.Struck.Alliance > 0 {
			row[6] = strconv.Itoa(item.Struck.Alliance)
		}
		rows = append(rows, row)
	}
	_ = sheet.WriteAll(rows) // a buffer takes everything
	return out.Bytes()
}

// plainCell keeps spreadsheets from running a text as a formula.
func plainCell(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r") {
		return "'" + text
	}
	return text
}
