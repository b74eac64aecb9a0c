-- What operators see of all people, tokens and teams. None of it reads what a team has recorded.

-- name: UsersPage :many
-- By name. The search is for a part of it, or for an id.
SELECT u.id, u.display_name, lower(u.display_name) AS sort_name, u.operator, u.device_of, u.created_at, u.disabled_at,
    coalesce((SELECT max(t.last_used_at) FROM tokens t WHERE t.user_id = u.id), 'epoch')::timestamptz AS last_seen,
    (SELECT count(*) FROM tokens t WHERE t.user_id = u.id AND t.revoked_at IS NULL AND t.expires_at > now()) AS devices
FROM users u
WHERE u.erased_at IS NULL AND (lower(u.display_name) COLLATE "C", u.id) > ((@after_name::text) COLLATE "C", @after_id::uuid)
    AND (@search::text = '' OR strpos(lower(u.display_name), lower(@search)) > 0 OR u.id = sqlc.narg(id)::uuid)
    AND (NOT @only_disabled::boolean OR u.disabled_at IS NOT NULL)
ORDER BY lower(u.display_name) COLLATE "C", u.id
LIMIT @row_limit;

-- name: TeamsOfUsers :many
SELECT m.user_id, m.role, t.id, t.team_number, t.name FROM memberships m JOIN teams t ON t.id = m.team_id
WHERE m.user_id = ANY(@users::uuid[]) ORDER BY m.user_id, t.team_number, t.id LIMIT 5000;

-- name: SetDisabled :exec
UPDATE users SET disabled_at = CASE WHEN @disabled::boolean THEN now() END WHERE id = @id;

-- name: TokensPage :many
-- The newest first: ids are made in the order of time.
SELECT t.id, t.kind, t.name, t.agent, t.created_at, t.last_used_at, t.expires_at, extract(epoch FROM now() - t.last_used_at)::float8 AS idle,
    u.id AS user_id, u.display_name, u.operator, u.device_of
FROM tokens t JOIN users u ON u.id = t.user_id
WHERE t.revoked_at IS NULL AND t.expires_at > now() AND t.id < @before::uuid
    AND (sqlc.narg(user_id)::uuid IS NULL OR t.user_id = sqlc.narg(user_id)) AND (sqlc.narg(kind)::text IS NULL OR t.kind = sqlc.narg(kind))
ORDER BY t.id DESC
LIMIT @row_limit;

-- name: TeamsPage :many
-- By number. How much a team does, and nothing of what.
SELECT t.id, t.team_number, t.name, t.sharing_level, t.created_at,
    (SELECT count(*) FROM memberships m WHERE m.team_id = t.id) AS members,
    (SELECT count(*) FROM scouting_entries e WHERE e.team_id = t.id AND e.deleted_at IS NULL) AS entries,
    greatest(t.created_at,
        (SELECT e.created_at FROM scouting_entries e WHERE e.team_id = t.id AND e.deleted_at IS NULL ORDER BY e.created_at DESC, e.id DESC LIMIT 1),
        (SELECT c.at FROM channel_events c WHERE c.channel = 'private-team-' || t.id ORDER BY c.seq DESC LIMIT 1))::timestamptz AS active_at
FROM teams t
WHERE (t.team_number, t.id) > (@after_number::integer, @after_id::uuid)
    AND (@search::text = '' OR t.team_number::text = @search OR strpos(lower(t.name), lower(@search)) > 0 OR t.id = sqlc.narg(id)::uuid)
ORDER BY t.team_number, t.id
LIMIT @row_limit;

-- name: DatabaseFacts :one
SELECT pg_database_size(current_database())::bigint AS bytes, current_setting('server_version')::text AS version;
