-- name: LockPickListEvent :exec
-- Serializes what has to see all of a team's lists of an FTC event: making one, and a pick.
SELECT pg_advisory_xact_lock(hashtextextended(@key::text, 6));

-- name: InsertPickList :one
-- Stores a list; no row when the id is taken.
INSERT INTO picklists (id, team_id, season, event_code, name, depends_on, when_picked, standing, created_by)
VALUES (@id, @team_id, @season, @event_code, @name, @depends_on, @when_picked, @standing, @created_by)
ON CONFLICT (id) DO NOTHING
RETURNING *;

-- name: InsertPickListTeams :exec
-- Fills a new list, with the picks that were heard of before.
INSERT INTO picklist_items (list_id, team_number, struck, alliance)
SELECT p.id, s.number, k.reason, coalesce(k.alliance, 0)
FROM picklists p
CROSS JOIN LATERAL unnest(p.standing) AS s(number)
LEFT JOIN picklist_picks k ON k.team_id = p.team_id AND k.season = p.season AND k.event_code = p.event_code AND k.team_number = s.number
WHERE p.id = @list_id;

-- name: CountPickLists :one
SELECT count(*) FROM picklists WHERE team_id = @team_id AND season = @season AND event_code = @event_code;

-- name: PickListExists :one
-- Whether the team has the list at the FTC event.
SELECT EXISTS (SELECT FROM picklists WHERE id = @id AND team_id = @team_id AND season = @season AND event_code = @event_code);

-- name: PickList :one
-- The list with its items in their order, and the user's role in its team, if any: one
-- statement, so that version and items are of the same moment.
SELECT sqlc.embed(p), u.display_name, coalesce(m.role, '') AS role,
    (SELECT coalesce(json_agg(json_build_object('teamNumber', i.team_number, 'tier', i.tier, 'tags', i.tags, 'note', i.note,
            'struck', CASE WHEN i.struck IS NOT NULL THEN json_build_object('reason', i.struck, 'alliance', i.alliance) END)
        ORDER BY array_position(p.standing, i.team_number)), '[]')
    FROM picklist_items i WHERE i.list_id = p.id)::json AS items
FROM picklists p
JOIN users u ON u.id = p.created_by
LEFT JOIN memberships m ON m.team_id = p.team_id AND m.user_id = @user_id
WHERE p.id = @id;

-- name: LockPickList :one
SELECT id FROM picklists WHERE id = @id FOR NO KEY UPDATE;

-- name: PickListsOfEvent :many
-- The team's lists of an FTC event, locked in one order.
SELECT id FROM picklists WHERE team_id = @team_id AND season = @season AND event_code = @event_code
ORDER BY id FOR NO KEY UPDATE;

-- name: PickLists :many
-- A page of the team's lists, newest first.
SELECT sqlc.embed(p), u.display_name
FROM picklists p JOIN users u ON u.id = p.created_by
WHERE p.team_id = @team_id
  AND (sqlc.narg(season)::integer IS NULL OR p.season = sqlc.narg(season))
  AND (sqlc.narg(event_code)::text IS NULL OR p.event_code = sqlc.narg(event_code))
  AND (sqlc.narg(before_at)::timestamptz IS NULL OR (p.created_at, p.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
ORDER BY p.created_at DESC, p.id DESC
LIMIT @row_limit;

-- name: UpdatePickList :exec
UPDATE picklists SET name = @name, standing = @standing, version = @version, updated_at = now() WHERE id = @id;

-- name: PutPickListItem :exec
INSERT INTO picklist_items (list_id, team_number, tier, tags, note, struck, alliance)
VALUES (@list_id, @team_number, @tier, @tags, @note, @struck, @alliance)
ON CONFLICT (list_id, team_number) DO UPDATE
SET tier = excluded.tier, tags = excluded.tags, note = excluded.note, struck = excluded.struck, alliance = excluded.alliance;

-- name: DeletePickListItem :exec
DELETE FROM picklist_items WHERE list_id = @list_id AND team_number = @team_number;

-- name: DeletePickList :exec
DELETE FROM picklists WHERE id = @id;

-- name: InsertPickListOperation :one
INSERT INTO picklist_operations (list_id, version, id, editor_id, operation, inverse, request_hash, undoes, depth)
VALUES (@list_id, @version, @id, @editor_id, @operation, @inverse, @request_hash, @undoes, @depth)
RETURNING at;

-- name: PickListOperationsByID :many
SELECT sqlc.embed(o), u.display_name
FROM picklist_operations o JOIN users u ON u.id = o.editor_id
WHERE o.list_id = @list_id AND o.id = ANY(@ids::uuid[]);

-- name: PickListOperations :many
-- The operations after a version, oldest first.
SELECT sqlc.embed(o), u.display_name
FROM picklist_operations o JOIN users u ON u.id = o.editor_id
WHERE o.list_id = @list_id AND o.version > @after
ORDER BY o.version
LIMIT @row_limit;

-- name: PickListUndoable :one
-- The newest operation up to a version that is not undone, and is itself no undo; an undo of
-- an undo counts as the operation done again.
SELECT o.* FROM picklist_operations o
WHERE o.list_id = @list_id AND o.version <= @up_to AND o.depth % 2 = 0
  AND NOT EXISTS (SELECT FROM picklist_operations u WHERE u.list_id = o.list_id AND u.undoes = o.version)
ORDER BY o.version DESC
LIMIT 1;

-- name: PickListOperation :one
SELECT * FROM picklist_operations WHERE list_id = @list_id AND version = @version;

-- name: PutPick :exec
INSERT INTO picklist_picks (team_id, season, event_code, team_number, reason, alliance)
VALUES (@team_id, @season, @event_code, @team_number, @reason, @alliance)
ON CONFLICT (team_id, season, event_code, team_number) DO UPDATE SET reason = excluded.reason, alliance = excluded.alliance;

-- name: DeletePick :exec
DELETE FROM picklist_picks WHERE team_id = @team_id AND season = @season AND event_code = @event_code AND team_number = @team_number;

-- name: Pick :one
SELECT reason, alliance FROM picklist_picks
WHERE team_id = @team_id AND season = @season AND event_code = @event_code AND team_number = @team_number;

-- name: EventTeamNumbers :many
SELECT number FROM ftc_event_teams WHERE season = @season AND event_code = @event_code ORDER BY number LIMIT 500;
