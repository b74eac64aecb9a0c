package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// How REALTIME_DEBUG reads the hub's debug log: often enough that its ring does not run over
// on an ordinary day.
const (
	tellEvery = 200 * time.Millisecond
	tellMost  = 1000
)

// tell writes the hub's debug log into the program's, until ctx ends. It asks as an operator
// does, so that lines are made by one way only. The data of events, which may be private, is
// left out.
func (r *realtimePart) tell(ctx context.Context, logger *slog.Logger) {
	ticker := time.NewTicker(tellEvery)
	defer ticker.Stop()
	after := int64(0)
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true // once more, for what was said last
		case <-ticker.C:
		}
		part, err := r.trace.Read(inspect.Filter{}, after, tellMost)
		if err != nil {
			continue // as many ask already as may
		}
		after = part.Next
		if part.Lost > 0 {
			logger.WarnContext(ctx, "lines of the debug log are lost", slog.Int64("lines", part.Lost))
		}
		for _, l := range part.Lines {
			attrs := []slog.Attr{slog.String("kind", string(l.Kind)), slog.Time("at", l.At), slog.String("app", l.App), slog.String("socket", l.SocketID)}
			for _, field := range []struct{ name, text string }{{"user", l.UserID}, {"channel", l.Channel}, {"name", l.Name}, {"reason", l.Reason}} {
				if field.text != "" {
					attrs = append(attrs, slog.String(field.name, field.text))
				}
			}
			if l.Size > 0 {
				attrs = append(attrs, slog.Int("size", l.Size))
			}
			logger.LogAttrs(ctx, slog.LevelDebug, "realtime", attrs...)
		}
	}
}
