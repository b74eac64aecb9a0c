package scouting_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/transfer"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// TestATransferIsARepeatOfItself carries a scout's entries to the server by another's
// tablet, twice, and then by the scout's own.
func TestATransferIsARepeatOfItself(t *testing.T) {
	w := newWorld(t)
	author, courier := w.join(teams.Student), w.join(teams.Student)
	var entries []scouting.NewEntry
	for n := range 15 {
		e := w.entry()
		e.MatchNumber, e.Notes = n+1, "quick"
		entries = append(entries, e)
	}
	chunks, err := w.scouting.EncodeEntries(t.Context(), author, w.team.ID, entries, transfer.MaxChunk)
	must(t, err)
	slices.Reverse(chunks)
	preview, err := w.scouting.DecodeTransfer(t.Context(), courier, chunks)
	if err != nil || len(preview.Entries) != 15 || preview.Entries[3].Author != author.UserID || preview.Entries[3].Score.Total != 52 {
		t.Errorf("preview %+v, %v", preview, err)
	}
	if stored, _ := w.count(); stored != 0 {
		t.Errorf("the preview stored %d", stored)
	}
	for round := range 2 {
		outcomes, err := w.scouting.ImportTransfer(t.Context(), courier, chunks)
		must(t, err)
		for _, out := range outcomes {
			if out.Err != nil || out.Created != (round == 0) || out.Entry.Scouter.ID != author.UserID || out.Entry.CourierID == nil || *out.Entry.CourierID != courier.UserID {
				t.Errorf("round %d: %+v", round, out)
			}
		}
	}
	entriesBefore, eventsBefore := w.count()
	for _, e := range entries {
		if out := w.scouting.Upload(t.Context(), author, e); out.Err != nil || out.Created {
			t.Errorf("the scout's own tablet: %+v", out)
		}
	}
	if stored, events := w.count(); stored != 15 || stored != entriesBefore || events != eventsBefore {
		t.Errorf("%d entries, %d events, before %d", stored, events, eventsBefore)
	}
	var ids []uuid.UUID
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	again, err := w.scouting.EncodeStored(t.Context(), courier, w.team.ID, ids, transfer.MaxChunk)
	slices.Reverse(chunks)
	if err != nil || !slices.Equal(again, chunks) {
		t.Errorf("packed from the server: %v, %d codes", err, len(again))
	}
}

// TestATransferCannotEnterAnotherTeam tries with a true one and with a forged one.
func TestATransferCannotEnterAnotherTeam(t *testing.T) {
	w := newWorld(t)
	other := w.join(teams.Mentor)
	team, err := w.teams.Create(t.Context(), other, 731, "Others")
	must(t, err)
	must(t, w.teams.Remove(t.Context(), w.mentor, w.team.ID, other.UserID))
	ours, err := w.scouting.EncodeEntries(t.Context(), w.mentor, w.team.ID, []scouting.NewEntry{w.entry()}, transfer.MaxChunk)
	must(t, err)
	foreign, err := w.scouting.EncodeEntries(t.Context(), other, team.ID, []scouting.NewEntry{w.entry()}, transfer.MaxChunk)
	must(t, err)
	if _, err := w.scouting.ImportTransfer(t.Context(), w.mentor, foreign); !errors.Is(err, teams.ErrNoTeam) {
		t.Errorf("into a team that is not ours: %v", err)
	}
	if _, err := w.scouting.DecodeTransfer(t.Context(), other, ours); !errors.Is(err, teams.ErrNoTeam) {
		t.Errorf("a stranger looks: %v", err)
	}
	if _, err := w.scouting.EncodeStored(t.Context(), w.mentor, w.team.ID, []uuid.UUID{uuid.New()}, transfer.MaxChunk); !errors.Is(err, scouting.ErrNoEntry) {
		t.Errorf("an unknown entry: %v", err)
	}
	claimed := w.entry()
	claimed.Author = uuid.New()
	chunks, err := w.scouting.EncodeEntries(t.Context(), w.mentor, w.team.ID, []scouting.NewEntry{claimed}, transfer.MaxChunk)
	must(t, err)
	outcomes, err := w.scouting.ImportTransfer(t.Context(), w.mentor, chunks)
	if err != nil || outcomes[0].Held == nil || outcomes[0].Held.Reason != scouting.AuthorUnknown {
		t.Errorf("an author nobody knows: %+v, %v", outcomes, err)
	}
}

func TestAssignmentsGoToTablets(t *testing.T) {
	w := newWorld(t)
	student := w.join(teams.Student)
	list := []scouting.TransferAssignment{{ScoutID: student.UserID, Season: 2025, EventCode: "usncra", Level: ftc.Qual, MatchNumber: 12, Alliance: ftc.Blue, Station: 2, ScoutedTeam: 731}}
	chunks, err := w.scouting.EncodeAssignments(t.Context(), w.mentor, w.team.ID, list, transfer.MaxChunk)
	must(t, err)
	got, err := w.scouting.DecodeTransfer(t.Context(), student, chunks)
	list[0].EventCode = "USNCRA"
	if err != nil || !slices.Equal(got.Assignments, list) || len(got.Entries) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := w.scouting.ImportTransfer(t.Context(), w.mentor, chunks); !errors.Is(err, scouting.ErrAssignmentsOnly) {
		t.Errorf("imported: %v", err)
	}
}

// TestABadEntryIsNotPacked names the entry and its field.
func TestABadEntryIsNotPacked(t *testing.T) {
	w := newWorld(t)
	bad := w.entry()
	bad.Data = json.RawMessage(`{"autoLeave":7}`)
	_, err := w.scouting.EncodeEntries(t.Context(), w.mentor, w.team.ID, []scouting.NewEntry{w.entry(), bad}, transfer.MaxChunk)
	if !errors.Is(err, scouting.ErrEntry) || pointer(err) != "/entries/1/data/autoLeave" {
		t.Errorf("refused by %v at %s", err, pointer(err))
	}
}

func pointer(err error) string { return fault.From(err).Fields[0].Pointer }
