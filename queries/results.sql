-- name: EnsureMatch :exec
INSERT INTO matches (season, event_code, level, series, number)
VALUES (@season, @event_code, @level, @series, @number)
ON CONFLICT DO NOTHING;

-- name: LockMatch :exec
-- Lets one result of a match be written at a time.
SELECT FROM matches
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number
FOR NO KEY UPDATE;

-- name: MatchResults :many
SELECT * FROM match_results
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number
ORDER BY alliance DESC;

-- name: ClearResult :exec
DELETE FROM match_results
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number;

-- name: InsertResult :exec
INSERT INTO match_results (season, event_code, level, series, number, alliance, total, no_foul, auto, teleop, endgame,
    fouls_committed, ranking_points, robots, details, plays, started_at, posted_at, official, winner, rev)
VALUES (@season, @event_code, @level, @series, @number, @alliance, @total, @no_foul, @auto, @teleop, @endgame,
    @fouls_committed, @ranking_points, @robots, @details, @plays, @started_at, @posted_at, @official, @winner, @rev);

-- name: EventResults :many
-- Practice, qualification and playoffs as they are played; red before blue. A match that the
-- schedule has lost does not count, and comes only if it is asked for.
SELECT r.* FROM match_results r
JOIN matches m ON (m.season, m.event_code, m.level, m.series, m.number) = (r.season, r.event_code, r.level, r.series, r.number)
WHERE r.season = @season AND r.event_code = @event_code AND (m.removed_at IS NULL OR @removed::boolean)
ORDER BY array_position(ARRAY['practice', 'qual', 'playoff'], r.level), r.series, r.number, r.alliance DESC;
