package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// maxInput is how much is read from standard input.
const maxInput = 1 << 20

type publishCommand struct {
	targetFlags
	jsonFlag
	Except  string `placeholder:"SOCKET" help:"Id of the socket that must not get it."`
	Channel string `arg:"" help:"Channel to publish on."`
	Event   string `arg:"" help:"Name of the event."`
	Data    string `arg:"" optional:"" name:"json" default:"{}" help:"Its data, which is JSON; - reads standard input."`
}

// Run publishes the event once. It does not go through the event log: who is away misses it.
func (c *publishCommand) Run(in *invocation) error {
	channels, err := channelNames([]string{c.Channel})
	if err != nil {
		return err
	}
	data, err := dataOf(c.Data)
	if err != nil {
		return err
	}
	if !json.Valid([]byte(data)) {
		return usageError{fmt.Sprintf("the data is no JSON: %.60q; a text needs quotes of its own, as in '\"hello\"'", data)}
	}
	p, err := c.publisher()
	if err != nil {
		return err
	}
	event := realtime.Event{Channel: channels[0], Name: c.Event, Data: data, Except: c.Except}
	if err := p.Publish(in.ctx, []realtime.Event{event}); err != nil {
		return c.explain(err)
	}
	at, _ := c.server() // the publisher was made of it
	return c.print(in.out, map[string]string{"channel": c.Channel, "event": c.Event, "server": at.String()}, func() error {
		_, err := fmt.Fprintf(in.out, "published %s on %s at %s\n", c.Event, c.Channel, at)
		return err
	})
}

// explain says whose refusal it is.
func (c *publishCommand) explain(err error) error {
	at, _ := c.server() // the publisher was made of it
	var refused *realtime.RefusedError
	if errors.As(err, &refused) {
		return fmt.Errorf("%s refuses the event: %s", at, refused.Reason)
	}
	return fmt.Errorf("%s: %w", at, err)
}

// dataOf returns the text, or standard input for "-".
func dataOf(text string) (string, error) {
	if text != "-" {
		return text, nil
	}
	raw, err := io.ReadAll(io.LimitReader(os.Stdin, maxInput))
	return strings.TrimSpace(string(raw)), err
}
