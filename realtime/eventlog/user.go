package eventlog

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ToUser sends an event to a user, wherever their sockets are and whatever carries events:
// to subscribers of private-user-{id} and to sockets that are signed in as the user. It is
// logged as every event is. A feature that has something to store besides adds
// Definition.ForUser to its own batch.
func ToUser[P any](ctx context.Context, log *Log, userID string, event realtime.Definition[P], payload P) error {
	return log.Write(ctx, func(_ pgx.Tx, batch *Batch) error { return batch.Add(event.ForUser(payload, userID)) })
}
