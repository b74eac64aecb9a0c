package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
)

// Check says in a sentence what keeps an endpoint from being used. Names are not resolved:
// the address is checked again with each request.
func (e Endpoint) Check(anyAddress bool) error {
	if err := checkURL(e.URL, anyAddress); err != nil {
		return err
	}
	for _, event := range e.EventTypes {
		if !slices.Contains(EventTypes(), event) {
			return fmt.Errorf("event_types: there is no event %q; there are %s", event, strings.Join(EventTypes(), ", "))
		}
	}
	for name, value := range e.Headers {
		if err := checkHeader(name, value); err != nil {
			return fmt.Errorf("headers: %q %w", name, err)
		}
	}
	return nil
}

func checkURL(text string, anyAddress bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("url: not an address such as https://app.example.org/pusher")
	case u.User != nil:
		return errors.New("url: a user or password does not belong here; send it by headers")
	case u.Scheme == "https", u.Scheme == "http" && anyAddress:
	case u.Scheme == "http":
		return errors.New("url: must begin with https://; http is for APP_ENV=dev")
	default:
		return errors.New("url: must begin with https://")
	}
	if anyAddress {
		return nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		if !public(addr) {
			return fmt.Errorf("url: %s is no public address", addr)
		}
		return nil
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || numeric(host) {
		return fmt.Errorf("url: %s is no public address", host)
	}
	return nil
}

// numeric reports whether a host is one of the other ways to write an IPv4 address, such
// as 2130706433, 0x7f000001 or 0177.1: its last label is a number.
func numeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// ours are the headers that a request has anyway, or that belong to the connection.
var ours = []string{"Host", "Connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect"}

func checkHeader(name, value string) error {
	const marks = "!#$%&'*+-.^_`|~"
	for _, c := range name {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune(marks, c) {
			return errors.New("is no header's name")
		}
	}
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	switch {
	case name == "":
		return errors.New("is no header's name")
	case strings.HasPrefix(canonical, "X-Pusher-"), strings.HasPrefix(canonical, "Content-"), slices.Contains(ours, http.CanonicalHeaderKey(name)):
		return errors.New("is set by the server")
	case strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
		return errors.New("has a value with control characters")
	}
	return nil
}
