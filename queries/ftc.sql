-- name: EnsureEvent :exec
-- Keeps an FTC event that nobody has imported as an unofficial one.
INSERT INTO ftc_events (season, code, name) VALUES (@season, @code, @code) ON CONFLICT DO NOTHING;

-- name: PutEvent :exec
INSERT INTO ftc_events (season, code, name, official, type_name, venue, city, region, country, timezone, starts_on, ends_on)
VALUES (@season, @code, @name, true, @type_name, @venue, @city, @region, @country, @timezone, @starts_on, @ends_on)
ON CONFLICT (season, code) DO UPDATE
SET name = excluded.name, official = true, type_name = excluded.type_name, venue = excluded.venue, city = excluded.city,
    region = excluded.region, country = excluded.country, timezone = excluded.timezone,
    starts_on = excluded.starts_on, ends_on = excluded.ends_on;

-- name: Events :many
SELECT * FROM ftc_events WHERE season = @season ORDER BY starts_on NULLS LAST, code LIMIT 500;

-- name: Event :one
SELECT * FROM ftc_events WHERE season = @season AND code = @code;

-- name: PutTeam :exec
INSERT INTO ftc_teams (number, name, city, region, country, rookie_year)
VALUES (@number, @name, @city, @region, @country, @rookie_year)
ON CONFLICT (number) DO UPDATE
SET name = excluded.name, city = excluded.city, region = excluded.region, country = excluded.country, rookie_year = excluded.rookie_year;

-- name: PutEventTeam :exec
INSERT INTO ftc_event_teams (season, event_code, number) VALUES (@season, @event_code, @number) ON CONFLICT DO NOTHING;

-- name: EventTeams :many
SELECT t.* FROM ftc_event_teams et JOIN ftc_teams t ON t.number = et.number
WHERE et.season = @season AND et.event_code = @event_code
ORDER BY t.number;

-- name: PutMatch :exec
INSERT INTO matches (season, event_code, level, series, number, description, field, scheduled_at)
VALUES (@season, @event_code, @level, @series, @number, @description, @field, @scheduled_at)
ON CONFLICT (season, event_code, level, series, number) DO UPDATE
SET description = excluded.description, field = excluded.field, scheduled_at = excluded.scheduled_at;

-- name: ClearMatchTeams :exec
DELETE FROM match_teams
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number;

-- name: InsertMatchTeam :exec
INSERT INTO match_teams (season, event_code, level, series, number, alliance, station, team_number, surrogate)
VALUES (@season, @event_code, @level, @series, @number, @alliance, @station, @team_number, @surrogate);

-- name: Matches :many
SELECT * FROM matches WHERE season = @season AND event_code = @event_code
ORDER BY scheduled_at NULLS LAST, level, series, number;

-- name: MatchTeamsAt :many
SELECT * FROM match_teams WHERE season = @season AND event_code = @event_code
ORDER BY level, series, number, alliance DESC, station;

-- name: MatchTeams :many
SELECT * FROM match_teams
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number
ORDER BY alliance DESC, station;
