package pgembed

import (
	"bufio"
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// tailLines is how much of the log an error quotes.
const tailLines = 8

// logReader hands PostgreSQL's log over to ours, line by line.
type logReader struct {
	pipe *os.File
	log  *slog.Logger
	done chan struct{}

	mu   sync.Mutex
	last []string // guarded by mu
}

func newLogReader(pipe *os.File, log *slog.Logger) *logReader {
	r := &logReader{pipe: pipe, log: log, done: make(chan struct{})}
	go r.read()
	return r
}

func (r *logReader) read() {
	defer close(r.done)
	defer func() { _ = r.pipe.Close() }()
	lines := bufio.NewReader(r.pipe)
	level := slog.LevelDebug
	for {
		line, err := lines.ReadString('\n')
		if line = strings.TrimSpace(line); line != "" {
			var text string
			level, text = classify(line, level)
			r.remember(line)
			r.log.Log(context.Background(), level, text, "from", "postgres")
		}
		if err != nil {
			return
		}
	}
}

func (r *logReader) remember(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = append(r.last, line)
	if len(r.last) > tailLines {
		r.last = r.last[1:]
	}
}

// tail returns the last lines as one.
func (r *logReader) tail() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.last, "; ")
}

// finish waits until the log is read to its end, but no longer than limit.
func (r *logReader) finish(limit time.Duration) {
	_ = r.pipe.SetReadDeadline(time.Now().Add(limit)) // it fails only on a pipe already closed
	<-r.done
}

// classify returns the level of a log line and its text. Lines that explain the one before
// have its level. A failed statement is its caller's business, so ERROR is a debug message.
func classify(line string, before slog.Level) (slog.Level, string) {
	severity, text, found := strings.Cut(line, ":  ")
	if !found {
		return before, line
	}
	switch severity {
	case "LOG", "ERROR", "INFO", "NOTICE":
		return slog.LevelDebug, text
	case "WARNING":
		return slog.LevelWarn, text
	case "FATAL":
		if harmless(text) {
			return slog.LevelDebug, text
		}
		return slog.LevelError, text
	case "PANIC":
		return slog.LevelError, text
	}
	return before, line
}

// harmless knows the FATAL lines that belong to every start and stop.
func harmless(text string) bool {
	for _, known := range []string{"the database system is ", "terminating connection due to administrator command", "terminating background worker"} {
		if strings.HasPrefix(text, known) {
			return true
		}
	}
	// The first start asks for a role and a database that are not there yet.
	return strings.HasPrefix(text, "role \"") || strings.HasPrefix(text, "database \"")
}
