package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/lmittmann/tint"

	"github.com/ftcmetrics/ftcmetrics/api"
)

// logger writes to w what people read in dev and machines read in production.
func (c config) logger(w io.Writer) *slog.Logger {
	level := c.LogLevel
	if c.RealtimeDebug {
		level = min(level, slog.LevelDebug)
	}
	var out slog.Handler
	if text := c.LogFormat == "text" || c.LogFormat == "auto" && !c.production(); text {
		out = tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !terminal(w)})
	} else {
		out = slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	}
	return slog.New(lines{out, c.LogLevel})
}

// realtimeLogger is for the parts that carry events to sockets: REALTIME_DEBUG has them tell
// everything, whatever LOG_LEVEL says of the others.
func (c config) realtimeLogger(logger *slog.Logger) *slog.Logger {
	if all, ok := logger.Handler().(lines); ok && c.RealtimeDebug {
		return slog.New(lines{all.out, slog.LevelDebug})
	}
	return logger
}

// lines writes log lines of a level or above, each with the id of the request that it is
// about, so that the lines of one request can be found wherever they come from.
type lines struct {
	out   slog.Handler
	least slog.Level
}

// Enabled implements slog.Handler.
func (l lines) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= l.least && l.out.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (l lines) Handle(ctx context.Context, line slog.Record) error {
	if id := api.RequestID(ctx); id != "" {
		line = line.Clone()
		line.AddAttrs(slog.String("request", id))
	}
	return l.out.Handle(ctx, line)
}

// WithAttrs implements slog.Handler.
func (l lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	return lines{l.out.WithAttrs(attrs), l.least}
}

// WithGroup implements slog.Handler.
func (l lines) WithGroup(name string) slog.Handler { return lines{l.out.WithGroup(name), l.least} }
