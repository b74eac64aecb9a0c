-- name: BeforeEntry :one
-- All that a new entry is held against, in one round trip. The membership stays locked, so
-- that it cannot end before the commit.
SELECT m.role,
    EXISTS (SELECT FROM scouting_entries e WHERE e.id = @id) AS entry_known,
    EXISTS (SELECT FROM ftc_events f WHERE f.season = @season AND f.code = @event_code) AS event_known,
    EXISTS (SELECT FROM match_teams t WHERE t.season = @season AND t.event_code = @event_code AND t.level = @level
        AND t.series = @series AND t.number = @match_number) AS scheduled,
    EXISTS (SELECT FROM match_teams t WHERE t.season = @season AND t.event_code = @event_code AND t.level = @level
        AND t.series = @series AND t.number = @match_number AND t.team_number = @scouted_team AND t.alliance = @alliance) AS plays
FROM memberships m
WHERE m.team_id = @team_id AND m.user_id = @user_id
FOR SHARE OF m;

-- name: InsertEntry :one
-- Stores an entry with its first revision; no row when the id is taken.
WITH made AS (
    INSERT INTO scouting_entries (id, team_id, scouter_id, season, event_code, level, series, match_number, alliance, scouted_team,
        form_version, data, notes, auto_score, teleop_score, endgame_score, total_score, source, content_hash, courier_id, announced)
    VALUES (@id, @team_id, @scouter_id, @season, @event_code, @level, @series, @match_number, @alliance, @scouted_team,
        @form_version, @data, @notes, @auto_score, @teleop_score, @endgame_score, @total_score, @source, @content_hash, sqlc.narg(courier_id),
        @source = 'scout' AND (SELECT t.public_entries FROM teams t WHERE t.id = @team_id))
    ON CONFLICT (id) DO NOTHING
    RETURNING *
), revised AS (
    INSERT INTO entry_revisions (entry_id, rev, action, editor_id, alliance, scouted_team, match_number, data, notes,
        auto_score, teleop_score, endgame_score, total_score)
    SELECT id, rev, 'created', scouter_id, alliance, scouted_team, match_number, data, notes,
        auto_score, teleop_score, endgame_score, total_score
    FROM made
)
SELECT * FROM made;

-- name: EntryByID :one
SELECT sqlc.embed(e), u.display_name FROM scouting_entries e JOIN users u ON u.id = e.scouter_id WHERE e.id = @id;

-- name: EntryFor :one
-- The entry, if the user is a member of the team that scouted it.
SELECT sqlc.embed(e), u.display_name, m.role,
    EXISTS (SELECT FROM assignments a WHERE (a.team_id, a.season, a.event_code, a.level, a.series, a.number)
        = (e.team_id, e.season, e.event_code, e.level, e.series, e.match_number) AND a.scout_id = @user_id AND a.robot = e.scouted_team) AS assigned
FROM scouting_entries e
JOIN users u ON u.id = e.scouter_id
JOIN memberships m ON m.team_id = e.team_id AND m.user_id = @user_id
WHERE e.id = @id AND e.deleted_at IS NULL;

-- name: EntryForUpdate :one
SELECT sqlc.embed(e), u.display_name, m.role, f.timezone, f.ends_on, extract(epoch FROM now() - e.created_at)::float8 AS age
FROM scouting_entries e
JOIN users u ON u.id = e.scouter_id
JOIN ftc_events f ON f.season = e.season AND f.code = e.event_code
JOIN memberships m ON m.team_id = e.team_id AND m.user_id = @user_id
WHERE e.id = @id AND e.deleted_at IS NULL
FOR SHARE OF m FOR UPDATE OF e; -- the membership first, as all others do

