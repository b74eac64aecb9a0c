-- +goose Up

-- By age: what retention removes, and where a relay sees which channels have moved.
CREATE INDEX channel_events_at ON channel_events (at);

-- Where this log was when its epochs were made. After a restore it is somewhere else.
CREATE TABLE log_origin (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    origin text NOT NULL
);

-- An external realtime server that the log is relayed to, and how far it has each channel.
-- A channel without a cursor began after the sink and is relayed from its start.
CREATE TABLE relay_sinks (
    sink       text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE relay_cursors (
    sink    text NOT NULL REFERENCES relay_sinks ON DELETE CASCADE,
    channel text NOT NULL,
    seq     bigint NOT NULL,
    PRIMARY KEY (sink, channel)
) WITH (fillfactor = 50);

-- What a sink has refused for good. The event itself is in the log and goes with it.
CREATE TABLE dead_letters (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sink       text NOT NULL REFERENCES relay_sinks ON DELETE CASCADE,
    channel    text NOT NULL,
    seq        bigint NOT NULL,
    reason     text NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now(),
    refusals   integer NOT NULL DEFAULT 1,
    wanted_at  timestamptz, -- an operator wants it sent again
    UNIQUE (channel, seq, sink),
    FOREIGN KEY (channel, seq) REFERENCES channel_events ON DELETE CASCADE
);
CREATE INDEX dead_letters_wanted ON dead_letters (sink) WHERE wanted_at IS NOT NULL;

-- +goose Down
DROP TABLE dead_letters, relay_cursors, relay_sinks, log_origin;
DROP INDEX channel_events_at;
