-- name: SeasonsToRate :many
-- Seasons with results that are not rated as they are now, and those that carry over what
-- the season before has changed since. Oldest first.
SELECT season FROM (
    SELECT coalesce(v.season, l.season)::integer AS season FROM ratable_results v
    FULL JOIN rating_log l ON (l.season, l.event_code, l.playoff, l.series, l.number) = (v.season, v.event_code, v.playoff, v.series, v.number)
    WHERE v.rev IS DISTINCT FROM l.rev OR v.start_at IS DISTINCT FROM l.start_at OR v.planned IS DISTINCT FROM l.planned
    UNION
    SELECT s.season FROM rating_seasons s LEFT JOIN rating_seasons p ON p.season = s.season - 1
    WHERE s.carried_from <> coalesce(p.version, 0) OR s.algo <> @algo
) due ORDER BY season;

-- name: EnsureRatingSeason :exec
INSERT INTO rating_seasons (season, algo) VALUES (@season, @algo) ON CONFLICT DO NOTHING;

-- name: LockRatingSeason :one
-- Lets one rate the season at a time.
SELECT * FROM rating_seasons WHERE season = @season FOR NO KEY UPDATE;

-- name: RatingVersion :one
SELECT coalesce(max(version), 0)::bigint FROM rating_seasons WHERE season = @season;

-- name: ShareRatingSeason :one
-- Keeps the season before as it is while it is carried over.
SELECT * FROM rating_seasons WHERE season = @season FOR SHARE;

-- name: MoveRatingSeason :exec
UPDATE rating_seasons SET algo = @algo, carried_from = @carried_from, version = version + 1 WHERE season = @season;

-- name: KeepCarried :exec
-- The season before has changed, and nothing that is carried over.
UPDATE rating_seasons SET carried_from = @carried_from WHERE season = @season;

-- name: ResultsToRate :many
-- Matches of an FTC event that are not rated as they are now: new, changed or gone.
SELECT coalesce(v.event_code, l.event_code)::text AS event_code, coalesce(v.playoff, l.playoff)::boolean AS playoff,
    coalesce(v.series, l.series)::integer AS series, coalesce(v.number, l.number)::integer AS number,
    coalesce(v.start_at, l.start_at)::timestamptz AS start_at, coalesce(l.start_at, v.start_at)::timestamptz AS rated_at,
    (v.rev IS NULL)::boolean AS gone
FROM (SELECT * FROM ratable_results r WHERE r.season = @season AND r.event_code = @event_code) v
FULL JOIN (SELECT * FROM rating_log g WHERE g.season = @season AND g.event_code = @event_code) l
    ON (l.playoff, l.series, l.number) = (v.playoff, v.series, v.number)
WHERE v.rev IS DISTINCT FROM l.rev OR v.start_at IS DISTINCT FROM l.start_at OR v.planned IS DISTINCT FROM l.planned;

-- name: SeasonResultsToRate :many
-- The same of all FTC events of a season.
SELECT coalesce(v.event_code, l.event_code)::text AS event_code, coalesce(v.playoff, l.playoff)::boolean AS playoff,
    coalesce(v.series, l.series)::integer AS series, coalesce(v.number, l.number)::integer AS number,
    coalesce(v.start_at, l.start_at)::timestamptz AS start_at, coalesce(l.start_at, v.start_at)::timestamptz AS rated_at,
    (v.rev IS NULL)::boolean AS gone
FROM (SELECT * FROM ratable_results r WHERE r.season = @season) v
FULL JOIN (SELECT * FROM rating_log g WHERE g.season = @season) l
    ON (l.event_code, l.playoff, l.series, l.number) = (v.event_code, v.playoff, v.series, v.number)
WHERE v.rev IS DISTINCT FROM l.rev OR v.start_at IS DISTINCT FROM l.start_at OR v.planned IS DISTINCT FROM l.planned;

-- name: RatedFrom :many
-- The rated matches from a place in the order of play on.
SELECT event_code, playoff, series, number FROM rating_log
WHERE season = @season AND (start_at, event_code, playoff, series, number)
    >= (@start_at::timestamptz, @event_code::text, @playoff::boolean, @series::integer, @number::integer);

-- name: RatedTeamsFrom :many
SELECT DISTINCT team_number FROM rating_changes
WHERE season = @season AND (start_at, event_code, playoff, series, number)
    >= (@start_at::timestamptz, @event_code::text, @playoff::boolean, @series::integer, @number::integer);

