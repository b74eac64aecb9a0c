package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

// chunksLimit bounds the body of what scans of one transfer may be, with repeats.
const chunksLimit = 256 << 10

// encodeIn names what to pack, in just one of three ways.
type encodeIn struct {
	TeamID      string               `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	EntryIDs    []string             `json:"entryIds,omitempty" validate:"max=200,unique,dive,uuid_rfc4122" description:"stored entries"`
	Entries     []rawEntry           `json:"entries,omitempty" validate:"max=200" description:"entries as in a batch upload"`
	Assignments []transferAssignment `json:"assignments,omitempty" validate:"max=500,dive"`
	ChunkLength int                  `json:"chunkLength,omitempty" validate:"omitempty,min=100,max=700" description:"characters of a code, 700 when left out"`
}

// transferAssignment is an assignment in a transfer.
type transferAssignment struct {
	ScoutID           string `json:"scoutId" validate:"required,uuid_rfc4122"`
	Season            int    `json:"season" validate:"required,min=2000,max=2100"`
	EventCode         string `json:"eventCode" validate:"required,max=40"`
	TournamentLevel   string `json:"tournamentLevel" validate:"required,oneof=qual playoff practice"`
	Series            int    `json:"series,omitempty" validate:"min=0,max=99"`
	MatchNumber       int    `json:"matchNumber" validate:"required,min=1,max=999"`
	Alliance          string `json:"alliance" validate:"required,oneof=RED BLUE"`
	Station           int    `json:"station" validate:"required,min=1,max=3"`
	ScoutedTeamNumber int    `json:"scoutedTeamNumber" validate:"required,min=1,max=99999"`
}

type chunksIn struct {
	Chunks []string `json:"chunks" validate:"required,min=1,max=300" description:"what was scanned, in any order"`
}

type chunksOut struct {
	Chunks []string `json:"chunks"`
}

// transferEntry is an entry in a transfer, with what it would score.
type transferEntry struct {
	ID                string          `json:"id"`
	ScouterID         string          `json:"scouterId"`
	Season            int             `json:"season"`
	EventCode         string          `json:"eventCode"`
	TournamentLevel   string          `json:"tournamentLevel"`
	Series            int             `json:"series"`
	MatchNumber       int             `json:"matchNumber"`
	Alliance          string          `json:"alliance"`
	ScoutedTeamNumber int             `json:"scoutedTeamNumber"`
	Data              json.RawMessage `json:"data"`
	Notes             string          `json:"notes"`
	AutoScore         int             `json:"autoScore"`
	TeleopScore       int             `json:"teleopScore"`
	EndgameScore      int             `json:"endgameScore"`
	TotalScore        int             `json:"totalScore"`
}

type transferOut struct {
	TeamID      string               `json:"scoutingTeamId"`
	Entries     []transferEntry      `json:"entries"`
	Assignments []transferAssignment `json:"assignments"`
}

func (s *server) scanRoutes() {
	const tag = "scouting"
	add(s, route[encodeIn, chunksOut]{method: "POST", path: "/api/scouting/transfer/encode", tag: tag, access: signedIn, limit: batchLimit,
		summary: "Pack entries or assignments into texts for QR codes.",
		handle: func(r *http.Request, actor accounts.Actor, in encodeIn) (reply[chunksOut], error) {
			chunks, err := s.encodeTransfer(r, actor, in)
			return reply[chunksOut]{Data: chunksOut{chunks}}, err
		}})
	add(s, route[chunksIn, transferOut]{method: "POST", path: "/api/scouting/transfer/decode", tag: tag, access: signedIn, limit: chunksLimit,
		summary: "Show what scanned codes carry. Nothing is stored.",
		handle: func(r *http.Request, actor accounts.Actor, in chunksIn) (reply[transferOut], error) {
			t, err := s.o.Scouting.DecodeTransfer(r.Context(), actor, in.Chunks)
			return reply[transferOut]{Data: transferOf(t)}, err
		}})
	add(s, route[chunksIn, batchOut]{method: "POST", path: "/api/scouting/transfer/import", tag: tag, access: signedIn, limit: chunksLimit,
		summary: "Record the entries of scanned codes, each answered by itself; I am their courier.",
		handle: func(r *http.Request, actor accounts.Actor, in chunksIn) (reply[batchOut], error) {
			outcomes, err := s.o.Scouting.ImportTransfer(r.Context(), actor, in.Chunks)
			results := make([]batchResult, len(outcomes))
			for i, outcome := range outcomes {
				results[i] = s.batchResult(r, outcome)
			}
			return reply[batchOut]{Data: batchOut{results}}, err
		}})
}

var errEncode = errShape.Saying("Name what to pack by one of entryIds, entries and assignments.")

func (s *server) encodeTransfer(r *http.Request, actor accounts.Actor, in encodeIn) ([]string, error) {
	team, size := uuid.MustParse(in.TeamID), in.ChunkLength
	if size == 0 {
		size = 700
	}
	given := 0
	for _, n := range []int{len(in.EntryIDs), len(in.Entries), len(in.Assignments)} {
		if n > 0 {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, errEncode
	case len(in.EntryIDs) > 0:
		ids := make([]uuid.UUID, len(in.EntryIDs))
		for i, id := range in.EntryIDs {
			ids[i] = uuid.MustParse(id)
		}
		return s.o.Scouting.EncodeStored(r.Context(), actor, team, ids, size)
	case len(in.Entries) > 0:
		entries := make([]scouting.NewEntry, len(in.Entries))
		for i, raw := range in.Entries {
			var item newEntryIn
			if err := s.decodeItem(raw, &item); err != nil {
				e := fault.From(err)
				return nil, e.At(fault.Field{Pointer: fmt.Sprintf("/entries/%d", i), Detail: e.Detail})
			}
			entries[i] = item.entry()
		}
		return s.o.Scouting.EncodeEntries(r.Context(), actor, team, entries, size)
	}
	list := make([]scouting.TransferAssignment, len(in.Assignments))
	for i, a := range in.Assignments {
		list[i] = scouting.TransferAssignment{
			ScoutID: uuid.MustParse(a.ScoutID), Season: a.Season, EventCode: a.EventCode, Level: ftc.Level(a.TournamentLevel), Series: a.Series,
			MatchNumber: a.MatchNumber, Alliance: ftc.Alliance(a.Alliance), Station: a.Station, ScoutedTeam: a.ScoutedTeamNumber,
		}
	}
	return s.o.Scouting.EncodeAssignments(r.Context(), actor, team, list, size)
}

func transferOf(t scouting.Transfer) transferOut {
	out := transferOut{TeamID: t.TeamID.String(), Entries: []transferEntry{}, Assignments: []transferAssignment{}}
	for _, e := range t.Entries {
		out.Entries = append(out.Entries, transferEntry{
			ID: e.ID.String(), ScouterID: e.Author.String(), Season: e.Season, EventCode: e.EventCode, TournamentLevel: string(e.Level), Series: e.Series,
			MatchNumber: e.MatchNumber, Alliance: string(e.Alliance), ScoutedTeamNumber: e.ScoutedTeam, Data: e.Data, Notes: e.Notes,
			AutoScore: e.Score.Auto, TeleopScore: e.Score.Teleop, EndgameScore: e.Score.Endgame, TotalScore: e.Score.Total,
		})
	}
	for _, a := range t.Assignments {
		out.Assignments = append(out.Assignments, transferAssignment{
			ScoutID: a.ScoutID.String(), Season: a.Season, EventCode: a.EventCode, TournamentLevel: string(a.Level), Series: a.Series,
			MatchNumber: a.MatchNumber, Alliance: string(a.Alliance), Station: a.Station, ScoutedTeamNumber: a.ScoutedTeam,
		})
	}
	return out
}
