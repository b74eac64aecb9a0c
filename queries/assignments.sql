-- name: LockScouts :many
-- The members of a team, to one of them, held until the end of the transaction. They are
-- locked in one order, as everybody does who locks several.
SELECT m.user_id, m.role, u.display_name
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.team_id = @team_id AND EXISTS (SELECT FROM memberships own WHERE own.team_id = @team_id AND own.user_id = @user_id)
ORDER BY m.user_id
FOR SHARE OF m;

-- name: LockSheet :one
INSERT INTO assignment_sheets AS s (team_id, season, event_code) VALUES (@team_id, @season, @event_code)
ON CONFLICT (team_id, season, event_code) DO UPDATE SET rev = s.rev
RETURNING rev, updated_at;

-- name: BumpSheet :one
UPDATE assignment_sheets SET rev = rev + 1, updated_at = now()
WHERE team_id = @team_id AND season = @season AND event_code = @event_code
RETURNING rev, updated_at;

-- name: Sheet :one
SELECT rev, updated_at FROM assignment_sheets WHERE team_id = @team_id AND season = @season AND event_code = @event_code;

-- name: Assignments :many
-- A team's assignments at an FTC event in the order of play. The position is the schedule's
-- where the robot is in it. An assignment is stale when the match is known without its robot,
-- or its level without the match.
SELECT sqlc.embed(a), u.display_name, m.scheduled_at,
    coalesce(t.alliance, a.alliance)::text AS now_alliance, coalesce(t.station, a.station)::integer AS now_station,
    (t.team_number IS NULL AND CASE WHEN m.number IS NULL
        THEN EXISTS (SELECT FROM matches x WHERE (x.season, x.event_code, x.level) = (a.season, a.event_code, a.level))
        ELSE EXISTS (SELECT FROM match_teams x WHERE (x.season, x.event_code, x.level, x.series, x.number) = (a.season, a.event_code, a.level, a.series, a.number))
    END)::boolean AS stale
FROM assignments a
JOIN users u ON u.id = a.scout_id
LEFT JOIN matches m ON (m.season, m.event_code, m.level, m.series, m.number) = (a.season, a.event_code, a.level, a.series, a.number)
    AND m.removed_at IS NULL
LEFT JOIN match_teams t ON (t.season, t.event_code, t.level, t.series, t.number) = (m.season, m.event_code, m.level, m.series, m.number)
    AND t.team_number = a.robot
WHERE a.team_id = @team_id AND a.season = @season AND a.event_code = @event_code
  AND (sqlc.narg(level)::text IS NULL OR a.level = sqlc.narg(level))
  AND (sqlc.narg(series)::integer IS NULL OR a.series = sqlc.narg(series))
  AND (sqlc.narg(number)::integer IS NULL OR a.number = sqlc.narg(number))
  AND (sqlc.narg(scout_id)::uuid IS NULL OR a.scout_id = sqlc.narg(scout_id))
ORDER BY array_position(ARRAY['practice', 'qual', 'playoff'], a.level), a.series, a.number, now_alliance DESC, now_station, a.robot, a.scout_id;

-- name: DeleteAssignments :exec
DELETE FROM assignments a
USING (SELECT unnest(@levels::text[]) AS level, unnest(@serieses::integer[]) AS series, unnest(@numbers::integer[]) AS number,
    unnest(@scouts::uuid[]) AS scout_id) gone
WHERE a.team_id = @team_id AND a.season = @season AND a.event_code = @event_code
  AND (a.level, a.series, a.number, a.scout_id) = (gone.level, gone.series, gone.number, gone.scout_id);

-- name: InsertAssignments :exec
INSERT INTO assignments (team_id, season, event_code, level, series, number, scout_id, robot, alliance, station, manual)
SELECT @team_id, @season, @event_code, unnest(@levels::text[]), unnest(@serieses::integer[]), unnest(@numbers::integer[]),
    unnest(@scouts::uuid[]), unnest(@robots::integer[]), unnest(@alliances::text[]), unnest(@stations::integer[]), unnest(@manuals::boolean[]);

-- name: EntriesByRobot :many
-- How many entries the team has of each robot in each match, and by whom.
SELECT level, series, match_number, min(alliance)::text AS alliance, scouted_team, scouter_id, count(*) AS entries
FROM scouting_entries
WHERE team_id = @team_id AND season = @season AND event_code = @event_code AND deleted_at IS NULL
GROUP BY level, series, match_number, scouted_team, scouter_id
ORDER BY array_position(ARRAY['practice', 'qual', 'playoff'], level), series, match_number, scouted_team, scouter_id;

-- name: LastScouted :one
-- The last match in the order of play that the member has an entry of.
SELECT level, series, match_number FROM scouting_entries
WHERE team_id = @team_id AND season = @season AND event_code = @event_code AND scouter_id = @scouter_id AND deleted_at IS NULL
ORDER BY array_position(ARRAY['practice', 'qual', 'playoff'], level) DESC, series DESC, match_number DESC
LIMIT 1;

-- name: PlayedMatches :many
SELECT DISTINCT level, series, number FROM match_results WHERE season = @season AND event_code = @event_code;

-- name: TeamNumber :one
SELECT team_number FROM teams WHERE id = $1;
