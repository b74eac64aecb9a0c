-- +goose Up

-- People. A scout needs no e-mail address. Erasing a person blanks the row and gives it
-- another id, so that entries stay under "former member" and lead to nobody.
CREATE TABLE users (
    id            uuid PRIMARY KEY,
    display_name  text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 60),
    email         text CHECK (char_length(email) BETWEEN 3 AND 254),
    password_hash text,
    operator      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now(),
    erased_at     timestamptz
);
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE email IS NOT NULL;

-- Bearer tokens, kept as SHA-256 of 256 random bits.
CREATE TABLE tokens (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('session', 'device', 'service', 'owner')),
    name         text NOT NULL DEFAULT '' CHECK (char_length(name) <= 80),
    hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz
);
CREATE INDEX tokens_user ON tokens (user_id);

-- The one-time code of the first run; at most one is open.
CREATE TABLE setup_codes (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
    expires_at timestamptz NOT NULL
);

-- A team is a workspace that refers to an FTC team number. Numbers may repeat: whoever
-- comes first proves nothing, so nobody can keep a team from its own number.
CREATE TABLE teams (
    id            uuid PRIMARY KEY,
    team_number   integer NOT NULL CHECK (team_number BETWEEN 1 AND 99999),
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    sharing_level text NOT NULL DEFAULT 'PRIVATE' CHECK (sharing_level IN ('PRIVATE', 'EVENT', 'PUBLIC')),
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX teams_number ON teams (team_number);

CREATE TABLE memberships (
    team_id   uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    user_id   uuid NOT NULL REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE,
    role      text NOT NULL CHECK (role IN ('MENTOR', 'LEADER', 'STUDENT', 'FRIEND')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

-- Codes are kept as HMAC-SHA-256; a use is counted by one UPDATE that checks and adds.
CREATE TABLE invites (
    id         uuid PRIMARY KEY,
    team_id    uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    code_hash  bytea NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    hint       text NOT NULL,
    role       text NOT NULL CHECK (role IN ('MENTOR', 'LEADER', 'STUDENT', 'FRIEND')),
    max_uses   integer NOT NULL CHECK (max_uses BETWEEN 1 AND 500),
    uses       integer NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND max_uses),
    created_by uuid REFERENCES users ON UPDATE CASCADE ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX invites_team ON invites (team_id);

-- FTC events (competitions) and what is scheduled there. official = false marks one that
-- somebody scouted before anybody imported it.
CREATE TABLE ftc_events (
    season     integer NOT NULL CHECK (season BETWEEN 2000 AND 2100),
    code       text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{0,39}$' AND code !~ '^[0-9]{4}-'),
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    official   boolean NOT NULL DEFAULT false,
    type_name  text NOT NULL DEFAULT '',
    venue      text NOT NULL DEFAULT '',
    city       text NOT NULL DEFAULT '',
    region     text NOT NULL DEFAULT '',
    country    text NOT NULL DEFAULT '',
    timezone   text NOT NULL DEFAULT 'UTC',
    starts_on  date,
    ends_on    date CHECK (ends_on >= starts_on),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (season, code)
);

CREATE TABLE ftc_teams (
    number      integer PRIMARY KEY CHECK (number BETWEEN 1 AND 99999),
    name        text NOT NULL DEFAULT '',
    city        text NOT NULL DEFAULT '',
    region      text NOT NULL DEFAULT '',
    country     text NOT NULL DEFAULT '',
    rookie_year integer
);

CREATE TABLE ftc_event_teams (
    season     integer NOT NULL,
    event_code text NOT NULL,
    number     integer NOT NULL REFERENCES ftc_teams,
    PRIMARY KEY (season, event_code, number),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events ON DELETE CASCADE
);

CREATE TABLE matches (
    season       integer NOT NULL,
    event_code   text NOT NULL,
    level        text NOT NULL CHECK (level IN ('practice', 'qual', 'playoff')),
    series       integer NOT NULL DEFAULT 0 CHECK (series BETWEEN 0 AND 99),
    number       integer NOT NULL CHECK (number BETWEEN 1 AND 999),
    description  text NOT NULL DEFAULT '',
    field        text NOT NULL DEFAULT '',
    scheduled_at timestamptz,
    PRIMARY KEY (season, event_code, level, series, number),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events ON DELETE CASCADE
);

CREATE TABLE match_teams (
    season      integer NOT NULL,
    event_code  text NOT NULL,
    level       text NOT NULL,
    series      integer NOT NULL,
    number      integer NOT NULL,
    alliance    text NOT NULL CHECK (alliance IN ('RED', 'BLUE')),
    station     integer NOT NULL CHECK (station BETWEEN 1 AND 3),
    team_number integer NOT NULL CHECK (team_number BETWEEN 1 AND 99999),
    surrogate   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (season, event_code, level, series, number, alliance, station),
    UNIQUE (season, event_code, level, series, number, team_number),
    FOREIGN KEY (season, event_code, level, series, number) REFERENCES matches ON DELETE CASCADE
);

-- Entries. id is made on the tablet; content_hash is of what was first sent, so that a
-- repeat is told from another content under the same id. deleted_at keeps the id taken.
CREATE TABLE scouting_entries (
    id            uuid PRIMARY KEY,
    team_id       uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    scouter_id    uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    season        integer NOT NULL,
    event_code    text NOT NULL,
    level         text NOT NULL CHECK (level IN ('practice', 'qual', 'playoff')),
    series        integer NOT NULL CHECK (series BETWEEN 0 AND 99),
    match_number  integer NOT NULL CHECK (match_number BETWEEN 1 AND 999),
    alliance      text NOT NULL CHECK (alliance IN ('RED', 'BLUE')),
    scouted_team  integer NOT NULL CHECK (scouted_team BETWEEN 1 AND 99999),
    form_version  integer NOT NULL CHECK (form_version >= 1),
    data          json NOT NULL,
    notes         text NOT NULL DEFAULT '' CHECK (char_length(notes) <= 2000),
    auto_score    integer NOT NULL,
    teleop_score  integer NOT NULL,
    endgame_score integer NOT NULL,
    total_score   integer NOT NULL CHECK (total_score = auto_score + teleop_score + endgame_score),
    rev           integer NOT NULL DEFAULT 1 CHECK (rev >= 1),
    source        text NOT NULL DEFAULT 'scout' CHECK (source IN ('scout', 'import')),
    content_hash  bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz,
    FOREIGN KEY (season, event_code) REFERENCES ftc_events
);
CREATE INDEX scouting_entries_team ON scouting_entries (team_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX scouting_entries_match ON scouting_entries (team_id, season, event_code, level, series, match_number) WHERE deleted_at IS NULL;
CREATE INDEX scouting_entries_scouted ON scouting_entries (team_id, scouted_team, season) WHERE deleted_at IS NULL;

CREATE TABLE entry_revisions (
    entry_id      uuid NOT NULL REFERENCES scouting_entries ON DELETE CASCADE,
    rev           integer NOT NULL,
    action        text NOT NULL CHECK (action IN ('created', 'updated', 'deleted')),
    editor_id     uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    at            timestamptz NOT NULL DEFAULT now(),
    alliance      text NOT NULL,
    scouted_team  integer NOT NULL,
    match_number  integer NOT NULL,
    data          json NOT NULL,
    notes         text NOT NULL,
    auto_score    integer NOT NULL,
    teleop_score  integer NOT NULL,
    endgame_score integer NOT NULL,
    total_score   integer NOT NULL,
    PRIMARY KEY (entry_id, rev)
);

-- The event log. A channel's counter row is bumped in the transaction that appends, so
-- seq has no gaps and follows commit order. The fill factor keeps the bumps HOT.
CREATE TABLE channel_heads (
    channel text PRIMARY KEY,
    seq     bigint NOT NULL CHECK (seq >= 0),
    epoch   uuid NOT NULL DEFAULT gen_random_uuid()
) WITH (fillfactor = 50);

CREATE TABLE channel_events (
    channel text NOT NULL,
    seq     bigint NOT NULL,
    id      uuid NOT NULL UNIQUE,
    name    text NOT NULL,
    payload json NOT NULL,
    coarse  boolean NOT NULL DEFAULT false, -- readers get the minute only
    at      timestamptz NOT NULL,
    PRIMARY KEY (channel, seq)
);

-- +goose Down
DROP TABLE channel_events, channel_heads, entry_revisions, scouting_entries, match_teams, matches,
    ftc_event_teams, ftc_teams, ftc_events, invites, memberships, teams, setup_codes, tokens, users;
