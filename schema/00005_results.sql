-- +goose Up

-- What a match ended with, a row for each alliance. rev goes up with each correction. A
-- match that is played again keeps one result, of the last play; plays counts them. The
-- phases are unknown together or known together.
CREATE TABLE match_results (
    season          integer NOT NULL,
    event_code      text NOT NULL,
    level           text NOT NULL,
    series          integer NOT NULL,
    number          integer NOT NULL,
    alliance        text NOT NULL CHECK (alliance IN ('RED', 'BLUE')),
    total           integer NOT NULL,
    no_foul         integer NOT NULL,
    auto            integer,
    teleop          integer,
    endgame         integer,
    fouls_committed integer NOT NULL CHECK (fouls_committed >= 0),
    ranking_points  json NOT NULL, -- name to whether it was earned
    robots          json NOT NULL, -- who was on the field, and who was not
    details         json,          -- as the official API names the parts
    plays           integer NOT NULL CHECK (plays >= 1),
    started_at      timestamptz,   -- the last play
    posted_at       timestamptz NOT NULL,
    official        boolean NOT NULL,
    rev             integer NOT NULL CHECK (rev >= 1),
    PRIMARY KEY (season, event_code, level, series, number, alliance),
    FOREIGN KEY (season, event_code, level, series, number) REFERENCES matches ON DELETE CASCADE,
    CHECK (num_nulls(auto, teleop, endgame) IN (0, 3)),
    CHECK (no_foul = auto + teleop + endgame)
);

-- +goose Down
DROP TABLE match_results;
