-- name: InsertTeam :one
INSERT INTO teams (id, team_number, name) VALUES (@id, @team_number, @name) RETURNING *;

-- name: TeamsOf :many
SELECT sqlc.embed(t), m.role, m.joined_at
FROM memberships m JOIN teams t ON t.id = m.team_id
WHERE m.user_id = @user_id
ORDER BY t.team_number, t.id;

-- name: TeamFor :one
SELECT sqlc.embed(t), m.role, m.joined_at
FROM memberships m JOIN teams t ON t.id = m.team_id
WHERE m.team_id = @team_id AND m.user_id = @user_id;

-- name: UpdateTeam :one
UPDATE teams
SET name = coalesce(sqlc.narg(name), name), sharing_level = coalesce(sqlc.narg(sharing_level), sharing_level),
    friend_channels = coalesce(sqlc.narg(friend_channels), friend_channels),
    public_entries = coalesce(sqlc.narg(public_entries), public_entries)
WHERE id = @id
RETURNING *;

-- name: DeleteTeam :execrows
DELETE FROM teams WHERE id = $1;

-- name: LockTeam :one
-- Serializes changes of who is a member, so that the rule of the last mentor holds. The
-- key stays free: entries that are being written refer to it while they hold a membership.
SELECT id FROM teams WHERE id = $1 FOR NO KEY UPDATE;

-- name: LockMembers :exec
-- Waits for what the members are writing and keeps them from writing more.
SELECT user_id FROM memberships WHERE team_id = $1 ORDER BY user_id FOR UPDATE;

-- name: RoleIn :one
SELECT role FROM memberships WHERE team_id = @team_id AND user_id = @user_id;

-- name: RoleForWrite :one
-- Locks the membership, so that it cannot end between this check and the commit.
SELECT role FROM memberships WHERE team_id = @team_id AND user_id = @user_id FOR SHARE;

-- name: Mentors :one
SELECT count(*) FROM memberships WHERE team_id = @team_id AND role = 'MENTOR';

-- name: Members :many
SELECT m.user_id, u.display_name, m.role, m.joined_at
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.team_id = @team_id
ORDER BY m.joined_at, m.user_id
LIMIT 1000;

-- name: Member :one
SELECT m.user_id, u.display_name, m.role, m.joined_at
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.team_id = @team_id AND m.user_id = @user_id;

-- name: CountMembers :one
SELECT count(*) FROM memberships WHERE team_id = @team_id;

-- name: UsersWithRole :many
SELECT user_id FROM memberships WHERE team_id = @team_id AND role = @role;

-- name: MayJoinChannels :one
-- The role, if any, and whether the team lets its friends on its channels.
SELECT m.role, t.friend_channels
FROM memberships m JOIN teams t ON t.id = m.team_id
WHERE m.team_id = @team_id AND m.user_id = @user_id;

-- name: InsertMembership :execrows
INSERT INTO memberships (team_id, user_id, role) VALUES (@team_id, @user_id, @role) ON CONFLICT DO NOTHING;

-- name: SetRole :execrows
UPDATE memberships SET role = @role WHERE team_id = @team_id AND user_id = @user_id;

-- name: DeleteMembership :execrows
DELETE FROM memberships WHERE team_id = @team_id AND user_id = @user_id;

-- name: Clock :one
-- The time that ends are held against, which is the same for all nodes.
SELECT now()::timestamptz;

-- name: InsertInvite :one
INSERT INTO invites (id, team_id, code_hash, hint, role, max_uses, created_by, expires_at, device_id, email)
VALUES (@id, @team_id, @code_hash, @hint, @role, @max_uses, @created_by, @expires_at, sqlc.narg(device_id), sqlc.narg(email))
RETURNING *;

-- name: InvitesOf :many
SELECT * FROM invites WHERE team_id = @team_id AND device_id IS NULL AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses
ORDER BY created_at, id
LIMIT 200;

-- name: CountInvites :one
SELECT count(*) FROM invites
WHERE team_id = @team_id AND device_id IS NULL AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses;

-- name: RevokeInvite :execrows
UPDATE invites SET revoked_at = now() WHERE id = @id AND team_id = @team_id AND device_id IS NULL AND revoked_at IS NULL;

-- name: RevokeInvitesBy :exec
-- Closes what somebody opened to roles that they can no longer give.
UPDATE invites SET revoked_at = now()
WHERE team_id = @team_id AND created_by = @created_by AND revoked_at IS NULL AND role <> ALL(@may_give::text[]);

-- name: Device :one
SELECT id, display_name FROM users WHERE id = @id AND device_of = @team_id AND erased_at IS NULL;

-- name: RevokePairing :exec
UPDATE invites SET revoked_at = now() WHERE device_id = @device_id AND revoked_at IS NULL;

-- name: InsertDevice :one
INSERT INTO users (id, display_name, device_of) VALUES (@id, @label, @team_id) RETURNING *;

-- name: CountDevices :one
SELECT count(*) AS open, (SELECT count(*) FROM users u WHERE u.device_of = @team_id) AS ever
FROM memberships m WHERE m.team_id = @team_id AND m.role = 'DEVICE';

-- name: Devices :many
-- The team's tablets with the newest sign of each.
SELECT m.user_id, u.display_name, m.joined_at, (t.expires_at IS NOT NULL)::boolean AS signed_in,
    coalesce(t.last_used_at, m.joined_at)::timestamptz AS last_used_at, coalesce(t.expires_at, m.joined_at)::timestamptz AS expires_at
FROM memberships m
JOIN users u ON u.id = m.user_id
LEFT JOIN LATERAL (
    SELECT k.last_used_at, k.expires_at FROM tokens k
    WHERE k.user_id = m.user_id AND k.revoked_at IS NULL AND k.expires_at > now()
    ORDER BY k.last_used_at DESC LIMIT 1
) t ON true
WHERE m.team_id = @team_id AND m.role = 'DEVICE'
ORDER BY m.joined_at, m.user_id
LIMIT 200;

-- name: UseInvite :one
UPDATE invites SET uses = uses + 1
WHERE code_hash = @code_hash AND email IS NULL AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses
RETURNING *;

-- name: UseInvitesFor :many
-- The address must be one that a provider has verified. The invite forgets it.
UPDATE invites SET uses = uses + 1, email = NULL
WHERE lower(email) = lower(@email::text) AND revoked_at IS NULL AND expires_at > now() AND uses < max_uses
RETURNING *;

-- name: Team :one
SELECT * FROM teams WHERE id = $1;

-- name: LockMembershipsOf :exec
-- Waits for what the user is writing and keeps them from writing more.
SELECT team_id FROM memberships WHERE user_id = $1 ORDER BY team_id FOR UPDATE;
