-- name: InsertIdentity :execrows
INSERT INTO identities (id, user_id, issuer, subject, provider, email)
VALUES (@id, @user_id, @issuer, @subject, @provider, sqlc.narg(email))
ON CONFLICT (issuer, subject) DO NOTHING;

-- name: UseIdentity :one
-- Whose the identity is. What the provider says of the address holds from then on.
UPDATE identities i SET last_used_at = now(), provider = @provider, email = sqlc.narg(email)
FROM users u
WHERE i.issuer = @issuer AND i.subject = @subject AND u.id = i.user_id AND u.erased_at IS NULL
RETURNING u.id, u.display_name, u.operator, u.disabled_at;

-- name: IdentitiesOf :many
SELECT * FROM identities WHERE user_id = @user_id ORDER BY created_at, id;

-- name: DeleteIdentity :execrows
DELETE FROM identities WHERE id = @id AND user_id = @user_id;

-- name: DeleteIdentitiesOf :exec
DELETE FROM identities WHERE user_id = @user_id;
