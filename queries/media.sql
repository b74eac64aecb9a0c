-- name: InsertMedia :one
-- No row when the id is taken.
INSERT INTO media (id, team_id, author_id, season, scouted_team, kind, label, url, width, height, bytes, content_hash)
VALUES (@id, @team_id, @author_id, @season, @scouted_team, @kind, @label, sqlc.narg(url), sqlc.narg(width), sqlc.narg(height), sqlc.narg(bytes), @content_hash)
ON CONFLICT (id) DO NOTHING
RETURNING *;

-- name: InsertPicture :exec
INSERT INTO media_pictures (media_id, picture, thumbnail) VALUES (@media_id, @picture, @thumbnail);

-- name: MediaByID :one
SELECT sqlc.embed(m), u.display_name FROM media m JOIN users u ON u.id = m.author_id WHERE m.id = @id;

-- name: MediaFor :one
-- The link or picture, if the user is a member of the team that added it.
SELECT sqlc.embed(m), u.display_name, s.role
FROM media m
JOIN users u ON u.id = m.author_id
JOIN memberships s ON s.team_id = m.team_id AND s.user_id = @user_id
WHERE m.id = @id AND m.deleted_at IS NULL;

-- name: MediaForUpdate :one
SELECT sqlc.embed(m), u.display_name, s.role
FROM media m
JOIN users u ON u.id = m.author_id
JOIN memberships s ON s.team_id = m.team_id AND s.user_id = @user_id
WHERE m.id = @id AND m.deleted_at IS NULL
FOR SHARE OF s FOR UPDATE OF m; -- the membership first, as whoever deletes a team does

-- name: MediaList :many
-- A page of the team's links and pictures, newest first.
SELECT sqlc.embed(m), u.display_name
FROM media m JOIN users u ON u.id = m.author_id
WHERE m.team_id = @team_id AND m.deleted_at IS NULL
  AND (sqlc.narg(season)::integer IS NULL OR m.season = sqlc.narg(season))
  AND (sqlc.narg(scouted_team)::integer IS NULL OR m.scouted_team = sqlc.narg(scouted_team))
  AND (sqlc.narg(kind)::text IS NULL OR m.kind = sqlc.narg(kind))
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (m.created_at, m.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
ORDER BY m.created_at DESC, m.id DESC
LIMIT @row_limit;

-- name: PictureOf :one
SELECT picture FROM media_pictures WHERE media_id = $1;

-- name: ThumbnailOf :one
SELECT thumbnail FROM media_pictures WHERE media_id = $1;

-- name: DeleteMedia :exec
-- Leaves the id and nothing of what was added.
WITH gone AS (
    DELETE FROM media_pictures WHERE media_id = @id
)
UPDATE media SET deleted_at = now(), label = '', url = NULL, width = NULL, height = NULL, bytes = NULL WHERE id = @id;

-- name: OpenMediaUsage :exec
INSERT INTO media_usage (team_id) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: UseMedia :execrows
-- Takes from the quota, or changes nothing when it is used up.
UPDATE media_usage
SET links = links + @links, pictures = pictures + @pictures, bytes = bytes + @bytes
WHERE team_id = @team_id AND links + @links <= @max_links AND pictures + @pictures <= @max_pictures AND bytes + @bytes <= @max_bytes;

-- name: FreeMedia :exec
UPDATE media_usage SET links = links - @links, pictures = pictures - @pictures, bytes = bytes - @bytes WHERE team_id = @team_id;
