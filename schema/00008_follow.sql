-- +goose Up

-- listed: the official list of the season has it, so that it can be followed.
ALTER TABLE ftc_events ADD COLUMN listed boolean NOT NULL DEFAULT false;
CREATE INDEX ftc_events_listed ON ftc_events (season, starts_on) WHERE listed;
CREATE INDEX ftc_events_code ON ftc_events (code, season);

-- When the schedule lost the match. Its entries and results stay.
ALTER TABLE matches ADD COLUMN removed_at timestamptz;

-- Who won, where the officials say so although the points are equal.
ALTER TABLE match_results ADD COLUMN winner text CHECK (winner IN ('RED', 'BLUE'));

-- The start of a match's newest play, from the first that told of it. A result of the same
-- play ends it; aborted means that this play never was.
CREATE TABLE match_starts (
    season     integer NOT NULL,
    event_code text NOT NULL,
    level      text NOT NULL,
    series     integer NOT NULL,
    number     integer NOT NULL,
    play       integer NOT NULL CHECK (play >= 1),
    started_at timestamptz NOT NULL,
    source     text NOT NULL CHECK (source IN ('ftclive', 'operator', 'schedule')),
    field      text NOT NULL CHECK (char_length(field) <= 40),
    aborted    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (season, event_code, level, series, number),
    FOREIGN KEY (season, event_code, level, series, number) REFERENCES matches ON DELETE CASCADE
);

-- What was read from the official API. event_code is empty for lists of a season. reads
-- counts up with each, so that of two nodes which read at once only one writes.
CREATE TABLE sync_cursors (
    season     integer NOT NULL,
    event_code text NOT NULL,
    resource   text NOT NULL,
    modified   timestamptz,          -- to ask with next time
    read_at    timestamptz NOT NULL, -- also when nothing had changed
    full_at    timestamptz NOT NULL, -- when all of it was read, without asking for changes
    reads      bigint NOT NULL CHECK (reads >= 1),
    PRIMARY KEY (season, event_code, resource)
);

-- Who may start matches and enter results of one FTC event, besides the server's operators.
CREATE TABLE event_operators (
    season     integer NOT NULL,
    event_code text NOT NULL,
    user_id    uuid NOT NULL REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE,
    granted_by uuid REFERENCES users ON UPDATE CASCADE ON DELETE SET NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (season, event_code, user_id),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events ON DELETE CASCADE
);
CREATE INDEX event_operators_user ON event_operators (user_id);

-- Where an event's scoring computer is, for its stream of what happens on the fields.
CREATE TABLE venue_streams (
    season     integer NOT NULL,
    event_code text NOT NULL,
    url        text NOT NULL CHECK (url ~ '^https?://' AND char_length(url) <= 300),
    PRIMARY KEY (season, event_code),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events ON DELETE CASCADE
);

-- The alliances of the playoffs. departed is whom the backup stands in for.
CREATE TABLE playoff_alliances (
    season     integer NOT NULL,
    event_code text NOT NULL,
    number     integer NOT NULL CHECK (number BETWEEN 1 AND 99),
    name       text NOT NULL,
    captain    integer NOT NULL,
    picks      integer[] NOT NULL,
    backup     integer NOT NULL,
    departed   integer NOT NULL,
    PRIMARY KEY (season, event_code, number),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events ON DELETE CASCADE
);

-- +goose Down
DROP TABLE playoff_alliances, venue_streams, event_operators, sync_cursors, match_starts;
ALTER TABLE match_results DROP COLUMN winner;
ALTER TABLE matches DROP COLUMN removed_at;
DROP INDEX ftc_events_code, ftc_events_listed;
ALTER TABLE ftc_events DROP COLUMN listed;
