-- +goose Up

-- Remarks about a robot, for the team's own eyes. id is made by the client; content_hash is
-- of what was first sent. Deleting blanks the row and keeps the id taken.
CREATE TABLE scouting_notes (
    id           uuid PRIMARY KEY,
    team_id      uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    author_id    uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    season       integer NOT NULL,
    event_code   text,
    level        text CHECK (level IN ('practice', 'qual', 'playoff')),
    series       integer CHECK (series BETWEEN 0 AND 99),
    match_number integer CHECK (match_number BETWEEN 1 AND 999),
    scouted_team integer NOT NULL CHECK (scouted_team BETWEEN 1 AND 99999),
    reliability  integer CHECK (reliability BETWEEN 1 AND 5),
    driver_skill integer CHECK (driver_skill BETWEEN 1 AND 5),
    defence      integer CHECK (defence BETWEEN 1 AND 5),
    text         text NOT NULL CHECK (char_length(text) <= 2000),
    rev          integer NOT NULL DEFAULT 1 CHECK (rev >= 1),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    deleted_at   timestamptz,
    FOREIGN KEY (season, event_code) REFERENCES ftc_events,
    -- A match is named whole, and at an FTC event.
    CHECK ((match_number IS NULL) = (level IS NULL) AND (match_number IS NULL) = (series IS NULL)),
    CHECK (match_number IS NULL OR event_code IS NOT NULL),
    CHECK ((deleted_at IS NULL) = (text <> '' OR reliability IS NOT NULL OR driver_skill IS NOT NULL OR defence IS NOT NULL))
);
CREATE INDEX scouting_notes_team ON scouting_notes (team_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX scouting_notes_scouted ON scouting_notes (team_id, scouted_team, created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- What a robot is like, as its own team tells in the pit: one for each robot and season, and
-- one more for each FTC event where it is another robot.
CREATE TABLE pit_reports (
    id               uuid PRIMARY KEY,
    team_id          uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    season           integer NOT NULL,
    event_code       text,
    scouted_team     integer NOT NULL CHECK (scouted_team BETWEEN 1 AND 99999),
    author_id        uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    editor_id        uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    drivetrain       text NOT NULL CHECK (drivetrain IN ('', 'MECANUM', 'TANK', 'SWERVE', 'X_DRIVE', 'H_DRIVE', 'OTHER')),
    drivetrain_other text NOT NULL CHECK (char_length(drivetrain_other) <= 60 AND (drivetrain_other = '' OR drivetrain = 'OTHER')),
    length_mm        integer CHECK (length_mm BETWEEN 1 AND 5000),
    width_mm         integer CHECK (width_mm BETWEEN 1 AND 5000),
    height_mm        integer CHECK (height_mm BETWEEN 1 AND 5000),
    weight_grams     integer CHECK (weight_grams BETWEEN 1 AND 100000),
    capabilities     text[] NOT NULL CHECK (cardinality(capabilities) <= 30),
    fields           json NOT NULL CHECK (json_typeof(fields) = 'object'),
    text             text NOT NULL CHECK (char_length(text) <= 2000),
    rev              integer NOT NULL DEFAULT 1 CHECK (rev >= 1),
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (team_id, season, scouted_team, event_code),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events
);
CREATE INDEX pit_reports_team ON pit_reports (team_id, created_at DESC, id DESC);

-- Every state that a report has had, the newest included.
CREATE TABLE pit_revisions (
    report_id uuid NOT NULL REFERENCES pit_reports ON DELETE CASCADE,
    rev       integer NOT NULL,
    editor_id uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    at        timestamptz NOT NULL DEFAULT now(),
    content   json NOT NULL,
    PRIMARY KEY (report_id, rev)
);

-- Links and pictures of robots. What is deleted keeps only its id.
CREATE TABLE media (
    id           uuid PRIMARY KEY,
    team_id      uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    author_id    uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    season       integer NOT NULL,
    scouted_team integer NOT NULL CHECK (scouted_team BETWEEN 1 AND 99999),
    kind         text NOT NULL CHECK (kind IN ('CAD', 'VIDEO', 'PHOTO', 'LINK')),
    label        text NOT NULL CHECK (char_length(label) <= 100),
    url          text CHECK (url ~ '^https://' AND char_length(url) <= 2000),
    width        integer CHECK (width BETWEEN 1 AND 1600),
    height       integer CHECK (height BETWEEN 1 AND 1600),
    bytes        integer CHECK (bytes > 0),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    deleted_at   timestamptz,
    CHECK ((width IS NULL) = (height IS NULL) AND (width IS NULL) = (bytes IS NULL)),
    CHECK (CASE WHEN deleted_at IS NULL THEN (url IS NULL) <> (bytes IS NULL) ELSE url IS NULL AND bytes IS NULL AND label = '' END)
);
CREATE INDEX media_team ON media (team_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX media_scouted ON media (team_id, scouted_team, created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- JPEG as it was encoded by us, apart from media so that lists do not read it.
CREATE TABLE media_pictures (
    media_id  uuid PRIMARY KEY REFERENCES media ON DELETE CASCADE,
    picture   bytea NOT NULL,
    thumbnail bytea NOT NULL
);
ALTER TABLE media_pictures ALTER COLUMN picture SET STORAGE EXTERNAL, ALTER COLUMN thumbnail SET STORAGE EXTERNAL;

-- What a team has of its quota. One row each, so that two uploads at once cannot both take
-- the last place.
CREATE TABLE media_usage (
    team_id  uuid PRIMARY KEY REFERENCES teams ON DELETE CASCADE,
    links    integer NOT NULL DEFAULT 0 CHECK (links >= 0),
    pictures integer NOT NULL DEFAULT 0 CHECK (pictures >= 0),
    bytes    bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0)
);

-- +goose Down
DROP TABLE media_usage, media_pictures, media, pit_revisions, pit_reports, scouting_notes;
