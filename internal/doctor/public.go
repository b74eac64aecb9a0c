package doctor

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/client"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The checks of the way from a browser.
const (
	public    = "public address"
	websocket = "websocket"
	originOf  = "origin"
)

// upgradeMend is what proxies are told to pass.
const upgradeMend = "have the proxy pass Upgrade and Connection; nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; (docs/operations.md, Behind a proxy)"

const framesMend = "a proxy on the way holds frames back: switch its buffering off for /app/"

// Public is the way by which people reach the server.
type Public struct {
	URL       string // as in a browser
	Local     string // of the same server on this machine, http://127.0.0.1:3001
	Running   bool   // it answers there
	Key       string // of the app
	Publisher realtime.Publisher
	Origins   []string // of other pages that may connect
	Closed    bool     // no other pages may
}

// told is what front ends are told of the realtime server.
type told struct {
	Driver, Key, Host string
	Port              int
	TLS               bool
}

// Look goes the whole way: the address, what it tells browsers, a socket, a subscription, and
// an event there and back.
func (p Public) Look(ctx context.Context) []Finding {
	base, err := url.Parse(p.URL)
	if err != nil || base.Host == "" {
		return []Finding{Bad(public, fmt.Sprintf("PUBLIC_URL=%s is no address", p.URL), "write it as https://scouting.example.org")}
	}
	before := time.Now()
	response, err := get(ctx, http.MethodGet, p.URL+"/api/realtime/config")
	if err != nil {
		return []Finding{p.unreached(err, base)}
	}
	var findings []Finding
	if finding, ok := clockIn(response, before); ok {
		findings = append(findings, finding)
	}
	var config told
	err = decoded(response, &config)
	switch {
	case response.StatusCode >= http.StatusInternalServerError:
		return append(findings, p.upstream(response.StatusCode))
	case response.StatusCode != http.StatusOK || err != nil || config.Driver == "":
		return append(findings, Bad(public, fmt.Sprintf("something else answers at %s: %d to /api/realtime/config", p.URL, response.StatusCode),
			"correct PUBLIC_URL, or have the proxy pass all paths as they are"))
	case config.Driver == "disabled":
		return append(findings, Good(public, "%s answers", p.URL), Good(websocket, "REALTIME_DRIVER=disabled: clients poll"))
	case config.Key != p.Key:
		return append(findings, Bad(public, fmt.Sprintf("the server at %s has the app %s and not %s", p.URL, config.Key, p.Key),
			"run the doctor with the server's environment and DATA_DIR, or restart the server with this one"))
	}
	findings = append(findings, Good(public, "%s answers", p.URL))
	return append(findings, p.sockets(ctx, base, config)...)
}

// unreached says why nothing answers at all.
func (p Public) unreached(err error, base *url.URL) Finding {
	mend := "start the server: ftcmetrics serve"
	if p.Running && p.URL != p.Local {
		mend = "the server itself runs at " + p.Local + ": start the proxy, open its port in the firewall, or correct PUBLIC_URL"
	}
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	switch why, ok := unreachable(err, base.Host); {
	case ok:
		return Bad(public, why, mend)
	case errors.As(err, &certificate), errors.As(err, &authority):
		return Bad(public, fmt.Sprintf("browsers refuse the certificate of %s: %v", base.Host, err), "renew it, and have the proxy send it with its whole chain")
	}
	return Bad(public, fmt.Sprintf("%s: %v", p.URL, err), mend)
}

// upstream is a proxy that finds no server.
func (p Public) upstream(status int) Finding {
	mend := "start the server, or correct the address that the proxy passes to"
	if p.Running {
		mend = "the server runs at " + p.Local + ": correct the address that the proxy passes to"
	}
	return Bad(public, fmt.Sprintf("a proxy answers at %s, and behind it nothing does (%d)", p.URL, status), mend)
}

// address is where browsers open their sockets, as our front ends work it out.
func (c told) address(base *url.URL) string {
	if c.Driver == "pusher" && c.Host == "" {
		return "" // a host of Pusher's
	}
	at := url.URL{Scheme: "ws", Host: c.Host}
	if c.TLS || base.Scheme == "https" {
		at.Scheme = "wss"
	}
	if at.Host == "" {
		at.Host = base.Hostname()
	}
	if c.Port != 0 {
		at.Host = net.JoinHostPort(at.Host, strconv.Itoa(c.Port))
	}
	return at.String()
}

// sockets opens some as pages do.
func (p Public) sockets(ctx context.Context, base *url.URL, config told) []Finding {
	address := config.address(base)
	if address == "" {
		return []Finding{Good(websocket, "browsers connect to Pusher Channels")}
	}
	own := base.Scheme + "://" + base.Host
	socket, err := p.dial(ctx, address, own)
	if err != nil {
		return []Finding{p.unopened(ctx, err, address, own)}
	}
	findings := []Finding{p.roundTrip(ctx, socket, address)}
	socket.Close()
	return append(findings, p.pages(ctx, address)...)
}

func (p Public) dial(ctx context.Context, address, origin string) (*client.Socket, error) {
	return client.Dial(ctx, client.Options{URL: address, Key: p.Key, Name: "ftcmetrics-doctor", Origin: origin})
}

