package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
)

// targetFlags say which realtime server a command speaks to, as a client or a backend of it.
// Left alone it is the one that the configuration has.
type targetFlags struct {
	serveConfig
	URL string `name:"url" placeholder:"URL" help:"Where the realtime server is, such as https://scouting.example.org, instead of where the configuration says."`
}

// app completes the app's id, key and secret, and makes none.
func (t *targetFlags) app() error {
	if t.hasApp() {
		return nil
	}
	made, ok, err := readSecrets(t.DataDir)
	if err != nil {
		return err
	}
	if !ok {
		return usageError{"there is no app to speak for: set REALTIME_APP_ID, REALTIME_APP_KEY and REALTIME_APP_SECRET, or DATA_DIR to the server's folder " +
			"(" + t.DataDir + " has no secrets.json)"}
	}
	t.complete(made)
	return nil
}

// server is where the realtime server is.
func (t *targetFlags) server() (*url.URL, error) {
	text := t.URL
	switch {
	case text != "":
	case t.RealtimeDriver == disabled:
		return nil, usageError{"REALTIME_DRIVER=disabled: there is no realtime server; --url names one"}
	case t.RealtimeDriver == channels && t.RealtimeHost == "":
		text = "https://api-" + t.RealtimeCluster + ".pusher.com"
	case t.external():
		text = "http://" + t.serverAddress()
		if t.RealtimeTLS {
			text = "https://" + t.serverAddress()
		}
	default:
		text = "http://" + origin(t.HubAddr)
	}
	at, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, usageError{fmt.Sprintf("--url: %q is no address such as https://scouting.example.org", text)}
	}
	return at, nil
}

// sockets is where the server has its sockets. Pusher's own have another host.
func (t *targetFlags) sockets() (string, error) {
	if t.URL == "" && t.RealtimeDriver == channels && t.RealtimeHost == "" {
		return "https://ws-" + t.RealtimeCluster + ".pusher.com", nil
	}
	at, err := t.server()
	if err != nil {
		return "", err
	}
	return at.String(), nil
}

// publisher speaks to the server as a backend of the app.
func (t *targetFlags) publisher() (*pusher.Publisher, error) {
	at, err := t.server()
	if err != nil {
		return nil, err
	}
	if err := t.app(); err != nil {
		return nil, err
	}
	return pusher.New(pusher.Options{
		AppID: t.AppID, Key: t.AppKey, Secret: t.AppSecret, Host: at.Host + at.Path, TLS: at.Scheme == "https",
		BaseURL: strings.TrimSuffix(t.PublicURL, "/"),
	}), nil
}

// api is where the API is that belongs to the server.
func (t *targetFlags) api() string {
	switch {
	case t.URL != "" && !t.external():
		return strings.TrimSuffix(t.URL, "/")
	case t.PublicURL != "":
		return strings.TrimSuffix(t.PublicURL, "/")
	}
	return "http://" + origin(t.HTTPAddr)
}

// channelNames returns the names as channels.
func channelNames(names []string) ([]realtime.Channel, error) {
	list := make([]realtime.Channel, len(names))
	for i, name := range names {
		channel, err := realtime.ParseChannel(name)
		if err != nil {
			return nil, usageError{fmt.Sprintf("%q: %v", name, err)}
		}
		list[i] = channel
	}
	return list, nil
}
