package scouting

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// PutPit stores what is said of a robot. rev is the one the editor saw, 0 when there was no
// report. When somebody else was faster the error is ErrStale and carries the report as it
// is, so that nobody's change is lost; saying again what is stored already changes nothing.
// made is true when the report is new.
func (s *Service) PutPit(ctx context.Context, actor accounts.Actor, robot PitRobot, rev int, content PitContent) (report PitReport, made bool, err error) {
	var wrong complaints
	if robot, err = s.checkPitRobot(robot, &wrong); err != nil {
		return PitReport{}, false, err
	}
	content = checkPit(content, &wrong)
	if err := wrong.under(ErrPit); err != nil {
		return PitReport{}, false, err
	}
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		if err := mayWrite(ctx, tx, actor, robot.ScoutingTeamID, teams.EditPit); err != nil {
			return err
		}
		q := queries.New(tx)
		if report, made, err = openPit(ctx, tx, actor, robot, rev, content); err != nil {
			return err
		}
		if !made {
			if report.says(content) {
				return nil
			}
			if rev != report.Rev {
				return ErrStale.Saying("Somebody changed this report since you read it.").Carrying(report)
			}
			if report, err = updatePit(ctx, q, actor, report, content); err != nil {
				return err
			}
		}
		err := q.InsertPitRevision(ctx, queries.InsertPitRevisionParams{ReportID: report.ID, Rev: int32(report.Rev), EditorID: actor.UserID, Content: encoded(content)})
		if err != nil {
			return err
		}
		return batch.Add(PitChanged.On(pitPayload(report), teams.PrivateChannel(report.ScoutingTeamID)))
	})
	return report, made && err == nil, err
}