-- name: Entries :many
-- A page of the team's entries, newest first.
SELECT sqlc.embed(e), u.display_name
FROM scouting_entries e JOIN users u ON u.id = e.scouter_id
WHERE e.team_id = @team_id AND e.deleted_at IS NULL
  AND (sqlc.narg(season)::integer IS NULL OR e.season = sqlc.narg(season))
  AND (sqlc.narg(event_code)::text IS NULL OR e.event_code = sqlc.narg(event_code))
  AND (sqlc.narg(level)::text IS NULL OR e.level = sqlc.narg(level))
  AND (sqlc.narg(series)::integer IS NULL OR e.series = sqlc.narg(series))
  AND (sqlc.narg(match_number)::integer IS NULL OR e.match_number = sqlc.narg(match_number))
  AND (sqlc.narg(scouted_team)::integer IS NULL OR e.scouted_team = sqlc.narg(scouted_team))
  AND (sqlc.narg(scouter_id)::uuid IS NULL OR e.scouter_id = sqlc.narg(scouter_id))
  AND (sqlc.narg(own_of)::uuid IS NULL OR e.scouter_id = sqlc.narg(own_of)
    OR EXISTS (SELECT FROM assignments a WHERE (a.team_id, a.season, a.event_code, a.level, a.series, a.number)
        = (e.team_id, e.season, e.event_code, e.level, e.series, e.match_number) AND a.scout_id = sqlc.narg(own_of) AND a.robot = e.scouted_team))
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (e.created_at, e.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
ORDER BY e.created_at DESC, e.id DESC
LIMIT @row_limit;

-- name: UpdateEntry :one
UPDATE scouting_entries
SET alliance = @alliance, scouted_team = @scouted_team, match_number = @match_number, level = @level, series = @series,
    form_version = @form_version, data = @data, notes = @notes, auto_score = @auto_score, teleop_score = @teleop_score,
    endgame_score = @endgame_score, total_score = @total_score, rev = rev + 1, updated_at = now()
WHERE id = @id
RETURNING *;

-- name: DeleteEntry :one
UPDATE scouting_entries SET deleted_at = now(), updated_at = now(), rev = rev + 1 WHERE id = @id RETURNING *;

-- name: InsertRevision :exec
INSERT INTO entry_revisions (entry_id, rev, action, editor_id, alliance, scouted_team, match_number, data, notes,
    auto_score, teleop_score, endgame_score, total_score)
SELECT e.id, e.rev, @action, @editor_id, e.alliance, e.scouted_team, e.match_number, e.data, e.notes,
    e.auto_score, e.teleop_score, e.endgame_score, e.total_score
FROM scouting_entries e WHERE e.id = @entry_id;

-- name: Revisions :many
SELECT sqlc.embed(r), u.display_name FROM entry_revisions r JOIN users u ON u.id = r.editor_id
WHERE r.entry_id = @entry_id ORDER BY r.rev;

-- name: SharedEntries :many
-- What other teams let the reader see at an FTC event, by the levels that they have now.
SELECT e.id, e.created_at, t.team_number, e.level, e.series, e.match_number, e.alliance, e.scouted_team, e.form_version, e.data,
    e.auto_score, e.teleop_score, e.endgame_score, e.total_score
FROM scouting_entries e JOIN teams t ON t.id = e.team_id
WHERE e.season = @season AND e.event_code = @event_code AND e.deleted_at IS NULL
  AND (sqlc.narg(scouted_team)::integer IS NULL OR e.scouted_team = sqlc.narg(scouted_team))
  AND (t.sharing_level = 'PUBLIC' OR t.sharing_level = 'EVENT' AND @begun::boolean AND EXISTS (
    SELECT FROM memberships m
    JOIN teams own ON own.id = m.team_id
    JOIN ftc_event_teams l ON l.number = own.team_number
    WHERE m.user_id = @reader_id AND m.role = ANY(@readers::text[]) AND l.season = @season AND l.event_code = @event_code))
  AND NOT EXISTS (SELECT FROM memberships m WHERE m.user_id = @reader_id AND m.team_id = e.team_id)
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (e.created_at, e.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
ORDER BY e.created_at DESC, e.id DESC
LIMIT @row_limit;
