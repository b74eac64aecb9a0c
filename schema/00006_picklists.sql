-- +goose Up

-- Pick lists for alliance selection. standing is the order, best first: team numbers of
-- picklist_items. Every operation locks this row to count its version up, so the order
-- needs no keys of its own. depends_on is the list of the pick before this one, and
-- when_picked the team that this one is meant for after.
CREATE TABLE picklists (
    id          uuid PRIMARY KEY,
    team_id     uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    season      integer NOT NULL,
    event_code  text NOT NULL,
    name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    depends_on  uuid CHECK (depends_on <> id),
    when_picked integer CHECK (when_picked BETWEEN 1 AND 99999),
    version     integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    standing    integer[] NOT NULL DEFAULT '{}' CHECK (cardinality(standing) <= 200),
    created_by  uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events,
    UNIQUE (team_id, season, event_code, id),
    FOREIGN KEY (team_id, season, event_code, depends_on) REFERENCES picklists (team_id, season, event_code, id)
        ON DELETE SET NULL (depends_on)
);
CREATE INDEX picklists_newest ON picklists (team_id, created_at DESC, id DESC);
CREATE INDEX picklists_depends ON picklists (team_id, season, event_code, depends_on) WHERE depends_on IS NOT NULL;

CREATE TABLE picklist_items (
    list_id     uuid NOT NULL REFERENCES picklists ON DELETE CASCADE,
    team_number integer NOT NULL CHECK (team_number BETWEEN 1 AND 99999),
    tier        integer NOT NULL DEFAULT 0 CHECK (tier BETWEEN 0 AND 9),
    tags        text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 10),
    note        text NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
    struck      text CHECK (struck IN ('picked', 'captain', 'declined')),
    alliance    integer NOT NULL DEFAULT 0 CHECK (alliance BETWEEN 0 AND 16),
    PRIMARY KEY (list_id, team_number),
    CHECK ((alliance > 0) = (struck IS NOT NULL AND struck <> 'declined'))
);

-- Every operation that was done, with what takes it back. id is made by the client;
-- request_hash is of what was sent, so that a repeat is told from another operation.
-- undoes is the version that an undo took back; an undo of an undo has depth 2.
CREATE TABLE picklist_operations (
    list_id      uuid NOT NULL REFERENCES picklists ON DELETE CASCADE,
    version      integer NOT NULL CHECK (version >= 2),
    id           uuid NOT NULL,
    editor_id    uuid NOT NULL REFERENCES users ON UPDATE CASCADE,
    at           timestamptz NOT NULL DEFAULT now(),
    operation    json NOT NULL,
    inverse      json NOT NULL,
    request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
    undoes       integer NOT NULL DEFAULT 0 CHECK (undoes >= 0 AND undoes < version),
    depth        integer NOT NULL DEFAULT 0 CHECK ((depth > 0) = (undoes > 0)),
    PRIMARY KEY (list_id, version),
    UNIQUE (list_id, id)
);

-- What became of teams in the alliance selection of an FTC event, as the team's leads heard
-- it: a list or item that is made later is struck as well.
CREATE TABLE picklist_picks (
    team_id     uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    season      integer NOT NULL,
    event_code  text NOT NULL,
    team_number integer NOT NULL CHECK (team_number BETWEEN 1 AND 99999),
    reason      text NOT NULL CHECK (reason IN ('picked', 'captain', 'declined')),
    alliance    integer NOT NULL CHECK (alliance BETWEEN 0 AND 16),
    PRIMARY KEY (team_id, season, event_code, team_number),
    FOREIGN KEY (season, event_code) REFERENCES ftc_events,
    CHECK ((alliance > 0) = (reason <> 'declined'))
);

-- +goose Down
DROP TABLE picklist_picks, picklist_operations, picklist_items, picklists;
