package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

var errRefused = errors.New("publish refused")

// publisher is one HTTP client of the server's API, with one request at a time. It keeps
// its connection for as long as the server does.
type publisher struct {
	fleet   *fleet
	id      int
	wire    *connection
	busy    bool
	due     time.Duration // of the request under way
	request []byte
	redials int
}

// post publishes message number of this publisher. It is late from due on.
func (p *publisher) post(channel string, number uint32, due time.Duration) error {
	if p.wire == nil || p.wire.closed {
		wire, err := p.fleet.loop.dial(p, false)
		if err != nil {
			return err
		}
		if p.wire != nil {
			p.redials++
		}
		p.wire = wire
	}
	p.request = p.fleet.signer.appendPublish(p.request[:0], channel, stamp{publisher: p.id, number: number, due: due}, p.fleet.size)
	p.busy, p.due = true, due
	p.fleet.sent++
	p.fleet.loop.write(p.wire, p.request)
	return nil
}

func (p *publisher) receive(b []byte) (int, error) {
	r, size, err := nextResponse(b)
	if err != nil || size == 0 {
		return 0, err
	}
	if !p.busy {
		return 0, fmt.Errorf("an answer that nobody waits for: %.120q", b)
	}
	if r.status/100 != 2 || bytes.Contains(r.body, []byte(`"error"`)) {
		return 0, fmt.Errorf("%w: %d %.200q", errRefused, r.status, r.body)
	}
	p.busy = false
	p.fleet.answered++
	if r.last {
		p.fleet.loop.close(p.wire)
	}
	if p.fleet.timing {
		p.fleet.look()
		p.fleet.answers = append(p.fleet.answers, p.fleet.now-p.due)
	}
	return size, nil
}

func (p *publisher) ended(cause error) error {
	if !p.busy {
		return nil // dialled again by the next post
	}
	return fmt.Errorf("%w: connection closed before the answer: %w", errRefused, orEnd(cause))
}

// orEnd names the cause of an orderly end.
func orEnd(cause error) error {
	if cause == nil {
		return io.EOF
	}
	return cause
}
