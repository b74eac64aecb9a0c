// Package scouting holds what scouts record: entries, their rules and their history.
package scouting

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// The errors of this package.
var (
	ErrNoEntry  = fault.New(fault.NotFound, "no-such-entry", "There is no such entry, or it is not your team's.")
	ErrSeason   = fault.New(fault.Invalid, "unknown-season", "This server knows no such season.")
	ErrEntry    = fault.New(fault.Invalid, "bad-entry", "This entry breaks a rule.")
	ErrNotThere = fault.New(fault.Invalid, "robot-not-in-match", "This robot does not play in this match.")
	ErrIDTaken  = fault.New(fault.Conflict, "entry-id-taken", "Another entry has this id. Make a new id for each entry.")
	ErrDeleted  = fault.New(fault.Conflict, "entry-deleted", "This entry was deleted.")
	ErrStale    = fault.New(fault.Conflict, "stale-rev", "Somebody changed this entry since you read it.")
	ErrRole     = fault.New(fault.Forbidden, "role-forbids", "Your role in this team does not allow that.")
	ErrClosed   = fault.New(fault.Forbidden, "entry-closed", "The FTC event is over and its entries are closed. Ask a leader or mentor.")
	ErrCursor   = fault.New(fault.Malformed, "bad-cursor", "This cursor was not made by this list.")
)

const maxNotes = 2000 // characters

// Entry is what one scout saw one robot do in one match.
type Entry struct {
	ID             uuid.UUID       `json:"id"` // made by the client
	ScoutingTeamID uuid.UUID       `json:"scoutingTeamId"`
	Scouter        accounts.User   `json:"scouter"`
	Season         int             `json:"season"`
	EventCode      string          `json:"eventCode"`
	Level          ftc.Level       `json:"tournamentLevel"`
	Series         int             `json:"series"`
	MatchNumber    int             `json:"matchNumber"`
	Alliance       ftc.Alliance    `json:"alliance"`
	ScoutedTeam    int             `json:"scoutedTeamNumber"`
	FormVersion    int             `json:"formVersion"` // of the season's form that data fits
	Data           json.RawMessage `json:"data"`        // every key of the season's form
	Notes          string          `json:"notes"`
	AutoScore      int             `json:"autoScore"`
	TeleopScore    int             `json:"teleopScore"`
	EndgameScore   int             `json:"endgameScore"`
	TotalScore     int             `json:"totalScore"`
	Rev            int             `json:"rev"`                 // 1 when new, one more with each change
	Source         string          `json:"source"`              // scout or import
	CourierID      *uuid.UUID      `json:"courierId,omitempty"` // who brought it and says that the scouter made it
	CreatedAt      time.Time       `json:"createdAt"`
	UpdatedAt      time.Time       `json:"updatedAt"`

	announced bool // the public of the FTC event was told
}

// NewEntry is what a tablet sends. Zero ID: the server makes one. Zero Season: the newest.
// Empty Level: qual.
type NewEntry struct {
	ID             uuid.UUID
	ScoutingTeamID uuid.UUID
	Season         int
	EventCode      string
	Level          ftc.Level
	Series         int
	MatchNumber    int
	Alliance       ftc.Alliance
	ScoutedTeam    int
	Data           json.RawMessage
	Notes          string

	// Author is who scouted it when somebody else brings it; zero: the actor. It is no part
	// of the content: the same entry from the scout's own tablet is a repeat.
	Author uuid.UUID `json:"-"`
}

// The sources of an entry.
const (
	sourceScout  = "scout"
	sourceImport = "import"
)

// draft is an entry that has passed the rules which need no database.
type draft struct {
	NewEntry
	form  *seasons.Season
	score seasons.Score
	hash  [sha256.Size]byte // of the content, for telling a repeat from another entry

	scouter accounts.User // who gets the credit
	courier *uuid.UUID    // who brought it, if somebody else
	source  string
}

// by makes the actor the scout.
func (d *draft) by(actor accounts.Actor) {
	d.scouter = accounts.User{ID: actor.UserID, DisplayName: actor.DisplayName}
	d.courier, d.source = nil, sourceScout
}

// broughtBy makes the actor the courier of somebody's entry, or of their own none.
func (d *draft) broughtBy(actor accounts.Actor, author accounts.User) {
	d.by(actor)
	if author.ID != actor.UserID {
		d.scouter, d.courier = author, &actor.UserID
	}
}

