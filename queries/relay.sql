-- name: BeginSink :exec
-- The first time that a sink is relayed to, everything so far counts as relayed.
WITH begun AS (
    INSERT INTO relay_sinks (sink) VALUES (@sink) ON CONFLICT DO NOTHING RETURNING sink
)
INSERT INTO relay_cursors (sink, channel, seq) SELECT b.sink, h.channel, h.seq FROM begun b CROSS JOIN channel_heads h;

-- name: SinkDue :many
-- All channels with something that the sink has not got. It reads every counter.
SELECT h.channel, h.seq AS head, coalesce(c.seq, 0)::bigint AS position
FROM channel_heads h LEFT JOIN relay_cursors c ON c.sink = @sink AND c.channel = h.channel
WHERE h.seq > coalesce(c.seq, 0);

-- name: SinkDueOf :many
-- The same among these channels.
SELECT h.channel, h.seq AS head, coalesce(c.seq, 0)::bigint AS position
FROM channel_heads h LEFT JOIN relay_cursors c ON c.sink = @sink AND c.channel = h.channel
WHERE h.channel = ANY(@channels::text[]) AND h.seq > coalesce(c.seq, 0);

-- name: MovedWithin :many
-- The channels that events were appended to in the last seconds, and how far they were.
SELECT channel, max(seq)::bigint AS seq FROM channel_events WHERE at >= clock_timestamp() - make_interval(secs => @seconds::float8) GROUP BY channel;

-- name: AdvanceCursors :exec
INSERT INTO relay_cursors (sink, channel, seq) SELECT @sink, unnest(@channels::text[]), unnest(@seqs::bigint[])
ON CONFLICT (sink, channel) DO UPDATE SET seq = excluded.seq;

-- name: Bury :exec
INSERT INTO dead_letters (sink, channel, seq, reason) VALUES (@sink, @channel, @seq, @reason)
ON CONFLICT (channel, seq, sink) DO UPDATE SET reason = excluded.reason, refused_at = now(), refusals = dead_letters.refusals + 1, wanted_at = NULL;

-- name: WantedLetters :many
SELECT e.* FROM dead_letters d JOIN channel_events e USING (channel, seq)
WHERE d.sink = @sink AND d.wanted_at IS NOT NULL ORDER BY d.id LIMIT @row_limit;

-- name: DropLetter :exec
DELETE FROM dead_letters WHERE sink = @sink AND channel = @channel AND seq = @seq;

-- name: WantLetters :execrows
-- A number, a channel or the beginning of channels' names chooses; all of them where none does.
UPDATE dead_letters SET wanted_at = now()
WHERE (sqlc.narg(id)::bigint IS NULL OR id = sqlc.narg(id)) AND (sqlc.narg(channel)::text IS NULL OR channel = sqlc.narg(channel))
    AND starts_with(channel, @prefix::text) AND (sqlc.narg(sink)::text IS NULL OR sink = sqlc.narg(sink));

-- name: DropLetters :execrows
DELETE FROM dead_letters
WHERE (sqlc.narg(id)::bigint IS NULL OR id = sqlc.narg(id)) AND (sqlc.narg(channel)::text IS NULL OR channel = sqlc.narg(channel))
    AND starts_with(channel, @prefix::text) AND (sqlc.narg(sink)::text IS NULL OR sink = sqlc.narg(sink));

-- name: Letters :many
SELECT d.id, d.sink, d.channel, d.seq, e.id AS event_id, e.name, d.reason, d.refused_at, d.refusals, (d.wanted_at IS NOT NULL)::boolean AS wanted
FROM dead_letters d JOIN channel_events e USING (channel, seq)
WHERE d.id > @after::bigint AND (sqlc.narg(channel)::text IS NULL OR d.channel = sqlc.narg(channel))
    AND starts_with(d.channel, @prefix::text) AND (sqlc.narg(sink)::text IS NULL OR d.sink = sqlc.narg(sink))
ORDER BY d.id LIMIT @row_limit;

-- name: CountLetters :one
SELECT count(*) FROM dead_letters
WHERE (sqlc.narg(channel)::text IS NULL OR channel = sqlc.narg(channel))
    AND starts_with(channel, @prefix::text) AND (sqlc.narg(sink)::text IS NULL OR sink = sqlc.narg(sink));

-- name: Sinks :many
SELECT s.sink, s.started_at, s.failures, s.trouble, s.failed_at, s.retry_at, s.asked,
    (SELECT count(*) FROM dead_letters d WHERE d.sink = s.sink) AS letters,
    (SELECT coalesce(sum(h.seq - coalesce(c.seq, 0)), 0) FROM channel_heads h LEFT JOIN relay_cursors c ON c.sink = s.sink AND c.channel = h.channel
        WHERE h.seq > coalesce(c.seq, 0))::bigint AS behind
FROM relay_sinks s ORDER BY s.sink;

-- name: ForgetSink :execrows
DELETE FROM relay_sinks WHERE sink = @sink;

-- name: LeadSink :one
SELECT pg_try_advisory_lock(@class::integer, hashtext(@sink::text));

-- name: SinkFails :exec
UPDATE relay_sinks SET failures = @failures, trouble = @trouble, failed_at = now(), retry_at = now() + make_interval(secs => @seconds::float8), asked = @asked
WHERE sink = @sink;

-- name: SinkTakes :exec
-- What the last trouble was stays to be read.
UPDATE relay_sinks SET failures = 0, retry_at = NULL, asked = false WHERE sink = @sink AND failures > 0;

-- name: Lagging :many
-- The channels that the sink is farthest behind on.
SELECT h.channel, h.seq AS head, coalesce(c.seq, 0)::bigint AS position
FROM channel_heads h LEFT JOIN relay_cursors c ON c.sink = @sink AND c.channel = h.channel
WHERE h.seq > coalesce(c.seq, 0)
ORDER BY h.seq - coalesce(c.seq, 0) DESC, h.channel LIMIT @row_limit;

-- name: LogSize :one
SELECT count(*) AS channels, coalesce(sum(seq), 0)::bigint AS events FROM channel_heads;

-- name: NewestEvents :many
SELECT at FROM channel_events ORDER BY at DESC LIMIT 1;

-- name: TellNode :exec
INSERT INTO relay_nodes (node, host, driver, behind, published, failures, trouble, failed_at, seen_at)
VALUES (@node, @host, @driver, @behind, @published, @failures, @trouble, sqlc.narg(failed_at), now())
ON CONFLICT (node) DO UPDATE SET behind = excluded.behind, published = excluded.published, failures = excluded.failures,
    trouble = excluded.trouble, failed_at = excluded.failed_at, seen_at = excluded.seen_at;

-- name: ForgetNodes :exec
-- One that has stopped, and those that nobody has heard of for long.
DELETE FROM relay_nodes WHERE node = @node OR seen_at < now() - interval '1 hour';

-- name: RelayNodes :many
SELECT *, extract(epoch FROM now() - seen_at)::float8 AS silence FROM relay_nodes ORDER BY host, node LIMIT 1000;
