-- name: InsertNote :one
-- No row when the id is taken.
INSERT INTO scouting_notes (id, team_id, author_id, season, event_code, level, series, match_number, scouted_team,
    reliability, driver_skill, defence, text, content_hash)
VALUES (@id, @team_id, @author_id, @season, sqlc.narg(event_code), sqlc.narg(level), sqlc.narg(series), sqlc.narg(match_number), @scouted_team,
    sqlc.narg(reliability), sqlc.narg(driver_skill), sqlc.narg(defence), @text, @content_hash)
ON CONFLICT (id) DO NOTHING
RETURNING *;

-- name: NoteByID :one
SELECT sqlc.embed(n), u.display_name FROM scouting_notes n JOIN users u ON u.id = n.author_id WHERE n.id = @id;

-- name: NoteFor :one
-- The note, if the user is a member of the team that wrote it.
SELECT sqlc.embed(n), u.display_name, m.role
FROM scouting_notes n
JOIN users u ON u.id = n.author_id
JOIN memberships m ON m.team_id = n.team_id AND m.user_id = @user_id
WHERE n.id = @id AND n.deleted_at IS NULL;

-- name: NoteForUpdate :one
SELECT sqlc.embed(n), u.display_name, m.role
FROM scouting_notes n
JOIN users u ON u.id = n.author_id
JOIN memberships m ON m.team_id = n.team_id AND m.user_id = @user_id
WHERE n.id = @id AND n.deleted_at IS NULL
FOR SHARE OF m FOR UPDATE OF n; -- the membership first, as whoever deletes a team does

-- name: Notes :many
-- A page of the team's notes, newest first.
SELECT sqlc.embed(n), u.display_name
FROM scouting_notes n JOIN users u ON u.id = n.author_id
WHERE n.team_id = @team_id AND n.deleted_at IS NULL
  AND (sqlc.narg(season)::integer IS NULL OR n.season = sqlc.narg(season))
  AND (sqlc.narg(event_code)::text IS NULL OR n.event_code = sqlc.narg(event_code))
  AND (sqlc.narg(level)::text IS NULL OR n.level = sqlc.narg(level))
  AND (sqlc.narg(match_number)::integer IS NULL OR n.match_number = sqlc.narg(match_number))
  AND (sqlc.narg(scouted_team)::integer IS NULL OR n.scouted_team = sqlc.narg(scouted_team))
  AND (sqlc.narg(author_id)::uuid IS NULL OR n.author_id = sqlc.narg(author_id))
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (n.created_at, n.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
ORDER BY n.created_at DESC, n.id DESC
LIMIT @row_limit;

-- name: UpdateNote :one
UPDATE scouting_notes
SET event_code = sqlc.narg(event_code), level = sqlc.narg(level), series = sqlc.narg(series), match_number = sqlc.narg(match_number),
    scouted_team = @scouted_team, reliability = sqlc.narg(reliability), driver_skill = sqlc.narg(driver_skill), defence = sqlc.narg(defence),
    text = @text, rev = rev + 1, updated_at = now()
WHERE id = @id
RETURNING *;

-- name: DeleteNote :one
-- Leaves the id and nothing of what was written.
UPDATE scouting_notes
SET deleted_at = now(), updated_at = now(), rev = rev + 1, text = '', reliability = NULL, driver_skill = NULL, defence = NULL
WHERE id = @id
RETURNING *;
