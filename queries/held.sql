-- What the server holds of a person, noun by noun, as rows of JSON, without what tells of
-- others and without hashes. accounts.held lists these queries; a table that refers to users
-- needs one.

-- name: HeldProfile :one
SELECT coalesce(json_agg(to_jsonb(u) - 'password_hash'), '[]')::json FROM users u WHERE u.id = @user_id::uuid;

-- name: HeldTokens :one
SELECT coalesce(json_agg(to_jsonb(t) - 'hash' ORDER BY t.created_at, t.id), '[]')::json FROM tokens t WHERE t.user_id = @user_id::uuid;

-- name: HeldIdentities :one
SELECT coalesce(json_agg(to_jsonb(i) ORDER BY i.created_at, i.id), '[]')::json FROM identities i WHERE i.user_id = @user_id::uuid;

-- name: HeldMemberships :one
SELECT coalesce(json_agg(to_jsonb(m) || jsonb_build_object('team_number', t.team_number, 'team_name', t.name) ORDER BY m.joined_at, m.team_id), '[]')::json
FROM memberships m JOIN teams t ON t.id = m.team_id WHERE m.user_id = @user_id::uuid;

-- name: HeldFormerMemberships :one
SELECT coalesce(json_agg(to_jsonb(f) ORDER BY f.ended_at, f.team_id), '[]')::json FROM former_scouts f WHERE f.user_id = @user_id::uuid;

-- name: HeldInvites :one
SELECT coalesce(json_agg(to_jsonb(i) - 'code_hash' - 'email' ORDER BY i.created_at, i.id), '[]')::json FROM invites i WHERE i.created_by = @user_id::uuid;

-- name: HeldEntries :one
SELECT coalesce(json_agg(to_jsonb(e) - 'content_hash' - 'courier_id' ORDER BY e.created_at, e.id), '[]')::json
FROM scouting_entries e WHERE e.scouter_id = @user_id::uuid;

-- name: HeldCarried :one
SELECT coalesce(json_agg(jsonb_build_object('entry_id', e.id, 'created_at', e.created_at) ORDER BY e.created_at, e.id), '[]')::json
FROM scouting_entries e WHERE e.courier_id = @user_id::uuid;

-- name: HeldEntryChanges :one
SELECT coalesce(json_agg(to_jsonb(r) ORDER BY r.at, r.entry_id, r.rev), '[]')::json FROM entry_revisions r WHERE r.editor_id = @user_id::uuid;

-- name: HeldQuarantine :one
SELECT coalesce(json_agg(to_jsonb(q) - 'content_hash' - 'sender_id' - 'author_id' - 'discarded_by' ORDER BY q.received_at, q.id), '[]')::json
FROM quarantine q WHERE q.sender_id = @user_id::uuid OR q.author_id = @user_id::uuid;

-- name: HeldDiscarded :one
SELECT coalesce(json_agg(jsonb_build_object('entry_id', q.id, 'discarded_at', q.discarded_at) ORDER BY q.discarded_at, q.id), '[]')::json
FROM quarantine q WHERE q.discarded_by = @user_id::uuid;

-- name: HeldNotes :one
SELECT coalesce(json_agg(to_jsonb(n) - 'content_hash' ORDER BY n.created_at, n.id), '[]')::json FROM scouting_notes n WHERE n.author_id = @user_id::uuid;

-- name: HeldPitReports :one
-- Only which; what the person wrote into them is in their changes.
SELECT coalesce(json_agg(jsonb_build_object('id', p.id, 'team_id', p.team_id, 'season', p.season, 'scouted_team', p.scouted_team,
    'author', p.author_id = @user_id::uuid, 'last_editor', p.editor_id = @user_id::uuid) ORDER BY p.created_at, p.id), '[]')::json
FROM pit_reports p WHERE p.author_id = @user_id::uuid OR p.editor_id = @user_id::uuid;

-- name: HeldPitChanges :one
SELECT coalesce(json_agg(to_jsonb(r) ORDER BY r.at, r.report_id, r.rev), '[]')::json FROM pit_revisions r WHERE r.editor_id = @user_id::uuid;

-- name: HeldMedia :one
-- Links and what is known of pictures; a picture itself has its own address.
SELECT coalesce(json_agg(to_jsonb(m) - 'content_hash' ORDER BY m.created_at, m.id), '[]')::json FROM media m WHERE m.author_id = @user_id::uuid;

-- name: HeldPickLists :one
-- Which lists the person made; what they did to lists is in their changes.
SELECT coalesce(json_agg(jsonb_build_object('id', l.id, 'team_id', l.team_id, 'season', l.season, 'event_code', l.event_code, 'name', l.name,
    'created_at', l.created_at) ORDER BY l.created_at, l.id), '[]')::json
FROM picklists l WHERE l.created_by = @user_id::uuid;

-- name: HeldPickListChanges :one
SELECT coalesce(json_agg(to_jsonb(o) - 'request_hash' - 'inverse' ORDER BY o.at, o.list_id, o.version), '[]')::json
FROM picklist_operations o WHERE o.editor_id = @user_id::uuid;

-- name: HeldAssignments :one
SELECT coalesce(json_agg(to_jsonb(a) ORDER BY a.team_id, a.season, a.event_code, a.level, a.series, a.number), '[]')::json
FROM assignments a WHERE a.scout_id = @user_id::uuid;

-- name: HeldEventOperators :one
-- FTC events that the person runs.
SELECT coalesce(json_agg(to_jsonb(o) - 'granted_by' ORDER BY o.season, o.event_code), '[]')::json FROM event_operators o WHERE o.user_id = @user_id::uuid;

-- name: HeldOperatorGrants :one
SELECT coalesce(json_agg(jsonb_build_object('season', o.season, 'event_code', o.event_code, 'granted_at', o.granted_at) ORDER BY o.granted_at, o.event_code), '[]')::json
FROM event_operators o WHERE o.granted_by = @user_id::uuid;

-- name: HeldAudit :one
-- What the person did, and that something was done to them, but not by whom.
SELECT coalesce(json_agg(CASE WHEN a.actor_id = @user_id::uuid THEN to_jsonb(a) - 'subject_id'
    ELSE to_jsonb(a) - 'actor_id' - 'kind' - 'address' - 'request_id' END ORDER BY a.number), '[]')::json
FROM audit a WHERE a.actor_id = @user_id::uuid OR a.subject_id = @user_id::uuid;
