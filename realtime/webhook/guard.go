package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

const (
	requestPatience = 5 * time.Second
	maxAnswer       = 64 << 10 // bytes that are read of an answer
)

// guard lets requests go to public addresses only. A name is resolved once, each address
// is checked, and the checked address is dialled: an answer of the name service that
// changes in between changes nothing. The address is checked once more as the socket is
// about to connect.
type guard struct {
	resolver   resolver
	anyAddress bool
}

// resolver is the name service; tests have their own.
type resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

func systemResolver() resolver { return net.DefaultResolver }

// transport returns the guarded transport. It uses no proxy, which would dial in its stead.
func (g guard) transport() *http.Transport {
	return &http.Transport{
		DialContext:            g.dial,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    requestPatience,
		MaxResponseHeaderBytes: maxAnswer,
	}
}

// newClient returns a client that follows no redirect.
func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       requestPatience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("port %q: %w", portText, err)
	}
	addrs, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: requestPatience, Control: g.control}
	var errs []error
	for _, addr := range addrs {
		if err := g.permit(addr); err != nil {
			errs = append(errs, err)
			continue
		}
		conn, err := dialer.DialContext(ctx, network, netip.AddrPortFrom(addr, uint16(port)).String())
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return nil, fmt.Errorf("%s has no address", host)
	}
	return nil, errors.Join(errs...)
}

func (g guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	addrs, err := g.resolver.LookupNetIP(ctx, "ip", host)
	for i := range addrs {
		addrs[i] = addrs[i].Unmap() // the resolver writes IPv4 in either form
	}
	return addrs, err
}

// control checks the address that a socket is about to connect to.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return g.permit(to.Addr())
}

func (g guard) permit(addr netip.Addr) error {
	if g.anyAddress || public(addr) {
		return nil
	}
	return fmt.Errorf("%s is no public address", addr)
}

// public reports whether the address belongs to the internet at large.
func public(addr netip.Addr) bool {
	if addr.Zone() != "" || addr.Is4In6() || !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	if addr.Is6() && !netip.MustParsePrefix("2000::/3").Contains(addr) {
		return false
	}
	for _, text := range reserved {
		if netip.MustParsePrefix(text).Contains(addr) {
			return false
		}
	}
	return true
}

// reserved are networks with a use of their own that netip does not tell by a method
// (IANA's special-purpose registries), forms of IPv6 that carry an IPv4 address, and
// addresses at which clouds serve metadata.
var reserved = [...]string{
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "168.63.129.16/32", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
}
