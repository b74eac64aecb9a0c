-- +goose Up

-- Whom a sign-in provider vouches for. Issuer and subject together are the identity, which
-- no provider gives twice; provider is only what this server calls the issuer. The address is
-- there only where the issuer has verified it.
CREATE TABLE identities (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE,
    issuer       text NOT NULL CHECK (char_length(issuer) BETWEEN 1 AND 500),
    subject      text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
    provider     text NOT NULL CHECK (char_length(provider) BETWEEN 1 AND 40),
    email        text CHECK (char_length(email) BETWEEN 3 AND 254),
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);

-- What the browser said of itself when it signed in.
ALTER TABLE tokens ADD COLUMN agent text NOT NULL DEFAULT '' CHECK (char_length(agent) <= 300);

-- An invite with an address has no code that works: it is for whom a provider knows by that
-- address.
ALTER TABLE invites ADD COLUMN email text CHECK (char_length(email) BETWEEN 3 AND 254);
ALTER TABLE invites ADD CHECK (email IS NULL OR (max_uses = 1 AND device_id IS NULL));
CREATE INDEX invites_email ON invites (lower(email)) WHERE email IS NOT NULL;

-- +goose Down
DELETE FROM invites WHERE email IS NOT NULL;
DROP INDEX invites_email;
ALTER TABLE invites DROP COLUMN email;
ALTER TABLE tokens DROP COLUMN agent;
DROP TABLE identities;
