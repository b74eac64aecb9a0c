package api

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

var errCourier = errShape.Saying("scouterId needs onProblem=quarantine: somebody else's work is never refused.")

// newEntryIn is an entry as a tablet sends it. Ranges are the feature's to check: it names
// every fault of an entry at once.
type newEntryIn struct {
	ID                string          `json:"id,omitempty" validate:"omitempty,uuid_rfc4122" description:"made by the client, so that sending twice changes nothing"`
	ScoutingTeamID    string          `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season            int             `json:"season,omitempty" description:"the newest when left out"`
	EventCode         string          `json:"eventCode" validate:"required"`
	TournamentLevel   string          `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice" description:"qual when left out"`
	Series            int             `json:"series,omitempty"`
	MatchNumber       int             `json:"matchNumber" validate:"required"`
	Alliance          string          `json:"alliance" validate:"required,oneof=RED BLUE"`
	ScoutedTeamNumber int             `json:"scoutedTeamNumber" validate:"required"`
	Data              json.RawMessage `json:"data" validate:"required" description:"keys of the season's form, see /api/seasons/{year}"`
	Notes             string          `json:"notes,omitempty" validate:"max=2000"`
	ScouterID         string          `json:"scouterId,omitempty" validate:"omitempty,uuid_rfc4122" description:"who scouted it, when another member's device brings it; alone it needs onProblem=quarantine"`
	OnProblem         string          `query:"onProblem" json:"-" validate:"omitempty,oneof=refuse quarantine" description:"quarantine: what may be honest work waits for the team's leads, 202"`
}

func (in newEntryIn) entry() scouting.NewEntry {
	e := scouting.NewEntry{
		Season: in.Season, EventCode: in.EventCode, Level: ftc.Level(in.TournamentLevel), Series: in.Series, MatchNumber: in.MatchNumber,
		Alliance: ftc.Alliance(in.Alliance), ScoutedTeam: in.ScoutedTeamNumber, Data: in.Data, Notes: in.Notes,
		ScoutingTeamID: uuid.MustParse(in.ScoutingTeamID),
	}
	if in.ID != "" {
		e.ID = uuid.MustParse(in.ID)
	}
	if in.ScouterID != "" {
		e.Author = uuid.MustParse(in.ScouterID)
	}
	return e
}

// rawEntry is an element of a batch that is read by itself. The document shows it as what
// it must be, a newEntryIn.
type rawEntry json.RawMessage

// UnmarshalJSON keeps the element as it is.
func (e *rawEntry) UnmarshalJSON(raw []byte) error {
	*e = append(rawEntry(nil), raw...)
	return nil
}

type batchIn struct {
	Entries []rawEntry `json:"entries" validate:"required,min=1,max=200"`
}

// batchResult answers one entry of a batch as POST /api/scouting/entries would have with
// onProblem=quarantine.
type batchResult struct {
	ID         string          `json:"id"`
	Status     int             `json:"status"`
	Entry      *scouting.Entry `json:"entry,omitempty"`
	Quarantine *scouting.Held  `json:"quarantine,omitempty"`
	Problem    *problem        `json:"problem,omitempty"`
}

// recorded answers a single entry: the entry or, with 202, why it waits for the leads.
type recorded struct {
	entry *scouting.Entry
	held  *scouting.Held
}

// MarshalJSON writes whichever there is.
func (r recorded) MarshalJSON() ([]byte, error) {
	if r.held != nil {
		return json.Marshal(r.held)
	}
	return json.Marshal(r.entry)
}

// JSONSchemaAnyOf says what the answer may be.
func (recorded) JSONSchemaAnyOf() []any { return []any{scouting.Entry{}, scouting.Held{}} }

type batchOut struct {
	Results []batchResult `json:"results"`
}

type entryIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

