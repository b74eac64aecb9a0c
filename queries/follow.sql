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

-- name: TellSync :exec
-- Grants the wish that was read before, not one that came meanwhile.
INSERT INTO sync_states AS s (season, event_code, tried_at, next_at, trouble, failed_at, retry_at)
VALUES (@season, @event_code, @tried_at::timestamptz, @next_at::timestamptz, @trouble, sqlc.narg(failed_at), sqlc.narg(retry_at))
ON CONFLICT (season, event_code) DO UPDATE
SET tried_at = excluded.tried_at, next_at = excluded.next_at, trouble = excluded.trouble,
    failed_at = coalesce(excluded.failed_at, s.failed_at), retry_at = excluded.retry_at,
    wanted_at = CASE WHEN s.wanted_at IS DISTINCT FROM sqlc.narg(granted)::timestamptz THEN s.wanted_at END;

-- name: WantSync :execrows
-- Says nothing new where a wish is open already, and refuses one right after a reading.
INSERT INTO sync_states AS s (season, event_code, wanted_at) VALUES (@season, @event_code, clock_timestamp())
ON CONFLICT (season, event_code) DO UPDATE SET wanted_at = coalesce(s.wanted_at, excluded.wanted_at)
WHERE s.tried_at IS NULL OR s.wanted_at IS NOT NULL OR s.tried_at < @spaced::timestamptz;

-- name: WantedSyncs :many
SELECT season, event_code, wanted_at FROM sync_states WHERE wanted_at IS NOT NULL ORDER BY wanted_at LIMIT @row_limit;

-- name: DropSync :exec
DELETE FROM sync_states WHERE season = @season AND event_code = @event_code;

-- name: SyncStates :many
-- What is read or should be: the lists, the FTC events around now, and those with something to tell.
SELECT k.season, k.event_code, coalesce(e.name, '') AS name, e.starts_on, e.ends_on, e.timezone,
    s.tried_at, s.next_at, coalesce(s.trouble, '') AS trouble, s.failed_at, s.retry_at, s.wanted_at,
    coalesce(c.read_at, 'epoch')::timestamptz AS read_at, coalesce(c.modified, 'epoch')::timestamptz AS modified, coalesce(c.reads, 0)::bigint AS reads
FROM (
    SELECT season, event_code FROM sync_states
    UNION
    SELECT season, code FROM ftc_events WHERE listed AND starts_on <= (@until::text)::date AND coalesce(ends_on, starts_on) >= (@since::text)::date
) k
LEFT JOIN sync_states s ON s.season = k.season AND s.event_code = k.event_code
LEFT JOIN ftc_events e ON e.season = k.season AND e.code = k.event_code
LEFT JOIN LATERAL (
    SELECT max(read_at) AS read_at, max(modified) AS modified, sum(reads) AS reads
    FROM sync_cursors WHERE season = k.season AND event_code = k.event_code
) c ON true
ORDER BY k.event_code <> '', s.wanted_at IS NULL, e.starts_on DESC NULLS LAST, k.event_code LIMIT @row_limit;
