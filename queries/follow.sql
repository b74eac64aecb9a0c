-- name: Cursors :many
SELECT * FROM sync_cursors WHERE season = @season AND event_code = @event_code;

-- name: MoveCursor :execrows
-- Writes nothing when somebody else has read since this reader looked; seen is 0 where
-- there was no cursor.
INSERT INTO sync_cursors AS c (season, event_code, resource, modified, read_at, full_at, reads)
VALUES (@season, @event_code, @resource, @modified, @read_at, @full_at, 1)
ON CONFLICT (season, event_code, resource) DO UPDATE
SET modified = excluded.modified, read_at = excluded.read_at, full_at = excluded.full_at, reads = c.reads + 1
WHERE c.reads = @seen::bigint;

-- name: SyncedAt :one
-- When the matches of an event were last read.
SELECT read_at FROM sync_cursors
WHERE season = @season AND event_code = @event_code AND resource IN ('matches:qual', 'matches:playoff')
ORDER BY read_at LIMIT 1;

-- name: MatchStart :one
SELECT * FROM match_starts
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number;

-- name: PutMatchStart :exec
INSERT INTO match_starts (season, event_code, level, series, number, play, started_at, source, field)
VALUES (@season, @event_code, @level, @series, @number, @play, @started_at, @source, @field)
ON CONFLICT (season, event_code, level, series, number) DO UPDATE
SET play = excluded.play, started_at = excluded.started_at, source = excluded.source, field = excluded.field, aborted = false;

-- name: AbortMatchStart :exec
UPDATE match_starts SET aborted = true
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number;

-- name: MatchStartsAt :many
SELECT * FROM match_starts WHERE season = @season AND event_code = @event_code;

-- name: MatchField :one
SELECT field FROM matches
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number;

-- name: GrantEvent :execrows
INSERT INTO event_operators (season, event_code, user_id, granted_by)
SELECT @season, @event_code, u.id, @granted_by FROM users u WHERE u.id = @user_id AND u.device_of IS NULL AND u.erased_at IS NULL
ON CONFLICT (season, event_code, user_id) DO UPDATE SET granted_by = excluded.granted_by;

-- name: RevokeEvent :execrows
DELETE FROM event_operators WHERE season = @season AND event_code = @event_code AND user_id = @user_id;

-- name: EventOperators :many
SELECT o.user_id, u.display_name, o.granted_at FROM event_operators o JOIN users u ON u.id = o.user_id
WHERE o.season = @season AND o.event_code = @event_code ORDER BY o.granted_at, o.user_id;

-- name: OperatesEvent :one
-- FOR SHARE, so that a right which is being taken away is gone when this is committed.
SELECT TRUE FROM event_operators WHERE season = @season AND event_code = @event_code AND user_id = @user_id FOR SHARE;

-- name: PutVenueStream :exec
INSERT INTO venue_streams (season, event_code, url) VALUES (@season, @event_code, @url)
ON CONFLICT (season, event_code) DO UPDATE SET url = excluded.url;

-- name: DeleteVenueStream :execrows
DELETE FROM venue_streams WHERE season = @season AND event_code = @event_code;

-- name: VenueStreams :many
SELECT * FROM venue_streams ORDER BY season, event_code;

-- name: PutPlayoffAlliance :exec
INSERT INTO playoff_alliances (season, event_code, number, name, captain, picks, backup, departed)
VALUES (@season, @event_code, @number, @name, @captain, @picks, @backup, @departed)
ON CONFLICT (season, event_code, number) DO UPDATE
SET name = excluded.name, captain = excluded.captain, picks = excluded.picks, backup = excluded.backup, departed = excluded.departed;

-- name: DropPlayoffAlliances :exec
DELETE FROM playoff_alliances WHERE season = @season AND event_code = @event_code AND NOT number = ANY(@numbers::integer[]);

-- name: PlayoffAlliances :many
SELECT * FROM playoff_alliances WHERE season = @season AND event_code = @event_code ORDER BY number;