// openPit returns the robot's report, locked, or begins it. Of two that begin it at once the
// second waits for the first and then finds its report.
func openPit(ctx context.Context, tx pgx.Tx, actor accounts.Actor, robot PitRobot, rev int, content PitContent) (PitReport, bool, error) {
	report, err := pitOf(ctx, tx, robot)
	if !errors.Is(err, pgx.ErrNoRows) {
		return report, false, err
	}
	if rev != 0 {
		return PitReport{}, false, ErrNoPit
	}
	if robot.EventCode != "" {
		if err := ftc.Ensure(ctx, tx, ftc.EventKey{Season: robot.Season, Code: robot.EventCode}); err != nil {
			return PitReport{}, false, err
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return PitReport{}, false, err
	}
	row, err := queries.New(tx).InsertPitReport(ctx, queries.InsertPitReportParams{
		ID: id, TeamID: robot.ScoutingTeamID, Season: int32(robot.Season), EventCode: some(robot.EventCode, columnText),
		ScoutedTeam: int32(robot.ScoutedTeam), AuthorID: actor.UserID, Drivetrain: content.Drivetrain, DrivetrainOther: content.DrivetrainOther,
		LengthMm: some(content.LengthMM, column32), WidthMm: some(content.WidthMM, column32), HeightMm: some(content.HeightMM, column32),
		WeightGrams: some(content.WeightGrams, column32), Capabilities: content.Capabilities, Fields: encoded(content.Fields), Text: content.Text,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		report, err = pitOf(ctx, tx, robot)
		return report, false, err
	}
	if err != nil {
		return PitReport{}, false, err
	}
	report, err = pitReport(row, actor.DisplayName, actor.DisplayName)
	return report, true, err
}

// pitOf returns the robot's report and holds it until the end of the transaction.
func pitOf(ctx context.Context, tx pgx.Tx, robot PitRobot) (PitReport, error) {
	row, err := queries.New(tx).PitReportOfRobot(ctx, queries.PitReportOfRobotParams{
		TeamID: robot.ScoutingTeamID, Season: int32(robot.Season), ScoutedTeam: int32(robot.ScoutedTeam), EventCode: some(robot.EventCode, columnText),
	})
	if err != nil {
		return PitReport{}, err
	}
	return pitReport(row.PitReport, row.AuthorName, row.EditorName)
}

func updatePit(ctx context.Context, q *queries.Queries, actor accounts.Actor, before PitReport, content PitContent) (PitReport, error) {
	row, err := q.UpdatePitReport(ctx, queries.UpdatePitReportParams{
		ID: before.ID, EditorID: actor.UserID, Drivetrain: content.Drivetrain, DrivetrainOther: content.DrivetrainOther,
		LengthMm: some(content.LengthMM, column32), WidthMm: some(content.WidthMM, column32), HeightMm: some(content.HeightMM, column32),
		WeightGrams: some(content.WeightGrams, column32), Capabilities: content.Capabilities, Fields: encoded(content.Fields), Text: content.Text,
	})
	if err != nil {
		return PitReport{}, err
	}
	return pitReport(row, before.Author.DisplayName, actor.DisplayName)
}

// Pit returns a report of one of the actor's teams.
func (s *Service) Pit(ctx context.Context, actor accounts.Actor, id uuid.UUID) (PitReport, error) {
	row, err := s.q.PitReportFor(ctx, queries.PitReportForParams{ID: id, UserID: actor.UserID})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return PitReport{}, ErrNoPit
	case err != nil:
		return PitReport{}, eventlog.Translate(err)
	case !teams.Role(row.Role).May(teams.ReadPit):
		return PitReport{}, ErrRole
	}
	return pitReport(row.PitReport, row.AuthorName, row.EditorName)
}

// PitFilter chooses reports of a team; nil leaves a part open.
type PitFilter struct {
	TeamID      uuid.UUID
	Season      *int
	EventCode   *string
	ScoutedTeam *int
	Cursor      string // from the page before; "" is the start
	Limit       int    // 1 to 200
}

// Pits returns the team's reports, those begun last first, and the cursor of the next page,
// which is "" at the end.
func (s *Service) Pits(ctx context.Context, actor accounts.Actor, f PitFilter) ([]PitReport, string, error) {
	if err := s.mayRead(ctx, actor, f.TeamID, teams.ReadPit); err != nil {
		return nil, "", err
	}
	p := queries.PitReportsParams{
		TeamID: f.TeamID, Season: small(f.Season), EventCode: f.EventCode, ScoutedTeam: small(f.ScoutedTeam), RowLimit: int32(f.Limit) + 1,
	}
	var err error
	if p.BeforeAt, p.BeforeID, err = pageAfter(f.Cursor); err != nil {
		return nil, "", err
	}
	rows, err := s.q.PitReports(ctx, p)
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	list := make([]PitReport, 0, len(rows))
	for _, row := range rows {
		report, err := pitReport(row.PitReport, row.AuthorName, row.EditorName)
		if err != nil {
			return nil, "", err
		}
		list = append(list, report)
	}
	list, next := cutPage(list, f.Limit, func(r PitReport) string { return cursor(r.CreatedAt, r.ID) })
	return list, next, nil
}

// PitHistory returns the states the report has had, newest first, and the cursor of the next
// page, which is "" at the end.
func (s *Service) PitHistory(ctx context.Context, actor accounts.Actor, id uuid.UUID, after string, limit int) ([]PitRevision, string, error) {
	if _, err := s.Pit(ctx, actor, id); err != nil {
		return nil, "", err
	}
	before, err := parseRev(after)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.q.PitRevisions(ctx, queries.PitRevisionsParams{ReportID: id, BeforeRev: before, RowLimit: int32(limit) + 1})
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	list := make([]PitRevision, 0, len(rows))
	for _, row := range rows {
		r := row.PitRevision
		state := PitRevision{Rev: int(r.Rev), Editor: accounts.User{ID: r.EditorID, DisplayName: row.DisplayName}, At: r.At}
		if err := json.Unmarshal(r.Content, &state.PitContent); err != nil {
			return nil, "", err
		}
		list = append(list, state)
	}
	list, next := cutPage(list, limit, func(r PitRevision) string {
		return base64.RawURLEncoding.EncodeToString([]byte("rev " + strconv.Itoa(r.Rev)))
	})
	return list, next, nil
}

// parseRev reads the cursor of a history: the rev above which all has been read.
func parseRev(text string) (int32, error) {
	if text == "" {
		return math.MaxInt32, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, ErrCursor
	}
	number, ok := bytes.CutPrefix(raw, []byte("rev "))
	rev, err := strconv.ParseInt(string(number), 10, 32)
	if err != nil || !ok {
		return 0, ErrCursor
	}
	return int32(rev), nil
}

// says reports whether two contents say the same.
func (c PitContent) says(other PitContent) bool { return bytes.Equal(encoded(c), encoded(other)) }

// encoded is for values that always encode: their numbers are finite.
func encoded(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func pitReport(row queries.PitReport, author, editor string) (PitReport, error) {
	r := PitReport{
		ID:       row.ID,
		PitRobot: PitRobot{ScoutingTeamID: row.TeamID, Season: int(row.Season), EventCode: value(row.EventCode, ""), ScoutedTeam: int(row.ScoutedTeam)},
		PitContent: PitContent{
			Drivetrain: row.Drivetrain, DrivetrainOther: row.DrivetrainOther, LengthMM: int(value(row.LengthMm, 0)), WidthMM: int(value(row.WidthMm, 0)),
			HeightMM: int(value(row.HeightMm, 0)), WeightGrams: int(value(row.WeightGrams, 0)), Capabilities: row.Capabilities, Text: row.Text,
		},
		Author: accounts.User{ID: row.AuthorID, DisplayName: author}, Editor: accounts.User{ID: row.EditorID, DisplayName: editor},
		Rev: int(row.Rev), CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
	return r, json.Unmarshal(row.Fields, &r.Fields)
}

func pitPayload(r PitReport) PitChangedPayload {
	return PitChangedPayload{ReportID: r.ID, Season: r.Season, EventCode: r.EventCode, ScoutedTeam: r.ScoutedTeam, Rev: r.Rev, Editor: r.Editor}
}
