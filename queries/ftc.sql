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

-- name: ListEvent :exec
-- An event as the official list has it; what an import said of it before is replaced.
INSERT INTO ftc_events (season, code, name, official, listed, type_name, venue, city, region, country, timezone, starts_on, ends_on)
VALUES (@season, @code, @name, true, true, @type_name, @venue, @city, @region, @country, @timezone, @starts_on, @ends_on)
ON CONFLICT (season, code) DO UPDATE
SET name = excluded.name, official = true, listed = true, type_name = excluded.type_name, venue = excluded.venue, city = excluded.city,
    region = excluded.region, country = excluded.country, timezone = excluded.timezone,
    starts_on = excluded.starts_on, ends_on = excluded.ends_on
WHERE (ftc_events.name, ftc_events.listed, ftc_events.official, ftc_events.type_name, ftc_events.venue, ftc_events.city, ftc_events.region,
        ftc_events.country, ftc_events.timezone, ftc_events.starts_on, ftc_events.ends_on)
    IS DISTINCT FROM (excluded.name, true, true, excluded.type_name, excluded.venue, excluded.city, excluded.region,
        excluded.country, excluded.timezone, excluded.starts_on, excluded.ends_on);

-- name: UnlistEvents :exec
-- Events that the whole list of the season lacks are followed no longer.
UPDATE ftc_events SET listed = false WHERE season = @season AND listed AND NOT code = ANY(@codes::text[]);

-- name: Events :many
-- A page of the events of a season, or of all with season 0, the newest season first and then by date, where having none
-- is infinity. Pages go on after a season, a date and a code.
SELECT * FROM ftc_events
WHERE (@season::integer = 0 OR season = @season)
    AND concat_ws(' ', code, name, city) ILIKE @pattern::text
    AND (@region::text = '' OR region = @region)
    AND (@country::text = '' OR country = @country)
    AND (sqlc.narg(from_date)::date IS NULL OR coalesce(ends_on, starts_on) >= sqlc.narg(from_date)::date)
    AND (sqlc.narg(to_date)::date IS NULL OR starts_on <= sqlc.narg(to_date)::date)
    AND (-season, coalesce(starts_on, 'infinity'::date), code) > (0 - @after_season::integer, (@after_date::text)::date, @after_code::text)
ORDER BY -season, coalesce(starts_on, 'infinity'::date), code LIMIT @row_limit;

-- name: EventsAround :many
-- Events of any season that touch these days.
SELECT * FROM ftc_events
WHERE starts_on <= (@until::text)::date AND coalesce(ends_on, starts_on) >= (@since::text)::date
ORDER BY season, code;

-- name: NewestOfCode :one
-- Whether no later season has an event of this code.
SELECT NOT EXISTS (SELECT FROM ftc_events WHERE code = @code AND season > @season::integer);

-- name: LockEvent :exec
-- Lets one writer of many matches at an event work at a time, so that two cannot wait for each other.
SELECT FROM ftc_events WHERE season = @season AND code = @code FOR NO KEY UPDATE;

-- name: Event :one
SELECT * FROM ftc_events WHERE season = @season AND code = @code;

-- name: PutTeam :exec
INSERT INTO ftc_teams (number, name, city, region, country, rookie_year)
VALUES (@number, @name, @city, @region, @country, @rookie_year)
ON CONFLICT (number) DO UPDATE
SET name = excluded.name, city = excluded.city, region = excluded.region, country = excluded.country, rookie_year = excluded.rookie_year;

-- name: PutEventTeam :exec
INSERT INTO ftc_event_teams (season, event_code, number) VALUES (@season, @event_code, @number) ON CONFLICT DO NOTHING;

-- name: DropEventTeams :exec
DELETE FROM ftc_event_teams WHERE season = @season AND event_code = @event_code AND NOT number = ANY(@numbers::integer[]);

-- name: EventTeams :many
SELECT t.* FROM ftc_event_teams et JOIN ftc_teams t ON t.number = et.number
WHERE et.season = @season AND et.event_code = @event_code
ORDER BY t.number;

-- name: PutMatch :exec
INSERT INTO matches (season, event_code, level, series, number, description, field, scheduled_at)
VALUES (@season, @event_code, @level, @series, @number, @description, @field, @scheduled_at)
ON CONFLICT (season, event_code, level, series, number) DO UPDATE
SET description = excluded.description, scheduled_at = excluded.scheduled_at, removed_at = NULL,
    field = CASE WHEN excluded.field = '' THEN matches.field ELSE excluded.field END;

-- name: SetMatchField :exec
UPDATE matches SET field = @field
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number AND field <> @field;

-- name: RemoveMatch :exec
UPDATE matches SET removed_at = @removed_at
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number;

-- name: ClearMatchTeams :exec
DELETE FROM match_teams
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number;

-- name: InsertMatchTeam :exec
INSERT INTO match_teams (season, event_code, level, series, number, alliance, station, team_number, surrogate)
VALUES (@season, @event_code, @level, @series, @number, @alliance, @station, @team_number, @surrogate);

-- name: Matches :many
-- Those that the schedule has lost come only if they are asked for.
SELECT * FROM matches WHERE season = @season AND event_code = @event_code AND (removed_at IS NULL OR @removed::boolean)
ORDER BY scheduled_at NULLS LAST, level, series, number;

-- name: MatchTeamsAt :many
SELECT * FROM match_teams WHERE season = @season AND event_code = @event_code
ORDER BY level, series, number, alliance DESC, station;

-- name: MatchTeams :many
SELECT * FROM match_teams
WHERE season = @season AND event_code = @event_code AND level = @level AND series = @series AND number = @number
ORDER BY alliance DESC, station;