-- name: ContextBefore :one
-- The season's context before a place in the order of play.
SELECT weight, total, squares, auto, teleop, endgame FROM rating_log
WHERE season = @season AND (start_at, event_code, playoff, series, number)
    < (@start_at::timestamptz, @event_code::text, @playoff::boolean, @series::integer, @number::integer)
ORDER BY start_at DESC, event_code DESC, playoff DESC, series DESC, number DESC LIMIT 1;

-- name: LastContext :one
SELECT weight, total, squares, auto, teleop, endgame FROM rating_log
WHERE season = @season ORDER BY start_at DESC, event_code DESC, playoff DESC, series DESC, number DESC LIMIT 1;

-- name: RatingsBefore :many
-- What the ratings of teams were before a place in the order of play.
SELECT DISTINCT ON (team_number) team_number, auto, teleop, endgame, matches FROM rating_changes
WHERE season = @season AND team_number = ANY(@teams::integer[]) AND (start_at, event_code, playoff, series, number)
    < (@start_at::timestamptz, @event_code::text, @playoff::boolean, @series::integer, @number::integer)
ORDER BY team_number, start_at DESC, event_code DESC, playoff DESC, series DESC, number DESC;

-- name: RatingsOf :many
SELECT * FROM ratings WHERE season = @season AND team_number = ANY(@teams::integer[]) ORDER BY team_number;

-- name: SeasonRatings :many
SELECT * FROM ratings WHERE season = @season ORDER BY team_number;

-- name: Carried :many
SELECT team_number, standing FROM rating_carried WHERE season = @season AND team_number = ANY(@teams::integer[]);

-- name: AllCarried :many
SELECT team_number, standing FROM rating_carried WHERE season = @season;

-- name: ClearCarried :exec
DELETE FROM rating_carried WHERE season = @season;

-- name: InsertCarried :exec
INSERT INTO rating_carried (season, team_number, standing) SELECT @season, unnest(@teams::integer[]), unnest(@standings::double precision[]);

-- name: RatingInput :many
-- Some matches, each as it is to be rated.
SELECT v.* FROM (SELECT unnest(@events::text[]) AS event_code, unnest(@playoffs::boolean[]) AS playoff,
        unnest(@serieses::integer[]) AS series, unnest(@numbers::integer[]) AS number) k
JOIN ratable_results v ON v.event_code = k.event_code AND v.playoff = k.playoff AND v.series = k.series AND v.number = k.number
WHERE v.season = @season;

-- name: SeasonRatingInput :many
SELECT * FROM ratable_results WHERE season = @season;

-- name: ForgetRatedFrom :exec
DELETE FROM rating_log WHERE season = @season AND (start_at, event_code, playoff, series, number)
    >= (@start_at::timestamptz, @event_code::text, @playoff::boolean, @series::integer, @number::integer);

-- name: ForgetChangesFrom :exec
DELETE FROM rating_changes WHERE season = @season AND (start_at, event_code, playoff, series, number)
    >= (@start_at::timestamptz, @event_code::text, @playoff::boolean, @series::integer, @number::integer);

-- name: InsertRated :exec
INSERT INTO rating_log (season, start_at, event_code, playoff, series, number, rev, planned, red_total, red_no_foul, blue_total, blue_no_foul,
    red_wins, red, blue, weight, total, squares, auto, teleop, endgame)
SELECT @season, unnest(@starts::timestamptz[]), unnest(@events::text[]), unnest(@playoffs::boolean[]), unnest(@serieses::integer[]), unnest(@numbers::integer[]),
    unnest(@revs::integer[]), unnest(@planned::text[]), unnest(@red_totals::integer[]), unnest(@red_no_fouls::integer[]),
    unnest(@blue_totals::integer[]), unnest(@blue_no_fouls::integer[]),
    unnest(@red_wins::double precision[]), unnest(@reds::double precision[]), unnest(@blues::double precision[]),
    unnest(@weights::double precision[]), unnest(@totals::double precision[]), unnest(@squares::double precision[]),
    unnest(@autos::double precision[]), unnest(@teleops::double precision[]), unnest(@endgames::double precision[]);

-- name: InsertChanges :exec
INSERT INTO rating_changes (season, start_at, event_code, playoff, series, number, team_number, auto, teleop, endgame, matches, delta)
SELECT @season, unnest(@starts::timestamptz[]), unnest(@events::text[]), unnest(@playoffs::boolean[]), unnest(@serieses::integer[]), unnest(@numbers::integer[]),
    unnest(@teams::integer[]), unnest(@autos::double precision[]), unnest(@teleops::double precision[]), unnest(@endgames::double precision[]),
    unnest(@matches::integer[]), unnest(@deltas::double precision[]);

