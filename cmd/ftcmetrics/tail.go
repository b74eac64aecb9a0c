package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/client"
)

const askPatience = 15 * time.Second

type tailCommand struct {
	targetFlags
	JSON     bool     `name:"json" help:"Print each event as a JSON object on a line of its own."`
	API      string   `name:"api" placeholder:"URL" help:"Where the API is, for --token, --since and what was missed; that of the server if left out."`
	Token    string   `env:"FTCMETRICS_TOKEN" placeholder:"TOKEN" help:"Bearer token to join private channels with; without one the app's secret signs." secret:""`
	Since    int64    `default:"-1" placeholder:"SEQ" help:"Begin with what was logged after this seq, 0 for the beginning. Needs the API of our server."`
	Count    int      `short:"n" help:"End after so many events; 0 is never."`
	Channels []string `arg:"" name:"channel" help:"Channels to listen on."`
}

// Run prints events until the invocation's context ends.
func (c *tailCommand) Run(in *invocation) error {
	list, err := channelNames(c.Channels)
	if err != nil {
		return err
	}
	at, err := c.sockets()
	if err != nil {
		return err
	}
	if err := c.app(); err != nil && (c.AppKey == "" || c.Token == "") {
		return err
	}
	if c.API == "" {
		c.API = c.api()
	}
	t := &tail{command: c, out: in.out, err: in.err, http: &http.Client{Timeout: askPatience}, places: make(map[realtime.Channel]*place)}
	for _, channel := range list {
		t.places[channel] = &place{seq: c.Since}
	}
	return client.Follow(in.ctx, client.Following{
		Options:  client.Options{URL: at, Key: c.AppKey, Name: "ftcmetrics-tail"},
		Channels: list, Authorize: t.authorize, Joined: t.joined, Heard: t.heard,
		Lost: func(cause error, wait time.Duration) {
			t.tell("%v; trying again in %s", cause, wait.Round(100*time.Millisecond))
		},
	})
}

// tail is one run of the command.
type tail struct {
	command *tailCommand
	out     io.Writer
	err     io.Writer
	http    *http.Client
	printed int
	places  map[realtime.Channel]*place
}

// place is how far the command is on a channel.
type place struct {
	seq    int64 // -1 is unknown
	epoch  string
	logged bool // its log was read
	noLog  bool // there is none for us, and nobody asked for it
}

// tell speaks to who watches, beside the output.
func (t *tail) tell(format string, args ...any) {
	_, _ = fmt.Fprintf(t.err, "ftcmetrics: "+format+"\n", args...) // the output goes on without it
}

// authorize asks the API with the token, or signs with the app's secret.
func (t *tail) authorize(ctx context.Context, socketID string, channel realtime.Channel) (auth, channelData string, err error) {
	if t.command.Token != "" {
		return t.askLeave(ctx, socketID, channel)
	}
	if channel.Presence() {
		member, err := json.Marshal(realtime.Member{UserID: "tail-" + strings.ToLower(rand.Text()[:8]), UserInfo: map[string]string{"displayName": "ftcmetrics tail"}})
		if err != nil {
			return "", "", err
		}
		channelData = string(member)
	}
	auth, err = realtime.Signer{Key: t.command.AppKey, Secret: t.command.AppSecret}.Channel(socketID, channel, channelData)
	return auth, channelData, err
}

