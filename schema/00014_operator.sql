-- +goose Up

-- Kept out by an operator, until one lets them in again. What they did stays.
ALTER TABLE users ADD COLUMN disabled_at timestamptz;
ALTER TABLE users ADD CHECK (disabled_at IS NULL OR NOT operator);
CREATE INDEX users_name ON users (lower(display_name) COLLATE "C", id) WHERE erased_at IS NULL;

-- What keeps a sink from taking events: how many requests in a row have failed, and until
-- when it is left alone. asked: because it said so itself.
ALTER TABLE relay_sinks
    ADD COLUMN failures  integer NOT NULL DEFAULT 0,
    ADD COLUMN trouble   text NOT NULL DEFAULT '',
    ADD COLUMN failed_at timestamptz,
    ADD COLUMN retry_at  timestamptz,
    ADD COLUMN asked     boolean NOT NULL DEFAULT false;

-- Dead letters of one channel, by number.
CREATE INDEX dead_letters_channel ON dead_letters (channel, id);

-- What each node says of its own way from the log to sockets, every few seconds.
CREATE UNLOGGED TABLE relay_nodes (
    node      text PRIMARY KEY,
    host      text NOT NULL,
    driver    text NOT NULL,
    behind    bigint NOT NULL, -- events that its hub should have and has not
    published bigint NOT NULL,
    failures  bigint NOT NULL,
    trouble   text NOT NULL,
    failed_at timestamptz,
    seen_at   timestamptz NOT NULL
);

-- How the reading of one FTC event goes besides its cursors; of a season's list with an empty
-- code. wanted_at: an operator wants it read now.
CREATE TABLE sync_states (
    season     integer NOT NULL,
    event_code text NOT NULL,
    tried_at   timestamptz,
    next_at    timestamptz,
    trouble    text NOT NULL DEFAULT '', -- of the last try; empty when it went well
    failed_at  timestamptz,
    retry_at   timestamptz,              -- until when FIRST's server asked to be left alone
    wanted_at  timestamptz,
    PRIMARY KEY (season, event_code)
);

-- +goose Down
DROP TABLE sync_states, relay_nodes;
DROP INDEX dead_letters_channel;
ALTER TABLE relay_sinks DROP COLUMN failures, DROP COLUMN trouble, DROP COLUMN failed_at, DROP COLUMN retry_at, DROP COLUMN asked;
DROP INDEX users_name;
ALTER TABLE users DROP COLUMN disabled_at;
