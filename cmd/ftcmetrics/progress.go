package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	barWidth = 30
	barEvery = 50 * time.Millisecond
)

// progress is how far long work is, as a bar on a terminal. Where standard error is none, it
// says nothing. It is safe for concurrent use.
type progress struct {
	w     io.Writer // nil says nothing
	label string

	mu          sync.Mutex // guards the fields below
	total, done int64
	drawn       time.Time
	width       int // of what is drawn
}

// newProgress begins work of so many parts; 0 are unknown.
func newProgress(w io.Writer, label string, total int64) *progress {
	p := &progress{label: label, total: total}
	if terminal(w) {
		p.w = w
	}
	p.add(0)
	return p
}

// of tells how many parts there are.
func (p *progress) of(total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total = total
}

// add tells that so many parts more are done.
func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.w == nil || time.Since(p.drawn) < barEvery && p.done < p.total {
		return
	}
	p.drawn = time.Now()
	p.draw(p.line())
}

func (p *progress) line() string {
	if p.total <= 0 {
		return fmt.Sprintf("%s %d", p.label, p.done)
	}
	part := min(p.done, p.total)
	full := int(part * barWidth / p.total)
	return fmt.Sprintf("%s [%s%s] %3d %%", p.label, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), part*100/p.total)
}

func (p *progress) draw(line string) {
	blank := strings.Repeat(" ", max(0, p.width-len(line)))
	p.width = len(line)
	_, _ = fmt.Fprint(p.w, "\r", line, blank) // a bar that cannot be drawn stops nothing
}

// end takes the bar away, so that what is said next stands on a line of its own.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil {
		p.draw("")
		_, _ = fmt.Fprint(p.w, "\r")
		p.w = nil
	}
}