// askLeave is authorize by the API.
func (t *tail) askLeave(ctx context.Context, socketID string, channel realtime.Channel) (auth, channelData string, err error) {
	body, err := json.Marshal(map[string]string{"socket_id": socketID, "channel_name": string(channel)})
	if err != nil {
		return "", "", err
	}
	status, raw, err := t.ask(ctx, http.MethodPost, "/api/pusher/auth", body)
	if err != nil {
		return "", "", err
	}
	var answer struct {
		Auth        string `json:"auth"`
		ChannelData string `json:"channel_data"`
		Error       string `json:"error"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		answer.Error = string(raw[:min(len(raw), 100)])
	}
	switch {
	case status >= 500:
		return "", "", fmt.Errorf("%s answers %d to the question who may join %s", t.command.API, status, channel)
	case status != http.StatusOK:
		return "", "", &client.DeniedError{Channel: channel, Reason: fmt.Sprintf("the API refuses it with %d: %s", status, answer.Error)}
	}
	return answer.Auth, answer.ChannelData, nil
}

func (t *tail) ask(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, t.command.API+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if t.command.Token != "" {
		request.Header.Set("Authorization", "Bearer "+t.command.Token)
	}
	response, err := t.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	return response.StatusCode, raw, errors.Join(err, response.Body.Close())
}

// heard prints an event of a socket, unless it was read from the log before.
func (t *tail) heard(m client.Message) error {
	if m.Internal() {
		if m.Event == "pusher:error" {
			t.tell("the server says %s", m.Text())
		}
		return nil
	}
	e := tailed{Channel: m.Channel, Event: m.Event, Data: m.Text(), User: m.UserID, At: time.Now()}
	var logged struct {
		Seq *int64
		At  *time.Time
	}
	if json.Unmarshal([]byte(e.Data), &logged) == nil && logged.Seq != nil {
		e.Seq = *logged.Seq
		if logged.At != nil {
			e.At = *logged.At
		}
		if at := t.places[realtime.Channel(m.Channel)]; at != nil {
			if at.seq >= e.Seq {
				return nil
			}
			at.seq = e.Seq
		}
	}
	return t.write(e)
}

// logPage is what GET /api/channels/{channel}/events answers.
type logPage struct {
	Data struct {
		Events []struct {
			Seq  int64
			Name string
			Data json.RawMessage
			At   time.Time
		}
		Next  int64
		Head  int64
		Epoch string
		Reset bool
	}
	Error string
}

// joined prints what was missed before the subscription.
func (t *tail) joined(ctx context.Context, channel realtime.Channel) error {
	at := t.places[channel]
	t.tell("listening on %s", channel)
	if at == nil || at.noLog {
		return nil
	}
	if at.seq < 0 { // from now on: only where the log is now has to be known
		page, err := t.page(ctx, channel, 0, "", 1)
		if page != nil {
			at.seq, at.epoch = page.Data.Head, page.Data.Epoch
		}
		return err
	}
	for {
		page, err := t.page(ctx, channel, at.seq, at.epoch, 500)
		if page == nil {
			return err
		}
		before := at.seq
		at.seq, at.epoch = page.Data.Next, page.Data.Epoch
		if page.Data.Reset {
			t.tell("%s: not all events after %d are kept; going on with those that come", channel, before)
			at.seq = page.Data.Head
			return nil
		}
		for _, e := range page.Data.Events {
			if err := t.write(tailed{Channel: string(channel), Event: e.Name, Data: string(e.Data), Seq: e.Seq, At: e.At}); err != nil {
				return err
			}
		}
		if at.seq >= page.Data.Head {
			return nil
		}
	}
}

// page reads from the log. It returns none where there is no log to read; that is an error
// only if the caller asked for what is in it.
func (t *tail) page(ctx context.Context, channel realtime.Channel, after int64, epoch string, limit int) (*logPage, error) {
	query := url.Values{"after": {strconv.FormatInt(after, 10)}, "limit": {strconv.Itoa(limit)}}
	if epoch != "" {
		query.Set("epoch", epoch)
	}
	status, raw, err := t.ask(ctx, http.MethodGet, "/api/channels/"+url.PathEscape(string(channel))+"/events?"+query.Encode(), nil)
	var page logPage
	at := t.places[channel]
	switch {
	case err == nil && status == http.StatusOK && json.Unmarshal(raw, &page) == nil && page.Data.Epoch != "":
		at.logged = true
		return &page, nil
	case t.command.Since < 0 && !at.logged:
		at.noLog = true
		return nil, nil
	case err != nil:
		return nil, err
	case status >= 500:
		return nil, fmt.Errorf("%s answers %d when asked for what was missed", t.command.API, status)
	}
	_ = json.Unmarshal(raw, &page) // for its error, if it has one
	return nil, &client.DeniedError{Channel: channel, Reason: fmt.Sprintf("%s answers %d when asked for logged events: %s", t.command.API, status, page.Error)}
}

// tailed is one event as it is printed.
type tailed struct {
	Channel string    `json:"channel"`
	Event   string    `json:"event"`
	Seq     int64     `json:"seq,omitempty"`
	User    string    `json:"userId,omitempty"` // who sent a client event on a presence channel
	At      time.Time `json:"at"`
	Data    string    `json:"-"`
}

// MarshalJSON has the data as JSON where it is some.
func (e tailed) MarshalJSON() ([]byte, error) {
	type plain tailed
	data := json.RawMessage(e.Data)
	if !json.Valid(data) {
		var err error
		if data, err = json.Marshal(e.Data); err != nil {
			return nil, err
		}
	}
	return json.Marshal(struct {
		plain
		Data json.RawMessage `json:"data"`
	}{plain(e), data})
}

// write prints an event, and ends the command after the last one that is wanted.
func (t *tail) write(e tailed) error {
	line := fmt.Sprintf("%s %s %s %s", e.At.Local().Format(time.TimeOnly), e.Channel, e.Event, e.Data)
	if t.command.JSON {
		raw, err := json.Marshal(e)
		if err != nil {
			return &client.StopError{Cause: err}
		}
		line = string(raw)
	}
	if _, err := fmt.Fprintln(t.out, line); err != nil {
		return &client.StopError{Cause: err}
	}
	if t.printed++; t.printed == t.command.Count {
		return &client.StopError{}
	}
	return nil
}
