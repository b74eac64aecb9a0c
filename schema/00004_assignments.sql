-- +goose Up

-- Who scouts which robot. A team's assignments at one FTC event are one sheet, whose rev
-- goes up with each change, so that two leads cannot undo each other unseen.
CREATE TABLE assignment_sheets (
    team_id    uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    season     integer NOT NULL,
    event_code text NOT NULL,
    rev        integer NOT NULL DEFAULT 0 CHECK (rev >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, season, event_code),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events
);

-- The key keeps a scout from being on two robots of one match. A match is not referred to:
-- one that the schedule loses leaves its assignments behind as stale. Who leaves the team
-- is taken off, so that the hole is seen.
CREATE TABLE assignments (
    team_id    uuid NOT NULL,
    season     integer NOT NULL,
    event_code text NOT NULL,
    level      text NOT NULL CHECK (level IN ('practice', 'qual', 'playoff')),
    series     integer NOT NULL CHECK (series BETWEEN 0 AND 99),
    number     integer NOT NULL CHECK (number BETWEEN 1 AND 999),
    scout_id   uuid NOT NULL,
    robot      integer NOT NULL CHECK (robot BETWEEN 1 AND 99999),
    alliance   text NOT NULL CHECK (alliance IN ('RED', 'BLUE')),
    station    integer NOT NULL CHECK (station BETWEEN 1 AND 3),
    manual     boolean NOT NULL, -- made or changed by hand
    PRIMARY KEY (team_id, season, event_code, level, series, number, scout_id),
    FOREIGN KEY (team_id, season, event_code) REFERENCES assignment_sheets ON DELETE CASCADE,
    FOREIGN KEY (team_id, scout_id) REFERENCES memberships (team_id, user_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX assignments_scout ON assignments (team_id, scout_id);

-- +goose Down
DROP TABLE assignments, assignment_sheets;
