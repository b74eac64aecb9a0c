-- +goose Up

-- What ratings are made from: qualification and playoff matches that have an official result
-- with its phases. Where the official list does not have the FTC event, what its operators
-- entered is all there is, and counts. planned are the scheduled robots, told only where the
-- result does not say who played; who changes them changes what is rated.
CREATE VIEW ratable_results AS
SELECT r.season, r.event_code, r.level = 'playoff' AS playoff, r.series, r.number, r.rev,
    coalesce(r.started_at, m.scheduled_at, '0001-01-01 00:00:00+00'::timestamptz) AS start_at,
    r.total AS red_total, r.no_foul AS red_no_foul, r.auto AS red_auto, r.teleop AS red_teleop, r.endgame AS red_endgame, r.robots AS red_robots,
    b.total AS blue_total, b.no_foul AS blue_no_foul, b.auto AS blue_auto, b.teleop AS blue_teleop, b.endgame AS blue_endgame, b.robots AS blue_robots,
    CASE WHEN '[]' IN (r.robots::text, b.robots::text) THEN coalesce((
        SELECT string_agg(t.alliance || ':' || t.team_number, ',' ORDER BY t.alliance, t.station) FROM match_teams t
        WHERE (t.season, t.event_code, t.level, t.series, t.number) = (r.season, r.event_code, r.level, r.series, r.number)), '')
    ELSE '' END AS planned
FROM match_results r
JOIN match_results b ON (b.season, b.event_code, b.level, b.series, b.number) = (r.season, r.event_code, r.level, r.series, r.number) AND b.alliance = 'BLUE'
JOIN matches m ON (m.season, m.event_code, m.level, m.series, m.number) = (r.season, r.event_code, r.level, r.series, r.number)
JOIN ftc_events e ON (e.season, e.code) = (r.season, r.event_code)
WHERE r.alliance = 'RED' AND r.level IN ('qual', 'playoff') AND m.removed_at IS NULL
    AND r.auto IS NOT NULL AND b.auto IS NOT NULL
    AND (r.official AND b.official OR NOT e.listed)
    AND (r.robots::text <> '[]' OR EXISTS (SELECT FROM match_teams t
        WHERE (t.season, t.event_code, t.level, t.series, t.number, t.alliance) = (r.season, r.event_code, r.level, r.series, r.number, 'RED')))
    AND (b.robots::text <> '[]' OR EXISTS (SELECT FROM match_teams t
        WHERE (t.season, t.event_code, t.level, t.series, t.number, t.alliance) = (r.season, r.event_code, r.level, r.series, r.number, 'BLUE')));

-- A season's ratings as a whole. Whoever rates holds the row's lock. version goes up with
-- each step; carried_from is the version of the season before that teams brought along.
CREATE TABLE rating_seasons (
    season       integer PRIMARY KEY,
    algo         text NOT NULL,
    version      bigint NOT NULL DEFAULT 0,
    carried_from bigint NOT NULL DEFAULT 0
);

-- Where teams stood at the end of the season before, in deviations above the mean.
CREATE TABLE rating_carried (
    season      integer NOT NULL REFERENCES rating_seasons,
    team_number integer NOT NULL,
    standing    double precision NOT NULL,
    PRIMARY KEY (season, team_number)
);

-- What each team's rating is now: that of its last row in rating_changes.
CREATE TABLE ratings (
    season      integer NOT NULL REFERENCES rating_seasons,
    team_number integer NOT NULL,
    auto        double precision NOT NULL,
    teleop      double precision NOT NULL,
    endgame     double precision NOT NULL,
    matches     integer NOT NULL,
    PRIMARY KEY (season, team_number)
);

-- Every match that was rated, with what of it was rated: rev, start and planned say whether
-- it has changed since. The prediction is the one of the state before the match as it is
-- known by now; the context is that after it. Together with rating_changes each row is a
-- checkpoint: what comes after any match can be learned again from there. No key leads to
-- matches, because a match that vanished has to be found here.
CREATE TABLE rating_log (
    season       integer NOT NULL REFERENCES rating_seasons,
    event_code   text COLLATE "C" NOT NULL,
    playoff      boolean NOT NULL,
    series       integer NOT NULL,
    number       integer NOT NULL,
    start_at     timestamptz NOT NULL, -- year 1 where it is unknown
    rev          integer NOT NULL,
    planned      text NOT NULL,
    red_total    integer NOT NULL,
    red_no_foul  integer NOT NULL,
    blue_total   integer NOT NULL,
    blue_no_foul integer NOT NULL,
    red_wins     double precision NOT NULL CHECK (red_wins BETWEEN 0 AND 1),
    red          double precision NOT NULL,
    blue         double precision NOT NULL,
    weight       double precision NOT NULL,
    total        double precision NOT NULL,
    squares      double precision NOT NULL,
    auto         double precision NOT NULL,
    teleop       double precision NOT NULL,
    endgame      double precision NOT NULL,
    PRIMARY KEY (season, event_code, playoff, series, number)
);
CREATE UNIQUE INDEX rating_log_order ON rating_log (season, start_at, event_code, playoff, series, number);

-- What each of them made of its teams' ratings, in the order of play.
CREATE TABLE rating_changes (
    season      integer NOT NULL,
    start_at    timestamptz NOT NULL,
    event_code  text COLLATE "C" NOT NULL,
    playoff     boolean NOT NULL,
    series      integer NOT NULL,
    number      integer NOT NULL,
    team_number integer NOT NULL,
    auto        double precision NOT NULL,
    teleop      double precision NOT NULL,
    endgame     double precision NOT NULL,
    matches     integer NOT NULL,
    delta       double precision NOT NULL,
    PRIMARY KEY (season, start_at, event_code, playoff, series, number, team_number)
);
CREATE INDEX rating_changes_team ON rating_changes (season, team_number, start_at, event_code, playoff, series, number);

-- What was expected of a match, as it was last said before its result was known. early is
-- false where the result came before anybody could say; then it is what the results of
-- earlier matches made expect.
CREATE TABLE predictions (
    season     integer NOT NULL,
    event_code text COLLATE "C" NOT NULL,
    playoff    boolean NOT NULL,
    series     integer NOT NULL,
    number     integer NOT NULL,
    algo       text NOT NULL,
    teams      text NOT NULL, -- as in planned
    red_wins   double precision NOT NULL CHECK (red_wins BETWEEN 0 AND 1),
    red        double precision NOT NULL,
    blue       double precision NOT NULL,
    early      boolean NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (season, event_code, playoff, series, number)
);

CREATE INDEX match_teams_team ON match_teams (team_number, season);

-- +goose Down
DROP INDEX match_teams_team;
DROP TABLE predictions, rating_changes, rating_log, ratings, rating_carried, rating_seasons;
DROP VIEW ratable_results;