-- name: PutRatings :exec
INSERT INTO ratings (season, team_number, auto, teleop, endgame, matches)
SELECT @season, unnest(@teams::integer[]), unnest(@autos::double precision[]), unnest(@teleops::double precision[]), unnest(@endgames::double precision[]),
    unnest(@matches::integer[])
ON CONFLICT (season, team_number) DO UPDATE
SET auto = excluded.auto, teleop = excluded.teleop, endgame = excluded.endgame, matches = excluded.matches;

-- name: DropRatings :exec
DELETE FROM ratings WHERE season = @season AND team_number = ANY(@teams::integer[]);

-- name: TeamsNowAt :many
-- Which of these teams are at FTC events of the season that go on, give or take a day.
SELECT et.event_code, et.number FROM ftc_event_teams et
JOIN ftc_events e ON e.season = et.season AND e.code = et.event_code
WHERE et.season = @season AND et.number = ANY(@teams::integer[])
    AND e.starts_on <= (@today::text)::date + 1 AND coalesce(e.ends_on, e.starts_on) >= (@today::text)::date - 1
ORDER BY et.event_code, et.number;

-- name: LastRatedAt :one
SELECT playoff, series, number FROM rating_log WHERE season = @season AND event_code = @event_code
ORDER BY start_at DESC, playoff DESC, series DESC, number DESC LIMIT 1;

-- name: MatchesToPredict :many
-- The matches of an FTC event that have no result yet, with their robots.
SELECT m.level = 'playoff' AS playoff, m.series, m.number, string_agg(t.alliance || ':' || t.team_number, ',' ORDER BY t.alliance, t.station)::text AS teams
FROM matches m JOIN match_teams t ON (t.season, t.event_code, t.level, t.series, t.number) = (m.season, m.event_code, m.level, m.series, m.number)
WHERE m.season = @season AND m.event_code = @event_code AND m.level IN ('qual', 'playoff') AND m.removed_at IS NULL
    AND NOT EXISTS (SELECT FROM match_results r WHERE (r.season, r.event_code, r.level, r.series, r.number) = (m.season, m.event_code, m.level, m.series, m.number))
GROUP BY m.season, m.event_code, m.level, m.series, m.number
HAVING count(DISTINCT t.alliance) = 2;

-- name: EventsToPredict :many
-- FTC events that go on, give or take a day, with matches to come of which nothing is said.
SELECT e.season, e.code FROM ftc_events e
WHERE e.starts_on <= (@today::text)::date + 1 AND coalesce(e.ends_on, e.starts_on) >= (@today::text)::date - 1
    AND EXISTS (SELECT FROM matches m JOIN match_teams t ON (t.season, t.event_code, t.level, t.series, t.number) = (m.season, m.event_code, m.level, m.series, m.number)
        WHERE (m.season, m.event_code) = (e.season, e.code) AND m.level IN ('qual', 'playoff') AND m.removed_at IS NULL
        AND NOT EXISTS (SELECT FROM match_results r WHERE (r.season, r.event_code, r.level, r.series, r.number) = (m.season, m.event_code, m.level, m.series, m.number))
        AND NOT EXISTS (SELECT FROM predictions p WHERE (p.season, p.event_code, p.playoff, p.series, p.number) = (m.season, m.event_code, m.level = 'playoff', m.series, m.number))
        GROUP BY m.level, m.series, m.number HAVING count(DISTINCT t.alliance) = 2)
ORDER BY e.season, e.code;

-- name: PutPredictions :exec
-- What is expected of matches to come replaces what was; of a match whose result is here
-- the word that was given before holds, unless it was of other robots.
INSERT INTO predictions AS p (season, event_code, playoff, series, number, algo, teams, red_wins, red, blue, early, made_at)
SELECT @season, unnest(@events::text[]), unnest(@playoffs::boolean[]), unnest(@serieses::integer[]), unnest(@numbers::integer[]), @algo,
    unnest(@teams::text[]), unnest(@red_wins::double precision[]), unnest(@reds::double precision[]), unnest(@blues::double precision[]), @early, @made_at
ON CONFLICT (season, event_code, playoff, series, number) DO UPDATE
SET algo = excluded.algo, teams = excluded.teams, red_wins = excluded.red_wins, red = excluded.red, blue = excluded.blue,
    early = excluded.early, made_at = excluded.made_at
WHERE p.teams <> excluded.teams OR excluded.early AND (p.red_wins, p.red, p.blue, p.algo) IS DISTINCT FROM (excluded.red_wins, excluded.red, excluded.blue, excluded.algo);

