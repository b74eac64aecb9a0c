-- name: BeforeUpload :one
-- What decides between an entry, the quarantine and a refusal, in one round trip.
SELECT
    EXISTS (SELECT FROM former_scouts f WHERE f.team_id = @team_id AND f.user_id = @sender_id
        AND f.ended_at > now() - interval '30 days') AS sender_former,
    coalesce((SELECT m.role FROM memberships m WHERE m.team_id = @team_id AND m.user_id = @author_id), '')::text AS author_role,
    EXISTS (SELECT FROM former_scouts f WHERE f.team_id = @team_id AND f.user_id = @author_id) AS author_former,
    coalesce((SELECT u.display_name FROM users u WHERE u.id = @author_id), '')::text AS author_name,
    (@level::text = 'qual'
        AND EXISTS (SELECT FROM match_teams t WHERE t.season = @season AND t.event_code = @event_code AND t.level = 'qual')
        AND NOT EXISTS (SELECT FROM match_teams t WHERE t.season = @season AND t.event_code = @event_code AND t.level = 'qual'
            AND t.series = @series AND t.number = @match_number))::boolean AS unscheduled,
    coalesce((SELECT q.reason FROM quarantine q WHERE q.id = @id), '')::text AS held_reason,
    coalesce((SELECT q.detail FROM quarantine q WHERE q.id = @id), '')::text AS held_detail;

-- name: HeldByID :one
SELECT * FROM quarantine WHERE id = $1;

-- name: LockQuarantine :exec
-- Makes those who add to a team's quarantine wait for each other, so that its bounds hold.
-- Not the team's row: that is locked before memberships elsewhere, and here after.
SELECT pg_advisory_xact_lock(hashtextextended('quarantine ' || @team_id::text, 0));

-- name: CountHeld :one
SELECT count(*) FILTER (WHERE discarded_at IS NULL) AS open,
    count(*) FILTER (WHERE sender_id = @sender_id) AS by_sender
FROM quarantine WHERE team_id = @team_id;

-- name: InsertHeld :execrows
INSERT INTO quarantine (id, team_id, sender_id, author_id, reason, detail, season, event_code, level, series, match_number, alliance,
    scouted_team, form_version, data, notes, auto_score, teleop_score, endgame_score, total_score, content_hash)
VALUES (@id, @team_id, @sender_id, @author_id, @reason, @detail, @season, @event_code, @level, @series, @match_number, @alliance,
    @scouted_team, @form_version, @data, @notes, @auto_score, @teleop_score, @endgame_score, @total_score, @content_hash)
ON CONFLICT (id) DO NOTHING;

-- name: HeldForUpdate :one
SELECT sqlc.embed(q), m.role
FROM quarantine q JOIN memberships m ON m.team_id = q.team_id AND m.user_id = @user_id
WHERE q.id = @id
FOR SHARE OF m FOR UPDATE OF q; -- the membership first, as whoever deletes a team does

-- name: HeldList :many
-- A page of the team's quarantine, newest first.
SELECT sqlc.embed(q), s.display_name AS sender_name, coalesce(a.display_name, '')::text AS author_name
FROM quarantine q JOIN users s ON s.id = q.sender_id LEFT JOIN users a ON a.id = q.author_id
WHERE q.team_id = @team_id AND (q.discarded_at IS NOT NULL) = @discarded::boolean
  AND (q.discarded_at IS NULL OR q.discarded_at > now() - interval '30 days')
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (q.received_at, q.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
ORDER BY q.received_at DESC, q.id DESC
LIMIT @row_limit;

-- name: DiscardHeld :exec
UPDATE quarantine SET discarded_at = now(), discarded_by = @user_id WHERE id = @id;

-- name: RestoreHeld :exec
UPDATE quarantine SET discarded_at = NULL, discarded_by = NULL WHERE id = @id;

-- name: DeleteHeld :exec
DELETE FROM quarantine WHERE id = $1;

-- name: PurgeDiscarded :exec
DELETE FROM quarantine WHERE discarded_at < now() - interval '30 days';