// says reports whether the draft is what the stored entry says by now, after its changes: an
// export that comes back is a repeat too. Files may change the ends of lines.
func (d draft) says(row queries.ScoutingEntry) bool {
	return d.Season == int(row.Season) && d.EventCode == row.EventCode && string(d.Level) == row.Level && d.Series == int(row.Series) &&
		d.MatchNumber == int(row.MatchNumber) && string(d.Alliance) == row.Alliance && d.ScoutedTeam == int(row.ScoutedTeam) &&
		bytes.Equal(d.Data, row.Data) && unixLines(d.Notes) == unixLines(row.Notes)
}

// noText reports whether notes may not have the character: they are lines of text.
func noText(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }

func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// check applies the rules on values and collects every fault, so that a scout mends all of
// them at once.
func check(book *seasons.Book, e NewEntry) (draft, error) {
	d := draft{NewEntry: e}
	if d.Season == 0 {
		d.Season = book.Newest().Year
	}
	if d.Level == "" {
		d.Level = ftc.Qual
	}
	season, known := book.Season(d.Season)
	if !known {
		return d, ErrSeason.At(fault.Field{Pointer: "/season", Detail: ErrSeason.Detail})
	}
	d.form = season
	var fields []fault.Field
	wrong := func(bad bool, pointer, detail string) {
		if bad {
			fields = append(fields, fault.Field{Pointer: pointer, Detail: detail})
		}
	}
	code, err := ftc.CleanCode(e.EventCode)
	d.EventCode = code
	wrong(err != nil, "/eventCode", ftc.ErrCode.Detail)
	wrong(!slices.Contains([]ftc.Level{ftc.Qual, ftc.Playoff, ftc.Practice}, d.Level), "/tournamentLevel", "tournamentLevel is qual, playoff or practice.")
	wrong(d.Series < 0 || d.Series > 99, "/series", "series is a whole number from 0 to 99.")
	wrong(d.MatchNumber < 1 || d.MatchNumber > 999, "/matchNumber", "matchNumber is a whole number from 1 to 999.")
	wrong(d.Alliance != ftc.Red && d.Alliance != ftc.Blue, "/alliance", "alliance is RED or BLUE.")
	wrong(d.ScoutedTeam < 1 || d.ScoutedTeam > 99999, "/scoutedTeamNumber", "scoutedTeamNumber is an FTC team number, 1 to 99999.")
	wrong(utf8.RuneCountInString(d.Notes) > maxNotes, "/notes", "notes have up to 2000 characters.")
	wrong(!utf8.ValidString(d.Notes) || strings.ContainsFunc(d.Notes, noText), "/notes", "notes are text without control characters.")
	clean, score, err := season.Check(e.Data)
	if err != nil {
		fields = append(fields, fault.From(err).Fields...)
		if len(fault.From(err).Fields) == 0 {
			return d, err
		}
	}
	if len(fields) > 0 {
		return d, ErrEntry.Saying("%s", fields[0].Detail).At(fields...)
	}
	d.Data, d.score = clean, score
	d.hash = d.contentHash()
	return d, nil
}

// contentHash covers what the tablet said and nothing the server added, so that a second
// device that sends the same entry is a repeat.
func (d draft) contentHash() [sha256.Size]byte {
	e := d.NewEntry
	e.ID = uuid.Nil
	raw, err := json.Marshal(e)
	if err != nil {
		panic(err) // plain values and valid JSON always encode
	}
	return sha256.Sum256(raw)
}

func (d draft) match() ftc.MatchKey {
	return ftc.MatchKey{EventKey: ftc.EventKey{Season: d.Season, Code: d.EventCode}, Level: d.Level, Series: d.Series, Number: d.MatchNumber}
}

func entry(row queries.ScoutingEntry, scouter string) Entry {
	return Entry{
		ID: row.ID, ScoutingTeamID: row.TeamID, Scouter: accounts.User{ID: row.ScouterID, DisplayName: scouter},
		Season: int(row.Season), EventCode: row.EventCode, Level: ftc.Level(row.Level), Series: int(row.Series),
		MatchNumber: int(row.MatchNumber), Alliance: ftc.Alliance(row.Alliance), ScoutedTeam: int(row.ScoutedTeam),
		FormVersion: int(row.FormVersion), Data: row.Data, Notes: row.Notes, AutoScore: int(row.AutoScore),
		TeleopScore: int(row.TeleopScore), EndgameScore: int(row.EndgameScore), TotalScore: int(row.TotalScore),
		Rev: int(row.Rev), Source: row.Source, CourierID: row.CourierID, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
		announced: row.Announced,
	}
}
