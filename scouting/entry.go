// Package scouting holds what scouts record: entries, their rules and their history.
package scouting

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"
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
	Rev            int             `json:"rev"`    // 1 when new, one more with each change
	Source         string          `json:"source"` // scout or import
	CreatedAt      time.Time       `json:"createdAt"`
	UpdatedAt      time.Time       `json:"updatedAt"`
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
}

// draft is an entry that has passed the rules which need no database.
type draft struct {
	NewEntry
	form  *seasons.Season
	score seasons.Score
	hash  [sha256.Size]byte // of the content, for telling a repeat from another entry
}

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
	wrong(strings.ContainsRune(d.Notes, 0), "/notes", "notes are text.")
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
		Rev: int(row.Rev), Source: row.Source, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
}
