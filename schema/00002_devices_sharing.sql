-- +goose Up

-- A shared tablet is a user of one team, so that what is recorded on it has an author and
-- its token goes the way of all tokens. It is nobody in particular and goes with its team.
ALTER TABLE users ADD COLUMN device_of uuid REFERENCES teams ON DELETE CASCADE;
ALTER TABLE users ADD CHECK (device_of IS NULL OR (email IS NULL AND password_hash IS NULL AND NOT operator));
ALTER TABLE users ADD UNIQUE (id, device_of);
CREATE INDEX users_device_of ON users (device_of) WHERE device_of IS NOT NULL;

-- The role DEVICE is only for such users, and only in their team.
ALTER TABLE memberships DROP CONSTRAINT memberships_role_check;
ALTER TABLE memberships ADD CONSTRAINT memberships_role_check CHECK (role IN ('MENTOR', 'LEADER', 'STUDENT', 'FRIEND', 'DEVICE'));
ALTER TABLE memberships ADD COLUMN device_of uuid GENERATED ALWAYS AS (CASE WHEN role = 'DEVICE' THEN team_id END) STORED;
ALTER TABLE memberships ADD FOREIGN KEY (user_id, device_of) REFERENCES users (id, device_of);

-- A device's pairing code is an invite for that one device.
ALTER TABLE invites DROP CONSTRAINT invites_role_check;
ALTER TABLE invites ADD CONSTRAINT invites_role_check CHECK (role IN ('MENTOR', 'LEADER', 'STUDENT', 'FRIEND', 'DEVICE'));
ALTER TABLE invites ADD COLUMN device_id uuid REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE invites ADD CHECK ((role = 'DEVICE') = (device_id IS NOT NULL));
CREATE INDEX invites_device ON invites (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX invites_created_by ON invites (created_by);

-- Whether friends hear what happens on the team's private channels.
ALTER TABLE teams ADD COLUMN friend_channels boolean NOT NULL DEFAULT true;

-- Whether the public of an FTC event hears that the team has scouted a robot, and whether it
-- was told of an entry.
ALTER TABLE teams ADD COLUMN public_entries boolean NOT NULL DEFAULT true;
ALTER TABLE scouting_entries ADD COLUMN announced boolean NOT NULL DEFAULT true;

-- Shared entries are looked for by FTC event over all teams; a person's export and erasure
-- by who recorded.
CREATE INDEX scouting_entries_event ON scouting_entries (season, event_code, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX scouting_entries_scouter ON scouting_entries (scouter_id);
CREATE INDEX entry_revisions_editor ON entry_revisions (editor_id);

-- +goose Down
DROP INDEX entry_revisions_editor, scouting_entries_scouter, scouting_entries_event;
ALTER TABLE scouting_entries DROP COLUMN announced;
ALTER TABLE teams DROP COLUMN public_entries;
ALTER TABLE teams DROP COLUMN friend_channels;
DELETE FROM memberships WHERE role = 'DEVICE';
DELETE FROM invites WHERE role = 'DEVICE';
DROP INDEX invites_created_by;
ALTER TABLE invites DROP COLUMN device_id;
ALTER TABLE invites DROP CONSTRAINT invites_role_check;
ALTER TABLE invites ADD CONSTRAINT invites_role_check CHECK (role IN ('MENTOR', 'LEADER', 'STUDENT', 'FRIEND'));
ALTER TABLE memberships DROP COLUMN device_of;
ALTER TABLE memberships DROP CONSTRAINT memberships_role_check;
ALTER TABLE memberships ADD CONSTRAINT memberships_role_check CHECK (role IN ('MENTOR', 'LEADER', 'STUDENT', 'FRIEND'));
ALTER TABLE users DROP COLUMN device_of;
