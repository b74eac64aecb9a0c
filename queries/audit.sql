-- name: KeepUsers :exec
-- Keeps the users from being erased until the transaction ends. It comes before the turn: who
-- erases one of them takes both in the same order.
SELECT id FROM users WHERE id = ANY(@ids::uuid[]) ORDER BY id FOR KEY SHARE;

-- name: TakeAuditTurn :exec
-- One writer at a time until it commits, so that numbers appear in their order: whoever reads
-- after a number misses no line.
SELECT pg_advisory_xact_lock(hashtext('ftcmetrics.audit'));

-- name: AppendAudit :exec
-- Users who were erased in the meantime are nobody.
INSERT INTO audit (action, actor_id, kind, address, request_id, team_id, subject_id, object, detail)
VALUES (@action, (SELECT u.id FROM users u WHERE u.id = sqlc.narg(actor_id)), @kind, @address, @request_id, sqlc.narg(team_id),
    (SELECT u.id FROM users u WHERE u.id = sqlc.narg(subject_id)), @object, @detail);

-- name: AuditAfter :many
SELECT sqlc.embed(a), coalesce(u.display_name, '') AS actor_name, coalesce(s.display_name, '') AS subject_name
FROM audit a LEFT JOIN users u ON u.id = a.actor_id LEFT JOIN users s ON s.id = a.subject_id
WHERE a.number > @after::bigint AND (sqlc.narg(team_id)::uuid IS NULL OR a.team_id = sqlc.narg(team_id))
    AND (sqlc.narg(action)::text IS NULL OR a.action = sqlc.narg(action))
    AND (sqlc.narg(user_id)::uuid IS NULL OR a.actor_id = sqlc.narg(user_id) OR a.subject_id = sqlc.narg(user_id))
ORDER BY a.number
LIMIT @row_limit;

-- name: AuditBefore :many
SELECT sqlc.embed(a), coalesce(u.display_name, '') AS actor_name, coalesce(s.display_name, '') AS subject_name
FROM audit a LEFT JOIN users u ON u.id = a.actor_id LEFT JOIN users s ON s.id = a.subject_id
WHERE a.number < @before::bigint AND (sqlc.narg(team_id)::uuid IS NULL OR a.team_id = sqlc.narg(team_id))
    AND (sqlc.narg(action)::text IS NULL OR a.action = sqlc.narg(action))
    AND (sqlc.narg(user_id)::uuid IS NULL OR a.actor_id = sqlc.narg(user_id) OR a.subject_id = sqlc.narg(user_id))
ORDER BY a.number DESC
LIMIT @row_limit;

-- name: ForgetAddresses :exec
-- Where an erased person called from tells of them, too.
UPDATE audit SET address = '' WHERE actor_id = @user_id::uuid AND address <> '';

-- name: PurgeAudit :execrows
DELETE FROM audit
WHERE number IN (SELECT a.number FROM audit a WHERE a.at < clock_timestamp() - make_interval(secs => @seconds::float8) ORDER BY a.at LIMIT @row_limit);