type listEntriesIn struct {
	TeamID      string  `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season      *int    `query:"season" json:"-"`
	EventCode   *string `query:"eventCode" json:"-" validate:"omitempty,max=40"`
	Level       *string `query:"tournamentLevel" json:"-" validate:"omitempty,oneof=qual playoff practice"`
	Series      *int    `query:"series" json:"-"`
	MatchNumber *int    `query:"matchNumber" json:"-"`
	ScoutedTeam *int    `query:"scoutedTeamNumber" json:"-"`
	ScouterID   *string `query:"scouterId" json:"-" validate:"omitempty,uuid_rfc4122"`
	Cursor      string  `query:"cursor" json:"-" validate:"max=200"`
	Limit       int     `query:"limit" json:"-" validate:"min=0,max=200" description:"50 when left out"`
}

type patchEntryIn struct {
	ID                string          `path:"id" json:"-" validate:"uuid_rfc4122"`
	Rev               int             `json:"rev" validate:"required,min=1" description:"the rev you read"`
	TournamentLevel   *string         `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice"`
	Series            *int            `json:"series,omitempty"`
	MatchNumber       *int            `json:"matchNumber,omitempty"`
	Alliance          *string         `json:"alliance,omitempty" validate:"omitempty,oneof=RED BLUE"`
	ScoutedTeamNumber *int            `json:"scoutedTeamNumber,omitempty"`
	Data              json.RawMessage `json:"data,omitempty"`
	Notes             *string         `json:"notes,omitempty" validate:"omitempty,max=2000"`
}

