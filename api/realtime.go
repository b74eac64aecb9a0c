package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// RealtimeConfig tells a front end how to reach the realtime side, whatever carries it.
type RealtimeConfig struct {
	Driver           string       `json:"driver"`            // embedded, soketi, pusher or disabled
	Key              string       `json:"key"`               // the app's public key; "" when disabled
	Host             string       `json:"host"`              // of the sockets; "" is the host of the page, or Pusher's own
	Port             int          `json:"port"`              // of the sockets; 0 is the usual one. The embedded hub is on the API's address, too
	TLS              bool         `json:"tls"`               // whether sockets have to be wss
	Cluster          string       `json:"cluster,omitempty"` // of Pusher Channels
	AuthEndpoint     string       `json:"authEndpoint"`
	UserAuthEndpoint string       `json:"userAuthEndpoint"`
	SyncEndpoint     string       `json:"syncEndpoint"` // for clients without sockets
	Polling          PollingTiers `json:"polling"`
}

// PollingTiers are the seconds between two polls of a page without sockets, by how much it
// matters to be up to date.
type PollingTiers struct {
	Critical int `json:"critical"` // a match that is being scouted
	High     int `json:"high"`     // lists that change with every entry
	Medium   int `json:"medium"`   // overviews
	Low      int `json:"low"`      // everything else
}

// authIn is what pusher-js posts, as a form or as JSON.
type authIn struct {
	SocketID    string `json:"socket_id" formData:"socket_id" required:"true"`
	ChannelName string `json:"channel_name" formData:"channel_name" required:"true"`
}

// authOut is what pusher-js reads.
type authOut struct {
	Auth        string `json:"auth"`
	ChannelData string `json:"channel_data,omitempty"`
}

type userAuthIn struct {
	SocketID string `json:"socket_id" formData:"socket_id" required:"true"`
}

type userAuthOut struct {
	Auth     string `json:"auth"`
	UserData string `json:"user_data"`
}

var (
	errAuthIdentity = fault.New(fault.Forbidden, "not-signed-in-to-join", "Unauthorized: send your token with the authorization request.")
	errAuthParams   = fault.New(fault.Malformed, "missing-params", "Missing params: socket_id and channel_name are needed.")
	errAuthType     = fault.New(fault.Malformed, "invalid-channel-type", "Invalid channel type: only private and presence channels need authorization.")
)

func (s *server) realtimeRoutes() {
	const tag = "realtime"
	add(s, route[nothing, RealtimeConfig]{method: "GET", path: "/api/realtime/config", tag: tag, summary: "How a front end reaches the realtime side.",
		handle: func(*http.Request, accounts.Actor, nothing) (reply[RealtimeConfig], error) {
			return reply[RealtimeConfig]{Data: s.o.Realtime}, nil
		}})
	s.syncRoutes()
	s.router.Post("/api/pusher/auth", s.authorizeChannel)
	s.document(operation{method: "POST", path: "/api/pusher/auth", tag: tag, access: signedIn, summary: "Sign a subscription for pusher-js.",
		in: typeOf[authIn](), out: new(authOut), statuses: []int{200}})
	s.router.Post("/api/pusher/user-auth", s.authenticateUser)
	s.document(operation{method: "POST", path: "/api/pusher/user-auth", tag: tag, access: signedIn, summary: "Sign a user in for pusher-js.",
		in: typeOf[userAuthIn](), out: new(userAuthOut), statuses: []int{200}})
}

// authorizeChannel answers exactly as pusher-js expects: 403 without identity, 400 without
// parameters or for a public channel, 403 when denied.
func (s *server) authorizeChannel(w http.ResponseWriter, r *http.Request) {
	actor, err := s.authActor(r)
	if err != nil {
		s.noteRefusal(r, nil, err)
		s.writeProblem(w, r, err)
		return
	}
	fields, err := authFields(w, r)
	if err == nil && (fields["socket_id"] == "" || fields["channel_name"] == "") {
		err = errAuthParams
	}
	if err != nil {
		s.noteRefusal(r, fields, err)
		s.writeProblem(w, r, err)
		return
	}
	channel, err := realtime.ParseChannel(fields["channel_name"])
	if err == nil && !channel.Private() {
		err = errAuthType
	}
	data := ""
	if err == nil {
		data, err = s.o.Teams.AuthorizeChannel(r.Context(), actor, channel)
	}
	auth := ""
	if err == nil {
		auth, err = s.o.Signer.Channel(fields["socket_id"], channel, data)
	}
	if err != nil {
		s.noteRefusal(r, fields, err)
		s.writeProblem(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, authOut{Auth: auth, ChannelData: data})
}

func (s *server) authenticateUser(w http.ResponseWriter, r *http.Request) {
	actor, err := s.authActor(r)
	if err != nil {
		s.noteRefusal(r, nil, err)
		s.writeProblem(w, r, err)
		return
	}
	fields, err := authFields(w, r)
	if err == nil && fields["socket_id"] == "" {
		err = errAuthParams.Saying("Missing params: socket_id is needed.")
	}
	data, auth := []byte(nil), ""
	if err == nil {
		data, err = json.Marshal(map[string]any{"id": actor.UserID, "user_info": map[string]string{"name": actor.DisplayName}, "session": actor.TokenID})
	}
	if err == nil {
		auth, err = s.o.Signer.User(fields["socket_id"], string(data))
	}
	if err != nil {
		s.noteRefusal(r, fields, err)
		s.writeProblem(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, userAuthOut{Auth: auth, UserData: string(data)})
}

// authActor is the actor of an authorization request, where no identity is 403 and an
// unknown user 404, as front ends of the original expect.
func (s *server) authActor(r *http.Request) (accounts.Actor, error) {
	actor, err := s.actor(r)
	if errors.Is(err, accounts.ErrBadToken) || err == nil && actor.Anonymous() {
		return actor, errAuthIdentity
	}
	return actor, err
}

// authFields reads the form or the JSON object of an authorization request.
func authFields(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<10))
	if err != nil {
		return nil, errTooBig.Because(err)
	}
	fields := make(map[string]string)
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "application/json" {
		if err := json.Unmarshal(raw, &fields); err != nil {
			return nil, errAuthParams.Because(err)
		}
		return fields, nil
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, errAuthParams.Because(err)
	}
	for key := range form {
		fields[key] = form.Get(key)
	}
	return fields, nil
}
