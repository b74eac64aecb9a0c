-- name: InsertPitReport :one
-- No row when the robot has a report.
INSERT INTO pit_reports (id, team_id, season, event_code, scouted_team, author_id, editor_id, drivetrain, drivetrain_other,
    length_mm, width_mm, height_mm, weight_grams, capabilities, fields, text)
VALUES (@id, @team_id, @season, sqlc.narg(event_code), @scouted_team, @author_id, @author_id, @drivetrain, @drivetrain_other,
    sqlc.narg(length_mm), sqlc.narg(width_mm), sqlc.narg(height_mm), sqlc.narg(weight_grams), @capabilities, @fields, @text)
ON CONFLICT (team_id, season, scouted_team, event_code) DO NOTHING
RETURNING *;

-- name: UpdatePitReport :one
UPDATE pit_reports
SET editor_id = @editor_id, drivetrain = @drivetrain, drivetrain_other = @drivetrain_other, length_mm = sqlc.narg(length_mm),
    width_mm = sqlc.narg(width_mm), height_mm = sqlc.narg(height_mm), weight_grams = sqlc.narg(weight_grams),
    capabilities = @capabilities, fields = @fields, text = @text, rev = rev + 1, updated_at = now()
WHERE id = @id
RETURNING *;

-- name: PitReportOfRobot :one
SELECT sqlc.embed(p), a.display_name AS author_name, e.display_name AS editor_name
FROM pit_reports p JOIN users a ON a.id = p.author_id JOIN users e ON e.id = p.editor_id
WHERE p.team_id = @team_id AND p.season = @season AND p.scouted_team = @scouted_team
  AND p.event_code IS NOT DISTINCT FROM sqlc.narg(event_code)::text
FOR UPDATE OF p;

-- name: PitReportFor :one
-- The report, if the user is a member of the team that made it.
SELECT sqlc.embed(p), a.display_name AS author_name, e.display_name AS editor_name, m.role
FROM pit_reports p
JOIN users a ON a.id = p.author_id
JOIN users e ON e.id = p.editor_id
JOIN memberships m ON m.team_id = p.team_id AND m.user_id = @user_id
WHERE p.id = @id;

-- name: PitReports :many
-- A page of the team's reports, the newest first by when they were begun.
SELECT sqlc.embed(p), a.display_name AS author_name, e.display_name AS editor_name
FROM pit_reports p JOIN users a ON a.id = p.author_id JOIN users e ON e.id = p.editor_id
WHERE p.team_id = @team_id
  AND (sqlc.narg(season)::integer IS NULL OR p.season = sqlc.narg(season))
  AND (sqlc.narg(event_code)::text IS NULL OR p.event_code = sqlc.narg(event_code))
  AND (sqlc.narg(scouted_team)::integer IS NULL OR p.scouted_team = sqlc.narg(scouted_team))
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (p.created_at, p.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
ORDER BY p.created_at DESC, p.id DESC
LIMIT @row_limit;

-- name: InsertPitRevision :exec
INSERT INTO pit_revisions (report_id, rev, editor_id, content) VALUES (@report_id, @rev, @editor_id, @content);

-- name: PitRevisions :many
-- A page of a report's states, newest first.
SELECT sqlc.embed(r), u.display_name FROM pit_revisions r JOIN users u ON u.id = r.editor_id
WHERE r.report_id = @report_id AND r.rev < @before_rev
ORDER BY r.rev DESC
LIMIT @row_limit;
