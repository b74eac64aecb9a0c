package picklist

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The bounds of what an operation brings.
const (
	MaxName     = 60 // characters
	MaxNote     = 500
	MaxTag      = 30
	MaxTags     = 10
	MaxTier     = 9
	MaxAlliance = 16
	maxNumber   = 99999
)

// fields says what each kind takes; an operation with more was meant otherwise.
var fields = map[Kind][]string{
	Insert:   {"teamNumber", "after", "tier", "tags", "note"},
	Remove:   {"teamNumber"},
	Move:     {"teamNumber", "after"},
	Set:      {"teamNumber", "tier", "tags", "note"},
	StrikeIt: {"teamNumber", "strike"},
	Unstrike: {"teamNumber"},
	Rename:   {"name"},
}

// Clean returns a client's operation with its texts trimmed, and the faults of its fields,
// with pointers inside the operation.
func Clean(op Operation) (Operation, []fault.Field) {
	var faults []fault.Field
	wrong := func(bad bool, field, detail string) {
		if bad {
			faults = append(faults, fault.Field{Pointer: "/" + field, Detail: detail})
		}
	}
	takes, known := fields[op.Kind]
	if !known {
		wrong(true, "kind", "kind is insert, remove, move, set, strike, unstrike or rename.")
		return op, faults
	}
	wrong(op.ID == uuid.Nil, "id", "id is missing: make a new one for each operation.")
	given := op.given()
	for _, field := range given {
		wrong(!slices.Contains(takes, field), field, fmt.Sprintf("%s takes no %s.", op.Kind, field))
	}
	if slices.Contains(takes, "teamNumber") {
		wrong(op.TeamNumber < 1 || op.TeamNumber > maxNumber, "teamNumber", "teamNumber is an FTC team number, 1 to 99999.")
	}
	wrong(op.Kind == Set && len(given) < 2, "kind", "set needs a tier, tags or a note.")
	wrong(op.Kind == StrikeIt && op.Strike == nil, "strike", "strike needs a reason.")
	wrong(op.Kind == Rename && op.Name == nil, "name", "name is missing.")
	if op.After != nil {
		wrong(*op.After < 0 || *op.After > maxNumber, "after", "after is a team on the list, or 0 for the start.")
		wrong(*op.After != 0 && *op.After == op.TeamNumber, "after", "A team cannot stand after itself.")
	}
	if op.Tier != nil {
		wrong(*op.Tier < 0 || *op.Tier > MaxTier, "tier", "tier is a whole number from 0, which is none, to 9.")
	}
	if op.Strike != nil {
		wrong(!op.Strike.fits(), "strike", "A strike's reason is picked or captain with the alliance's number, 1 to 16, or declined without.")
	}
	return op, append(faults, op.cleanTexts()...)
}

// given names the fields that the operation has.
func (op Operation) given() []string {
	var names []string
	for name, there := range map[string]bool{
		"teamNumber": op.TeamNumber != 0, "after": op.After != nil, "tier": op.Tier != nil, "tags": op.Tags != nil,
		"note": op.Note != nil, "strike": op.Strike != nil, "name": op.Name != nil,
	} {
		if there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (s Strike) fits() bool {
	if s.Reason == Declined {
		return s.Alliance == 0
	}
	return (s.Reason == Picked || s.Reason == Captain) && s.Alliance >= 1 && s.Alliance <= MaxAlliance
}

// cleanTexts trims the texts and says which are no good.
func (op *Operation) cleanTexts() []fault.Field {
	var faults []fault.Field
	if op.Note != nil {
		note, ok := CleanText(*op.Note, MaxNote)
		if op.Note = &note; !ok {
			faults = append(faults, fault.Field{Pointer: "/note", Detail: "note is text on one line of up to 500 characters."})
		}
	}
	if op.Name != nil {
		name, ok := CleanText(*op.Name, MaxName)
		if op.Name = &name; !ok || name == "" {
			faults = append(faults, fault.Field{Pointer: "/name", Detail: "name is text on one line of 1 to 60 characters."})
		}
	}
	if op.Tags == nil {
		return faults
	}
	tags := make([]string, 0, len(*op.Tags))
	fits := len(*op.Tags) <= MaxTags
	for _, raw := range *op.Tags {
		tag, ok := CleanText(raw, MaxTag)
		fits = fits && ok && tag != ""
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if op.Tags = &tags; !fits {
		faults = append(faults, fault.Field{Pointer: "/tags", Detail: "tags are up to 10 texts on one line of 1 to 30 characters."})
	}
	return faults
}

// CleanText trims a text and reports whether it is valid, on one line, without control
// characters, and within the number of characters.
func CleanText(text string, most int) (string, bool) {
	text = strings.TrimSpace(text)
	return text, utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && strings.IndexFunc(text, unicode.IsControl) < 0
}
