package transfer

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The bounds of a transfer.
const (
	MaxChunk  = 700 // characters of one chunk
	MinChunk  = 100
	MaxChunks = 100
	MaxItems  = 500 // entries or assignments
)

// The errors of this package.
var (
	ErrChunk   = fault.New(fault.Invalid, "bad-chunk", "This is no chunk of a transfer, or it is damaged. Scan the code again.")
	ErrVersion = fault.New(fault.Invalid, "transfer-version", "This transfer was made by another version of the format. Update the older of the two apps.")
	ErrMixed   = fault.New(fault.Invalid, "chunks-mixed", "These chunks are of different transfers. Scan one at a time.")
	ErrMissing = fault.New(fault.Invalid, "chunks-missing", "Some chunks of this transfer are missing.")
	ErrContent = fault.New(fault.Invalid, "transfer-damaged", "The chunks are whole and what they carry is not. Make the codes anew.")
	ErrForm    = fault.New(fault.Invalid, "transfer-form", "This transfer was made with a form of the season that this server does not know.")
	ErrTooBig  = fault.New(fault.TooLarge, "transfer-too-large", "This is too much for one transfer. Make several.")
)

// Bundle is what one transfer carries: entries or assignments of one team, never both.
type Bundle struct {
	Team        uuid.UUID
	Entries     []Entry
	Assignments []Assignment
}

// Place says which robot in which match.
type Place struct {
	Season      int
	EventCode   string
	Level       string // qual, playoff or practice
	Series      int
	MatchNumber int
	Alliance    string // RED or BLUE
	ScoutedTeam int
}

// Entry is what one scout saw. Data has every key of the season's form in the form's order.
type Entry struct {
	Place
	ID          uuid.UUID
	Author      uuid.UUID
	FormVersion int
	Data        json.RawMessage
	Notes       string
}

// Assignment says who scouts a robot.
type Assignment struct {
	Place
	Scout   uuid.UUID
	Station int // 1 to 3
}
