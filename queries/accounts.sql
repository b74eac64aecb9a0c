-- name: InsertUser :one
INSERT INTO users (id, display_name, email, password_hash, operator)
VALUES (@id, @display_name, @email, @password_hash, @operator)
RETURNING *;

-- name: User :one
SELECT * FROM users WHERE id = $1 AND erased_at IS NULL;

-- name: UserByEmail :one
SELECT * FROM users WHERE lower(email) = lower(@email::text) AND erased_at IS NULL;

-- name: UsersExist :one
SELECT EXISTS (SELECT FROM users);

-- name: LockSetup :exec
-- Serializes what makes and ends operators.
SELECT pg_advisory_xact_lock(hashtext('ftcmetrics.setup'));

-- name: RenameUser :one
UPDATE users SET display_name = @display_name WHERE id = @id AND erased_at IS NULL RETURNING *;

-- name: UserForWrite :one
-- Locks the user, so that two changes of how they sign in follow one another.
SELECT * FROM users WHERE id = $1 AND erased_at IS NULL FOR NO KEY UPDATE;

-- name: SetSignIn :exec
UPDATE users SET email = @email, password_hash = @password_hash WHERE id = @id;

-- name: Operators :many
SELECT id, display_name FROM users WHERE operator ORDER BY created_at, id LIMIT 1000;

-- name: CountOperators :one
SELECT count(*) FROM users WHERE operator;

-- name: SetOperator :exec
UPDATE users SET operator = @operator WHERE id = @id;

-- name: RaiseHash :exec
-- Leaves a password alone that was changed in the meantime.
UPDATE users SET password_hash = @password_hash::text WHERE id = @id AND password_hash = @was::text;

-- name: InsertToken :one
-- Ends by the clock that TokenByHash goes by.
INSERT INTO tokens (id, user_id, kind, name, agent, hash, expires_at)
VALUES (@id, @user_id, @kind, @name, @agent, @hash, now() + make_interval(secs => @seconds::float8))
RETURNING *;

-- name: TokenByHash :one
SELECT t.id, t.user_id, t.kind, t.name, extract(epoch FROM now() - t.last_used_at)::float8 AS idle, u.display_name, u.operator, u.device_of, u.disabled_at
FROM tokens t JOIN users u ON u.id = t.user_id
WHERE t.hash = @hash AND t.revoked_at IS NULL AND t.expires_at > now() AND u.erased_at IS NULL;

-- name: TouchToken :exec
UPDATE tokens SET last_used_at = now() WHERE id = @id AND last_used_at < now() - interval '1 minute';

-- name: TokensOf :many
SELECT id, kind, name, agent, created_at, last_used_at, expires_at, extract(epoch FROM now() - last_used_at)::float8 AS idle
FROM tokens
WHERE user_id = @user_id AND revoked_at IS NULL AND expires_at > now()
ORDER BY created_at, id;

-- name: RevokeToken :execrows
UPDATE tokens SET revoked_at = now() WHERE id = @id AND user_id = @user_id AND revoked_at IS NULL;

-- name: RevokeOtherTokens :many
-- All but one, which may be nobody's.
UPDATE tokens SET revoked_at = now() WHERE user_id = @user_id AND id <> @keep AND revoked_at IS NULL RETURNING id;

-- name: RevokeTokensOf :exec
UPDATE tokens SET revoked_at = now() WHERE user_id = @user_id AND revoked_at IS NULL;

-- name: NameTokensOf :exec
UPDATE tokens SET name = @name WHERE user_id = @user_id;

-- name: OpenSetup :exec
-- Ends by the clock that UseSetup goes by.
INSERT INTO setup_codes (hash, expires_at) VALUES (@hash, now() + make_interval(secs => @seconds::float8))
ON CONFLICT (only_one) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at;

-- name: UseSetup :execrows
DELETE FROM setup_codes WHERE hash = @hash AND expires_at > now();

-- name: EraseUser :exec
-- Leaves a row that tells nothing, under an id that nobody has seen.
UPDATE users
SET id = @new_id, display_name = 'former member', email = NULL, password_hash = NULL, operator = false, erased_at = now()
WHERE id = @id;

-- name: DeleteTokensOf :exec
DELETE FROM tokens WHERE user_id = @user_id;

-- name: RevokeAnyToken :one
UPDATE tokens SET revoked_at = now()
WHERE (id = @id OR hash = @hash) AND revoked_at IS NULL
RETURNING id, user_id, kind, name;