func (s *server) scoutingRoutes() {
	const tag = "scouting"
	add(s, route[newEntryIn, recorded]{method: "POST", path: "/api/scouting/entries", tag: tag, access: signedIn, status: 201, also: []int{200, 202},
		summary: "Record an entry. 200 when the same entry was recorded before.", handle: s.createEntry})
	add(s, route[batchIn, batchOut]{method: "POST", path: "/api/scouting/entries/batch", tag: tag, access: signedIn, limit: batchLimit,
		summary: "Record up to 200 entries, each answered by itself. 202: it waits in the team's quarantine, forget it.", handle: s.createBatch})
	add(s, route[listEntriesIn, []scouting.Entry]{method: "GET", path: "/api/scouting/entries", tag: tag, access: signedIn, summary: "A team's entries, newest first.",
		handle: func(r *http.Request, actor accounts.Actor, in listEntriesIn) (reply[[]scouting.Entry], error) {
			list, next, err := s.o.Scouting.List(r.Context(), actor, in.filter())
			return reply[[]scouting.Entry]{Data: list, Next: next}, err
		}})
	add(s, route[entryIn, scouting.Entry]{method: "GET", path: "/api/scouting/entries/{id}", tag: tag, access: signedIn, summary: "One entry.",
		handle: func(r *http.Request, actor accounts.Actor, in entryIn) (reply[scouting.Entry], error) {
			entry, err := s.o.Scouting.Get(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[scouting.Entry]{Data: entry}, err
		}})
	add(s, route[patchEntryIn, scouting.Entry]{method: "PATCH", path: "/api/scouting/entries/{id}", tag: tag, access: signedIn,
		summary: "Change an entry. 409 with the current one when rev is not the newest.",
		handle: func(r *http.Request, actor accounts.Actor, in patchEntryIn) (reply[scouting.Entry], error) {
			entry, err := s.o.Scouting.Update(r.Context(), actor, uuid.MustParse(in.ID), in.patch())
			return reply[scouting.Entry]{Data: entry}, err
		}})
	add(s, route[entryIn, nothing]{method: "DELETE", path: "/api/scouting/entries/{id}", tag: tag, access: signedIn, summary: "Delete an entry.",
		handle: func(r *http.Request, actor accounts.Actor, in entryIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Scouting.Delete(r.Context(), actor, uuid.MustParse(in.ID))
		}})
	add(s, route[entryIn, []scouting.Revision]{method: "GET", path: "/api/scouting/entries/{id}/history", tag: tag, access: signedIn, summary: "Every state the entry has had.",
		handle: func(r *http.Request, actor accounts.Actor, in entryIn) (reply[[]scouting.Revision], error) {
			list, err := s.o.Scouting.History(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[[]scouting.Revision]{Data: list}, err
		}})
}

func entryStatus(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusOK
}

// createEntry records one entry, refusing what it cannot record unless the client asks for
// the quarantine.
func (s *server) createEntry(r *http.Request, actor accounts.Actor, in newEntryIn) (reply[recorded], error) {
	if in.OnProblem != "quarantine" {
		if in.ScouterID != "" {
			return reply[recorded]{}, errCourier.At(fault.Field{Pointer: "/scouterId", Detail: errCourier.Detail})
		}
		entry, created, err := s.o.Scouting.Create(r.Context(), actor, in.entry())
		return reply[recorded]{Data: recorded{entry: &entry}, Status: entryStatus(created)}, err
	}
	out := s.o.Scouting.Upload(r.Context(), actor, in.entry())
	if out.Held != nil {
		return reply[recorded]{Data: recorded{held: out.Held}, Status: http.StatusAccepted}, out.Err
	}
	return reply[recorded]{Data: recorded{entry: &out.Entry}, Status: entryStatus(out.Created)}, out.Err
}

// createBatch reads each entry by itself, so that a malformed one costs the others nothing.
func (s *server) createBatch(r *http.Request, actor accounts.Actor, in batchIn) (reply[batchOut], error) {
	results := make([]batchResult, len(in.Entries))
	var good []scouting.NewEntry
	var places []int
	for i, raw := range in.Entries {
		var item newEntryIn
		if err := s.decodeItem(raw, &item); err != nil {
			p := problemOf(err, requestID(r.Context()))
			results[i] = batchResult{ID: item.ID, Status: p.Status, Problem: &p}
			continue
		}
		good = append(good, item.entry())
		places = append(places, i)
	}
	for n, outcome := range s.o.Scouting.CreateBatch(r.Context(), actor, good) {
		results[places[n]] = s.batchResult(r, outcome)
	}
	return reply[batchOut]{Data: batchOut{Results: results}}, nil
}

// batchResult puts the outcome of one entry on the wire.
func (s *server) batchResult(r *http.Request, outcome scouting.Outcome) batchResult {
	result := batchResult{ID: outcome.ID.String(), Status: entryStatus(outcome.Created)}
	switch {
	case outcome.Err != nil:
		p := problemOf(outcome.Err, requestID(r.Context()))
		if p.Status >= http.StatusInternalServerError {
			s.logger.ErrorContext(r.Context(), "an entry of a batch failed", "error", outcome.Err.Error())
		}
		result.Status, result.Problem = p.Status, &p
	case outcome.Held != nil:
		result.Status, result.Quarantine = http.StatusAccepted, outcome.Held
	default:
		result.Entry = &outcome.Entry
	}
	if outcome.ID == uuid.Nil {
		result.ID = ""
	}
	return result
}

func (in listEntriesIn) filter() scouting.Filter {
	f := scouting.Filter{
		TeamID: uuid.MustParse(in.TeamID), Season: in.Season, EventCode: in.EventCode, Level: in.Level, Series: in.Series,
		MatchNumber: in.MatchNumber, ScoutedTeam: in.ScoutedTeam, Cursor: in.Cursor, Limit: in.Limit,
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	if in.ScouterID != nil {
		id := uuid.MustParse(*in.ScouterID)
		f.ScouterID = &id
	}
	if in.EventCode != nil {
		if code, err := ftc.CleanCode(*in.EventCode); err == nil {
			f.EventCode = &code
		}
	}
	return f
}

func (in patchEntryIn) patch() scouting.Patch {
	return scouting.Patch{
		Rev: in.Rev, Level: (*ftc.Level)(in.TournamentLevel), Series: in.Series, MatchNumber: in.MatchNumber,
		Alliance: (*ftc.Alliance)(in.Alliance), ScoutedTeam: in.ScoutedTeamNumber, Data: in.Data, Notes: in.Notes,
	}
}