-- name: EventChanges :many
-- What the rated matches of an FTC event made of its teams, in the order of play.
SELECT c.* FROM rating_log l
JOIN rating_changes c ON (c.season, c.start_at, c.event_code, c.playoff, c.series, c.number) = (l.season, l.start_at, l.event_code, l.playoff, l.series, l.number)
WHERE l.season = @season AND l.event_code = @event_code
ORDER BY l.start_at, l.playoff, l.series, l.number, c.team_number;

-- name: TeamChanges :many
-- What matches made of a team's rating, in the order of play.
SELECT * FROM rating_changes WHERE season = @season AND team_number = @team_number
ORDER BY start_at, event_code, playoff, series, number;

-- name: EventPredictions :many
SELECT * FROM predictions WHERE season = @season AND event_code = @event_code ORDER BY playoff, series, number;

-- name: Judged :many
-- What was expected of a season's rated matches, and what came of it. An event code that is
-- empty means all FTC events.
SELECT l.event_code, l.playoff, p.red_wins, p.red, p.blue, p.early, l.red_total, l.red_no_foul, l.blue_total, l.blue_no_foul
FROM rating_log l JOIN predictions p ON (p.season, p.event_code, p.playoff, p.series, p.number) = (l.season, l.event_code, l.playoff, l.series, l.number)
WHERE l.season = @season AND (@event_code::text = '' OR l.event_code = @event_code)
ORDER BY l.start_at, l.event_code, l.playoff, l.series, l.number;

-- name: FTCTeam :one
SELECT * FROM ftc_teams WHERE number = @number;

-- name: SearchFTCTeams :many
-- By the beginning of the number, or a part of name or city. The exact number comes first.
SELECT * FROM ftc_teams
WHERE number::text LIKE @digits::text OR name ILIKE @pattern::text OR city ILIKE @pattern
ORDER BY number::text = @exact::text DESC, number LIMIT @row_limit;

-- name: TeamSeasons :many
-- The FTC events of a team in any season: where it is listed and where it is on a schedule.
SELECT e.* FROM ftc_events e JOIN (
    SELECT et.season, et.event_code FROM ftc_event_teams et WHERE et.number = @number
    UNION SELECT mt.season, mt.event_code FROM match_teams mt WHERE mt.team_number = @number) p ON (p.season, p.event_code) = (e.season, e.code)
ORDER BY e.season DESC, e.starts_on NULLS LAST, e.code LIMIT @row_limit;

-- name: TeamRecords :many
-- How a team's matches with a result ended, by FTC event; a surrogate's do not count.
SELECT mt.season, mt.event_code,
    count(*) FILTER (WHERE own.total > opp.total OR own.winner = own.alliance)::integer AS wins,
    count(*) FILTER (WHERE own.total < opp.total OR own.winner = opp.alliance)::integer AS losses,
    count(*) FILTER (WHERE own.total = opp.total AND own.winner IS NULL)::integer AS ties
FROM match_teams mt
JOIN matches m ON (m.season, m.event_code, m.level, m.series, m.number) = (mt.season, mt.event_code, mt.level, mt.series, mt.number)
JOIN match_results own ON (own.season, own.event_code, own.level, own.series, own.number, own.alliance) = (mt.season, mt.event_code, mt.level, mt.series, mt.number, mt.alliance)
JOIN match_results opp ON (opp.season, opp.event_code, opp.level, opp.series, opp.number) = (own.season, own.event_code, own.level, own.series, own.number) AND opp.alliance <> own.alliance
WHERE mt.team_number = @number AND mt.level <> 'practice' AND NOT mt.surrogate AND m.removed_at IS NULL
GROUP BY mt.season, mt.event_code;

-- name: TeamRatings :many
-- A team's rating in every season.
SELECT * FROM ratings WHERE team_number = @number ORDER BY season DESC;

-- name: UnratedResults :one
-- Results of qualification and playoff matches that count and cannot be rated.
SELECT count(*)::integer FROM match_results r
JOIN matches m ON (m.season, m.event_code, m.level, m.series, m.number) = (r.season, r.event_code, r.level, r.series, r.number)
WHERE r.season = @season AND r.event_code = @event_code AND r.level <> 'practice' AND m.removed_at IS NULL
    AND (r.alliance = 'RED' OR NOT EXISTS (SELECT FROM match_results o WHERE (o.season, o.event_code, o.level, o.series, o.number, o.alliance) = (r.season, r.event_code, r.level, r.series, r.number, 'RED')))
    AND NOT EXISTS (SELECT FROM rating_log l WHERE (l.season, l.event_code, l.playoff, l.series, l.number) = (r.season, r.event_code, r.level = 'playoff', r.series, r.number));
