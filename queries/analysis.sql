-- name: Reports :many
-- The newest entry of each of the team's scouts on each robot in each match of an FTC
-- event; entries counts it and the older ones. last_play is the start of the match's last
-- play, or year 1 where it was played once. robots keeps what is about these or
-- about any robot in matches, each named by level, series and number.
SELECT DISTINCT ON (e.level, e.series, e.match_number, e.scouted_team, e.scouter_id)
    e.id, e.scouter_id, u.display_name, e.level, e.series, e.match_number, e.alliance, e.scouted_team, e.form_version, e.data,
    e.auto_score, e.teleop_score, e.endgame_score, e.total_score, e.source, e.created_at,
    count(*) OVER (PARTITION BY e.level, e.series, e.match_number, e.scouted_team, e.scouter_id)::integer AS entries,
    coalesce((SELECT max(r.started_at) FROM match_results r
        WHERE r.season = e.season AND r.event_code = e.event_code AND r.level = e.level AND r.series = e.series
          AND r.number = e.match_number AND r.plays > 1), '0001-01-01 00:00:00+00')::timestamptz AS last_play
FROM scouting_entries e JOIN users u ON u.id = e.scouter_id
WHERE e.team_id = @team_id AND e.season = @season AND e.event_code = @event_code AND e.deleted_at IS NULL
  AND (sqlc.narg(level)::text IS NULL OR e.level = sqlc.narg(level))
  AND (sqlc.narg(series)::integer IS NULL OR e.series = sqlc.narg(series))
  AND (sqlc.narg(match_number)::integer IS NULL OR e.match_number = sqlc.narg(match_number))
  AND (sqlc.narg(scouted_team)::integer IS NULL OR e.scouted_team = sqlc.narg(scouted_team))
  AND (sqlc.narg(robots)::integer[] IS NULL OR e.scouted_team = ANY (sqlc.narg(robots)::integer[])
    OR concat_ws(' ', e.level, e.series, e.match_number) = ANY (sqlc.narg(matches)::text[]))
ORDER BY e.level, e.series, e.match_number, e.scouted_team, e.scouter_id, e.created_at DESC, e.id DESC
LIMIT @row_limit;

-- name: NoteRatings :many
-- What the team's notes say of robots, those about the FTC event and those about none.
SELECT scouted_team, count(*)::integer AS notes,
    coalesce(avg(reliability), 0)::double precision AS reliability, count(reliability)::integer AS reliability_notes,
    coalesce(avg(driver_skill), 0)::double precision AS driver_skill, count(driver_skill)::integer AS driver_skill_notes,
    coalesce(avg(defence), 0)::double precision AS defence, count(defence)::integer AS defence_notes
FROM scouting_notes
WHERE team_id = @team_id AND scouted_team = ANY (@robots::integer[]) AND season = @season
  AND (event_code IS NULL OR event_code = @event_code) AND deleted_at IS NULL
GROUP BY scouted_team;
