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
    fouls_committed, ranking_points, robots, details, plays, started_at, posted_at, official, rev)
VALUES (@season, @event_code, @level, @series, @number, @alliance, @total, @no_foul, @auto, @teleop, @endgame,
    @fouls_committed, @ranking_points, @robots, @details, @plays, @started_at, @posted_at, @official, @rev);

-- name: EventResults :many
-- Practice, qualification and playoffs as they are played; red before blue.
SELECT * FROM match_results
WHERE season = @season AND event_code = @event_code
ORDER BY array_position(ARRAY['practice', 'qual', 'playoff'], level), series, number, alliance DESC;
