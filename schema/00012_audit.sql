-- +goose Up

-- Who did what with a right that others do not have. Lines are appended in the transaction of
-- what they tell of and never changed, except that an erased person's id and address leave
-- them. Users are the only persons in it: object and detail name none.
CREATE TABLE audit (
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    action     text NOT NULL CHECK (action ~ '^[a-z-]{1,40}\.[a-z-]{1,40}$'),
    actor_id   uuid REFERENCES users ON UPDATE CASCADE ON DELETE SET NULL,
    kind       text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 20),
    address    text NOT NULL DEFAULT '' CHECK (char_length(address) <= 64),
    request_id text NOT NULL DEFAULT '' CHECK (char_length(request_id) <= 64),
    team_id    uuid, -- refers to no team, because a line outlives it
    subject_id uuid REFERENCES users ON UPDATE CASCADE ON DELETE SET NULL,
    object     text NOT NULL DEFAULT '' CHECK (char_length(object) <= 200),
    detail     json NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_team ON audit (team_id, number) WHERE team_id IS NOT NULL;
CREATE INDEX audit_actor ON audit (actor_id, number) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_subject ON audit (subject_id, number) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_at ON audit (at);

-- +goose Down
DROP TABLE audit;
