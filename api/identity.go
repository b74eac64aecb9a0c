package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	callerKey
)

// caller is who sent a request, as far as anybody has asked.
type caller struct {
	address string // that limits are counted by
	asked   bool
	actor   accounts.Actor
	err     error
	wait    time.Duration // until another try makes sense, after a 429
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// givenID is the id that a proxy of ours has given the request, so that its log and ours
// can be read together; from anybody else it is a claim.
func (s *server) givenID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if len(id) < 8 || len(id) > 64 || strings.Trim(id, idBytes) != "" || !s.trusts(peer(r)) {
		return ""
	}
	return id
}

const idBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// clientAddress is the address that limits are counted by.
func clientAddress(r *http.Request) string {
	return callerOf(r).address
}

// callerOf returns what identify put into the request's context.
func callerOf(r *http.Request) *caller { return r.Context().Value(callerKey).(*caller) }

// actor returns the person or shared tablet that is calling, the zero Actor when nobody says
// so. A program is refused: where it may call, admit asks for its identity.
func (s *server) actor(r *http.Request) (accounts.Actor, error) {
	actor, err := s.identity(r)
	if err == nil {
		err = actor.NoProgram()
	}
	return actor, err
}

// reader is actor where there is something for everybody: a program reads that as well, as
// nobody in particular.
func (s *server) reader(r *http.Request) (accounts.Actor, error) {
	actor, err := s.identity(r)
	if actor.NoProgram() != nil {
		actor = accounts.Actor{Kind: actor.Kind}
	}
	return actor, err
}

// identity returns whose token the request has, whatever it is good for. It asks the database
// once for each request.
func (s *server) identity(r *http.Request) (accounts.Actor, error) {
	c := callerOf(r)
	if !c.asked {
		c.asked = true
		c.actor, c.err = s.identifyActor(r)
	}
	return c.actor, c.err
}

// identifyActor reads the identity of a request. It is a token, wherever it stands; a bare
// user id is one only from a trusted proxy that knows the secret.
func (s *server) identifyActor(r *http.Request) (accounts.Actor, error) {
	ctx := r.Context()
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return accounts.Actor{}, accounts.ErrBadToken
		}
		return s.o.Accounts.Actor(ctx, strings.TrimSpace(token))
	}
	if claim := r.Header.Get("X-User-Id"); claim != "" {
		id, err := uuid.Parse(claim)
		if err != nil {
			return s.o.Accounts.Actor(ctx, claim)
		}
		if !s.fromTrustedProxy(r) {
			return accounts.Actor{}, accounts.ErrBadToken
		}
		me, err := s.o.Accounts.Get(ctx, id)
		return me.Actor(), err
	}
	if cookie, err := r.Cookie(s.cookieName()); err == nil && cookie.Value != "" {
		actor, err := s.o.Accounts.Actor(ctx, cookie.Value)
		if errors.Is(err, accounts.ErrBadToken) {
			return accounts.Actor{}, nil // a browser sends an old cookie without being asked
		}
		return actor, err
	}
	return accounts.Actor{}, nil
}

func (s *server) fromTrustedProxy(r *http.Request) bool {
	given := r.Header.Get("X-Proxy-Secret")
	return s.o.ProxySecret != "" && s.trusts(peer(r)) && subtle.ConstantTimeCompare([]byte(given), []byte(s.o.ProxySecret)) == 1
}

func (s *server) trusts(address netip.Addr) bool { return within(s.o.TrustedProxies, address) }

func within(networks []netip.Prefix, address netip.Addr) bool {
	for _, prefix := range networks {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

func peer(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, _ := netip.ParseAddr(host)
	return address.Unmap()
}

// ClientAddress returns the nearest address that is not one of the proxies: a header from
// anybody else is a claim, not an address.
func ClientAddress(r *http.Request, proxies []netip.Prefix) netip.Addr {
	address := peer(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && within(proxies, address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
	}
	return address
}

// bucket is what limits count an address by.
func bucket(address netip.Addr) string {
	if address.Is6() {
		prefix, err := address.Prefix(64) // one network, one bucket
		if err == nil {
			return prefix.String()
		}
	}
	return address.String()
}

// cookieName has the __Host- prefix where cookies are Secure; browsers then take it from
// this host alone.
func (s *server) cookieName() string {
	if s.o.Production {
		return "__Host-ftc_session"
	}
	return "ftc_session"
}

// sessionCookie carries a new token to a browser; the value of an earlier one is never kept.
func (s *server) sessionCookie(grant accounts.Grant) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: grant.Token, Path: "/", Expires: grant.ExpiresAt,
		HttpOnly: true, Secure: s.o.Production, SameSite: http.SameSiteLaxMode,
	}
}

// noCookie takes the session cookie away from a browser.
func (s *server) noCookie() *http.Cookie {
	return &http.Cookie{Name: s.cookieName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.o.Production, SameSite: http.SameSiteLaxMode}
}