// unopened says why there is no socket: what a proxy does is told apart from what the server
// does, and from nobody there.
func (p Public) unopened(ctx context.Context, err error, address, origin string) Finding {
	var refused *client.HandshakeError
	var closed *client.CloseError
	switch {
	case errors.Is(err, client.ErrMute):
		return Bad(websocket, fmt.Sprintf("at %s %v", address, err), framesMend)
	case errors.As(err, &closed) && closed.Code == protocol.CloseTLSOnly:
		return Bad(websocket, closed.Error(), "HUB_TLS_ONLY is set: have the proxy send X-Forwarded-Proto, or browsers use wss")
	case errors.As(err, &closed) && closed.Code == protocol.CloseUnknownApp:
		return Bad(websocket, fmt.Sprintf("the realtime server at %s does not know the key %s", address, p.Key), "give it and the API the same app: REALTIME_APP_ID, _KEY and _SECRET")
	case errors.As(err, &closed):
		return Bad(websocket, closed.Error(), "see close code in docs/errors.md")
	case errors.As(err, &refused) && refused.Status == http.StatusForbidden:
		return Bad(originOf, fmt.Sprintf("pages of %s may not open sockets at %s", origin, address), "set PUBLIC_URL or CORS_ORIGINS to "+origin+" and restart the server")
	case errors.As(err, &refused) && (refused.Status == http.StatusUpgradeRequired || refused.Status == http.StatusBadRequest):
		if p.direct(ctx) {
			return Bad(websocket, fmt.Sprintf("a proxy at %s drops Upgrade (the answer is %d); past it, at %s, a socket opens", address, refused.Status, p.Local), upgradeMend)
		}
		return Bad(websocket, fmt.Sprintf("something on the way to %s drops Upgrade (the answer is %d)", address, refused.Status), upgradeMend)
	case errors.As(err, &refused) && refused.Status >= http.StatusInternalServerError:
		return Bad(websocket, fmt.Sprintf("a proxy answers at %s, and behind it nothing does (%d)", address, refused.Status), "correct the address that the proxy passes /app/ to")
	case errors.As(err, &refused):
		return Bad(websocket, fmt.Sprintf("%s: %v: %.80s", address, err, refused.Text), "have the proxy pass /app/ and what is below it as it is, query and all")
	}
	if why, ok := unreachable(err, strings.TrimPrefix(strings.TrimPrefix(address, "ws://"), "wss://")); ok {
		return Bad(websocket, "the API answers, and the realtime server does not: "+why,
			"set PUBLIC_URL, with which sockets go to the API's own address, or open that port in the firewall; REALTIME_PUBLIC_HOST and _PORT name another")
	}
	return Bad(websocket, fmt.Sprintf("%s: %v", address, err), "see what the proxy's and the server's logs say")
}

// direct reports whether a socket opens past the proxy.
func (p Public) direct(ctx context.Context) bool {
	socket, err := p.dial(ctx, p.Local, "")
	if err != nil {
		return false
	}
	socket.Close()
	return true
}

// roundTrip subscribes and waits for an event of its own.
func (p Public) roundTrip(ctx context.Context, socket *client.Socket, address string) Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	channel := realtime.Channel("ftcmetrics-doctor-" + strings.ToLower(rand.Text()[:10]))
	if err := socket.Subscribe(ctx, channel, "", ""); err != nil {
		return Bad(websocket, fmt.Sprintf("a socket at %s opens and takes nothing: %v", address, err), "see what the proxy's log says")
	}
	began := time.Now()
	for {
		m, err := socket.Next(ctx)
		switch {
		case err != nil:
			return Bad(websocket, fmt.Sprintf("a socket at %s opens, and then nothing comes: %v", address, err), framesMend)
		case m.Event == protocol.EventSucceeded:
			began = time.Now()
			event := realtime.Event{Channel: channel, Name: "doctor", Data: "{}"}
			if err := p.Publisher.Publish(ctx, []realtime.Event{event}); err != nil {
				return Bad(websocket, "a subscription works, and nothing can be published: "+err.Error(), "the app's secret has to be the realtime server's: REALTIME_APP_SECRET, or secrets.json in DATA_DIR")
			}
		case m.Event == "doctor":
			return Good(websocket, "%s: handshake, subscription, and an event there and back in %s", address, time.Since(began).Round(time.Millisecond))
		}
	}
}

// pages tries the origins of other pages, and one that is nobody's.
func (p Public) pages(ctx context.Context, address string) []Finding {
	var findings []Finding
	for _, origin := range p.Origins {
		if origin == "*" {
			continue
		}
		socket, err := p.dial(ctx, address, origin)
		if err != nil {
			findings = append(findings, p.unopened(ctx, err, address, origin))
			continue
		}
		socket.Close()
		findings = append(findings, Good(originOf, "pages of %s may open sockets", origin))
	}
	if !p.Closed {
		return findings
	}
	if socket, err := p.dial(ctx, address, "https://stranger.example"); err == nil {
		socket.Close()
		return append(findings, Odd(originOf, "pages of any origin may open sockets", "the server runs without APP_ENV=production: restart it with this environment"))
	}
	return append(findings, Good(originOf, "pages of strangers may not open sockets"))
}
