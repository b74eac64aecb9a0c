package scouting

import (
	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// EntryPayload is a whole entry, for the team that scouted it.
type EntryPayload struct {
	Entry       Entry `json:"entry"`
	ScoutedTeam int   `json:"scoutedTeamNumber"`
	MatchNumber int   `json:"matchNumber"`
}

// EntryDeletedPayload names an entry that is gone.
type EntryDeletedPayload struct {
	EntryID     uuid.UUID `json:"entryId"`
	Rev         int       `json:"rev"`
	ScoutedTeam int       `json:"scoutedTeamNumber"`
	MatchNumber int       `json:"matchNumber"`
}

// NewEntryPayload tells everybody that somebody scouted a robot: exactly these fields, none
// of which finds the scout, their team or what they saw.
type NewEntryPayload struct {
	Season      int       `json:"season"`
	EventCode   string    `json:"eventCode"`
	Level       ftc.Level `json:"level"`
	MatchNumber int       `json:"matchNumber"`
	ScoutedTeam int       `json:"scoutedTeamNumber"`
}

// The realtime events of this package.
var (
	EntryCreated = realtime.Define[EntryPayload]("scouting:entry-created", "A scout of the team recorded an entry.", "private-team-{teamId}")
	EntryUpdated = realtime.Define[EntryPayload]("scouting:entry-updated", "An entry of the team was changed.", "private-team-{teamId}")
	EntryDeleted = realtime.Define[EntryDeletedPayload]("scouting:entry-deleted", "An entry of the team was deleted.", "private-team-{teamId}")
	PublicEntry  = realtime.Define[NewEntryPayload]("scouting:new-entry", "Somebody scouted a robot at this FTC event.",
		"event-{eventCode}", "event-{season}-{eventCode}").Coarse()
)

func payload(e Entry) EntryPayload {
	return EntryPayload{Entry: e, ScoutedTeam: e.ScoutedTeam, MatchNumber: e.MatchNumber}
}

func publicPayload(e Entry) NewEntryPayload {
	return NewEntryPayload{Season: e.Season, EventCode: e.EventCode, Level: e.Level, MatchNumber: e.MatchNumber, ScoutedTeam: e.ScoutedTeam}
}
