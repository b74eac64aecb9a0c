-- name: EntriesByID :many
SELECT * FROM scouting_entries WHERE team_id = @team_id AND id = ANY(@ids::uuid[]) AND deleted_at IS NULL ORDER BY created_at, id;

-- name: ExportPage :many
-- The entries of a team that come after one, oldest first.
SELECT sqlc.embed(e), u.display_name
FROM scouting_entries e JOIN users u ON u.id = e.scouter_id
WHERE e.team_id = @team_id AND e.season = @season AND e.deleted_at IS NULL
  AND (sqlc.narg(event_code)::text IS NULL OR e.event_code = sqlc.narg(event_code))
  AND (e.created_at, e.id) > (@after_at::timestamptz, @after_id::uuid)
ORDER BY e.created_at, e.id
LIMIT @row_limit;

-- name: ExportNotesPage :many
-- The notes of a team that come after one, oldest first.
SELECT sqlc.embed(n), u.display_name
FROM scouting_notes n JOIN users u ON u.id = n.author_id
WHERE n.team_id = @team_id AND n.season = @season AND n.deleted_at IS NULL
  AND (sqlc.narg(event_code)::text IS NULL OR n.event_code = sqlc.narg(event_code))
  AND (n.created_at, n.id) > (@after_at::timestamptz, @after_id::uuid)
ORDER BY n.created_at, n.id
LIMIT @row_limit;
