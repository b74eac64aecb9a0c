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

-- name: WantLetter :execrows
UPDATE dead_letters SET wanted_at = now() WHERE id = @id;

-- name: WantLetters :execrows
UPDATE dead_letters SET wanted_at = now() WHERE wanted_at IS NULL;

-- name: Letters :many
SELECT d.id, d.sink, d.channel, d.seq, e.id AS event_id, e.name, d.reason, d.refused_at, d.refusals, (d.wanted_at IS NOT NULL)::boolean AS wanted
FROM dead_letters d JOIN channel_events e USING (channel, seq) ORDER BY d.id LIMIT @row_limit;

-- name: CountLetters :one
SELECT count(*) FROM dead_letters;

-- name: Sinks :many
SELECT s.sink, s.started_at,
    (SELECT count(*) FROM dead_letters d WHERE d.sink = s.sink) AS letters,
    (SELECT coalesce(sum(h.seq - coalesce(c.seq, 0)), 0) FROM channel_heads h LEFT JOIN relay_cursors c ON c.sink = s.sink AND c.channel = h.channel
        WHERE h.seq > coalesce(c.seq, 0))::bigint AS behind
FROM relay_sinks s ORDER BY s.sink;

-- name: ForgetSink :execrows
DELETE FROM relay_sinks WHERE sink = @sink;

-- name: LeadSink :one
SELECT pg_try_advisory_lock(@class::integer, hashtext(@sink::text));
