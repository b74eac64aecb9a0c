-- +goose Up

-- A socket that does not get the event; it is none of the event's own data.
ALTER TABLE channel_events ADD COLUMN except_socket text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE channel_events DROP COLUMN except_socket;
