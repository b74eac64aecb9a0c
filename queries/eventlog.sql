-- name: AppendEvents :many
-- Numbers and stores events: heads are the channels, each once, in sorted order so that two
-- writers never wait for each other in a circle; added is how many events each gets, and
-- backs how many of them come after an event. Must be the last statement before COMMIT,
-- because the counter rows stay locked until then.
WITH bumped AS (
    INSERT INTO channel_heads AS h (channel, seq)
    SELECT unnest(@heads::text[]), unnest(@added::bigint[])
    ON CONFLICT (channel) DO UPDATE SET seq = h.seq + excluded.seq
    RETURNING h.channel, h.seq
)
INSERT INTO channel_events (channel, seq, id, name, payload, coarse, at, except_socket)
SELECT d.channel, b.seq - d.back, d.id, d.name, d.payload::json, d.coarse, clock_timestamp(), d.except_socket
FROM (SELECT unnest(@channels::text[]) AS channel, unnest(@ids::uuid[]) AS id, unnest(@names::text[]) AS name,
        unnest(@payloads::text[]) AS payload, unnest(@coarses::boolean[]) AS coarse, unnest(@backs::integer[]) AS back,
        unnest(@excepts::text[]) AS except_socket) d
JOIN bumped b USING (channel)
RETURNING channel, seq;

-- name: EventsAfter :many
SELECT * FROM channel_events WHERE channel = @channel AND seq > @after ORDER BY seq LIMIT @row_limit;

-- name: HeadOf :one
SELECT h.seq, h.epoch, coalesce((SELECT min(e.seq) FROM channel_events e WHERE e.channel = h.channel), h.seq + 1)::bigint AS oldest
FROM channel_heads h WHERE h.channel = @channel;

-- name: HeadsOf :many
SELECT channel, seq FROM channel_heads WHERE channel = ANY(@channels::text[]);

-- name: Heads :many
SELECT channel, seq FROM channel_heads;

-- name: SeqBefore :one
-- The newest event of the channel that is older than the age; 0 if there is none.
SELECT coalesce(max(seq), 0)::bigint FROM channel_events
WHERE channel = @channel AND at < clock_timestamp() - make_interval(secs => @seconds::float8);

-- name: ForgetPerson :exec
-- Takes a person out of all payloads: their id becomes another, and the name beside it is
-- blanked. Payloads are stored as they were encoded, so their text can be searched. A
-- revocation of the last minute may still be on its way to a hub and stays.
UPDATE channel_events
SET payload = replace(
    regexp_replace(payload::text, '("(id|userId)":"' || @old_id::text || '","displayName":)"([^"\\]|\\.)*"', '\1"former member"', 'g'),
    @old_id::text, @new_id::text)::json
WHERE strpos(payload::text, @old_id::text) > 0 AND (channel <> '!control' OR at < now() - interval '1 minute');

-- name: PositionsOf :many
-- Where the channels are, and the oldest event that is still there.
SELECT h.channel, h.seq, h.epoch, coalesce((SELECT min(e.seq) FROM channel_events e WHERE e.channel = h.channel), h.seq + 1)::bigint AS oldest
FROM channel_heads h WHERE h.channel = ANY(@channels::text[]);

-- name: EventByID :one
SELECT * FROM channel_events WHERE id = @id AND channel = @channel;

-- name: PurgeEvents :execrows
-- Removes events older than the age, a batch at a time. A channel loses what comes before the
-- newest of them, too, so that what is left has no hole whatever the clock did.
WITH old AS (
    SELECT channel, max(seq) AS seq
    FROM (SELECT channel, seq FROM channel_events WHERE at < clock_timestamp() - make_interval(secs => @seconds::float8) ORDER BY at LIMIT @row_limit) o
    GROUP BY channel
)
DELETE FROM channel_events e USING old WHERE e.channel = old.channel AND e.seq <= old.seq;

-- name: TryTurn :one
-- One session at a time gets the turn, until its transaction ends.
SELECT pg_try_advisory_xact_lock(@class::integer, @job::integer);

-- name: KnownOrigin :one
SELECT origin FROM log_origin;

-- name: LockHeads :exec
LOCK TABLE channel_heads IN EXCLUSIVE MODE;

-- name: SetOrigin :exec
INSERT INTO log_origin (origin) VALUES (@origin) ON CONFLICT (one) DO UPDATE SET origin = excluded.origin;

-- name: RenewEpochs :exec
UPDATE channel_heads SET epoch = gen_random_uuid();

-- name: ClampCursors :exec
UPDATE relay_cursors c SET seq = h.seq FROM channel_heads h WHERE h.channel = c.channel AND c.seq > h.seq;
