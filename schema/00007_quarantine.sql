-- +goose Up

-- Who could record entries for a team and no longer can. What their tablet uploads late may
-- be honest work, so it goes to the quarantine and is not refused as a stranger's is.
CREATE TABLE former_scouts (
    team_id  uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    user_id  uuid NOT NULL REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE,
    ended_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX former_scouts_user ON former_scouts (user_id);

-- A trigger, because memberships end in many ways: removal, leaving, a revoked device, a
-- scout who becomes a friend. Neither a team that is being deleted nor an erased person is
-- remembered.
-- +goose StatementBegin
CREATE FUNCTION remember_former_scout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.role <> 'FRIEND' THEN
        RETURN NULL;
    END IF;
    INSERT INTO former_scouts (team_id, user_id)
    SELECT t.id, u.id FROM teams t, users u
    WHERE t.id = OLD.team_id AND u.id = OLD.user_id AND u.erased_at IS NULL
    ON CONFLICT (team_id, user_id) DO UPDATE SET ended_at = now();
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER memberships_remember_former_scout AFTER DELETE OR UPDATE OF role ON memberships
    FOR EACH ROW WHEN (OLD.role <> 'FRIEND') EXECUTE FUNCTION remember_former_scout();

-- Entries that wait for the team's leads, whole, so that the tablet may forget them. The id
-- is the entry's own. author_id is empty when nobody of the team is known to have made it.
CREATE TABLE quarantine (
    id            uuid PRIMARY KEY,
    team_id       uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    sender_id     uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    author_id     uuid REFERENCES users ON UPDATE CASCADE,
    reason        text NOT NULL CHECK (reason IN ('not-a-member', 'author-not-a-member', 'unknown-match', 'robot-not-in-match')),
    detail        text NOT NULL CHECK (char_length(detail) BETWEEN 1 AND 300),
    season        integer NOT NULL,
    event_code    text NOT NULL CHECK (char_length(event_code) BETWEEN 1 AND 40),
    level         text NOT NULL CHECK (level IN ('practice', 'qual', 'playoff')),
    series        integer NOT NULL CHECK (series BETWEEN 0 AND 99),
    match_number  integer NOT NULL CHECK (match_number BETWEEN 1 AND 999),
    alliance      text NOT NULL CHECK (alliance IN ('RED', 'BLUE')),
    scouted_team  integer NOT NULL CHECK (scouted_team BETWEEN 1 AND 99999),
    form_version  integer NOT NULL CHECK (form_version >= 1),
    data          json NOT NULL,
    notes         text NOT NULL CHECK (char_length(notes) <= 2000),
    auto_score    integer NOT NULL,
    teleop_score  integer NOT NULL,
    endgame_score integer NOT NULL,
    total_score   integer NOT NULL CHECK (total_score = auto_score + teleop_score + endgame_score),
    content_hash  bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    received_at   timestamptz NOT NULL DEFAULT now(),
    discarded_at  timestamptz,
    discarded_by  uuid REFERENCES users ON UPDATE CASCADE,
    CHECK ((discarded_at IS NULL) = (discarded_by IS NULL))
);
CREATE INDEX quarantine_list ON quarantine (team_id, received_at DESC, id DESC);
CREATE INDEX quarantine_sender ON quarantine (team_id, sender_id);
CREATE INDEX quarantine_discarded ON quarantine (discarded_at) WHERE discarded_at IS NOT NULL;

-- Who brought an entry that somebody else had made; empty when the scout sent it.
ALTER TABLE scouting_entries ADD COLUMN courier_id uuid REFERENCES users ON UPDATE CASCADE;

-- An export reads a team's entries in the order in which they came.
CREATE INDEX scouting_entries_export ON scouting_entries (team_id, season, created_at, id) WHERE deleted_at IS NULL;

-- +goose Down
DROP INDEX scouting_entries_export;
ALTER TABLE scouting_entries DROP COLUMN courier_id;
DROP TABLE quarantine;
DROP TRIGGER memberships_remember_former_scout ON memberships;
DROP FUNCTION remember_former_scout();
DROP TABLE former_scouts;
